/* adadelta.c - Adadelta: RMSProp whose learning rate is the root of a running mean of its own squared steps.
 *
 *     g = g + weight_decay w
 *     s = rho s + (1 - rho) g^2
 *     d = sqrt(u + eps) / sqrt(s + eps) g
 *     u = rho u + (1 - rho) d^2                   of d itself, not of lr d
 *     w = w - lr d
 *
 * Zeiler, "ADADELTA: an adaptive learning rate method" (2012), Algorithm 1, where lr is 1, rho 0.95 and eps
 * 1e-6.  The default is torch.optim.Adadelta, with rho 0.9; the book has eps 1e-5, Keras lr 1e-3, rho 0.95 and
 * eps 1e-7. */
#include "rule.h"

GI_KERNEL static void adadelta(int64_t n, gd_real *restrict w, const gd_real *restrict grad, gd_real *restrict s,
                               gd_real *restrict u, const gd_adadelta_options *o, double lr)
{
    const double rho = o->rho, weight_decay = o->weight_decay;
    const gd_real sign = gi_sign(o->maximize);
    const gd_real eps = REAL(o->eps > GI_REAL_MIN ? o->eps : GI_REAL_MIN);
    GI_EACH(i, n, (w, grad, s, u), {
        const gd_real g = gi_bounded(sign * grad[i] + REAL(weight_decay) * w[i]);
        s[i] = REAL(rho) * s[i] + REAL(1 - rho) * g * g;
        const gd_real d = real_sqrt(u[i] + eps) / real_sqrt(s[i] + eps) * g;
        u[i] = REAL(rho) * u[i] + REAL(1 - rho) * d * d;
        w[i] -= REAL(lr) * d;
    });
}

static void update(const gd_update *u)
{
    adadelta(u->n, u->w, u->g, u->state[0], u->state[1], u->options, u->lr);
}

/* ---- The algorithm and its options ------------------------------------------------------------------------------ */

#define OPTION(field, ...) GD_OPTION(gd_adadelta_options, field, __VA_ARGS__)
static const gd_option fields[] = {
    OPTION(rho, "[)", 0, 1),
    OPTION(eps, "(]", 0, GI_REAL_MAX),         /* 0 would never move: u stays 0 */
    OPTION(weight_decay, "[]", 0, GI_REAL_MAX),
    OPTION(maximize, "[]", 0, 1),
    { .name = NULL }
};

static const gd_range ranges[] = {
    { "square_avg", false, "[)", 0, INFINITY },
    { "acc_delta", false, "[]", 0, INFINITY },
    { .name = NULL }
};

static const gd_algorithm algorithm = {
    .name = "gd_adadelta", .options_size = sizeof(gd_adadelta_options), .options = fields,
    .zeros = { "rho eps" },
    .states = { "square_avg", "acc_delta" },
    .update = update, .by_element = true, .ranges = ranges
};

gd_optimizer *gd_adadelta(gd_params *p, gd_adadelta_options options)
{
    return gd_optimizer_new(p, &algorithm, &options);
}

/* ---- Dialects: what differs from gd_adadelta_defaults() --------------------------------------------------------- */

#define SET(field, value) GI_SET(gd_adadelta_options, field, value)
static const gi_dialect dialects[] = {
    { GD_TORCH, { GI_DEFAULTS } },
    { GD_D2L,   { SET(eps, 1e-5) } },
    { GD_KERAS, { SET(lr, 1e-3), SET(rho, 0.95), SET(eps, 1e-7) } },
    { GD_OPTAX, { GI_DEFAULTS } },
    { GD_PAPER, { SET(rho, 0.95) } },
};

gd_adadelta_options gd_adadelta_dialect(gd_dialect dialect)
{
    gd_adadelta_options o = gd_adadelta_defaults();
    GI_APPLY_DIALECT("gd_adadelta_dialect", dialects, dialect, &o);
    return o;
}
