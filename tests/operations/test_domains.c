/* test_domains.c - arguments outside a function's domain: targets that are no probabilities, bounds that are
 * infinite, NaN, or too large for gd_real.  Each is refused with a message; values on the boundary are not. */
#include <float.h>

#include "support/support.h"

#define INF  ((double)INFINITY)
#define NONE ((double)NAN)
#ifdef GD_DOUBLE
#define MOST DBL_MAX
#define NAME "double"
#else
#define MOST ((double)FLT_MAX)
#define NAME "float"
#endif

static gd_tensor *one(double value)
{
    return gd_full(GD_SHAPE(1), value);
}

static bool all_finite_in(const gd_tensor *t, double low, double high)
{
    for (int64_t i = 0; i < gd_numel(t); i++)
        if (!isfinite(element(t, i)) || element(t, i) < low || element(t, i) > high)
            return false;
    return t != NULL;
}

/* Numbers that %g with six digits would show as allowed. */
START_TEST(just_outside)
{
    const double little = 0x1p-20, above = 1 + little;      /* exact as float */
    ck_refused(gd_bce_with_logits(one(0), one(above), GD_MEAN),
               "gd_bce_with_logits: target[0] = 1.00000095 must lie in [0, 1]");
    ck_refused(gd_hinge_loss(one(0), one(-above), GD_MEAN), "gd_hinge_loss: target[0] = -1.00000095 must be -1 or 1");
    ck_refused(gd_one_hot(one(above), 3), "gd_one_hot: labels[0] = 1.00000095 is not a whole number in [0, 3)");
    ck_refused(gd_dropout(one(1), 1 + 0x1p-40, true), "gd_dropout: p = 1.0000000000009095 must lie in [0, 1]");
    ck_refused(gd_dropout(one(1), -little, true), "gd_dropout: p = -9.53674e-07 must lie in [0, 1]");
}
END_TEST

START_TEST(targets)
{
    gd_tensor *x = gd_zeros(GD_SHAPE(5)), *t = gd_full(GD_SHAPE(5), 0.5);
    const struct bad { double value; const char *bce, *kl; } bad[] = {
        { 3, "gd_bce_with_logits: target[3] = 3 must lie in [0, 1]", NULL },
        { 1.001, "gd_bce_with_logits: target[3] = 1.001 must lie in [0, 1]", NULL },
        { -0.25, "gd_bce_with_logits: target[3] = -0.25 must lie in [0, 1]",
          "gd_kl_div: target[3] = -0.25 must not be negative" },
        { -INF, "gd_bce_with_logits: target[3] = -inf must lie in [0, 1]",
          "gd_kl_div: target[3] = -inf must not be negative" },
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        t->data[3] = (gd_real)bad[i].value;
        for (gd_reduction r = GD_MEAN; r <= GD_NONE; r++) {
            ck_refused(gd_bce_with_logits(x, t, r), bad[i].bce);
            if (bad[i].kl)
                ck_refused(gd_kl_div(x, t, r), bad[i].kl);
        }
    }
    t->data[3] = (gd_real)NAN;
    ck_assert_ptr_null(gd_bce_with_logits(x, t, GD_SUM));
    ck_assert_ptr_null(gd_kl_div(x, t, GD_SUM));
    ck_assert_ptr_null(gd_hinge_loss(x, t, GD_SUM));
    gd_clear_error();
    t->data[3] = 0;
    t->data[4] = 1;
    ck_assert(gd_bce_with_logits(x, t, GD_SUM) && gd_kl_div(x, t, GD_SUM));
    /* also among many, in a view, and in one alone */
    gd_tensor *many = gd_zeros(GD_SHAPE(3, 101));
    many->data[2 * 101 + 55] = 2;
    ck_refused(gd_bce_with_logits(gd_zeros(GD_SHAPE(101, 3)), gd_transpose(many, 0, 1), GD_MEAN),
               "gd_bce_with_logits: target[167] = 2 must lie in [0, 1]");
    ck_refused(gd_bce_with_logits(one(0), one(2), GD_MEAN), "gd_bce_with_logits: target[0] = 2 must lie in [0, 1]");
    ck_assert_ptr_nonnull(gd_bce_with_logits(gd_zeros(GD_SHAPE(0)), gd_zeros(GD_SHAPE(0)), GD_SUM));
}
END_TEST

START_TEST(infinite_bounds)
{
    const gd_shape two = GD_SHAPE(2);
    ck_refused(gd_uniform(two, -INF, INF), "gd_uniform: low = -inf and high = inf must be finite");
    ck_refused(gd_uniform(two, 0, INF), "gd_uniform: low = 0 and high = inf must be finite");
    ck_refused(gd_uniform(two, -INF, 0), "gd_uniform: low = -inf and high = 0 must be finite");
    ck_refused(gd_uniform(two, INF, INF), "gd_uniform: low = inf and high = inf must be finite");
    ck_refused(gd_uniform(two, NONE, 0), "gd_uniform: low = nan must not be above high = 0");
    ck_refused(gd_normal(two, INF, 1), "gd_normal: mean = inf and std = 1: the numbers must be finite in " NAME);
    ck_refused(gd_normal(two, NONE, 1), "gd_normal: mean = nan and std = 1: the numbers must be finite in " NAME);
    ck_refused(gd_normal(two, 0, INF), "gd_normal: mean = 0 and std = inf: the numbers must be finite in " NAME);
    ck_refused(gd_normal(two, 0, NONE), "gd_normal: std = nan must not be negative");
    ck_refused(gd_linspace(0, INF, 3), "gd_linspace: start = 0 and stop = inf must be finite");
    ck_refused(gd_linspace(-INF, 0, 3), "gd_linspace: start = -inf and stop = 0 must be finite");
    ck_refused(gd_linspace(NONE, 0, 1), "gd_linspace: start = nan and stop = 0 must be finite");
    ck_refused(gd_arange(0, 1, INF), "gd_arange: from 0 to 1 in steps of inf has no countable length");
    ck_refused(gd_arange(0, -INF, 1), "gd_arange: from 0 to -inf in steps of 1 has no countable length");
    ck_refused(gd_arange(INF, 0, 1), "gd_arange: from inf to 0 in steps of 1 has no countable length");
    ck_refused(gd_arange(0, 1, NONE), "gd_arange: from 0 to 1 in steps of nan has no countable length");
    ck_refused(gd_dropout(one(1), NONE, true), "gd_dropout: p = nan must lie in [0, 1]");
    ck_refused(gd_dropout(one(1), INF, false), "gd_dropout: p = inf must lie in [0, 1]");
    /* NaN and infinities are allowed where any value is */
    ck_assert(isnan(element(gd_full(two, NONE), 1)) && isinf(element(gd_scalar(-INF), 0)));
}
END_TEST

