/* adagrad.c - Adagrad: each weight's learning rate falls with the sum of its squared gradients.
 *
 *     g = g + weight_decay w
 *     s = s + g^2
 *     w = w - eta g / (sqrt(s) + eps),    eta = lr / (1 + (t - 1) lr_decay)
 *
 * Duchi, Hazan and Singer, "Adaptive subgradient methods for online learning and stochastic optimization"
 * (JMLR 2011), Figure 1 with a diagonal matrix, where eps is called delta.  The default is torch.optim.Adagrad.
 *
 * Variants: the book and Keras write sqrt(s + eps); Keras and optax start s from 0.1, so that the first steps
 * are small. */
#include "options.h"
#include "rule.h"

GI_KERNEL static void adagrad(int64_t n, gd_real *restrict w, const gd_real *restrict grad, gd_real *restrict s,
                              const gd_adagrad_options *o, double eta)
{
    const double weight_decay = o->weight_decay;
    const gd_real sign = gi_sign(o->maximize);
    const gi_eps eps = gi_eps_of(o->eps_mode, o->eps, 0);
    GI_EACH(i, n, (w, grad, s), {
        const gd_real g = gi_bounded(sign * grad[i] + REAL(weight_decay) * w[i]);
        s[i] += g * g;
        w[i] -= REAL(eta) * g / (real_sqrt(s[i] + eps.inside) + eps.outside);
    });
}

static void update(const gd_update *u)
{
    const gd_adagrad_options *o = u->options;
    const double eta = u->lr / (1 + (double)(u->t - 1) * o->lr_decay);
    adagrad(u->n, u->w, u->g, u->state[0], o, eta);
}

/* ---- The algorithm and its options ------------------------------------------------------------------------------ */

#define OPTION(field, ...) GD_OPTION(gd_adagrad_options, field, __VA_ARGS__)
static const gd_option fields[] = {
    OPTION(lr_decay, "[)", 0, INFINITY),
    OPTION(eps, "[]", 0, GI_REAL_MAX),
    OPTION(eps_mode, "[]", 0, GD_EPS_INSIDE_SQRT),
    OPTION(init_v, "[)", 0, INFINITY),
    OPTION(weight_decay, "[]", 0, GI_REAL_MAX),
    OPTION(step_counter, "[]", 0, GD_GLOBAL),
    OPTION(maximize, "[]", 0, 1),
    { .name = NULL }
};

static bool check(const void *options)
{
    return gi_check_fits("gd_adagrad", "init_v", ((const gd_adagrad_options *)options)->init_v);
}

static void start(const gd_update *u)
{
    const gd_adagrad_options *o = u->options;
    for (int64_t i = 0; i < u->n; i++)
        u->state[0][i] = (gd_real)o->init_v;
}

static const gd_range ranges[] = {
    { "sum", false, "[]", 0, INFINITY },
    { .name = NULL }
};

static const gd_algorithm algorithm = {
    .name = "gd_adagrad", .options_size = sizeof(gd_adagrad_options), .options = fields,
    .states = { "sum" },
    .check = check, .start = start, .update = update, .by_element = true, .ranges = ranges
};

gd_optimizer *gd_adagrad(gd_params *p, gd_adagrad_options options)
{
    return gd_optimizer_new(p, &algorithm, &options);
}

/* ---- Dialects: what differs from gd_adagrad_defaults() ---------------------------------------------------------- */

#define SET(field, value) GI_SET(gd_adagrad_options, field, value)
static const gi_dialect dialects[] = {
    { GD_TORCH, { GI_DEFAULTS } },
    { GD_D2L,   { SET(lr, 0.1), SET(eps, 1e-6), SET(eps_mode, GD_EPS_INSIDE_SQRT) } },
    { GD_KERAS, { SET(lr, 1e-3), SET(eps, 1e-7), SET(eps_mode, GD_EPS_INSIDE_SQRT), SET(init_v, 0.1) } },
    { GD_OPTAX, { SET(eps, 1e-7), SET(eps_mode, GD_EPS_INSIDE_SQRT), SET(init_v, 0.1) } },
};

gd_adagrad_options gd_adagrad_dialect(gd_dialect dialect)
{
    gd_adagrad_options o = gd_adagrad_defaults();
    GI_APPLY_DIALECT("gd_adagrad_dialect", dialects, dialect, &o);
    return o;
}
