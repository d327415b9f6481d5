/* lion.c - Lion: every weight moves by lr, only the sign is learned from the gradients.
 *
 *     w = (1 - lr weight_decay) w
 *     w = w - lr sign(beta1 m + (1 - beta1) g)                sign(0) = 0
 *     m = beta2 m + (1 - beta2) g                             after the step
 *
 * Chen, Liang, Huang and others, "Symbolic discovery of optimization algorithms" (NeurIPS 2023), Algorithm 2:
 * lr 1e-4, betas 0.9 and 0.99.  PyTorch has no Lion.  Keras has lr 1e-3, optax weight_decay 1e-3. */
#include "base/compiler.h"
#include "gradus/tensor.h"
#include "inside.h"

#define OPTION(field, ...) GD_OPTION(gd_lion_options, field, __VA_ARGS__)
static const gd_option fields[] = {
    OPTION(beta1, "[)", 0, 1),
    OPTION(beta2, "[)", 0, 1),
    OPTION(weight_decay, "[]", 0, GI_REAL_MAX),
    OPTION(maximize, "[]", 0, 1),
    { .name = NULL }
};

typedef struct scalars {
    gd_real sign, keep, beta1, rest1, beta2, rest2, lr;
} scalars;

static void prepare(const gd_update *u, void *result)
{
    const gd_lion_options *o = u->options;
    *(scalars *)result = (scalars){
        .sign = o->maximize ? -1 : 1, .keep = (gd_real)(1 - u->lr * o->weight_decay),
        .beta1 = (gd_real)o->beta1, .rest1 = (gd_real)(1 - o->beta1),
        .beta2 = (gd_real)o->beta2, .rest2 = (gd_real)(1 - o->beta2), .lr = (gd_real)u->lr
    };
}

GI_KERNEL static void lion(int64_t n, gd_real *restrict w, const gd_real *restrict grad, gd_real *restrict m,
                           const scalars *c)
{
    const scalars s = *c;
    GI_EACH(i, n, (w, grad, m), {
        gd_real g = s.sign * grad[i];
        w[i] = s.keep * w[i] - s.lr * real_sign(s.beta1 * m[i] + s.rest1 * g);
        m[i] = s.beta2 * m[i] + s.rest2 * g;
    });
}

static void update(const gd_update *u)
{
    lion(u->n, u->w, u->g, u->state[0], u->scalars);
}

static const gd_range ranges[] = { GI_NUMBERS("exp_avg"), { .name = NULL } };

static const gd_algorithm algorithm = {
    .name = "gd_lion", .options_size = sizeof(gd_lion_options), .options = fields,
    .zeros = { "beta1 beta2" },
    .states = { "exp_avg" },
    .prepare = prepare, .update = update, .by_element = true, .ranges = ranges
};

gd_optimizer *gd_lion(gd_params *p, gd_lion_options options)
{
    return gd_optimizer_new(p, &algorithm, &options);
}

gd_lion_options gd_lion_dialect(gd_dialect dialect)
{
    gd_lion_options o = gd_lion_defaults();
    switch (dialect) {
    case GD_PAPER:
        break;
    case GD_KERAS:
        o.lr = 1e-3;
        break;
    case GD_OPTAX:
        o.weight_decay = 1e-3;
        break;
    default:
        o.lr = gi_no_dialect("gd_lion_dialect", dialect);
    }
    return o;
}
