/* test_optim_lbfgs_search.c - L-BFGS where curvature from far away predicts no decrease, and with closures that
 * leave no gradient or parameters that are not finite. */
#include "support/number_table.h"

enum { N = 4 };

typedef struct problem {
    gd_params    *net;
    gd_tensor    *w, *idle;                 /* idle: no part of the loss */
    gd_optimizer *o;
    double        scale;
    int           evaluations, silent_at;   /* silent_at: this evaluation returns a loss, but leaves no gradient */
    bool          told;
} problem;

/* scale times the sum of w - ln w, whose minimum is at 1; without scale the sum of w + 1/w. */
static double evaluate(void *context)
{
    problem *p = context;
    gd_zero_grad(p->o);
    if (++p->evaluations == p->silent_at) {
        if (p->told)
            gd_fail("out of memory: said the closure");
        return 0;
    }
    GD_SCOPE;
    gd_tensor *f = p->scale > 0 ? gd_scale(gd_sum(gd_sub(p->w, gd_log(p->w))), p->scale) :
                                  gd_sum(gd_add(p->w, gd_pow(p->w, -1)));
    return gd_backward(f) ? (double)gd_item(f) : NAN;
}

static problem problem_new(double scale, const double *start)
{
    problem p = { .net = gd_params_new(), .scale = scale };
    p.w = gd_param(p.net, "w", tensor_of(GD_SHAPE(N), start));
    p.idle = gd_param(p.net, "idle", gd_ones(GD_SHAPE(2)));
    p.o = gd_lbfgs(p.net, gd_lbfgs_defaults());
    ck_assert_ptr_nonnull(p.o);
    return p;
}

static void problem_free(problem *p)
{
    gd_optimizer_free(p->o);
    gd_params_free(p->net);
}

/* From where the curvature is 1e12 times that of the minimum: steps whose change the loss cannot show. */
START_TEST(far_curvature_does_not_end_the_way)
{
    static const double starts[][N] = { { 1e-6, 1, 100, 1 }, { 1e-5, 3, 500, 0.2 }, { 1e-6, 30, 30, 1e-6 } };
    static const double scales[] = { 1e-2, 1, 100, 1e4 };
    problem p = problem_new(scales[_i / 3], starts[_i % 3]);
    for (int i = 0; i < 14; i++)
        ck_assert(!isnan(gd_step_closure(p.o, evaluate, &p)));
    for (int i = 0; i < N; i++)
        ck_assert_msg(fabs((double)p.w->data[i] - 1) < 0.02, "w[%d] = %g", i, (double)p.w->data[i]);
    int evaluations = p.evaluations;        /* at the minimum a call is one evaluation, or little more */
    gd_step_closure(p.o, evaluate, &p);
    ck_assert_msg(p.evaluations - evaluations <= 3, "%d evaluations", p.evaluations - evaluations);
    problem_free(&p);
}
END_TEST

/* The curvature falls by 1e18 in the first step; w[2], whose slope is 1, must move all the same. */
START_TEST(curvature_that_falls_at_once)
{
    static const double start[N] = { 1e-6, 1, 100, 1 };
    problem p = problem_new(0, start);
    for (int i = 0; i < 3; i++)
        ck_assert(!isnan(gd_step_closure(p.o, evaluate, &p)));
    ck_assert_msg((double)p.w->data[2] < 99, "w[2] = %g", (double)p.w->data[2]);
    problem_free(&p);
}
END_TEST

/* A loss without any gradient is no minimum. */
START_TEST(a_loss_without_a_gradient_in_the_middle)
{
    static const double start[N] = { 0.1, 3, 20, 1 };
    gd_on_error(NULL);
    problem p = problem_new(1, start);
    p.silent_at = 2 + _i / 2;
    p.told = _i % 2;
    ck_assert(isnan(gd_step_closure(p.o, evaluate, &p)) && p.o->steps == 0);
    ck_message(p.told ? "out of memory: said the closure" :
                "gd_step_closure: none of the model's 2 parameters has a gradient: gd_backward comes before it, "
                "gd_zero_grad after it");
    for (int i = 0; i < 6; i++)
        ck_assert(!isnan(gd_step_closure(p.o, evaluate, &p)));
    for (int i = 0; i < N; i++)
        ck_assert(fabs((double)p.w->data[i] - 1) < 1e-3);
    ck_no_message();
    problem_free(&p);
}
END_TEST

START_TEST(steps_that_check)
{
    static const double start[N] = { 0.1, 3, 20, 1 };
    gd_on_error(NULL);
    problem p = problem_new(1, start);
    p.idle->data[1] = (gd_real)NAN;
    p.o->check_finite = true;
    gd_real before = p.w->data[2];
    ck_assert(isnan(gd_step_closure(p.o, evaluate, &p)) && p.w->data[2] == before && p.o->steps == 0);
    ck_assert_ptr_nonnull(strstr(gd_last_error(), "gd_step_closure: idle is "));
    gd_clear_error();
    p.o->check_finite = false;
    ck_assert(!isnan(gd_step_closure(p.o, evaluate, &p)) && p.w->data[2] != before);
    ck_no_message();
    problem_free(&p);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("optim: L-BFGS search");
    TCase *tc = tcase_create("all");
    tcase_add_loop_test(tc, far_curvature_does_not_end_the_way, 0, 12);
    tcase_add_test(tc, curvature_that_falls_at_once);
    tcase_add_loop_test(tc, a_loss_without_a_gradient_in_the_middle, 0, 12);
    tcase_add_test(tc, steps_that_check);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
