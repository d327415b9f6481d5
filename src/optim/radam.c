/* radam.c - RAdam: Adam that does not use v until v has seen enough gradients.
 *
 *     g = g + weight_decay w                                  L2 decay, or decoupled as in AdamW
 *     m = beta1 m + (1 - beta1) g;    m_hat = m/(1 - beta1^t)
 *     v = beta2 v + (1 - beta2) g^2;  c2 = 1 - beta2^t
 *     rho = 2/(1 - beta2) - 1,        rho_t = rho - 2 t beta2^t/c2
 *     rho_t > 5:  w = w - lr m_hat r sqrt(c2)/(sqrt(v) + eps)
 *                 r^2 = (rho_t - 4)(rho_t - 2) rho / ((rho - 4)(rho - 2) rho_t)
 *     else:       w = w - lr m_hat
 *
 * Liu, Jiang, He, Chen, Liu, Gao and Han, "On the variance of the adaptive learning rate and beyond" (ICLR
 * 2020), Algorithm 2, with the threshold 4 and no eps; eps stays 1e-8 in GD_PAPER, as 0/0 would come of zero
 * gradients.  The default is torch.optim.RAdam, with eps before the bias correction, unlike its Adam; optax has
 * it after, and rho_t >= 5. */
#include "rule.h"

enum { M, V };                              /* the states */

/* rho_t > 5. */
GI_KERNEL static void rectified(int64_t n, gd_real *restrict w, const gd_real *restrict grad, gd_real *restrict m,
                                gd_real *restrict v, const gd_radam_options *o, double lr, double c1, double c2,
                                double r)
{
    const double beta1 = o->beta1, beta2 = o->beta2;
    const gi_eps eps = gi_eps_of(o->eps_mode, o->eps, 0);
    const gd_real sign = gi_sign(o->maximize), l2 = gi_l2(o->wd_mode, o->weight_decay);
    const gd_real keep = gi_decay(o->wd_mode, o->weight_decay, lr);
    GI_EACH(i, n, (w, grad, m, v), {
        const gd_real g = gi_bounded(sign * grad[i] + l2 * w[i]);
        m[i] = REAL(beta1) * m[i] + REAL(1 - beta1) * g;
        v[i] = REAL(beta2) * v[i] + REAL(1 - beta2) * g * g;
        w[i] = keep * w[i] - REAL(lr / c1 * r) * m[i] / (real_sqrt(v[i] * REAL(1 / c2) + eps.inside) + eps.outside);
    });
}

/* Else. */
GI_KERNEL static void without_v(int64_t n, gd_real *restrict w, const gd_real *restrict grad, gd_real *restrict m,
                                gd_real *restrict v, const gd_radam_options *o, double lr, double c1)
{
    const double beta1 = o->beta1, beta2 = o->beta2;
    const gd_real sign = gi_sign(o->maximize), l2 = gi_l2(o->wd_mode, o->weight_decay);
    const gd_real keep = gi_decay(o->wd_mode, o->weight_decay, lr);
    GI_EACH(i, n, (w, grad, m, v), {
        const gd_real g = gi_bounded(sign * grad[i] + l2 * w[i]);
        m[i] = REAL(beta1) * m[i] + REAL(1 - beta1) * g;
        v[i] = REAL(beta2) * v[i] + REAL(1 - beta2) * g * g;
        w[i] = keep * w[i] - REAL(lr / c1) * m[i];
    });
}

/* ---- c1, c2 and r, once a step ---------------------------------------------------------------------------------- */

static double correction(const void *options, int k, int64_t t)
{
    const gd_radam_options *o = options;
    return gi_correction(k == M ? o->beta1 : o->beta2, t, true);
}

typedef struct rectification {
    bool   trusted;                         /* is v? */
    double c1, c2, r;
} rectification;

/* eps before the bias correction: r sqrt(c2)/(sqrt(v) + eps), with nothing left for v to be divided by. */
static void prepare(const gd_update *u, void *result)
{
    const gd_radam_options *o = u->options;
    const double t = (double)u->t, c1 = correction(o, M, u->t), c2 = correction(o, V, u->t);
    const double rho = 2 / (1 - o->beta2) - 1, rho_t = rho - 2 * t * pow(o->beta2, t) / c2;
    const bool trusted = o->radam_strict ? rho_t > o->radam_threshold : rho_t >= o->radam_threshold;
    const bool before = o->eps_mode == GD_EPS_BEFORE_BC;
    double r = 1;
    if (trusted)
        r = sqrt((rho_t - 4) * (rho_t - 2) * rho / ((rho - 4) * (rho - 2) * rho_t)) * (before ? sqrt(c2) : 1);
    *(rectification *)result = (rectification){ trusted, c1, before ? 1 : c2, r };
}

static void update(const gd_update *u)
{
    const rectification *now = u->scalars;
    if (now->trusted)
        rectified(u->n, u->w, u->g, u->state[M], u->state[V], u->options, u->lr, now->c1, now->c2, now->r);
    else
        without_v(u->n, u->w, u->g, u->state[M], u->state[V], u->options, u->lr, now->c1);
}

/* ---- The algorithm and its options ------------------------------------------------------------------------------ */

#define OPTION(field, ...) GD_OPTION(gd_radam_options, field, __VA_ARGS__)
static const gd_option fields[] = {
    OPTION(beta1, "[)", 0, 1),
    OPTION(beta2, "[)", 0, 1),
    OPTION(eps, "[]", 0, GI_REAL_MAX),
    OPTION(eps_mode, "[]", 0, GD_EPS_BEFORE_BC),
    OPTION(radam_threshold, "[)", 4, INFINITY),         /* below 4, r^2 would be negative */
    OPTION(radam_strict, "[]", 0, 1),
    OPTION(weight_decay, "[]", 0, GI_REAL_MAX),
    OPTION(wd_mode, "[]", 0, GD_WD_DECOUPLED_NO_LR),
    OPTION(step_counter, "[]", 0, GD_GLOBAL),
    OPTION(maximize, "[]", 0, 1),
    { .name = NULL }
};

static const gd_range ranges[] = {
    GI_FINITE("exp_avg"),
    { "exp_avg_sq", false, "[)", 0, INFINITY },
    { .name = NULL }
};

static const gd_algorithm algorithm = {
    .name = "gd_radam", .options_size = sizeof(gd_radam_options), .options = fields,
    .zeros = { "beta1 beta2 eps", "beta2 eps" },
    .states = { "exp_avg", "exp_avg_sq" },
    .prepare = prepare, .update = update, .by_element = true, .correction = correction, .ranges = ranges
};

gd_optimizer *gd_radam(gd_params *p, gd_radam_options options)
{
    return gd_optimizer_new(p, &algorithm, &options);
}

/* ---- Dialects: what differs from gd_radam_defaults() ------------------------------------------------------------ */

#define SET(field, value) GI_SET(gd_radam_options, field, value)
static const gi_dialect dialects[] = {
    { GD_TORCH, { GI_DEFAULTS } },
    { GD_OPTAX, { SET(eps_mode, GD_EPS_AFTER_BC), SET(radam_strict, false), SET(step_counter, GD_GLOBAL) } },
    { GD_PAPER, { SET(eps_mode, GD_EPS_AFTER_BC), SET(radam_threshold, 4), SET(step_counter, GD_GLOBAL) } },
};

gd_radam_options gd_radam_dialect(gd_dialect dialect)
{
    gd_radam_options o = gd_radam_defaults();
    GI_APPLY_DIALECT("gd_radam_dialect", dialects, dialect, &o);
    return o;
}
