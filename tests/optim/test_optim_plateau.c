/* test_optim_plateau.c - the plateau rule for losses of either sign, around 0 and infinite, against a second
 * implementation; schedules at very large step numbers. */
#include "support/number_table.h"

static gd_plateau_options options_of(double threshold, int patience, bool absolute)
{
    gd_plateau_options o = gd_plateau_defaults();
    o.factor = 0.5;
    o.threshold = threshold;
    o.patience = patience;
    o.absolute = absolute;
    return o;
}

/* lr after n losses of the same value. */
static double lr_after(gd_plateau_options options, double loss, int n)
{
    gd_plateau p = gd_plateau_start(1, options);
    for (int i = 0; i < n; i++)
        gd_plateau_next(&p, loss);
    return p.lr;
}

/* The first loss is the best; then patience + 1 that are no better lower lr, whatever the loss. */
START_TEST(a_loss_that_stays_lowers_lr)
{
    static const double losses[] = { 1, -1, 0, -1e-300, -1e308, 1e308, -3.25, -INFINITY };
    double loss = losses[_i];
    for (int absolute = 0; absolute < 2; absolute++) {
        ck_assert_double_eq(lr_after(options_of(1e-4, 2, absolute), loss, 3), 1);
        ck_assert_double_eq(lr_after(options_of(1e-4, 2, absolute), loss, 4), 0.5);
        ck_assert_double_eq(lr_after(options_of(1e-4, 2, absolute), loss, 8), 0.25);
    }
}
END_TEST

START_TEST(losses_that_are_never_better)
{
    ck_assert_double_eq(lr_after(options_of(1e-4, 2, false), INFINITY, 3), 0.5);
    ck_assert_double_eq(lr_after(options_of(1e-4, 2, false), NAN, 3), 0.5);
    gd_plateau p = gd_plateau_start(1, options_of(1e-4, 1, false));
    static const double losses[] = { INFINITY, 5, NAN, -INFINITY, 3, INFINITY };
    static const double want[] = { 1, 1, 1, 1, 1, 0.5 };
    for (int i = 0; i < 6; i++)
        ck_assert_msg(gd_plateau_next(&p, losses[i]) == want[i], "loss %d: %g", i, p.lr);
    ck_assert(p.best == -INFINITY);
}
END_TEST

