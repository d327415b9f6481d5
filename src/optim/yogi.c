/* yogi.c - Yogi: Adam whose second moment changes by at most (1 - beta2) g^2 in a step, whatever it was.
 *
 *     m = beta1 m + (1 - beta1) g
 *     v = v - (1 - beta2) sign(v - g^2) g^2
 *     w = w - lr m_hat / (sqrt(v_hat) + eps),    m_hat = m/(1 - beta1^t),  v_hat = v/(1 - beta2^t)
 *
 * Zaheer, Reddi, Sachan, Kale and Kumar, "Adaptive methods for nonconvex optimization" (NeurIPS 2018),
 * Algorithm 2.  Adam's v moves by (1 - beta2)(g^2 - v) and can forget a large v within 1/(1 - beta2) steps of
 * small gradients, so that the steps grow; Yogi's cannot.  v stays >= 0: where v > g^2, v loses less than
 * itself.
 *
 * Variants.  The default is the book's: m and v from 0, bias correction, eps 1e-3 after it; Adam's loop but for
 * one line.  The paper has no bias correction and starts v from squared gradients of a large batch: GD_PAPER,
 * init_v_from_first_grad, gd_yogi_start_from.  optax starts both from 1e-6, TensorFlow Addons only v, with
 * eps before the correction.  How far the first step goes, in units of lr, for |g| = 1, 0.1, 0.01, 0.001:
 *
 *     GD_D2L      0.999  0.990  0.909  0.500
 *     GD_OPTAX    0.998  0.944  0.293  0.031      moves by 3e-4 even where g = 0, because m starts from 1e-6
 *     GD_TFA      0.969  0.733  0.154  0.016
 *
 * GD_D2L_TF_AS_PRINTED reproduces the TensorFlow listing of the book: eps is 1e-6 and, parentheses missing,
 * added to the parameter; a gradient of zero gives 0/0 = NaN.  Nobody should train with it. */
#include <math.h>

#include "base/compiler.h"
#include "gradus/tensor.h"
#include "inside.h"
#include "tensor/check.h"

#define OPTION(field, ...) GD_OPTION(gd_yogi_options, field, __VA_ARGS__)
static const gd_option fields[] = {
    OPTION(beta1, "[)", 0, 1),
    OPTION(beta2, "[)", 0, 1),
    OPTION(eps, "[]", 0, GI_REAL_MAX),
    OPTION(init_m, "()", -INFINITY, INFINITY),
    OPTION(init_v, "[)", 0, INFINITY),
    OPTION(init_v_from_first_grad, "[]", 0, 1),
    OPTION(eps_mode, "[]", 0, GD_EPS_AS_PRINTED),
    OPTION(bias_correction, "[]", 0, GD_CORRECT_NONE),
    OPTION(yogi_sign, "[]", 0, GD_SIGN_TANH10),
    OPTION(weight_decay, "[]", 0, GI_REAL_MAX),
    OPTION(prox_l1, "[]", 0, GI_REAL_MAX),
    OPTION(prox_l2, "[]", 0, GI_REAL_MAX),
    OPTION(step_counter, "[]", 0, GD_STAYS_ONE),
    OPTION(maximize, "[]", 0, 1),
    { .name = NULL }
};

enum { M, V };                              /* the states */

static bool check(const void *options)
{
    const gd_yogi_options *o = options;
    return gi_check_fits("gd_yogi", "init_m", o->init_m) && gi_check_fits("gd_yogi", "init_v", o->init_v);
}

static void start(const gd_update *u)
{
    const gd_yogi_options *o = u->options;
    bool from_grad = o->init_v_from_first_grad && u->g;
    for (int64_t i = 0; i < u->n; i++) {
        u->state[M][i] = (gd_real)o->init_m;
        gd_real g = from_grad ? gi_bounded(u->g[i]) : 0;
        u->state[V][i] = from_grad ? g * g : (gd_real)o->init_v;
    }
}

