/* softmax.c - softmax and log-softmax along an axis.
 * Both subtract the largest element first, so that nothing overflows and the largest term is exact.  Where that is
 * infinite the elements equal to it share evenly, as equal finite ones do: the limit beside one of +infinity, and
 * one of many limits for a row of nothing but -infinity, the one that gd_max's and gd_logsumexp's gradients take. */
#include <math.h>

#include "base/compiler.h"
#include "base/threads.h"
#include "gradus/tensor.h"
#include "kernels/sums.h"
#include "operations/axes.h"
#include "operations/internal_operations.h"
#include "operations/rows.h"
#include "tensor/alive.h"
#include "tensor/nest.h"
#include "tensor/new.h"
#include "tensor/shape.h"

/* A line of n elements of x, and of y, which moves in the same way. */
typedef void line_map(int64_t n, gd_real *y, const gd_real *x, const gd_real *other);

typedef struct lines {
    line_map      *map;
    int64_t        n;
    gd_real       *y;
    const gd_real *x, *other;
} lines;

static void some_lines(void *context, int64_t begin, int64_t end)
{
    const lines *l = context;
    for (int64_t start = begin * l->n; start < end * l->n; start += l->n)
        l->map(l->n, l->y + start, l->x + start, l->other ? l->other + start : NULL);
}

/* Runs map along an axis, over contiguous lines: others are copied to a work space and back. */
static gd_tensor *along(gd_tensor *x, gd_tensor *other, int axis, line_map *map)
{
    gd_tensor *y = gi_new_like(x);
    if (!y || x->numel == 0)
        return y;
    int64_t n = x->shape[axis];
    if (axis == x->ndim - 1 && x->contiguous && (!other || other->contiguous)) {
        lines l = { map, n, y->data, x->data, other ? other->data : NULL };
        gi_parallel(x->numel / n, gi_part_for(n, GI_PART_ELEMENTS, 1), some_lines, &l);
        return y;
    }
    gd_tensor *x_last = gd_contiguous(gd_transpose(gd_detach(x), axis, -1));
    gd_tensor *other_last = other ? gd_contiguous(gd_transpose(gd_detach(other), axis, -1)) : NULL;
    bool copied = x_last && (!other || other_last);
    gd_tensor *turned = gd_transpose(copied ? along(x_last, other_last, x->ndim - 1, map) : NULL, axis, -1);
    if (!turned)
        return NULL;
    gi_copy(y->data, turned);
    return y;
}

/* ---- softmax: y = e^(x - max x) / sum -------------------------------------------------------------------- */

GI_KERNEL static void softmax_line(int64_t n, gd_real *y, const gd_real *x, const gd_real *unused)
{
    (void)unused;
    gd_real scale = 1 / row_exp(n, y, x, row_largest(n, x));
    for (int64_t i = 0; i < n; i++)
        y[i] *= scale;
}

/* dx = y (dy - sum(dy y)), fused. */
static void softmax_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    const int *axis = node->attributes;
    dx[0] = gi_softmax_grad(dy, node->out, *axis);
}

static const gd_op softmax_op = { "gd_softmax", softmax_rule, GD_OUTPUT, "dx = y (dy - sum(dy y))" };

gd_tensor *gd_softmax(gd_tensor *x, int axis)
{
    int at = x && gi_alive("gd_softmax", "x", x) ? gi_valid_axis("gd_softmax", axis, x->ndim) : -1;
    gd_tensor *y = at < 0 ? NULL : along(x, NULL, at, softmax_line);
    return gd_record(&softmax_op, y, &x, 1, &at, sizeof at);
}

GI_KERNEL static void softmax_grad_line(int64_t n, gd_real *dx, const gd_real *dy, const gd_real *y)
{
    gd_real dot = real_dot(n, dy, y);
    for (int64_t i = 0; i < n; i++)
        dx[i] = y[i] * (dy[i] - dot);
}

