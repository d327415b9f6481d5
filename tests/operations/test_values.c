/* test_values.c - values of elementwise operations at ordinary and special points, ties and kinks, and reductions
 * of empty tensors, infinities and NaN. */
#include "support/support.h"

#define VECTOR(...) \
    tensor_of(GD_SHAPE((int)(sizeof((const double[]){ __VA_ARGS__ }) / sizeof(double))), \
              (const double[]){ __VA_ARGS__ })

/* ---- One number --------------------------------------------------------------------------------------------- */

static double phi(double x)     { return 0.5 * erfc(-x / sqrt(2)); }
static double sigmoid(double x) { return x < 0 ? exp(x) / (1 + exp(x)) : 1 / (1 + exp(-x)); }
static double signum(double x)  { return isnan(x) ? x : x > 0 ? 1 : x < 0 ? -1 : 0; }

static double gelu_tanh(double x)
{
    return 0.5 * x * (1 + tanh(sqrt(2 / 3.14159265358979323846) * (x + 0.044715 * x * x * x)));
}

static double mish(double x)    { return x < -700 ? 0 : isinf(x) ? x : x * tanh(log1p(exp(x))); }

#define ELEMENTWISE(E)                                                                     \
    E(gd_abs(t),             fabs(x))                                                      \
    E(gd_sign(t),            signum(x))                                                    \
    E(gd_exp(t),             exp(x))                                                       \
    E(gd_log(t),             log(x))                                                       \
    E(gd_sqrt(t),            sqrt(x))                                                      \
    E(gd_square(t),          x * x)                                                        \
    E(gd_sin(t),             sin(x))                                                       \
    E(gd_cos(t),             cos(x))                                                       \
    E(gd_sinh(t),            sinh(x))                                                      \
    E(gd_cosh(t),            cosh(x))                                                      \
    E(gd_tanh(t),            tanh(x))                                                      \
    E(gd_erf(t),             erf(x))                                                       \
    E(gd_sigmoid(t),         isnan(x) ? x : sigmoid(x))                                    \
    E(gd_relu(t),            isnan(x) ? x : x > 0 ? x : 0)                                 \
    E(gd_leaky_relu(t, 0.1), x > 0 ? x : 0.1 * x)                                          \
    E(gd_elu(t, 1.5),        x > 0 ? x : 1.5 * expm1(x))                                   \
    E(gd_softplus(t),        isnan(x) ? x : fmax(x, 0) + log1p(exp(-fabs(x))))             \
    E(gd_floor(t),            floor(x))                                                    \
    E(gd_ceil(t),             ceil(x))                                                     \
    E(gd_trunc(t),            trunc(x))                                                    \
    E(gd_round(t),            nearbyint(x))                                                \
    E(gd_isnan(t),            isnan(x) ? 1 : 0)                                            \
    E(gd_isinf(t),            isinf(x) ? 1 : 0)                                            \
    E(gd_isfinite(t),         isfinite(x) ? 1 : 0)                                         \
    E(gd_logical_not(t),      x == 0)                                                      \
    E(gd_expm1(t),            expm1(x))                                                    \
    E(gd_log1p(t),            log1p(x))                                                    \
    E(gd_log2(t),             log2(x))                                                     \
    E(gd_log10(t),            log10(x))                                                    \
    E(gd_tan(t),              tan(x))                                                      \
    E(gd_asin(t),             asin(x))                                                     \
    E(gd_acos(t),             acos(x))                                                     \
    E(gd_atan(t),             atan(x))                                                     \
    E(gd_asinh(t),            asinh(x))                                                    \
    E(gd_acosh(t),            acosh(x))                                                    \
    E(gd_atanh(t),            atanh(x))                                                    \
    E(gd_rsqrt(t),            1 / sqrt(x))                                                 \
    E(gd_reciprocal(t),       1 / x)                                                       \
    E(gd_logsigmoid(t),       isnan(x) ? x : fmin(x, 0) - log1p(exp(-fabs(x))))            \
    E(gd_mish(t),             mish(x))                                                     \
    E(gd_selu(t),             1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * expm1(x)))\
    E(gd_hardsigmoid(t),      isnan(x) ? x : fmin(fmax(x / 6 + 0.5, 0), 1))                \
    E(gd_hardswish(t),        x <= -3 ? 0 : x * fmin(x / 6 + 0.5, 1))                      \
    E(gd_hardtanh(t, -1, 2),  isnan(x) ? x : fmin(fmax(x, -1), 2))                         \
    E(gd_neg(t),             -x)                                                           \
    E(gd_scale(t, -2.5),     -2.5 * x)                                                     \
    E(gd_shift(t, 0.75),     x + 0.75)                                                     \
    E(gd_pow(t, 2),          pow(x, 2))                                                    \
    E(gd_pow(t, 0.5),        pow(x, 0.5))                                                  \
    E(gd_pow(t, 0),          1)                                                            \
    E(gd_clamp(t, -1, 2),    isnan(x) ? x : fmin(fmax(x, -1), 2))
