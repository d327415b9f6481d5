/* standardize.c - bringing x to mean 0 and variance 1 within groups; and batch normalisation, for which a group is
 * one channel of all examples and which then scales and shifts by learned numbers (S. Ioffe, C. Szegedy 2015). */
#include <inttypes.h>

#include "standardize.h"
#include "tensor/real.h"
#include "tensor/sums.h"

static gd_real *one_for_each(const gd_groups *s)
{
    return gd_arena_take(gd_current_scope(), (size_t)s->groups * sizeof(gd_real));
}

/* mean[g] = the mean of x u over the group, or of x where u is NULL. */
GD_KERNEL static void group_means(const gd_groups *s, const gd_real *x, const gd_real *u, gd_real *mean)
{
    const int64_t a = s->a, n = s->groups, b = s->b;
    memset(mean, 0, (size_t)n * sizeof *mean);
    for (int64_t i = 0; i < a; i++) {
        const gd_real *xi = x + i * n * b, *ui = u ? u + i * n * b : NULL;
        if (b == 1)
            for (int64_t g = 0; g < n; g++)
                mean[g] += u ? xi[g] * ui[g] : xi[g];
        else
            for (int64_t g = 0; g < n; g++)
                mean[g] += u ? real_dot(b, xi + g * b, ui + g * b) : real_sum(b, xi + g * b);
    }
    for (int64_t g = 0; g < n; g++)
        mean[g] /= (gd_real)(a * b);
}

/* ---- y = (x - mean) r --------------------------------------------------------------------------------------- */

GD_KERNEL static void standardize(gd_groups *s, gd_real *restrict y, const gd_real *x)
{
    const int64_t runs = s->a * s->groups, b = s->b;
    group_means(s, x, NULL, s->mean);
    for (int64_t i = 0, g = 0; i < runs; i++, g = g + 1 < s->groups ? g + 1 : 0)
        for (int64_t j = 0; j < b; j++)
            y[i * b + j] = x[i * b + j] - s->mean[g];
    group_means(s, y, y, s->var);
    for (int64_t g = 0; g < s->groups; g++)
        s->r[g] = real_inverse_root(s->var[g] + (gd_real)s->eps);
    for (int64_t i = 0, g = 0; i < runs; i++, g = g + 1 < s->groups ? g + 1 : 0)
        for (int64_t j = 0; j < b; j++)
            y[i * b + j] *= s->r[g];
}

/* dx = r (dy - mean(dy) - y mean(dy y)), the means over the group. */
static void standardize_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    dx[0] = gd_standardized_grad(dy, node->in[0], node->out, node->attributes);
}

static const gd_op standardize_op = {
    "gd_standardize", standardize_rule, GD_INPUTS | GD_OUTPUT,
    "dx = (dy - mean(dy) - y mean(dy y)) / sqrt(var + eps)"
};

/* x is [a, groups, b]; what was computed on the way goes to s. */
gd_tensor *gd_standardized(gd_tensor *x, double eps, gd_groups *s)
{
    gd_tensor *y = x ? gd_new_like(x) : NULL, *from = gd_contiguous(gd_detach(x));
    if (!y || !from)
        return NULL;
    *s = (gd_groups){ x->shape[0], x->shape[1], x->shape[2], eps, NULL, NULL, NULL };
    s->mean = one_for_each(s);
    s->var = one_for_each(s);
    s->r = one_for_each(s);
    if (!s->mean || !s->var || !s->r)
        return NULL;
    standardize(s, y->data, from->data);
    return gd_record(&standardize_op, y, &x, 1, s, sizeof *s);
}

/* ---- z = r (g - mean(g) - y mean(g y)), a function of g and of x -------------------------------------------- */

GD_KERNEL static void slope(const gd_groups *s, gd_real *restrict z, const gd_real *g, const gd_real *y,
                            const gd_real *mean_g, const gd_real *mean_gy)
{
    const int64_t runs = s->a * s->groups, b = s->b;
    for (int64_t i = 0, k = 0; i < runs; i++, k = k + 1 < s->groups ? k + 1 : 0)
        for (int64_t j = 0; j < b; j++)
            z[i * b + j] = s->r[k] * (g[i * b + j] - mean_g[k] - y[i * b + j] * mean_gy[k]);
}

static gd_tensor *mean_of_group(gd_tensor *x)
{
    return gd_mean_axes(x, GD_SHAPE(0, 2), true);
}

/* z is linear in g, and in the same way its own adjoint: dg = the same of dz.  x acts through r and through y:
 *   through r:  dr = sum(dz z) / r,  dr/dx = -r^2 y / n
 *   through y:  dy = -r (dz mean(g y) + g mean(dz y)),  and then as in standardize_rule */
