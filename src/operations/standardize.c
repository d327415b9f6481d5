/* standardize.c - bringing x to mean 0 and variance 1 within groups; and batch normalisation, for which a group is
 * one channel of all examples and which then scales and shifts by learned numbers (S. Ioffe, C. Szegedy 2015). */
#include <inttypes.h>
#include <string.h>

#include "standardize.h"
#include "axes.h"
#include "base/compiler.h"
#include "base/memory.h"
#include "base/thread_state.h"
#include "gradus/tensor.h"
#include "kernels/sums.h"
#include "kernels/terms.h"
#include "tensor/alive.h"
#include "tensor/nest.h"
#include "tensor/new.h"
#include "tensor/shape.h"

enum { STRIP = 64, FEW_ROWS = 16 };

static gd_real *one_for_each(const gi_groups *s)
{
    gd_real *list = gi_arena_take(gi_current_scope(), (size_t)s->groups * sizeof(gd_real));
    if (list)
        memset(list, 0, (size_t)s->groups * sizeof *list);
    return list;
}

/* ---- Means over a group ------------------------------------------------------------------------------------- */

/* The mean of a group, as rounded numbers give it, and beside it two means of the deviations d = x - mean: of d,
 * which is what rounding has taken from the mean, and of d u, or of d^2 where u is NULL. */
typedef struct means {
    gd_real *mean, *left, *product;
    gd_real *rest;                          /* work space: what rounding takes from the sums of left and product */
} means;

static bool take_means(const gi_groups *s, means *m)
{
    *m = (means){ one_for_each(s), one_for_each(s), one_for_each(s), NULL };
    m->rest = gi_arena_take(gi_current_scope(), 2 * (size_t)s->groups * sizeof(gd_real));
    return m->mean && m->left && m->product && m->rest;
}

static void group_means(const gi_groups *s, const gd_real *x, gd_real *mean, gd_real *rest)
{
    const int64_t a = s->a, n = s->groups, b = s->b;
    memset(mean, 0, (size_t)n * sizeof *mean);
    memset(rest, 0, (size_t)n * sizeof *rest);
    if (b == 1)
        real_sum_columns(a, n, x, n, 1, mean);
    else
        for (int64_t i = 0; i < a; i++)
            for (int64_t g = 0; g < n; g++, x += b)
                real_add_term(&mean[g], &rest[g], real_sum(b, x));
    for (int64_t g = 0; g < n; g++)
        mean[g] = real_whole(mean[g], rest[g]) / (gd_real)(a * b);
}

/* d = x - mean for a run of b elements of one group, written to d where given, and its two sums. */
GI_KERNEL static void add_run(int64_t b, const gd_real *x, gd_real mean, const gd_real *u, gd_real *d, gd_real *sums)
{
    if (d) {
        for (int64_t j = 0; j < b; j++)
            d[j] = x[j] - mean;
        x = d;
        mean = 0;
    }
#define D(j)  (x[j] - mean)
#define DU(j) (D(j) * u[j])
#define DD(j) (D(j) * D(j))
    if (u) {
        SUMS_OF_TERMS(sums[0], sums[1], b, D, DU)
    } else {
        SUMS_OF_TERMS(sums[0], sums[1], b, D, DD)
    }
}

/* The same where groups are columns of a matrix of n: a strip of them, over a few rows. */
GI_KERNEL static void add_rows(int64_t rows, int width, int64_t n, const gd_real *x, const gd_real *restrict mean,
                               const gd_real *u, gd_real *restrict sum, gd_real *restrict product)
{
    for (int g = 0; g < width; g++)
        sum[g] = product[g] = 0;
    for (int64_t i = 0; i < rows; i++, x += n) {
        if (u)
            for (int g = 0; g < width; g++) {
                const gd_real deviation = x[g] - mean[g];
                sum[g] += deviation;
                product[g] += deviation * u[i * n + g];
            }
        else
            for (int g = 0; g < width; g++) {
                const gd_real deviation = x[g] - mean[g];
                sum[g] += deviation;
                product[g] += deviation * deviation;
            }
    }
}

GI_KERNEL static void subtract_means(int64_t rows, int width, int64_t n, const gd_real *x, const gd_real *restrict mean,
                                     gd_real *d)
{
    for (int64_t i = 0; i < rows; i++)
        for (int g = 0; g < width; g++)
            d[i * n + g] = x[i * n + g] - mean[g];
}

