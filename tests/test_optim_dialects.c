/* test_optim_dialects.c - every algorithm, dialect and option against a second implementation: the rules as
 * formulas in double, one element at a time, over random gradients for tensors of many sizes, with steps that
 * have no gradient, exact zeros, tiny and huge gradients. */
#include "optim_support.h"

/* ---- The rules, one element: w, g, its states s[], its step t and the step of the optimizer ----------------- */

typedef struct element { double w, s[4]; } element;

static double sign_of(double x)
{
    return (x > 0) - (x < 0);
}

static void sgd_rule(const gd_sgd_options *o, element *e, double g, double t)
{
    g = (o->maximize ? -g : g) + o->weight_decay * e->w;
    if (o->momentum == 0) {
        e->w -= o->lr * g;
        return;
    }
    double *b = &e->s[0];
    if (o->momentum_form == GD_LR_INSIDE) {             /* Keras: velocity = momentum velocity - lr g */
        *b = o->momentum * *b - o->lr * g;
        e->w += o->nesterov ? o->momentum * *b - o->lr * g : *b;
        return;
    }
    if (o->momentum_form == GD_MOMENTUM_EMA)
        *b = o->momentum * *b + (1 - o->momentum) * g;
    else
        *b = t == 1 ? g : o->momentum * *b + (1 - o->dampening) * g;
    e->w -= o->lr * (o->nesterov ? g + o->momentum * *b : *b);
}

static void adagrad_rule(const gd_adagrad_options *o, element *e, double g, double t)
{
    g = (o->maximize ? -g : g) + o->weight_decay * e->w;
    if (e->s[3]++ == 0)
        e->s[0] = o->init_v;
    e->s[0] += g * g;
    double lr = o->lr / (1 + (t - 1) * o->lr_decay);
    e->w -= o->eps_mode == GD_EPS_INSIDE_SQRT ? lr * g / sqrt(e->s[0] + o->eps) : lr * g / (sqrt(e->s[0]) + o->eps);
}

static void rmsprop_rule(const gd_rmsprop_options *o, element *e, double g, double t)
{
    (void)t;
    g = (o->maximize ? -g : g) + o->weight_decay * e->w;
    if (e->s[3]++ == 0)
        e->s[0] = o->init_v;
    e->s[0] = o->rho * e->s[0] + (1 - o->rho) * g * g;
    double v = e->s[0];
    if (o->centered) {
        e->s[1] = o->rho * e->s[1] + (1 - o->rho) * g;
        v = fmax(v - e->s[1] * e->s[1], 0);
    }
    double d = g / (o->eps_mode == GD_EPS_INSIDE_SQRT ? sqrt(v + o->eps) : sqrt(v) + o->eps);
    if (o->momentum == 0) {
        e->w -= o->lr * d;
    } else if (o->momentum_form == GD_LR_INSIDE) {
        e->s[2] = o->momentum * e->s[2] + o->lr * d;
        e->w -= e->s[2];
    } else {
        e->s[2] = o->momentum * e->s[2] + d;
        e->w -= o->lr * e->s[2];
    }
}

static void adadelta_rule(const gd_adadelta_options *o, element *e, double g, double t)
{
    (void)t;
    g = (o->maximize ? -g : g) + o->weight_decay * e->w;
    e->s[0] = o->rho * e->s[0] + (1 - o->rho) * g * g;
    double d = sqrt(e->s[1] + o->eps) / sqrt(e->s[0] + o->eps) * g;
    e->s[1] = o->rho * e->s[1] + (1 - o->rho) * d * d;
    e->w -= o->lr * d;
}

static double corrected(double moment, double beta, double t, bool on)
{
    return on ? moment / (1 - pow(beta, t)) : moment;
}

