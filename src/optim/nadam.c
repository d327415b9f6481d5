/* nadam.c - NAdam: Adam with Nesterov's look ahead, and a momentum that grows from beta1/2 to beta1.
 *
 *     g = g + weight_decay w                                  L2 decay, or decoupled as in AdamW
 *     mu_t = beta1 (1 - 0.96^(t psi) / 2),    P_t = mu_1 mu_2 .. mu_t
 *     m = beta1 m + (1 - beta1) g
 *     v = beta2 v + (1 - beta2) g^2
 *     w = w - lr ((1 - mu_t)/(1 - P_t) g + mu_(t+1)/(1 - P_(t+1)) m) / (sqrt(v/(1 - beta2^t)) + eps)
 *
 * Dozat, "Incorporating Nesterov momentum into Adam" (ICLR workshop 2016), Algorithm 2, with the schedule of its
 * section 3; psi = 0.004.  The default is torch.optim.NAdam (version 2 and later; 1.13 multiplied mu_t in
 * twice).  Variants: Keras has psi = 1, so that mu is beta1 after some fifty steps; optax, as Adam with
 * nesterov, mu = beta1 from the start. */
#include "rule.h"

enum { M, V };                              /* the states */
enum { MU_PRODUCT, MU_STEPS };              /* the numbers: P and its index */

typedef struct momenta {
    double mu, next_mu, c2;                 /* mu_t, mu_(t+1), 1 - beta2^t */
} momenta;

GI_KERNEL static void nadam(int64_t n, gd_real *restrict w, const gd_real *restrict grad, gd_real *restrict m,
                            gd_real *restrict v, const gd_nadam_options *o, double lr, double P, const momenta *of_t)
{
    const double beta1 = o->beta1, beta2 = o->beta2, mu = of_t->mu, next_mu = of_t->next_mu, c2 = of_t->c2;
    const double of_g = lr * (1 - mu) / (1 - P), of_m = lr * next_mu / (1 - P * next_mu);
    const gi_eps eps = gi_eps_of(GD_EPS_AFTER_BC, o->eps, 0);
    const gd_real sign = gi_sign(o->maximize), l2 = gi_l2(o->wd_mode, o->weight_decay);
    const gd_real keep = gi_decay(o->wd_mode, o->weight_decay, lr);
    GI_EACH(i, n, (w, grad, m, v), {
        const gd_real g = gi_bounded(sign * grad[i] + l2 * w[i]);
        m[i] = REAL(beta1) * m[i] + REAL(1 - beta1) * g;
        v[i] = REAL(beta2) * v[i] + REAL(1 - beta2) * g * g;
        w[i] = keep * w[i] - (REAL(of_g) * g + REAL(of_m) * m[i]) /
                             (real_sqrt(v[i] * REAL(1 / c2) + eps.inside) + eps.outside);
    });
}

/* ---- mu_t, mu_(t+1) and c2 = 1 - beta2^t, once a step; P_t, which is the parameter's own ------------------------ */

static double correction(const void *options, int k, int64_t t)
{
    return gi_correction(((const gd_nadam_options *)options)->beta2, t, k == V);
}

static double mu(const gd_nadam_options *o, double t)
{
    return o->constant_mu ? o->beta1 : o->beta1 * (1 - 0.5 * pow(0.96, t * o->nadam_psi));
}

static void prepare(const gd_update *u, void *result)
{
    const gd_nadam_options *o = u->options;
    *(momenta *)result = (momenta){ mu(o, (double)u->t), mu(o, (double)u->t + 1), correction(o, V, u->t) };
}

/* P is this parameter's own: it has t factors, also where t has advanced without it.  Factors that no longer change are
 * multiplied at once, and none after P = 0, so that no t takes long. */
