/* test_elementwise.c - functions of two numbers, rounding, tests of numbers, activations with a weight or a gate:
 * values at special points, and gradients where mathematics leaves a choice.  The rest of these functions is in
 * test_derivatives.c, test_limits.c, test_function_accuracy.c and test_golden_elementwise.c. */
#include "support/support.h"

#define INF  ((double)INFINITY)
#define NONE ((double)NAN)
#define VECTOR(...) \
    gd_requires_grad(tensor_of(GD_SHAPE((int)(sizeof((const double[]){ __VA_ARGS__ }) / sizeof(double))), \
                               (const double[]){ __VA_ARGS__ }))

/* The gradient of y, summed, by x: by the fast rules and by the rules in operations. */
static gd_tensor *gradient(gd_tensor *y, gd_tensor *x)
{
    gd_tensor *fast = NULL, *dx = NULL;
    ck_good(gd_grad(gd_sum(y), NULL, &x, 1, &fast, false));
    ck_good(gd_grad(gd_sum(y), NULL, &x, 1, &dx, true));
    ck_assert_msg(far_apart(fast, dx) < (IN_DOUBLE ? 1e-12 : 1e-5), "%s and %s", in_words(fast), in_words(dx));
    return dx;
}

START_TEST(rounding)
{
    gd_tensor *x = VECTOR(-2.5, -1.5, -0.75, -0.5, -0.25, 0.5, 1.5, 2.5, 3);
    ck_exact_values(gd_floor(x), -3, -2, -1, -1, -1, 0, 1, 2, 3);
    ck_exact_values(gd_ceil(x), -2, -1, 0, 0, 0, 1, 2, 3, 3);
    ck_exact_values(gd_trunc(x), -2, -1, 0, 0, 0, 0, 1, 2, 3);
    ck_exact_values(gd_round(x), -2, -2, -1, 0, 0, 0, 2, 2, 3);
    ck_assert(signbit(gd_round(x)->data[3]) && signbit(gd_ceil(x)->data[4]) && signbit(gd_trunc(x)->data[4]));
    ck_values(gradient(gd_floor(x), x), 0, 0, 0, 0, 0, 0, 0, 0, 0);
    const double most = IN_DOUBLE ? 0x1p52 : 0x1p23;        /* beyond it all numbers are whole */
    gd_tensor *large = VECTOR(most - 0.5, most, most + 1, -most - 1, 1e30);
    ck_exact_values(gd_floor(large), most - 1, most, most + 1, -most - 1, 1e30);
    ck_exact_values(gd_round(large), most, most, most + 1, -most - 1, 1e30);
    ck_exact_values(gd_ceil(large), most, most, most + 1, -most - 1, 1e30);
}
END_TEST

START_TEST(what_numbers_are)
{
    gd_tensor *x = VECTOR(0, -0.0, 1, -2, INF, -INF, NONE), *y = VECTOR(0, 1, 1, 0, NONE, 0, 0);
    ck_exact_values(gd_isnan(x), 0, 0, 0, 0, 0, 0, 1);
    ck_exact_values(gd_isinf(x), 0, 0, 0, 0, 1, 1, 0);
    ck_exact_values(gd_isfinite(x), 1, 1, 1, 1, 0, 0, 0);
    ck_exact_values(gd_logical_not(x), 1, 1, 0, 0, 0, 0, 0);
    ck_exact_values(gd_logical_and(x, y), 0, 0, 1, 0, 1, 0, 0);
    ck_exact_values(gd_logical_or(x, y), 0, 1, 1, 1, 1, 1, 1);
    ck_exact_values(gd_logical_or(x, gd_scalar(0)), 0, 0, 1, 1, 1, 1, 1);
    ck_assert(!gd_isnan(x)->requires_grad && !gd_logical_or(x, y)->requires_grad);
}
END_TEST

/* ---- Powers ------------------------------------------------------------------------------------------------------ */