static void adam_rule(const gd_adam_options *o, element *e, double g, double t)
{
    double decay = o->wd_mode == GD_WD_L2 ? 0 : o->wd_mode == GD_WD_DECOUPLED ? o->lr * o->weight_decay : o->weight_decay;
    g = o->maximize ? -g : g;
    if (o->wd_mode == GD_WD_L2)
        g += o->weight_decay * e->w;
    if (o->wd_when == GD_WD_BEFORE)
        e->w -= decay * e->w;
    e->s[0] = o->beta1 * e->s[0] + (1 - o->beta1) * g;
    e->s[1] = o->beta2 * e->s[1] + (1 - o->beta2) * g * g;
    bool correct_m = o->bias_correction == GD_CORRECT_BOTH || o->bias_correction == GD_CORRECT_M;
    bool correct_v = o->bias_correction == GD_CORRECT_BOTH || o->bias_correction == GD_CORRECT_V;
    double m = corrected(e->s[0], o->beta1, t, correct_m), raw = e->s[1];
    if (o->amsgrad == GD_AMSGRAD_RAW)
        raw = e->s[2] = fmax(e->s[2], raw);
    double v = corrected(raw, o->beta2, t, correct_v);
    if (o->amsgrad == GD_AMSGRAD_CORRECTED)
        v = e->s[2] = fmax(e->s[2], v);
    switch (o->eps_mode) {
    case GD_EPS_AFTER_BC:    e->w -= o->lr * m / (sqrt(v + o->eps_root) + o->eps); break;
    case GD_EPS_INSIDE_SQRT: e->w -= o->lr * m / sqrt(v + o->eps_root + o->eps); break;
    case GD_EPS_BEFORE_BC:
        e->w -= o->lr * (correct_v ? sqrt(1 - pow(o->beta2, t)) : 1) * m / (sqrt(raw + o->eps_root) + o->eps);
        break;
    case GD_EPS_AS_PRINTED:  e->w = e->w - o->lr * m / sqrt(v) + o->eps; break;
    }
    if (o->wd_when == GD_WD_AFTER)
        e->w -= decay * e->w;
}

static void yogi_rule(const gd_yogi_options *o, element *e, double g, double t)
{
    g = (o->maximize ? -g : g);
    if (e->s[3]++ == 0) {
        e->s[0] = o->init_m;
        e->s[1] = o->init_v_from_first_grad ? g * g : o->init_v;
    }
    g += o->weight_decay * e->w;
    double x = g * g - e->s[1];
    e->s[0] = o->beta1 * e->s[0] + (1 - o->beta1) * g;
    e->s[1] += (1 - o->beta2) * (o->yogi_sign == GD_SIGN_HARD ? sign_of(x) : tanh(10 * x)) * g * g;
    bool correct = o->bias_correction == GD_CORRECT_BOTH;       /* others are Adam's code, tested there */
    double c1 = correct ? 1 - pow(o->beta1, t) : 1, c2 = correct ? 1 - pow(o->beta2, t) : 1, rate = 0;
    switch (o->eps_mode) {
    case GD_EPS_AFTER_BC:    rate = o->lr / c1 / (sqrt(e->s[1] / c2) + o->eps); break;
    case GD_EPS_INSIDE_SQRT: rate = o->lr / c1 / sqrt(e->s[1] / c2 + o->eps); break;
    case GD_EPS_BEFORE_BC:   rate = o->lr * sqrt(c2) / c1 / (sqrt(e->s[1]) + o->eps); break;
    case GD_EPS_AS_PRINTED:  e->w = e->w - o->lr * (e->s[0] / c1) / sqrt(e->s[1] / c2) + o->eps; return;
    }
    e->w -= rate * e->s[0];
    if (o->prox_l1 > 0)
        e->w = fabs(e->w) > o->prox_l1 * rate ? e->w - sign_of(e->w) * o->prox_l1 * rate : 0;
    e->w /= 1 + o->prox_l2 * rate;
}

static void adamax_rule(const gd_adamax_options *o, element *e, double g, double t)
{
    g = (o->maximize ? -g : g) + o->weight_decay * e->w;
    double size = o->adamax_eps == GD_ADAMAX_EPS_IN_MAX ? fabs(g) + o->eps : fabs(g);
    e->s[0] = o->beta1 * e->s[0] + (1 - o->beta1) * g;
    e->s[1] = fmax(o->beta2 * e->s[1], size);
    double u = o->adamax_eps == GD_ADAMAX_EPS_ADDED ? e->s[1] + o->eps : e->s[1];
    if (u > 0)
        e->w -= o->lr / (1 - pow(o->beta1, t)) * e->s[0] / u;
}

