/* matmul.c - gd_matmul and gd_affine: shapes, batches, and the products of which the gradients consist.  The arithmetic
 * is in kernels/gemm.c. */
#include <inttypes.h>
#include <string.h>

#include "autograd/sum_to.h"
#include "base/compiler.h"
#include "base/start.h"
#include "gradus/tensor.h"
#include "kernels/gemm.h"
#include "matrices.h"
#include "tensor/alive.h"
#include "tensor/nest.h"
#include "tensor/new.h"
#include "tensor/shape.h"

/* ---- Forward: y = a b,  a [.., m, k]  b [.., k, n]  ->  y [.., m, n] ------------------------------------- */

/* The matrix of t's last two axes that begins at data. */
static gi_matrix last_axes(const gd_tensor *t, const gd_real *data)
{
    const int row = t->ndim - 2;
    return (gi_matrix){ data, t->shape[row], t->shape[row + 1], t->stride[row], t->stride[row + 1] };
}

/* A tensor of two axes. */
static gi_matrix matrix_of(const gd_tensor *t)
{
    return (gi_matrix){ t->data, t->shape[0], t->shape[1], t->stride[0], t->stride[1] };
}

static void multiply(gd_real *y, const gd_tensor *a, const gd_real *a_data, const gd_tensor *b,
                     const gd_real *b_data)
{
    gi_gemm(last_axes(a, a_data), last_axes(b, b_data), y, b->shape[b->ndim - 1], false);
}

typedef struct batch {
    const gd_tensor *a, *b;
} batch;

static void batch_inner(int64_t n, gd_real *const p[], const int64_t step[], const void *context)
{
    const batch *both = context;
    for (int64_t i = 0; i < n; i++)
        multiply(p[0] + i * step[0], both->a, p[1] + i * step[1], both->b, p[2] + i * step[2]);
}

/* y, contiguous and of the right shape, = a b. */
static void product(gd_tensor *y, const gd_tensor *a, const gd_tensor *b)
{
    if (y->ndim == 2) {
        multiply(y->data, a, a->data, b, b->data);
        return;
    }
    const int outer = y->ndim - 2;
    int64_t a_stride[GD_MAX_DIMS], b_stride[GD_MAX_DIMS];
    gi_outer_strides(a, outer, y->shape, a_stride);
    gi_outer_strides(b, outer, y->shape, b_stride);
    gi_nest nest;
    const int64_t *const strides[] = { y->stride, a_stride, b_stride };
    gi_nest_init(&nest, outer, y->shape, 3, strides);
    gd_real *const start[] = { y->data, a->data, b->data };
    gi_nest_run(&nest, 3, start, batch_inner, &(batch){ a, b });
}

static bool matmul_compute(gd_tensor *y, gd_tensor *const x[], const void *attributes)
{
    (void)attributes;
    product(y, x[0], x[1]);
    return true;
}

/* ---- Rule: da = dy b', db = a' dy ------------------------------------------------------------------------ */

static void matmul_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    gd_tensor *a = node->in[0], *b = node->in[1];
    if (gi_needs(node, 0))
        dx[0] = gd_matmul(dy, gi_swapped(b));
    if (gi_needs(node, 1))
        dx[1] = gd_matmul(gi_swapped(a), dy);
}

static gd_tensor transposed(const gd_tensor *t)
{
    gd_tensor other = *t;
    const int row = t->ndim - 2, column = t->ndim - 1;
    other.shape[row] = t->shape[column];
    other.stride[row] = t->stride[column];
    other.shape[column] = t->shape[row];
    other.stride[column] = t->stride[row];
    return other;
}

/* A contiguous tensor of x's shape over data. */
static gd_tensor gradient_of(const gd_tensor *x, gd_real *data)
{
    gd_tensor t = { .data = data };
    gi_set_row_major(&t, x->ndim, x->shape);
    return t;
}

/* Has x every leading axis of dy, so that its gradient is not summed over the batch? */
static bool has_whole_batch(const gd_tensor *x, const gd_tensor *dy)
{
    bool whole = x->ndim == dy->ndim;
    for (int i = 0; whole && i < x->ndim - 2; i++)
        whole = x->shape[i] == dy->shape[i];
    return whole;
}

