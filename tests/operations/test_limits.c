/* test_limits.c - elementwise functions of one number at infinities, zeros, and the smallest and largest numbers:
 * value, slope and curvature against the limits. */
#include "limit_table.h"

/* A function for each row, then the rows. */
#define F(name, call) static gd_tensor *name(gd_tensor *x) { return call; }
F(scale, gd_scale(x, -2.5))
F(shift, gd_shift(x, 0.75))
F(leaky, gd_leaky_relu(x, 0.1))
F(leaky_0, gd_leaky_relu(x, 0))
F(elu, gd_elu(x, 1.5))
F(clamp, gd_clamp(x, -1, 2))
F(clamp_open, gd_clamp(x, -INF, 0.5))
F(pow_0, gd_pow(x, 0))
F(pow_1, gd_pow(x, 1))
F(pow_2, gd_pow(x, 2))
F(pow_3, gd_pow(x, 3))
F(pow_half, gd_pow(x, 0.5))
F(pow_3_halves, gd_pow(x, 1.5))
F(pow_minus_1, gd_pow(x, -1))
F(one_over, gd_div(gd_scalar(1), x))
F(half_of, gd_div(x, gd_scalar(2)))
F(product, gd_mul(x, gd_scalar(-3)))
F(sum, gd_add(x, gd_scalar(1)))
F(difference, gd_sub(gd_scalar(1), x))
F(maximum, gd_maximum(x, gd_scalar(0)))
F(minimum, gd_minimum(gd_scalar(0), x))
F(chosen, gd_where(gd_scalar(1), x, gd_scalar(1)))
F(not_chosen, gd_where(gd_scalar(0), x, gd_scalar(1)))
F(dropped, gd_dropout(x, 1, true))
F(hardtanh, gd_hardtanh(x, -1, 2))
F(hardtanh_open, gd_hardtanh(x, -INF, 0.5))
F(prelu, gd_prelu(x, gd_scalar(0.1)))
F(prelu_0, gd_prelu(x, gd_scalar(0)))
F(glu_value, gd_glu(beside(x, like(x, 0)), 1))
F(glu_gate, gd_glu(beside(like(x, 3), x), 1))
F(to_power_0, gd_pow_tensor(x, gd_scalar(0)))
F(to_power_1, gd_pow_tensor(x, gd_scalar(1)))
F(to_power_2, gd_pow_tensor(x, gd_scalar(2)))
F(to_power_3, gd_pow_tensor(x, gd_scalar(3)))
F(to_power_half, gd_pow_tensor(x, gd_scalar(0.5)))
F(to_power_minus_1, gd_pow_tensor(x, gd_scalar(-1)))
F(power_of_2, gd_pow_tensor(gd_scalar(2), x))
F(power_of_half, gd_pow_tensor(gd_scalar(0.5), x))
F(power_of_1, gd_pow_tensor(gd_scalar(1), x))
F(power_of_0, gd_pow_tensor(gd_scalar(0), x))
F(power_of_infinity, gd_pow_tensor(gd_scalar(INF), x))
F(remainder_by_3, gd_remainder(x, gd_scalar(3)))
F(remainder_of_minus_5, gd_remainder(gd_scalar(-5), x))
F(angle_over_2, gd_atan2(x, gd_scalar(2)))
F(angle_over_minus_2, gd_atan2(x, gd_scalar(-2)))
F(angle_beside, gd_atan2(gd_scalar(2), x))
F(angle_over_itself, gd_atan2(x, x))
F(angle_under_infinity, gd_atan2(gd_scalar(INF), x))