static void nadam_rule(const gd_nadam_options *o, element *e, double g, double t)
{
    double decay = o->wd_mode == GD_WD_L2 ? 0 : o->wd_mode == GD_WD_DECOUPLED ? o->lr * o->weight_decay : o->weight_decay;
    g = o->maximize ? -g : g;
    if (o->wd_mode == GD_WD_L2)
        g += o->weight_decay * e->w;
    e->w -= decay * e->w;
    e->s[0] = o->beta1 * e->s[0] + (1 - o->beta1) * g;
    e->s[1] = o->beta2 * e->s[1] + (1 - o->beta2) * g * g;
    double product = 1, mu = 0, next = 0;
    for (int i = 1; i <= (int)t + 1; i++) {
        next = o->constant_mu ? o->beta1 : o->beta1 * (1 - 0.5 * pow(0.96, i * o->nadam_psi));
        if (i <= (int)t) {
            product *= next;
            mu = next;
        }
    }
    double m = (1 - mu) / (1 - product) * g + next / (1 - product * next) * e->s[0];
    e->w -= o->lr * m / (sqrt(e->s[1] / (1 - pow(o->beta2, t))) + o->eps);
}

static void radam_rule(const gd_radam_options *o, element *e, double g, double t)
{
    double decay = o->wd_mode == GD_WD_L2 ? 0 : o->wd_mode == GD_WD_DECOUPLED ? o->lr * o->weight_decay : o->weight_decay;
    g = o->maximize ? -g : g;
    if (o->wd_mode == GD_WD_L2)
        g += o->weight_decay * e->w;
    e->w -= decay * e->w;
    e->s[0] = o->beta1 * e->s[0] + (1 - o->beta1) * g;
    e->s[1] = o->beta2 * e->s[1] + (1 - o->beta2) * g * g;
    double m = e->s[0] / (1 - pow(o->beta1, t)), c2 = 1 - pow(o->beta2, t);
    double rho = 2 / (1 - o->beta2) - 1, r = rho - 2 * t * pow(o->beta2, t) / c2;
    if (!(o->radam_strict ? r > o->radam_threshold : r >= o->radam_threshold)) {
        e->w -= o->lr * m;
        return;
    }
    double rect = sqrt((r - 4) * (r - 2) * rho / ((rho - 4) * (rho - 2) * r));
    if (o->eps_mode == GD_EPS_AFTER_BC)
        e->w -= o->lr * m * rect / (sqrt(e->s[1] / c2) + o->eps);
    else if (o->eps_mode == GD_EPS_INSIDE_SQRT)
        e->w -= o->lr * m * rect / sqrt(e->s[1] / c2 + o->eps);
    else
        e->w -= o->lr * m * rect * sqrt(c2) / (sqrt(e->s[1]) + o->eps);
}

static void lion_rule(const gd_lion_options *o, element *e, double g, double t)
{
    (void)t;
    g = o->maximize ? -g : g;
    e->w *= 1 - o->lr * o->weight_decay;
    e->w -= o->lr * sign_of(o->beta1 * e->s[0] + (1 - o->beta1) * g);
    e->s[0] = o->beta2 * e->s[0] + (1 - o->beta2) * g;
}

static void rprop_rule(const gd_rprop_options *o, element *e, double g, double t)
{
    g = o->maximize ? -g : g;
    if (t == 1)
        e->s[1] = o->lr;
    double agree = sign_of(g) * sign_of(e->s[0]);
    if (agree > 0)
        e->s[1] *= o->eta_plus;
    if (agree < 0)
        e->s[1] *= o->eta_minus;
    e->s[1] = fmin(fmax(e->s[1], o->step_min), o->step_max);
    if (agree < 0)
        g = 0;
    e->w -= e->s[1] * sign_of(g);
    e->s[0] = g;
}

static void asgd_rule(const gd_asgd_options *o, element *e, double g, double t)
{
    g = (o->maximize ? -g : g) + o->weight_decay * e->w;
    double eta = t == 1 ? o->lr : o->lr / pow(1 + o->lambd * o->lr * (t - 1), o->alpha);
    e->w = e->w * (1 - o->lambd * eta) - eta * g;
    e->s[0] += (e->w - e->s[0]) / fmax(1, t - 1 - o->t0);
}

/* ---- The cases: options, and whether t counts all steps -------------------------------------------------------- */

typedef struct one_case {
    const char   *name;
    gd_optimizer *optimizer;
    int           counter;                  /* a gd_step_counter */
    void         *options;
    void        (*rule)(const void *options, element *e, double g, double t);
} one_case;

#define RULE(algorithm) \
    static void algorithm##_case(const void *o, element *e, double g, double t) { algorithm##_rule(o, e, g, t); }
RULE(sgd) RULE(adagrad) RULE(rmsprop) RULE(adadelta) RULE(adam) RULE(yogi) RULE(adamax) RULE(nadam) RULE(radam)
RULE(lion) RULE(rprop) RULE(asgd)

