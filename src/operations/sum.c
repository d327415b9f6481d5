/* sum.c - sums, and what is computed from them: mean, variance, standard deviation.  The order of additions is in
 * reduce.c and kernels/sums.h; sums of gradients over broadcast axes are in expand.c. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "sum.h"
#include "autograd/start_rule.h"
#include "base/compiler.h"
#include "base/message.h"
#include "base/start.h"
#include "gradus/tensor.h"
#include "kernels/sums.h"
#include "kernels/terms.h"
#include "tensor/alive.h"
#include "tensor/nest.h"
#include "tensor/new.h"
#include "tensor/shape.h"

/* ---- sum: y = x summed over axes ------------------------------------------------------------------------- */

static void sum_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    const gi_axes *axes = node->attributes;
    dx[0] = gi_spread(dy, node->in[0], *axes);
}

static const gd_op sum_op = {
    .name = "gd_sum", .rule = sum_rule, .reads = GD_NOTHING,
    .formula = "dx = dy spread over the summed axes",
};

static inline bool all_finite(const gd_tensor *y)
{
    return GI_LIKELY(y->numel == 1) ? isfinite(y->data[0]) : gi_all_finite(y->numel, y->data);
}

static void add_up(gd_tensor *y, const gd_tensor *x, gi_axes axes)
{
    if (x->contiguous && y->numel == 1) {
        y->data[0] = real_sum(x->numel, x->data);
        return;
    }
    int64_t y_stride[GD_MAX_DIMS];
    for (int i = 0, of_y = 0; i < x->ndim; i++) {
        bool reduced = axes.mask >> i & 1;
        y_stride[i] = reduced ? 0 : y->stride[of_y];
        of_y += !reduced || axes.keep;
    }
    memset(y->data, 0, (size_t)y->numel * sizeof *y->data);
    gi_sum_axes_into(y->data, y_stride, x);
}

/* A partial sum may overflow although factor times the whole sum does not.  Such y are computed again, from x scaled by
 * a power of 2 so small that no sum overflows.  When memory is out, y stays as it is. */
static GI_COLD void mend_overflow(gd_tensor *y, const gd_tensor *x, gi_axes axes, double factor)
{
    if (x->contiguous && y->numel == 1 && !gi_all_finite(x->numel, x->data))
        return;
    gd_tensor *scaled = gi_new_like(x), *sums = gi_new_like(y);
    int exponent;
    if (!scaled || !sums)
        return;
    (void)frexp((double)gi_reduced_count(x, axes), &exponent);
    gi_copy(scaled->data, x);
    for (int64_t i = 0; i < scaled->numel; i++)
        scaled->data[i] *= (gd_real)ldexp(1, -exponent);
    add_up(sums, scaled, axes);
    for (int64_t i = 0; i < y->numel; i++)
        if (!isfinite(y->data[i]))
            y->data[i] = (gd_real)(factor * ldexp(1, exponent)) * sums->data[i];
}

static bool sum_compute(gd_tensor *y, gd_tensor *const x[], const void *attributes)
{
    const gi_axes *axes = attributes;
    add_up(y, x[0], *axes);
    if (GI_UNLIKELY(!all_finite(y)))
        mend_overflow(y, x[0], *axes, 1);
    return true;
}

static gd_tensor *sum(const char *function, gd_tensor *x, gi_axes axes)
{
    gd_tensor *y = gi_new_reduced(function, x, axes);
    return y && gi_start_one(function, sum_compute, y, x, &axes, sizeof axes)
               ? gi_record1_with(&sum_op, y, x, &axes, sizeof axes) : NULL;
}

gd_tensor *gi_sum_over(gd_tensor *x, gi_axes axes)
{
    return x ? sum("gd_sum", x, axes) : NULL;
}

gd_tensor *gd_sum(gd_tensor *x)
{
    return x && gi_alive("gd_sum", "x", x) ? sum("gd_sum", x, gi_axes_all(x)) : NULL;
}

gd_tensor *gd_sum_axis(gd_tensor *x, int axis, bool keep)
{
    gi_axes axes;
    return x && gi_axes_one("gd_sum_axis", x, axis, keep, &axes) ? sum("gd_sum_axis", x, axes) : NULL;
}

gd_tensor *gd_sum_axes(gd_tensor *x, gd_shape list, bool keep)
{
    gi_axes axes;
    return x && gi_axes_of("gd_sum_axes", x, list, keep, &axes) ? sum("gd_sum_axes", x, axes) : NULL;
}

/* ---- mean = sum / n -------------------------------------------------------------------------------------- */

static bool mend_mean(gd_tensor *y, gd_tensor *const x[], const void *attributes)
{
    const gi_axes *axes = attributes;
    if (!all_finite(y))
        mend_overflow(y, x[0], *axes, 1 / (double)gi_reduced_count(x[0], *axes));
    return true;
}