START_TEST(arithmetic)
{
    const double z = 0;
    try_limits("neg", gd_neg, E(INF, MAX, BIG, TINY, z, z, -TINY, -BIG, -MAX, -INF, NONE), ALL(-1), ALL(0));
    try_limits("scale", scale, E(INF, INF, 2.5 * BIG, 3 * TINY, z, z, -3 * TINY, -2.5 * BIG, -INF, -INF, NONE),
               ALL(-2.5), ALL(0));
    try_limits("shift", shift, E(-INF, -MAX, -BIG, .75, .75, .75, .75, BIG, MAX, INF, NONE), ALL(1), ALL(0));
    try_limits("sum", sum, E(-INF, -MAX, -BIG, 1, 1, 1, 1, BIG, MAX, INF, NONE), ALL(1), ALL(0));
    try_limits("difference", difference, E(INF, MAX, BIG, 1, 1, 1, 1, -BIG, -MAX, -INF, NONE), ALL(-1), ALL(0));
    try_limits("product", product, E(INF, INF, 3 * BIG, 3 * TINY, z, z, -3 * TINY, -3 * BIG, -INF, -INF, NONE), ALL(-3),
               ALL(0));
    try_limits("half of", half_of, E(-INF, -MAX / 2, -BIG / 2, z, z, z, z, BIG / 2, MAX / 2, INF, NONE), ALL(.5),
               ALL(0));
    try_limits("one over", one_over, E(z, -1 / MAX, -1 / BIG, -INF, -INF, INF, INF, 1 / BIG, 1 / MAX, z, NONE),
               E(z, z, z, -INF, -INF, -INF, -INF, z, z, z, NONE), E(z, z, z, -INF, -INF, INF, INF, z, z, z, NONE));
    try_limits("square", gd_square, E(INF, INF, INF, z, z, z, z, INF, INF, INF, NONE),
               E(-INF, -INF, -2 * BIG, -2 * TINY, z, z, 2 * TINY, 2 * BIG, INF, INF, NONE), ALL(2));
    try_limits("sqrt", gd_sqrt, E(NONE, NONE, NONE, NONE, z, z, sqrt(TINY), sqrt(BIG), sqrt(MAX), INF, NONE),
               E(NONE, NONE, NONE, NONE, INF, INF, .5 / sqrt(TINY), .5 / sqrt(BIG), .5 / sqrt(MAX), z, NONE),
               E(NONE, NONE, NONE, NONE, -INF, -INF, -INF, -.25 / BIG / sqrt(BIG), z, z, NONE));
}
END_TEST

START_TEST(kinks)
{
    const double z = 0;
    try_limits("abs", gd_abs, E(INF, MAX, BIG, TINY, z, z, TINY, BIG, MAX, INF, NONE),
               E(-1, -1, -1, -1, z, z, 1, 1, 1, 1, NONE), ALL(0));
    try_limits("sign", gd_sign, E(-1, -1, -1, -1, z, z, 1, 1, 1, 1, NONE), ALL(0), ALL(0));
    const double *relu = E(z, z, z, z, z, z, TINY, BIG, MAX, INF, NONE);
    const double *step = E(z, z, z, z, z, z, 1, 1, 1, 1, NONE), *curve = E(z, z, z, z, z, z, z, z, z, z, ANY);
    try_limits("relu", gd_relu, relu, step, curve);
    try_limits("leaky relu, slope 0", leaky_0, relu, step, curve);
    try_limits("leaky relu", leaky, E(-INF, -.1 * MAX, -.1 * BIG, z, z, z, TINY, BIG, MAX, INF, NONE),
               E(.1, .1, .1, .1, .1, .1, 1, 1, 1, 1, NONE), curve);
    try_limits("maximum", maximum, relu, E(z, z, z, z, .5, .5, 1, 1, 1, 1, 1), curve);
    try_limits("minimum", minimum, E(-INF, -MAX, -BIG, -TINY, z, z, z, z, z, z, NONE),
               E(1, 1, 1, 1, .5, .5, z, z, z, z, 1), curve);
    try_limits("elu", elu, E(-1.5, -1.5, -1.5, -1.5 * TINY, z, z, TINY, BIG, MAX, INF, NONE),
               E(z, z, z, 1.5, 1.5, 1.5, 1, 1, 1, 1, NONE), E(z, z, z, 1.5, 1.5, 1.5, z, z, z, z, NONE));
    try_limits("clamp", clamp, E(-1, -1, -1, -TINY, z, z, TINY, 2, 2, 2, NONE), E(z, z, z, 1, 1, 1, 1, z, z, z, NONE),
               curve);
    try_limits("clamp with an open side", clamp_open, E(-INF, -MAX, -BIG, -TINY, z, z, TINY, .5, .5, .5, NONE),
               E(1, 1, 1, 1, 1, 1, 1, z, z, z, NONE), curve);
    try_limits("where", chosen, E(-INF, -MAX, -BIG, -TINY, z, z, TINY, BIG, MAX, INF, NONE), ALL(1), ALL(0));
    try_limits("where not", not_chosen, ALL(1), ALL(0), ALL(0));
    try_limits("dropout", dropped, ALL(0), ALL(0), ALL(0));
}
END_TEST

