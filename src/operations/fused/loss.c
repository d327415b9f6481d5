/* loss.c - cross-entropy: one operation from logits to likelihood, because the probabilities in between may round
 * to 0.  The squared error is in squared_error.c, others are in pair_losses.c. */
#include <inttypes.h>

#include "base/compiler.h"
#include "base/threads.h"
#include "gradus/tensor.h"
#include "operations/axes.h"
#include "operations/internal_operations.h"
#include "operations/loss.h"
#include "operations/rows.h"
#include "tensor/alive.h"
#include "tensor/check.h"
#include "tensor/new.h"
#include "tensor/shape.h"

/* ---- Cross-entropy of rows: l = ln sum_c e^(x_c) - x_label,  x [n, c]  labels [n]  ->  l [n] ------------- */

typedef struct loss_rows {
    int64_t        classes;
    gd_real       *y;                       /* l, or z [n, c] */
    const gd_real *x, *g;
    const int64_t *label;
} loss_rows;

GI_KERNEL static void losses(const loss_rows *r, int64_t begin, int64_t end)
{
    for (int64_t i = begin; i < end; i++) {
        const gd_real *x = r->x + i * r->classes, most = row_largest(r->classes, x);
        const gd_real chosen = x[r->label[i]], gap = chosen == most ? 0 : most - chosen;     /* infinities too */
        r->y[i] = gap + real_log(row_exp_sum(r->classes, x, most));
    }
}

static void some_losses(void *context, int64_t begin, int64_t end)
{
    losses(context, begin, end);
}

static void cross_entropy_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    if (gi_wanted(node, 0))
        dx[0] = gi_cross_entropy_grad(dy, node->in[0], node->in[1]);
    if (gi_wanted(node, 1))
        dx[1] = gd_zeros_like(node->in[1]);
}

static const gd_op cross_entropy_op = {
    "gd_cross_entropy", cross_entropy_rule, GD_READS(0, GD_INPUT(0) | GD_INPUT(1)),
    "dlogits = dl (softmax(logits) - one_hot(labels))"
};

static gd_tensor *rows_cross_entropy(gd_tensor *x, gd_tensor *labels)
{
    int64_t n = x->shape[0], classes = x->shape[1];
    int64_t *label = gi_labels("gd_cross_entropy", "labels", labels, classes);
    gd_tensor *rows = label ? gd_contiguous(x) : NULL, *l = rows ? gi_new_like(labels) : NULL;
    if (!l)
        return NULL;
    loss_rows r = { .classes = classes, .y = l->data, .x = rows->data, .label = label };
    gi_parallel(n, gi_part_for(classes, GI_PART_ELEMENTS, 1), some_losses, &r);
    return gi_record2(&cross_entropy_op, l, rows, labels);
}

/* Its gradient: z_ic = g_i (softmax(x)_ic - [c = label_i]). */

GI_KERNEL static void slopes(const loss_rows *r, int64_t begin, int64_t end)
{
    const int64_t classes = r->classes;
    for (int64_t i = begin; i < end; i++) {
        gd_real *restrict z = r->y + i * classes;
        const gd_real *x = r->x + i * classes, g = r->g[i];
        const gd_real scale = g / row_exp(classes, z, x, row_largest(classes, x));
        for (int64_t c = 0; c < classes; c++)
            z[c] *= scale;
        z[r->label[i]] -= g;
    }
}

static void some_slopes(void *context, int64_t begin, int64_t end)
{
    slopes(context, begin, end);
}

/* With p = softmax(x):  dg_i = sum_c dz_ic (p_ic - [c = label_i]),  dx = the gradient of softmax at g dz. */
static void cross_entropy_grad_rule(const gd_node *node, gd_tensor *dz, gd_tensor **dx)
{
    gd_tensor *g = node->in[0], *x = node->in[1], *labels = node->in[2];
    gd_tensor *p = gd_softmax(x, 1);
    if (gi_wanted(node, 0))
        dx[0] = gd_sum_axis(gd_mul(dz, gd_sub(p, gd_one_hot(labels, x->shape[1]))), 1, false);
    if (gi_wanted(node, 1))
        dx[1] = gi_softmax_grad(gd_mul(dz, gd_unsqueeze(g, 1)), p, 1);
    if (gi_wanted(node, 2))
        dx[2] = gd_zeros_like(labels);
}

static const gd_op cross_entropy_grad_op = {
    "gd_cross_entropy_grad", cross_entropy_grad_rule,
    GD_READS(0, GD_INPUT(1) | GD_INPUT(2)) | GD_READS(1, GD_INPUT(0) | GD_INPUT(1)),
    "dg = sum(dz (softmax(x) - one_hot(labels))), dx = gd_softmax_grad(g dz, softmax(x))"
};

gd_tensor *gi_cross_entropy_grad(gd_tensor *dy, gd_tensor *x, gd_tensor *labels)
{
    if (!dy || !x || !labels)
        return NULL;
    int64_t n = x->shape[0], classes = x->shape[1];
    int64_t *label = gi_labels("gd_cross_entropy", "labels", labels, classes);
    gd_tensor *g = gd_contiguous(dy), *z = gi_new_like(x);
    if (!label || !g || !z)
        return NULL;
    loss_rows r = { classes, z->data, x->data, g->data, label };
    gi_parallel(n, gi_part_for(classes, GI_PART_ELEMENTS, 1), some_slopes, &r);
    return gd_record(&cross_entropy_grad_op, z, (gd_tensor *const[]){ dy, x, labels }, 3, NULL, 0);
}

/* ---- The public function: [n, c, d..] as rows [n d.., c] ------------------------------------------------- */

static bool labels_fit(const gd_tensor *logits, const gd_tensor *labels)
{
    bool fit = logits->ndim >= 2 && labels->ndim == logits->ndim - 1;
    for (int i = 0; i < labels->ndim && fit; i++)
        fit = labels->shape[i] == logits->shape[i == 0 ? 0 : i + 1];
    return fit || gd_fail("gd_cross_entropy: logits is %s and labels is %s: logits must be [n, c, ..] and labels "
                          "[n, ..]", gi_text_of(logits).s, gi_text_of(labels).s);
}

gd_tensor *gd_cross_entropy(gd_tensor *logits, gd_tensor *labels, gd_reduction reduction)
{
    if (!logits || !labels || !gi_alive("gd_cross_entropy", "logits", logits)
        || !gi_alive("gd_cross_entropy", "labels", labels) || !labels_fit(logits, labels))
        return NULL;
    if (logits->shape[1] == 0)
        return gd_fail("gd_cross_entropy: logits is %s: there are no classes", gi_text_of(logits).s);
    if (logits->ndim == 2)
        return gi_reduced_loss("gd_cross_entropy", rows_cross_entropy(logits, labels), reduction);
    gd_shape last = { logits->ndim, { 0 } };
    for (int i = 1; i < logits->ndim; i++)
        last.size[i] = i + 1 < logits->ndim ? i + 1 : 1;
    gd_tensor *rows = gd_reshape(gd_permute(logits, last), GD_SHAPE(labels->numel, logits->shape[1]));
    gd_tensor *flat = gd_reshape(labels, GD_SHAPE(labels->numel));
    gd_tensor *l = rows && flat ? rows_cross_entropy(rows, flat) : NULL;
    return gi_reduced_loss("gd_cross_entropy", l ? gd_reshape(l, gd_shape_of_tensor(labels)) : NULL, reduction);
}
