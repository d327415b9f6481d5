/* adam.c - Adam, and its variants AdamW and AMSGrad.
 *
 *     g = g + weight_decay w                                  L2 decay
 *     w = w - lr weight_decay w                               or decoupled decay: AdamW
 *     m = beta1 m + (1 - beta1) g
 *     v = beta2 v + (1 - beta2) g^2
 *     w = w - lr m_hat / (sqrt(v_hat) + eps),    m_hat = m/(1 - beta1^t),  v_hat = v/(1 - beta2^t)
 *
 * Kingma and Ba, "Adam: a method for stochastic optimization" (ICLR 2015), Algorithm 1, and section 2 for
 * GD_EPS_BEFORE_BC, the "more efficient" order, which Keras has.  AdamW: Loshchilov and Hutter, "Decoupled
 * weight decay regularization" (ICLR 2019), Algorithm 2.  AMSGrad: Reddi, Kale and Kumar, "On the convergence
 * of Adam and beyond" (ICLR 2018), Algorithm 2, without bias correction there.
 *
 * The default in everything is torch.optim: eps after bias correction; the maximum of AMSGrad over the raw v;
 * L2 decay in Adam, decoupled decay of 0.01, scaled by lr and before the step, in AdamW.
 *
 * GD_D2L_TF_AS_PRINTED reproduces errors of the TensorFlow listing of the book's Adam section: it writes
 * p - lr v / sqrt(s) + eps without parentheses, so that eps is added to the parameter and a gradient of zero
 * gives 0/0 = NaN; and it never counts t up.  Nobody should train with it. */
#include <math.h>

#include "base/compiler.h"
#include "gradus/tensor.h"
#include "inside.h"

#define OPTION(field, ...) GD_OPTION(gd_adam_options, field, __VA_ARGS__)
static const gd_option fields[] = {
    OPTION(beta1, "[)", 0, 1),
    OPTION(beta2, "[)", 0, 1),
    OPTION(eps, "[]", 0, GI_REAL_MAX),
    OPTION(eps_root, "[]", 0, GI_REAL_MAX),
    OPTION(eps_mode, "[]", 0, GD_EPS_AS_PRINTED),
    OPTION(bias_correction, "[]", 0, GD_CORRECT_NONE),
    OPTION(amsgrad, "[]", 0, GD_AMSGRAD_CORRECTED),
    OPTION(weight_decay, "[]", 0, GI_REAL_MAX),
    OPTION(wd_mode, "[]", 0, GD_WD_DECOUPLED_NO_LR),
    OPTION(wd_when, "[]", 0, GD_WD_AFTER),
    OPTION(step_counter, "[]", 0, GD_STAYS_ONE),
    OPTION(maximize, "[]", 0, 1),
    { .name = NULL }
};

enum { M, V, V_MAX };                       /* the states */

static bool keeps(const void *options, int k)
{
    return k != V_MAX || ((const gd_adam_options *)options)->amsgrad != GD_AMSGRAD_OFF;
}

static double correction(const void *options, int k, int64_t t)
{
    const gd_adam_options *o = options;
    if (k == M)
        return gi_correction(o->beta1, t, o->bias_correction <= GD_CORRECT_M);
    if (k == V_MAX && o->amsgrad == GD_AMSGRAD_CORRECTED)
        return 1;
    return gi_correction(o->beta2, t, o->bias_correction == GD_CORRECT_BOTH || o->bias_correction == GD_CORRECT_V);
}

typedef struct scalars {
    double  formed_for;                     /* the lr that all but step, root and root_in_max were formed for */
    bool    formed;
    bool    plain;                          /* sign, before and after are 1; l2, eps_root and drift are 0 */
    gd_real sign, l2, beta1, rest1, beta2, rest2;
    gd_real before, after, step, root, root_in_max, eps_root, eps, drift;
} scalars;

