/* select.c - taking slices by index, elements by mask; the indices of elements that are not 0; rolling an axis. */
#include <inttypes.h>

#include "autograd/record.h"
#include "base/start.h"
#include "gradus/operations.h"
#include "gradus/picking.h"
#include "tensor/alive.h"
#include "tensor/check.h"
#include "tensor/nest.h"
#include "tensor/new.h"
#include "tensor/shape.h"

/* ---- index_select: rows of a table, with the axis in front -------------------------------------------------- */

static int64_t product_of(const int64_t *size, int from, int to)
{
    int64_t n = 1;
    for (int i = from; i < to; i++)
        n *= size[i];
    return n;
}

gd_tensor *gd_index_select(gd_tensor *x, int axis, gd_tensor *index)
{
    const char *function = "gd_index_select";
    const bool given = x && index && gi_alive(function, "x", x) && gi_alive(function, "index", index);
    const int at = given ? gi_valid_axis(function, axis, x->ndim) : -1;
    if (at < 0 || !gi_check_labels(function, "index", index, x->shape[at]))
        return NULL;
    gd_shape shape = { x->ndim - 1 + index->ndim, { 0 } };
    if (shape.ndim > GD_MAX_DIMS)
        return gd_fail("%s: x is %s and index is %s: the result would have more than %d axes", function,
                       gi_text_of(x).s, gi_text_of(index).s, GD_MAX_DIMS);
    for (int i = 0; i < shape.ndim; i++)
        shape.size[i] = i < at                 ? x->shape[i]
                        : i < at + index->ndim ? index->shape[i - at]
                                               : x->shape[i - index->ndim + 1];
    const int64_t before = product_of(x->shape, 0, at), after = product_of(x->shape, at + 1, x->ndim);
    gd_tensor *lines = gd_reshape(x, GD_SHAPE(before, x->shape[at], after));
    gd_tensor *table = gd_reshape(gd_transpose(lines, 0, 1), GD_SHAPE(x->shape[at], before * after));
    gd_tensor *rows = gd_embedding(table, gd_reshape(gd_detach(index), GD_SHAPE(index->numel)));
    return gd_reshape(gd_transpose(gd_reshape(rows, GD_SHAPE(index->numel, before, after)), 0, 1), shape);
}

/* ---- Masks -------------------------------------------------------------------------------------------------- */

/* The shape of x and mask broadcast; false, and a message, when they do not fit. */
static bool common_shape(const char *function, const gd_tensor *x, const gd_tensor *mask, gd_shape *shape)
{
    shape->ndim = x->ndim > mask->ndim ? x->ndim : mask->ndim;
    for (int i = 1; i <= shape->ndim; i++) {
        const int64_t nx = i > x->ndim ? 1 : x->shape[x->ndim - i];
        const int64_t nm = i > mask->ndim ? 1 : mask->shape[mask->ndim - i];
        if (nx != nm && nx != 1 && nm != 1)
            return gd_fail("%s: x is %s and mask is %s: sizes %" PRId64 " and %" PRId64 " do not broadcast", function,
                           gi_text_of(x).s, gi_text_of(mask).s, nx, nm);
        shape->size[shape->ndim - i] = nx == 1 ? nm : nx;
    }
    return true;
}

static gd_tensor *selected(gd_tensor *x, gd_tensor *mask);

/* put: z = zeros of the mask's shape, with x in row-major order where mask is not 0 */

static void put_rule(const gd_node *node, gd_tensor *dz, gd_tensor **dx)
{
    dx[0] = selected(dz, node->in[1]);
}

static const gd_op put_op = {
    .name = "gd_masked_select_grad", .rule = put_rule, .reads = GD_READS(0, GD_INPUT(1)),
    .formula = "ddy = gd_masked_select(dz, mask)",
};

static int64_t count_set(const gd_tensor *mask, const gd_real *m)
{
    int64_t n = 0;
    for (int64_t i = 0; i < mask->numel; i++)
        n += m[i] != 0;
    return n;
}

static bool put_compute(gd_tensor *z, gd_tensor *const inputs[], const void *attributes)
{
    (void)attributes;
    const gd_tensor *x = inputs[0], *mask = inputs[1];
    const gd_real *from = gi_contiguous_numbers(x), *m = gi_contiguous_numbers(mask);
    if (!from || !m)
        return false;
    if (count_set(mask, m) != x->numel)
        return gd_fail("gd_masked_select: mask has been overwritten");
    for (int64_t i = 0, k = 0; i < mask->numel; i++)
        z->data[i] = m[i] != 0 ? from[k++] : 0;
    return true;
}

