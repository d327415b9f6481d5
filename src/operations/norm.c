/* norm.c - the p-norm over all elements or over axes: y = (sum |x_i|^p)^(1/p), and max |x_i| for p = INFINITY.
 *
 * Elements are divided by the largest first, so that neither squares nor powers overflow. */
#include <math.h>
#include <string.h>

#include "axes.h"
#include "autograd/start_rule.h"
#include "base/start.h"
#include "gradus/tensor.h"
#include "sum.h"
#include "tensor/alive.h"

typedef struct norm_attributes {
    double  p;
    gi_axes axes;
} norm_attributes;

static gd_tensor *norm(const char *function, gd_tensor *x, double p, gi_axes axes);

/* The axes of the set as a list. */
static gd_shape listed(gi_axes axes)
{
    gd_shape list = { 0, { 0 } };
    for (int i = 0; i < GD_MAX_DIMS; i++)
        if (axes.mask >> i & 1)
            list.size[list.ndim++] = i;
    return list;
}

static bool some_infinite(const gd_tensor *y)
{
    for (int64_t i = 0; i < y->numel; i++)
        if (isinf(y->data[i]))
            return true;
    return false;
}

/* For an infinite norm y: x and y, both divided by the largest |x|, which counts as a constant, since only their
 * quotient matters.  Infinite elements count as equal, and the others as 0. */
static void bring_down(gd_tensor **x, gd_tensor **y, double p, gi_axes axes)
{
    gd_tensor *size = gd_abs(gd_detach(*x)), *most = gd_max_axes(size, listed(axes), true);
    gd_tensor *infinity = gd_scalar((double)INFINITY), *one = gd_scalar(1), *zero = gd_scalar(0);
    gd_tensor *far = gd_where(gd_eq(size, infinity), gd_sign(gd_detach(*x)), zero);
    gd_tensor *scaled = gd_div(*x, gd_where(most, most, one));
    *x = gd_where(gd_eq(most, infinity), far, scaled);
    *y = *x ? norm("gd_norm", *x, p, (gi_axes){ axes.mask, true }) : NULL;
}

/* dx = dy sign(x) (|x| / y)^(p-1).  Where x_i = 0 or y = 0 the gradient is 0 for every p: there, constants replace the
 * operands of powers and quotients, whose own derivatives would be infinite. */
static void norm_slope(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    const norm_attributes *n = node->attributes;
    gd_tensor *x = node->in[0], *y = gi_with_axes(node->out, x, n->axes), *one = gd_scalar(1);
    dy = gi_with_axes(dy, x, n->axes);
    if (some_infinite(node->out))
        bring_down(&x, &y, n->p, n->axes);
    gd_tensor *ratio = gd_div(x, gd_where(y, y, one));
    if (n->p == 1)
        ratio = gd_sign(x);
    else if (n->p != 2)
        ratio = gd_mul(gd_sign(x), gd_pow(gd_where(ratio, gd_abs(ratio), one), n->p - 1));
    dx[0] = gd_mul(dy, ratio);
}

static void norm_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    gi_start_rule(norm_slope, node, dy, dx);
}

static const gd_op norm_op = {
    .name = "gd_norm", .rule = norm_rule, .reads = GD_INPUTS | GD_OUTPUT,
    .formula = "dx = dy sign(x) (|x| / y)^(p - 1)",
};

static void largest_line(int64_t n, const gd_real *x, int64_t step, gd_real *y)
{
    gd_real most = 0;
    for (int64_t i = 0; i < n; i++) {
        gd_real size = x[i * step] < 0 ? -x[i * step] : x[i * step];
        most = size > most || isnan(size) ? size : most;
    }
    *y = most;
}

/* The value alone, with the reduced axes kept: m (sum |x / m|^p)^(1/p), m = max |x|. */
static gd_tensor *value(gd_tensor *x, double p, gi_axes axes)
{
    gi_axes kept = { axes.mask, true };
    if (p == 1)
        return gi_sum_over(gd_abs(x), kept);
    gd_tensor *m = gi_new_reduced("gd_norm", x, kept);
    if (!m || !gi_reduce_lines(m, x, kept, largest_line))
        return NULL;
    for (int64_t i = 0; i < m->numel; i++)
        m->data[i] = m->data[i] == 0 || isinf(m->data[i]) ? 1 : m->data[i];
    gd_tensor *scaled = gd_div(x, m);
    gd_tensor *powers = p == 2 ? gd_square(scaled) : gd_pow(gd_abs(scaled), p);
    gd_tensor *sum = gi_sum_over(powers, kept);
    return gd_mul(m, p == 2 ? gd_sqrt(sum) : gd_pow(sum, 1 / p));
}

static bool norm_compute(gd_tensor *out, gd_tensor *const x[], const void *attributes)
{
    const norm_attributes *n = attributes;
    gd_no_grad_begin();
    const gd_tensor *y = value(x[0], isinf(n->p) ? 1 : n->p, n->axes);
    gd_no_grad_end();
    if (y)
        memcpy(out->data, y->data, (size_t)y->numel * sizeof *y->data);
    return y != NULL;
}

static gd_tensor *norm(const char *function, gd_tensor *x, double p, gi_axes axes)
{
    if (!(p > 0))
        return gd_fail("%s: p = %g must be positive; INFINITY is allowed", function, p);
    if (isinf(p) && gi_reduced_count(x, axes) > 0)
        return gd_max_axes(gd_abs(x), listed(axes), axes.keep);
    gd_tensor *y = gi_new_reduced(function, x, axes);
    const norm_attributes n = { p, axes };
    return y && gi_start_one(function, norm_compute, y, x, &n, sizeof n)
               ? gd_record(&norm_op, y, &x, 1, &n, sizeof n) : NULL;
}

gd_tensor *gd_norm(gd_tensor *x, double p)
{
    return x && gi_alive("gd_norm", "x", x) ? norm("gd_norm", x, p, gi_axes_all(x)) : NULL;
}

gd_tensor *gd_norm_axes(gd_tensor *x, double p, gd_shape list, bool keep)
{
    gi_axes axes;
    return x && gi_axes_of("gd_norm_axes", x, list, keep, &axes) ? norm("gd_norm_axes", x, p, axes) : NULL;
}
