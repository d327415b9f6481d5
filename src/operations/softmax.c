/* softmax.c - softmax and log-softmax along an axis: shapes, layouts and rules.  The loops over rows are in
 * kernels/softmax.c. */
#include "base/start.h"
#include "base/threads.h"
#include "gradus/tensor.h"
#include "kernels/softmax.h"
#include "operations/axes.h"
#include "tensor/alive.h"
#include "tensor/nest.h"
#include "tensor/new.h"
#include "tensor/shape.h"

/* A contiguous copy of x with two axes exchanged: axis is the last one. */
static gd_tensor *axis_last(const gd_tensor *x, int axis)
{
    gd_tensor view = *x;
    view.shape[axis] = x->shape[x->ndim - 1];
    view.stride[axis] = x->stride[x->ndim - 1];
    view.shape[x->ndim - 1] = x->shape[axis];
    view.stride[x->ndim - 1] = x->stride[axis];
    view.contiguous = false;
    gd_tensor *copy = gi_new_like(&view);
    if (copy)
        gi_copy(copy->data, &view);
    return copy;
}

typedef struct lines {
    gi_row_map    *map;
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

static void run_lines(gi_row_map *map, int64_t n, gd_real *y, const gd_tensor *x, const gd_tensor *other)
{
    lines l = { map, n, y, x->data, other ? other->data : NULL };
    gi_parallel(x->numel / n, gi_part_for(n, GI_PART_ELEMENTS, 1), some_lines, &l);
}

/* Runs map along an axis, over contiguous lines: others are copied to a work space and back.  y is contiguous, of x's
 * shape; other may be NULL.  False, and a message, when memory is out. */
static bool along(gd_real *y, const gd_tensor *x, const gd_tensor *other, int axis, gi_row_map *map)
{
    if (x->numel == 0)
        return true;
    const int64_t n = x->shape[axis];
    if (axis == x->ndim - 1 && x->contiguous && (!other || other->contiguous)) {
        run_lines(map, n, y, x, other);
        return true;
    }
    gd_tensor *x_last = axis_last(x, axis), *other_last = other ? axis_last(other, axis) : NULL;
    gd_tensor *y_last = x_last ? gi_new_like(x_last) : NULL;
    if (!y_last || (other && !other_last))
        return false;
    run_lines(map, n, y_last->data, x_last, other_last);
    gd_tensor turned = *y_last;             /* seen in the order of x's axes */
    turned.shape[axis] = y_last->shape[x->ndim - 1];
    turned.shape[x->ndim - 1] = y_last->shape[axis];
    turned.stride[axis] = y_last->stride[x->ndim - 1];
    turned.stride[x->ndim - 1] = y_last->stride[axis];
    turned.contiguous = false;
    gi_copy(y, &turned);
    return true;
}

/* ---- softmax: y = e^(x - max x) / sum -------------------------------------------------------------------- */

static void softmax_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    const int *axis = node->attributes;
    gd_tensor *y = node->out;
    dx[0] = gd_mul(y, gd_sub(dy, gd_sum_axis(gd_mul(dy, y), *axis, true)));
}

static gd_fast softmax_fast(const gd_node *node, const gd_tensor *dy, const gd_target *dx)
{
    const int *axis = node->attributes;
    return along(dx->data, dy, node->out, *axis, gi_softmax_slope_row) ? GD_DONE : GD_FAILED;
}

static const gd_op softmax_op = {
    .name = "gd_softmax", .rule = softmax_rule, .fast = softmax_fast, .reads = GD_OUTPUT,
    .formula = "dx = y (dy - sum(dy y))"
};

typedef struct map_attributes {
    gi_row_map *map;
    int         axis;
} map_attributes;

static bool map_compute(gd_tensor *y, gd_tensor *const x[], const void *attributes)
{
    const map_attributes *a = attributes;
    return along(y->data, x[0], NULL, a->axis, a->map);
}

static gd_tensor *map_along(const char *function, gd_tensor *x, int axis, gi_row_map *map, const gd_op *op)
{
    int at = x && gi_alive(function, "x", x) ? gi_valid_axis(function, axis, x->ndim) : -1;
    gd_tensor *y = at < 0 ? NULL : gi_new_like(x);
    const map_attributes a = { map, at };
    return y && gi_start_one(function, map_compute, y, x, &a, sizeof a) ? gi_record1_with(op, y, x, &at, sizeof at)
                                                                        : NULL;
}

gd_tensor *gd_softmax(gd_tensor *x, int axis)
{
    return map_along("gd_softmax", x, axis, gi_softmax_row, &softmax_op);
}

/* ---- log-softmax: y = x - max x - ln sum e^(x - max x) --------------------------------------------------- */

static void log_softmax_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    const int *axis = node->attributes;
    dx[0] = gd_sub(dy, gd_mul(gd_exp(node->out), gd_sum_axis(dy, *axis, true)));
}

static gd_fast log_softmax_fast(const gd_node *node, const gd_tensor *dy, const gd_target *dx)
{
    const int *axis = node->attributes;
    return along(dx->data, dy, node->out, *axis, gi_log_softmax_slope_row) ? GD_DONE : GD_FAILED;
}

static const gd_op log_softmax_op = {
    .name = "gd_log_softmax", .rule = log_softmax_rule, .fast = log_softmax_fast, .reads = GD_OUTPUT,
    .formula = "dx = dy - e^y sum(dy)"
};

gd_tensor *gd_log_softmax(gd_tensor *x, int axis)
{
    return map_along("gd_log_softmax", x, axis, gi_log_softmax_row, &log_softmax_op);
}