#define CASE(algorithm, base, ...) CASE_OF(algorithm, algorithm, base, __VA_ARGS__)
#define CASE_OF(algorithm, rule_name, base, ...) \
    if (index-- == 0) { \
        static gd_##algorithm##_options o; \
        o = gd_##algorithm##_##base; \
        __VA_ARGS__; \
        *c = (one_case){ #algorithm " " #base " " #__VA_ARGS__, gd_##algorithm(p, o), 0, &o, rule_name##_case }; \
        return true; \
    }
#define NOTHING (void)0

static bool make_sgd(int index, gd_params *p, one_case *c)
{
    CASE(sgd, dialect(GD_TORCH), o.lr = 0.1)
    CASE(sgd, dialect(GD_OPTAX), o.momentum = 0.9)
    CASE(sgd, dialect(GD_D2L), o.momentum = 0.5, o.maximize = true)
    CASE(sgd, defaults(), o.lr = 0.1, o.weight_decay = 0.1, o.maximize = true)
    CASE(sgd, defaults(), o.momentum = 0.9, o.dampening = 0.3, o.weight_decay = 0.1)
    CASE(sgd, defaults(), o.momentum = 0.9, o.dampening = -0.3)
    CASE(sgd, defaults(), o.momentum = 0.9, o.nesterov = true, o.weight_decay = 0.1, o.maximize = true)
    CASE(sgd, dialect(GD_KERAS), o.momentum = 0.9)
    CASE(sgd, dialect(GD_KERAS), o.momentum = 0.9, o.nesterov = true, o.weight_decay = 0.02)
    CASE(sgd, defaults(), o.momentum = 0.9, o.momentum_form = GD_MOMENTUM_EMA)
    CASE(sgd, defaults(), o.momentum = 0.9, o.momentum_form = GD_MOMENTUM_EMA, o.nesterov = true)
    CASE(adagrad, dialect(GD_TORCH), NOTHING)
    CASE(adagrad, dialect(GD_D2L), NOTHING)
    CASE(adagrad, dialect(GD_KERAS), NOTHING)
    CASE(adagrad, dialect(GD_OPTAX), o.maximize = true)
    CASE(adagrad, defaults(), o.lr_decay = 0.1, o.weight_decay = 0.1, o.init_v = 0.2, o.step_counter = GD_GLOBAL)
    CASE(rmsprop, dialect(GD_TORCH), NOTHING)
    CASE(rmsprop, dialect(GD_D2L), NOTHING)
    CASE(rmsprop, dialect(GD_KERAS), o.momentum = 0.5, o.centered = true)
    CASE(rmsprop, dialect(GD_OPTAX), o.init_v = 1)
    CASE(rmsprop, defaults(), o.centered = true, o.maximize = true)
    CASE(rmsprop, defaults(), o.momentum = 0.9, o.weight_decay = 0.1)
    CASE(rmsprop, defaults(), o.momentum = 0.9, o.centered = true)
    CASE(adadelta, dialect(GD_TORCH), NOTHING)
    CASE(adadelta, dialect(GD_D2L), NOTHING)
    CASE(adadelta, dialect(GD_KERAS), o.weight_decay = 0.1)
    CASE(adadelta, dialect(GD_OPTAX), o.maximize = true)
    CASE(adadelta, dialect(GD_PAPER), NOTHING)
    return false;
}

static bool make_adam(int index, gd_params *p, one_case *c)
{
    CASE(adam, dialect(GD_TORCH), NOTHING)
    CASE(adam, dialect(GD_D2L), NOTHING)
    CASE(adam, dialect(GD_KERAS), NOTHING)
    CASE(adam, dialect(GD_OPTAX), o.eps_root = 1e-4)
    CASE(adam, dialect(GD_PAPER), NOTHING)
    CASE(adam, dialect(GD_D2L_TF_AS_PRINTED), NOTHING)
    CASE(adam, defaults(), o.eps = 1e-4, o.eps_mode = GD_EPS_INSIDE_SQRT, o.maximize = true)
    CASE(adam, defaults(), o.bias_correction = GD_CORRECT_NONE)
    CASE(adam, defaults(), o.bias_correction = GD_CORRECT_M)
    CASE(adam, defaults(), o.bias_correction = GD_CORRECT_V, o.eps_mode = GD_EPS_BEFORE_BC)
    CASE(adam, defaults(), o.amsgrad = GD_AMSGRAD_RAW, o.weight_decay = 0.1)
    CASE(adam, defaults(), o.amsgrad = GD_AMSGRAD_CORRECTED, o.beta2 = 0.9)
    CASE(adam, defaults(), o.amsgrad = GD_AMSGRAD_RAW, o.eps_mode = GD_EPS_BEFORE_BC, o.eps = 1e-3)
    CASE(adam, defaults(), o.beta1 = 0, o.beta2 = 0)
    CASE_OF(adamw, adam, dialect(GD_TORCH), o.lr = 0.1)
    CASE_OF(adamw, adam, dialect(GD_KERAS), o.lr = 0.1, o.maximize = true)
    CASE_OF(adamw, adam, dialect(GD_OPTAX), NOTHING)
    CASE_OF(adamw, adam, dialect(GD_PAPER), o.weight_decay = 1e-3)
    CASE_OF(adamw, adam, defaults(), o.lr = 0.1, o.wd_when = GD_WD_AFTER, o.weight_decay = 0.5)
    CASE_OF(adamw, adam, defaults(), o.wd_mode = GD_WD_DECOUPLED_NO_LR, o.wd_when = GD_WD_AFTER, o.weight_decay = 0.05)
    CASE(adamax, dialect(GD_TORCH), o.weight_decay = 0.1)
    CASE(adamax, dialect(GD_KERAS), o.eps = 1e-2)
    CASE(adamax, dialect(GD_OPTAX), o.maximize = true, o.eps = 1e-2)
    CASE(adamax, dialect(GD_PAPER), NOTHING)
    CASE(nadam, dialect(GD_TORCH), o.lr = 0.05)
    CASE(nadam, dialect(GD_KERAS), NOTHING)
    CASE(nadam, dialect(GD_OPTAX), NOTHING)
    CASE(nadam, dialect(GD_PAPER), o.weight_decay = 0.1)
    CASE(nadam, defaults(), o.weight_decay = 0.5, o.wd_mode = GD_WD_DECOUPLED, o.maximize = true)
    CASE(nadam, defaults(), o.weight_decay = 0.01, o.wd_mode = GD_WD_DECOUPLED_NO_LR)
    CASE(radam, dialect(GD_TORCH), o.lr = 0.05)
    CASE(radam, dialect(GD_OPTAX), NOTHING)
    CASE(radam, dialect(GD_PAPER), o.maximize = true)
    CASE(radam, defaults(), o.eps_mode = GD_EPS_INSIDE_SQRT, o.weight_decay = 0.1, o.wd_mode = GD_WD_DECOUPLED)
    CASE(radam, defaults(), o.weight_decay = 0.1, o.radam_threshold = 8)
    CASE(radam, defaults(), o.weight_decay = 0.01, o.wd_mode = GD_WD_DECOUPLED_NO_LR, o.beta2 = 0.5)
    return false;
}

static bool make_yogi(int index, gd_params *p, one_case *c)
{
    CASE(yogi, defaults(), NOTHING)
    CASE(yogi, dialect(GD_D2L), o.weight_decay = 0.1)
    CASE(yogi, dialect(GD_OPTAX), o.maximize = true)
    CASE(yogi, dialect(GD_TFA), NOTHING)
    CASE(yogi, dialect(GD_TFA), o.prox_l1 = 0.3)
    CASE(yogi, dialect(GD_TFA), o.prox_l2 = 0.3, o.yogi_sign = GD_SIGN_TANH10)
    CASE(yogi, dialect(GD_TFA), o.prox_l1 = 0.2, o.prox_l2 = 0.5)
    CASE(yogi, dialect(GD_PAPER), NOTHING)
    CASE(yogi, dialect(GD_D2L_TF_AS_PRINTED), NOTHING)
    CASE(yogi, defaults(), o.eps_mode = GD_EPS_INSIDE_SQRT, o.init_v = 0.5, o.init_m = -0.1)
    CASE(lion, dialect(GD_PAPER), NOTHING)
    CASE(lion, dialect(GD_KERAS), o.maximize = true)
    CASE(lion, dialect(GD_OPTAX), o.lr = 0.1)
    CASE(rprop, dialect(GD_TORCH), NOTHING)
    CASE(rprop, defaults(), o.step_min = 5e-3, o.step_max = 0.02, o.eta_plus = 2, o.maximize = true)
    CASE(asgd, dialect(GD_TORCH), NOTHING)
    CASE(asgd, defaults(), o.lambd = 0.1, o.t0 = 5, o.alpha = 0.5, o.weight_decay = 0.1, o.maximize = true)
    return false;
}

typedef bool case_maker(int index, gd_params *p, one_case *c);
static case_maker *const makers[] = { make_sgd, make_adam, make_yogi };

/* ---- The comparison ------------------------------------------------------------------------------------------------ */

static uint64_t state = 1;

static double unit(void)                    /* (0, 1) */
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return ((double)(state >> 12) + 0.5) / 4503599627370496.0;
}

