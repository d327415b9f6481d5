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
#include "base/compiler.h"
#include "gradus/tensor.h"
#include "inside.h"

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

typedef struct scalars {
    gd_real sign, l2, momentum, gain, lr, of_g, of_b;
} scalars;

/* All forms are b = momentum b + gain g; w = w - (of_g g + of_b b). */
static void prepare(const gd_update *u, void *result)
{
    const gd_sgd_options *o = u->options;
    double gain = 1 - o->dampening, of_b = u->lr;
    if (o->momentum_form == GD_MOMENTUM_EMA)
        gain = 1 - o->momentum;
    if (o->momentum_form == GD_LR_INSIDE) {         /* b here is minus the b of the header */
        gain = u->lr;
        of_b = 1;
    }
    *(scalars *)result = (scalars){
        .sign = o->maximize ? -1 : 1, .l2 = (gd_real)o->weight_decay, .momentum = (gd_real)o->momentum,
        .gain = (gd_real)gain, .lr = (gd_real)u->lr,
        .of_g = (gd_real)(o->nesterov ? u->lr : 0), .of_b = (gd_real)(o->nesterov ? of_b * o->momentum : of_b)
    };
}

GI_KERNEL static void descend(int64_t n, gd_real *restrict w, const gd_real *restrict grad, const scalars *c)
{
    const scalars s = *c;
    GI_EACH(i, n, (w, grad), {
        gd_real g = s.sign * grad[i] + s.l2 * w[i];
        w[i] -= s.lr * g;
    });
}

GI_KERNEL static void descend_with_momentum(int64_t n, gd_real *restrict w, const gd_real *restrict grad,
                                            gd_real *restrict b, const scalars *c)
{
    const scalars s = *c;
    GI_EACH(i, n, (w, grad, b), {
        gd_real g = s.sign * grad[i] + s.l2 * w[i];
        b[i] = s.momentum * b[i] + s.gain * g;
        w[i] -= s.of_g * g + s.of_b * b[i];
    });
}

static void update(const gd_update *u)
{
    const gd_sgd_options *o = u->options;
    scalars s = *(const scalars *)u->scalars;
    if (u->t == 1 && o->momentum_form == GD_LR_OUTSIDE)
        s.gain = 1;
    if (u->state[0])
        descend_with_momentum(u->n, u->w, u->g, u->state[0], &s);
    else
        descend(u->n, u->w, u->g, &s);
}

static const gd_range ranges[] = { GI_FINITE("momentum_buffer"), { .name = NULL } };

static const gd_algorithm algorithm = {
    .name = "gd_sgd", .options_size = sizeof(gd_sgd_options), .options = fields,
    .states = { "momentum_buffer" },
    .check = check, .keeps = keeps, .prepare = prepare, .update = update, .by_element = true, .ranges = ranges
};

gd_optimizer *gd_sgd(gd_params *p, gd_sgd_options options)
{
    return gd_optimizer_new(p, &algorithm, &options);
}

gd_sgd_options gd_sgd_dialect(gd_dialect dialect)
{
    gd_sgd_options o = gd_sgd_defaults();
    switch (dialect) {
    case GD_TORCH:
    case GD_OPTAX:
        break;
    case GD_D2L:                            /* the learning rate of the book's minibatch section */
        o.lr = 0.05;
        break;
    case GD_KERAS:
        o.lr = 0.01;
        o.momentum_form = GD_LR_INSIDE;
        break;
    default:
        o.lr = gi_no_dialect("gd_sgd_dialect", dialect);
    }
    return o;
}
