/* test_function_accuracy.c - the elementwise functions as compiled into the library, with fused multiply-add and
 * long vectors: their largest errors over all magnitudes against the C library in the next wider type; and that the
 * bits of an element do not depend on its position.  real.h by itself is tested in test_real.c. */
#include <float.h>

#include "support/support.h"
#include "kernels/reference/reference.h"

#ifdef GD_DOUBLE
#define WIDE(f) f##l
#define UNIT    DBL_EPSILON
#define TINY    0x1p-1074L
#else
#define WIDE(f) f
#define UNIT    FLT_EPSILON
#define TINY    0x1p-149
#endif

typedef gi_wide wide;

static wide wide_silu(wide x)
{
    return x < -20000 ? 0 : x * gi_sigmoid_reference(x);
}

#define CONSTANT(value) ((wide)(value))
static wide wide_elu(wide x)         { return x > 0 ? x : WIDE(expm1)(x); }
static wide wide_selu(wide x)
{
    return CONSTANT(1.0507009873554804934193349852946L) * (x > 0 ? x : CONSTANT(1.6732632423543772848170429916717L)
                                                                           * WIDE(expm1)(x));
}
static wide wide_logsigmoid(wide x)  { return -gi_softplus_reference(-x); }
static wide wide_hardsigmoid(wide x) { return x <= -3 ? 0 : x >= 3 ? 1 : (x + 3) / 6; }
static wide wide_hardswish(wide x)   { return x <= -3 ? 0 : x >= 3 ? x : x * (x + 3) / 6; }
static wide wide_reciprocal(wide x)  { return 1 / x; }
static wide wide_round(wide x)       { return WIDE(rint)(x); }
static wide wide_above(wide x)       { return WIDE(atan2)(x, CONSTANT(0.75)); }
static wide wide_left(wide x)        { return WIDE(atan2)(x, CONSTANT(-3)); }
static wide wide_beside(wide x)      { return WIDE(atan2)(CONSTANT(-1.5), x); }
static wide wide_cube(wide x)        { return x * x * x; }
static wide wide_power(wide x)       { return WIDE(pow)(CONSTANT(0.75), x); }
static wide wide_root(wide x)        { return WIDE(pow)(x, CONSTANT(0.5)); }
/* floor and fmod, of which the library's are made, are exact; but for the second rounding below 0. */
static wide wide_remainder(wide x)
{
    const wide rest = WIDE(fmod)(x, CONSTANT(0.75));
    return rest < 0 ? rest + CONSTANT(0.75) : rest;
}

static gd_tensor *elu(gd_tensor *x)       { return gd_elu(x, 1); }
static gd_tensor *above(gd_tensor *x)     { return gd_atan2(x, gd_scalar(0.75)); }
static gd_tensor *left(gd_tensor *x)      { return gd_atan2(x, gd_scalar(-3)); }
static gd_tensor *beside(gd_tensor *x)    { return gd_atan2(gd_scalar(-1.5), x); }
static gd_tensor *cube(gd_tensor *x)      { return gd_pow_tensor(x, gd_scalar(3)); }
static gd_tensor *power(gd_tensor *x)     { return gd_pow_tensor(gd_scalar(0.75), x); }
static gd_tensor *root(gd_tensor *x)      { return gd_pow_tensor(x, gd_scalar(0.5)); }
static gd_tensor *remainder_by(gd_tensor *x) { return gd_remainder(x, gd_scalar(0.75)); }

/* Float computes these in double; double asks the C library or is as good as glibc's: 2.3. */
#ifdef GD_DOUBLE
#define WIDELY 2.3
#define MISH   3
#else
#define WIDELY 0.52
#define MISH   0.52
#endif

/* The C library's pow. */
#if defined(GD_DOUBLE) && defined(__MINGW32__)
#define POWER 1.5
#else
#define POWER 1
#endif

/* With WASI expl and others have the digits of exp, which is no reference for double: errors are not measured there. */
#if defined(GD_DOUBLE) && defined(__wasi__)
#define REFERENCE_ERROR (double)INFINITY
#else
#define REFERENCE_ERROR 0.0
#endif

