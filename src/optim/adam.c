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
 * gives 0/0 = NaN; and it never increments t.  Nobody should train with it. */
#include "rule.h"

enum { M, V, V_MAX };                       /* the states */

/* Algorithm 1 of the paper, and its factors, rounded once for all parameters. */
typedef struct factors {
    gd_real beta1, rest1, beta2, rest2;     /* rest = 1 - beta */
    gd_real step, inverse_c2, eps;          /* step = lr/c1 */
} factors;

REAL_INLINE void algorithm_1(int64_t n, gd_real *restrict w, const gd_real *restrict grad, gd_real *restrict m,
                             gd_real *restrict v, const factors *f)
{
    const gd_real beta1 = f->beta1, rest1 = f->rest1, beta2 = f->beta2, rest2 = f->rest2;
    const gd_real step = f->step, inverse_c2 = f->inverse_c2, eps = f->eps;
    GI_EACH(i, n, (w, grad, m, v), {
        const gd_real g = gi_bounded(grad[i]);
        m[i] = beta1 * m[i] + rest1 * g;
        v[i] = beta2 * v[i] + rest2 * g * g;
        w[i] -= step * m[i] / (real_sqrt(v[i] * inverse_c2) + eps);
    });
}

GI_KERNEL static void adam(int64_t n, gd_real *restrict w, const gd_real *restrict grad, gd_real *restrict m,
                           gd_real *restrict v, const factors *f)
{
    algorithm_1(n, w, grad, m, v, f);
}

/* The same for less than a block, without what a kernel does before its first element.  The mask shows the compiler
 * that there is no block. */
static void adam_for_few(int n, gd_real *restrict w, const gd_real *restrict grad, gd_real *restrict m,
                         gd_real *restrict v, const factors *f)
{
    algorithm_1(n & (GI_BLOCK - 1), w, grad, m, v, f);
}

typedef struct corrections {
    enum { NEW_OPTIONS, PAPER, VARIANT } rule;
    factors paper;
    double  lr, c1, c2;                     /* of which it is formed */
    double  step, inverse_c2;               /* as in paper, before rounding */
} corrections;

/* The rule with all options: weight decay, other places of eps, AMSGrad.  amsgrad is a constant in both calls, so that
 * this is compiled to two loops. */
REAL_INLINE void variant(int64_t n, gd_real *restrict w, const gd_real *restrict grad, gd_real *restrict m,
                         gd_real *restrict v, gd_real *restrict v_max, bool amsgrad, const gd_adam_options *o,
                         double lr, const corrections *c)
{
    const double beta1 = o->beta1, beta2 = o->beta2, step = c->step;
    const gi_eps eps = gi_eps_of(o->eps_mode, o->eps, o->eps_root);
    const gd_real sign = gi_sign(o->maximize), l2 = gi_l2(o->wd_mode, o->weight_decay);
    const gd_real keep = gi_decay(o->wd_mode, o->weight_decay, lr);
    const gd_real before = o->wd_when == GD_WD_BEFORE ? keep : 1, after = o->wd_when == GD_WD_AFTER ? keep : 1;
    const bool of_corrected = o->amsgrad == GD_AMSGRAD_CORRECTED;
    const double in_max = of_corrected ? c->inverse_c2 : 1, in_root = of_corrected ? 1 : c->inverse_c2;
    GI_EACH(i, n, (w, grad, m, v, amsgrad ? v_max : w), {
        const gd_real g = gi_bounded(sign * grad[i] + l2 * w[i]);
        m[i] = REAL(beta1) * m[i] + REAL(1 - beta1) * g;
        v[i] = REAL(beta2) * v[i] + REAL(1 - beta2) * g * g;
        gd_real largest = v[i];
        if (amsgrad)
            largest = v_max[i] = real_max(v_max[i], v[i] * REAL(in_max));
        const gd_real d = REAL(step) * m[i] / (real_sqrt(largest * REAL(in_root) + eps.inside) + eps.outside);
        w[i] = after * (before * w[i] - d) + eps.drift;
    });
}

GI_KERNEL static void adam_with_options(const gd_update *u, const corrections *c)
{
    variant(u->n, u->w, u->g, u->state[M], u->state[V], NULL, false, u->options, u->lr, c);
}

GI_KERNEL static void amsgrad(const gd_update *u, const corrections *c)
{
    variant(u->n, u->w, u->g, u->state[M], u->state[V], u->state[V_MAX], true, u->options, u->lr, c);
}

/* ---- c1 = 1 - beta1^t and c2 = 1 - beta2^t, once a step --------------------------------------------------------- */

static double correction(const void *options, int k, int64_t t)
{
    const gd_adam_options *o = options;
    if (k == M)
        return gi_correction(o->beta1, t, o->bias_correction <= GD_CORRECT_M);
    if (k == V_MAX && o->amsgrad == GD_AMSGRAD_CORRECTED)
        return 1;
    return gi_correction(o->beta2, t, o->bias_correction == GD_CORRECT_BOTH || o->bias_correction == GD_CORRECT_V);
}