/* A loss, then losses better by slightly less and by slightly more than the margin. */
START_TEST(the_margin)
{
    static const struct { double best, threshold; bool absolute; double margin; } cases[] = {
        { 2, 0.1, false, 0.2 }, { -2, 0.1, false, 0.2 }, { -0.5, 0.1, false, 0.05 }, { 0, 0.1, false, 0 },
        { 2, 0.1, true, 0.1 }, { -2, 0.1, true, 0.1 }, { 0, 0.1, true, 0.1 }, { 0, 7, true, 7 }, { 5, 7, true, 7 },
        { -1, 0, false, 0 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int better = 0; better < 2; better++) {
            gd_plateau p = gd_plateau_start(1, options_of(cases[i].threshold, 5, cases[i].absolute));
            gd_plateau_next(&p, cases[i].best);
            gd_plateau_next(&p, cases[i].best - cases[i].margin + (better ? -1e-6 : 1e-6));
            ck_assert_msg(p.bad == !better, "case %zu, %s", i, better ? "better" : "not better");
        }
}
END_TEST

/* Losses that fall through 0 are improvements all the way. */
START_TEST(losses_that_fall_through_zero)
{
    gd_plateau p = gd_plateau_start(1, options_of(1e-4, 0, false));
    for (int i = 0; i <= 20; i++)
        ck_assert_double_eq(gd_plateau_next(&p, 1 - 0.1 * i), 1);
    ck_assert_double_eq(gd_plateau_next(&p, -1), 0.5);
}
END_TEST

START_TEST(plateau_options)
{
    gd_on_error(NULL);
    ck_assert(isnan(gd_plateau_start(0.1, options_of(1, 3, false)).lr));
    ck_message("gd_plateau_start: threshold = 1 must lie in [0, 1)");
    ck_assert(isnan(gd_plateau_start(0.1, options_of(-1, 3, true)).lr));
    ck_message("gd_plateau_start: threshold = -1 must lie in [0, inf)");
    ck_assert(isnan(gd_plateau_start(0.1, (gd_plateau_options){ .factor = 0.5 }).lr));
    ck_message("gd_plateau_start: threshold and patience are 0: begin with gd_plateau_defaults(), which sets what is "
                "not given");
    ck_assert_double_eq(gd_plateau_start(0.1, options_of(0, 1, false)).lr, 0.1);
    ck_assert_double_eq(gd_plateau_start(0.1, options_of(1e-3, 0, false)).lr, 0.1);
    gd_plateau p = gd_plateau_start(1, options_of(0, 2147483647, false));
    p.bad = 2147483646;
    for (int i = 0; i < 3; i++)
        ck_assert_double_eq(gd_plateau_next(&p, INFINITY), 1);
    ck_assert_int_eq(p.bad, 2147483647);
    ck_no_message();
}
END_TEST

/* ---- Schedules at very large steps --------------------------------------------------------------------------- */

static double step_itself(int64_t t, const void *context)
{
    (void)context;
    return (double)t;
}

START_TEST(schedules_at_any_step)
{
    gd_on_error(NULL);
    gd_schedule all[] = {
        gd_lr_constant(0.1), gd_lr_step(0.1, 1, 0.5), gd_lr_multistep(0.1, (int64_t[]){ 3, INT64_MAX }, 2, 0.5),
        gd_lr_factor(0.1, 0.9, 0.01), gd_lr_exponential(0.1, 0.9), gd_lr_inverse_sqrt(0.1, 10),
        gd_lr_linear(0.1, 0.01, INT64_MAX), gd_lr_polynomial(0.1, 0, 5, 2), gd_lr_cosine(0.1, 0, 7),
        gd_lr_one_cycle(0.1, 100, gd_one_cycle_defaults()), gd_lr_custom(step_itself, NULL),
        gd_lr_restarts(gd_lr_cosine(0.1, 0, 1), 1, 1.0000001),
        gd_lr_restarts(gd_lr_cosine(0.1, 0, 10), 10, 1 + 0x1p-52), gd_lr_restarts(gd_lr_cosine(0.1, 0, 1), 1, 1),
        gd_lr_restarts(gd_lr_custom(step_itself, NULL), INT64_MAX, 1e300),
        gd_lr_warmup(gd_lr_cosine(0.1, 0, 5), INT64_MAX, 0.01),
    };
    static const int64_t far_out[] = { 0, 1, 1000000007, 9007199254740993, INT64_MAX - 1, INT64_MAX };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        for (int k = 0; k < 6; k++)
            ck_assert_msg(gd_lr_at(all[i], far_out[k]) >= 0 && gd_lr_at(all[i], far_out[k]) < 1e19,
                          "schedule %zu, step %lld: %g", i, (long long)far_out[k], gd_lr_at(all[i], far_out[k]));
        ck_no_message();
        ck_assert(isnan(gd_lr_at(all[i], -1)));
        ck_message("gd_lr_at: step = -1 must not be negative");
    }
    ck_assert(isnan(gd_lr_at(gd_lr_multistep(0.1, NULL, 2, 0.5), 0)));
    ck_message("gd_lr_multistep: milestones is NULL");
    ck_assert_double_eq(gd_lr_at(gd_lr_multistep(0.1, NULL, 0, 0.5), 7), 0.1);
}
END_TEST

/* Restarts with periods subtracted at once and one by one: close to each other, everywhere in a period. */
START_TEST(many_short_periods)
{
    const double growth = 1.001, first = 2;
    gd_schedule s = gd_lr_restarts(gd_lr_linear(1, 0, 2), 2, growth);
    double begin = 0, period = first;
    for (int64_t t = 0; t < 20000; t++) {
        while ((double)t >= begin + period) {
            begin += period;
            period *= growth;
        }
        double u = ((double)t - begin) / period, got = gd_lr_at(s, t);
        ck_assert_msg(fabs(got - (1 - u)) < 1e-6 || u < 1e-6 || u > 1 - 1e-6, "step %d: %.9g, expected %.9g", (int)t,
                      got, 1 - u);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("optim: plateau");
    TCase *tc = tcase_create("all");
    tcase_add_loop_test(tc, a_loss_that_stays_lowers_lr, 0, 8);
    tcase_add_test(tc, losses_that_are_never_better);
    tcase_add_test(tc, the_margin);
    tcase_add_test(tc, losses_that_fall_through_zero);
    tcase_add_test(tc, plateau_options);
    tcase_add_test(tc, schedules_at_any_step);
    tcase_add_test(tc, many_short_periods);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