START_TEST(powers)
{
    const double z = 0;
    try_limits("pow 0", pow_0, ALL(1), ALL(0), ALL(0));
    try_limits("pow 1", pow_1, E(-INF, -MAX, -BIG, -TINY, z, z, TINY, BIG, MAX, INF, NONE),
               E(1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1), ALL(0));
    try_limits("pow 2", pow_2, E(INF, INF, INF, z, z, z, z, INF, INF, INF, NONE),
               E(-INF, -INF, -2 * BIG, -2 * TINY, z, z, 2 * TINY, 2 * BIG, INF, INF, NONE),
               E(2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2));
    try_limits("pow 3", pow_3, E(-INF, -INF, -INF, z, z, z, z, INF, INF, INF, NONE),
               E(INF, INF, INF, z, z, z, z, INF, INF, INF, NONE),
               E(-INF, -INF, -6 * BIG, -6 * TINY, z, z, 6 * TINY, 6 * BIG, INF, INF, NONE));
    try_limits("pow 1/2", pow_half, E(ANY, NONE, NONE, NONE, z, z, sqrt(TINY), sqrt(BIG), sqrt(MAX), INF, NONE),
               E(ANY, NONE, NONE, NONE, INF, INF, .5 / sqrt(TINY), .5 / sqrt(BIG), .5 / sqrt(MAX), z, NONE),
               E(ANY, NONE, NONE, NONE, -INF, -INF, -INF, -.25 / BIG / sqrt(BIG), z, z, NONE));
    try_limits("pow 3/2", pow_3_halves, E(ANY, NONE, NONE, NONE, z, z, z, BIG * sqrt(BIG), INF, INF, NONE),
               E(ANY, NONE, NONE, NONE, z, z, 1.5 * sqrt(TINY), 1.5 * sqrt(BIG), 1.5 * sqrt(MAX), INF, NONE),
               E(ANY, NONE, NONE, NONE, INF, INF, .75 / sqrt(TINY), .75 / sqrt(BIG), .75 / sqrt(MAX), z, NONE));
    try_limits("pow -1", pow_minus_1, E(z, -1 / MAX, -1 / BIG, -INF, -INF, INF, INF, 1 / BIG, 1 / MAX, z, NONE),
               E(z, z, z, -INF, -INF, -INF, -INF, z, z, z, NONE), E(z, z, z, -INF, -INF, INF, INF, z, z, z, NONE));
}
END_TEST

START_TEST(exponentials)
{
    const double z = 0, *e = E(z, z, z, 1, 1, 1, 1, INF, INF, INF, NONE);
    try_limits("exp", gd_exp, e, e, e);
    try_limits("log", gd_log, E(NONE, NONE, NONE, NONE, -INF, -INF, log(TINY), log(BIG), log(MAX), INF, NONE),
               E(ANY, ANY, ANY, ANY, INF, INF, INF, 1 / BIG, 1 / MAX, z, NONE),
               E(ANY, ANY, ANY, ANY, -INF, -INF, -INF, z, z, z, NONE));
    const double *sinh = E(-INF, -INF, -INF, -TINY, z, z, TINY, INF, INF, INF, NONE);
    const double *cosh = E(INF, INF, INF, 1, 1, 1, 1, INF, INF, INF, NONE);
    try_limits("sinh", gd_sinh, sinh, cosh, sinh);
    try_limits("cosh", gd_cosh, cosh, sinh, cosh);
    try_limits("tanh", gd_tanh, E(-1, -1, -1, -TINY, z, z, TINY, 1, 1, 1, NONE), E(z, z, z, 1, 1, 1, 1, z, z, z, NONE),
               E(z, z, z, 2 * TINY, z, z, -2 * TINY, z, z, z, NONE));
    const double k = 1.12837916709551257390;
    try_limits("erf", gd_erf, E(-1, -1, -1, -TINY, z, z, TINY, 1, 1, 1, NONE), E(z, z, z, k, k, k, k, z, z, z, NONE),
               E(z, z, z, 2 * TINY, z, z, -2 * TINY, z, z, z, NONE));
    const double sin_max = sin(MAX), sin_big = sin((double)(gd_real)BIG), cos_max = cos(MAX),
                 cos_big = cos((double)(gd_real)BIG);
    try_limits("sin", gd_sin, E(NONE, -sin_max, -sin_big, -TINY, z, z, TINY, sin_big, sin_max, NONE, NONE),
               E(NONE, cos_max, cos_big, 1, 1, 1, 1, cos_big, cos_max, NONE, NONE),
               E(NONE, sin_max, sin_big, TINY, z, z, -TINY, -sin_big, -sin_max, NONE, NONE));
    try_limits("cos", gd_cos, E(NONE, cos_max, cos_big, 1, 1, 1, 1, cos_big, cos_max, NONE, NONE),
               E(NONE, sin_max, sin_big, TINY, z, z, -TINY, -sin_big, -sin_max, NONE, NONE),
               E(NONE, -cos_max, -cos_big, -1, -1, -1, -1, -cos_big, -cos_max, NONE, NONE));
}
END_TEST

