/* test_optim_dialects.c - every algorithm, dialect and option against a second implementation: the rules as
 * formulas in double (optim_rules.h), over random gradients for tensors of many sizes, with steps without a
 * gradient, exact zeros, tiny and huge gradients. */
#include "optim_rules.h"

/* ---- The cases: options, and whether t counts all steps ----------------------------------------------------- */

typedef struct one_case {
    const char   *name;
    gd_optimizer *optimizer;
    int           counter;                  /* a gd_step_counter */
    void         *options;
    void        (*rule)(const void *options, weight *e, double g, double t);
    void        (*whole)(const void *options, const gd_tensor *w, weight *e, const double *g, double t);   /* instead */
} one_case;

#define RULE(algorithm) \
    static void algorithm##_case(const void *o, weight *e, double g, double t) { algorithm##_rule(o, e, g, t); }
RULE(sgd) RULE(adagrad) RULE(rmsprop) RULE(adadelta) RULE(adam) RULE(yogi) RULE(adamax) RULE(nadam) RULE(radam)
RULE(lion) RULE(adabelief) RULE(schedule_free_adamw) RULE(rprop) RULE(asgd)

static void lamb_case(const void *o, const gd_tensor *w, weight *e, const double *g, double t)
{
    lamb_rule(o, w->numel, e, g, t);
}

static void adafactor_case(const void *o, const gd_tensor *w, weight *e, const double *g, double t)
{
    adafactor_rule(o, gd_shape_of_tensor(w), e, g, t);
}