START_TEST(powers)
{
    gd_tensor *a = VECTOR(2, -2, 0, 4, 0, NONE, 1, 0.5), *b = VECTOR(3, 3, 2, -0.5, 0, 0, NONE, 0);
    ck_values(gd_pow_tensor(a, b), 8, -8, 0, 0.5, 1, 1, 1, 1);
    ck_values(gradient(gd_pow_tensor(a, b), a), 12, 12, 0, -1.0 / 16, 0, 0, NONE, 0);
    ck_values(gradient(gd_pow_tensor(a, b), b), 8 * log(2), NONE, 0, 0.5 * log(4), 0, NONE, 0, log(0.5));
    gd_tensor *row = VECTOR(1, 2, 3), *column = gd_requires_grad(gd_from(GD_SHAPE(2, 1), (gd_real[]){ 2, 3 }));
    gd_tensor *y = gd_pow_tensor(column, row);
    ck_shape(y, 2, 3);
    ck_values(y, 2, 4, 8, 3, 9, 27);
    ck_values(gradient(y, column), 1 + 4 + 12, 1 + 6 + 27);
    ck_values(gradient(y, row), 2 * log(2) + 3 * log(3), 4 * log(2) + 9 * log(3), 8 * log(2) + 27 * log(3));
}
END_TEST

/* With an exponent that is a constant, the same as gd_pow. */
START_TEST(powers_are_powers)
{
    const double exponents[] = { 0, 1, 2, 3, -1, -2, 0.5, -1.5, INF, -INF, NONE };
    gd_tensor *x = VECTOR(0, -0.0, 1, -1, 0.5, 2, 7, -3, INF, -INF, NONE, 1e-20, 1e20);
    for (size_t i = 0; i < sizeof exponents / sizeof *exponents; i++) {
        gd_tensor *y = gd_pow_tensor(x, gd_scalar(exponents[i])), *expected = gd_pow(x, exponents[i]);
        ck_assert(far_apart(y, expected) == 0);
        gd_tensor *dx = gradient(y, x), *d_expected = gradient(expected, x);
        for (int64_t k = 0; k < gd_numel(x); k++) {
            const double got = element(dx, k), want = element(d_expected, k);
            ck_assert_msg(got == want || (isnan(got) && isnan(want)) || close_to(got, want, IN_DOUBLE ? 1e-12 : 1e-5),
                          "%g^%g has the slope %g, not %g", element(x, k), exponents[i], got, want);
        }
    }
}
END_TEST

/* d2 (a^b) / da db = a^(b-1) (1 + b ln a), also at b = 0. */
START_TEST(mixed_derivatives_of_powers)
{
    gd_tensor *a = VECTOR(2, 3, 0.5), *b = VECTOR(0, 1.5, -2), *da = NULL, *dab = NULL;
    ck_good(gd_grad(gd_sum(gd_pow_tensor(a, b)), NULL, &a, 1, &da, true));
    ck_good(gd_grad(gd_sum(da), NULL, &b, 1, &dab, false));
    ck_values(dab, 0.5, sqrt(3) * (1 + 1.5 * log(3)), 8 * (1 - 2 * log(0.5)));
    gd_tensor *db = NULL, *dba = NULL;
    ck_good(gd_grad(gd_sum(gd_pow_tensor(a, b)), NULL, &b, 1, &db, true));
    ck_good(gd_grad(gd_sum(db), NULL, &a, 1, &dba, false));
    ck_assert(far_apart(dab, dba) < (IN_DOUBLE ? 1e-12 : 1e-5));
}
END_TEST

/* ---- Remainders -------------------------------------------------------------------------------------------------- */

START_TEST(remainders)
{
    gd_tensor *a = VECTOR(7, -7, 7, -7, 6, -6, 0.5, 5, -5, 5, 1, INF, NONE);
    gd_tensor *b = VECTOR(3, 3, -3, -3, -3, 3, 0.125, INF, INF, -INF, 0, 2, 1);
    gd_tensor *y = gd_remainder(a, b);
    ck_exact_values(y, 1, 2, -2, -1, 0, 0, 0, 5, INF, -INF, NONE, NONE, NONE);
    ck_assert(signbit(y->data[4]) && !signbit(y->data[5]));
    ck_values(gradient(y, a), 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1);
    ck_values(gradient(y, b), -2, 3, 3, -2, 2, 2, -4, 0, 1, 1, NONE, NONE, NONE);
}
END_TEST