START_TEST(activations)
{
    const double z = 0, k = 0.79788456080286535588, ln2 = 0.69314718055994530942;
    const double *step = E(z, z, z, .5, .5, .5, .5, 1, 1, 1, NONE);
    const double *ramp = E(z, z, z, -TINY / 2, z, z, TINY / 2, BIG, MAX, INF, NONE);
    const double *hill = E(z, z, z, .25, .25, .25, .25, z, z, z, NONE), *bump = E(z, z, z, k, k, k, k, z, z, z, NONE);
    try_limits("sigmoid", gd_sigmoid, step, hill, E(z, z, z, z, z, z, z, z, z, z, NONE));
    try_limits("softplus", gd_softplus, E(z, z, z, ln2, ln2, ln2, ln2, BIG, MAX, INF, NONE), step, hill);
    try_limits("silu", gd_silu, ramp, step, E(z, z, z, .5, .5, .5, .5, z, z, z, NONE));
    try_limits("gelu", gd_gelu, ramp, step, bump);
    try_limits("gelu_tanh", gd_gelu_tanh, ramp, step, bump);
}
END_TEST

START_TEST(whole_numbers)
{
    const double z = 0;
    const double *of = E(-INF, -MAX, -BIG, z, z, z, z, BIG, MAX, INF, NONE);
    try_limits("floor", gd_floor, E(-INF, -MAX, -BIG, -1, z, z, z, BIG, MAX, INF, NONE), ALL(0), ALL(0));
    try_limits("ceil", gd_ceil, E(-INF, -MAX, -BIG, z, z, z, 1, BIG, MAX, INF, NONE), ALL(0), ALL(0));
    try_limits("trunc", gd_trunc, of, ALL(0), ALL(0));
    try_limits("round", gd_round, of, ALL(0), ALL(0));
    const double big = fmod((double)(gd_real)BIG, 3), max = fmod(MAX, 3);
    try_limits("remainder by 3", remainder_by_3,
               E(NONE, max == 0 ? 0 : 3 - max, big == 0 ? 0 : 3 - big, 3, z, z, TINY, big, max, NONE, NONE), ALL(1),
               ALL(0));
    try_limits("remainder of -5", remainder_of_minus_5, E(-5, -5, -5, z, NONE, NONE, z, BIG, MAX, INF, NONE),
               E(z, z, z, -INF, NONE, NONE, INF, 1, 1, 1, NONE), ALL(0));
}
END_TEST

