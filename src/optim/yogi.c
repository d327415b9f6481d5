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
#include "finite.h"
#include "options.h"
#include "pack.h"
#include "rule.h"
#include "slots.h"
#include "tensor/check.h"

enum { M, V };                              /* the states */

/* The book's rule. */
GI_KERNEL static void yogi(int64_t n, gd_real *restrict w, const gd_real *restrict grad, gd_real *restrict m,
                           gd_real *restrict v, const gd_yogi_options *o, double lr, double c1, double c2)
{
    const double beta1 = o->beta1, beta2 = o->beta2, eps = o->eps;
    GI_EACH(i, n, (w, grad, m, v), {
        const gd_real g = gi_bounded(grad[i]);
        const gd_real change = REAL(1 - beta2) * g * g;
        const gd_real above = v[i] - g * g;                 /* v -= sign(above) change */
        m[i] = REAL(beta1) * m[i] + REAL(1 - beta1) * g;
        v[i] -= above == 0 ? 0 : real_copysign(change, above);
        w[i] -= REAL(lr / c1) * m[i] / (real_sqrt(v[i] * REAL(1 / c2)) + REAL(eps));
    });
}

/* With weight decay, or another place for eps. */
GI_KERNEL static void yogi_with_options(int64_t n, gd_real *restrict w, const gd_real *restrict grad,
                                        gd_real *restrict m, gd_real *restrict v, const gd_yogi_options *o, double lr,
                                        double c1, double c2)
{
    const double beta1 = o->beta1, beta2 = o->beta2, weight_decay = o->weight_decay;
    const gi_eps eps = gi_eps_of(o->eps_mode, o->eps, 0);
    const gd_real sign = gi_sign(o->maximize);
    GI_EACH(i, n, (w, grad, m, v), {
        const gd_real g = gi_bounded(sign * grad[i] + REAL(weight_decay) * w[i]);
        const gd_real change = REAL(1 - beta2) * g * g;
        const gd_real above = v[i] - g * g;
        m[i] = REAL(beta1) * m[i] + REAL(1 - beta1) * g;
        v[i] -= above == 0 ? 0 : real_copysign(change, above);
        const gd_real d = REAL(lr / c1) * m[i] / (real_sqrt(v[i] * REAL(1 / c2) + eps.inside) + eps.outside);
        w[i] = w[i] - d + eps.drift;
    });
}

/* With sign(x) = tanh(10 x), or TensorFlow Addons' proximal step: w is the z that minimises
 * (z - w)^2/(2 rate) + prox_l1 |z| + prox_l2 z^2/2, where rate is the coordinate's own learning rate. */
GI_KERNEL static void yogi_of_addons(int64_t n, gd_real *restrict w, const gd_real *restrict grad,
                                     gd_real *restrict m, gd_real *restrict v, const gd_yogi_options *o, double lr,
                                     double c1, double c2)
{
    const double beta1 = o->beta1, beta2 = o->beta2, weight_decay = o->weight_decay;
    const double prox_l1 = o->prox_l1, prox_l2 = o->prox_l2;
    const bool soft = o->yogi_sign == GD_SIGN_TANH10;
    const gi_eps eps = gi_eps_of(o->eps_mode, o->eps, 0);
    const gd_real sign = gi_sign(o->maximize);
    GI_EACH(i, n, (w, grad, m, v), {
        const gd_real g = gi_bounded(sign * grad[i] + REAL(weight_decay) * w[i]);
        const gd_real above = v[i] - g * g;
        m[i] = REAL(beta1) * m[i] + REAL(1 - beta1) * g;
        v[i] = v[i] - REAL(1 - beta2) * (soft ? real_tanh(10 * above) : real_sign(above)) * g * g;
        const gd_real rate = REAL(lr / c1) / (real_sqrt(v[i] * REAL(1 / c2) + eps.inside) + eps.outside);
        const gd_real z = w[i] - rate * m[i] + eps.drift;
        w[i] = real_copysign(real_max(real_abs(z) - REAL(prox_l1) * rate, 0), z) / (1 + REAL(prox_l2) * rate);
    });
}

