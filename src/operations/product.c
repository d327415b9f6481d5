/* product.c - the product of all elements, or along an axis. */
#include <math.h>

#include "autograd/record.h"
#include "axes.h"
#include "base/compiler.h"
#include "gradus/operations.h"
#include "gradus/picking.h"
#include "tensor/alive.h"

/* The product with its exponent apart, so that it is out of range only at the end. */
static GI_COLD gd_real product_in_range(int64_t n, const gd_real *x, int64_t step)
{
    double product = 1;
    int64_t exponent = 0;
    for (int64_t i = 0; i < n; i++) {
        const double factor = (double)x[i * step];
        int of_factor = 0, of_product = 0;
        product *= isfinite(factor) ? frexp(factor, &of_factor) : factor;
        if (isfinite(product))
            product = frexp(product, &of_product);
        exponent += of_factor + of_product;
    }
    const int64_t far = 5000;                   /* out of range in any case */
    return (gd_real)ldexp(product, (int)(exponent > far ? far : exponent < -far ? -far : exponent));
}

static void product_line(int64_t n, const gd_real *x, int64_t step, gd_real *y)
{
    gd_real product = 1;
    for (int64_t i = 0; i < n; i++)
        product *= x[i * step];
    *y = GI_LIKELY(isnormal(product)) ? product : product_in_range(n, x, step);
}

/* The product of the elements before each along the axis: 1, x_0, x_0 x_1, .. */
static gd_tensor *product_before(gd_tensor *x, int axis)
{
    gd_tensor *first = gd_ones_like(gd_slice(x, axis, 0, 1, 1));
    gd_tensor *parts[] = { first, gd_cumprod(gd_slice(x, axis, 0, x->shape[axis] - 1, 1), axis) };
    return gd_concat(parts, 2, axis);
}

/* dx_j = dy times what is before j and what is after it. */
static void product_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    const gi_axes *axes = node->attributes;
    gd_tensor *x = node->in[0];
    int axis = 0;
    while (!(axes->mask >> axis & 1))
        axis++;
    if (x->numel == 0) {
        dx[0] = gd_zeros_like(x);
        return;
    }
    gd_tensor *turned = gd_flip(x, axis), *after = turned ? gd_flip(product_before(turned, axis), axis) : NULL;
    dx[0] = gd_mul(gi_with_axes(dy, x, *axes), gd_mul(product_before(x, axis), after));
}

static const gd_op product_op = {
    .name = "gd_prod", .rule = product_rule, .reads = GD_INPUTS,
    .formula = "dx_j = dy times the other elements",
};

static gd_tensor *product(const char *function, gd_tensor *x, gi_axes axes)
{
    gd_tensor *y = gi_new_reduced(function, x, axes);
    return y && gi_start_lines(function, y, x, axes, product_line)
               ? gd_record(&product_op, y, &x, 1, &axes, sizeof axes) : NULL;
}

gd_tensor *gd_prod_axis(gd_tensor *x, int axis, bool keep)
{
    gi_axes axes;
    return x && gi_axes_one("gd_prod_axis", x, axis, keep, &axes) ? product("gd_prod_axis", x, axes) : NULL;
}

gd_tensor *gd_prod(gd_tensor *x)
{
    gd_tensor *line = x && gi_alive("gd_prod", "x", x) ? gd_reshape(x, GD_SHAPE(x->numel)) : NULL;
    return line ? product("gd_prod", line, (gi_axes){ 1, false }) : NULL;
}