static const struct function {
    const char *name;
    gd_tensor *(*f)(gd_tensor *x);
    wide       (*exact)(wide x);
    double       ulps, smallest;             /* of y; smaller ones are only as exact as their factors */
} table[] = {
    { "exp", gd_exp, gi_exp_reference, 2, 0 },                { "log", gd_log, gi_log_reference, 2, 0 },
    { "sin", gd_sin, gi_sin_reference, 2, 0 },                { "cos", gd_cos, gi_cos_reference, 2, 0 },
    { "sinh", gd_sinh, gi_sinh_reference, 2, 0 },             { "cosh", gd_cosh, gi_cosh_reference, 2, 0 },
    { "tanh", gd_tanh, gi_tanh_reference, 2, 0 },             { "erf", gd_erf, gi_erf_reference, 2, 0 },
    { "sigmoid", gd_sigmoid, gi_sigmoid_reference, 2, 0 },    { "softplus", gd_softplus, gi_softplus_reference, 2, 0 },
    { "gelu", gd_gelu, gi_gelu_reference, 12, 0 },          /* e^(-x^2/2) magnifies the rounding of x^2 */
    { "silu", gd_silu, wide_silu, 3, UNIT == FLT_EPSILON ? 1e-35 : 1e-300 },
    { "elu", elu, wide_elu, 2, 0 },                           { "selu", gd_selu, wide_selu, 2.5, 0 },
    { "expm1", gd_expm1, gi_expm1_reference, 2, 0 },          { "log1p", gd_log1p, gi_log1p_reference, 2, 0 },
    { "log2", gd_log2, gi_log2_reference, WIDELY, 0 },        { "log10", gd_log10, gi_log10_reference, WIDELY, 0 },
    { "tan", gd_tan, gi_tan_reference, WIDELY, 0 },           { "asin", gd_asin, gi_asin_reference, WIDELY, 0 },
    { "acos", gd_acos, gi_acos_reference, WIDELY, 0 },        { "atan", gd_atan, gi_atan_reference, WIDELY, 0 },
    { "asinh", gd_asinh, gi_asinh_reference, WIDELY, 0 },     { "acosh", gd_acosh, gi_acosh_reference, WIDELY, 0 },
    { "atanh", gd_atanh, gi_atanh_reference, WIDELY, 0 },     { "atan2 above", above, wide_above, WIDELY, 0 },
    { "atan2 left", left, wide_left, WIDELY, 0 },             { "atan2 beside", beside, wide_beside, WIDELY, 0 },
    { "mish", gd_mish, gi_mish_reference, MISH, 0 },  { "logsigmoid", gd_logsigmoid, wide_logsigmoid, 2, 0 },
    { "rsqrt", gd_rsqrt, gi_rsqrt_reference, 2, 0 },          { "reciprocal", gd_reciprocal, wide_reciprocal, 0.5, 0 },
    { "hardsigmoid", gd_hardsigmoid, wide_hardsigmoid, 2, 0 }, { "hardswish", gd_hardswish, wide_hardswish, 2, 0 },
    { "floor", gd_floor, WIDE(floor), 0, 0 },                 { "ceil", gd_ceil, WIDE(ceil), 0, 0 },
    { "trunc", gd_trunc, WIDE(trunc), 0, 0 },                 { "round", gd_round, wide_round, 0, 0 },
    { "remainder", remainder_by, wide_remainder, 0.5, 0 },    { "cube", cube, wide_cube, POWER, 0 },
    { "power", power, wide_power, POWER, 0 },                     { "root", root, wide_root, POWER, 0 },
};
enum { COUNT = sizeof table / sizeof *table, BLOCK = 4096 };

/* In units of the last place of exact; a result below the smallest number may be 0 of either sign. */
static double error_of(gd_real y, wide exact)
{
    if (isnan(y) || isnan(exact))
        return isnan(y) && isnan(exact) ? 0 : INFINITY;
    if ((wide)y == exact || (isinf(y) && WIDE(fabs)(exact) > (wide)(UNIT == FLT_EPSILON ? FLT_MAX : DBL_MAX)))
        return 0;
    int exponent;
    (void)WIDE(frexp)(exact, &exponent);
    wide ulp = WIDE(ldexp)((wide)UNIT, exponent - 1);
    return (double)(WIDE(fabs)((wide)y - exact) / (ulp > TINY ? ulp : TINY));
}

/* Patterns of bits in steps: all magnitudes and signs; every second one of moderate size. */
static void fill(gd_tensor *x, uint64_t *state)
{
    for (int64_t i = 0; i < x->numel; i++) {
        uint64_t bits = 0;
        for (int k = 0; k < 4; k++)
            bits = bits << 16 | draw(state, 1 << 16);
        bool moderate = bits & 1;
#ifdef GD_DOUBLE
        if (moderate)
            bits = (bits & 0x800fffffffffffffu) | (1023u - 8u + (bits >> 1) % 15u) << 52;
        memcpy(&x->data[i], &bits, sizeof bits);
#else
        uint32_t word = (uint32_t)(bits >> 32);
        if (moderate)
            word = (word & 0x807fffffu) | (uint32_t)(127u - 8u + (bits >> 1) % 15u) << 23;
        memcpy(&x->data[i], &word, sizeof word);
#endif
    }
}