static void standardize_grad_rule(const gd_node *node, gd_tensor *dz, gd_tensor **dx)
{
    const gd_groups *s = node->attributes;
    gd_tensor *g = node->in[0], *x = node->in[1], *z = node->out;
    gd_groups fresh;
    gd_tensor *y = gd_standardized(x, s->eps, &fresh);
    if (gd_wanted(node, 0))
        dx[0] = y ? gd_standardized_grad(dz, x, y, &fresh) : NULL;
    if (!y || !gd_wanted(node, 1))
        return;
    gd_tensor *r = gd_pow(gd_shift(gd_var_axes(x, GD_SHAPE(0, 2), 0, true), s->eps), -0.5);
    gd_tensor *through_r = gd_mul(y, mean_of_group(gd_mul(dz, z)));
    gd_tensor *dy = gd_add(gd_mul(dz, mean_of_group(gd_mul(g, y))), gd_mul(g, mean_of_group(gd_mul(dz, y))));
    dx[1] = gd_neg(gd_mul(r, gd_add(through_r, gd_standardized_grad(dy, x, y, &fresh))));
}

static const gd_op standardize_grad_op = {
    "gd_standardize_grad", standardize_grad_rule,
    GD_READS(0, GD_INPUT(1)) | GD_READS(1, GD_INPUT(0) | GD_INPUT(1) | GD_THE_OUTPUT),
    "dx = the derivative of (dy - mean(dy) - y mean(dy y)) / sqrt(var + eps)"
};

gd_tensor *gd_standardized_grad(gd_tensor *dy, gd_tensor *x, gd_tensor *y, const gd_groups *s)
{
    gd_tensor *z = dy ? gd_new_like(dy) : NULL, *g = gd_contiguous(gd_detach(dy));
    gd_real *mean_g = one_for_each(s), *mean_gy = one_for_each(s);
    if (!z || !g || !mean_g || !mean_gy)
        return NULL;
    group_means(s, g->data, NULL, mean_g);
    group_means(s, g->data, y->data, mean_gy);
    slope(s, z->data, g->data, y->data, mean_g, mean_gy);
    return gd_record(&standardize_grad_op, z, (gd_tensor *const[]){ dy, x }, 2, s, sizeof *s);
}

/* ---- Batch norm --------------------------------------------------------------------------------------------- */

static bool one_for_each_channel(const char *argument, const gd_tensor *x, const gd_tensor *t)
{
    if (!t || (t->ndim == 1 && t->shape[0] == x->shape[1]))
        return true;
    return gd_fail("gd_batch_norm: x is %s and %s is %s: one number for each channel, [%" PRId64 "], is expected",
                   gd_text_of(x).s, argument, gd_text_of(t).s, x->shape[1]);
}

static bool batch_norm_fits(const gd_tensor *x, const gd_tensor *weight, const gd_tensor *bias,
                            const gd_tensor *mean,
                            const gd_tensor *var, bool training, double momentum, double eps)
{
    if (x->ndim < 2)
        return gd_fail("gd_batch_norm: x is %s: it must be [n, channels, ..]", gd_text_of(x).s);
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
                       gd_text_of(x).s);
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
    gd_overwritten(running);
}

static gd_tensor *by_running_statistics(gd_tensor *x, gd_tensor *mean, gd_tensor *var, double eps)
{
    gd_tensor *r = gd_pow(gd_shift(gd_detach(var), eps), -0.5);
    return gd_mul(gd_sub(x, beside_channels(gd_detach(mean), x)), beside_channels(r, x));
}

gd_tensor *gd_batch_norm(gd_tensor *x, gd_tensor *weight, gd_tensor *bias, gd_tensor *running_mean,
                         gd_tensor *running_var, bool training, double momentum, double eps)
{
    if (!x || !batch_norm_fits(x, weight, bias, running_mean, running_var, training, momentum, eps))
        return NULL;
    int64_t channels = x->shape[1], n = channels ? x->numel / channels : 0;
    gd_groups batch = { .b = 0 };
    gd_tensor *y;
    if (training) {
        int64_t examples = x->shape[0], b = examples ? n / examples : 0;
        y = gd_standardized(gd_reshape(x, GD_SHAPE(examples, channels, b)), eps, &batch);
        y = gd_reshape(y, gd_shape_of_tensor(x));
    } else {
        y = by_running_statistics(x, running_mean, running_var, eps);
    }
    y = weight ? gd_mul(y, beside_channels(weight, x)) : y;
    y = bias ? gd_add(y, beside_channels(bias, x)) : y;
    if (y && training && running_mean && n > 0) {
        update(running_mean, batch.mean, momentum, 1);
        update(running_var, batch.var, momentum, (double)n / (double)(n - 1));
    }
    return y;
}
