/* diagonal.c - diagonals of matrices, as views and as matrices; trace, outer product, coordinate grids. */
#include <string.h>

#include "autograd/record.h"
#include "base/start.h"
#include "gradus/operations.h"
#include "gradus/picking.h"
#include "tensor/alive.h"
#include "tensor/nest.h"
#include "tensor/new.h"
#include "tensor/shape.h"

/* ---- diagonal: a view; its adjoint puts a diagonal into zeros ----------------------------------------------- */

typedef struct diagonal {
    int64_t  row, column, length;           /* where it begins */
    int      axis0, axis1;
    gd_shape shape;                         /* of what it is the diagonal of */
} diagonal;

static diagonal diagonal_of(gd_shape shape, int64_t offset, int axis0, int axis1)
{
    const int64_t rows = shape.size[axis0], columns = shape.size[axis1];
    offset = offset < -rows ? -rows : offset > columns ? columns : offset;
    diagonal d = { offset < 0 ? -offset : 0, offset > 0 ? offset : 0, 0, axis0, axis1, shape };
    d.length = rows - d.row < columns - d.column ? rows - d.row : columns - d.column;
    return d;
}

/* view, a copy of the fields of a tensor of d's shape, becomes its diagonal. */
static void look_along(gd_tensor *view, const diagonal *d)
{
    const gd_tensor whole = *view;
    int to = 0;
    for (int i = 0; i < d->shape.ndim; i++)
        if (i != d->axis0 && i != d->axis1) {
            view->shape[to] = whole.shape[i];
            view->stride[to++] = whole.stride[i];
        }
    view->shape[to] = d->length;
    view->stride[to] = whole.stride[d->axis0] + whole.stride[d->axis1];
    view->ndim = to + 1;
    if (d->length)
        view->data += d->row * whole.stride[d->axis0] + d->column * whole.stride[d->axis1];
    gi_finish_view(view);
}

static gd_tensor *along(gd_tensor *x, const diagonal *d);

static void matrix_rule(const gd_node *node, gd_tensor *dz, gd_tensor **dx)
{
    dx[0] = along(dz, node->attributes);
}

static const gd_op matrix_op = {
    .name = "gd_diag", .rule = matrix_rule, .reads = GD_NOTHING, .formula = "dx = gd_diagonal(dz)",
};

/* z = zeros of d's shape, with x as the diagonal. */
static bool matrix_compute(gd_tensor *z, gd_tensor *const x[], const void *attributes)
{
    memset(z->data, 0, (size_t)z->numel * sizeof *z->data);
    gd_tensor there = *z;
    look_along(&there, attributes);
    if (x[0]->numel > 0)
        gi_copy_into(&there, x[0]);
    return true;
}

static gd_tensor *matrix_of(gd_tensor *x, const diagonal *d)
{
    gd_tensor *z = x ? gi_new("gd_diag", d->shape.ndim, d->shape.size) : NULL;
    return z && gi_start_one("gd_diag", matrix_compute, z, x, d, sizeof *d)
               ? gi_record1_with(&matrix_op, z, x, d, sizeof *d) : NULL;
}

static void along_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    dx[0] = matrix_of(dy, node->attributes);
}

static const gd_op along_op = {
    .name = "gd_diagonal", .rule = along_rule, .reads = GD_NOTHING, .formula = "dx = zeros, dy on the diagonal",
};

static gd_tensor *along(gd_tensor *x, const diagonal *d)
{
    gd_tensor *y = x ? gi_new_view(x, x->ndim) : NULL;
    if (!y)
        return NULL;
    look_along(y, d);
    return gi_record1_with(&along_op, y, x, d, sizeof *d);
}