static void add_strips(const gi_groups *s, const gd_real *x, const gd_real *u, gd_real *d, const means *m)
{
    const int64_t n = s->groups;
    gd_real sum[STRIP], product[STRIP];
    for (int64_t i = 0; i < s->a; i += FEW_ROWS)
        for (int64_t g = 0; g < n; g += STRIP) {
            const int width = n - g < STRIP ? (int)(n - g) : STRIP;
            const int64_t at = i * n + g, rows = s->a - i < FEW_ROWS ? s->a - i : FEW_ROWS;
            add_rows(rows, width, n, x + at, m->mean + g, u ? u + at : NULL, sum, product);
            if (d)
                subtract_means(rows, width, n, x + at, m->mean + g, d + at);
            for (int k = 0; k < width; k++) {
                real_add_term(&m->left[g + k], &m->rest[g + k], sum[k]);
                real_add_term(&m->product[g + k], &m->rest[n + g + k], product[k]);
            }
        }
}

/* left and product of m, whose mean is set; d may be x. */
static void deviations(const gi_groups *s, const gd_real *x, const gd_real *u, gd_real *d, const means *m)
{
    const int64_t n = s->groups, b = s->b;
    memset(m->left, 0, (size_t)n * sizeof *m->left);
    memset(m->product, 0, (size_t)n * sizeof *m->product);
    memset(m->rest, 0, 2 * (size_t)n * sizeof *m->rest);
    if (b == 1)
        add_strips(s, x, u, d, m);
    else
        for (int64_t i = 0; i < s->a; i++)
            for (int64_t g = 0; g < n; g++) {
                const int64_t at = (i * n + g) * b;
                gd_real sums[2];
                add_run(b, x + at, m->mean[g], u ? u + at : NULL, d ? d + at : NULL, sums);
                real_add_term(&m->left[g], &m->rest[g], sums[0]);
                real_add_term(&m->product[g], &m->rest[n + g], sums[1]);
            }
    for (int64_t g = 0; g < n; g++) {
        m->left[g] = real_whole(m->left[g], m->rest[g]) / (gd_real)(s->a * b);
        m->product[g] = real_whole(m->product[g], m->rest[n + g]) / (gd_real)(s->a * b);
    }
}

/* ---- y = (x - mean) r --------------------------------------------------------------------------------------- */

GI_KERNEL static void subtract_and_scale(const gi_groups *s, gd_real *y, const gd_real *left)
{
    const int64_t runs = s->a * s->groups, b = s->b;
    for (int64_t i = 0, g = 0; i < runs; i++, g = g + 1 < s->groups ? g + 1 : 0)
        for (int64_t j = 0; j < b; j++)
            y[i * b + j] = (y[i * b + j] - left[g]) * s->r[g];
}

/* s->scale[g] is a power of 2 with which x has been multiplied.  The mean of rounded numbers is rounded itself, and
 * may be far off beside the deviations: what is left of them has a mean, too, and where that is not small a second
 * one is taken. */
static void standardize(gi_groups *s, gd_real *y, const gd_real *x, means *m)
{
    const int64_t n = s->groups;
    bool again = false;
    group_means(s, x, m->mean, m->rest);
    memcpy(s->mean, m->mean, (size_t)n * sizeof *s->mean);
    deviations(s, x, NULL, y, m);
    for (int64_t g = 0; g < n; g++)
        again |= m->left[g] * m->left[g] > (gd_real)0.01 * m->product[g];
    if (again) {
        for (int64_t g = 0; g < n; g++)
            s->mean[g] += m->mean[g] = m->left[g];
        deviations(s, y, NULL, y, m);
    }
    for (int64_t g = 0; g < n; g++) {
        s->mean[g] += m->left[g];
        s->var[g] = m->product[g] - m->left[g] * m->left[g];
        s->r[g] = real_inverse_root(s->var[g] + (gd_real)(s->eps * (double)s->scale[g] * (double)s->scale[g]));
    }
    subtract_and_scale(s, y, m->left);
}

/* Scales for groups whose squares overflowed or vanished; false when there is none. */
static bool scale_groups(gi_groups *s, const gd_real *x)
{
    bool any = false;
    for (int64_t g = 0; g < s->groups; g++) {
        gd_real most = 0;
        if (real_square_is_good(s->var[g] + (gd_real)s->eps))
            continue;
        for (int64_t i = 0; i < s->a; i++)
            most = real_max(most, real_largest(s->b, x + (i * s->groups + g) * s->b, 1));
        s->scale[g] = real_scale_for(most);
        any |= s->scale[g] != 1;
    }
    return any;
}

