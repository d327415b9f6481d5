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
#include <math.h>

#include "base/compiler.h"
#include "gradus/tensor.h"
#include "inside.h"

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

typedef struct scalars {
    gd_real sign, l2, eta, eps_root, eps;
} scalars;

static void prepare(const gd_update *u, void *result)
{
    const gd_adagrad_options *o = u->options;
    bool inside = o->eps_mode == GD_EPS_INSIDE_SQRT;
    *(scalars *)result = (scalars){
        .sign = o->maximize ? -1 : 1, .l2 = (gd_real)o->weight_decay,
        .eta = (gd_real)(u->lr / (1 + (double)(u->t - 1) * o->lr_decay)),
        .eps_root = gi_root_eps(inside ? o->eps : 0, inside ? 0 : o->eps), .eps = (gd_real)(inside ? 0 : o->eps)
    };
}

GI_KERNEL static void adagrad(int64_t n, gd_real *restrict w, const gd_real *restrict grad, gd_real *restrict s,
                              const scalars *scalars_of_t)
{
    const scalars c = *scalars_of_t;
    GI_EACH(i, n, (w, grad, s), {
        gd_real g = gi_bounded(c.sign * grad[i] + c.l2 * w[i]);
        s[i] += g * g;
        w[i] -= c.eta * g / (real_sqrt(s[i] + c.eps_root) + c.eps);
    });
}

static void update(const gd_update *u)
{
    adagrad(u->n, u->w, u->g, u->state[0], u->scalars);
}

static const gd_range ranges[] = {
    { "sum", false, "[]", 0, INFINITY },
    { .name = NULL }
};

static const gd_algorithm algorithm = {
    .name = "gd_adagrad", .options_size = sizeof(gd_adagrad_options), .options = fields,
    .states = { "sum" },
    .check = check, .start = start, .prepare = prepare, .update = update, .by_element = true, .ranges = ranges
};

gd_optimizer *gd_adagrad(gd_params *p, gd_adagrad_options options)
{
    return gd_optimizer_new(p, &algorithm, &options);
}

gd_adagrad_options gd_adagrad_dialect(gd_dialect dialect)
{
    gd_adagrad_options o = gd_adagrad_defaults();
    switch (dialect) {
    case GD_TORCH:
        break;
    case GD_D2L:
        o.lr = 0.1;
        o.eps = 1e-6;
        o.eps_mode = GD_EPS_INSIDE_SQRT;
        break;
    case GD_KERAS:
        o.lr = 1e-3;
        /* fall through */
    case GD_OPTAX:
        o.init_v = 0.1;
        o.eps = 1e-7;
        o.eps_mode = GD_EPS_INSIDE_SQRT;
        break;
    default:
        o.lr = gi_no_dialect("gd_adagrad_dialect", dialect);
    }
    return o;
}
