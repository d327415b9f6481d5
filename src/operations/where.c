/* where.c - gd_where: the elements of one of two tensors, chosen by a third. */
#include "autograd/record.h"
#include "base/start.h"
#include "gradus/operations.h"
#include "tensor/alive.h"
#include "tensor/nest.h"
#include "tensor/new.h"
#include "tensor/shape.h"

/* ---- where: y = condition ? a : b ------------------------------------------------------------------------ */

static void where_inner(int64_t n, gd_real *const p[], const int64_t step[], const void *context)
{
    (void)context;
    for (int64_t i = 0; i < n; i++)
        p[0][i] = p[1][i * step[1]] != 0 ? p[2][i * step[2]] : p[3][i * step[3]];
}

static void where_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    gd_tensor *condition = node->in[0];
    if (gi_needs(node, 0))
        dx[0] = gd_zeros_like(condition);
    if (gi_needs(node, 1))
        dx[1] = gd_where(condition, dy, gd_scalar(0));
    if (gi_needs(node, 2))
        dx[2] = gd_where(condition, gd_scalar(0), dy);
}

static const gd_op where_op = {
    .name = "gd_where", .rule = where_rule, .reads = GD_READS(1, GD_INPUT(0)) | GD_READS(2, GD_INPUT(0)),
    .formula = "da = gd_where(condition, dy, 0), db = gd_where(condition, 0, dy)",
};

static bool where_compute(gd_tensor *y, gd_tensor *const x[], const void *attributes)
{
    (void)attributes;
    int64_t stride[3][GD_MAX_DIMS];
    for (int k = 0; k < 3; k++)
        gi_broadcast_strides(x[k], y->ndim, y->shape, stride[k]);
    gi_nest nest;
    const int64_t *const strides[] = { y->stride, stride[0], stride[1], stride[2] };
    gi_nest_init(&nest, y->ndim, y->shape, 4, strides);
    gd_real *const start[] = { y->data, x[0]->data, x[1]->data, x[2]->data };
    gi_nest_spread_short(&nest, 4, start, where_inner, NULL, 1);
    return true;
}

gd_tensor *gd_where(gd_tensor *condition, gd_tensor *a, gd_tensor *b)
{
    if (!condition || !a || !b || !gi_alive("gd_where", "condition", condition) || !gi_alive("gd_where", "a", a)
        || !gi_alive("gd_where", "b", b))
        return NULL;
    gd_shape both, all;
    if (!gi_broadcast_shape("gd_where", a, b, &both))
        return NULL;
    if (!gi_broadcast_sizes("gd_where: condition against a and b", gi_sizes_of(condition),
                            (gi_sizes){ both.ndim, both.size, NULL }, &all))
        return NULL;
    gd_tensor *y = gi_new("gd_where", all.ndim, all.size), *const x[] = { condition, a, b };
    return y && gi_start("gd_where", where_compute, y, x, 3, NULL, 0) ? gd_record(&where_op, y, x, 3, NULL, 0) : NULL;
}
