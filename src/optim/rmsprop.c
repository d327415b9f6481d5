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
#include <math.h>

#include "base/compiler.h"
#include "gradus/tensor.h"
#include "inside.h"

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

enum { V, A, B };                           /* the states */

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

typedef struct scalars {
    gd_real sign, l2, rho, rest, eps_root, eps, momentum, of_d, of_b;
} scalars;

static void prepare(const gd_update *u, void *result)
{
    const gd_rmsprop_options *o = u->options;
    bool inside = o->eps_mode == GD_EPS_INSIDE_SQRT, lr_inside = o->momentum_form == GD_LR_INSIDE;
    *(scalars *)result = (scalars){
        .sign = o->maximize ? -1 : 1, .l2 = (gd_real)o->weight_decay,
        .rho = (gd_real)o->rho, .rest = (gd_real)(1 - o->rho),
        .eps_root = gi_root_eps(inside ? o->eps : 0, inside ? 0 : o->eps), .eps = (gd_real)(inside ? 0 : o->eps),
        .momentum = (gd_real)o->momentum,
        .of_d = (gd_real)(lr_inside ? u->lr : 1), .of_b = (gd_real)(lr_inside ? 1 : u->lr)
    };
}

/* A loop for each case: a and b are NULL where they are not kept. */
REAL_INLINE void rmsprop(int64_t n, gd_real *restrict w, const gd_real *restrict grad, gd_real *restrict v,
                         gd_real *restrict a, gd_real *restrict b, const scalars *c)
{
    const scalars s = *c;
    GI_EACH(i, n, (w, grad, v, a ? a : w, b ? b : w), {
        gd_real g = gi_bounded(s.sign * grad[i] + s.l2 * w[i]);
        gd_real variance = s.rho * v[i] + s.rest * g * g;
        v[i] = variance;
        if (a) {
            a[i] = s.rho * a[i] + s.rest * g;
            variance = real_max(variance - a[i] * a[i], 0);
        }
        gd_real d = s.of_d * (g / (real_sqrt(variance + s.eps_root) + s.eps));
        if (b)
            d = b[i] = s.momentum * b[i] + d;
        w[i] -= s.of_b * d;
    });
}

GI_KERNEL static void plain(const gd_update *u, const scalars *s)
{
    rmsprop(u->n, u->w, u->g, u->state[V], NULL, NULL, s);
}

GI_KERNEL static void centered(const gd_update *u, const scalars *s)
{
    rmsprop(u->n, u->w, u->g, u->state[V], u->state[A], NULL, s);
}

GI_KERNEL static void with_momentum(const gd_update *u, const scalars *s)
{
    rmsprop(u->n, u->w, u->g, u->state[V], NULL, u->state[B], s);
}

GI_KERNEL static void centered_with_momentum(const gd_update *u, const scalars *s)
{
    rmsprop(u->n, u->w, u->g, u->state[V], u->state[A], u->state[B], s);
}

static void update(const gd_update *u)
{
    if (u->state[A])
        (u->state[B] ? centered_with_momentum : centered)(u, u->scalars);
    else
        (u->state[B] ? with_momentum : plain)(u, u->scalars);
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
    .check = check, .keeps = keeps, .start = start, .prepare = prepare, .update = update, .by_element = true,
    .ranges = ranges
};

gd_optimizer *gd_rmsprop(gd_params *p, gd_rmsprop_options options)
{
    return gd_optimizer_new(p, &algorithm, &options);
}

gd_rmsprop_options gd_rmsprop_dialect(gd_dialect dialect)
{
    gd_rmsprop_options o = gd_rmsprop_defaults();
    if (dialect != GD_TORCH) {
        o.rho = 0.9;
        o.eps_mode = GD_EPS_INSIDE_SQRT;
    }
    switch (dialect) {
    case GD_TORCH:
    case GD_OPTAX:
        break;
    case GD_D2L:
        o.eps = 1e-6;
        break;
    case GD_KERAS:
        o.lr = 1e-3;
        o.eps = 1e-7;
        o.momentum_form = GD_LR_INSIDE;
        break;
    default:
        o.lr = gi_no_dialect("gd_rmsprop_dialect", dialect);
    }
    return o;
}
