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
#include <math.h>

#include "base/compiler.h"
#include "gradus/tensor.h"
#include "inside.h"

#define OPTION(field, ...) GD_OPTION(gd_asgd_options, field, __VA_ARGS__)
static const gd_option fields[] = {
    OPTION(lambd, "[]", 0, GI_REAL_MAX),
    OPTION(alpha, "[)", 0, INFINITY),
    OPTION(t0, "[)", 0, INFINITY),
    OPTION(weight_decay, "[]", 0, GI_REAL_MAX),
    OPTION(maximize, "[]", 0, 1),
    { .name = NULL }
};

typedef struct scalars {
    gd_real sign, l2, keep, eta, mu;
} scalars;

static void prepare(const gd_update *u, void *result)
{
    const gd_asgd_options *o = u->options;
    double before = (double)u->t - 1, eta = u->lr / pow(1 + o->lambd * u->lr * before, o->alpha);
    *(scalars *)result = (scalars){
        .sign = o->maximize ? -1 : 1, .l2 = (gd_real)o->weight_decay, .keep = (gd_real)(1 - o->lambd * eta),
        .eta = (gd_real)eta, .mu = (gd_real)(1 / fmax(1, before - o->t0))
    };
}

GI_KERNEL static void asgd(int64_t n, gd_real *restrict w, const gd_real *restrict grad, gd_real *restrict ax,
                           const scalars *c)
{
    const scalars s = *c;
    GI_EACH(i, n, (w, grad, ax), {
        gd_real g = s.sign * grad[i] + s.l2 * w[i];
        w[i] = s.keep * w[i] - s.eta * g;
        ax[i] = s.mu == 1 ? w[i] : ax[i] + s.mu * (w[i] - ax[i]);
    });
}

static void update(const gd_update *u)
{
    asgd(u->n, u->w, u->g, u->state[0], u->scalars);
}

static const gd_range ranges[] = { GI_FINITE("ax"), { .name = NULL } };

static const gd_algorithm algorithm = {
    .name = "gd_asgd", .options_size = sizeof(gd_asgd_options), .options = fields,
    .zeros = { "lambd alpha t0" },
    .states = { "ax" },
    .prepare = prepare, .update = update, .by_element = true, .ranges = ranges
};

gd_optimizer *gd_asgd(gd_params *p, gd_asgd_options options)
{
    return gd_optimizer_new(p, &algorithm, &options);
}

gd_asgd_options gd_asgd_dialect(gd_dialect dialect)
{
    gd_asgd_options o = gd_asgd_defaults();
    if (dialect != GD_TORCH)
        o.lr = gi_no_dialect("gd_asgd_dialect", dialect);
    return o;
}