static double random_gradient(int step, int64_t i)
{
    if (i % 7 == 2)
        return 0;                           /* never any */
    double kind = unit(), g = 2 * unit() - 1;
    if (kind < 0.15)
        return 0;
    if (step == 11)
        return 1e-6 * g;
    return step == 19 ? 1e4 * g : g;
}

enum { TENSORS = 7, LARGEST = 67, STEPS = 40 };

static void compare(const char *name, gd_tensor *const w[], element e[][LARGEST], double most[][LARGEST], int step)
{
    double tolerance = sizeof(gd_real) == 4 ? 2e-4 : 1e-11;
    for (int k = 0; k < TENSORS; k++)
        for (int64_t i = 0; i < gd_numel(w[k]); i++) {
            double got = w[k]->data[i], want = e[k][i].w;
            most[k][i] = fmax(most[k][i], fabs(want));
            ck_assert_msg(fabs(got - want) <= tolerance * most[k][i] || (isnan(got) && isnan(want)),
                          "%s: step %d, tensor %d, element %d: %.17g, expected %.17g", name, step, k, (int)i, got, want);
        }
}

static bool run_case(case_maker *make, int index)
{
    static element e[TENSORS][LARGEST];
    static double most[TENSORS][LARGEST];
    const gd_shape shapes[TENSORS] = { GD_SHAPE(), GD_SHAPE(1), GD_SHAPE(3, 5), GD_SHAPE(2, 0), GD_SHAPE(16),
                                       GD_SHAPE(LARGEST), GD_SHAPE(2, 3, 4) };
    gd_tensor *w[TENSORS];
    double own_t[TENSORS] = { 0 };
    gd_params *p = gd_params_new();
    memset(e, 0, sizeof e);
    state = 7;
    for (int k = 0; k < TENSORS; k++) {
        char name[] = "w0";
        name[1] = (char)('0' + k);
        w[k] = gd_param(p, name, gd_zeros(shapes[k]));
        for (int64_t i = 0; i < gd_numel(w[k]); i++) {
            w[k]->data[i] = (gd_real)(2 * unit() - 1);
            e[k][i].w = w[k]->data[i];
            most[k][i] = 1;
        }
    }
    one_case c;
    if (!make(index, p, &c)) {
        gd_params_free(p);
        return false;
    }
    ck_assert_msg(c.optimizer != NULL, "%s: %s", c.name, gd_last_error());
    double counter = NAN;
    for (const gd_option *f = c.optimizer->algorithm->options; f && f->name; f++)
        if (strcmp(f->name, "step_counter") == 0)
            counter = gd_group_get(&c.optimizer->first, "step_counter");
    for (int step = 1; step <= STEPS; step++) {
        GD_SCOPE;
        for (int k = 0; k < TENSORS; k++) {
            if (unit() < 0.2 && step > 1)
                continue;                   /* no gradient in this step */
            gd_tensor *g = gd_zeros_like(w[k]);
            own_t[k]++;
            double t = counter == GD_GLOBAL ? step : counter == GD_STAYS_ONE ? 1 : own_t[k];
            for (int64_t i = 0; i < gd_numel(g); i++) {
                g->data[i] = (gd_real)random_gradient(step, i);
                c.rule(c.options, &e[k][i], g->data[i], t);
            }
            ck_assert(gd_set_grad(w[k], g));
        }
        ck_assert(gd_step(c.optimizer));
        gd_zero_grad(c.optimizer);
        compare(c.name, w, e, most, step);
    }
    if (strstr(c.name, "asgd"))
        for (int64_t i = 0; i < LARGEST; i++)
            ck_assert(close_to(gd_optimizer_state(c.optimizer, w[5], "ax")->data[i], e[5][i].s[0], 1e-3));
    gd_optimizer_free(c.optimizer);
    gd_params_free(p);
    return true;
}

START_TEST(equals_the_formulas)
{
    int cases = 0;
    while (run_case(makers[_i], cases))
        cases++;
    ck_assert_int_ge(cases, 17);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("optim: dialects and options");
    TCase *tc = tcase_create("formulas");
    tcase_add_loop_test(tc, equals_the_formulas, 0, 3);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