START_TEST(roots_and_logarithms)
{
    const double z = 0, ln2 = 0.69314718055994530942, ln10 = 2.30258509299404568402;
    try_limits("rsqrt", gd_rsqrt, E(NONE, NONE, NONE, NONE, -INF, INF, 1 / sqrt(TINY), 1 / sqrt(BIG), 1 / sqrt(MAX),
               z, NONE),
               E(NONE, NONE, NONE, NONE, -INF, -INF, -INF, -.5 / BIG / sqrt(BIG), z, z, NONE),
               E(NONE, NONE, NONE, NONE, -INF, INF, INF, z, z, z, NONE));
    try_limits("reciprocal", gd_reciprocal, E(z, -1 / MAX, -1 / BIG, -INF, -INF, INF, INF, 1 / BIG, 1 / MAX, z, NONE),
               E(z, z, z, -INF, -INF, -INF, -INF, z, z, z, NONE), E(z, z, z, -INF, -INF, INF, INF, z, z, z, NONE));
    const double *e = E(z, z, z, 1, 1, 1, 1, INF, INF, INF, NONE);
    try_limits("expm1", gd_expm1, E(-1, -1, -1, -TINY, z, z, TINY, INF, INF, INF, NONE), e, e);
    try_limits("log1p", gd_log1p, E(NONE, NONE, NONE, -TINY, z, z, TINY, log(BIG), log(MAX), INF, NONE),
               E(ANY, ANY, ANY, 1, 1, 1, 1, 1 / BIG, 1 / MAX, z, NONE),
               E(ANY, ANY, ANY, -1, -1, -1, -1, z, z, z, NONE));
    try_limits("log2", gd_log2, E(NONE, NONE, NONE, NONE, -INF, -INF, log2(TINY), log2(BIG), log2(MAX), INF, NONE),
               E(ANY, ANY, ANY, ANY, INF, INF, INF, 1 / BIG / ln2, 1 / MAX / ln2, z, NONE),
               E(ANY, ANY, ANY, ANY, -INF, -INF, -INF, z, z, z, NONE));
    try_limits("log10", gd_log10, E(NONE, NONE, NONE, NONE, -INF, -INF, log10(TINY), log10(BIG), log10(MAX), INF, NONE),
               E(ANY, ANY, ANY, ANY, INF, INF, INF, 1 / BIG / ln10, 1 / MAX / ln10, z, NONE),
               E(ANY, ANY, ANY, ANY, -INF, -INF, -INF, z, z, z, NONE));
}
END_TEST

START_TEST(inverse_functions)
{
    const double z = 0, right = 1.57079632679489661923, pi = 2 * right;
    const double tan_max = tan(MAX), tan_big = tan((double)(gd_real)BIG);
    const double max = 1 + tan_max * tan_max, big = 1 + tan_big * tan_big;
    try_limits("tan", gd_tan, E(NONE, -tan_max, -tan_big, -TINY, z, z, TINY, tan_big, tan_max, NONE, NONE),
               E(NONE, max, big, 1, 1, 1, 1, big, max, NONE, NONE),
               E(NONE, -2 * tan_max * max, -2 * tan_big * big, -2 * TINY, z, z, 2 * TINY, 2 * tan_big * big,
                 2 * tan_max * max, NONE, NONE));
    try_limits("asin", gd_asin, E(NONE, NONE, NONE, -TINY, z, z, TINY, NONE, NONE, NONE, NONE),
               E(ANY, ANY, ANY, 1, 1, 1, 1, ANY, ANY, ANY, NONE),
               E(ANY, ANY, ANY, -TINY, z, z, TINY, ANY, ANY, ANY, NONE));
    try_limits("acos", gd_acos, E(NONE, NONE, NONE, right, right, right, right, NONE, NONE, NONE, NONE),
               E(ANY, ANY, ANY, -1, -1, -1, -1, ANY, ANY, ANY, NONE),
               E(ANY, ANY, ANY, TINY, z, z, -TINY, ANY, ANY, ANY, NONE));
    try_limits("atan", gd_atan, E(-right, -right, -right, -TINY, z, z, TINY, right, right, right, NONE),
               E(z, z, z, 1, 1, 1, 1, z, z, z, NONE), E(z, z, z, 2 * TINY, z, z, -2 * TINY, z, z, z, NONE));
    const double far = log(2) + log(BIG), end = log(2) + log(MAX);
    try_limits("asinh", gd_asinh, E(-INF, -end, -far, -TINY, z, z, TINY, far, end, INF, NONE),
               E(z, 1 / MAX, 1 / BIG, 1, 1, 1, 1, 1 / BIG, 1 / MAX, z, NONE),
               E(z, z, z, TINY, z, z, -TINY, z, z, z, NONE));
    try_limits("acosh", gd_acosh, E(NONE, NONE, NONE, NONE, NONE, NONE, NONE, far, end, INF, NONE),
               E(ANY, ANY, ANY, ANY, ANY, ANY, ANY, 1 / BIG, 1 / MAX, z, NONE),
               E(ANY, ANY, ANY, ANY, ANY, ANY, ANY, z, z, z, NONE));
    try_limits("atanh", gd_atanh, E(NONE, NONE, NONE, -TINY, z, z, TINY, NONE, NONE, NONE, NONE),
               E(ANY, ANY, ANY, 1, 1, 1, 1, ANY, ANY, ANY, NONE),
               E(ANY, ANY, ANY, -2 * TINY, z, z, 2 * TINY, ANY, ANY, ANY, NONE));
    try_limits("angle over 2", angle_over_2, E(-right, -right, -right, -TINY / 2, z, z, TINY / 2, right, right,
               right, NONE),
               E(z, z, z, .5, .5, .5, .5, z, z, z, NONE), E(z, z, z, z, z, z, z, z, z, z, NONE));
    try_limits("angle over -2", angle_over_minus_2, E(-right, -right, -right, -pi, -pi, pi, pi, right, right, right,
               NONE),
               E(z, z, z, -.5, -.5, -.5, -.5, z, z, z, NONE), E(z, z, z, z, z, z, z, z, z, z, NONE));
    try_limits("angle beside", angle_beside, E(pi, pi, pi, right, right, right, right, 2 / BIG, 2 / MAX, z, NONE),
               E(z, z, z, -.5, -.5, -.5, -.5, z, z, z, NONE), E(z, z, z, z, z, z, z, z, z, z, NONE));
    try_limits("angle over itself", angle_over_itself,
               E(-1.5 * right, -1.5 * right, -1.5 * right, -1.5 * right, -pi, z, right / 2, right / 2, right / 2,
                 right / 2, NONE),
               E(z, z, z, ANY, z, z, ANY, z, z, z, NONE), E(z, z, z, ANY, z, z, ANY, z, z, z, NONE));
    try_limits("angle under infinity", angle_under_infinity,
               E(1.5 * right, right, right, right, right, right, right, right, right, right / 2, NONE),
               E(z, z, z, z, z, z, z, z, z, z, NONE), E(z, z, z, z, z, z, z, z, z, z, NONE));
}
END_TEST

