/* adabelief.c - AdaBelief: Adam that divides not by the size of the gradient but by how far it is from what m made one
 * believe.
 *
 *     w = (1 - lr weight_decay) w
 *     m = beta1 m + (1 - beta1) g
 *     s = beta2 s + (1 - beta2) (g - m)^2 + eps_root
 *     w = w - lr m_hat / (sqrt(s_hat) + eps),    m_hat = m/(1 - beta1^t),  s_hat = s/(1 - beta2^t)
 *
 * Where gradients agree with their mean, s is small and the steps are large.  eps_root is added in every step, so that
 * s tends to eps_root/(1 - beta2) when the gradient is constant.
 *
 * Zhuang, Tang, Ding, Tatikonda, Dvornek, Papademetris and Duncan, "AdaBelief optimizer: adapting stepsizes by the
 * belief in observed gradients" (NeurIPS 2020), Algorithm 2.  Its text has both eps 1e-8, its program 1e-16, as here.
 * optax compares g with m as it was before this step: the error of a prediction.  In the first step, where m is 0, that
 * is g itself, and larger than (g - m)^2 by 1/beta1^2. */
#include "rule.h"

enum { M, S };                              /* the states */

typedef struct corrections { double c1, c2; } corrections;

GI_KERNEL static void adabelief(int64_t n, gd_real *restrict w, const gd_real *restrict grad, gd_real *restrict m,
                                gd_real *restrict s, const gd_adabelief_options *o, double lr, const corrections *c)
{
    const double beta1 = o->beta1, beta2 = o->beta2;
    const gi_eps eps = gi_eps_of(GD_EPS_AFTER_BC, o->eps, 0);
    const gd_real sign = gi_sign(o->maximize), keep = REAL(1 - lr * o->weight_decay);
    const bool old_m = o->old_m;
    GI_EACH(i, n, (w, grad, m, s), {
        const gd_real g = gi_bounded(sign * grad[i]), before = m[i];
        m[i] = REAL(beta1) * m[i] + REAL(1 - beta1) * g;
        const gd_real error = g - (old_m ? before : m[i]);
        s[i] = REAL(beta2) * s[i] + REAL(1 - beta2) * error * error + REAL(o->eps_root);
        w[i] = keep * w[i] - REAL(lr / c->c1) * m[i] / (real_sqrt(s[i] * REAL(1 / c->c2) + eps.inside) + eps.outside);
    });
}

/* ---- c1 = 1 - beta1^t and c2 = 1 - beta2^t, once a step --------------------------------------------------------- */

static double correction(const void *options, int k, int64_t t)
{
    const gd_adabelief_options *o = options;
    return gi_correction(k == M ? o->beta1 : o->beta2, t, true);
}

static void prepare(const gd_update *u, void *result)
{
    *(corrections *)result = (corrections){ correction(u->options, M, u->t), correction(u->options, S, u->t) };
}

static void update(const gd_update *u)
{
    adabelief(u->n, u->w, u->g, u->state[M], u->state[S], u->options, u->lr, u->scalars);
}

/* ---- The algorithm and its options ------------------------------------------------------------------------------ */

#define OPTION(field, ...) GD_OPTION(gd_adabelief_options, field, __VA_ARGS__)
static const gd_option fields[] = {
    OPTION(beta1, "[)", 0, 1),
    OPTION(beta2, "[)", 0, 1),
    OPTION(eps, "[]", 0, GI_REAL_MAX),
    OPTION(eps_root, "[]", 0, GI_REAL_MAX),
    OPTION(weight_decay, "[]", 0, GI_REAL_MAX),
    OPTION(old_m, "[]", 0, 1),
    OPTION(step_counter, "[]", 0, GD_GLOBAL),
    OPTION(maximize, "[]", 0, 1),
    { .name = NULL }
};

static const gd_range ranges[] = {
    GI_FINITE("exp_avg"),
    { "exp_avg_var", false, "[)", 0, INFINITY },
    { .name = NULL }
};

static const gd_algorithm algorithm = {
    .name = "gd_adabelief", .options_size = sizeof(gd_adabelief_options), .options = fields,
    .zeros = { "beta1 beta2 eps", "beta2 eps eps_root" },
    .states = { "exp_avg", "exp_avg_var" },
    .prepare = prepare, .update = update, .by_element = true, .correction = correction, .ranges = ranges
};

gd_optimizer *gd_adabelief(gd_params *p, gd_adabelief_options options)
{
    return gd_optimizer_new(p, &algorithm, &options);
}

/* ---- Dialects: what differs from gd_adabelief_defaults() -------------------------------------------------------- */

#define SET(field, value) GI_SET(gd_adabelief_options, field, value)
static const gi_dialect dialects[] = {
    { GD_PAPER, { SET(step_counter, GD_GLOBAL) } },
    { GD_OPTAX, { SET(step_counter, GD_GLOBAL), SET(old_m, true) } },
};

gd_adabelief_options gd_adabelief_dialect(gd_dialect dialect)
{
    gd_adabelief_options o = gd_adabelief_defaults();
    GI_APPLY_DIALECT("gd_adabelief_dialect", dialects, dialect, &o);
    return o;
}
