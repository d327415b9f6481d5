/* rmsprop.c - RMSProp: each gradient is divided by the root of a running mean of its squares.
 *
 *     g = g + weight_decay w
 *     v = rho v + (1 - rho) g^2
 *     a = rho a + (1 - rho) g                     only if centered: then v - a^2 stands for v below
 *     d = g / (sqrt(v) + eps)
 *     b = momentum b + d;  w = w - lr b           only with momentum; otherwise w = w - lr d
 *
 * Tieleman and Hinton, "Lecture 6.5 - rmsprop" (Coursera, 2012); centered: Graves, "Generating sequences with
 * recurrent neural networks" (2013), eq. 38 to 45.  The default is torch.optim.RMSprop.
 *
 * Variants: the book, Keras and optax write sqrt(v + eps); Keras puts lr into b.  Rounding can make v - a^2
 * slightly negative where a gradient is constant; it is taken as 0, where PyTorch gets NaN. */
#include "options.h"
#include "rule.h"

enum { V, A, B };                           /* the states */

GI_KERNEL static void rmsprop(int64_t n, gd_real *restrict w, const gd_real *restrict grad, gd_real *restrict v,
                              const gd_rmsprop_options *o, double lr)
{
    const double rho = o->rho, weight_decay = o->weight_decay;
    const gd_real sign = gi_sign(o->maximize);
    const gi_eps eps = gi_eps_of(o->eps_mode, o->eps, 0);
    GI_EACH(i, n, (w, grad, v), {
        const gd_real g = gi_bounded(sign * grad[i] + REAL(weight_decay) * w[i]);
        v[i] = REAL(rho) * v[i] + REAL(1 - rho) * g * g;
        w[i] -= REAL(lr) * (g / (real_sqrt(v[i] + eps.inside) + eps.outside));
    });
}

/* Centered (has_a), with momentum (has_b), or both: three loops.  GD_LR_INSIDE puts lr into b. */
REAL_INLINE void variant(int64_t n, gd_real *restrict w, const gd_real *restrict grad, gd_real *restrict v,
                         gd_real *restrict a, gd_real *restrict b, bool has_a, bool has_b,
                         const gd_rmsprop_options *o, double lr)
{
    const double rho = o->rho, momentum = o->momentum, weight_decay = o->weight_decay;
    const bool inside = o->momentum_form == GD_LR_INSIDE;
    const double of_d = inside ? lr : 1, of_b = inside ? 1 : lr;
    const gd_real sign = gi_sign(o->maximize);
    const gi_eps eps = gi_eps_of(o->eps_mode, o->eps, 0);
    GI_EACH(i, n, (w, grad, v, has_a ? a : w, has_b ? b : w), {
        const gd_real g = gi_bounded(sign * grad[i] + REAL(weight_decay) * w[i]);
        gd_real variance = REAL(rho) * v[i] + REAL(1 - rho) * g * g;
        v[i] = variance;
        if (has_a) {
            a[i] = REAL(rho) * a[i] + REAL(1 - rho) * g;
            variance = real_max(variance - a[i] * a[i], 0);
        }
        gd_real d = REAL(of_d) * (g / (real_sqrt(variance + eps.inside) + eps.outside));
        if (has_b)
            d = b[i] = REAL(momentum) * b[i] + d;
        w[i] -= REAL(of_b) * d;
    });
}

GI_KERNEL static void centered(const gd_update *u)
{
    variant(u->n, u->w, u->g, u->state[V], u->state[A], NULL, true, false, u->options, u->lr);
}

GI_KERNEL static void with_momentum(const gd_update *u)
{
    variant(u->n, u->w, u->g, u->state[V], NULL, u->state[B], false, true, u->options, u->lr);
}

GI_KERNEL static void centered_with_momentum(const gd_update *u)
{
    variant(u->n, u->w, u->g, u->state[V], u->state[A], u->state[B], true, true, u->options, u->lr);
}

static void update(const gd_update *u)
{
    if (!u->state[A] && !u->state[B])
        rmsprop(u->n, u->w, u->g, u->state[V], u->options, u->lr);
    else if (!u->state[B])
        centered(u);
    else
        (u->state[A] ? centered_with_momentum : with_momentum)(u);
}

/* ---- The algorithm and its options ------------------------------------------------------------------------------ */

#define OPTION(field, ...) GD_OPTION(gd_rmsprop_options, field, __VA_ARGS__)
static const gd_option fields[] = {
    OPTION(rho, "[)", 0, 1),
    OPTION(eps, "[]", 0, GI_REAL_MAX),
    OPTION(eps_mode, "[]", 0, GD_EPS_INSIDE_SQRT),
    OPTION(centered, "[]", 0, 1),
    OPTION(momentum, "[]", 0, GI_REAL_MAX),
    OPTION(momentum_form, "[]", 0, GD_LR_INSIDE),
    OPTION(init_v, "[)", 0, INFINITY),
    OPTION(weight_decay, "[]", 0, GI_REAL_MAX),
    OPTION(maximize, "[]", 0, 1),
    { .name = NULL }
};

static bool keeps(const void *options, int k)
{
    const gd_rmsprop_options *o = options;
    return k == V || (k == A ? o->centered : o->momentum != 0);
}

static bool check(const void *options)
{
    return gi_check_fits("gd_rmsprop", "init_v", ((const gd_rmsprop_options *)options)->init_v);
}

static void start(const gd_update *u)
{
    const gd_rmsprop_options *o = u->options;
    for (int64_t i = 0; i < u->n; i++)
        u->state[V][i] = (gd_real)o->init_v;
}

static const gd_range ranges[] = {
    GI_FINITE("grad_avg"),
    GI_FINITE("momentum_buffer"),
    { "square_avg", false, "[)", 0, INFINITY },
    { .name = NULL }
};

static const gd_algorithm algorithm = {
    .name = "gd_rmsprop", .options_size = sizeof(gd_rmsprop_options), .options = fields,
    .zeros = { "rho eps" },
    .states = { "square_avg", "grad_avg", "momentum_buffer" },
    .check = check, .keeps = keeps, .start = start, .update = update, .by_element = true,
    .ranges = ranges
};

gd_optimizer *gd_rmsprop(gd_params *p, gd_rmsprop_options options)
{
    return gd_optimizer_new(p, &algorithm, &options);
}

/* ---- Dialects: what differs from gd_rmsprop_defaults() ---------------------------------------------------------- */

#define SET(field, value) GI_SET(gd_rmsprop_options, field, value)
static const gi_dialect dialects[] = {
    { GD_TORCH, { GI_DEFAULTS } },
    { GD_D2L,   { SET(rho, 0.9), SET(eps_mode, GD_EPS_INSIDE_SQRT), SET(eps, 1e-6) } },
    { GD_KERAS, { SET(rho, 0.9), SET(eps_mode, GD_EPS_INSIDE_SQRT), SET(eps, 1e-7), SET(lr, 1e-3),
                  SET(momentum_form, GD_LR_INSIDE) } },
    { GD_OPTAX, { SET(rho, 0.9), SET(eps_mode, GD_EPS_INSIDE_SQRT) } },
};

gd_rmsprop_options gd_rmsprop_dialect(gd_dialect dialect)
{
    gd_rmsprop_options o = gd_rmsprop_defaults();
    GI_APPLY_DIALECT("gd_rmsprop_dialect", dialects, dialect, &o);
    return o;
}
