/* views.c - operations that return a view, which shares the data of their input with another shape or other strides,
 * and the copy that gd_reshape makes where no view is possible.  Each rule applies the inverse to dy.  More: slice.c,
 * expand.c. */
#include <inttypes.h>
#include <string.h>

#include "autograd/record.h"
#include "base/compiler.h"
#include "base/message.h"
#include "base/start.h"
#include "gradus/tensor.h"
#include "tensor/alive.h"
#include "tensor/nest.h"
#include "tensor/new.h"
#include "tensor/shape.h"

/* ---- contiguous: y = x in row-major order, a copy unless x is -------------------------------------------- */

static void contiguous_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    (void)node;
    dx[0] = dy;
}

static const gd_op contiguous_op = {
    .name = "gd_contiguous", .rule = contiguous_rule, .reads = GD_NOTHING,
    .formula = "dx = dy",
};

static GI_NOINLINE gd_tensor *contiguous_copy(gd_tensor *x)
{
    gd_tensor *y = gi_new_like(x);
    return y && gi_start_one("gd_contiguous", gi_copy_compute, y, x, NULL, 0) ? gi_record1(&contiguous_op, y, x) : NULL;
}

gd_tensor *gd_contiguous(gd_tensor *x)
{
    if (!x || !gi_alive("gd_contiguous", "x", x))
        return NULL;
    return x->contiguous ? x : contiguous_copy(x);
}

/* ---- reshape: y = the elements of x in row-major order, in another shape --------------------------------- */

static gd_tensor *contiguous_view(gd_tensor *x, int ndim, const int64_t *shape)
{
    gd_tensor *y = gi_new_view(x, 0);
    if (!y)
        return NULL;
    y->ndim = ndim;
    int64_t step = 1;
    for (int i = ndim - 1; i >= 0; i--) {
        y->shape[i] = shape[i];
        y->stride[i] = step;
        step *= shape[i];
    }
    y->contiguous = true;
    return y;
}

/* The strides that show x, which has elements but is not contiguous, in another shape; false if there are none.  The
 * axes of x are merged to runs of evenly spaced elements, and the new axes must divide each run into equal parts. */
static bool other_strides(const gd_tensor *x, const gd_shape *shape, int64_t *stride)
{
    gi_nest runs;
    gi_nest_init(&runs, x->ndim, x->shape, 1, (const int64_t *const[]){ x->stride });
    int run = 0;
    int64_t rest = runs.size[0];                        /* of the run, inside of the axis before */
    for (int i = 0; i < shape->ndim; i++) {
        if (rest == 1 && shape->size[i] > 1 && run + 1 < runs.ndim)
            rest = runs.size[++run];
        if (rest % shape->size[i] != 0)
            return false;
        rest /= shape->size[i];
        stride[i] = runs.step[0][run] * rest;
    }
    return true;
}

/* NULL, without a message, if x has to be copied. */
static gd_tensor *strided_view(gd_tensor *x, const gd_shape *shape)
{
    int64_t stride[GD_MAX_DIMS];
    gd_tensor *y = other_strides(x, shape, stride) ? gi_new_view(x, 0) : NULL;
    if (!y)
        return NULL;
    y->ndim = shape->ndim;
    memcpy(y->shape, shape->size, sizeof y->shape);
    memcpy(y->stride, stride, sizeof stride);
    return gi_finish_view(y);
}

static void reshape_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    dx[0] = gd_reshape(dy, gd_shape_of_tensor(node->in[0]));
}

static const gd_op reshape_op = {
    .name = "gd_reshape", .rule = reshape_rule, .reads = GD_NOTHING,
    .formula = "dx = gd_reshape(dy, shape of x)",
};