static double correction(const void *options, int k, int64_t t)
{
    const gd_yogi_options *o = options;
    if (k == M)
        return gi_correction(o->beta1, t, o->bias_correction <= GD_CORRECT_M);
    return gi_correction(o->beta2, t, o->bias_correction == GD_CORRECT_BOTH || o->bias_correction == GD_CORRECT_V);
}

typedef struct scalars {
    gd_real sign, l2, beta1, rest1, rest2, step, root, eps_root, eps, drift, prox_l1, prox_l2;
} scalars;

static void prepare(const gd_update *u, void *result)
{
    const gd_yogi_options *o = u->options;
    double c1 = correction(o, M, u->t), c2 = correction(o, V, u->t);
    bool before = o->eps_mode == GD_EPS_BEFORE_BC, inside = o->eps_mode == GD_EPS_INSIDE_SQRT;
    bool printed = o->eps_mode == GD_EPS_AS_PRINTED;
    double in_root = inside ? o->eps : 0, outside = inside || printed ? 0 : o->eps;
    *(scalars *)result = (scalars){
        .sign = o->maximize ? -1 : 1, .l2 = (gd_real)o->weight_decay,
        .beta1 = (gd_real)o->beta1, .rest1 = (gd_real)(1 - o->beta1), .rest2 = (gd_real)(1 - o->beta2),
        .step = (gd_real)(before ? u->lr * sqrt(c2) / c1 : u->lr / c1), .root = (gd_real)(before ? 1 : 1 / c2),
        .eps_root = printed ? 0 : gi_root_eps(in_root, outside), .eps = (gd_real)outside,
        .drift = (gd_real)(printed ? o->eps : 0),
        .prox_l1 = (gd_real)o->prox_l1, .prox_l2 = (gd_real)o->prox_l2
    };
}

GI_KERNEL static void yogi(int64_t n, gd_real *restrict w, const gd_real *restrict grad, gd_real *restrict m,
                           gd_real *restrict v, const scalars *c)
{
    const scalars s = *c;
    GI_EACH(i, n, (w, grad, m, v), {
        gd_real g = gi_bounded(s.sign * grad[i] + s.l2 * w[i]);
        gd_real part = s.rest2 * g * g;
        gd_real change = v[i] - g * g;                      /* v -= part sign(change) */
        m[i] = s.beta1 * m[i] + s.rest1 * g;
        v[i] = v[i] - (change == 0 ? 0 : real_copysign(part, change));
        gd_real d = s.step * m[i] / (real_sqrt(v[i] * s.root + s.eps_root) + s.eps);
        w[i] = w[i] - d + s.drift;
    });
}

/* The same with sign(x) = tanh(10 x), and with TensorFlow Addons' proximal step: w is the z that minimises
 * (z - w)^2/(2 rate) + prox_l1 |z| + prox_l2 z^2/2, where rate is the coordinate's own learning rate. */
GI_KERNEL static void yogi_of_addons(int64_t n, gd_real *restrict w, const gd_real *restrict grad,
                                     gd_real *restrict m, gd_real *restrict v, bool soft, const scalars *c)
{
    const scalars s = *c;
    GI_EACH(i, n, (w, grad, m, v), {
        gd_real g = gi_bounded(s.sign * grad[i] + s.l2 * w[i]);
        gd_real change = v[i] - g * g;
        m[i] = s.beta1 * m[i] + s.rest1 * g;
        v[i] = v[i] - s.rest2 * (soft ? real_tanh(10 * change) : real_sign(change)) * g * g;
        gd_real rate = s.step / (real_sqrt(v[i] * s.root + s.eps_root) + s.eps);
        gd_real z = w[i] - rate * m[i] + s.drift;
        w[i] = real_copysign(real_max(real_abs(z) - s.prox_l1 * rate, 0), z) / (1 + s.prox_l2 * rate);
    });
}

static void update(const gd_update *u)
{
    const gd_yogi_options *o = u->options;
    if (o->yogi_sign == GD_SIGN_HARD && o->prox_l1 == 0 && o->prox_l2 == 0)
        yogi(u->n, u->w, u->g, u->state[M], u->state[V], u->scalars);
    else
        yogi_of_addons(u->n, u->w, u->g, u->state[M], u->state[V], o->yogi_sign == GD_SIGN_TANH10, u->scalars);
}

