/* standardize.c - bringing x to mean 0 and variance 1 within groups; and batch normalisation, for which a group is
 * one channel of all examples and which then scales and shifts by learned numbers (S. Ioffe, C. Szegedy 2015). */
#include <inttypes.h>
#include <string.h>

#include "standardize.h"
#include "sum.h"
#include "base/memory.h"
#include "base/start.h"
#include "base/thread_state.h"
#include "gradus/tensor.h"
#include "kernels/standardize.h"
#include "tensor/alive.h"
#include "tensor/nest.h"
#include "tensor/new.h"
#include "tensor/shape.h"

static gd_real *one_for_each(const gi_groups *s)
{
    gd_real *list = gi_arena_take(gi_current_scope(), (size_t)s->groups * sizeof(gd_real));
    if (list)
        memset(list, 0, (size_t)s->groups * sizeof *list);
    return list;
}

static bool take_means(const gi_groups *s, gi_group_means *m)
{
    *m = (gi_group_means){ one_for_each(s), one_for_each(s), one_for_each(s), NULL };
    m->rest = gi_arena_take(gi_current_scope(), 2 * (size_t)s->groups * sizeof(gd_real));
    return m->mean && m->left && m->product && m->rest;
}

/* Groups that have to be scaled once more. */
static bool standardize_scaled(gi_groups *s, gd_real *y, const gd_tensor *x, const gi_group_means *m)
{
    gd_tensor *scaled = gi_new_like(x);
    if (!scaled)
        return false;
    gi_scaled_groups(s, scaled->data, x->data);
    gi_standardize(s, y, scaled->data, m);
    gi_unscale_groups(s);
    return true;
}

/* ---- The gradient: dx = r (dy - mean(dy) - y mean(dy y)), the means over the group --------------------------- */

static bool scale_compute(gd_tensor *scale, gd_tensor *const none[], const void *attributes)
{
    const gi_groups *s = attributes;
    (void)none;
    memcpy(scale->data, s->scale, (size_t)s->groups * sizeof *scale->data);
    return true;
}

static bool eps_compute(gd_tensor *eps, gd_tensor *const none[], const void *attributes)
{
    const gi_groups *s = attributes;
    (void)none;
    for (int64_t g = 0; g < s->groups; g++)
        eps->data[g] = (gd_real)(s->eps * (double)s->scale[g] * (double)s->scale[g]);
    return true;
}

/* A number for each group, computed from those that are saved: [1, groups, 1]. */
static gd_tensor *of_groups(const gi_groups *s, gi_compute *compute)
{
    gd_tensor *t = gi_new("gd_standardize", 3, (int64_t[]){ 1, s->groups, 1 });
    return t && gi_start("gd_standardize", compute, t, NULL, 0, s, sizeof *s) ? t : NULL;
}

/* r as a function of x.  With scale: 1 / sqrt(var(x) + eps) = scale / sqrt(var(x scale) + eps scale^2). */
static gd_tensor *one_over_std(gd_tensor *x, const gi_groups *s)
{
    gd_tensor *scale = of_groups(s, scale_compute), *eps = of_groups(s, eps_compute);
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

static gd_fast standardize_fast(const gd_node *node, const gd_tensor *dy, const gd_target *dx)
{
    const gi_groups *s = node->attributes;
    const gd_real *g = gi_contiguous_numbers(dy), *y = node->out->data;
    gi_group_means m;
    if (!g || !take_means(s, &m))
        return GD_FAILED;
    gi_standardize_grad(s, dx->data, g, y, &m);
    return GD_DONE;
}

static const gd_op standardize_op = {
    .name = "gd_standardize", .rule = standardize_rule, .fast = standardize_fast, .reads = GD_INPUTS | GD_OUTPUT,
    .formula = "dx = (dy - mean(dy) - y mean(dy y)) / sqrt(var + eps)"
};

static bool standardize_compute(gd_tensor *y, gd_tensor *const x[], const void *attributes)
{
    gi_groups s = *(const gi_groups *)attributes;
    gi_group_means m;
    if (!take_means(&s, &m))
        return false;
    for (int64_t g = 0; g < s.groups; g++)
        s.scale[g] = 1;
    gi_standardize(&s, y->data, x[0]->data, &m);
    return !gi_group_scales(&s, x[0]->data) || standardize_scaled(&s, y->data, x[0], &m);
}

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
    if (!s->mean || !s->var || !s->r || !s->scale
        || !gi_start_one("gd_standardize", standardize_compute, y, from, s, sizeof *s))
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

typedef struct update_attributes {
    const gd_real *batch;
    double         momentum, correction;
} update_attributes;

/* running = (1 - momentum) running + momentum batch; the variance that is kept is the sample's. */
static bool update_compute(gd_tensor *running, gd_tensor *const none[], const void *attributes)
{
    const update_attributes *u = attributes;
    (void)none;
    int64_t step = running->stride[0];
    for (int64_t c = 0; c < running->shape[0]; c++) {
        gd_real *r = running->data + c * step;
        *r = (gd_real)((1 - u->momentum) * (double)*r + u->momentum * u->correction * (double)u->batch[c]);
    }
    gi_overwritten(running);
    return true;
}

static bool update(gd_tensor *running, const gd_real *batch, double momentum, double correction)
{
    const update_attributes u = { batch, momentum, correction };
    return gi_start("gd_batch_norm", update_compute, running, NULL, 0, &u, sizeof u);
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
    const bool updates = y && training && running_mean && n > 0 && !gi_thread.recomputing;
    if (updates && (!update(running_mean, batch.mean, momentum, 1)
                    || !update(running_var, batch.var, momentum, (double)n / (double)(n - 1))))
        return NULL;
    return y;
}