/* The formulas here are 0 times infinity at -infinity, which test_limits.c covers; and their tails are differences of
 * nearly equal numbers, exact only compared with 1. */
#define FINITE(E)                                                                          \
    E(gd_gelu(t),            x * phi(x))                                                   \
    E(gd_gelu_tanh(t),       gelu_tanh(x))                                                 \
    E(gd_silu(t),            x * sigmoid(x))

/* Compared relative to the value, however small it is; or to the larger of it and at_least. */
static bool near(double a, double b, double at_least)
{
    if (isnan(a) || isnan(b) || isinf(a) || isinf(b))
        return (isnan(a) && isnan(b)) || a == b;
    return fabs(a - b) <= (IN_DOUBLE ? 1e-13 : 4e-6) * fmax(fabs(b), at_least);
}

static const double points[] = {
    -20, -5, -1.5, -0.5, -1e-3, 0, 1e-3, 0.25, 0.5, 1, 1.5, 5, 20, (double)NAN, (double)INFINITY, -(double)INFINITY
};
enum { POINTS = sizeof points / sizeof points[0], FINITE_POINTS = POINTS - 3 };

#define COMPARE(call, value)                                                               \
    for (int i = 0; i < n; i++) {                                                          \
        const double x = (double)(gd_real)points[i], expected = value, got = element(call, i); \
        ck_assert_msg(near(got, expected, at_least), #call " at %g is %.17g, not %.17g", x, got, expected); \
    }

START_TEST(of_one_number)
{
    gd_tensor *t = tensor_of(GD_SHAPE(POINTS), points);
    int n = POINTS;
    double at_least = IN_DOUBLE ? 1e-12 : 1e-6;
    ELEMENTWISE(COMPARE)
    n = FINITE_POINTS;
    at_least = 1;
    FINITE(COMPARE)
}
END_TEST

/* Large arguments neither overflow nor lose small results. */
START_TEST(stable_far_out)
{
    gd_tensor *far = VECTOR(-1e4, -80, 80, 1e4);
    ck_values(gd_sigmoid(far), 0, 0, 1, 1);
    ck_assert((double)gd_at(gd_sigmoid(far), GD_SHAPE(1)) > 1e-36);
    ck_values(gd_softplus(far), 0, 0, 80, 1e4);
    ck_assert((double)gd_at(gd_softplus(far), GD_SHAPE(1)) > 1e-36);
    ck_values(gd_tanh(far), -1, -1, 1, 1);
    ck_values(gd_silu(far), 0, 0, 80, 1e4);
    ck_values(gd_gelu(far), 0, 0, 80, 1e4);
    ck_values(gd_gelu_tanh(far), 0, 0, 80, 1e4);
    ck_values(gd_softmax(far, 0), 0, 0, 0, 1);
    ck_values(gd_log_softmax(far, 0), -2e4, -10080, -9920, 0);
    ck_values(gd_logsumexp(far, 0, false), 1e4);
}
END_TEST

/* ---- Derivatives at kinks, as the header states them -------------------------------------------------------- */

static gd_tensor *slope_of(gd_tensor *(*f)(gd_tensor *), gd_tensor *x)
{
    gd_tensor *dx;
    gd_requires_grad(x);
    return gd_grad(gd_sum(f(x)), NULL, &x, 1, &dx, false) ? dx : NULL;
}

static gd_tensor *leaky(gd_tensor *x)  { return gd_leaky_relu(x, 0.25); }
static gd_tensor *elu_2(gd_tensor *x)  { return gd_elu(x, 2); }
static gd_tensor *clamp_1(gd_tensor *x) { return gd_clamp(x, -1, 1); }
static gd_tensor *pow_0(gd_tensor *x)  { return gd_pow(x, 0); }
static gd_tensor *pow_1(gd_tensor *x)  { return gd_pow(x, 1); }
static gd_tensor *pow_2(gd_tensor *x)  { return gd_pow(x, 2); }

START_TEST(at_kinks)
{
    ck_values(slope_of(gd_abs, VECTOR(-2, 0, 2)), -1, 0, 1);
    ck_values(slope_of(gd_sign, VECTOR(-2, 0, 2)), 0, 0, 0);
    ck_values(slope_of(gd_relu, VECTOR(-2, 0, 2)), 0, 0, 1);
    ck_values(slope_of(leaky, VECTOR(-2, 0, 2)), 0.25, 0.25, 1);
    ck_values(slope_of(elu_2, VECTOR(0, 2)), 2, 1);
    ck_values(slope_of(clamp_1, VECTOR(-2, -1, 0, 1, 2)), 0, 1, 1, 1, 0);
    ck_values(slope_of(pow_0, VECTOR(-2, 0, 2)), 0, 0, 0);
    ck_values(slope_of(pow_1, VECTOR(-2, 0, 2)), 1, 1, 1);
    ck_values(slope_of(pow_2, VECTOR(-2, 0, 2)), -4, 0, 4);
    ck_values(slope_of(gd_sqrt, VECTOR(0, 4)), (double)INFINITY, 0.25);
    ck_values(slope_of(gd_max, VECTOR(3, 1, 3, 3)), 1.0 / 3, 0, 1.0 / 3, 1.0 / 3);
    ck_values(slope_of(gd_min, VECTOR(3, 1, 1, 3)), 0, 0.5, 0.5, 0);
}
END_TEST

START_TEST(ties)
{
    gd_tensor *a = gd_requires_grad(VECTOR(1, 2, 3)), *b = gd_requires_grad(VECTOR(3, 2, 1));
    ck_good(gd_backward(gd_sum(gd_maximum(a, b))));
    ck_values(a->grad, 0, 0.5, 1);
    ck_values(b->grad, 1, 0.5, 0);
    ck_good(gd_backward(gd_sum(gd_minimum(a, b))));
    ck_values(a->grad, 1, 1, 1);
    ck_values(b->grad, 1, 1, 1);
}
END_TEST

/* ---- Two numbers -------------------------------------------------------------------------------------------- */

START_TEST(comparisons)
{
    gd_tensor *a = VECTOR(1, 2, 3, NAN, 1, INFINITY), *b = VECTOR(2, 2, 2, 1, NAN, INFINITY);
    ck_values(gd_eq(a, b), 0, 1, 0, 0, 0, 1);
    ck_values(gd_ne(a, b), 1, 0, 1, 1, 1, 0);
    ck_values(gd_lt(a, b), 1, 0, 0, 0, 0, 0);
    ck_values(gd_le(a, b), 1, 1, 0, 0, 0, 1);
    ck_values(gd_gt(a, b), 0, 0, 1, 0, 0, 0);
    ck_values(gd_ge(a, b), 0, 1, 1, 0, 0, 1);
}
END_TEST

START_TEST(the_larger_and_the_smaller)
{
    const double nan = (double)NAN, inf = (double)INFINITY;
    gd_tensor *a = VECTOR(1, 2, nan, 1, inf, -inf), *b = VECTOR(2, 1, 1, nan, 5, 5);
    ck_values(gd_maximum(a, b), 2, 2, nan, nan, inf, 5);
    ck_values(gd_minimum(a, b), 1, 1, nan, nan, 5, -inf);
    ck_values(gd_div(VECTOR(1, -1, 0), VECTOR(0, 0, 0)), inf, -inf, nan);
    ck_values(gd_where(VECTOR(0, 1, -1, 0.5, nan), gd_scalar(1), gd_scalar(2)), 2, 1, 1, 1, 1);
    /* the value not selected does not leak into the gradient */
    gd_tensor *x = gd_requires_grad(VECTOR(0, 4));
    ck_good(gd_backward(gd_sum(gd_where(gd_gt(x, gd_scalar(0)), gd_scale(x, 3), gd_full(GD_SHAPE(2), nan)))));
    ck_values(x->grad, 0, 3);
}
END_TEST

/* ---- Reductions --------------------------------------------------------------------------------------------- */

START_TEST(reductions_of_nothing)
{
    const double nan = (double)NAN, inf = (double)INFINITY;
    gd_tensor *none = gd_zeros(GD_SHAPE(0)), *rows = gd_zeros(GD_SHAPE(0, 2)), *columns = gd_zeros(GD_SHAPE(2, 0));
    ck_values(gd_sum(none), 0);
    ck_values(gd_mean(none), nan);
    ck_values(gd_sum_axis(rows, 0, false), 0, 0);
    ck_shape(gd_sum_axis(rows, 1, false), 0);
    ck_shape(gd_sum_axis(rows, 0, true), 1, 2);
    ck_values(gd_mean_axis(columns, 1, false), nan, nan);
    ck_values(gd_logsumexp(columns, 1, false), -inf, -inf);
    ck_shape(gd_max_axis(columns, 0, false), 0);
    ck_shape(gd_softmax(columns, 1), 2, 0);
    ck_values(gd_matmul(columns, rows), 0, 0, 0, 0);
    ck_values(gd_matmul(none, none), 0);
    ck_no_message();
    ck_assert_ptr_null(gd_max(none));
    ck_message("gd_max: x is [0]: nothing to choose from");
    ck_assert_ptr_null(gd_min_axis(rows, 0, false));
    ck_message("gd_min_axis: x is [0, 2]: nothing to choose from");
    ck_assert_ptr_null(gd_argmax(columns, 1));
    ck_message("gd_argmax: x is [2, 0]: nothing to choose from");
}
END_TEST

START_TEST(reductions_of_special_numbers)
{
    const double nan = (double)NAN, inf = (double)INFINITY;
    ck_values(gd_max(VECTOR(1, nan, 3)), nan);
    ck_values(gd_min(VECTOR(nan, 1, 3)), nan);
    ck_values(gd_max(VECTOR(-inf, -inf)), -inf);
    ck_values(gd_argmax(VECTOR(1, 3, 3, 2), 0), 1);
    ck_values(gd_argmax(VECTOR(1, nan, 3, nan), 0), 1);
    ck_values(gd_argmax(VECTOR(-inf, -inf), -1), 0);
    ck_values(gd_logsumexp(VECTOR(-inf, 2), 0, false), 2);
    ck_values(gd_logsumexp(VECTOR(-inf, -inf), 0, false), -inf);
    ck_values(gd_logsumexp(VECTOR(inf, 1), 0, false), inf);
    ck_values(gd_logsumexp(VECTOR(1e4, 1e4), 0, false), 1e4 + log(2));
    ck_values(gd_logsumexp(VECTOR(nan, 1), 0, false), nan);
    ck_values(gd_softmax(VECTOR(-inf, 1), 0), 0, 1);
    ck_values(gd_var_axis(VECTOR(1, 2, 4), 0, 0, false), 14.0 / 9);
    ck_values(gd_std_axis(VECTOR(1, 2, 4), 0, 1, true), sqrt(7.0 / 3));
    /* far from zero the variance keeps its digits */
    ck_values(gd_var_axis(gd_shift(VECTOR(1, 2, 4), 4096), 0, 1, false), 7.0 / 3);
}
END_TEST

START_TEST(argmax_of_rows_and_columns)
{
    gd_tensor *x = gd_from(GD_SHAPE(2, 3), (gd_real[]){ 3, 1, 2, 4, 5, 6 });
    ck_values(gd_argmax(x, 1), 0, 2);
    ck_values(gd_argmax(x, 0), 1, 1, 1);
    ck_values(gd_argmax(gd_transpose(x, 0, 1), 0), 0, 2);
    ck_shape(gd_argmax(x, -1), 2);
}
END_TEST

START_TEST(several_axes_are_one_after_the_other)
{
    gd_seed(5);
    gd_tensor *x = gd_normal(GD_SHAPE(2, 3, 4, 2), 0, 1);
    gd_tensor *sum = gd_sum_axis(gd_sum_axis(x, 3, false), 1, false);
    const double tolerance = IN_DOUBLE ? 1e-13 : 1e-5;
    ck_assert(far_apart(gd_sum_axes(x, GD_SHAPE(1, 3), false), sum) < tolerance);
    ck_assert(far_apart(gd_sum_axes(x, GD_SHAPE(-1, -3), false), sum) < tolerance);
    ck_assert(far_apart(gd_mean_axes(x, GD_SHAPE(1, 3), false), gd_scale(sum, 1.0 / 6)) < tolerance);
    gd_tensor *max = gd_max_axis(gd_max_axis(x, 3, true), 1, true);
    ck_assert(far_apart(gd_max_axes(x, GD_SHAPE(1, 3), true), max) == 0);
    ck_assert(far_apart(gd_neg(gd_min_axes(gd_neg(x), GD_SHAPE(1, 3), true)), max) == 0);
    gd_tensor *rows = gd_reshape(gd_permute(x, GD_SHAPE(0, 2, 1, 3)), GD_SHAPE(2, 4, 6));
    ck_assert(far_apart(gd_var_axes(x, GD_SHAPE(3, 1), 1, false), gd_var_axis(rows, 2, 1, false)) < tolerance);
    ck_assert(far_apart(gd_std_axes(x, GD_SHAPE(3, 1), 0, false), gd_std_axis(rows, 2, 0, false)) < tolerance);
    ck_assert(far_apart(gd_logsumexp_axes(x, GD_SHAPE(3, 1), false), gd_logsumexp(rows, 2, false)) < tolerance);
    ck_assert(far_apart(gd_sum_axes(x, GD_SHAPE(), false), gd_sum(x)) < tolerance);
    ck_shape(gd_sum_axes(x, GD_SHAPE(), true), 1, 1, 1, 1);
}
END_TEST

/* y = x w' + b is the matrix product and the sum. */
START_TEST(affine_is_matmul_and_add)
{
    gd_seed(6);
    gd_tensor *w = gd_normal(GD_SHAPE(4, 3), 0, 1), *b = gd_normal(GD_SHAPE(4), 0, 1), *wt = gd_transpose(w, 0, 1);
    gd_tensor *const inputs[] = { gd_normal(GD_SHAPE(3), 0, 1), gd_normal(GD_SHAPE(5, 3), 0, 1),
                                  gd_normal(GD_SHAPE(2, 5, 3), 0, 1), gd_zeros(GD_SHAPE(0, 3)) };
    for (int i = 0; i < 4; i++) {
        gd_tensor *xw = gd_matmul(inputs[i], wt);
        ck_assert(far_apart(gd_affine(inputs[i], w, NULL), xw) < (IN_DOUBLE ? 1e-13 : 1e-5));
        ck_assert(far_apart(gd_affine(inputs[i], w, b), gd_add(xw, b)) < (IN_DOUBLE ? 1e-13 : 1e-5));
    }
}
END_TEST

/* A single element is a special case in the code: same shapes, values and gradients as for many. */
START_TEST(one_element_is_like_many)
{
    const gd_shape shapes[] = { GD_SHAPE(), GD_SHAPE(1), GD_SHAPE(1, 1), GD_SHAPE(1, 1, 1) };
    for (int i = 0; i < 4; i++)
        for (int j = 0; j < 4; j++) {
            gd_tensor *a = gd_requires_grad(gd_full(shapes[i], 1.7));
            gd_tensor *b = gd_requires_grad(gd_full(shapes[j], -0.3));
            gd_tensor *five = gd_requires_grad(gd_full(GD_SHAPE(5), 1.7)), *five_b = gd_full(GD_SHAPE(5), -0.3);
            gd_tensor *(*const binary[])(gd_tensor *, gd_tensor *) = { gd_add, gd_sub, gd_mul, gd_div, gd_maximum };
            for (int k = 0; k < 5; k++) {
                gd_tensor *y = binary[k](a, b), *many = binary[k](five, five_b);
                ck_assert_int_eq(y->ndim, i > j ? i : j);
                ck_assert_int_eq(y->numel, 1);
                ck_assert(y->data[0] == many->data[4]);
                gd_zero_grad_of(a);
                gd_zero_grad_of(five);
                ck_assert(gd_backward(gd_sum(y)) && gd_backward(gd_sum(many)));
                ck_assert_int_eq(a->grad->ndim, i);
                ck_assert_int_eq(b->grad->ndim, j);
                ck_assert(a->grad->data[0] == five->grad->data[4]);
            }
            gd_tensor *scaled = gd_scale(gd_exp(a), 3);
            ck_assert_int_eq(scaled->ndim, i);
            ck_assert(scaled->data[0] == gd_scale(gd_exp(five), 3)->data[2]);
        }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("operations: values");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, quietly, gd_shutdown);
    tcase_add_test(all, of_one_number);
    tcase_add_test(all, stable_far_out);
    tcase_add_test(all, at_kinks);
    tcase_add_test(all, ties);
    tcase_add_test(all, comparisons);
    tcase_add_test(all, the_larger_and_the_smaller);
    tcase_add_test(all, reductions_of_nothing);
    tcase_add_test(all, reductions_of_special_numbers);
    tcase_add_test(all, argmax_of_rows_and_columns);
    tcase_add_test(all, several_axes_are_one_after_the_other);
    tcase_add_test(all, affine_is_matmul_and_add);
    tcase_add_test(all, one_element_is_like_many);
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