static void advance(const gd_update *u)
{
    const gd_nadam_options *o = u->options;
    double *P = &u->number[MU_PRODUCT], *steps = &u->number[MU_STEPS], t = (double)u->t;
    if (!(*steps >= 0))                     /* written to */
        *steps = 0;
    while (*steps < t - 1 && *P != 0 && mu(o, *steps + 1) != o->beta1)
        *P *= mu(o, ++*steps);
    if (*steps < t - 1) {
        *P *= pow(o->beta1, t - 1 - *steps);
        *steps = t - 1;
    }
    if (*steps < t) {
        ++*steps;
        *P *= ((const momenta *)u->scalars)->mu;
    }
}

static void update(const gd_update *u)
{
    nadam(u->n, u->w, u->g, u->state[M], u->state[V], u->options, u->lr, u->number[MU_PRODUCT], u->scalars);
}

/* ---- The algorithm and its options ------------------------------------------------------------------------------ */

#define OPTION(field, ...) GD_OPTION(gd_nadam_options, field, __VA_ARGS__)
static const gd_option fields[] = {
    OPTION(beta1, "[)", 0, 1),
    OPTION(beta2, "[)", 0, 1),
    OPTION(eps, "[]", 0, GI_REAL_MAX),
    OPTION(nadam_psi, "[)", 0, INFINITY),
    OPTION(constant_mu, "[]", 0, 1),
    OPTION(weight_decay, "[]", 0, GI_REAL_MAX),
    OPTION(wd_mode, "[]", 0, GD_WD_DECOUPLED_NO_LR),
    OPTION(step_counter, "[]", 0, GD_GLOBAL),
    OPTION(maximize, "[]", 0, 1),
    { .name = NULL }
};

static void start(const gd_update *u)
{
    u->number[MU_PRODUCT] = 1;
}

/* P is 1 until a factor, each below 1, comes in, and it has one for each step at least. */
static const char *valid(const gd_kept *kept)
{
    double P = kept->number[MU_PRODUCT], steps = kept->number[MU_STEPS];
    if (!kept->state[M] && (P != 0 || steps != 0))
        return "mu_product and mu_steps must be 0 before the first gradient";
    if (steps < kept->step || steps > kept->steps)
        return "mu_steps must lie between the steps of the parameter and those of the optimizer";
    return kept->state[M] && (steps == 0) != (P == 1) ? "mu_product must be 1 without a factor, and below 1 with one"
                                                      : NULL;
}

static const gd_range ranges[] = {
    GI_FINITE("exp_avg"),
    { "exp_avg_sq", false, "[)", 0, INFINITY },
    { "mu_product", false, "[]", 0, 1 },
    { "mu_steps", true, "[)", 0, GI_MOST_STEPS },
    { .name = NULL }
};

static const gd_algorithm algorithm = {
    .name = "gd_nadam", .options_size = sizeof(gd_nadam_options), .options = fields,
    .zeros = { "beta1 beta2 eps", "beta2 eps" },
    .states = { "exp_avg", "exp_avg_sq" }, .numbers = { "mu_product", "mu_steps" },
    .start = start, .prepare = prepare, .advance = advance, .update = update, .by_element = true,
    .correction = correction, .ranges = ranges, .valid = valid
};

gd_optimizer *gd_nadam(gd_params *p, gd_nadam_options options)
{
    return gd_optimizer_new(p, &algorithm, &options);
}

/* ---- Dialects: what differs from gd_nadam_defaults() ------------------------------------------------------------ */

#define SET(field, value) GI_SET(gd_nadam_options, field, value)
static const gi_dialect dialects[] = {
    { GD_TORCH, { GI_DEFAULTS } },
    { GD_KERAS, { SET(lr, 1e-3), SET(eps, 1e-7), SET(nadam_psi, 1), SET(step_counter, GD_GLOBAL) } },
    { GD_OPTAX, { SET(constant_mu, true), SET(step_counter, GD_GLOBAL) } },
    { GD_PAPER, { SET(step_counter, GD_GLOBAL) } },
};

gd_nadam_options gd_nadam_dialect(gd_dialect dialect)
{
    gd_nadam_options o = gd_nadam_defaults();
    GI_APPLY_DIALECT("gd_nadam_dialect", dialects, dialect, &o);
    return o;
}
