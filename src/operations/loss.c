/* loss.c - cross-entropy: one operation from logits to likelihood, because the probabilities in between may round
 * to 0.  The squared error is in squared_error.c, others are in fused/pair_losses.c. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/start.h"
#include "base/thread_state.h"
#include "base/threads.h"
#include "gradus/tensor.h"
#include "kernels/softmax.h"
#include "operations/axes.h"
#include "operations/loss.h"
#include "tensor/alive.h"
#include "tensor/check.h"
#include "tensor/nest.h"
#include "tensor/new.h"
#include "tensor/shape.h"

/* ---- Cross-entropy of rows: l = ln sum_c e^(x_c) - x_label,  x [n, c]  labels [n]  ->  l [n] -------------
 *
 * A third input, readable [n], is 0 for rows that do not count and whose loss would be NaN: that is 0 then, and so is
 * its gradient. */

static void some_losses(void *context, int64_t begin, int64_t end)
{
    gi_cross_entropy_rows(context, begin, end);
}

static gd_tensor *readable_of(const gd_node *node)
{
    return node->n > 2 ? node->in[2] : NULL;
}

gd_tensor *gi_readable_only(gd_tensor *logits, gd_tensor *readable)
{
    bool all = !gi_capturing();             /* else the next run may have others */
    for (int64_t i = 0; readable && i < readable->numel; i++)
        all = all && readable->data[i] != 0;
    return !readable || all ? logits : gd_where(gd_unsqueeze(readable, 1), logits, gd_scalar(0));
}

/* With p = softmax(logits):  dlogits = dl (p - one_hot(labels)) */
static void cross_entropy_rule(const gd_node *node, gd_tensor *dl, gd_tensor **dx)
{
    gd_tensor *x = gi_readable_only(node->in[0], readable_of(node)), *labels = node->in[1];
    if (!x)
        return;
    if (gi_needs(node, 0))
        dx[0] = gd_mul(gd_sub(gd_softmax(x, 1), gd_one_hot(labels, x->shape[1])), gd_unsqueeze(dl, 1));
    if (gi_needs(node, 1))
        dx[1] = gd_zeros_like(labels);
}

static void some_slopes(void *context, int64_t begin, int64_t end)
{
    gi_cross_entropy_slope_rows(context, begin, end);
}

static gd_fast cross_entropy_fast(const gd_node *node, const gd_tensor *dl, const gd_target *dx)
{
    const gd_tensor *x = node->in[0], *labels = node->in[1], *readable = readable_of(node);
    const int64_t n = x->shape[0], classes = x->shape[1];
    if (dx[1].data)
        memset(dx[1].data, 0, (size_t)labels->numel * sizeof *dx[1].data);
    if (!dx[0].data)
        return GD_DONE;
    int64_t *label = gi_labels("gd_cross_entropy", "labels", labels, classes);
    gd_real *g = label ? gi_arena_take(gi_current_scope(), (size_t)n * sizeof *g) : NULL;
    if (!g)
        return GD_FAILED;
    gi_copy(g, dl);
    gi_loss_rows r = { classes, dx[0].data, x->data, g, label };
    gi_parallel(n, gi_part_for(classes, GI_PART_ELEMENTS, 1), some_slopes, &r);
    for (int64_t i = 0; readable && i < n; i++)
        if (readable->data[i] == 0)
            memset(dx[0].data + i * classes, 0, (size_t)classes * sizeof *dx[0].data);
    return GD_DONE;
}

static const gd_op cross_entropy_op = {
    .name = "gd_cross_entropy", .rule = cross_entropy_rule, .fast = cross_entropy_fast,
    .reads = GD_READS(0, GD_INPUT(0) | GD_INPUT(1) | GD_INPUT(2)),
    .formula = "dlogits = dl (softmax(logits) - one_hot(labels))"
};

/* x: logits, labels; keep, or NULL, and readable, which is written as well. */
static bool cross_entropy_compute(gd_tensor *l, gd_tensor *const x[], const void *attributes)
{
    (void)attributes;
    const int64_t n = x[0]->shape[0], classes = x[0]->shape[1];
    const int64_t *label = gi_labels("gd_cross_entropy", "labels", x[1], classes);
    if (!label)
        return false;
    gi_loss_rows r = { .classes = classes, .y = l->data, .x = x[0]->data, .label = label };
    gi_parallel(n, gi_part_for(classes, GI_PART_ELEMENTS, 1), some_losses, &r);
    for (int64_t i = 0; x[2] && i < n; i++) {
        const bool readable = x[2]->data[i] != 0 || !isnan(l->data[i]);
        x[3]->data[i] = readable;
        l->data[i] = readable ? l->data[i] : 0;
    }
    return true;
}

static gd_tensor *rows_cross_entropy(gd_tensor *x, gd_tensor *labels, gd_tensor *keep, gd_tensor **readable)
{
    if (!gi_countable("gd_cross_entropy", "labels", x->shape[1]))
        return NULL;
    gd_tensor *rows = gd_contiguous(x), *l = rows ? gi_new_like(labels) : NULL;
    *readable = keep ? gi_new_like(keep) : NULL;
    gd_tensor *const inputs[] = { rows, labels, keep, *readable };
    if (!l || (keep && !*readable) || !gi_start("gd_cross_entropy", cross_entropy_compute, l, inputs, 4, NULL, 0))
        return NULL;
    if (!keep)
        return gi_record2(&cross_entropy_op, l, rows, labels);
    gi_computed(*readable);
    return gi_record3(&cross_entropy_op, l, rows, labels, *readable);
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

gd_tensor *gi_cross_entropy(gd_tensor *logits, gd_tensor *labels, gd_tensor *keep, gd_tensor **readable)
{
    if (logits->ndim == 2)
        return rows_cross_entropy(logits, labels, keep, readable);
    gd_shape last = { logits->ndim, { 0 } };
    for (int i = 1; i < logits->ndim; i++)
        last.size[i] = i + 1 < logits->ndim ? i + 1 : 1;
    gd_tensor *rows = gd_reshape(gd_permute(logits, last), GD_SHAPE(labels->numel, logits->shape[1]));
    gd_tensor *flat = gd_reshape(labels, GD_SHAPE(labels->numel));
    gd_tensor *kept = keep ? gd_reshape(keep, GD_SHAPE(keep->numel)) : NULL;
    gd_tensor *l = rows && flat && (!keep || kept) ? rows_cross_entropy(rows, flat, kept, readable) : NULL;
    if (l && *readable)
        *readable = gd_reshape(*readable, gd_shape_of_tensor(labels));
    return l && (!keep || *readable) ? gd_reshape(l, gd_shape_of_tensor(labels)) : NULL;
}

gd_tensor *gd_cross_entropy(gd_tensor *logits, gd_tensor *labels, gd_reduction reduction)
{
    if (!logits || !labels || !gi_alive("gd_cross_entropy", "logits", logits)
        || !gi_alive("gd_cross_entropy", "labels", labels) || !labels_fit(logits, labels))
        return NULL;
    if (logits->shape[1] == 0)
        return gd_fail("gd_cross_entropy: logits is %s: there are no classes", gi_text_of(logits).s);
    gd_tensor *none;
    return gi_reduced_loss("gd_cross_entropy", gi_cross_entropy(logits, labels, NULL, &none), reduction);
}