/* The ends of domains. */
START_TEST(ends_of_domains)
{
    gd_tensor *one = gd_requires_grad(gd_from(GD_SHAPE(2), (gd_real[]){ 1, -1 }));
    ck_values(gd_asin(one), 1.57079632679489661923, -1.57079632679489661923);
    ck_values(gd_acos(one), 0, 3.14159265358979323846);
    ck_values(gd_atanh(one), INF, -INF);
    ck_values(gd_acosh(one), 0, NONE);
    ck_values(gd_log1p(one), log(2), -INF);
    ck_values(limit_slope(gd_asin(one), one), INF, INF);
    ck_values(limit_slope(limit_slope(gd_asin(one), one), one), INF, -INF);
    ck_values(limit_slope(gd_acos(one), one), -INF, -INF);
    ck_values(limit_slope(gd_atanh(one), one), INF, INF);
    ck_values(limit_slope(limit_slope(gd_atanh(one), one), one), INF, -INF);
    ck_values(limit_slope(gd_log1p(one), one), 0.5, INF);
    gd_tensor *first = gd_slice(one, 0, 0, 1, 1);
    ck_values(limit_slope(gd_acosh(first), one), INF, 0);
    ck_values(limit_slope(limit_slope(gd_acosh(first), one), one), -INF, 0);
}
END_TEST