static bool standardize_scaled(gi_groups *s, gd_real *y, const gd_tensor *x, means *m)
{
    gd_tensor *scaled = gi_new_like(x);
    if (!scaled)
        return false;
    for (int64_t i = 0, g = 0; i < s->a * s->groups; i++, g = g + 1 < s->groups ? g + 1 : 0)
        for (int64_t j = 0; j < s->b; j++)
            scaled->data[i * s->b + j] = x->data[i * s->b + j] * s->scale[g];
    standardize(s, y, scaled->data, m);
    for (int64_t g = 0; g < s->groups; g++) {
        s->mean[g] /= s->scale[g];
        s->var[g] = s->var[g] / s->scale[g] / s->scale[g];
        s->r[g] *= s->scale[g];
    }
    return true;
}

/* ---- The gradient: dx = r (dy - mean(dy) - y mean(dy y)), the means over the group --------------------------- */

/* r as a function of x.  With scale: 1 / sqrt(var(x) + eps) = scale / sqrt(var(x scale) + eps scale^2). */
static gd_tensor *one_over_std(gd_tensor *x, const gi_groups *s)
{
    gd_tensor *scale = gd_zeros(GD_SHAPE(1, s->groups, 1)), *eps = gd_zeros(GD_SHAPE(1, s->groups, 1));
    for (int64_t g = 0; scale && eps && g < s->groups; g++) {
        scale->data[g] = s->scale[g];
        eps->data[g] = (gd_real)(s->eps * (double)s->scale[g] * (double)s->scale[g]);
    }
    gd_tensor *var = gd_var_axes(gd_mul(x, scale), GD_SHAPE(0, 2), 0, true);
    return gd_mul(gd_pow(gd_add(var, eps), -0.5), scale);
}

gd_tensor *gi_standardize_slope(gd_tensor *dy, gd_tensor *x, gd_tensor *y, const gi_groups *s)
{
    gd_tensor *c = gi_centred("gd_standardize", dy, (gi_axes){ 1u << 0 | 1u << 2, true });
    gd_tensor *along_y = gd_mul(y, gd_mean_axes(gd_mul(c, y), GD_SHAPE(0, 2), true));
    return gd_mul(one_over_std(x, s), gd_sub(c, along_y));
}

static void standardize_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    dx[0] = gi_standardize_slope(dy, node->in[0], node->out, node->attributes);
}

/* m->left mends the mean of dy, see standardize. */
GI_KERNEL static void slope(const gi_groups *s, gd_real *restrict dx, const gd_real *dy, const gd_real *y,
                            const means *m)
{
    const int64_t runs = s->a * s->groups, b = s->b;
    for (int64_t i = 0, k = 0; i < runs; i++, k = k + 1 < s->groups ? k + 1 : 0)
        for (int64_t j = 0; j < b; j++)
            dx[i * b + j] = s->r[k] * (dy[i * b + j] - m->mean[k] - m->left[k] - y[i * b + j] * m->product[k]);
}

static gd_fast standardize_fast(const gd_node *node, const gd_tensor *dy, const gd_target *dx)
{
    const gi_groups *s = node->attributes;
    const gd_real *g = gi_contiguous_numbers(dy), *y = node->out->data;
    means m;
    if (!g || !take_means(s, &m))
        return GD_FAILED;
    group_means(s, g, m.mean, m.rest);
    deviations(s, g, y, NULL, &m);
    slope(s, dx->data, g, y, &m);
    return GD_DONE;
}

static const gd_op standardize_op = {
    .name = "gd_standardize", .rule = standardize_rule, .fast = standardize_fast, .reads = GD_INPUTS | GD_OUTPUT,
    .formula = "dx = (dy - mean(dy) - y mean(dy y)) / sqrt(var + eps)"
};

/* x is [a, groups, b]; what was computed on the way goes to s. */
gd_tensor *gi_standardized(gd_tensor *x, double eps, gi_groups *s)
{
    gd_tensor *y = x ? gi_new_like(x) : NULL, *from = gd_contiguous(gd_detach(x));
    if (!y || !from)
        return NULL;
    *s = (gi_groups){ .a = x->shape[0], .groups = x->shape[1], .b = x->shape[2], .eps = eps };
    s->mean = one_for_each(s);
    s->var = one_for_each(s);
    s->r = one_for_each(s);
    s->scale = one_for_each(s);
    means m;
    if (!s->mean || !s->var || !s->r || !s->scale || !take_means(s, &m))
        return NULL;
    for (int64_t g = 0; g < s->groups; g++)
        s->scale[g] = 1;
    standardize(s, y->data, from->data, &m);
    if (scale_groups(s, from->data) && !standardize_scaled(s, y->data, from, &m))
        return NULL;
    return gd_record(&standardize_op, y, &x, 1, s, sizeof *s);
}

/* ---- Batch norm --------------------------------------------------------------------------------------------- */

