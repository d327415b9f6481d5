/* sum.c - sums, and what is composed of them: mean, variance, standard deviation. */
#include <inttypes.h>

#include "axes.h"
#include "tensor/sums.h"

/* ---- Adding up ------------------------------------------------------------------------------------------- */

static void sum_inner(int64_t n, gd_real *const p[], const int64_t step[], const void *context)
{
    (void)context;
    if (step[0] == 0)
        *p[0] += real_sum_strided(n, p[1], step[1]);
    else
        for (int64_t i = 0; i < n; i++)
            p[0][i * step[0]] += p[1][i * step[1]];
}

/* y += sums of x; y_stride are y's strides along the axes of x, 0 where they are summed. */
static void add_up(gd_tensor *y, const gd_tensor *x, const int64_t *y_stride)
{
    gd_nest nest;
    const int64_t *const strides[] = { y_stride, x->stride };
    gd_nest_init(&nest, x->ndim, x->shape, 2, strides);
    bool columns = nest.ndim == 2 && nest.step[0][0] == 0 && nest.step[0][1] == 1 && nest.step[1][1] == 1;
    if (columns && nest.size[0] > 0) {
        real_sum_columns(nest.size[0], nest.size[1], x->data, nest.step[1][0], y->data);
        return;
    }
    gd_real *const start[] = { y->data, x->data };
    gd_nest_run(&nest, 2, start, sum_inner, NULL);
}

static void clear(gd_tensor *y)
{
    memset(y->data, 0, (size_t)y->numel * sizeof *y->data);
}

/* ---- sum: y = x summed over axes ------------------------------------------------------------------------- */

static void sum_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    const gd_axes *axes = node->attributes;
    dx[0] = gd_spread(dy, node->in[0], *axes);
}

static const gd_op sum_op = { "gd_sum", sum_rule, GD_NOTHING, "dx = dy spread over the summed axes" };

static gd_tensor *sum(const char *function, gd_tensor *x, gd_axes axes)
{
    gd_tensor *y = gd_new_reduced(function, x, axes);
    if (!y)
        return NULL;
    if (x->contiguous && y->numel == 1) {
        y->data[0] = real_sum(x->numel, x->data);
    } else {
        int64_t y_stride[GD_MAX_DIMS];
        for (int i = 0, of_y = 0; i < x->ndim; i++) {
            bool reduced = axes.mask >> i & 1;
            y_stride[i] = reduced ? 0 : y->stride[of_y];
            of_y += !reduced || axes.keep;
        }
        clear(y);
        add_up(y, x, y_stride);
    }
    return gd_record1_with(&sum_op, y, x, &axes, sizeof axes);
}

gd_tensor *gd_sum_over(gd_tensor *x, gd_axes axes)
{
    return x ? sum("gd_sum", x, axes) : NULL;
}

gd_tensor *gd_sum(gd_tensor *x)
{
    return x && gd_alive("gd_sum", "x", x) ? sum("gd_sum", x, gd_axes_all(x)) : NULL;
}

gd_tensor *gd_sum_axis(gd_tensor *x, int axis, bool keep)
{
    gd_axes axes;
    return x && gd_axes_one("gd_sum_axis", x, axis, keep, &axes) ? sum("gd_sum_axis", x, axes) : NULL;
}

gd_tensor *gd_sum_axes(gd_tensor *x, gd_shape list, bool keep)
{
    gd_axes axes;
    return x && gd_axes_of("gd_sum_axes", x, list, keep, &axes) ? sum("gd_sum_axes", x, axes) : NULL;
}

/* ---- sum_to: the inverse of broadcasting ----------------------------------------------------------------- */

static void sum_to_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    dx[0] = gd_expand(dy, gd_shape_of_tensor(node->in[0]));
}

static const gd_op sum_to_op = { "gd_sum_to", sum_to_rule, GD_NOTHING, "dx = gd_expand(dy, shape of x)" };

gd_tensor *gd_sum_to(gd_tensor *x, const gd_tensor *like)
{
    gd_tensor *y = gd_new_like(like);
    if (!y)
        return NULL;
    if (x->contiguous && y->numel == 1) {
        y->data[0] = real_sum(x->numel, x->data);
    } else {
        int64_t y_stride[GD_MAX_DIMS];
        gd_broadcast_strides(y, x->ndim, x->shape, y_stride);
        clear(y);
        add_up(y, x, y_stride);
    }
    return gd_record1(&sum_to_op, y, x);
}

/* ---- mean = sum / n -------------------------------------------------------------------------------------- */

static gd_tensor *mean(const char *function, gd_tensor *x, gd_axes axes)
{
    int64_t n = gd_reduced_count(x, axes);
    return n ? gd_scale(sum(function, x, axes), 1 / (double)n)
             : gd_scale(sum(function, x, axes), (double)NAN);       /* 0 / 0 */
}

gd_tensor *gd_mean(gd_tensor *x)
{
    return x && gd_alive("gd_mean", "x", x) ? mean("gd_mean", x, gd_axes_all(x)) : NULL;
}

gd_tensor *gd_mean_axis(gd_tensor *x, int axis, bool keep)
{
    gd_axes axes;
    return x && gd_axes_one("gd_mean_axis", x, axis, keep, &axes) ? mean("gd_mean_axis", x, axes) : NULL;
}

gd_tensor *gd_mean_axes(gd_tensor *x, gd_shape list, bool keep)
{
    gd_axes axes;
    return x && gd_axes_of("gd_mean_axes", x, list, keep, &axes) ? mean("gd_mean_axes", x, axes) : NULL;
}

/* ---- var = sum (x - mean)^2 / (n - correction) ----------------------------------------------------------- */

static gd_tensor *var(const char *function, gd_tensor *x, gd_axes axes, double correction)
{
    int64_t n = gd_reduced_count(x, axes);
    if (!((double)n - correction > 0))
        return gd_fail("%s: correction = %g must be below the %" PRId64 " elements of each variance", function,
                       correction, n);
    gd_axes kept = { axes.mask, true };
    gd_tensor *from_mean = gd_sub(x, mean(function, x, kept));
    gd_tensor *squares = gd_square(from_mean);
    return squares ? gd_scale(sum(function, squares, axes), 1 / ((double)n - correction)) : NULL;
}

gd_tensor *gd_var_axis(gd_tensor *x, int axis, double correction, bool keep)
{
    gd_axes axes;
    return x && gd_axes_one("gd_var_axis", x, axis, keep, &axes) ? var("gd_var_axis", x, axes, correction) : NULL;
}

gd_tensor *gd_var_axes(gd_tensor *x, gd_shape list, double correction, bool keep)
{
    gd_axes axes;
    return x && gd_axes_of("gd_var_axes", x, list, keep, &axes) ? var("gd_var_axes", x, axes, correction) : NULL;
}

gd_tensor *gd_std_axis(gd_tensor *x, int axis, double correction, bool keep)
{
    gd_axes axes;
    return x && gd_axes_one("gd_std_axis", x, axis, keep, &axes)
               ? gd_sqrt(var("gd_std_axis", x, axes, correction)) : NULL;
}

gd_tensor *gd_std_axes(gd_tensor *x, gd_shape list, double correction, bool keep)
{
    gd_axes axes;
    return x && gd_axes_of("gd_std_axes", x, list, keep, &axes)
               ? gd_sqrt(var("gd_std_axes", x, axes, correction)) : NULL;
}