/* Fills in a size of -1; false when the sizes do not multiply to x's number of elements. */
static bool complete(const gd_tensor *x, gd_shape *shape)
{
    int64_t known = 1;
    int open = -1;
    if (shape->ndim < 0 || shape->ndim > GD_MAX_DIMS)
        return false;
    for (int i = 0; i < shape->ndim; i++) {
        if (shape->size[i] == -1 && open < 0) {
            open = i;
        } else if (shape->size[i] < 0 || (shape->size[i] > 0 && known > INT64_MAX / shape->size[i])) {
            return false;
        } else {
            known *= shape->size[i];
        }
    }
    if (open < 0)
        return known == x->numel;
    if (known == 0 || x->numel % known != 0)
        return false;
    shape->size[open] = x->numel / known;
    return true;
}

static GI_COLD void *not_filled(const gd_tensor *x, const gd_shape *shape)
{
    int open = 0;
    for (int i = 0; i < shape->ndim && i < GD_MAX_DIMS; i++)
        open += shape->size[i] == -1;
    if (open > 1)
        return gd_fail("gd_reshape: shape is %s: only one size may be -1", gi_shape_text(shape->ndim, shape->size).s);
    return gd_fail("gd_reshape: x is %s with %" PRId64 " element%s, which do%s not fill the shape %s", gi_text_of(x).s,
                   x->numel, gi_plural(x->numel), x->numel == 1 ? "es" : "",
                   gi_shape_text(shape->ndim, shape->size).s);
}

gd_tensor *gd_reshape(gd_tensor *x, gd_shape shape)
{
    if (!x || !gi_alive("gd_reshape", "x", x))
        return NULL;
    if (!complete(x, &shape))
        return not_filled(x, &shape);
    gd_tensor *y = x->contiguous ? NULL : strided_view(x, &shape);
    if (!y && (x = gd_contiguous(x)))
        y = contiguous_view(x, shape.ndim, shape.size);
    return y ? gi_record1(&reshape_op, y, x) : NULL;
}

gd_tensor *gd_flatten(gd_tensor *x, int first_axis)
{
    if (!x || !gi_alive("gd_flatten", "x", x))
        return NULL;
    gd_shape shape = gd_shape_of_tensor(x);
    if (x->ndim == 0 && (first_axis == 0 || first_axis == -1))
        return gd_reshape(x, GD_SHAPE(1));
    int axis = gi_valid_axis("gd_flatten", first_axis, x->ndim);
    if (axis < 0)
        return NULL;
    for (int i = axis + 1; i < x->ndim; i++)
        shape.size[axis] *= shape.size[i];
    shape.ndim = axis + 1;
    return gd_reshape(x, shape);
}

/* ---- permute: axis i of y is axis axes[i] of x ----------------------------------------------------------- */

static void permute_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    const gd_shape *axes = node->attributes;
    gd_shape back = *axes;
    for (int i = 0; i < axes->ndim; i++)
        back.size[axes->size[i]] = i;
    dx[0] = gd_permute(dy, back);
}

static const gd_op permute_op = {
    .name = "gd_permute", .rule = permute_rule, .reads = GD_NOTHING,
    .formula = "dx = gd_permute(dy, inverse of axes)",
};

gd_tensor *gd_permute(gd_tensor *x, gd_shape axes)
{
    if (!x || !gi_alive("gd_permute", "x", x))
        return NULL;
    unsigned seen = 0;
    gd_shape from = axes;
    for (int i = 0; i < axes.ndim && axes.ndim == x->ndim; i++) {
        from.size[i] += from.size[i] < 0 ? x->ndim : 0;
        if (from.size[i] >= 0 && from.size[i] < x->ndim)
            seen |= 1u << from.size[i];
    }
    if (axes.ndim != x->ndim || seen != (1u << x->ndim) - 1)
        return gd_fail("gd_permute: x is %s: %s is not a permutation of its axes", gi_text_of(x).s,
                       gi_shape_text(axes.ndim, axes.size).s);
    gd_tensor *y = gi_new_view(x, x->ndim);
    if (!y)
        return NULL;
    for (int i = 0; i < x->ndim; i++) {
        y->shape[i] = x->shape[from.size[i]];
        y->stride[i] = x->stride[from.size[i]];
    }
    return gi_record1_with(&permute_op, gi_finish_view(y), x, &from, sizeof from);
}