static bool one_for_each_channel(const char *argument, const gd_tensor *x, const gd_tensor *t)
{
    if (!t || (t->ndim == 1 && t->shape[0] == x->shape[1]))
        return true;
    return gd_fail("gd_batch_norm: x is %s and %s is %s: one number for each channel, [%" PRId64 "], is expected",
                   gi_text_of(x).s, argument, gi_text_of(t).s, x->shape[1]);
}

static bool batch_norm_fits(const gd_tensor *x, const gd_tensor *weight, const gd_tensor *bias,
                            const gd_tensor *mean,
                            const gd_tensor *var, bool training, double momentum, double eps)
{
    if (!gi_alive("gd_batch_norm", "x", x) || !gi_alive("gd_batch_norm", "weight", weight)
        || !gi_alive("gd_batch_norm", "bias", bias) || !gi_alive("gd_batch_norm", "running_mean", mean)
        || !gi_alive("gd_batch_norm", "running_var", var))
        return false;
    if (x->ndim < 2)
        return gd_fail("gd_batch_norm: x is %s: it must be [n, channels, ..]", gi_text_of(x).s);
    if (!one_for_each_channel("weight", x, weight) || !one_for_each_channel("bias", x, bias)
        || !one_for_each_channel("running_mean", x, mean) || !one_for_each_channel("running_var", x, var))
        return false;
    if (!mean != !var || (!mean && !training))
        return gd_fail("gd_batch_norm: running_mean and running_var must be given together, and always when not "
                       "training");
    if ((mean && mean->node) || (var && var->node))
        return gd_fail("gd_batch_norm: running_mean and running_var must not be results of recorded operations");
    if (training && x->shape[1] && x->numel / x->shape[1] == 1)
        return gd_fail("gd_batch_norm: x is %s: training needs more than one value in each channel",
                       gi_text_of(x).s);
    if (!(momentum >= 0 && momentum <= 1))
        return gd_fail("gd_batch_norm: momentum = %g must lie in [0, 1]", momentum);
    return eps >= 0 || gd_fail("gd_batch_norm: eps = %g must not be negative", eps);
}

/* t [c] as [c, 1, ..], which broadcasts against [n, c, ..]. */
static gd_tensor *beside_channels(gd_tensor *t, const gd_tensor *x)
{
    return gd_reshape(t, (gd_shape){ x->ndim - 1, { x->shape[1], 1, 1, 1, 1, 1, 1 } });
}

/* running = (1 - momentum) running + momentum batch; the variance that is kept is the sample's. */
static void update(gd_tensor *running, const gd_real *batch, double momentum, double correction)
{
    int64_t step = running->stride[0];
    for (int64_t c = 0; c < running->shape[0]; c++) {
        gd_real *r = running->data + c * step;
        *r = (gd_real)((1 - momentum) * (double)*r + momentum * correction * (double)batch[c]);
    }
    gi_overwritten(running);
}

static gd_tensor *by_running_statistics(gd_tensor *x, gd_tensor *mean, gd_tensor *var, double eps)
{
    gd_tensor *sum = gd_shift(gd_detach(var), eps);
    gd_tensor *r = gd_where(sum, gd_pow(sum, -0.5), sum);       /* 0 where there is no variance */
    return gd_mul(gd_sub(x, beside_channels(gd_detach(mean), x)), beside_channels(r, x));
}

gd_tensor *gd_batch_norm(gd_tensor *x, gd_tensor *weight, gd_tensor *bias, gd_tensor *running_mean,
                         gd_tensor *running_var, bool training, double momentum, double eps)
{
    if (!x || !batch_norm_fits(x, weight, bias, running_mean, running_var, training, momentum, eps))
        return NULL;
    int64_t channels = x->shape[1], n = channels ? x->numel / channels : 0;
    gi_groups batch = { .b = 0 };
    gd_tensor *y;
    if (training) {
        int64_t examples = x->shape[0], b = examples ? n / examples : 0;
        y = gi_standardized(gd_reshape(x, GD_SHAPE(examples, channels, b)), eps, &batch);
        y = gd_reshape(y, gd_shape_of_tensor(x));
    } else {
        y = by_running_statistics(x, running_mean, running_var, eps);
    }
    y = weight ? gd_mul(y, beside_channels(weight, x)) : y;
    y = bias ? gd_add(y, beside_channels(bias, x)) : y;
    if (y && training && running_mean && n > 0 && !gi_thread.recomputing) {
        update(running_mean, batch.mean, momentum, 1);
        update(running_var, batch.var, momentum, (double)n / (double)(n - 1));
    }
    return y;
}
