/* test_optim_extremes.c - gradients whose squares overflow, gradients and parameters that are not finite, and steps
 * without any gradient. */
#include "support/optimizers.h"

static const double huge_gradient = sizeof(gd_real) == 4 ? 1e20 : 1e160;
static const double largest_gradient = sizeof(gd_real) == 4 ? 3e38 : 1.5e308;

/* ---- Squares that overflow -------------------------------------------------------------------------------------- */

MAKE(adam_plain, adam, defaults(), o.lr = 0.01)
MAKE(adam_keras, adam, dialect(GD_KERAS), o.lr = 0.01)
MAKE(adam_inside, adam, defaults(), o.lr = 0.01, o.eps_mode = GD_EPS_INSIDE_SQRT)
MAKE(adam_l2, adam, defaults(), o.lr = 0.01, o.weight_decay = 1e-4)
MAKE(adam_maximize, adam, defaults(), o.lr = 0.01, o.maximize = true)
MAKE(adam_corrected, adam, defaults(), o.lr = 0.01, o.amsgrad = GD_AMSGRAD_CORRECTED)
MAKE(yogi_default, yogi, defaults(), o.lr = 0.01)
MAKE(yogi_corrected, yogi, defaults(), o.init_v_from_first_grad = true)
MAKE(yogi_tanh, yogi, dialect(GD_TFA), o.yogi_sign = GD_SIGN_TANH10)
MAKE(yogi_prox, yogi, defaults(), o.prox_l2 = 1e-3)
MAKE(rmsprop_plain, rmsprop, defaults(), DEFAULTS)
MAKE(rmsprop_centered, rmsprop, defaults(), o.centered = true, o.rho = 0.9)
MAKE(rmsprop_momentum, rmsprop, dialect(GD_KERAS), o.momentum = 0.9)
MAKE(adagrad_d2l, adagrad, dialect(GD_D2L), DEFAULTS)
MAKE(nadam_default, nadam, defaults(), DEFAULTS)
MAKE(adabelief_optax, adabelief, dialect(GD_OPTAX), DEFAULTS)

static maker *const squaring[] = {
    adam_plain, adam_keras, adam_inside, adam_l2, adam_maximize, adam_corrected, make_adam_amsgrad, make_adamw,
    yogi_default, yogi_corrected, yogi_tanh, yogi_prox, make_yogi_paper, rmsprop_plain, rmsprop_centered,
    rmsprop_momentum, make_rmsprop, adagrad_d2l, make_adagrad_decay, nadam_default, make_nadam_keras, make_adadelta,
    adabelief_optax, make_adabelief, make_lamb, make_adamax, make_lion_decay, make_rprop
};
enum { SQUARING = sizeof squaring / sizeof squaring[0] };

static void check_states_finite(gd_optimizer *o, const gd_tensor *w)
{
    for (int k = 0; o->algorithm->states[k]; k++) {
        const gd_tensor *s = gd_optimizer_state(o, w, o->algorithm->states[k]);
        for (int64_t i = 0; s && i < gd_numel(s); i++)
            ck_assert_msg(isfinite(s->data[i]), "%s: %s is %g", o->algorithm->name, s->name, (double)s->data[i]);
    }
}

/* How far w = 0.5 goes in one step, and whether it and the state stay finite in those after it. */
static double first_move(maker *make, double g)
{
    gd_params *net = gd_params_new();
    gd_tensor *w = gd_param(net, "w", gd_full(GD_SHAPE(33), 0.5));
    gd_optimizer *o = make(net);
    double first = 0;
    for (int i = 0; i < 12; i++) {
        GD_SCOPE;
        double before = w->data[0];
        gd_set_grad(w, gd_full(GD_SHAPE(33), i ? 1 : g));
        ck_assert(gd_step(o));
        first = i == 0 ? (double)w->data[0] - before : first;
        ck_assert_msg(isfinite(w->data[0]) && w->data[0] == w->data[32], "%s, step %d: %g", o->algorithm->name, i,
                      (double)w->data[0]);
        check_states_finite(o, w);
    }
    gd_optimizer_free(o);
    gd_params_free(net);
    return first;
}

/* The length of these algorithms' first step does not depend on the gradient's size. */
START_TEST(a_huge_gradient_is_a_step_like_any_other)
{
    double like = first_move(squaring[_i], 1e6);
    double sizes[] = { huge_gradient, -huge_gradient, largest_gradient };
    ck_assert(fabs(like) > 1e-4);
    for (int i = 0; i < 3; i++) {
        double move = first_move(squaring[_i], sizes[i]), want = i == 1 ? first_move(squaring[_i], -1e6) : like;
        ck_assert_msg(fabs(move - want) <= 2e-3 * fabs(want), "algorithm %d, g = %g: %g, expected %g", _i, sizes[i],
                      move, want);
    }
}
END_TEST

