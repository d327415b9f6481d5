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
#include <math.h>

#include "base/compiler.h"
#include "gradus/tensor.h"
#include "inside.h"

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

enum { M, V };                              /* the states */

static double correction(const void *options, int k, int64_t t)
{
    const gd_radam_options *o = options;
    return gi_correction(k == M ? o->beta1 : o->beta2, t, true);
}

typedef struct scalars {
    bool    rectified;
    gd_real sign, l2, keep, beta1, rest1, beta2, rest2, step, root, eps_root, eps;
} scalars;

static void prepare(const gd_update *u, void *result)
{
    const gd_radam_options *o = u->options;
    double t = (double)u->t, c2 = correction(o, V, u->t), step = u->lr / correction(o, M, u->t);
    double rho = 2 / (1 - o->beta2) - 1, rho_t = rho - 2 * t * pow(o->beta2, t) / c2;
    bool rectified = o->radam_strict ? rho_t > o->radam_threshold : rho_t >= o->radam_threshold;
    bool before = o->eps_mode == GD_EPS_BEFORE_BC, inside = o->eps_mode == GD_EPS_INSIDE_SQRT;
    if (rectified)
        step *= sqrt((rho_t - 4) * (rho_t - 2) * rho / ((rho - 4) * (rho - 2) * rho_t)) * (before ? sqrt(c2) : 1);
    double keep = o->wd_mode == GD_WD_DECOUPLED       ? 1 - u->lr * o->weight_decay :
                  o->wd_mode == GD_WD_DECOUPLED_NO_LR ? 1 - o->weight_decay : 1;
    *(scalars *)result = (scalars){
        .rectified = rectified, .sign = o->maximize ? -1 : 1,
        .l2 = (gd_real)(o->wd_mode == GD_WD_L2 ? o->weight_decay : 0), .keep = (gd_real)keep,
        .beta1 = (gd_real)o->beta1, .rest1 = (gd_real)(1 - o->beta1),
        .beta2 = (gd_real)o->beta2, .rest2 = (gd_real)(1 - o->beta2),
        .step = (gd_real)step, .root = (gd_real)(before ? 1 : 1 / c2),
        .eps_root = gi_root_eps(inside ? o->eps : 0, inside ? 0 : o->eps), .eps = (gd_real)(inside ? 0 : o->eps)
    };
}

GI_KERNEL static void rectified(int64_t n, gd_real *restrict w, const gd_real *restrict grad, gd_real *restrict m,
                                gd_real *restrict v, const scalars *c)
{
    const scalars s = *c;
    GI_EACH(i, n, (w, grad, m, v), {
        gd_real g = gi_bounded(s.sign * grad[i] + s.l2 * w[i]);
        m[i] = s.beta1 * m[i] + s.rest1 * g;
        v[i] = s.beta2 * v[i] + s.rest2 * g * g;
        w[i] = s.keep * w[i] - s.step * m[i] / (real_sqrt(v[i] * s.root + s.eps_root) + s.eps);
    });
}

GI_KERNEL static void without_v(int64_t n, gd_real *restrict w, const gd_real *restrict grad, gd_real *restrict m,
                                gd_real *restrict v, const scalars *c)
{
    const scalars s = *c;
    GI_EACH(i, n, (w, grad, m, v), {
        gd_real g = gi_bounded(s.sign * grad[i] + s.l2 * w[i]);
        m[i] = s.beta1 * m[i] + s.rest1 * g;
        v[i] = s.beta2 * v[i] + s.rest2 * g * g;
        w[i] = s.keep * w[i] - s.step * m[i];
    });
}

static void update(const gd_update *u)
{
    const scalars *s = u->scalars;
    (s->rectified ? rectified : without_v)(u->n, u->w, u->g, u->state[M], u->state[V], s);
}

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

gd_radam_options gd_radam_dialect(gd_dialect dialect)
{
    gd_radam_options o = gd_radam_defaults();
    if (dialect != GD_TORCH)
        o.step_counter = GD_GLOBAL;
    switch (dialect) {
    case GD_TORCH:
        break;
    case GD_OPTAX:
        o.eps_mode = GD_EPS_AFTER_BC;
        o.radam_strict = false;
        break;
    case GD_PAPER:
        o.eps_mode = GD_EPS_AFTER_BC;
        o.radam_threshold = 4;
        break;
    default:
        o.lr = gi_no_dialect("gd_radam_dialect", dialect);
    }
    return o;
}