START_TEST(small_errors)
{
    const struct function *t = &table[_i];
    double worst = 0, at = 0;
    uint64_t state = 1;
    for (int round = 0; round < 100; round++) {
        GD_SCOPE;
        gd_tensor *x = gd_zeros(GD_SHAPE(BLOCK));
        fill(x, &state);
        const gd_tensor *y = t->f(x);
        for (int64_t i = 0; i < BLOCK; i++) {
            double error = error_of(y->data[i], t->exact((wide)x->data[i]));
            if (error > worst && fabs((double)y->data[i]) >= t->smallest) {
                worst = error;
                at = (double)x->data[i];
            }
        }
    }
    ck_assert_msg(worst <= t->ulps + REFERENCE_ERROR, "%s: %g ulps at %a = %g", t->name, worst, at, at);
    if (getenv("TEST_REAL_STEP"))
        printf("%-9s %.3f ulp at %a = %g\n", t->name, worst, at, at);
}
END_TEST

/* The gradient of sum(gelu(x)): by the fast rule, or by the rule in operations. */
static const gd_tensor *gelu_slope(gd_tensor *x, bool create_graph)
{
    gd_tensor *dx = NULL;
    gd_requires_grad(x);
    ck_assert(gd_grad(gd_sum(gd_gelu(x)), NULL, &x, 1, &dx, create_graph));
    return dx;
}

/* Phi(x) + x phi(x): the two cancel near x = -0.75, so each counts; in the tail their sum keeps its digits. */
START_TEST(slope_of_gelu)
{
    GD_SCOPE;
    enum { N = 40001 };
    gd_tensor *x = gd_zeros(GD_SHAPE(N));
    for (int i = 0; i < N; i++)
        x->data[i] = (gd_real)(i - N / 2) / 1500;
    const gd_tensor *slope = gelu_slope(x, _i);
    for (int i = 0; i < N; i++) {
        const wide w = x->data[i], exact = gi_gelu_slope_reference(w), phi = w != 0 ? gi_gelu_reference(w) / w : 0.5;
        const wide scale = phi + WIDE(fabs)(exact - phi), error = WIDE(fabs)((wide)slope->data[i] - exact);
        const wide square = _i ? w * w : 0;             /* in operations, the square in the exponent is rounded */
        const wide ulps = 8 + square + (wide)REFERENCE_ERROR;
        if (error > ulps * (wide)UNIT * scale + 2 * TINY)
            ck_abort_msg("at %g: %.9g, not %.9g", (double)w, (double)slope->data[i], (double)exact);
    }
    gd_tensor *ends = gd_from(GD_SHAPE(3), (gd_real[]){ -INFINITY, INFINITY, NAN });
    const gd_tensor *y = gd_gelu(ends), *dy = gelu_slope(ends, _i);
    ck_assert(y->data[0] == 0 && y->data[1] == INFINITY && isnan(y->data[2]));
    ck_assert(dy->data[0] == 0 && dy->data[1] == 1 && isnan(dy->data[2]));
}
END_TEST

/* clang decides separately for vectors and for single numbers which products it fuses: gelu's last digit differs. */
static bool same(gd_real a, gd_real b)
{
#ifdef __clang__
    if (error_of(a, (wide)b) <= 4)
        return true;
#endif
    return memcmp(&a, &b, sizeof a) == 0 || (isnan(a) && isnan(b));
}

/* Any part of the numbers, and every second one, gives the same bits as the whole. */
START_TEST(place_does_not_matter)
{
    GD_SCOPE;
    gd_tensor *x = gd_zeros(GD_SHAPE(301));
    uint64_t state = 7;
    fill(x, &state);
    const gd_tensor *whole = table[_i].f(x);
    for (int64_t start = 0; start < 40; start++)
        for (int64_t n = 1; n < 70; n++)
            for (int step = 1; step <= 2; step++) {
                GD_SCOPE;
                gd_tensor *some = gd_slice(x, 0, start, start + n * step, step);
                const gd_tensor *y = table[_i].f(step == 1 ? gd_contiguous(some) : some);
                ck_assert_int_eq(y->numel, n);
                for (int64_t k = 0; k < n; k++)
                    if (!same(y->data[k], whole->data[start + k * step]))
                        ck_abort_msg("%s of %a is %a among many, %a as number %d of %d", table[_i].name,
                                     (double)x->data[start + k * step], (double)whole->data[start + k * step],
                                     (double)y->data[k], (int)k, (int)n);
            }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("operations: function accuracy");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, quietly, gd_shutdown);
    tcase_set_timeout(all, 120);
    tcase_add_loop_test(all, small_errors, 0, COUNT);
    tcase_add_loop_test(all, place_does_not_matter, 0, COUNT);
    tcase_add_loop_test(all, slope_of_gelu, 0, 2);
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