/* ---- c1 = 1 - beta1^t and c2 = 1 - beta2^t, once a step --------------------------------------------------------- */

static double correction(const void *options, int k, int64_t t)
{
    const gd_yogi_options *o = options;
    if (k == M)
        return gi_correction(o->beta1, t, o->bias_correction <= GD_CORRECT_M);
    return gi_correction(o->beta2, t, o->bias_correction == GD_CORRECT_BOTH || o->bias_correction == GD_CORRECT_V);
}

typedef void yogi_rule(int64_t, gd_real *restrict, const gd_real *restrict, gd_real *restrict, gd_real *restrict,
                       const gd_yogi_options *, double, double, double);

typedef struct corrections {
    yogi_rule *rule;
    double     lr, c1, c2;
} corrections;

static yogi_rule *rule_for(const gd_yogi_options *o)
{
    if (o->yogi_sign != GD_SIGN_HARD || o->prox_l1 != 0 || o->prox_l2 != 0)
        return yogi_of_addons;
    const bool outside = o->eps_mode == GD_EPS_AFTER_BC || o->eps_mode == GD_EPS_BEFORE_BC;
    return outside && o->eps * o->eps >= GI_REAL_MIN && o->weight_decay == 0 && !o->maximize ? yogi : yogi_with_options;
}

/* eps before the bias correction: lr sqrt(c2)/c1 m/(sqrt(v) + eps), with nothing left for v to be divided by. */
static void prepare(const gd_update *u, void *result)
{
    const gd_yogi_options *o = u->options;
    corrections *c = result;
    if (!c->rule)                           /* new options */
        c->rule = rule_for(o);
    c->lr = u->lr;
    c->c1 = correction(o, M, u->t);
    c->c2 = correction(o, V, u->t);
    if (o->eps_mode == GD_EPS_BEFORE_BC) {
        c->lr *= sqrt(c->c2);
        c->c2 = 1;
    }
}

static void update(const gd_update *u)
{
    const corrections *c = u->scalars;
    c->rule(u->n, u->w, u->g, u->state[M], u->state[V], u->options, c->lr, c->c1, c->c2);
}

/* ---- The algorithm and its options ------------------------------------------------------------------------------ */

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

/* ---- Dialects: what differs from gd_yogi_defaults() ------------------------------------------------------------- */

#define SET(field, value) GI_SET(gd_yogi_options, field, value)
static const gi_dialect dialects[] = {
    { GD_D2L,   { SET(step_counter, GD_GLOBAL) } },
    { GD_OPTAX, { SET(step_counter, GD_GLOBAL), SET(init_m, 1e-6), SET(init_v, 1e-6) } },
    { GD_TFA,   { SET(step_counter, GD_GLOBAL), SET(init_v, 1e-6), SET(eps_mode, GD_EPS_BEFORE_BC) } },
    { GD_PAPER, { SET(step_counter, GD_GLOBAL), SET(init_v_from_first_grad, true),
                  SET(bias_correction, GD_CORRECT_NONE) } },
    { GD_D2L_TF_AS_PRINTED, { SET(step_counter, GD_GLOBAL), SET(eps, 1e-6), SET(eps_mode, GD_EPS_AS_PRINTED) } },
};

gd_yogi_options gd_yogi_dialect(gd_dialect dialect)
{
    gd_yogi_options o = gd_yogi_defaults();
    GI_APPLY_DIALECT("gd_yogi_dialect", dialects, dialect, &o);
    return o;
}

/* ---- The start of the paper ------------------------------------------------------------------------------------- */

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
            (!gd_optimizer_start(o, w) || !gi_pack_begin(o, w->grad)))
            return false;
    }
    for (int i = 0; i < gd_params_tensors(o->params); i++) {
        const gd_tensor *w = gd_params_at(o->params, i);
        if (!w->grad || gd_params_is_buffer(o->params, i))
            continue;
        gd_real *v = gd_optimizer_state(o, w, "exp_avg_sq")->data;
        const gd_real *g = gi_pack(o, w->grad);
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