/* RAdam's first steps are proportional to the gradient; the state stays finite, and the steps after it small. */
START_TEST(radam_after_a_huge_gradient)
{
    gd_params *net = gd_params_new();
    gd_tensor *w = gd_param(net, "w", gd_zeros(GD_SHAPE(3)));
    gd_optimizer *o = make_radam(net);
    for (int i = 0; i < 12; i++) {
        GD_SCOPE;
        gd_set_grad(w, gd_full(GD_SHAPE(3), i ? 1 : huge_gradient));
        if (i == 7)                         /* now v is used */
            for (int k = 0; k < 3; k++)
                w->data[k] = 0;
        ck_assert(gd_step(o) && isfinite(w->data[0]));
        ck_assert(i < 7 || fabs((double)w->data[2]) < 0.1);
        check_states_finite(o, w);
    }
    gd_optimizer_free(o);
    gd_params_free(net);
}
END_TEST

START_TEST(yogi_started_from_huge_gradients)
{
    gd_params *net = gd_params_new();
    gd_tensor *w = gd_param(net, "w", gd_zeros(GD_SHAPE(3)));
    gd_yogi_options options = gd_yogi_defaults();
    options.bias_correction = GD_CORRECT_NONE;
    gd_optimizer *o = gd_yogi(net, options);
    for (int i = 0; i < 3; i++) {
        gd_set_grad(w, gd_full(GD_SHAPE(3), huge_gradient));
        ck_assert(gd_yogi_start_from(o));
        check_states_finite(o, w);
    }
    ck_assert(gd_step(o));
    ck_assert_msg(fabs((double)w->data[1] + 0.1 * options.lr) < 1e-3 * options.lr, "%g", (double)w->data[1]);
    check_states_finite(o, w);
    gd_optimizer_free(o);
    gd_params_free(net);
}
END_TEST

/* Values that are not finite are not hidden: they show in the parameter. */
START_TEST(infinite_gradients_show)
{
    static const double bad[] = { INFINITY, -INFINITY, NAN };
    for (int i = 0; i < 3; i++)
        for (int at = 0; at < 33; at += 32) {
            gd_params *net = gd_params_new();
            gd_tensor *w = gd_param(net, "w", gd_zeros(GD_SHAPE(33)));
            gd_optimizer *o = squaring[_i](net);
            gd_tensor *g = gd_ones(GD_SHAPE(33));
            g->data[at] = (gd_real)bad[i];
            gd_set_grad(w, g);
            ck_assert(gd_step(o) && !isfinite(w->data[at]) && isfinite(w->data[7]));
            gd_optimizer_free(o);
            gd_params_free(net);
        }
}
END_TEST

/* L-BFGS in float: products of gradients overflow, their sums in double do not. */
typedef struct steep { gd_tensor *w; gd_optimizer *o; } steep;

static double steep_at(void *context)
{
    steep *p = context;
    gd_zero_grad(p->o);
    GD_SCOPE;
    gd_tensor *f = gd_scale(gd_sum(gd_square(gd_shift(p->w, -3))), sizeof(gd_real) == 4 ? 1e20 : 1e100);
    return gd_backward(f) ? (double)gd_item(f) : NAN;
}

START_TEST(lbfgs_with_huge_gradients)
{
    gd_params *net = gd_params_new();
    steep p = { .w = gd_param(net, "w", gd_zeros(GD_SHAPE(4))) };
    p.o = gd_lbfgs(net, gd_lbfgs_defaults());
    for (int i = 0; i < 4; i++)
        ck_assert(!isnan(gd_step_closure(p.o, steep_at, &p)));
    ck_assert_msg(fabs((double)p.w->data[3] - 3) < 1e-3, "%g", (double)p.w->data[3]);
    gd_optimizer_free(p.o);
    gd_params_free(net);
}
END_TEST

/* ---- gd_check_finite --------------------------------------------------------------------------------------------- */

START_TEST(the_check_names_the_first)
{
    gd_on_error(NULL);
    model m = model_new();
    gd_optimizer *o = make_adam_amsgrad(m.net);
    ck_assert(gd_check_finite(o));          /* no gradients: the parameters are */
    gd_set_grad(m.a, gd_ones(GD_SHAPE(3, 4)));
    gd_set_grad(m.b, gd_ones(GD_SHAPE(5)));
    ck_assert(gd_check_finite(o));
    ck_no_message();
    m.a->grad->data[6] = (gd_real)INFINITY;
    m.a->grad->data[7] = (gd_real)NAN;
    ck_assert(!gd_check_finite(o));
    ck_message("gd_check_finite: the gradient of a is inf at [1, 2]");
    m.b->data[4] = (gd_real)NAN;
    ck_assert(!gd_check_finite(o));
    ck_assert_ptr_nonnull(strstr(gd_last_error(), "gd_check_finite: b.bias is "));
    ck_assert_ptr_nonnull(strstr(gd_last_error(), "nan at [4]"));
    gd_clear_error();
    m.b->data[4] = 0;
    m.a->grad->data[6] = m.a->grad->data[7] = 1;
    gd_tensor *late = gd_param(m.net, "late", gd_scalar(1));
    late->data[0] = -(gd_real)INFINITY;
    ck_assert(!gd_check_finite(o));
    ck_message("gd_check_finite: late is -inf at []");
    late->data[0] = 1;
    gd_params_get(m.net, "running")->data[0] = (gd_real)NAN;        /* a buffer is not o's */
    ck_assert(gd_check_finite(o) && !gd_check_finite(NULL));
    ck_message("gd_check_finite: o is NULL");
    gd_optimizer_free(o);
    gd_params_free(m.net);
}
END_TEST