static const char *valid(const gd_kept *kept)
{
    return !kept->state[V] && kept->number[0] > 0 ? "start_grads must be 0 where there is no exp_avg_sq" : NULL;
}

static const gd_range ranges[] = {
    GI_FINITE("exp_avg"),
    { "exp_avg_sq", false, "[)", 0, INFINITY },
    { "start_grads", true, "[)", 0, GI_MOST_STEPS },
    { .name = NULL }
};

static const gd_algorithm algorithm = {
    .name = "gd_yogi", .options_size = sizeof(gd_yogi_options), .options = fields,
    .zeros = { "beta1 beta2 eps", "beta2 eps" },
    .states = { "exp_avg", "exp_avg_sq" }, .numbers = { "start_grads" },
    .check = check, .start = start, .prepare = prepare, .update = update, .by_element = true,
    .correction = correction, .ranges = ranges, .valid = valid
};

gd_optimizer *gd_yogi(gd_params *p, gd_yogi_options options)
{
    return gd_optimizer_new(p, &algorithm, &options);
}

gd_yogi_options gd_yogi_dialect(gd_dialect dialect)
{
    gd_yogi_options o = gd_yogi_defaults();
    o.step_counter = GD_GLOBAL;
    switch (dialect) {
    case GD_D2L:
        break;
    case GD_OPTAX:
        o.init_m = o.init_v = 1e-6;
        break;
    case GD_TFA:
        o.init_v = 1e-6;
        o.eps_mode = GD_EPS_BEFORE_BC;
        break;
    case GD_PAPER:
        o.init_v_from_first_grad = true;
        o.bias_correction = GD_CORRECT_NONE;
        break;
    case GD_D2L_TF_AS_PRINTED:
        o.eps = 1e-6;
        o.eps_mode = GD_EPS_AS_PRINTED;
        break;
    default:
        o.lr = gi_no_dialect("gd_yogi_dialect", dialect);
    }
    return o;
}

/* v is the mean over the calls; how many there were is the number "start_grads". */
bool gd_yogi_start_from(gd_optimizer *o)
{
    if (!gi_given("gd_yogi_start_from", "o", o) || !gi_model_alive("gd_yogi_start_from", o))
        return false;
    if (o->algorithm != &algorithm)
        return gd_fail("gd_yogi_start_from: o is %s, not gd_yogi", o->algorithm->name);
    if (!gi_adopt(o) || !gi_any_gradient("gd_yogi_start_from", o))
        return false;
    for (int i = 0; i < gd_params_tensors(o->params); i++) {
        const gd_tensor *w = gd_params_at(o->params, i);
        if (w->grad && !gd_params_is_buffer(o->params, i) && *gd_optimizer_number(o, w, "step") > 0)
            return gd_fail("gd_yogi_start_from: %s was stepped already", w->name);
    }
    for (int i = 0; i < gd_params_tensors(o->params); i++) {    /* what can fail comes before the first v changes */
        const gd_tensor *w = gd_params_at(o->params, i);
        if (w->grad && !gd_params_is_buffer(o->params, i) &&
            (!gd_optimizer_start(o, w) || !gi_room_to_pack(o, w->grad)))
            return false;
    }
    for (int i = 0; i < gd_params_tensors(o->params); i++) {
        const gd_tensor *w = gd_params_at(o->params, i);
        if (!w->grad || gd_params_is_buffer(o->params, i))
            continue;
        gd_real *v = gd_optimizer_state(o, w, "exp_avg_sq")->data;
        const gd_real *g = gi_packed(o, w->grad);
        double *count = gd_optimizer_number(o, w, "start_grads");
        *count = *count >= 1 ? *count + 1 : 1;
        gd_real part = (gd_real)(1 / *count);
        for (int64_t k = 0; k < w->numel; k++) {
            gd_real square = gi_bounded(g[k]) * gi_bounded(g[k]);
            v[k] = part == 1 ? square : v[k] + part * (square - v[k]);
        }
    }
    return true;
}
