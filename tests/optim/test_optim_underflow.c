/* test_optim_underflow.c - gradients whose squares underflow, options that are too large for gd_real, options that
 * were not set. */
#include "support/optimizers.h"

/* ---- Squares that underflow ------------------------------------------------------------------------------------ */

MAKE(adam_no_eps, adam, defaults(), o.eps = 0)
MAKE(adam_little_eps, adam, defaults(), o.eps = 1e-200)
MAKE(adam_inside, adam, defaults(), o.eps = 0, o.eps_mode = GD_EPS_INSIDE_SQRT)
MAKE(adam_keras, adam, dialect(GD_KERAS), o.eps = 0)
MAKE(adam_max, adam, defaults(), o.eps = 0, o.amsgrad = GD_AMSGRAD_RAW)
MAKE(adam_decay, adam, defaults(), o.eps = 0, o.weight_decay = 1e-3)
MAKE(yogi_d2l, yogi, dialect(GD_D2L), o.eps = 0)
MAKE(yogi_tfa, yogi, dialect(GD_TFA), o.eps = 0, o.init_v = 0)
MAKE(yogi_paper, yogi, dialect(GD_PAPER), o.eps = 0)
MAKE(rmsprop_no_eps, rmsprop, defaults(), o.eps = 0)
MAKE(rmsprop_inside, rmsprop, dialect(GD_D2L), o.eps = 0)
MAKE(rmsprop_centered, rmsprop, defaults(), o.eps = 0, o.centered = true, o.momentum = 0.5)
MAKE(adagrad_no_eps, adagrad, defaults(), o.eps = 0)
MAKE(nadam_no_eps, nadam, defaults(), o.eps = 0)
MAKE(radam_no_eps, radam, defaults(), o.eps = 0)
MAKE(adabelief_no_eps, adabelief, defaults(), o.eps = 0, o.eps_root = 0)
MAKE(lamb_no_eps, lamb, defaults(), o.eps = 0)
MAKE(adamax_no_eps, adamax, defaults(), o.eps = 0)

static maker *const without_eps[] = {
    adam_no_eps, adam_little_eps, adam_inside, adam_keras, adam_max, adam_decay, yogi_d2l, yogi_tfa, yogi_paper,
    rmsprop_no_eps, rmsprop_inside, rmsprop_centered, adagrad_no_eps, nadam_no_eps, radam_no_eps,
    adabelief_no_eps, lamb_no_eps, adamax_no_eps
};
enum { WITHOUT_EPS = sizeof without_eps / sizeof without_eps[0] };

/* The longest of eight steps with the gradient g, in units of lr. */
static double longest_move(maker *make, double g)
{
    gd_params *net = gd_params_new();
    gd_tensor *w = gd_param(net, "w", gd_zeros(GD_SHAPE(33)));
    gd_optimizer *o = make(net);
    double most = 0;
    for (int i = 0; i < 8; i++) {
        GD_SCOPE;
        w->data[0] = w->data[32] = 0;
        gd_set_grad(w, gd_full(GD_SHAPE(33), g));
        ck_assert(gd_step(o));
        ck_assert_msg(isfinite(w->data[0]) && w->data[0] == w->data[32], "%s: %g", o->algorithm->name,
                      (double)w->data[0]);
        most = fmax(most, fabs((double)w->data[0]) / o->lr);
    }
    gd_optimizer_free(o);
    gd_params_free(net);
    return most;
}

/* No gradient, however small, makes a longer step than one whose square is a number. */
START_TEST(tiny_gradients_make_no_long_steps)
{
    double usual = sizeof(gd_real) == 4 ? 1e-6 : 1e-60, smallest = sizeof(gd_real) == 4 ? 1e-41 : 1e-320;
    double like = longest_move(without_eps[_i], usual);
    ck_assert(like > 0.01 && like < 50);
    for (double g = usual; g > smallest; g /= 7)
        ck_assert_msg(longest_move(without_eps[_i], -g) <= like * 1.3, "algorithm %d, g = %g: %g lr, but %g lr usually",
                      _i, -g, longest_move(without_eps[_i], -g), like);
}
END_TEST

/* The largest gradient and a large learning rate: m times lr overflows, m/u does not. */
START_TEST(adamax_with_the_largest_gradient)
{
    gd_params *net = gd_params_new();
    gd_tensor *w = gd_param(net, "w", gd_zeros(GD_SHAPE(33)));
    gd_adamax_options options = gd_adamax_dialect(_i ? GD_KERAS : GD_TORCH);
    options.lr = 50;
    gd_optimizer *o = gd_adamax(net, options);
    gd_set_grad(w, gd_full(GD_SHAPE(33), sizeof(gd_real) == 4 ? 3e38 : 1.5e308));
    ck_assert(gd_step(o));
    ck_assert_msg(fabs((double)w->data[0] / 50 + 1) < 1e-5 && w->data[0] == w->data[32], "%g", (double)w->data[0]);
    gd_optimizer_free(o);
    gd_params_free(net);
}
END_TEST

