/* views.c - operations that return a view: they share the data of their input, with another shape or other strides.
 * Each rule applies the inverse to dy. */
#include <inttypes.h>
#include <string.h>

#include "autograd/node.h"
#include "base/compiler.h"
#include "base/message.h"
#include "gradus/tensor.h"
#include "internal_operations.h"
#include "tensor/alive.h"
#include "tensor/nest.h"
#include "tensor/new.h"
#include "tensor/shape.h"

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

/* ---- slice: every step-th index of an axis --------------------------------------------------------------- */

typedef struct slice_attributes {
    int     axis;
    int64_t start, stop, step;
} slice_attributes;

/* What gd_slice looks at, of a tensor y of x's shape. */
static gd_tensor sliced(const gd_tensor *y, const slice_attributes *s, int64_t length)
{
    gd_tensor part = *y;
    part.data += length ? s->start * y->stride[s->axis] : 0;
    part.shape[s->axis] = length;
    part.stride[s->axis] *= length > 1 ? s->step : 1;
    return *gi_finish_view(&part);
}

static void slice_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    const slice_attributes *s = node->attributes;
    dx[0] = gi_unslice(dy, gd_shape_of_tensor(node->in[0]), s->axis, s->start, s->step);
}

/* Added to the gradient that is there already, of other slices say, or set into zeros. */
static gd_fast slice_fast(const gd_node *node, const gd_tensor *dy, const gd_target *dx)
{
    const slice_attributes *s = node->attributes;
    gd_tensor whole = { .data = dx->data };
    gi_set_row_major(&whole, node->in[0]->ndim, node->in[0]->shape);
    const gd_tensor part = sliced(&whole, s, dy->shape[s->axis]);
    if (!dx->add) {
        memset(dx->data, 0, (size_t)node->in[0]->numel * sizeof *dx->data);
        gi_copy_into(&part, dy);
    } else {
        gi_accumulate(&part, dy);
    }
    return GD_DONE;
}

static const gd_op slice_op = {
    .name = "gd_slice", .rule = slice_rule, .fast = slice_fast, .adds = true, .reads = GD_NOTHING,
    .formula = "dx = dy set into zeros"
};

static int64_t cut(int64_t at, int64_t size)
{
    at += at < 0 ? size : 0;
    return at < 0 ? 0 : at > size ? size : at;
}

gd_tensor *gd_slice(gd_tensor *x, int axis, int64_t start, int64_t stop, int64_t step)
{
    if (!x || !gi_alive("gd_slice", "x", x))
        return NULL;
    slice_attributes s = { gi_valid_axis("gd_slice", axis, x->ndim), 0, 0, step };
    if (s.axis < 0)
        return NULL;
    if (step < 1)
        return gd_fail("gd_slice: step = %" PRId64 " must be at least 1", step);
    s.start = cut(start, x->shape[s.axis]);
    s.stop = cut(stop, x->shape[s.axis]);
    gd_tensor *y = gi_new_view(x, x->ndim);
    if (!y)
        return NULL;
    int64_t length = s.stop > s.start ? (s.stop - s.start - 1) / step + 1 : 0;
    y->data = length ? x->data + s.start * x->stride[s.axis] : x->data;
    y->shape[s.axis] = length;
    y->stride[s.axis] = length > 1 ? step * x->stride[s.axis] : x->stride[s.axis];
    return gi_record1_with(&slice_op, gi_finish_view(y), x, &s, sizeof s);
}

/* unslice: its inverse, dy among zeros. */

static void unslice_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    const slice_attributes *s = node->attributes;
    dx[0] = gd_slice(dy, s->axis, s->start, s->stop, s->step);
}

static const gd_op unslice_op = {
    .name = "gd_unslice", .rule = unslice_rule, .reads = GD_NOTHING,
    .formula = "dx = gd_slice(dy, ..)",
};

gd_tensor *gi_unslice(gd_tensor *x, gd_shape shape, int axis, int64_t start, int64_t step)
{
    gd_tensor *y = x ? gd_zeros(shape) : NULL;
    if (!y)
        return NULL;
    int64_t n = x->shape[axis];
    slice_attributes s = { axis, start, n ? start + (n - 1) * step + 1 : start, step };
    const gd_tensor to = sliced(y, &s, n);
    gi_copy_into(&to, x);
    return gi_record1_with(&unslice_op, y, x, &s, sizeof s);
}

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