/* A gradient that is a view: the element is counted along its strides. */
START_TEST(the_check_follows_strides)
{
    gd_on_error(NULL);
    model m = model_new();
    gd_optimizer *o = make_sgd_plain(m.net);
    gd_tensor *g = gd_ones(GD_SHAPE(4, 3)), *own = m.a->grad;
    m.a->grad = gd_transpose(g, 0, 1);
    ck_assert(gd_check_finite(o));
    g->data[3 * 3 + 1] = -(gd_real)INFINITY;
    ck_assert(!gd_check_finite(o));
    ck_message("gd_check_finite: the gradient of a is -inf at [1, 3]");
    m.a->grad = gd_expand(gd_full(GD_SHAPE(1, 4), NAN), GD_SHAPE(3, 4));
    ck_assert(!gd_check_finite(o));
    m.a->grad = own;
    gd_optimizer_free(o);
    gd_params_free(m.net);
}
END_TEST

START_TEST(steps_that_check)
{
    gd_on_error(NULL);
    model m = model_new();
    gd_optimizer *o = makers[_i](m.net);
    ck_assert(!o->check_finite);
    o->check_finite = true;
    random_step(o, &m, true);
    gd_real before = m.b->data[0];
    gd_set_grad(m.a, gd_full(GD_SHAPE(3, 4), INFINITY));
    gd_set_grad(m.b, gd_ones(GD_SHAPE(5)));
    ck_assert(!gd_step(o) && m.b->data[0] == before && o->steps == 1);
    ck_message("gd_step: the gradient of a is inf at [0, 0]");
    ck_assert(*gd_optimizer_number(o, m.a, "step") == 1);
    gd_zero_grad(o);
    gd_set_grad(m.b, gd_ones(GD_SHAPE(5)));
    m.a->data[11] = (gd_real)INFINITY;
    ck_assert(!gd_step(o) && m.b->data[0] == before);
    ck_message("gd_step: a is inf at [2, 3]");
    o->check_finite = false;
    ck_assert(gd_step(o) && gd_step(o) && m.b->data[0] != before);       /* Rprop may skip a step */
    ck_no_message();
    gd_optimizer_free(o);
    gd_params_free(m.net);
}
END_TEST

/* ---- Steps without any gradient --------------------------------------------------------------------------------- */

START_TEST(a_step_without_any_gradient)
{
    gd_on_error(NULL);
    model m = model_new();
    gd_optimizer *o = makers[_i](m.net);
    static const char want[] = "gd_step: none of the model's 2 parameters has a gradient: gd_backward comes before "
                               "it, gd_zero_grad after it";
    ck_assert(!gd_step(o) && o->steps == 0);
    ck_message(want);
    gd_set_grad(m.a, gd_ones(GD_SHAPE(3, 4)));              /* one is enough */
    ck_assert(gd_step(o) && o->steps == 1);
    gd_zero_grad(o);
    gd_schedule schedule = gd_lr_exponential(0.1, 0.5);
    ck_assert(gd_set_schedule(&o->first, schedule));
    ck_assert(!gd_step(o) && o->steps == 1);
    ck_message(want);
    ck_assert_double_eq(*gd_optimizer_number(o, m.a, "step"), 1);
    gd_optimizer_free(o);
    gd_params_free(m.net);
    gd_params *empty = gd_params_new();
    o = makers[_i](empty);
    ck_assert(!gd_step(o));
    ck_message("gd_step: the model has no parameters");
    gd_optimizer_free(o);
    gd_params_free(empty);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("optim: extremes");
    TCase *tc = tcase_create("all");
    tcase_add_loop_test(tc, a_huge_gradient_is_a_step_like_any_other, 0, SQUARING);
    tcase_add_test(tc, radam_after_a_huge_gradient);
    tcase_add_test(tc, yogi_started_from_huge_gradients);
    tcase_add_loop_test(tc, infinite_gradients_show, 0, SQUARING - 3);
    tcase_add_test(tc, lbfgs_with_huge_gradients);
    tcase_add_test(tc, the_check_names_the_first);
    tcase_add_test(tc, the_check_follows_strides);
    tcase_add_loop_test(tc, steps_that_check, 0, MAKERS);
    tcase_add_loop_test(tc, a_step_without_any_gradient, 0, MAKERS);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