static void form_constants(const gd_adam_options *o, double lr, scalars *s)
{
    double decay = o->wd_mode == GD_WD_DECOUPLED       ? 1 - lr * o->weight_decay :
                   o->wd_mode == GD_WD_DECOUPLED_NO_LR ? 1 - o->weight_decay : 1;
    bool inside = o->eps_mode == GD_EPS_INSIDE_SQRT, printed = o->eps_mode == GD_EPS_AS_PRINTED;
    double in_root = o->eps_root + (inside ? o->eps : 0), outside = inside || printed ? 0 : o->eps;
    *s = (scalars){
        .formed_for = lr, .formed = true,
        .sign = o->maximize ? -1 : 1, .l2 = (gd_real)(o->wd_mode == GD_WD_L2 ? o->weight_decay : 0),
        .beta1 = (gd_real)o->beta1, .rest1 = (gd_real)(1 - o->beta1),
        .beta2 = (gd_real)o->beta2, .rest2 = (gd_real)(1 - o->beta2),
        .before = (gd_real)(o->wd_when == GD_WD_BEFORE ? decay : 1),
        .after = (gd_real)(o->wd_when == GD_WD_AFTER ? decay : 1),
        .eps_root = printed ? (gd_real)in_root : gi_root_eps(in_root, outside), .eps = (gd_real)outside,
        .drift = (gd_real)(printed ? o->eps : 0)
    };
    s->plain = s->sign == 1 && s->before == 1 && s->after == 1 && s->l2 == 0 && s->eps_root == 0 && s->drift == 0;
}

/* Every variant is  w = after (before w - step m / (sqrt(v root + eps_root) + eps)) + drift. */
static void prepare(const gd_update *u, void *result)
{
    const gd_adam_options *o = u->options;
    scalars *s = result;
    if (!s->formed || s->formed_for != u->lr)
        form_constants(o, u->lr, s);
    double c1 = correction(o, M, u->t), c2 = correction(o, V, u->t);
    bool before = o->eps_mode == GD_EPS_BEFORE_BC, corrected_max = o->amsgrad == GD_AMSGRAD_CORRECTED;
    double root = before ? 1 : 1 / c2;
    s->step = (gd_real)(u->lr / c1 * (before ? sqrt(c2) : 1));
    s->root = (gd_real)(corrected_max ? 1 : root);
    s->root_in_max = (gd_real)(corrected_max ? root : 1);
}

GI_KERNEL static void adam(int64_t n, gd_real *restrict w, const gd_real *restrict grad, gd_real *restrict m,
                           gd_real *restrict v, const scalars *c)
{
    const scalars s = *c;
    GI_EACH(i, n, (w, grad, m, v), {
        gd_real g = gi_bounded(s.sign * grad[i] + s.l2 * w[i]);
        m[i] = s.beta1 * m[i] + s.rest1 * g;
        v[i] = s.beta2 * v[i] + s.rest2 * g * g;
        gd_real d = s.step * m[i] / (real_sqrt(v[i] * s.root + s.eps_root) + s.eps);
        w[i] = s.after * (s.before * w[i] - d) + s.drift;
    });
}

/* The same without what most programs do not use: fewer operations from the gradient to the new parameter. */
GI_KERNEL static void plain_adam(int64_t n, gd_real *restrict w, const gd_real *restrict grad, gd_real *restrict m,
                                 gd_real *restrict v, const scalars *c)
{
    const scalars s = *c;
    GI_EACH(i, n, (w, grad, m, v), {
        gd_real g = gi_bounded(grad[i]);
        m[i] = s.beta1 * m[i] + s.rest1 * g;
        v[i] = s.beta2 * v[i] + s.rest2 * g * g;
        w[i] -= s.step * m[i] / (real_sqrt(v[i] * s.root) + s.eps);
    });
}

GI_KERNEL static void amsgrad(int64_t n, gd_real *restrict w, const gd_real *restrict grad, gd_real *restrict m,
                              gd_real *restrict v, gd_real *restrict v_max, const scalars *c)
{
    const scalars s = *c;
    GI_EACH(i, n, (w, grad, m, v, v_max), {
        gd_real g = gi_bounded(s.sign * grad[i] + s.l2 * w[i]);
        m[i] = s.beta1 * m[i] + s.rest1 * g;
        v[i] = s.beta2 * v[i] + s.rest2 * g * g;
        v_max[i] = real_max(v_max[i], v[i] * s.root_in_max);
        gd_real d = s.step * m[i] / (real_sqrt(v_max[i] * s.root + s.eps_root) + s.eps);
        w[i] = s.after * (s.before * w[i] - d) + s.drift;
    });
}

