/* test_optim_options.c - options that do not fit their type, that were not initialized with defaults, or that
 * change which states are kept; counters overwritten by the program. */
#include <limits.h>

#include "support/optimizers.h"

/* ---- Numbers that do not fit ---------------------------------------------------------------------------------- */

START_TEST(numbers_that_do_not_fit_an_int)
{
    gd_on_error(NULL);
    gd_params *net = gd_params_new();
    gd_optimizer *o = gd_lbfgs(net, gd_lbfgs_defaults());
    static const char *const names[] = { "max_iter", "max_eval", "history_size" };
    static const double large[] = { 1e308, 2147483648.0, 0x1p63, 1e19 };
    for (int k = 0; k < 3; k++) {
        for (int i = 0; i < 4; i++) {
            double before = gd_group_get(&o->first, names[k]);
            ck_assert(!gd_group_set(&o->first, names[k], large[i]));
            char want[160];
            snprintf(want, sizeof want, "gd_group_set: %s = %g does not fit an int: it must lie in [%d, %d]", names[k],
                     large[i], INT_MIN, INT_MAX);
            ck_message(want);
            ck_assert(gd_group_get(&o->first, names[k]) == before);
        }
        ck_assert(gd_group_set(&o->first, names[k], INT_MAX) && gd_group_get(&o->first, names[k]) == INT_MAX);
        ck_assert(!gd_group_set(&o->first, names[k], 1.5));
        ck_assert(!gd_group_set(&o->first, names[k], -1));
        gd_clear_error();
    }
    gd_optimizer_free(o);
    gd_params_free(net);
}
END_TEST

/* A user-defined algorithm that declares no range for its int. */
typedef struct own_options { double lr, rho, eps; int whole; bool flag; enum { RED, GREEN } colour; } own_options;

static void own_update(const gd_update *u)
{
    (void)u;
}

static const gd_option own_fields[] = {
    GD_OPTION(own_options, rho, "[)", 0, 1), GD_OPTION(own_options, eps, "[)", 0, INFINITY),
    GD_OPTION(own_options, whole, "()", -INFINITY, INFINITY), GD_OPTION(own_options, flag, "[]", 0, 1),
    GD_OPTION(own_options, colour, "[]", 0, GREEN), { .name = NULL }
};

static const gd_algorithm own = {
    .name = "own", .options_size = sizeof(own_options), .options = own_fields, .update = own_update,
    .zeros = { "rho eps" }
};

START_TEST(own_options_of_every_type)
{
    gd_on_error(NULL);
    gd_params *net = gd_params_new();
    gd_optimizer *o = gd_optimizer_new(net, &own, &(own_options){ .lr = 1, .rho = 0.5, .whole = INT_MIN, .flag = true,
                                                                  .colour = GREEN });
    ck_assert_ptr_nonnull(o);
    ck_assert(gd_group_get(&o->first, "whole") == INT_MIN && gd_group_get(&o->first, "flag") == 1);
    ck_assert(gd_group_get(&o->first, "colour") == GREEN && gd_group_get(&o->first, "rho") == 0.5);
    ck_assert(!gd_group_set(&o->first, "whole", -2147483649.0));
    ck_message("gd_group_set: whole = -2.14748e+09 does not fit an int: it must lie in [-2147483648, 2147483647]");
    ck_assert(gd_group_set(&o->first, "whole", -3) && gd_group_get(&o->first, "whole") == -3);
    ck_assert(gd_group_set(&o->first, "flag", 0) && gd_group_get(&o->first, "flag") == 0);
    ck_assert(gd_group_set(&o->first, "colour", RED) && gd_group_get(&o->first, "colour") == RED);
    ck_assert(!gd_group_set(&o->first, "colour", 2) && !gd_group_set(&o->first, "flag", 0.5));
    gd_optimizer_free(o);
    const gd_option outside[] = { { "far", sizeof(own_options), GD_OPTION_REAL, "[]", 0, 1 }, { .name = NULL } };
    gd_algorithm wrong = own;
    wrong.options = outside;
    ck_assert(gd_optimizer_new(net, &wrong, &(own_options){ .lr = 1 }) == NULL);
    ck_message("gd_optimizer_new: own: the option far does not lie within the options");
    gd_params_free(net);
}
END_TEST

