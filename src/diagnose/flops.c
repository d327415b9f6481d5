/* flops.c - how many floating-point operations a recorded graph took.
 *
 * The table below has the operations that take more, or less, than one for each element of their result. */
#include <math.h>
#include <string.h>

#include "autograd/dead_graph.h"
#include "gradus/derivatives.h"
#include "gradus/tensor.h"
#include "tensor/alive.h"
#include "tensor/check.h"
#include "visit.h"

typedef double count(const gd_node *node);

static double elements(const gd_tensor *t)
{
    return t ? (double)t->numel : 0;
}

static double none(const gd_node *node)
{
    (void)node;
    return 0;
}

static double each_read(const gd_node *node)
{
    return elements(node->in[0]);
}

/* [m, k] times [k, n]: m n sums of k products. */
static double product(const gd_node *node)
{
    const gd_tensor *a = node->in[0];
    return 2 * elements(node->out) * (double)a->shape[a->ndim - 1];
}

static double with_bias(const gd_node *node)
{
    return product(node) + (node->in[2] ? elements(node->out) : 0);
}

/* Each pixel of each of dz's channels meets the weights [o, c, h, w] of one o. */
static double weights_for_each(const gd_tensor *pixels, const gd_tensor *weight)
{
    return weight->shape[0] ? 2 * elements(pixels) * elements(weight) / (double)weight->shape[0] : 0;
}

static double convolution(const gd_node *node)
{
    return weights_for_each(node->out, node->in[1]) + (node->n > 2 && node->in[2] ? elements(node->out) : 0);
}

static double convolution_back(const gd_node *node)         /* of dy and weight */
{
    return weights_for_each(node->in[0], node->in[1]);
}

static double convolution_weight(const gd_node *node)       /* of dy and x: weight is the result */
{
    return weights_for_each(node->in[0], node->out);
}

/* q k', and its softmax times v: [.., queries, e] with keys terms each. */
static double attention(const gd_node *node)
{
    const gd_tensor *q = node->in[0], *k = node->in[1], *y = node->out;
    const double e = (double)y->shape[y->ndim - 1], rows = e > 0 ? elements(y) / e : 0;
    return 2 * rows * (double)k->shape[k->ndim - 2] * ((double)q->shape[q->ndim - 1] + e);
}

/* The same of all heads: y [.., n, width] with n keys. */
static double self_attention(const gd_node *node)
{
    const gd_tensor *y = node->out;
    return 4 * elements(y) * (double)y->shape[y->ndim - 2];
}

/* Steps of a recurrent layer: each number of a [steps, n, gates hidden] gets a sum of hidden products. */
static double recurrence(const gd_node *node)
{
    const gd_tensor *a = node->in[0], *weight = node->in[1];
    return 2 * elements(a) * (double)weight->shape[1] + elements(a);
}

/* ---- Linear algebra, by the leading term for n x n matrices; numbers of the input for each are n^2 --------------- */

static double width(const gd_tensor *t)
{
    return t->ndim ? (double)t->shape[t->ndim - 1] : 1;
}

static double third(const gd_node *node)                    /* n^3 / 3: Cholesky */
{
    return elements(node->in[0]) * width(node->in[0]) / 3;
}

static double elimination(const gd_node *node)              /* 2 n^3 / 3: determinants */
{
    return 2 * third(node);
}

static double substitution(const gd_node *node)             /* n^2 k: one triangle */
{
    return elements(node->out) * width(node->in[0]);
}

static double solution(const gd_node *node)                 /* elimination, then two triangles */
{
    return elimination(node) + 2 * substitution(node);
}

static double inverse(const gd_node *node)                  /* 2 n^3 */
{
    return 2 * elements(node->out) * width(node->out);
}

static const struct {
    const char *name;
    count      *flops;
} counted[] = {
    { "gd_matmul", product },               { "gd_affine", with_bias },
    { "gd_conv2d", convolution },           { "gd_conv2d_grad_input", convolution_back },
    { "gd_conv2d_grad_weight", convolution_weight }, { "gd_attention", attention },
    { "gd_self_attention", self_attention }, { "gd_cholesky", third },
    { "gd_recurrent_apply", recurrence },
    { "gd_det", elimination },              { "gd_slogdet", elimination },
    { "gd_solve_triangular", substitution }, { "gd_solve", solution },
    { "gd_inverse", inverse },
    { "gd_sum", each_read },                { "gd_sum_to", each_read },
    { "gd_max", each_read },                { "gd_min", each_read },
    { "gd_norm", each_read },               { "gd_std_axes", each_read },
    { "gd_logsumexp", each_read },          { "gd_mse_loss", each_read },
    { "gd_cross_entropy", each_read },      { "gd_max_pool2d", each_read },
    { "gd_avg_pool2d", each_read },
    { "gd_reshape", none },                 { "gd_transpose", none },
    { "gd_permute", none },                 { "gd_slice", none },
    { "gd_unslice", none },                 { "gd_expand", none },
    { "gd_squeeze", none },                 { "gd_unsqueeze", none },
    { "gd_contiguous", none },              { "gd_concat", none },
    { "gd_flip", none },                    { "gd_pad", none },
    { "gd_tril", none },                    { "gd_triu", none },
    { "gd_gather", none },                  { "gd_embedding", none },
};

static double flops_of(const gd_node *node)
{
    for (size_t i = 0; i < sizeof counted / sizeof *counted; i++)
        if (strcmp(node->op->name, counted[i].name) == 0)
            return counted[i].flops(node);
    return elements(node->out);
}

static void add(void *context, const gd_node *node)
{
    *(double *)context += flops_of(node);
}

double gd_graph_flops(gd_tensor *y)
{
    double sum = 0;
    if (!gi_given("gd_graph_flops", "y", y) || !gi_alive("gd_graph_flops", "y", y)
        || !gi_graph_alive("gd_graph_flops", y))
        return (double)NAN;
    gi_visit_nodes(y, add, &sum);
    return sum;
}
