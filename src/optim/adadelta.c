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
#include <math.h>

#include "base/compiler.h"
#include "gradus/tensor.h"
#include "inside.h"

#define OPTION(field, ...) GD_OPTION(gd_adadelta_options, field, __VA_ARGS__)
static const gd_option fields[] = {
    OPTION(rho, "[)", 0, 1),
    OPTION(eps, "(]", 0, GI_REAL_MAX),         /* 0 would never move: u stays 0 */
    OPTION(weight_decay, "[]", 0, GI_REAL_MAX),
    OPTION(maximize, "[]", 0, 1),
    { .name = NULL }
};

typedef struct scalars {
    gd_real sign, l2, rho, rest, eps, lr;
} scalars;

static void prepare(const gd_update *u, void *result)
{
    const gd_adadelta_options *o = u->options;
    *(scalars *)result = (scalars){
        .sign = o->maximize ? -1 : 1, .l2 = (gd_real)o->weight_decay,
        .rho = (gd_real)o->rho, .rest = (gd_real)(1 - o->rho), .eps = (gd_real)fmax(o->eps, GI_REAL_MIN),
        .lr = (gd_real)u->lr
    };
}

GI_KERNEL static void adadelta(int64_t n, gd_real *restrict w, const gd_real *restrict grad, gd_real *restrict s,
                               gd_real *restrict u, const scalars *scalars_of_t)
{
    const scalars c = *scalars_of_t;
    GI_EACH(i, n, (w, grad, s, u), {
        gd_real g = gi_bounded(c.sign * grad[i] + c.l2 * w[i]);
        s[i] = c.rho * s[i] + c.rest * g * g;
        gd_real d = real_sqrt(u[i] + c.eps) / real_sqrt(s[i] + c.eps) * g;
        u[i] = c.rho * u[i] + c.rest * d * d;
        w[i] -= c.lr * d;
    });
}

static void update(const gd_update *u)
{
    adadelta(u->n, u->w, u->g, u->state[0], u->state[1], u->scalars);
}

static const gd_range ranges[] = {
    { "square_avg", false, "[)", 0, INFINITY },
    { "acc_delta", false, "[]", 0, INFINITY },
    { .name = NULL }
};

static const gd_algorithm algorithm = {
    .name = "gd_adadelta", .options_size = sizeof(gd_adadelta_options), .options = fields,
    .zeros = { "rho eps" },
    .states = { "square_avg", "acc_delta" },
    .prepare = prepare, .update = update, .by_element = true, .ranges = ranges
};

gd_optimizer *gd_adadelta(gd_params *p, gd_adadelta_options options)
{
    return gd_optimizer_new(p, &algorithm, &options);
}

gd_adadelta_options gd_adadelta_dialect(gd_dialect dialect)
{
    gd_adadelta_options o = gd_adadelta_defaults();
    switch (dialect) {
    case GD_TORCH:
    case GD_OPTAX:
        break;
    case GD_D2L:
        o.eps = 1e-5;
        break;
    case GD_KERAS:
        o.lr = 1e-3;
        o.rho = 0.95;
        o.eps = 1e-7;
        break;
    case GD_PAPER:
        o.rho = 0.95;
        break;
    default:
        o.lr = gi_no_dialect("gd_adadelta_dialect", dialect);
    }
    return o;
}