/* fmod is exact; the quotient that it belongs to is whole where a / b, rounded, is not the same. */
START_TEST(exact_remainders)
{
    const double below = IN_DOUBLE ? 1 - 0x1p-53 : 1 - 0x1p-24;
    gd_tensor *a = VECTOR(3 * below, 1e10, IN_DOUBLE ? 1e300 : 1e38, 1), *b = VECTOR(1, 7, 3, 0.1);
    gd_tensor *y = gd_remainder(a, b);
    for (int i = 0; i < 4; i++) {
        const double x = (double)a->data[i], m = (double)b->data[i];
        ck_assert(element(y, i) == (double)(gd_real)fmod(x, m));
        const double quotient = -element(gradient(y, b), i), exact = (x - element(y, i)) / m;
        const double off = fabs(quotient - exact);
        ck_assert_msg(off <= (IN_DOUBLE ? 4e-16 : 2e-7) * exact, "%.17g, not %.17g", quotient, exact);
    }
    const double most = IN_DOUBLE ? 0x1.fffffffffffffp1023 : 0x1.fffffep127;
    gd_tensor *large = VECTOR(0.9 * most);
    ck_values(gradient(gd_remainder(gd_scalar(-most), large), large), 2);
}
END_TEST

/* ---- Angles ------------------------------------------------------------------------------------------------------ */

START_TEST(angles)
{
    const double pi = 3.14159265358979323846;
    gd_tensor *y = VECTOR(0, -0.0, 0, -0.0, 1, -1, 1, -1, 1, INF, INF, -INF, NONE);
    gd_tensor *x = VECTOR(0, 0, -0.0, -0.0, 1, 1, -1, -1, -0.0, INF, -INF, 3, INF);
    gd_tensor *angle = gd_atan2(y, x);
    ck_values(angle, 0, 0, pi, -pi, pi / 4, -pi / 4, 3 * pi / 4, -3 * pi / 4, pi / 2, pi / 4, 3 * pi / 4, -pi / 2,
              NONE);
    ck_assert(!signbit(angle->data[0]) && signbit(angle->data[1]));
    ck_values(gradient(angle, y), 0, 0, 0, 0, .5, .5, -.5, -.5, 0, 0, 0, 0, NONE);
    ck_values(gradient(angle, x), 0, 0, 0, 0, -.5, .5, -.5, .5, -1, 0, 0, 0, NONE);
    const double far = IN_DOUBLE ? 1e200 : 1e25;            /* squares would overflow, or vanish */
    gd_tensor *a = VECTOR(3 * far, 3 / far), *b = VECTOR(4 * far, 4 / far);
    ck_values(gd_scale(gradient(gd_atan2(a, b), a), far), 0.16, INF);
    ck_values(gd_scale(gradient(gd_atan2(a, b), b), 1 / far), 0, -0.12);
}
END_TEST

START_TEST(tangents_of_large_angles)
{
    gd_tensor *x = VECTOR(1e30, -1e30, 1e10, 1.57079637050628662109375, 3.1415927410125732421875, 0x1p100);
    for (int i = 0; i < 6; i++) {
        const double exact = (double)tanl((long double)x->data[i]);
        ck_assert_msg(close_to(element(gd_tan(x), i), exact, IN_DOUBLE ? 1e-15 : 1e-7), "tan %g", element(x, i));
    }
}
END_TEST

/* ---- Activations ------------------------------------------------------------------------------------------------- */