static gd_fast matmul_fast(const gd_node *node, const gd_tensor *dy, const gd_target *dx)
{
    const gd_tensor *a = node->in[0], *b = node->in[1];
    if ((dx[0].data && !has_whole_batch(a, dy)) || (dx[1].data && !has_whole_batch(b, dy)))
        return GD_DECLINED;
    if (dx[0].data) {
        const gd_tensor b_transposed = transposed(b);
        gd_tensor da = gradient_of(a, dx[0].data);
        product(&da, dy, &b_transposed);
    }
    if (dx[1].data) {
        const gd_tensor a_transposed = transposed(a);
        gd_tensor db = gradient_of(b, dx[1].data);
        product(&db, &a_transposed, dy);
    }
    return GD_DONE;
}

static const gd_op matmul_op = {
    .name = "gd_matmul", .rule = matmul_rule, .fast = matmul_fast,
    .reads = GD_READS(0, GD_INPUT(1)) | GD_READS(1, GD_INPUT(0)),
    .formula = "da = gd_matmul(dy, b'), db = gd_matmul(a', dy)"
};

static gd_tensor *batched(gd_tensor *a, gd_tensor *b)
{
    gd_shape shape;
    if (!gi_broadcast_sizes("gd_matmul: leading axes", gi_outer_sizes(a), gi_outer_sizes(b), &shape))
        return NULL;
    shape.size[shape.ndim++] = a->shape[a->ndim - 2];
    shape.size[shape.ndim++] = b->shape[b->ndim - 1];
    return gi_new("gd_matmul", shape.ndim, shape.size);
}

static gd_tensor *matrices(gd_tensor *a, gd_tensor *b)
{
    const bool one = a->ndim == 2 && b->ndim == 2;
    gd_tensor *y = one ? gi_new("gd_matmul", 2, (int64_t[]){ a->shape[0], b->shape[1] }) : batched(a, b);
    gd_tensor *const x[] = { a, b };
    return y && gi_start("gd_matmul", matmul_compute, y, x, 2, NULL, 0) ? gi_record2(&matmul_op, y, a, b) : NULL;
}

/* ---- The public function: vectors become matrices and back ----------------------------------------------- */

gd_tensor *gd_matmul(gd_tensor *a, gd_tensor *b)
{
    if (!a || !b || !gi_alive("gd_matmul", "a", a) || !gi_alive("gd_matmul", "b", b))
        return NULL;
    if (a->ndim == 0 || b->ndim == 0)
        return gd_fail("gd_matmul: a is %s and b is %s: a scalar has no rows or columns; use gd_mul",
                       gi_text_of(a).s, gi_text_of(b).s);
    int64_t inner_a = a->shape[a->ndim - 1], inner_b = b->shape[b->ndim > 1 ? b->ndim - 2 : 0];
    if (inner_a != inner_b)
        return gd_fail("gd_matmul: a is %s and b is %s: the inner sizes %" PRId64 " and %" PRId64 " differ",
                       gi_text_of(a).s, gi_text_of(b).s, inner_a, inner_b);
    bool row = a->ndim == 1, column = b->ndim == 1;
    if (!row && !column)
        return matrices(a, b);
    a = row ? gd_unsqueeze(a, 0) : a;
    b = column ? gd_unsqueeze(b, 1) : b;
    gd_tensor *y = a && b ? matrices(a, b) : NULL;
    y = column ? gd_squeeze(y, -1) : y;
    return row ? gd_squeeze(y, column ? -1 : -2) : y;
}

/* ---- affine: y = x w' + b,  x [.., in]  w [out, in]  b [out]  ->  y [.., out] ---------------------------- */

/* dx = dy w, dw = dy' x, db = sum of dy's rows */
static void affine_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    gd_tensor *x = node->in[0], *w = node->in[1];
    if (gi_needs(node, 0))
        dx[0] = gd_matmul(dy, w);
    if (gi_needs(node, 1))
        dx[1] = gd_matmul(gi_swapped(dy), x);
    if (gi_needs(node, 2))
        dx[2] = gi_sum_to(dy, node->in[2]);
}