static void update(const gd_update *u)
{
    const scalars *s = u->scalars;
    if (u->state[V_MAX])
        amsgrad(u->n, u->w, u->g, u->state[M], u->state[V], u->state[V_MAX], s);
    else if (s->plain)
        plain_adam(u->n, u->w, u->g, u->state[M], u->state[V], s);
    else
        adam(u->n, u->w, u->g, u->state[M], u->state[V], s);
}

/* ---- Two constructors that differ in their defaults --------------------------------------------------------- */

/* wd_mode is 0 in options that were not begun with gd_adamw_defaults(). */
static bool decays_apart(const void *options)
{
    const gd_adamw_options *o = options;
    return o->wd_mode != GD_WD_L2 || o->weight_decay == 0 ||
           gd_fail("gd_adamw: wd_mode is GD_WD_L2, as in gd_adam: begin with gd_adamw_defaults(), which sets what is "
                   "not given");
}

static const gd_range ranges[] = {
    GI_FINITE("exp_avg"),
    { "exp_avg_sq", false, "[)", 0, INFINITY },
    { "max_exp_avg_sq", false, "[)", 0, INFINITY },
    { .name = NULL }
};

#define ADAM(constructor, check_options) { \
    .name = constructor, .options_size = sizeof(gd_adam_options), .options = fields, \
    .zeros = { "beta1 beta2 eps", "beta2 eps eps_root" }, \
    .states = { "exp_avg", "exp_avg_sq", "max_exp_avg_sq" }, \
    .check = check_options, .keeps = keeps, .prepare = prepare, .update = update, .by_element = true, \
    .correction = correction, .ranges = ranges }

static const gd_algorithm adam_algorithm = ADAM("gd_adam", NULL);
static const gd_algorithm adamw_algorithm = ADAM("gd_adamw", decays_apart);

gd_optimizer *gd_adam(gd_params *p, gd_adam_options options)
{
    return gd_optimizer_new(p, &adam_algorithm, &options);
}

gd_optimizer *gd_adamw(gd_params *p, gd_adamw_options options)
{
    return gd_optimizer_new(p, &adamw_algorithm, &options);
}

gd_adam_options gd_adam_dialect(gd_dialect dialect)
{
    gd_adam_options o = gd_adam_defaults();
    if (dialect != GD_TORCH)
        o.step_counter = GD_GLOBAL;
    switch (dialect) {
    case GD_TORCH:
    case GD_OPTAX:
    case GD_PAPER:
        break;
    case GD_D2L:
        o.lr = 0.01;
        o.eps = 1e-6;
        break;
    case GD_KERAS:
        o.eps = 1e-7;
        o.eps_mode = GD_EPS_BEFORE_BC;
        break;
    case GD_D2L_TF_AS_PRINTED:
        o.lr = 0.01;
        o.eps = 1e-6;
        o.eps_mode = GD_EPS_AS_PRINTED;
        o.step_counter = GD_STAYS_ONE;
        break;
    default:
        o.lr = gi_no_dialect("gd_adam_dialect", dialect);
    }
    return o;
}

gd_adamw_options gd_adamw_dialect(gd_dialect dialect)
{
    if (dialect == GD_D2L || dialect == GD_TFA || dialect == GD_D2L_TF_AS_PRINTED) {
        gd_adamw_options none = gd_adamw_defaults();
        none.lr = gi_no_dialect("gd_adamw_dialect", dialect);
        return none;
    }
    gd_adamw_options o = gd_adam_dialect(dialect);
    o.wd_mode = dialect == GD_PAPER ? GD_WD_DECOUPLED_NO_LR : GD_WD_DECOUPLED;
    o.weight_decay = dialect == GD_KERAS ? 4e-3 : dialect == GD_OPTAX ? 1e-4 : dialect == GD_PAPER ? 0 : 1e-2;
    return o;                               /* the paper names no decay: it is to be set */
}