START_TEST(powers_of_two_tensors)
{
    const double z = 0, ln2 = 0.69314718055994530942;
    try_limits("to the power 0", to_power_0, ALL(1), ALL(0), ALL(0));
    try_limits("to the power 1", to_power_1, E(-INF, -MAX, -BIG, -TINY, z, z, TINY, BIG, MAX, INF, NONE), ALL(1),
               ALL(0));
    try_limits("to the power 2", to_power_2, E(INF, INF, INF, z, z, z, z, INF, INF, INF, NONE),
               E(-INF, -INF, -2 * BIG, -2 * TINY, z, z, 2 * TINY, 2 * BIG, INF, INF, NONE), ALL(2));
    try_limits("to the power 3", to_power_3, E(-INF, -INF, -INF, z, z, z, z, INF, INF, INF, NONE),
               E(INF, INF, INF, z, z, z, z, INF, INF, INF, NONE),
               E(-INF, -INF, -6 * BIG, -6 * TINY, z, z, 6 * TINY, 6 * BIG, INF, INF, NONE));
    try_limits("to the power 1/2", to_power_half, E(ANY, NONE, NONE, NONE, z, z, sqrt(TINY), sqrt(BIG), sqrt(MAX),
               INF, NONE),
               E(ANY, NONE, NONE, NONE, INF, INF, .5 / sqrt(TINY), .5 / sqrt(BIG), .5 / sqrt(MAX), z, NONE),
               E(ANY, NONE, NONE, NONE, -INF, -INF, -INF, -.25 / BIG / sqrt(BIG), z, z, NONE));
    try_limits("to the power -1", to_power_minus_1, E(z, -1 / MAX, -1 / BIG, -INF, -INF, INF, INF, 1 / BIG, 1 / MAX,
               z, NONE),
               E(z, z, z, -INF, -INF, -INF, -INF, z, z, z, NONE), E(z, z, z, -INF, -INF, INF, INF, z, z, z, NONE));
    try_limits("a power of 2", power_of_2, E(z, z, z, 1, 1, 1, 1, INF, INF, INF, NONE),
               E(z, z, z, ln2, ln2, ln2, ln2, INF, INF, INF, NONE),
               E(z, z, z, ln2 * ln2, ln2 * ln2, ln2 * ln2, ln2 * ln2, INF, INF, INF, NONE));
    try_limits("a power of 1/2", power_of_half, E(INF, INF, INF, 1, 1, 1, 1, z, z, z, NONE),
               E(-INF, -INF, -INF, -ln2, -ln2, -ln2, -ln2, z, z, z, NONE),
               E(INF, INF, INF, ln2 * ln2, ln2 * ln2, ln2 * ln2, ln2 * ln2, z, z, z, NONE));
    try_limits("a power of 1", power_of_1, ALL(1), ALL(0), ALL(0));
    try_limits("a power of 0", power_of_0, E(INF, INF, INF, INF, 1, 1, z, z, z, z, NONE),
               E(-INF, -INF, -INF, -INF, z, z, z, z, z, z, NONE), E(INF, INF, INF, INF, z, z, z, z, z, z, NONE));
    try_limits("a power of infinity", power_of_infinity, E(z, z, z, z, 1, 1, INF, INF, INF, INF, NONE),
               E(z, z, z, z, INF, INF, INF, INF, INF, INF, NONE), E(z, z, z, z, INF, INF, INF, INF, INF, INF, NONE));
}
END_TEST

START_TEST(more_activations)
{
    const double z = 0, ln2 = 0.69314718055994530942, scale = 1.05070098735548049342, steep = 1.75809934084737657664;
    const double *clamped = E(-1, -1, -1, -TINY, z, z, TINY, 2, 2, 2, NONE), *curve = E(z, z, z, z, z, z, z, z, z, z,
               ANY);
    const double *relu = E(z, z, z, z, z, z, TINY, BIG, MAX, INF, NONE), *step = E(z, z, z, z, z, z, 1, 1, 1, 1, NONE);
    try_limits("hardtanh", hardtanh, clamped, E(z, z, z, 1, 1, 1, 1, z, z, z, NONE), curve);
    try_limits("hardtanh with an open side", hardtanh_open, E(-INF, -MAX, -BIG, -TINY, z, z, TINY, .5, .5, .5, NONE),
               E(1, 1, 1, 1, 1, 1, 1, z, z, z, NONE), curve);
    try_limits("hardsigmoid", gd_hardsigmoid, E(z, z, z, .5, .5, .5, .5, 1, 1, 1, NONE),
               E(z, z, z, 1. / 6, 1. / 6, 1. / 6, 1. / 6, z, z, z, NONE), curve);
    try_limits("hardswish", gd_hardswish, E(z, z, z, -TINY / 2, z, z, TINY / 2, BIG, MAX, INF, NONE),
               E(z, z, z, .5, .5, .5, .5, 1, 1, 1, NONE), E(z, z, z, 1. / 3, 1. / 3, 1. / 3, 1. / 3, z, z, z, NONE));
    try_limits("selu", gd_selu, E(-steep, -steep, -steep, -steep * TINY, z, z, TINY, scale * BIG, INF, INF, NONE),
               E(z, z, z, steep, steep, steep, scale, scale, scale, scale, NONE),
               E(z, z, z, steep, steep, steep, z, z, z, z, NONE));
    try_limits("mish", gd_mish, E(z, z, z, -.6 * TINY, z, z, .6 * TINY, BIG, MAX, INF, NONE),
               E(z, z, z, .6, .6, .6, .6, 1, 1, 1, NONE), E(z, z, z, .64, .64, .64, .64, z, z, z, NONE));
    try_limits("logsigmoid", gd_logsigmoid, E(-INF, -MAX, -BIG, -ln2, -ln2, -ln2, -ln2, z, z, z, NONE),
               E(1, 1, 1, .5, .5, .5, .5, z, z, z, NONE), E(z, z, z, -.25, -.25, -.25, -.25, z, z, z, NONE));
    try_limits("prelu", prelu, E(-INF, -.1 * MAX, -.1 * BIG, z, z, z, TINY, BIG, MAX, INF, NONE),
               E(.1, .1, .1, .1, .1, .1, 1, 1, 1, 1, NONE), curve);
    try_limits("prelu, weight 0", prelu_0, relu, step, curve);
    try_limits("glu's value", glu_value, E(-INF, -MAX / 2, -BIG / 2, z, z, z, z, BIG / 2, MAX / 2, INF, NONE),
               ALL(.5), ALL(0));
    try_limits("glu's gate", glu_gate, E(z, z, z, 1.5, 1.5, 1.5, 1.5, 3, 3, 3, NONE),
               E(z, z, z, .75, .75, .75, .75, z, z, z, NONE), E(z, z, z, z, z, z, z, z, z, z, NONE));
}
END_TEST

