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
#include "rule.h"

enum { M, U };                              /* the states */

GI_KERNEL static void adamax(int64_t n, gd_real *restrict w, const gd_real *restrict grad, gd_real *restrict m,
                             gd_real *restrict u, const gd_adamax_options *o, double lr, double c1)
{
    const double beta1 = o->beta1, beta2 = o->beta2, weight_decay = o->weight_decay;
    const double eps_in_max = o->adamax_eps == GD_ADAMAX_EPS_IN_MAX ? o->eps : 0;
    const double eps_added = o->adamax_eps == GD_ADAMAX_EPS_ADDED ? o->eps : 0;
    const gd_real sign = gi_sign(o->maximize);
    GI_EACH(i, n, (w, grad, m, u), {
        const gd_real g = sign * grad[i] + REAL(weight_decay) * w[i];
        m[i] = REAL(beta1) * m[i] + REAL(1 - beta1) * g;
        u[i] = real_max(REAL(beta2) * u[i], real_abs(g) + REAL(eps_in_max));
        const gd_real divisor = u[i] + REAL(eps_added);
        w[i] -= REAL(lr / c1) * (m[i] / (divisor > 0 ? divisor : 1));      /* |m/u| is small where m alone is huge */
    });
}

/* ---- c1 = 1 - beta1^t, once a step ------------------------------------------------------------------------------ */

static double correction(const void *options, int k, int64_t t)
{
    return gi_correction(((const gd_adamax_options *)options)->beta1, t, k == M);
}

static void prepare(const gd_update *u, void *c1)
{
    *(double *)c1 = correction(u->options, M, u->t);
}

static void update(const gd_update *u)
{
    adamax(u->n, u->w, u->g, u->state[M], u->state[U], u->options, u->lr, *(const double *)u->scalars);
}

/* ---- The algorithm and its options ------------------------------------------------------------------------------ */

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

/* ---- Dialects: what differs from gd_adamax_defaults() ----------------------------------------------------------- */

#define SET(field, value) GI_SET(gd_adamax_options, field, value)
static const gi_dialect dialects[] = {
    { GD_TORCH, { GI_DEFAULTS } },
    { GD_KERAS, { SET(lr, 1e-3), SET(eps, 1e-7), SET(adamax_eps, GD_ADAMAX_EPS_ADDED), SET(step_counter, GD_GLOBAL) } },
    { GD_OPTAX, { SET(step_counter, GD_GLOBAL) } },
    { GD_PAPER, { SET(adamax_eps, GD_ADAMAX_EPS_NONE), SET(step_counter, GD_GLOBAL) } },
};

gd_adamax_options gd_adamax_dialect(gd_dialect dialect)
{
    gd_adamax_options o = gd_adamax_defaults();
    GI_APPLY_DIALECT("gd_adamax_dialect", dialects, dialect, &o);
    return o;
}