static gd_tensor *mean(const char *function, gd_tensor *x, gi_axes axes)
{
    int64_t n = gi_reduced_count(x, axes);
    gd_tensor *y = gd_scale(sum(function, x, axes), n ? 1 / (double)n : (double)NAN);      /* 0 / 0 */
    if (GI_UNLIKELY(y && n && (gi_capturing() || !all_finite(y))))
        (void)gi_start_one(function, mend_mean, y, x, &axes, sizeof axes);
    return y;
}

gd_tensor *gd_mean(gd_tensor *x)
{
    return x && gi_alive("gd_mean", "x", x) ? mean("gd_mean", x, gi_axes_all(x)) : NULL;
}

gd_tensor *gd_mean_axis(gd_tensor *x, int axis, bool keep)
{
    gi_axes axes;
    return x && gi_axes_one("gd_mean_axis", x, axis, keep, &axes) ? mean("gd_mean_axis", x, axes) : NULL;
}

gd_tensor *gd_mean_axes(gd_tensor *x, gd_shape list, bool keep)
{
    gi_axes axes;
    return x && gi_axes_of("gd_mean_axes", x, list, keep, &axes) ? mean("gd_mean_axes", x, axes) : NULL;
}

/* ---- centred: c = x - mean(x), the axes kept -------------------------------------------------------------- *
 *
 * The rounding error of the mean may be large relative to the deviations.  Since x - mean is exact for x near the mean,
 * that error is the mean of the deviations, and is subtracted as well.  c is linear in x and its own adjoint. */

static void centred_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    const gi_axes *axes = node->attributes;
    dx[0] = gi_centred("gd_centred", dy, *axes);
}

static const gd_op centred_op = {
    .name = "gd_centred", .rule = centred_rule, .reads = GD_NOTHING,
    .formula = "dx = dy - mean(dy)",
};

GI_KERNEL static void subtract_loop(int64_t n, gd_real *restrict c, const gd_real *restrict t, int64_t step)
{
    if (step == 0) {
        const gd_real t0 = *t;
        for (int64_t i = 0; i < n; i++)
            c[i] -= t0;
    } else {
        for (int64_t i = 0; i < n; i++)
            c[i] -= t[i * step];
    }
}

/* c is contiguous, and so is every one of its lines. */
static void subtract_inner(int64_t n, gd_real *const p[], const int64_t step[], const void *context)
{
    (void)context;
    subtract_loop(n, p[0], p[1], step[1]);
}

/* c -= t, which broadcasts to c's shape; c is a new tensor. */
static bool subtract(gd_tensor *c, gd_tensor *const x[], const void *attributes)
{
    (void)attributes;
    const gd_tensor *t = x[0];
    int64_t t_stride[GD_MAX_DIMS];
    gi_broadcast_strides(t, c->ndim, c->shape, t_stride);
    gi_nest nest;
    const int64_t *const strides[] = { c->stride, t_stride };
    gi_nest_init(&nest, c->ndim, c->shape, 2, strides);
    gd_real *const start[] = { c->data, t->data };
    gi_nest_spread_short(&nest, 2, start, subtract_inner, NULL, 1);
    return true;
}

gd_tensor *gi_centred(const char *function, gd_tensor *x, gi_axes kept)
{
    if (!x)
        return NULL;
    gd_no_grad_begin();
    gd_tensor *c = gd_sub(x, mean(function, x, kept)), *left = c ? mean(function, c, kept) : NULL;
    gd_no_grad_end();
    if (!left || !gi_start_one(function, subtract, c, left, NULL, 0))
        return NULL;
    return gi_record1_with(&centred_op, c, x, &kept, sizeof kept);
}

/* ---- var = sum (x - mean)^2 / (n - correction) ----------------------------------------------------------- */

/* n - correction; NAN, and a message, unless that is positive. */
static double degrees_of_freedom(const char *function, const gd_tensor *x, gi_axes axes, double correction)
{
    int64_t n = gi_reduced_count(x, axes);
    if ((double)n - correction > 0)
        return (double)n - correction;
    gd_fail("%s: correction = %g must be below the %" PRId64 " element%s of each variance", function, correction, n,
            gi_plural(n));
    return (double)NAN;
}

static gd_tensor *variance(const char *function, gd_tensor *x, gi_axes axes, double n)
{
    gd_tensor *squares = gd_square(gi_centred(function, x, (gi_axes){ axes.mask, true }));
    return squares ? gd_scale(sum(function, squares, axes), 1 / n) : NULL;
}

static void largest_line(int64_t n, const gd_real *x, int64_t step, gd_real *y)
{
    *y = real_largest(n, x, step);
}

typedef struct mend_attributes {
    const char *function;
    gi_axes     axes;
    double      n;
    bool        root;
} mend_attributes;