/* The exponent may be infinite too: x^inf is 0 inside [-1, 1], x^-inf outside. */
START_TEST(infinite_exponents)
{
    gd_tensor *x = gd_requires_grad(gd_from(GD_SHAPE(4), (gd_real[]){ 0, (gd_real)0.5, (gd_real)-0.5, 2 })), *dx;
    ck_good(gd_grad(gd_pow(x, INF), gd_ones(GD_SHAPE(4)), &x, 1, &dx, false));
    ck_values(dx, 0, 0, 0, INF);
    x = gd_requires_grad(gd_from(GD_SHAPE(3), (gd_real[]){ 2, -3, (gd_real)INFINITY }));
    ck_values(gd_pow(x, -INF), 0, 0, 0);
    ck_good(gd_grad(gd_pow(x, -1e300), gd_ones(GD_SHAPE(3)), &x, 1, &dx, false));       /* infinite as a float */
    ck_values(dx, 0, 0, 0);
    ck_good(gd_grad(gd_pow(x, -INF), gd_ones(GD_SHAPE(3)), &x, 1, &dx, false));
    ck_values(dx, 0, 0, 0);
}
END_TEST

/* A slope of 0 times an infinite upstream gradient. */
START_TEST(flat_under_an_infinite_slope)
{
    gd_tensor *const x = gd_requires_grad(gd_from(GD_SHAPE(2), (gd_real[]){ -1, -2 }));
    gd_tensor *flat[] = { gd_relu(x), leaky_0(x), gd_clamp(x, 0, 1), gd_maximum(x, gd_scalar(0)),
                          gd_dropout(x, 1, true), gd_hardtanh(x, 0, 1), gd_prelu(x, gd_scalar(0)),
                          gd_hardsigmoid(gd_scale(x, 9)), gd_hardswish(gd_scale(x, 9)) };
    for (size_t i = 0; i < sizeof flat / sizeof *flat; i++) {
        gd_tensor *dx;
        ck_good(gd_grad(gd_sum(gd_sqrt(flat[i])), NULL, &x, 1, &dx, false));
        ck_values(dx, 0, 0);
    }
    gd_tensor *a = gd_requires_grad(gd_from(GD_SHAPE(2), (gd_real[]){ -1, 0 })), *da;
    ck_good(gd_grad(gd_sqrt(gd_max(a)), NULL, &a, 1, &da, false));
    ck_values(da, 0, INF);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("operations: limits");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, quietly, gd_shutdown);
    tcase_add_test(all, arithmetic);
    tcase_add_test(all, kinks);
    tcase_add_test(all, powers);
    tcase_add_test(all, exponentials);
    tcase_add_test(all, activations);
    tcase_add_test(all, whole_numbers);
    tcase_add_test(all, roots_and_logarithms);
    tcase_add_test(all, inverse_functions);
    tcase_add_test(all, ends_of_domains);
    tcase_add_test(all, powers_of_two_tensors);
    tcase_add_test(all, more_activations);
    tcase_add_test(all, infinite_exponents);
    tcase_add_test(all, flat_under_an_infinite_slope);
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