/* Bounds whose difference overflows are valid. */
START_TEST(the_widest_bounds)
{
    gd_seed(3);
    gd_tensor *x = gd_uniform(GD_SHAPE(1000), -MOST, MOST);
    ck_assert(all_finite_in(x, -MOST, MOST));
    ck_assert(element(gd_min(x), 0) < -0.9 * MOST && element(gd_max(x), 0) > 0.9 * MOST);
    x = gd_linspace(-MOST, MOST, 5);
    ck_assert(all_finite_in(x, -MOST, MOST));
    ck_assert(element(x, 0) == -MOST && fabs(element(x, 2)) < 1e-6 * MOST && element(x, 4) == MOST);
    ck_assert(fabs(element(x, 1) / MOST + 0.5) < 1e-6);
    x = gd_arange(-MOST, MOST, MOST / 2);
    ck_assert_int_eq(gd_numel(x), 4);
    ck_assert(fabs(element(x, 3) / MOST - 0.5) < 1e-6);
    ck_assert(all_finite_in(gd_normal(GD_SHAPE(1000), 0, MOST / 9), -MOST, MOST));
    ck_assert_ptr_null(gd_normal(GD_SHAPE(2), 0, MOST / 8));        /* drawn up to 8.6 std away */
    ck_assert_ptr_null(gd_normal(GD_SHAPE(2), MOST, MOST / 100));
    gd_clear_error();
}
END_TEST

#ifndef GD_DOUBLE
START_TEST(beyond_the_largest_float)
{
    const gd_shape two = GD_SHAPE(2);
    ck_refused(gd_huber_loss(one(1), one(0), 1e-50, GD_SUM), "gd_huber_loss: delta = 1e-50 must be positive in float");
    ck_refused(gd_full(two, 1e300), "gd_full: value = 1e+300 is beyond the largest float");
    ck_refused(gd_full(two, -3.5e38), "gd_full: value = -3.5e+38 is beyond the largest float");
    ck_refused(gd_scalar(1e39), "gd_scalar: value = 1e+39 is beyond the largest float");
    ck_refused(gd_uniform(two, -1e300, 0), "gd_uniform: low = -1e+300 is beyond the largest float");
    ck_refused(gd_uniform(two, 0, 1e39), "gd_uniform: high = 1e+39 is beyond the largest float");
    ck_refused(gd_linspace(0, 1e39, 2), "gd_linspace: stop = 1e+39 is beyond the largest float");
    ck_refused(gd_linspace(-1e39, 0, 2), "gd_linspace: start = -1e+39 is beyond the largest float");
    ck_refused(gd_arange(0, 1e39, 3e38), "gd_arange: the last element = 9e+38 is beyond the largest float");
    ck_refused(gd_pad(one(1), GD_SHAPE(1), GD_SHAPE(1), 1e39), "gd_pad: value = 1e+39 is beyond the largest float");
    gd_tensor *x = one(7);
    ck_assert(!gd_fill(x, 1e39));
    ck_message("gd_fill: value = 1e+39 is beyond the largest float");
    ck_values(x, 7);
}
END_TEST
#endif

START_TEST(initial_weights)
{
    const gd_shape shape = GD_SHAPE(2, 3);
    gd_tensor *(*const init[])(gd_shape, double) = { gd_xavier_uniform, gd_xavier_normal, gd_kaiming_uniform,
                                                     gd_kaiming_normal, gd_orthogonal };
    const char *const names[] = { "gd_xavier_uniform", "gd_xavier_normal", "gd_kaiming_uniform", "gd_kaiming_normal",
                                  "gd_orthogonal" };
    for (int i = 0; i < 5; i++) {
        char expected[120];
        snprintf(expected, sizeof expected, "%s: gain = %g is too large for weights in " NAME, names[i], MOST / 2);
        ck_refused(init[i](shape, MOST / 2), expected);
        snprintf(expected, sizeof expected, "%s: gain = inf must be positive", names[i]);
        ck_refused(init[i](shape, INF), expected);
        ck_assert(all_finite_in(init[i](shape, MOST / 11), -MOST, MOST));
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("operations: domains");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, quietly, gd_shutdown);
    tcase_add_test(all, just_outside);
    tcase_add_test(all, targets);
    tcase_add_test(all, infinite_bounds);
    tcase_add_test(all, the_widest_bounds);
#ifndef GD_DOUBLE
    tcase_add_test(all, beyond_the_largest_float);
#endif
    tcase_add_test(all, initial_weights);
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