/* z = y (g - s), s = sum(g y):  dg = y (dz - sum(dz y)),  dy = dz (g - s) - g sum(dz y) */
static void softmax_grad_rule(const gd_node *node, gd_tensor *dz, gd_tensor **dx)
{
    const int *axis = node->attributes;
    gd_tensor *g = node->in[0], *y = node->in[1];
    if (gi_wanted(node, 0))
        dx[0] = gi_softmax_grad(dz, y, *axis);
    if (gi_wanted(node, 1)) {
        gd_tensor *s = gd_sum_axis(gd_mul(g, y), *axis, true), *t = gd_sum_axis(gd_mul(dz, y), *axis, true);
        dx[1] = gd_sub(gd_mul(dz, gd_sub(g, s)), gd_mul(g, t));
    }
}

static const gd_op softmax_grad_op = {
    "gd_softmax_grad", softmax_grad_rule, GD_READS(0, GD_INPUT(1)) | GD_READS(1, GD_INPUT(0) | GD_INPUT(1)),
    "ddy = y (dz - sum(dz y)), dy = dz (dy - sum(dy y)) - dy sum(dz y)"
};

gd_tensor *gi_softmax_grad(gd_tensor *dy, gd_tensor *y, int axis)
{
    gd_tensor *z = dy && y ? along(dy, y, axis, softmax_grad_line) : NULL;
    return gd_record(&softmax_grad_op, z, (gd_tensor *const[]){ dy, y }, 2, &axis, sizeof axis);
}

/* ---- log-softmax: y = x - max x - ln sum e^(x - max x) --------------------------------------------------- */

GI_KERNEL static void log_softmax_line(int64_t n, gd_real *y, const gd_real *x, const gd_real *unused)
{
    (void)unused;
    gd_real most = row_largest(n, x), log_sum = real_log(row_exp_sum(n, x, most));
    for (int64_t i = 0; i < n; i++)
        y[i] = x[i] - most - log_sum;
    for (int64_t i = 0; GI_UNLIKELY(isinf(most)) && i < n; i++)
        if (x[i] == most)
            y[i] = -log_sum;
}

static void log_softmax_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    const int *axis = node->attributes;
    dx[0] = gi_log_softmax_grad(dy, node->out, *axis);
}

static const gd_op log_softmax_op = { "gd_log_softmax", log_softmax_rule, GD_OUTPUT, "dx = dy - e^y sum(dy)" };

gd_tensor *gd_log_softmax(gd_tensor *x, int axis)
{
    int at = x && gi_alive("gd_log_softmax", "x", x) ? gi_valid_axis("gd_log_softmax", axis, x->ndim) : -1;
    gd_tensor *y = at < 0 ? NULL : along(x, NULL, at, log_softmax_line);
    return gd_record(&log_softmax_op, y, &x, 1, &at, sizeof at);
}

GI_KERNEL static void log_softmax_grad_line(int64_t n, gd_real *dx, const gd_real *dy, const gd_real *y)
{
    gd_real sum = real_sum(n, dy);
    for (int64_t i = 0; i < n; i++)
        dx[i] = dy[i] - real_exp(y[i]) * sum;
}

/* z = g - e^y s, s = sum(g):  dg = dz - sum(dz e^y),  dy = -dz e^y s */
static void log_softmax_grad_rule(const gd_node *node, gd_tensor *dz, gd_tensor **dx)
{
    const int *axis = node->attributes;
    gd_tensor *g = node->in[0], *t = gd_mul(dz, gd_exp(node->in[1]));
    if (gi_wanted(node, 0))
        dx[0] = gd_sub(dz, gd_sum_axis(t, *axis, true));
    if (gi_wanted(node, 1))
        dx[1] = gd_neg(gd_mul(t, gd_sum_axis(g, *axis, true)));
}

static const gd_op log_softmax_grad_op = {
    "gd_log_softmax_grad", log_softmax_grad_rule,
    GD_READS(0, GD_INPUT(1)) | GD_READS(1, GD_INPUT(0) | GD_INPUT(1)),
    "ddy = dz - sum(dz e^y), dy = -dz e^y sum(dy)"
};

gd_tensor *gi_log_softmax_grad(gd_tensor *dy, gd_tensor *y, int axis)
{
    gd_tensor *z = dy && y ? along(dy, y, axis, log_softmax_grad_line) : NULL;
    return gd_record(&log_softmax_grad_op, z, (gd_tensor *const[]){ dy, y }, 2, &axis, sizeof axis);
}