START_TEST(slopes_at_the_corners)
{
    gd_tensor *x = VECTOR(-4, -3, -1, 0, 1, 3, 4);
    ck_values(gd_hardsigmoid(x), 0, 0, 1.0 / 3, 0.5, 2.0 / 3, 1, 1);
    ck_values(gradient(gd_hardsigmoid(x), x), 0, 0, 1.0 / 6, 1.0 / 6, 1.0 / 6, 0, 0);
    ck_values(gd_hardswish(x), 0, 0, -1.0 / 3, 0, 2.0 / 3, 3, 4);
    ck_values(gradient(gd_hardswish(x), x), 0, 0, 1.0 / 6, 0.5, 5.0 / 6, 1, 1);
    ck_values(gd_hardtanh(x, -1, 3), -1, -1, -1, 0, 1, 3, 3);
    ck_values(gradient(gd_hardtanh(x, -1, 3), x), 0, 0, 0, 1, 1, 0, 0);
    ck_values(gd_hardtanh(x, 2, 2), 2, 2, 2, 2, 2, 2, 2);
    const double scale = 1.0507009873554805, alpha = 1.6732632423543772;
    ck_values(gradient(gd_selu(x), x), scale * alpha * exp(-4), scale * alpha * exp(-3), scale * alpha * exp(-1),
              scale * alpha, scale, scale, scale);
}
END_TEST

START_TEST(a_weight_for_each_channel)
{
    gd_tensor *x = gd_requires_grad(gd_from(GD_SHAPE(2, 2, 2), (gd_real[]){ -1, 2, -3, 4, 0, -6, 7, -8 }));
    gd_tensor *weight = VECTOR(0.5, 0.25), *one = VECTOR(0.5), *scalar = gd_requires_grad(gd_scalar(0.5));
    gd_tensor *y = gd_prelu(x, weight);
    ck_shape(y, 2, 2, 2);
    ck_values(y, -0.5, 2, -0.75, 4, 0, -3, 7, -2);
    ck_values(gradient(y, x), 0.5, 1, 0.25, 1, 0.5, 0.5, 1, 0.25);
    ck_values(gradient(y, weight), -7, -11);
    ck_shape(gradient(gd_prelu(x, one), one), 1);
    ck_values(gradient(gd_prelu(x, one), one), -18);
    ck_values(gradient(gd_prelu(x, scalar), scalar), -18);
    ck_values(gd_prelu(VECTOR(-2, 3), one), -1, 3);
    ck_shape(gd_prelu(gd_scalar(-2), one), );
    gd_tensor *apart = gd_slice(VECTOR(0.5, 9, 0.25), 0, 0, 3, 2);
    ck_values(gd_prelu(gd_transpose(x, 0, 1), apart), -0.5, 2, 0, -1.5, -1.5, 4, 7, -2);
    ck_shape(gd_prelu(gd_zeros(GD_SHAPE(0, 2)), weight), 0, 2);
    ck_values(gradient(gd_prelu(gd_zeros(GD_SHAPE(0, 2)), weight), weight), 0, 0);
    ck_shape(gd_prelu(gd_zeros(GD_SHAPE(3, 0)), gd_zeros(GD_SHAPE(0))), 3, 0);
}
END_TEST

START_TEST(gates)
{
    gd_tensor *x = gd_requires_grad(gd_from(GD_SHAPE(2, 4), (gd_real[]){ 1, 2, 0, 0, 3, 4, 1, -1 }));
    const double s = 1 / (1 + exp(-1)), t = 1 - s;
    ck_values(gd_glu(x, 1), 0.5, 1, 3 * s, 4 * t);
    ck_values(gd_glu(x, -2), 1 / (1 + exp(-3)), 2 / (1 + exp(-4)), 0, 0);
    ck_values(gradient(gd_glu(x, -1), x), 0.5, 0.5, 0.25, 0.5, s, t, 3 * s * t, 4 * s * t);
    ck_shape(gd_glu(gd_zeros(GD_SHAPE(2, 0)), 1), 2, 0);
    ck_shape(gd_glu(gd_zeros(GD_SHAPE(0, 4)), 1), 0, 2);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("operations: elementwise");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, quietly, gd_shutdown);
    tcase_add_test(all, rounding);
    tcase_add_test(all, what_numbers_are);
    tcase_add_test(all, powers);
    tcase_add_test(all, powers_are_powers);
    tcase_add_test(all, mixed_derivatives_of_powers);
    tcase_add_test(all, remainders);
    tcase_add_test(all, exact_remainders);
    tcase_add_test(all, angles);
    tcase_add_test(all, tangents_of_large_angles);
    tcase_add_test(all, slopes_at_the_corners);
    tcase_add_test(all, a_weight_for_each_channel);
    tcase_add_test(all, gates);
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