/* Where squares have overflowed or underflowed, y, the variance or its square root, is computed again from scaled x. */
static bool mend_compute(gd_tensor *y, gd_tensor *const inputs[], const void *attributes)
{
    const mend_attributes *m = attributes;
    gd_tensor *x = inputs[0];
    const gi_axes axes = m->axes;
    const char *function = m->function;
    const double n = m->n;
    const bool root = m->root;
    bool good = true;
    for (int64_t i = 0; i < y->numel && good; i++)
        good = real_square_is_good(root ? y->data[i] * y->data[i] : y->data[i]);
    if (GI_LIKELY(good))
        return true;
    const gi_axes kept = { axes.mask, true };
    gd_no_grad_begin();
    gd_tensor *scale = gi_new_reduced(function, x, kept);
    if (scale && gi_reduce_lines(scale, x, kept, largest_line))
        for (int64_t i = 0; i < scale->numel; i++)
            scale->data[i] = real_scale_for(scale->data[i]);
    gd_tensor *v = variance(function, gd_mul(x, scale), kept, n);
    gd_no_grad_end();
    for (int64_t i = 0; v && i < y->numel; i++)
        if (!real_square_is_good(root ? y->data[i] * y->data[i] : y->data[i]))
            y->data[i] = root ? real_sqrt(v->data[i]) / scale->data[i] : v->data[i] / scale->data[i] / scale->data[i];
    return v != NULL;
}

static bool mend(const char *function, gd_tensor *y, gd_tensor *x, gi_axes axes, double n, bool root)
{
    const mend_attributes m = { function, axes, n, root };
    return gi_start_one(function, mend_compute, y, x, &m, sizeof m);
}

static gd_tensor *var(const char *function, gd_tensor *x, gi_axes axes, double correction)
{
    const double n = degrees_of_freedom(function, x, axes, correction);
    gd_tensor *y = isnan(n) ? NULL : variance(function, x, axes, n);
    return y && mend(function, y, x, axes, n, false) ? y : NULL;
}

/* ---- std = sqrt(var):  dx = dy (x - mean) / (y (n - correction)), and 0 where y is 0 ------------------------- */

typedef struct std_attributes {
    gi_axes axes;
    double  n;
} std_attributes;

static void std_slope(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    const std_attributes *s = node->attributes;
    gd_tensor *x = node->in[0], *y = gi_with_axes(node->out, x, s->axes);
    gd_tensor *c = gi_centred("gd_std_axes", x, (gi_axes){ s->axes.mask, true });
    if (c && GI_UNLIKELY(!gi_all_finite(c->numel, c->data))) {        /* x - mean may overflow where x and y do not */
        c = gi_centred("gd_std_axes", gd_scale(x, 0.25), (gi_axes){ s->axes.mask, true });
        y = gd_scale(y, 0.25);
    }
    gd_tensor *slope = gd_div(c, gd_where(y, y, gd_scalar(1)));
    dx[0] = gd_mul(slope, gd_scale(gi_with_axes(dy, x, s->axes), 1 / s->n));
}

static void std_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    gi_start_rule(std_slope, node, dy, dx);
}

static const gd_op std_op = {
    .name = "gd_std_axes", .rule = std_rule, .reads = GD_INPUTS | GD_OUTPUT,
    .formula = "dx = dy (x - mean) / (y (n - correction))",
};

static gd_tensor *std(const char *function, gd_tensor *x, gi_axes axes, double correction)
{
    std_attributes s = { axes, degrees_of_freedom(function, x, axes, correction) };
    if (isnan(s.n))
        return NULL;
    gd_no_grad_begin();
    gd_tensor *y = gd_sqrt(variance(function, x, axes, s.n));
    gd_no_grad_end();
    return y && mend(function, y, x, axes, s.n, true) ? gi_record1_with(&std_op, y, x, &s, sizeof s) : NULL;
}

gd_tensor *gd_var_axis(gd_tensor *x, int axis, double correction, bool keep)
{
    gi_axes axes;
    return x && gi_axes_one("gd_var_axis", x, axis, keep, &axes) ? var("gd_var_axis", x, axes, correction) : NULL;
}

gd_tensor *gd_var_axes(gd_tensor *x, gd_shape list, double correction, bool keep)
{
    gi_axes axes;
    return x && gi_axes_of("gd_var_axes", x, list, keep, &axes) ? var("gd_var_axes", x, axes, correction) : NULL;
}

gd_tensor *gd_std_axis(gd_tensor *x, int axis, double correction, bool keep)
{
    gi_axes axes;
    return x && gi_axes_one("gd_std_axis", x, axis, keep, &axes)
               ? std("gd_std_axis", x, axes, correction) : NULL;
}

gd_tensor *gd_std_axes(gd_tensor *x, gd_shape list, double correction, bool keep)
{
    gi_axes axes;
    return x && gi_axes_of("gd_std_axes", x, list, keep, &axes)
               ? std("gd_std_axes", x, axes, correction) : NULL;
}