static gd_fast affine_fast(const gd_node *node, const gd_tensor *dy, const gd_target *dx)
{
    const gd_tensor *x = node->in[0], *w = node->in[1];
    if (dx[0].data)
        gi_gemm(matrix_of(dy), matrix_of(w), dx[0].data, w->shape[1], false);
    if (dx[1].data)
        gi_gemm(gi_transposed(matrix_of(dy)), matrix_of(x), dx[1].data, w->shape[1], false);
    if (dx[2].data)
        gi_sum_to_numbers(dx[2].data, dy, node->in[2]);
    return GD_DONE;
}

static const gd_op affine_op = {
    .name = "gd_affine", .rule = affine_rule, .fast = affine_fast,
    .reads = GD_READS(0, GD_INPUT(1)) | GD_READS(1, GD_INPUT(0)),
    .formula = "dx = gd_matmul(dy, w), dw = gd_matmul(dy', x), db = dy summed over rows"
};

/* y[i, j] = b[j] */
static void repeat_row(int64_t m, int64_t n, gd_real *y, const gd_tensor *b)
{
    for (int64_t i = 0; i < m; i++)
        for (int64_t j = 0; j < n; j++)
            y[i * n + j] = b->data[j * b->stride[0]];
}

static bool affine_compute(gd_tensor *y, gd_tensor *const inputs[], const void *attributes)
{
    (void)attributes;
    const gd_tensor *x = inputs[0], *w = inputs[1], *b = inputs[2];
    const int64_t m = x->shape[0], n = w->shape[0];
    const bool one_row = !b || b->contiguous;
    if (!one_row)
        repeat_row(m, n, y->data, b);
    const gd_real *add = !one_row ? y->data : b ? b->data : NULL;
    gi_gemm_add(matrix_of(x), gi_transposed(matrix_of(w)), add, one_row ? 0 : n, y->data, n);
    return true;
}

static gd_tensor *affine_rows(gd_tensor *x, gd_tensor *w, gd_tensor *b)
{
    gd_tensor *y = gi_new("gd_affine", 2, (int64_t[]){ x->shape[0], w->shape[0] }), *const inputs[] = { x, w, b };
    if (!y || !gi_start("gd_affine", affine_compute, y, inputs, 3, NULL, 0))
        return NULL;
    return gi_record3(&affine_op, y, x, w, b);
}

static gd_tensor *affine_flattened(gd_tensor *x, gd_tensor *weight, gd_tensor *bias)
{
    gd_shape shape = gd_shape_of_tensor(x);
    int64_t rows = 1;
    for (int i = 0; i < x->ndim - 1; i++)
        rows *= x->shape[i];
    shape.size[shape.ndim - 1] = weight->shape[0];
    gd_tensor *flat = gd_reshape(x, GD_SHAPE(rows, weight->shape[1]));
    return flat ? gd_reshape(affine_rows(flat, weight, bias), shape) : NULL;
}

gd_tensor *gd_affine(gd_tensor *x, gd_tensor *weight, gd_tensor *bias)
{
    if (!x || !weight || !gi_alive("gd_affine", "x", x) || !gi_alive("gd_affine", "weight", weight)
        || (bias && !gi_alive("gd_affine", "bias", bias)))
        return NULL;
    if (x->ndim == 0 || weight->ndim != 2 || x->shape[x->ndim - 1] != weight->shape[1])
        return gd_fail("gd_affine: x is %s and weight is %s: they must be [.., in] and [out, in]", gi_text_of(x).s,
                       gi_text_of(weight).s);
    if (bias && (bias->ndim != 1 || bias->shape[0] != weight->shape[0]))
        return gd_fail("gd_affine: weight is %s and bias is %s: they must be [out, in] and [out]",
                       gi_text_of(weight).s, gi_text_of(bias).s);
    return x->ndim == 2 ? affine_rows(x, weight, bias) : affine_flattened(x, weight, bias);
}