/* ---- Options ----------------------------------------------------------------------------------------------------- */

/* Options that the update multiplies with, beyond the largest gd_real: refused, and the parameters stay numbers. */
START_TEST(options_too_large_for_gd_real)
{
    static const char *const names[] = {
        "momentum", "dampening", "weight_decay", "eps", "eps_root", "prox_l1", "prox_l2", "lambd"
    };
    static const double large[] = { 1e39, 1e300, -1e39, INFINITY };
    gd_on_error(NULL);
    model m = model_new();
    gd_optimizer *o = makers[_i](m.net);
    random_step(o, &m, true);
    for (const gd_option *f = o->algorithm->options; f->name; f++)
        for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
            for (size_t i = sizeof(gd_real) == 4 ? 0 : 3; i < 4 && strcmp(f->name, names[k]) == 0; i++) {
                ck_assert_msg(!gd_group_set(&o->first, f->name, large[i]), "%s = %g", f->name, large[i]);
                ck_assert_ptr_nonnull(strstr(gd_last_error(), f->name));
                gd_clear_error();
            }
        }
    random_step(o, &m, true);
    ck_assert(isfinite(m.a->data[0]) && isfinite(m.b->data[4]));
    gd_optimizer_free(o);
    gd_params_free(m.net);
}
END_TEST

/* Rprop without bounds. */
START_TEST(bounds_beyond_gd_real)
{
    gd_params *net = gd_params_new();
    gd_tensor *w = gd_param(net, "w", gd_zeros(GD_SHAPE(3)));
    gd_rprop_options options = gd_rprop_defaults();
    options.eta_plus = options.step_max = 1e300;
    gd_optimizer *o = gd_rprop(net, options);
    for (int i = 0; i < 2; i++) {
        gd_set_grad(w, gd_ones(GD_SHAPE(3)));
        ck_assert(gd_step(o) && isfinite(w->data[2]));
    }
    gd_optimizer_free(o);
    gd_params_free(net);
}
END_TEST

START_TEST(a_zero_that_was_not_meant)
{
    gd_on_error(NULL);
    gd_params *net = gd_params_new();
    ck_assert(gd_lbfgs(net, (gd_lbfgs_options){ .lr = 1, .max_iter = 20, .history_size = 10 }) == NULL);
    ck_message("gd_lbfgs: c1 = 0 must lie in (0, 1): gd_lbfgs_defaults() sets what is not given");
    ck_assert(gd_rprop(net, (gd_rprop_options){ .lr = 0.01, .eta_plus = 1.2 }) == NULL);
    ck_message("gd_rprop: eta_minus = 0 must lie in (0, 1): gd_rprop_defaults() sets what is not given");
    ck_assert(gd_rprop(net, (gd_rprop_options){ .lr = 0.01, .eta_minus = 0.5, .eta_plus = 1.2 }) == NULL);
    ck_message("gd_rprop: step_max = 0 must lie in (0, inf): gd_rprop_defaults() sets what is not given");
    ck_assert(gd_radam(net, (gd_radam_options){ .lr = 0.01, .beta1 = 0.9, .beta2 = 0.999, .eps = 1e-8 }) == NULL);
    ck_message("gd_radam: radam_threshold = 0 must lie in [4, inf): gd_radam_defaults() sets what is not given");
    ck_assert(isnan(gd_plateau_start(0.1, (gd_plateau_options){ .patience = 3 }).lr));
    ck_message("gd_plateau_start: factor is 0: begin with gd_plateau_defaults(), which sets what is not given");
    gd_plateau plateau = { .lr = 0.1 };
    ck_assert(isnan(gd_plateau_next(&plateau, 1)) && plateau.lr == 0.1);
    ck_message("gd_plateau_next: the plateau was not made by gd_plateau_start");
    gd_params_free(net);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("optim: underflow");
    TCase *tc = tcase_create("all");
    tcase_add_loop_test(tc, tiny_gradients_make_no_long_steps, 0, WITHOUT_EPS);
    tcase_add_loop_test(tc, adamax_with_the_largest_gradient, 0, 2);
    tcase_add_loop_test(tc, options_too_large_for_gd_real, 0, MAKERS);
    tcase_add_test(tc, bounds_beyond_gd_real);
    tcase_add_test(tc, a_zero_that_was_not_meant);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