START_TEST(learning_rates_that_do_not_fit)
{
    gd_on_error(NULL);
    model m = model_new();
    gd_optimizer *o = make_sgd_plain(m.net);
    gd_set_grad(m.a, gd_ones(GD_SHAPE(3, 4)));
    gd_real before = m.a->data[0];
    double large = sizeof(gd_real) == 4 ? 1e39 : INFINITY;
    o->lr = large;
    ck_assert(!gd_step(o) && m.a->data[0] == before && o->steps == 0);
    ck_assert(!gd_group_set(&o->first, "lr", large));
    gd_sgd_options options = gd_sgd_defaults();
    options.lr = large;
    ck_assert(gd_sgd(m.net, options) == NULL);
    gd_yogi_options yogi_options = gd_yogi_defaults();
    yogi_options.init_v = large;
    ck_assert(gd_yogi(m.net, yogi_options) == NULL);
    gd_rmsprop_options rmsprop_options = gd_rmsprop_defaults();
    rmsprop_options.init_v = large;
    ck_assert(gd_rmsprop(m.net, rmsprop_options) == NULL);
    gd_adagrad_options adagrad_options = gd_adagrad_defaults();
    adagrad_options.init_v = large;
    ck_assert(gd_adagrad(m.net, adagrad_options) == NULL);
    if (sizeof(gd_real) == 4)
        ck_message("gd_adagrad: init_v = 1e+39 does not fit gd_real: at most 3.40282e+38");
    o->lr = 0.5;
    ck_assert(gd_step(o) && m.a->data[0] == before - (gd_real)0.5);
    gd_optimizer_free(o);
    gd_params_free(m.net);
}
END_TEST

/* ---- Options that were not initialized with defaults ------------------------------------------------------------ */