/* Do the options leave the paper's rule as it is, up to lr, the betas, eps and bias correction? */
static bool as_in_the_paper(const gd_adam_options *o)
{
    return (o->eps_mode == GD_EPS_AFTER_BC || o->eps_mode == GD_EPS_BEFORE_BC) && o->eps * o->eps >= GI_REAL_MIN &&
           o->eps_root == 0 && o->weight_decay == 0 && !o->maximize && o->amsgrad == GD_AMSGRAD_OFF;
}

/* What options alone decide. */
static GI_COLD void new_options(const gd_adam_options *o, corrections *c)
{
    c->rule = as_in_the_paper(o) ? PAPER : VARIANT;
    c->paper = (factors){ REAL(o->beta1), REAL(1 - o->beta1), REAL(o->beta2), REAL(1 - o->beta2), 0, 0, REAL(o->eps) };
}

/* With GD_EPS_BEFORE_BC the step is lr sqrt(c2)/c1 m/(sqrt(v) + eps): it contains both corrections.  After many steps
 * these are 1, and all stays as it is: then nothing is divided, so that update need not wait for a quotient. */
static void prepare(const gd_update *u, void *result)
{
    const gd_adam_options *o = u->options;
    corrections *c = result;
    const double lr = u->lr, c1 = correction(o, M, u->t), c2 = correction(o, V, u->t);
    if (c->rule != NEW_OPTIONS && c->lr == lr && c->c1 == c1 && c->c2 == c2)
        return;
    if (c->rule == NEW_OPTIONS)
        new_options(o, c);
    c->lr = lr;
    c->c1 = c1;
    c->c2 = c2;
    c->step = lr / c1;
    c->inverse_c2 = 1 / c2;
    if (o->eps_mode == GD_EPS_BEFORE_BC) {
        c->step *= sqrt(c2);
        c->inverse_c2 = 1;
    }
    c->paper.step = REAL(c->step);
    c->paper.inverse_c2 = REAL(c->inverse_c2);
}

static void update(const gd_update *u)
{
    const corrections *c = u->scalars;
    if (c->rule != PAPER)
        (u->state[V_MAX] ? amsgrad : adam_with_options)(u, c);
    else if (u->n < GI_BLOCK)
        adam_for_few((int)u->n, u->w, u->g, u->state[M], u->state[V], &c->paper);
    else
        adam(u->n, u->w, u->g, u->state[M], u->state[V], &c->paper);
}

/* ---- The algorithm and its options ------------------------------------------------------------------------------ */

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

static bool keeps(const void *options, int k)
{
    return k != V_MAX || ((const gd_adam_options *)options)->amsgrad != GD_AMSGRAD_OFF;
}

/* ---- Two constructors that differ in their defaults ------------------------------------------------------------- */

/* Options that were not initialised by gd_adamw_defaults() have wd_mode 0, which is GD_WD_L2. */
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

/* ---- Dialects: what differs from gd_adam_defaults() and gd_adamw_defaults() ------------------------------------- */

#define SET(field, value) GI_SET(gd_adam_options, field, value)
static const gi_dialect adam_dialects[] = {
    { GD_TORCH, { GI_DEFAULTS } },
    { GD_D2L,   { SET(lr, 0.01), SET(eps, 1e-6), SET(step_counter, GD_GLOBAL) } },
    { GD_KERAS, { SET(eps, 1e-7), SET(eps_mode, GD_EPS_BEFORE_BC), SET(step_counter, GD_GLOBAL) } },
    { GD_OPTAX, { SET(step_counter, GD_GLOBAL) } },
    { GD_PAPER, { SET(step_counter, GD_GLOBAL) } },
    { GD_D2L_TF_AS_PRINTED, { SET(lr, 0.01), SET(eps, 1e-6), SET(eps_mode, GD_EPS_AS_PRINTED),
                              SET(step_counter, GD_STAYS_ONE) } },
};

static const gi_dialect adamw_dialects[] = {
    { GD_TORCH, { GI_DEFAULTS } },
    { GD_KERAS, { SET(weight_decay, 4e-3), SET(eps, 1e-7), SET(eps_mode, GD_EPS_BEFORE_BC),
                  SET(step_counter, GD_GLOBAL) } },
    { GD_OPTAX, { SET(weight_decay, 1e-4), SET(step_counter, GD_GLOBAL) } },
    { GD_PAPER, { SET(weight_decay, 0), SET(wd_mode, GD_WD_DECOUPLED_NO_LR),      /* it names no decay: set one */
                  SET(step_counter, GD_GLOBAL) } },
};

gd_adam_options gd_adam_dialect(gd_dialect dialect)
{
    gd_adam_options o = gd_adam_defaults();
    GI_APPLY_DIALECT("gd_adam_dialect", adam_dialects, dialect, &o);
    return o;
}

gd_adamw_options gd_adamw_dialect(gd_dialect dialect)
{
    gd_adamw_options o = gd_adamw_defaults();
    GI_APPLY_DIALECT("gd_adamw_dialect", adamw_dialects, dialect, &o);
    return o;
}
