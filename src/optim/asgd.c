/* asgd.c - averaged SGD: the average of the iterates converges faster than the iterates.
 *
 *     g = g + weight_decay w
 *     eta = lr/(1 + lambd lr (t - 1))^alpha
 *     w = (1 - lambd eta) w - eta g
 *     ax = ax + mu (w - ax),    mu = 1/max(1, t - 1 - t0)
 *
 * Polyak and Juditsky, "Acceleration of stochastic approximation by averaging" (1992); the constants are those
 * of Bottou's programs, as in torch.optim.ASGD.  There eta and mu are state, formed at the end of a step for the
 * next one; here they are formed when they are used, so that a schedule's lr counts at once. */
#include <string.h>

#include "rule.h"

GI_KERNEL static void asgd(int64_t n, gd_real *restrict w, const gd_real *restrict grad, gd_real *restrict ax,
                           const gd_asgd_options *o, double eta, double mu)
{
    const double lambd = o->lambd, weight_decay = o->weight_decay;
    const gd_real sign = gi_sign(o->maximize);
    GI_EACH(i, n, (w, grad, ax), {
        const gd_real g = sign * grad[i] + REAL(weight_decay) * w[i];
        w[i] = REAL(1 - lambd * eta) * w[i] - REAL(eta) * g;
        ax[i] = REAL(mu) == 1 ? w[i] : ax[i] + REAL(mu) * (w[i] - ax[i]);
    });
}

/* ---- eta and mu, once a step ------------------------------------------------------------------------------------ */

typedef struct rates {
    double eta, mu;
} rates;

static void prepare(const gd_update *u, void *result)
{
    const gd_asgd_options *o = u->options;
    const double before = (double)u->t - 1;
    *(rates *)result = (rates){ .eta = u->lr / pow(1 + o->lambd * u->lr * before, o->alpha),
                                .mu = 1 / fmax(1, before - o->t0) };
}

static void update(const gd_update *u)
{
    const rates *now = u->scalars;
    asgd(u->n, u->w, u->g, u->state[0], u->options, now->eta, now->mu);
}

static void evaluated(const gd_update *u, gd_real *x)
{
    if (u->n > 0)
        memcpy(x, u->state[0], (size_t)u->n * sizeof *x);
}

/* ---- The algorithm and its options ------------------------------------------------------------------------------ */

#define OPTION(field, ...) GD_OPTION(gd_asgd_options, field, __VA_ARGS__)
static const gd_option fields[] = {
    OPTION(lambd, "[]", 0, GI_REAL_MAX),
    OPTION(alpha, "[)", 0, INFINITY),
    OPTION(t0, "[)", 0, INFINITY),
    OPTION(weight_decay, "[]", 0, GI_REAL_MAX),
    OPTION(maximize, "[]", 0, 1),
    { .name = NULL }
};

static const gd_range ranges[] = { GI_FINITE("ax"), { .name = NULL } };

static const gd_algorithm algorithm = {
    .name = "gd_asgd", .options_size = sizeof(gd_asgd_options), .options = fields,
    .zeros = { "lambd alpha t0" },
    .states = { "ax" },
    .prepare = prepare, .evaluated = evaluated, .update = update, .by_element = true, .ranges = ranges
};

gd_optimizer *gd_asgd(gd_params *p, gd_asgd_options options)
{
    return gd_optimizer_new(p, &algorithm, &options);
}

/* ---- Dialects: what differs from gd_asgd_defaults() ------------------------------------------------------------- */

static const gi_dialect dialects[] = {
    { GD_TORCH, { GI_DEFAULTS } },
};

gd_asgd_options gd_asgd_dialect(gd_dialect dialect)
{
    gd_asgd_options o = gd_asgd_defaults();
    GI_APPLY_DIALECT("gd_asgd_dialect", dialects, dialect, &o);
    return o;
}