/* REFUSED(name, names, fields): as a constructor's and as a group's options. */
#define REFUSED(name, names, ...) \
    do { \
        gd_##name##_options bare = { __VA_ARGS__ }; \
        ck_assert(gd_##name(m.net, bare) == NULL); \
        ck_message("gd_" #name ": " names " are 0: begin with gd_" #name \
                    "_defaults(), which sets what is not given"); \
        gd_optimizer *o = gd_##name(m.net, gd_##name##_defaults()); \
        if (!o->algorithm->step) { \
            ck_assert(gd_optimizer_group(o, "b", &bare) == NULL); \
            ck_message("gd_" #name ": " names " are 0: begin with gd_" #name \
                        "_defaults(), which sets what is not given"); \
        } \
        gd_optimizer_free(o); \
    } while (0)

START_TEST(options_without_defaults)
{
    gd_on_error(NULL);
    model m = model_new();
    REFUSED(adam, "beta1, beta2 and eps", .lr = 0.01);
    REFUSED(adam, "beta2, eps and eps_root", .lr = 0.01, .beta1 = 0.9);
    REFUSED(radam, "beta2 and eps", .lr = 0.01, .beta1 = 0.9, .radam_threshold = 5);
    REFUSED(adamw, "beta1, beta2 and eps", .lr = 0.01, .weight_decay = 0.1);
    REFUSED(yogi, "beta1, beta2 and eps", .lr = 0.01, .init_v = 1e-6);
    REFUSED(yogi, "beta2 and eps", .lr = 0.01, .beta1 = 0.9);
    REFUSED(adamax, "beta1, beta2 and eps", .lr = 0.01);
    REFUSED(nadam, "beta1, beta2 and eps", .lr = 0.01, .nadam_psi = 4e-3);
    REFUSED(radam, "beta1, beta2 and eps", .lr = 0.01, .radam_threshold = 5);
    REFUSED(adabelief, "beta1, beta2 and eps", .lr = 0.01, .eps_root = 1e-16);
    REFUSED(adabelief, "beta2, eps and eps_root", .lr = 0.01, .beta1 = 0.9);
    REFUSED(lamb, "beta1, beta2 and eps", .lr = 0.01, .weight_decay = 0.1);
    REFUSED(muon, "ns_a, ns_b and ns_c", .lr = 0.01, .momentum = 0.9, .ns_steps = 5);
    REFUSED(rmsprop, "rho and eps", .lr = 0.01, .momentum = 0.9);
    REFUSED(adadelta, "rho and eps", .lr = 1);
    REFUSED(lion, "beta1 and beta2", .lr = 1e-4);
    REFUSED(adafactor, "beta2_decay, eps1, eps2 and clip", .lr = 0.01);
    REFUSED(schedule_free_adamw, "beta1, beta2 and eps", .lr = 0.01);
    REFUSED(adafactor, "beta2_decay, eps1 and eps2", .lr = 0.01, .clip = 1);
    REFUSED(rprop, "eta_minus and eta_plus", .lr = 0.01);
    REFUSED(asgd, "lambd, alpha and t0", .lr = 0.01);
    REFUSED(lbfgs, "max_iter and history_size", .lr = 1);
    gd_adamw_options l2 = { .lr = 1e-3, .beta1 = 0.9, .beta2 = 0.999, .eps = 1e-8, .weight_decay = 0.01 };
    ck_assert(gd_adamw(m.net, l2) == NULL);
    ck_message("gd_adamw: wd_mode is GD_WD_L2, as in gd_adam: begin with gd_adamw_defaults(), which sets what is not "
                "given");
    ck_assert(gd_optimizer_new(m.net, &own, &(own_options){ .lr = 1 }) == NULL);
    ck_message("own: rho and eps are 0: begin with own_defaults(), which sets what is not given");
    ck_assert(isnan(gd_lr_at(gd_lr_one_cycle(1, 100, (gd_one_cycle_options){ .start = 0.3 }), 0)));
    ck_message("gd_lr_one_cycle: div and final_div are 0: begin with gd_one_cycle_defaults(), which sets what is not "
                "given");
    gd_params_free(m.net);
}
END_TEST

/* TAKEN(algorithm, fields): made, and a weight without gradients stays where it is for three steps. */
#define TAKEN(algorithm, ...) \
    do { \
        gd_optimizer *o = gd_##algorithm(m.net, (gd_##algorithm##_options){ __VA_ARGS__ }); \
        ck_assert_msg(o != NULL, "%s", gd_last_error()); \
        check_zeros_stay(&m, o); \
    } while (0)
#define TAKEN_OF(algorithm, change) \
    do { \
        gd_##algorithm##_options options = gd_##algorithm##_defaults(); \
        change; \
        gd_optimizer *o = gd_##algorithm(m.net, options); \
        ck_assert_msg(o != NULL, "%s", gd_last_error()); \
        check_zeros_stay(&m, o); \
    } while (0)

static void check_zeros_stay(model *m, gd_optimizer *o)
{
    gd_real stays = m->a->data[5], moves = m->a->data[6];
    for (int i = 0; i < 3; i++) {
        GD_SCOPE;
        gd_tensor *g = gd_ones(GD_SHAPE(3, 4));
        g->data[5] = 0;
        gd_set_grad(m->a, g);
        gd_set_grad(m->b, gd_zeros(GD_SHAPE(5)));
        ck_assert(gd_step(o));
        gd_zero_grad(o);
    }
    ck_assert_msg(m->a->data[5] == stays, "%s: %g became %g", o->algorithm->name, (double)stays, (double)m->a->data[5]);
    ck_assert_msg(m->a->data[6] < moves && m->a->data[6] > moves - 1, "%s: %g became %g", o->algorithm->name,
                  (double)moves, (double)m->a->data[6]);
    for (int i = 0; i < 5; i++)
        ck_assert(fabs((double)m->b->data[i]) <= 1);
    gd_optimizer_free(o);
}

START_TEST(zeros_that_are_choices)
{
    gd_on_error(NULL);
    model m = model_new();
    TAKEN(sgd, .lr = 0.1);
    TAKEN(adagrad, .lr = 0.1);
    TAKEN(adam, .lr = 0.01, .beta1 = 0.9, .beta2 = 0.999);
    TAKEN(adam, .lr = 0.01, .beta2 = 0.1);
    TAKEN(yogi, .lr = 0.01, .beta1 = 0.9, .beta2 = 0.999);
    TAKEN(rmsprop, .lr = 0.01, .rho = 0.9);
    TAKEN_OF(adam, options.beta1 = 0);
    TAKEN_OF(adam, options.eps = 0);
    TAKEN_OF(adam, (options.beta1 = 0, options.beta2 = 0));
    TAKEN_OF(adam, options.beta2 = 0);
    TAKEN_OF(adam, (options.eps = 0, options.eps_mode = GD_EPS_INSIDE_SQRT));
    TAKEN_OF(adam, (options.eps = 0, options.eps_mode = GD_EPS_BEFORE_BC));
    TAKEN_OF(adam, (options.eps = 0, options.amsgrad = GD_AMSGRAD_RAW));
    TAKEN_OF(adam, options.eps = 1e-60);    /* is 0 in float */
    TAKEN_OF(adamw, (options.eps = 0, options.weight_decay = 0));
    TAKEN_OF(yogi, options.eps = 0);
    TAKEN_OF(yogi, options.eps = 1e-60);
    TAKEN_OF(adamax, (options.eps = 0, options.adamax_eps = GD_ADAMAX_EPS_NONE));
    TAKEN_OF(adamax, options.eps = 0);
    TAKEN_OF(adamax, (options.eps = 1e-60, options.adamax_eps = GD_ADAMAX_EPS_ADDED));
    TAKEN_OF(nadam, options.eps = 0);
    TAKEN_OF(nadam, options.beta1 = 0);
    TAKEN_OF(radam, options.eps = 0);
    TAKEN_OF(rmsprop, options.eps = 0);
    TAKEN_OF(rmsprop, (options.eps = 0, options.centered = true, options.momentum = 0.5));
    TAKEN_OF(rmsprop, options.rho = 0);
    TAKEN_OF(adagrad, (options.eps = 0, options.eps_mode = GD_EPS_INSIDE_SQRT));
    TAKEN_OF(adabelief, (options.eps = 0, options.eps_root = 0));
    TAKEN_OF(adabelief, options.eps_root = 1e-60);
    TAKEN(lamb, .lr = 0.01, .beta1 = 0.9, .beta2 = 0.999, .eps = 1e-6);
    TAKEN_OF(lamb, options.eps = 0);
    TAKEN_OF(lion, options.beta1 = 0);
    TAKEN_OF(asgd, (options.lambd = 0, options.t0 = 0));
    gd_optimizer *o = make_adam_amsgrad(m.net); /* a group may be set to anything, one option after the other */
    ck_assert(gd_group_set(&o->first, "beta2", 0) && gd_group_set(&o->first, "eps", 0));
    check_zeros_stay(&m, o);
    ck_no_message();
    gd_params_free(m.net);
}
END_TEST

/* ---- Options that change which states are kept ---------------------------------------------------------------- */

static void step_with(gd_optimizer *o, const model *m, int i)
{
    GD_SCOPE;
    noise_state = (uint64_t)i + 1;
    gd_set_grad(m->a, noisy(GD_SHAPE(3, 4)));
    gd_set_grad(m->b, noisy(GD_SHAPE(5)));
    ck_assert(gd_step(o));
    gd_zero_grad(o);
}

static gd_optimizer *rmsprop_of(gd_params *p, bool centered, double momentum)
{
    gd_rmsprop_options options = gd_rmsprop_defaults();
    options.centered = centered;
    options.momentum = momentum;
    return gd_rmsprop(p, options);
}

/* Switched off in the middle: from there on as if it had always been off. */
START_TEST(switched_off_is_off)
{
    static const struct { const char *option, *state; double on; } cases[] = {
        { "centered", "grad_avg", 1 }, { "momentum", "momentum_buffer", 0.9 },
    };
    for (int c = 0; c < 2; c++) {
        model m = model_new(), never = model_new();
        gd_optimizer *o = rmsprop_of(m.net, c == 0, c == 1 ? 0.9 : 0), *reference = rmsprop_of(never.net, false, 0);
        for (int i = 0; i < 3; i++) {
            step_with(o, &m, i);
            step_with(reference, &never, i);
        }
        ck_assert(!same_bits(m.a, never.a) && gd_optimizer_state(o, m.a, cases[c].state));
        memcpy(m.a->data, never.a->data, 12 * sizeof(gd_real));
        memcpy(m.b->data, never.b->data, 5 * sizeof(gd_real));
        ck_assert(gd_group_set(&o->first, cases[c].option, 0));
        for (int i = 3; i < 8; i++) {
            step_with(o, &m, i);
            step_with(reference, &never, i);
            ck_assert_msg(same_bits(m.a, never.a) && same_bits(m.b, never.b), "%s", cases[c].option);
        }
        ck_assert(gd_optimizer_state(o, m.a, cases[c].state) == NULL);
        size_t live = 0;
        for (int i = 0; i < 1000; i++) {    /* on and off take the same memory again */
            ck_assert(gd_group_set(&o->first, cases[c].option, i % 2 ? 0 : cases[c].on));
            step_with(o, &m, i);
            live = i == 2 ? gd_memory_live() : live;
        }
        ck_assert_uint_eq(gd_memory_live(), live);
        gd_optimizer_free(o);
        gd_optimizer_free(reference);
        gd_params_free(m.net);
        gd_params_free(never.net);
    }
}
END_TEST

START_TEST(amsgrad_and_momentum_switched_off)
{
    model m = model_new(), never = model_new();
    gd_adam_options options = gd_adam_defaults();
    options.amsgrad = GD_AMSGRAD_RAW;
    gd_optimizer *o = gd_adam(m.net, options), *reference = gd_adam(never.net, gd_adam_defaults());
    for (int i = 0; i < 6; i++) {
        GD_SCOPE;                           /* gradients that shrink, for the maximum to differ */
        gd_tensor *g = gd_full(GD_SHAPE(3, 4), i ? 0.01 : 5);
        gd_set_grad(m.a, g);
        gd_set_grad(never.a, g);
        if (i == 3) {
            memcpy(m.a->data, never.a->data, 12 * sizeof(gd_real));
            ck_assert(gd_group_set(&o->first, "amsgrad", GD_AMSGRAD_OFF));
        }
        ck_assert(gd_step(o) && gd_step(reference));
        ck_assert(i < 3 || same_bits(m.a, never.a));
    }
    gd_optimizer_free(o);
    o = make_sgd(m.net);                         /* momentum 0.9 and dampening 0.2; momentum off: plain steps of lr g */
    step_with(o, &m, 1);
    step_with(o, &m, 2);
    ck_assert(gd_group_set(&o->first, "momentum", 0) && gd_group_set(&o->first, "weight_decay", 0));
    m.a->data[3] = 1;
    gd_set_grad(m.a, gd_ones(GD_SHAPE(3, 4)));
    ck_assert(gd_step(o) && m.a->data[3] == 1 - (gd_real)0.1);
    gd_optimizer_free(o);
    gd_optimizer_free(reference);
    gd_params_free(m.net);
    gd_params_free(never.net);
}
END_TEST

/* A group whose options need fewer states: those the parameter has from its old group are not used. */
START_TEST(groups_that_keep_less)
{
    model m = model_new();
    gd_optimizer *o = make_sgd(m.net);
    step_with(o, &m, 1);
    gd_sgd_options options = gd_sgd_defaults();
    options.lr = 0.25;
    options.dampening = 0.5;
    gd_group *group = gd_optimizer_group(o, "b", &options);
    ck_assert_ptr_nonnull(group);
    m.b->data[4] = 1;
    gd_set_grad(m.b, gd_ones(GD_SHAPE(5)));
    ck_assert(gd_step(o) && m.b->data[4] == (gd_real)0.75);
    ck_assert(gd_optimizer_state(o, m.b, "momentum_buffer") == NULL);
    ck_assert(gd_optimizer_state(o, m.a, "momentum_buffer") != NULL);
    gd_optimizer_free(o);
    gd_params_free(m.net);
}
END_TEST

/* ---- Counters overwritten by the program ------------------------------------------------------------------------ */

START_TEST(counts_that_cannot_be)
{
    gd_on_error(NULL);
    static const double odd[] = { NAN, -5, 1e154, INFINITY, -INFINITY, 9007199254740992.0 };
    model m = model_new();
    gd_optimizer *o = makers[_i](m.net);
    random_step(o, &m, true);
    gd_set_grad(m.a, gd_ones(GD_SHAPE(3, 4)));
    gd_real before = m.a->data[0];
    double *step = gd_optimizer_number(o, m.a, "step");
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        *step = odd[i];
        ck_assert(!gd_step(o) && m.a->data[0] == before);
        char want[160];
        snprintf(want, sizeof want, "gd_step: the step count of a is %g: it must lie in [0, 2^53)", odd[i]);
        ck_message(want);
    }
    *step = 1;
    static const int64_t steps[] = { -1, INT64_MIN, INT64_MAX };
    for (int i = 0; i < 3; i++) {
        o->steps = steps[i];
        ck_assert(!gd_step(o) && m.a->data[0] == before && o->steps == steps[i]);
        char want[160];
        snprintf(want, sizeof want, "gd_step: o->steps = %lld must be a count of steps", (long long)steps[i]);
        ck_message(want);
    }
    o->steps = INT64_MAX - 1;               /* late, but a step: in moderate time, and finite */
    ck_assert(gd_step(o) && isfinite(m.a->data[0]) && m.a->data[0] != before);
    gd_optimizer_free(o);
    gd_params_free(m.net);
}
END_TEST

