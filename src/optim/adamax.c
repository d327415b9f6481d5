/* adamax.c - Adamax: Adam with the largest recent |g| in place of the root of v.
 *
 *     g = g + weight_decay w
 *     m = beta1 m + (1 - beta1) g
 *     u = max(beta2 u, |g| + eps)
 *     w = w - lr/(1 - beta1^t) m/u
 *
 * Kingma and Ba, "Adam: a method for stochastic optimization" (ICLR 2015), Algorithm 2, without eps, which
 * gives 0/0 where all gradients were 0 (here such a weight stays).  The default is torch.optim.Adamax; Keras
 * adds eps to u in the division. */
#include <math.h>

#include "base/compiler.h"
#include "gradus/tensor.h"
#include "inside.h"

#define OPTION(field, ...) GD_OPTION(gd_adamax_options, field, __VA_ARGS__)
static const gd_option fields[] = {
    OPTION(beta1, "[)", 0, 1),
    OPTION(beta2, "[)", 0, 1),
    OPTION(eps, "[]", 0, GI_REAL_MAX),
    OPTION(adamax_eps, "[]", 0, GD_ADAMAX_EPS_NONE),
    OPTION(weight_decay, "[]", 0, GI_REAL_MAX),
    OPTION(step_counter, "[]", 0, GD_GLOBAL),
    OPTION(maximize, "[]", 0, 1),
    { .name = NULL }
};

enum { M, U };                              /* the states */

static double correction(const void *options, int k, int64_t t)
{
    return gi_correction(((const gd_adamax_options *)options)->beta1, t, k == M);
}

typedef struct scalars {
    gd_real sign, l2, beta1, rest1, beta2, step, eps_in_max, eps_added;
} scalars;

static void prepare(const gd_update *u, void *result)
{
    const gd_adamax_options *o = u->options;
    *(scalars *)result = (scalars){
        .sign = o->maximize ? -1 : 1, .l2 = (gd_real)o->weight_decay,
        .beta1 = (gd_real)o->beta1, .rest1 = (gd_real)(1 - o->beta1), .beta2 = (gd_real)o->beta2,
        .step = (gd_real)(u->lr / correction(o, M, u->t)),
        .eps_in_max = (gd_real)(o->adamax_eps == GD_ADAMAX_EPS_IN_MAX ? o->eps : 0),
        .eps_added = (gd_real)(o->adamax_eps == GD_ADAMAX_EPS_ADDED ? o->eps : 0)
    };
}

GI_KERNEL static void adamax(int64_t n, gd_real *restrict w, const gd_real *restrict grad, gd_real *restrict m,
                             gd_real *restrict u, const scalars *c)
{
    const scalars s = *c;
    GI_EACH(i, n, (w, grad, m, u), {
        gd_real g = s.sign * grad[i] + s.l2 * w[i];
        m[i] = s.beta1 * m[i] + s.rest1 * g;
        u[i] = real_max(s.beta2 * u[i], real_abs(g) + s.eps_in_max);
        gd_real divisor = u[i] + s.eps_added;
        w[i] -= s.step * (m[i] / (divisor > 0 ? divisor : 1));     /* |m/u| is small where m alone is huge */
    });
}

static void update(const gd_update *u)
{
    adamax(u->n, u->w, u->g, u->state[M], u->state[U], u->scalars);
}

static const gd_range ranges[] = {
    GI_FINITE("exp_avg"),
    { "exp_inf", false, "[)", 0, INFINITY },
    { .name = NULL }
};

static const gd_algorithm algorithm = {
    .name = "gd_adamax", .options_size = sizeof(gd_adamax_options), .options = fields,
    .zeros = { "beta1 beta2 eps", "beta2 eps" },
    .states = { "exp_avg", "exp_inf" },
    .prepare = prepare, .update = update, .by_element = true, .correction = correction, .ranges = ranges
};

gd_optimizer *gd_adamax(gd_params *p, gd_adamax_options options)
{
    return gd_optimizer_new(p, &algorithm, &options);
}

gd_adamax_options gd_adamax_dialect(gd_dialect dialect)
{
    gd_adamax_options o = gd_adamax_defaults();
    if (dialect != GD_TORCH)
        o.step_counter = GD_GLOBAL;
    switch (dialect) {
    case GD_TORCH:
    case GD_OPTAX:
        break;
    case GD_KERAS:
        o.lr = 1e-3;
        o.eps = 1e-7;
        o.adamax_eps = GD_ADAMAX_EPS_ADDED;
        break;
    case GD_PAPER:
        o.adamax_eps = GD_ADAMAX_EPS_NONE;
        break;
    default:
        o.lr = gi_no_dialect("gd_adamax_dialect", dialect);
    }
    return o;
}
