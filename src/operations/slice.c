/* slice.c - every step-th index of an axis, as a view; and its inverse, which sets it into zeros.  Each is the other's
 * rule. */
#include <inttypes.h>
#include <string.h>

#include "slice.h"

#include "autograd/record.h"
#include "base/start.h"
#include "tensor/accumulate.h"
#include "tensor/alive.h"
#include "tensor/nest.h"
#include "tensor/new.h"
#include "tensor/shape.h"

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

/* ---- select: one index, whose axis is removed --------------------------------------------------------------- */

gd_tensor *gd_select(gd_tensor *x, int axis, int64_t i)
{
    if (!x || !gi_alive("gd_select", "x", x))
        return NULL;
    axis = gi_valid_axis("gd_select", axis, x->ndim);
    if (axis < 0)
        return NULL;
    const int64_t size = x->shape[axis], at = i < 0 ? i + size : i;
    if (at < 0 || at >= size)
        return gd_fail("gd_select: x is %s: index %" PRId64 " of axis %d must lie in [%" PRId64 ", %" PRId64 ")",
                       gi_text_of(x).s, i, axis, -size, size);
    return gd_squeeze(gd_slice(x, axis, at, at + 1, 1), axis);
}

/* ---- unslice: the inverse of slice, dy among zeros ------------------------------------------------------------ */

static void unslice_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    const slice_attributes *s = node->attributes;
    dx[0] = gd_slice(dy, s->axis, s->start, s->stop, s->step);
}

static const gd_op unslice_op = {
    .name = "gd_unslice", .rule = unslice_rule, .reads = GD_NOTHING,
    .formula = "dx = gd_slice(dy, ..)",
};

static bool unslice_compute(gd_tensor *y, gd_tensor *const x[], const void *attributes)
{
    const slice_attributes *s = attributes;
    const gd_tensor to = sliced(y, s, x[0]->shape[s->axis]);
    memset(y->data, 0, (size_t)y->numel * sizeof *y->data);
    gi_copy_into(&to, x[0]);
    return true;
}

gd_tensor *gi_unslice(gd_tensor *x, gd_shape shape, int axis, int64_t start, int64_t step)
{
    gd_tensor *y = x ? gi_new("gd_unslice", shape.ndim, shape.size) : NULL;
    if (!y)
        return NULL;
    int64_t n = x->shape[axis];
    slice_attributes s = { axis, start, n ? start + (n - 1) * step + 1 : start, step };
    return gi_start_one("gd_unslice", unslice_compute, y, x, &s, sizeof s)
               ? gi_record1_with(&unslice_op, y, x, &s, sizeof s) : NULL;
}
