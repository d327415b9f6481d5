/* sgd.c - stochastic gradient descent, with momentum.
 *
 *     g = g + weight_decay w
 *     b = momentum b + (1 - dampening) g          in the first step b = g
 *     w = w - lr b                                nesterov: w = w - lr (g + momentum b)
 *
 * Descent: Robbins and Monro (1951), eq. 6.  Momentum: Polyak (1964), eq. 9; with Nesterov's (1983) look
 * ahead in the form of Sutskever, Martens, Dahl and Hinton (2013), eq. 3 and 4, as rewritten by
 * torch.optim.SGD, which is the default in everything.
 *
 * Variants: momentum_form.  GD_LR_INSIDE (Keras; the cited papers) puts the learning rate into b, so that b
 * remembers old rates when a schedule changes them.  GD_MOMENTUM_EMA weighs g with 1 - momentum in every
 * step, the first included, as Adam does. */
#include "rule.h"

/* Plain descent. */
GI_KERNEL static void descend(int64_t n, gd_real *restrict w, const gd_real *restrict grad, const gd_sgd_options *o,
                              double lr)
{
    const double weight_decay = o->weight_decay;
    const gd_real sign = gi_sign(o->maximize);
    GI_EACH(i, n, (w, grad), {
        const gd_real g = sign * grad[i] + REAL(weight_decay) * w[i];
        w[i] -= REAL(lr) * g;
    });
}

/* With momentum.  All forms are  b = momentum b + gain g;  w = w - (of_g g + of_b b):
 *
 *                       gain                                of_b, without nesterov
 *     GD_LR_OUTSIDE     1 - dampening; 1 in the first step  lr
 *     GD_LR_INSIDE      lr                                  1         b is minus the b of algorithms.h
 *     GD_MOMENTUM_EMA   1 - momentum                        lr */
GI_KERNEL static void descend_with_momentum(int64_t n, gd_real *restrict w, const gd_real *restrict grad,
                                            gd_real *restrict b, const gd_sgd_options *o, double lr, bool first)
{
    const double momentum = o->momentum, weight_decay = o->weight_decay;
    const gd_momentum_form form = o->momentum_form;
    const double gain = form == GD_LR_INSIDE ? lr : form == GD_MOMENTUM_EMA ? 1 - momentum :
                        first ? 1 : 1 - o->dampening;
    const double rate = form == GD_LR_INSIDE ? 1 : lr;
    const double of_g = o->nesterov ? lr : 0, of_b = o->nesterov ? rate * momentum : rate;
    const gd_real sign = gi_sign(o->maximize);
    GI_EACH(i, n, (w, grad, b), {
        const gd_real g = sign * grad[i] + REAL(weight_decay) * w[i];
        b[i] = REAL(momentum) * b[i] + REAL(gain) * g;
        w[i] -= REAL(of_g) * g + REAL(of_b) * b[i];
    });
}

static void update(const gd_update *u)
{
    if (u->state[0])
        descend_with_momentum(u->n, u->w, u->g, u->state[0], u->options, u->lr, u->t == 1);
    else
        descend(u->n, u->w, u->g, u->options, u->lr);
}

/* ---- The algorithm and its options ------------------------------------------------------------------------------ */

#define OPTION(field, ...) GD_OPTION(gd_sgd_options, field, __VA_ARGS__)
static const gd_option fields[] = {
    OPTION(momentum, "[]", 0, GI_REAL_MAX),
    OPTION(dampening, "[]", -GI_REAL_MAX, GI_REAL_MAX),
    OPTION(nesterov, "[]", 0, 1),
    OPTION(momentum_form, "[]", 0, GD_MOMENTUM_EMA),
    OPTION(weight_decay, "[]", 0, GI_REAL_MAX),
    OPTION(maximize, "[]", 0, 1),
    { .name = NULL }
};

static bool check(const void *options)
{
    const gd_sgd_options *o = options;
    if (o->nesterov && (o->momentum == 0 || o->dampening != 0))
        return gd_fail("gd_sgd: nesterov needs momentum > 0 and dampening = 0, not %g and %g", o->momentum,
                       o->dampening);
    if (o->dampening != 0 && o->momentum_form != GD_LR_OUTSIDE)
        return gd_fail("gd_sgd: dampening = %g must be 0 unless momentum_form is GD_LR_OUTSIDE", o->dampening);
    return true;
}

static bool keeps(const void *options, int k)
{
    (void)k;
    return ((const gd_sgd_options *)options)->momentum != 0;
}

static const gd_range ranges[] = { GI_FINITE("momentum_buffer"), { .name = NULL } };

static const gd_algorithm algorithm = {
    .name = "gd_sgd", .options_size = sizeof(gd_sgd_options), .options = fields,
    .states = { "momentum_buffer" },
    .check = check, .keeps = keeps, .update = update, .by_element = true, .ranges = ranges
};

gd_optimizer *gd_sgd(gd_params *p, gd_sgd_options options)
{
    return gd_optimizer_new(p, &algorithm, &options);
}

/* ---- Dialects: what differs from gd_sgd_defaults() -------------------------------------------------------------- */

#define SET(field, value) GI_SET(gd_sgd_options, field, value)
static const gi_dialect dialects[] = {
    { GD_TORCH, { GI_DEFAULTS } },
    { GD_D2L,   { SET(lr, 0.05) } },                   /* of the book's minibatch section */
    { GD_KERAS, { SET(lr, 0.01), SET(momentum_form, GD_LR_INSIDE) } },
    { GD_OPTAX, { GI_DEFAULTS } },
};

gd_sgd_options gd_sgd_dialect(gd_dialect dialect)
{
    gd_sgd_options o = gd_sgd_defaults();
    GI_APPLY_DIALECT("gd_sgd_dialect", dialects, dialect, &o);
    return o;
}
