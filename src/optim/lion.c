/* lion.c - Lion: every weight moves by lr; the gradients decide only the sign.
 *
 *     w = (1 - lr weight_decay) w
 *     w = w - lr sign(beta1 m + (1 - beta1) g)                sign(0) = 0
 *     m = beta2 m + (1 - beta2) g                             after the step
 *
 * Chen, Liang, Huang and others, "Symbolic discovery of optimization algorithms" (NeurIPS 2023), Algorithm 2:
 * lr 1e-4, betas 0.9 and 0.99.  PyTorch has no Lion.  Keras has lr 1e-3, optax weight_decay 1e-3. */
#include "rule.h"

GI_KERNEL static void lion(int64_t n, gd_real *restrict w, const gd_real *restrict grad, gd_real *restrict m,
                           const gd_lion_options *o, double lr)
{
    const double beta1 = o->beta1, beta2 = o->beta2, weight_decay = o->weight_decay;
    const gd_real sign = gi_sign(o->maximize);
    GI_EACH(i, n, (w, grad, m), {
        const gd_real g = sign * grad[i];
        w[i] = REAL(1 - lr * weight_decay) * w[i] - REAL(lr) * real_sign(REAL(beta1) * m[i] + REAL(1 - beta1) * g);
        m[i] = REAL(beta2) * m[i] + REAL(1 - beta2) * g;
    });
}

static void update(const gd_update *u)
{
    lion(u->n, u->w, u->g, u->state[0], u->options, u->lr);
}

/* ---- The algorithm and its options ------------------------------------------------------------------------------ */

#define OPTION(field, ...) GD_OPTION(gd_lion_options, field, __VA_ARGS__)
static const gd_option fields[] = {
    OPTION(beta1, "[)", 0, 1),
    OPTION(beta2, "[)", 0, 1),
    OPTION(weight_decay, "[]", 0, GI_REAL_MAX),
    OPTION(maximize, "[]", 0, 1),
    { .name = NULL }
};

static const gd_range ranges[] = { GI_NUMBERS("exp_avg"), { .name = NULL } };

static const gd_algorithm algorithm = {
    .name = "gd_lion", .options_size = sizeof(gd_lion_options), .options = fields,
    .zeros = { "beta1 beta2" },
    .states = { "exp_avg" },
    .update = update, .by_element = true, .ranges = ranges
};

gd_optimizer *gd_lion(gd_params *p, gd_lion_options options)
{
    return gd_optimizer_new(p, &algorithm, &options);
}

/* ---- Dialects: what differs from gd_lion_defaults() ------------------------------------------------------------- */

#define SET(field, value) GI_SET(gd_lion_options, field, value)
static const gi_dialect dialects[] = {
    { GD_PAPER, { GI_DEFAULTS } },
    { GD_KERAS, { SET(lr, 1e-3) } },
    { GD_OPTAX, { SET(weight_decay, 1e-3) } },
};

gd_lion_options gd_lion_dialect(gd_dialect dialect)
{
    gd_lion_options o = gd_lion_defaults();
    GI_APPLY_DIALECT("gd_lion_dialect", dialects, dialect, &o);
    return o;
}