#define CASE(algorithm, base, ...) CASE_OF(algorithm, algorithm, base, __VA_ARGS__)
#define CASE_OF(algorithm, rule_name, base, ...) A_CASE(algorithm, rule_name##_case, NULL, base, __VA_ARGS__)
#define WHOLE_CASE(algorithm, base, ...) A_CASE(algorithm, NULL, algorithm##_case, base, __VA_ARGS__)
#define A_CASE(algorithm, rule, whole, base, ...) \
    if (index-- == 0) { \
        static gd_##algorithm##_options o; \
        o = gd_##algorithm##_##base; \
        __VA_ARGS__; \
        *c = (one_case){ #algorithm " " #base " " #__VA_ARGS__, gd_##algorithm(p, o), 0, &o, rule, whole }; \
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
    CASE_OF(adamw, adam, dialect(GD_PAPER), o.wd_when = GD_WD_AFTER, o.weight_decay = 0.05)
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
    CASE(adabelief, defaults(), o.eps_root = 1e-8, o.step_counter = GD_GLOBAL)
    CASE(adabelief, dialect(GD_PAPER), o.eps = 1e-8, o.eps_root = 1e-8, o.weight_decay = 0.5)
    CASE(adabelief, dialect(GD_OPTAX), NOTHING)
    CASE(adabelief, dialect(GD_OPTAX), o.weight_decay = 0.5, o.maximize = true, o.eps = 1e-3)
    CASE(schedule_free_adamw, dialect(GD_OPTAX), NOTHING)
    CASE(schedule_free_adamw, defaults(), o.lr = 0.05, o.weight_decay = 0.5, o.maximize = true, o.beta1 = 0.5)
    CASE(schedule_free_adamw, defaults(), o.beta1 = 1, o.beta2 = 0.9, o.eps = 0.1, o.step_counter = GD_GLOBAL)
    WHOLE_CASE(adafactor, dialect(GD_TORCH), NOTHING)
    WHOLE_CASE(adafactor, dialect(GD_TORCH), o.lr = 0.3, o.weight_decay = 0.5, o.maximize = true)
    WHOLE_CASE(adafactor, dialect(GD_PAPER), NOTHING)
    WHOLE_CASE(adafactor, dialect(GD_PAPER), o.lr = 0.5, o.clip = 0.5, o.weight_decay = 0.1)
    WHOLE_CASE(adafactor, defaults(), o.lr = 0.1, o.eps1 = 0.1, o.eps2 = 0.7, o.clip = INFINITY, o.beta2_decay = -0.5)
    WHOLE_CASE(adafactor, defaults(), o.lr = 0.1, o.beta2_decay = 0, o.step_counter = GD_GLOBAL)
    WHOLE_CASE(lamb, dialect(GD_OPTAX), NOTHING)
    WHOLE_CASE(lamb, dialect(GD_TFA), o.weight_decay = 0.1, o.maximize = true)
    WHOLE_CASE(lamb, dialect(GD_PAPER), o.weight_decay = 0.01, o.most_length = 1.5)
    WHOLE_CASE(lamb, defaults(), o.bias_correction = GD_CORRECT_NONE, o.eps = 1e-3, o.weight_decay = 1)
    WHOLE_CASE(lamb, defaults(), o.bias_correction = GD_CORRECT_M, o.lr = 0.1)
    CASE(rprop, dialect(GD_TORCH), NOTHING)
    CASE(rprop, defaults(), o.step_min = 5e-3, o.step_max = 0.02, o.eta_plus = 2, o.maximize = true)
    CASE(asgd, dialect(GD_TORCH), NOTHING)
    CASE(asgd, defaults(), o.lambd = 0.1, o.t0 = 5, o.alpha = 0.5, o.weight_decay = 0.1, o.maximize = true)
    return false;
}

typedef bool case_maker(int index, gd_params *p, one_case *c);
static case_maker *const makers[] = { make_sgd, make_adam, make_yogi };

/* ---- The comparison ----------------------------------------------------------------------------------------- */

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

static void compare(const char *name, gd_tensor *const w[], weight e[][LARGEST], double most[][LARGEST], int step)
{
    double tolerance = sizeof(gd_real) == 4 ? 2e-4 : 1e-11;
    for (int k = 0; k < TENSORS; k++)
        for (int64_t i = 0; i < gd_numel(w[k]); i++) {
            double got = w[k]->data[i], want = e[k][i].w;
            most[k][i] = fmax(most[k][i], fabs(want));
            ck_assert_msg(fabs(got - want) <= tolerance * most[k][i] || (isnan(got) && isnan(want)),
                          "%s: step %d, tensor %d, element %d: %.17g, expected %.17g", name, step, k, (int)i, got,
                          want);
        }
}

static bool run_case(case_maker *make, int index)
{
    static weight e[TENSORS][LARGEST];
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
            double all[LARGEST];
            for (int64_t i = 0; i < gd_numel(g); i++) {
                all[i] = g->data[i] = (gd_real)random_gradient(step, i);
                if (c.rule)
                    c.rule(c.options, &e[k][i], g->data[i], t);
            }
            if (c.whole)
                c.whole(c.options, w[k], e[k], all, t);
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

/* ---- The numbers of the dialects, from their sources, not from the library ------------------------------- */

/* How far the first step goes in units of lr for a gradient g. */
static double first_step(gd_optimizer *o, gd_params *p, double g)
{
    gd_tensor *w = gd_params_at(p, 0);
    double before = w->data[0];
    gd_set_grad(w, gd_scalar(g));
    ck_assert(o && gd_step(o));
    double moved = (before - (double)w->data[0]) / o->lr;
    gd_optimizer_free(o);
    return moved;
}

/* Measured with the programs themselves; see the table in src/optim/yogi.c. */
START_TEST(first_steps_of_adam_and_yogi)
{
    gd_params *p = gd_params_new();
    gd_param(p, "w", gd_scalar(0));
    const double adam_g[] = { 1e-3, 1e-5, 1e-7 }, yogi_g[] = { 1, 0.1, 0.01, 0.001 };
    const struct { gd_dialect dialect; double moved[3]; } adams[] = {
        { GD_TORCH, { 1, 0.9990, 0.9091 } }, { GD_D2L, { 0.9990, 0.9091, 0.0909 } },
        { GD_KERAS, { 0.9968, 0.7597, 0.0307 } }, { GD_OPTAX, { 1, 0.9990, 0.9091 } },
        { GD_PAPER, { 1, 0.9990, 0.9091 } }
    };
    const struct { gd_dialect dialect; double moved[4]; } yogis[] = {
        { GD_D2L, { 0.999, 0.990, 0.909, 0.500 } }, { GD_TFA, { 0.969, 0.733, 0.154, 0.016 } },
        { GD_OPTAX, { 0.998, 0.944, 0.293, 0.031 } },
    };
    for (int i = 0; i < 5; i++)
        for (int k = 0; k < 3; k++) {
            GD_NO_GRAD;
            gd_fill(gd_params_at(p, 0), 0);
            double moved = first_step(gd_adam(p, gd_adam_dialect(adams[i].dialect)), p, adam_g[k]);
            ck_assert_msg(fabs(moved - adams[i].moved[k]) < 6e-5, "Adam, dialect %d, g = %g: %g", i, adam_g[k],
                          moved);
        }
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < 4; k++) {
            GD_NO_GRAD;
            gd_fill(gd_params_at(p, 0), 0);
            double moved = first_step(gd_yogi(p, gd_yogi_dialect(yogis[i].dialect)), p, yogi_g[k]);
            ck_assert_msg(fabs(moved - yogis[i].moved[k]) < 6e-4, "Yogi, dialect %d, g = %g: %g", i, yogi_g[k],
                          moved);
        }
    gd_params_free(p);
}
END_TEST

#define IS(algorithm, source, field, value) do { \
        gd_##algorithm##_options o = gd_##algorithm##_##source; \
        ck_assert_msg((double)o.field == (double)(value), "gd_" #algorithm "_" #source ": " #field " = %g", \
                      (double)o.field); \
    } while (0)