gd_tensor *gd_diagonal(gd_tensor *x, int64_t offset, int axis0, int axis1)
{
    const char *function = "gd_diagonal";
    const int first = x && gi_alive(function, "x", x) ? gi_valid_axis(function, axis0, x->ndim) : -1;
    const int second = first < 0 ? -1 : gi_valid_axis(function, axis1, x->ndim);
    if (second < 0)
        return NULL;
    if (first == second)
        return gd_fail("%s: axis0 and axis1 are both axis %d of x, %s", function, first, gi_text_of(x).s);
    const diagonal d = diagonal_of(gd_shape_of_tensor(x), offset, first, second);
    return along(x, &d);
}

/* ---- diag and trace ----------------------------------------------------------------------------------------- */

gd_tensor *gd_diag(gd_tensor *x, int64_t offset)
{
    if (!x || !gi_alive("gd_diag", "x", x))
        return NULL;
    if (x->ndim == 2)
        return gd_diagonal(x, offset, 0, 1);
    if (x->ndim != 1)
        return gd_fail("gd_diag: x is %s: it must be a vector or a matrix", gi_text_of(x).s);
    const int64_t most = INT64_MAX / 2, far = offset < -most || offset > most ? most : offset < 0 ? -offset : offset;
    const int64_t size = x->shape[0] + far;
    if (gi_valid_shape("gd_diag", 2, (int64_t[]){ size, size }) < 0)
        return NULL;
    const diagonal d = diagonal_of(GD_SHAPE(size, size), offset, 0, 1);
    return matrix_of(x, &d);
}

gd_tensor *gd_trace(gd_tensor *x)
{
    if (!x || !gi_alive("gd_trace", "x", x))
        return NULL;
    if (x->ndim < 2)
        return gd_fail("gd_trace: x is %s: it must have at least two axes", gi_text_of(x).s);
    return gd_sum_axis(gd_diagonal(x, 0, -2, -1), -1, false);
}

/* ---- outer and meshgrid ------------------------------------------------------------------------------------- */

gd_tensor *gd_outer(gd_tensor *a, gd_tensor *b)
{
    if (!a || !b || !gi_alive("gd_outer", "a", a) || !gi_alive("gd_outer", "b", b))
        return NULL;
    if (a->ndim != 1 || b->ndim != 1)
        return gd_fail("gd_outer: a is %s and b is %s: they must be vectors", gi_text_of(a).s, gi_text_of(b).s);
    return gd_mul(gd_unsqueeze(a, 1), b);
}

static bool grid_axes(gd_tensor *const xs[], int n, gd_shape *shape)
{
    *shape = (gd_shape){ n, { 0 } };
    for (int i = 0; i < n; i++) {
        if (!xs[i] || !gi_alive("gd_meshgrid", "xs", xs[i]))
            return false;
        if (xs[i]->ndim > 1)
            return gd_fail("gd_meshgrid: xs[%d] is %s: it must be a vector or a scalar", i, gi_text_of(xs[i]).s);
        shape->size[i] = xs[i]->numel;
    }
    return true;
}

gd_grids gd_meshgrid(gd_tensor *const xs[], int n, gd_indexing indexing)
{
    gd_grids all = { { NULL } };
    gd_shape shape;
    if (!gi_not_null("gd_meshgrid", "xs", xs))
        return all;
    if (n < 1 || n > GD_MAX_DIMS || (indexing != GD_IJ && indexing != GD_XY)) {
        gd_fail("gd_meshgrid: n = %d must lie in [1, %d], and indexing = %d be GD_IJ or GD_XY", n, GD_MAX_DIMS,
                (int)indexing);
        return all;
    }
    if (!grid_axes(xs, n, &shape))
        return all;
    for (int i = 0; i < n; i++) {
        gd_shape own = { n, { 0 } };
        for (int k = 0; k < n; k++)
            own.size[k] = k == i ? xs[i]->numel : 1;
        all.grid[i] = gd_expand(gd_reshape(xs[i], own), shape);
        if (indexing == GD_XY && n > 1)
            all.grid[i] = gd_transpose(all.grid[i], 0, 1);
        if (!all.grid[i])
            return (gd_grids){ { NULL } };
    }
    return all;
}
