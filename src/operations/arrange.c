/* arrange.c - flip, repeat, pad and the triangles of a matrix: operations that copy numbers to other places,
 * or leave zeros.  Each rule moves dy back. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "autograd/record.h"
#include "base/start.h"
#include "gradus/tensor.h"
#include "tensor/alive.h"
#include "tensor/check.h"
#include "tensor/nest.h"
#include "tensor/new.h"
#include "tensor/shape.h"

/* ---- flip: y = x with one axis in reverse order ------------------------------------------------------------- */

static void flip_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    const int *axis = node->attributes;
    dx[0] = gd_flip(dy, *axis);
}

static const gd_op flip_op = {
    .name = "gd_flip", .rule = flip_rule, .reads = GD_NOTHING,
    .formula = "dx = gd_flip(dy, axis)",
};

/* Written from the last index to the first. */
static bool flip_compute(gd_tensor *y, gd_tensor *const x[], const void *attributes)
{
    const int at = *(const int *)attributes;
    if (y->numel == 0)
        return true;
    gd_tensor to = *y;
    to.contiguous = false;
    to.data += (y->shape[at] - 1) * y->stride[at];
    to.stride[at] = -y->stride[at];
    gi_copy_into(&to, x[0]);
    return true;
}

gd_tensor *gd_flip(gd_tensor *x, int axis)
{
    int at = x && gi_alive("gd_flip", "x", x) ? gi_valid_axis("gd_flip", axis, x->ndim) : -1;
    gd_tensor *y = at < 0 ? NULL : gi_new_like(x);
    return y && gi_start_one("gd_flip", flip_compute, y, x, &at, sizeof at)
               ? gd_record(&flip_op, y, &x, 1, &at, sizeof at) : NULL;
}

/* ---- repeat: x several times along each axis: stretched along a new axis before it, then merged with it ---- */

static gd_tensor *repeat_axis(gd_tensor *x, int axis, int64_t times)
{
    gd_shape shape = gd_shape_of_tensor(x);
    int64_t before = 1, rest = 1;
    for (int i = 0; i < axis; i++)
        before *= shape.size[i];
    for (int i = axis; i < shape.ndim; i++)
        rest *= shape.size[i];
    shape.size[axis] *= times;
    gd_tensor *copies = gd_expand(gd_reshape(x, GD_SHAPE(before, 1, rest)), GD_SHAPE(before, times, rest));
    return gd_reshape(copies, shape);
}

/* Are the sizes, and their product, below 2^60?  Sizes of 0 count as 1. */
static bool countable(const gd_tensor *x, gd_shape times)
{
    double n = 1;
    for (int i = 0; i < times.ndim; i++) {
        int at = i - (times.ndim - x->ndim);
        n *= fmax(1, (double)times.size[i] * (at < 0 ? 1 : (double)x->shape[at]));
    }
    return n < 0x1p60;
}

gd_tensor *gd_repeat(gd_tensor *x, gd_shape times)
{
    if (!x || !gi_alive("gd_repeat", "x", x))
        return NULL;
    bool good = times.ndim >= x->ndim && times.ndim <= GD_MAX_DIMS;
    for (int i = 0; i < times.ndim && good; i++)
        good = times.size[i] >= 0;
    if (!good)
        return gd_fail("gd_repeat: x is %s and times is %s: one number for each axis is expected, none negative",
                       gi_text_of(x).s, gi_shape_text(times.ndim, times.size).s);
    if (!countable(x, times))
        return gd_fail("gd_repeat: x is %s and times is %s: that is more elements than memory can hold",
                       gi_text_of(x).s, gi_shape_text(times.ndim, times.size).s);
    gd_tensor *y = x;
    while (y && y->ndim < times.ndim)
        y = gd_unsqueeze(y, 0);
    for (int i = 0; i < times.ndim && y; i++)
        if (times.size[i] != 1)
            y = repeat_axis(y, i, times.size[i]);
    return y == x ? gd_shift(x, 0) : y;     /* never x itself */
}

/* ---- pad: y = x within a border of one value ---------------------------------------------------------------- */

static void pad_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    const gd_shape *before = node->attributes;
    const gd_tensor *x = node->in[0];
    for (int i = 0; i < x->ndim; i++)
        dy = gd_slice(dy, i, before->size[i], before->size[i] + x->shape[i], 1);
    dx[0] = dy;
}

static const gd_op pad_op = {
    .name = "gd_pad", .rule = pad_rule, .reads = GD_NOTHING,
    .formula = "dx = dy without the border",
};