/* ---- transpose: two axes change places ------------------------------------------------------------------- */

static void transpose_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    const int *axis = node->attributes;
    dx[0] = gd_transpose(dy, axis[0], axis[1]);
}

static const gd_op transpose_op = {
    .name = "gd_transpose", .rule = transpose_rule, .reads = GD_NOTHING,
    .formula = "dx = gd_transpose(dy, axis0, axis1)",
};

gd_tensor *gd_transpose(gd_tensor *x, int axis0, int axis1)
{
    if (!x || !gi_alive("gd_transpose", "x", x))
        return NULL;
    int axis[2] = { gi_valid_axis("gd_transpose", axis0, x->ndim), -1 };
    if (axis[0] < 0 || (axis[1] = gi_valid_axis("gd_transpose", axis1, x->ndim)) < 0)
        return NULL;
    gd_tensor *y = gi_new_view(x, x->ndim);
    if (!y)
        return NULL;
    y->shape[axis[0]] = x->shape[axis[1]];
    y->shape[axis[1]] = x->shape[axis[0]];
    y->stride[axis[0]] = x->stride[axis[1]];
    y->stride[axis[1]] = x->stride[axis[0]];
    gi_finish_view(y);
    return gi_record1_with(&transpose_op, y, x, axis, sizeof axis);
}

/* ---- squeeze and unsqueeze: an axis of size 1 goes, or comes --------------------------------------------- */

static void squeeze_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    const int *axis = node->attributes;
    dx[0] = gd_unsqueeze(dy, *axis);
}

static void unsqueeze_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    const int *axis = node->attributes;
    dx[0] = gd_squeeze(dy, *axis);
}

static const gd_op squeeze_op = {
    .name = "gd_squeeze", .rule = squeeze_rule, .reads = GD_NOTHING,
    .formula = "dx = gd_unsqueeze(dy, axis)",
};
static const gd_op unsqueeze_op = {
    .name = "gd_unsqueeze", .rule = unsqueeze_rule, .reads = GD_NOTHING,
    .formula = "dx = gd_squeeze(dy, axis)",
};

gd_tensor *gd_squeeze(gd_tensor *x, int axis)
{
    if (!x || !gi_alive("gd_squeeze", "x", x))
        return NULL;
    int at = gi_valid_axis("gd_squeeze", axis, x->ndim);
    if (at < 0)
        return NULL;
    if (x->shape[at] != 1)
        return gd_fail("gd_squeeze: x is %s: axis %d has size %" PRId64 ", not 1", gi_text_of(x).s, axis,
                       x->shape[at]);
    gd_tensor *y = gi_new_view(x, x->ndim);
    if (!y)
        return NULL;
    y->ndim--;
    for (int i = at; i < y->ndim; i++) {
        y->shape[i] = x->shape[i + 1];
        y->stride[i] = x->stride[i + 1];
    }
    return gi_record1_with(&squeeze_op, gi_finish_view(y), x, &at, sizeof at);
}

gd_tensor *gd_unsqueeze(gd_tensor *x, int axis)
{
    if (!x || !gi_alive("gd_unsqueeze", "x", x))
        return NULL;
    if (x->ndim == GD_MAX_DIMS)
        return gd_fail("gd_unsqueeze: x is %s and has %d axes already", gi_text_of(x).s, GD_MAX_DIMS);
    int at = gi_valid_axis("gd_unsqueeze", axis, x->ndim + 1);
    if (at < 0)
        return NULL;
    gd_tensor *y = gi_new_view(x, x->ndim);
    if (!y)
        return NULL;
    y->ndim++;
    for (int i = x->ndim; i > at; i--) {
        y->shape[i] = x->shape[i - 1];
        y->stride[i] = x->stride[i - 1];
    }
    y->shape[at] = 1;
    y->stride[at] = at < x->ndim ? x->shape[at] * x->stride[at] : 1;
    return gi_record1_with(&unsqueeze_op, gi_finish_view(y), x, &at, sizeof at);
}