/* NAdam's own counter, far behind or nonsense: the product is the same as when counted step by step. */
START_TEST(nadam_catches_up)
{
    static const double odd[] = { 0, -1e17, NAN, -1 };
    model m = model_new();
    gd_nadam_options options = gd_nadam_dialect(GD_KERAS);
    if (_i >= 4) {
        options.constant_mu = true;
        options.beta1 = 0.999;
    }
    gd_optimizer *o = gd_nadam(m.net, options);
    random_step(o, &m, true);
    double P = 1;
    for (int t = 1; t <= 300; t++)
        P *= options.constant_mu ? options.beta1 : options.beta1 * (1 - 0.5 * pow(0.96, t * options.nadam_psi));
    *gd_optimizer_number(o, m.a, "mu_product") = 1;
    *gd_optimizer_number(o, m.a, "mu_steps") = odd[_i % 4];
    o->steps = 299;
    random_step(o, &m, true);
    ck_assert_double_eq(*gd_optimizer_number(o, m.a, "mu_steps"), 300);
    ck_assert_msg(fabs(*gd_optimizer_number(o, m.a, "mu_product") / P - 1) < 1e-12, "%.17g, expected %.17g",
                  *gd_optimizer_number(o, m.a, "mu_product"), P);
    gd_optimizer_free(o);
    gd_params_free(m.net);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("optim: options");
    TCase *tc = tcase_create("all");
    tcase_add_test(tc, numbers_that_do_not_fit_an_int);
    tcase_add_test(tc, own_options_of_every_type);
    tcase_add_test(tc, learning_rates_that_do_not_fit);
    tcase_add_test(tc, options_without_defaults);
    tcase_add_test(tc, zeros_that_are_choices);
    tcase_add_test(tc, switched_off_is_off);
    tcase_add_test(tc, amsgrad_and_momentum_switched_off);
    tcase_add_test(tc, groups_that_keep_less);
    tcase_add_loop_test(tc, counts_that_cannot_be, 0, MAKERS);
    tcase_add_loop_test(tc, nadam_catches_up, 0, 8);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