static gd_tensor *put(gd_tensor *x, gd_tensor *mask)
{
    gd_tensor *z = x ? gi_new_like(mask) : NULL, *const inputs[] = { x, mask };
    return z && gi_start(put_op.name, put_compute, z, inputs, 2, NULL, 0) ? gi_record2(&put_op, z, x, mask) : NULL;
}

static void select_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    dx[0] = put(dy, node->in[1]);
}

static const gd_op select_op = {
    .name = "gd_masked_select", .rule = select_rule, .reads = GD_READS(0, GD_INPUT(1)),
    .formula = "dx = dy where mask is not 0, else 0",
};

static const char changing_shape[] = "gives a result whose shape depends on numbers";

/* x and mask have the same shape; mask requires no gradient. */
static gd_tensor *selected(gd_tensor *x, gd_tensor *mask)
{
    gi_not_captured("gd_masked_select", changing_shape);
    const gd_real *from = x ? gi_contiguous_numbers(x) : NULL, *m = gi_contiguous_numbers(mask);
    const int64_t n = from && m ? count_set(mask, m) : 0;
    gd_tensor *y = from && m ? gi_new("gd_masked_select", 1, &n) : NULL;
    if (!y)
        return NULL;
    for (int64_t i = 0, k = 0; i < mask->numel; i++)
        if (m[i] != 0)
            y->data[k++] = from[i];
    return gi_record2(&select_op, y, x, mask);
}

gd_tensor *gd_masked_select(gd_tensor *x, gd_tensor *mask)
{
    gd_shape shape;
    if (!x || !mask || !gi_alive("gd_masked_select", "x", x) || !gi_alive("gd_masked_select", "mask", mask)
        || !common_shape("gd_masked_select", x, mask, &shape))
        return NULL;
    gd_tensor *whole = gd_expand(gd_detach(mask), shape);
    return whole ? selected(gi_same_shape(x, whole) ? x : gd_expand(x, shape), whole) : NULL;
}

gd_tensor *gd_masked_fill(gd_tensor *x, gd_tensor *mask, double value)
{
    gd_shape shape;
    if (!x || !mask || !gi_alive("gd_masked_fill", "x", x) || !gi_alive("gd_masked_fill", "mask", mask)
        || !common_shape("gd_masked_fill", x, mask, &shape) || !gi_fits("gd_masked_fill", "value", value))
        return NULL;
    return gd_where(gd_detach(mask), gd_scalar(value), x);
}

/* ---- nonzero ------------------------------------------------------------------------------------------------ */

static const gd_op nonzero_op = { .name = "gd_nonzero", .reads = GD_NOTHING };

gd_tensor *gd_nonzero(gd_tensor *x)
{
    if (!x || !gi_alive("gd_nonzero", "x", x))
        return NULL;
    gi_not_captured("gd_nonzero", changing_shape);
    for (int i = 0; i < x->ndim; i++)
        if (!gi_countable("gd_nonzero", "the indices", x->shape[i]))
            return NULL;
    const gd_real *from = gi_contiguous_numbers(x);
    gd_tensor *y = from ? gi_new("gd_nonzero", 2, (int64_t[]){ count_set(x, from), x->ndim }) : NULL;
    if (!y)
        return NULL;
    gd_real *row = y->data;
    for (int64_t i = 0; i < x->numel; i++) {
        if (from[i] == 0)
            continue;
        int64_t rest = i;
        for (int k = x->ndim - 1; k >= 0; k--) {
            row[k] = (gd_real)(rest % x->shape[k]);
            rest /= x->shape[k];
        }
        row += x->ndim;
    }
    return gi_constant(&nonzero_op, y, x, NULL);
}

/* ---- roll --------------------------------------------------------------------------------------------------- */

gd_tensor *gd_roll(gd_tensor *x, int64_t shift, int axis)
{
    const int at = x && gi_alive("gd_roll", "x", x) ? gi_valid_axis("gd_roll", axis, x->ndim) : -1;
    if (at < 0)
        return NULL;
    const int64_t n = x->shape[at], rest = n ? shift % n : 0, first = n - (rest < 0 ? rest + n : rest);
    return gd_concat((gd_tensor *const[]){ gd_slice(x, at, first, n, 1), gd_slice(x, at, 0, first, 1) }, 2, at);
}
