/* expand.c - broadcasting a tensor to a shape, as a view; and its inverse, which sums over what was broadcast.  Each is
 * the other's rule. */
#include <string.h>

#include "expand.h"

#include "autograd/record.h"
#include "autograd/sum_to.h"
#include "base/compiler.h"
#include "base/start.h"
#include "kernels/sums.h"
#include "tensor/alive.h"
#include "tensor/nest.h"
#include "tensor/new.h"
#include "tensor/shape.h"

/* ---- expand: broadcast to a shape ------------------------------------------------------------------------ */

static void expand_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    dx[0] = gi_sum_to(dy, node->in[0]);
}

static const gd_op expand_op = {
    .name = "gd_expand", .rule = expand_rule, .reads = GD_NOTHING,
    .formula = "dx = dy summed over the stretched axes",
};

/* A scalar spread over the shape of like: what the rules of full sums need. */
gd_tensor *gi_expand_scalar(gd_tensor *x, const gd_tensor *like)
{
    gd_tensor *y = gi_new_view(x, 0);
    if (!y)
        return NULL;
    y->ndim = like->ndim;
    y->numel = like->numel;
    for (int i = 0; i < like->ndim; i++) {
        y->shape[i] = like->shape[i];
        y->stride[i] = 0;
    }
    y->contiguous = like->numel <= 1;
    return gi_record1(&expand_op, y, x);
}

gd_tensor *gd_expand(gd_tensor *x, gd_shape shape)
{
    if (!x || !gi_alive("gd_expand", "x", x))
        return NULL;
    bool fits = shape.ndim >= x->ndim && shape.ndim <= GD_MAX_DIMS;
    gd_shape to = shape;
    for (int i = 0; i < shape.ndim && fits; i++) {
        int from = i - (shape.ndim - x->ndim);
        if (to.size[i] == -1 && from >= 0)
            to.size[i] = x->shape[from];
        fits = to.size[i] >= 0 && (from < 0 || x->shape[from] == to.size[i] || x->shape[from] == 1);
    }
    if (!fits)
        return gd_fail("gd_expand: x is %s and does not broadcast to %s", gi_text_of(x).s,
                       gi_shape_text(shape.ndim, shape.size).s);
    gd_tensor *y = gi_valid_shape("gd_expand", to.ndim, to.size) < 0 ? NULL : gi_new_view(x, x->ndim);
    if (!y)
        return NULL;
    y->ndim = to.ndim;
    memcpy(y->shape, to.size, sizeof y->shape);
    gi_broadcast_strides(x, to.ndim, to.size, y->stride);
    return gi_record1(&expand_op, gi_finish_view(y), x);
}

/* ---- sum_to: the inverse of broadcasting ----------------------------------------------------------------- */

static void sum_to_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    dx[0] = gd_expand(dy, gd_shape_of_tensor(node->in[0]));
}

static const gd_op sum_to_op = {
    .name = "gd_sum_to", .rule = sum_to_rule, .reads = GD_NOTHING,
    .formula = "dx = gd_expand(dy, shape of x)",
};

static GI_NOINLINE void sum_axes(gd_real *y, const gd_tensor *x, const gd_tensor *like)
{
    int64_t stride[GD_MAX_DIMS], y_stride[GD_MAX_DIMS];
    gi_row_major_strides(like->ndim, like->shape, stride);
    gi_broadcast_strides_of(like->ndim, like->shape, stride, x->ndim, x->shape, y_stride);
    memset(y, 0, (size_t)like->numel * sizeof *y);
    gi_sum_axes_into(y, y_stride, x);
}

void gi_sum_to_numbers(gd_real *y, const gd_tensor *x, const gd_tensor *like)
{
    if (x->contiguous && like->numel == 1)
        *y = real_sum(x->numel, x->data);
    else
        sum_axes(y, x, like);
}

static bool sum_to_compute(gd_tensor *y, gd_tensor *const x[], const void *attributes)
{
    (void)attributes;
    gi_sum_to_numbers(y->data, x[0], y);
    return true;
}

gd_tensor *gi_sum_to(gd_tensor *x, const gd_tensor *like)
{
    gd_tensor *y = gi_new_like(like);
    return y && gi_start_one("gd_sum_to", sum_to_compute, y, x, NULL, 0) ? gi_record1(&sum_to_op, y, x) : NULL;
}