/* Into a tensor that holds the value of the border everywhere. */
static bool pad_compute(gd_tensor *y, gd_tensor *const inputs[], const void *attributes)
{
    const gd_shape *before = attributes;
    const gd_tensor *x = inputs[0];
    if (x->numel == 0)
        return true;
    gd_tensor inside = *y;
    inside.contiguous = false;
    for (int i = 0; i < x->ndim; i++) {
        inside.shape[i] = x->shape[i];
        inside.data += before->size[i] * y->stride[i];
    }
    inside.numel = x->numel;
    gi_copy_into(&inside, x);
    return true;
}

gd_tensor *gd_pad(gd_tensor *x, gd_shape before, gd_shape after, double value)
{
    if (!x || !gi_alive("gd_pad", "x", x))
        return NULL;
    bool good = before.ndim == x->ndim && after.ndim == x->ndim;
    gd_shape shape = gd_shape_of_tensor(x);
    for (int i = 0; i < x->ndim && good; i++) {
        good = before.size[i] >= 0 && before.size[i] <= INT64_MAX / 4 && after.size[i] >= 0
               && after.size[i] <= INT64_MAX / 4;
        shape.size[i] += good ? before.size[i] + after.size[i] : 0;
    }
    if (!good)
        return gd_fail("gd_pad: x is %s, before %s and after %s: one width for each axis is expected, none "
                       "negative", gi_text_of(x).s, gi_shape_text(before.ndim, before.size).s,
                       gi_shape_text(after.ndim, after.size).s);
    gd_tensor *y = gi_fits("gd_pad", "value", value) ? gd_full(shape, value) : NULL;
    return y && gi_start_one("gd_pad", pad_compute, y, x, &before, sizeof before)
               ? gd_record(&pad_op, y, &x, 1, &before, sizeof before) : NULL;
}

/* ---- tril, triu: the last two axes' lower or upper triangle, zeros elsewhere -------------------------------- */

typedef struct triangle {
    int64_t diagonal;
    bool    upper;
} triangle;

static gd_tensor *part(gd_tensor *x, triangle t);

static void triangle_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    const triangle *t = node->attributes;
    dx[0] = part(dy, *t);
}

static const gd_op tril_op = {
    .name = "gd_tril", .rule = triangle_rule, .reads = GD_NOTHING,
    .formula = "dx = gd_tril(dy, diagonal)",
};
static const gd_op triu_op = {
    .name = "gd_triu", .rule = triangle_rule, .reads = GD_NOTHING,
    .formula = "dx = gd_triu(dy, diagonal)",
};

static int64_t between(int64_t low, int64_t x, int64_t high)
{
    return x < low ? low : x > high ? high : x;
}

/* Row i keeps the columns up to i + diagonal, or from there on. */
static bool triangle_compute(gd_tensor *y, gd_tensor *const inputs[], const void *attributes)
{
    const triangle t = *(const triangle *)attributes;
    const gd_tensor *x = inputs[0];
    gi_copy(y->data, x);
    int64_t rows = x->shape[x->ndim - 2], columns = x->shape[x->ndim - 1];
    for (int64_t i = 0; i * columns < y->numel; i++) {
        gd_real *row = y->data + i * columns;
        int64_t cut = between(0, between(-rows, t.diagonal, columns) + i % rows + !t.upper, columns);
        int64_t from = t.upper ? 0 : cut, to = t.upper ? cut : columns;
        memset(row + from, 0, (size_t)(to - from) * sizeof *row);
    }
    return true;
}

static gd_tensor *part(gd_tensor *x, triangle t)
{
    const gd_op *op = t.upper ? &triu_op : &tril_op;
    gd_tensor *y = x ? gi_new_like(x) : NULL;
    return y && gi_start_one(op->name, triangle_compute, y, x, &t, sizeof t)
               ? gd_record(op, y, &x, 1, &t, sizeof t) : NULL;
}

static gd_tensor *of_matrices(const char *function, gd_tensor *x, triangle t)
{
    if (!x || !gi_alive(function, "x", x))
        return NULL;
    if (x->ndim < 2)
        return gd_fail("%s: x is %s: it must have at least two axes", function, gi_text_of(x).s);
    return part(x, t);
}

gd_tensor *gd_tril(gd_tensor *x, int64_t diagonal)
{
    return of_matrices("gd_tril", x, (triangle){ diagonal, false });
}

gd_tensor *gd_triu(gd_tensor *x, int64_t diagonal)
{
    return of_matrices("gd_triu", x, (triangle){ diagonal, true });
}