START_TEST(numbers_of_the_dialects)
{
    IS(sgd, defaults(), lr, 1e-3);                  IS(sgd, dialect(GD_KERAS), lr, 0.01);
    IS(sgd, dialect(GD_KERAS), momentum_form, GD_LR_INSIDE);
    IS(adagrad, defaults(), lr, 1e-2);              IS(adagrad, defaults(), eps, 1e-10);
    IS(adagrad, defaults(), init_v, 0);             IS(adagrad, defaults(), eps_mode, GD_EPS_AFTER_BC);
    IS(adagrad, dialect(GD_D2L), lr, 0.1);          IS(adagrad, dialect(GD_D2L), eps, 1e-6);
    IS(adagrad, dialect(GD_D2L), eps_mode, GD_EPS_INSIDE_SQRT);
    IS(adagrad, dialect(GD_KERAS), lr, 1e-3);       IS(adagrad, dialect(GD_KERAS), init_v, 0.1);
    IS(adagrad, dialect(GD_KERAS), eps, 1e-7);      IS(adagrad, dialect(GD_KERAS), eps_mode, GD_EPS_INSIDE_SQRT);
    IS(adagrad, dialect(GD_OPTAX), init_v, 0.1);    IS(adagrad, dialect(GD_OPTAX), eps, 1e-7);
    IS(rmsprop, defaults(), lr, 1e-2);              IS(rmsprop, defaults(), rho, 0.99);
    IS(rmsprop, defaults(), eps, 1e-8);             IS(rmsprop, defaults(), eps_mode, GD_EPS_AFTER_BC);
    IS(rmsprop, dialect(GD_D2L), rho, 0.9);         IS(rmsprop, dialect(GD_D2L), eps, 1e-6);
    IS(rmsprop, dialect(GD_D2L), lr, 0.01);         IS(rmsprop, dialect(GD_D2L), eps_mode, GD_EPS_INSIDE_SQRT);
    IS(rmsprop, dialect(GD_KERAS), lr, 1e-3);       IS(rmsprop, dialect(GD_KERAS), eps, 1e-7);
    IS(rmsprop, dialect(GD_KERAS), rho, 0.9);       IS(rmsprop, dialect(GD_KERAS), momentum_form, GD_LR_INSIDE);
    IS(rmsprop, dialect(GD_OPTAX), rho, 0.9);       IS(rmsprop, dialect(GD_OPTAX), eps, 1e-8);
    IS(rmsprop, dialect(GD_OPTAX), eps_mode, GD_EPS_INSIDE_SQRT);
    IS(adadelta, defaults(), lr, 1);                IS(adadelta, defaults(), rho, 0.9);
    IS(adadelta, defaults(), eps, 1e-6);            IS(adadelta, dialect(GD_D2L), eps, 1e-5);
    IS(adadelta, dialect(GD_KERAS), lr, 1e-3);      IS(adadelta, dialect(GD_KERAS), rho, 0.95);
    IS(adadelta, dialect(GD_KERAS), eps, 1e-7);     IS(adadelta, dialect(GD_PAPER), rho, 0.95);
    IS(adam, defaults(), lr, 1e-3);                 IS(adam, dialect(GD_D2L), lr, 0.01);
    IS(adam, defaults(), step_counter, GD_PER_PARAM); IS(adam, dialect(GD_D2L), step_counter, GD_GLOBAL);
    IS(adam, dialect(GD_KERAS), step_counter, GD_GLOBAL);
    IS(adam, dialect(GD_D2L_TF_AS_PRINTED), step_counter, GD_STAYS_ONE);
    IS(adam, dialect(GD_D2L_TF_AS_PRINTED), eps, 1e-6);
    IS(adamw, defaults(), weight_decay, 1e-2);      IS(adamw, defaults(), wd_mode, GD_WD_DECOUPLED);
    IS(adamw, dialect(GD_KERAS), weight_decay, 4e-3); IS(adamw, dialect(GD_KERAS), eps_mode, GD_EPS_BEFORE_BC);
    IS(adamw, dialect(GD_OPTAX), weight_decay, 1e-4); IS(adamw, dialect(GD_PAPER), wd_mode, GD_WD_DECOUPLED_NO_LR);
    IS(yogi, defaults(), lr, 0.01);                 IS(yogi, defaults(), eps, 1e-3);
    IS(yogi, dialect(GD_TFA), init_m, 0);           IS(yogi, dialect(GD_TFA), init_v, 1e-6);
    IS(yogi, dialect(GD_PAPER), bias_correction, GD_CORRECT_NONE);
    IS(yogi, dialect(GD_PAPER), init_v_from_first_grad, true);
    IS(yogi, dialect(GD_D2L_TF_AS_PRINTED), eps, 1e-6);
    IS(yogi, dialect(GD_D2L_TF_AS_PRINTED), step_counter, GD_GLOBAL);
    IS(adamax, defaults(), lr, 2e-3);               IS(adamax, dialect(GD_KERAS), lr, 1e-3);
    IS(adamax, dialect(GD_KERAS), eps, 1e-7);       IS(adamax, dialect(GD_KERAS), adamax_eps, GD_ADAMAX_EPS_ADDED);
    IS(adamax, dialect(GD_PAPER), adamax_eps, GD_ADAMAX_EPS_NONE);
    IS(nadam, defaults(), lr, 2e-3);                IS(nadam, defaults(), nadam_psi, 4e-3);
    IS(nadam, dialect(GD_KERAS), lr, 1e-3);         IS(nadam, dialect(GD_KERAS), nadam_psi, 1);
    IS(nadam, dialect(GD_KERAS), eps, 1e-7);        IS(nadam, dialect(GD_OPTAX), constant_mu, true);
    IS(radam, defaults(), lr, 1e-3);                IS(radam, defaults(), radam_strict, true);
    IS(radam, defaults(), eps_mode, GD_EPS_BEFORE_BC); IS(radam, dialect(GD_OPTAX), eps_mode, GD_EPS_AFTER_BC);
    IS(radam, dialect(GD_OPTAX), radam_strict, false); IS(radam, dialect(GD_PAPER), radam_threshold, 4);
    IS(lion, defaults(), lr, 1e-4);                 IS(lion, defaults(), beta2, 0.99);
    IS(lion, dialect(GD_KERAS), lr, 1e-3);          IS(lion, dialect(GD_OPTAX), weight_decay, 1e-3);
    IS(adabelief, defaults(), eps, 1e-16);          IS(adabelief, defaults(), eps_root, 1e-16);
    IS(adabelief, dialect(GD_PAPER), old_m, false); IS(adabelief, dialect(GD_OPTAX), old_m, true);
    IS(lamb, defaults(), eps, 1e-6);                IS(lamb, dialect(GD_PAPER), most_length, 10);
    IS(muon, defaults(), lr, 1e-3);                 IS(muon, defaults(), weight_decay, 0.1);
    IS(muon, dialect(GD_PAPER), lr, 0.02);          IS(muon, dialect(GD_OPTAX), eps, 1e-8);
    IS(schedule_free_adamw, defaults(), lr, 2.5e-3); IS(schedule_free_adamw, dialect(GD_OPTAX), beta1, 0.9);
    IS(adafactor, defaults(), lr, 1e-2);            IS(adafactor, defaults(), beta2_decay, -0.8);
    IS(adafactor, dialect(GD_PAPER), eps1, 1e-30);  IS(adafactor, dialect(GD_PAPER), eps1_added, true);
    IS(rprop, defaults(), lr, 1e-2);                IS(rprop, defaults(), eta_minus, 0.5);
    IS(rprop, defaults(), eta_plus, 1.2);           IS(rprop, defaults(), step_max, 50);
    IS(asgd, defaults(), lambd, 1e-4);              IS(asgd, defaults(), alpha, 0.75);
    IS(asgd, defaults(), t0, 1e6);                  IS(lbfgs, defaults(), line_search, GD_STRONG_WOLFE);
    IS(lbfgs, defaults(), max_iter, 20);            IS(lbfgs, defaults(), history_size, 100);
    IS(lbfgs, dialect(GD_TORCH), line_search, GD_NO_LINE_SEARCH);
}
END_TEST

/* v - a^2 of a constant gradient is 0 up to rounding, of either sign. */
START_TEST(centered_rmsprop_of_a_constant_gradient)
{
    gd_params *p = gd_params_new();
    gd_tensor *w = gd_param(p, "w", gd_zeros(GD_SHAPE(50))), *g = gd_zeros(GD_SHAPE(50));
    gd_rmsprop_options o = gd_rmsprop_defaults();
    o.centered = true;
    o.rho = 0.5;
    gd_optimizer *rmsprop = gd_rmsprop(p, o);
    for (int i = 0; i < 50; i++)
        g->data[i] = (gd_real)unit();
    for (int t = 0; t < 300; t++) {
        gd_set_grad(w, g);
        ck_assert(gd_step(rmsprop));
    }
    for (int i = 0; i < 50; i++)
        ck_assert(w->data[i] < 0);          /* false for NaN */
    gd_optimizer_free(rmsprop);
    gd_params_free(p);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("optim: dialects");
    TCase *tc = tcase_create("all");
    tcase_add_loop_test(tc, equals_the_formulas, 0, 3);
    tcase_add_test(tc, first_steps_of_adam_and_yogi);
    tcase_add_test(tc, numbers_of_the_dialects);
    tcase_add_test(tc, centered_rmsprop_of_a_constant_gradient);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
