/* test_real.c - the elementary functions of src/kernels/real.h and the sums of src/kernels/sums.h.
 *
 * Each function is compared with the C library in the next wider type: over all magnitudes, at the special
 * values, and around the points where its formula changes.  TEST_REAL_STEP=1 in the environment takes every
 * float there is and prints the largest errors; it takes about an hour. */
#include <check.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/compiler.h"
#include "kernels/real.h"
#include "kernels/reference/reference.h"
#include "kernels/sums.h"
#include "support/suite.h"

/* ---- Functions and references ----------------------------------------------------------------------------- */

typedef gi_wide wide;
#ifdef GD_DOUBLE
#define WIDE(f) f##l
#define MANTISSA DBL_MANT_DIG
#define MIN_EXP  DBL_MIN_EXP
#define MAX_EXP  DBL_MAX_EXP
#define MAX      DBL_MAX
#else
#define WIDE(f) f
#define MANTISSA FLT_MANT_DIG
#define MIN_EXP  FLT_MIN_EXP
#define MAX_EXP  FLT_MAX_EXP
#define MAX      FLT_MAX
#endif

/*        name      smallest and largest value           symmetry: odd, even or none */
#define FUNCTIONS(F)                                      \
    F(exp,      0,         INFINITY,  0)                  \
    F(expm1,    -1,        INFINITY,  0)                  \
    F(log,      -INFINITY, INFINITY,  0)                  \
    F(log1p,    -INFINITY, INFINITY,  0)                  \
    F(sigmoid,  0,         1,         0)                  \
    F(softplus, 0,         INFINITY,  0)                  \
    F(tanh,     -1,        1,        -1)                  \
    F(sinh,     -INFINITY, INFINITY, -1)                  \
    F(cosh,     1,         INFINITY,  1)                  \
    F(erf,      -1,        1,        -1)                  \
    F(sin,      -1,        1,        -1)                  \
    F(cos,      -1,        1,         1)                  \
    F(sqrt,     0,         INFINITY,  0)                  \
    F(rsqrt,    -INFINITY, INFINITY,  0)                  \
    F(log2,     -INFINITY, INFINITY,  0)                  \
    F(log10,    -INFINITY, INFINITY,  0)                  \
    F(tan,      -INFINITY, INFINITY, -1)                  \
    F(asin,     -HALF_PI,  HALF_PI,  -1)                  \
    F(acos,     0,         2 * HALF_PI, 0)                \
    F(atan,     -HALF_PI,  HALF_PI,  -1)                  \
    F(asinh,    -INFINITY, INFINITY, -1)                  \
    F(acosh,    0,         INFINITY,  0)                  \
    F(atanh,    -INFINITY, INFINITY, -1)                  \
    F(mish,     -0.3089,   INFINITY,  0)                  \
    INVERSES(F)
#define HALF_PI 1.57079632679489661923

/* What takes the place of some C libraries' functions, of which glibc's are none; plain builds call the references. */
#if defined(GD_DOUBLE) && !defined(GD_PLAIN)
#define INVERSES(F)                                       \
    F(asinh_here, -INFINITY, INFINITY, -1)                \
    F(acosh_here, 0,         INFINITY, 0)                 \
    F(atanh_here, -INFINITY, INFINITY, -1)
#define gi_asinh_here_reference gi_asinh_reference
#define gi_acosh_here_reference gi_acosh_reference
#define gi_atanh_here_reference gi_atanh_reference
#else
#define INVERSES(F)
#endif

/* With WASI expl and others have the digits of exp, which is no reference for double: errors are not measured there. */
#if defined(GD_DOUBLE) && defined(__wasi__)
#define REFERENCE_ERROR (double)INFINITY
#else
#define REFERENCE_ERROR 0.0
#endif

/* Two compilations of each: in a loop for the machine's vector instructions, and one number at a time. */
#define COMPILE(name, low, high, symmetry)                                                                 \
    GI_KERNEL static void loop_##name(int64_t n, const gd_real *restrict x, gd_real *restrict y)           \
    {                                                                                                      \
        for (int64_t i = 0; i < n; i++)                                                                    \
            y[i] = real_##name(x[i]);                                                                      \
    }                                                                                                      \
    static GI_NOINLINE gd_real single_##name(gd_real x)                                                    \
    {                                                                                                      \
        return real_##name(x);                                                                             \
    }
FUNCTIONS(COMPILE)

typedef struct function {
    const char *name;
    void    (*loop)(int64_t n, const gd_real *restrict x, gd_real *restrict y);
    gd_real (*single)(gd_real x);
    wide    (*reference)(wide x);
    gd_real   low, high;
    int       symmetry;
} function;

#define ENTRY(name, low, high, symmetry) \
    { #name, loop_##name, single_##name, gi_##name##_reference, (gd_real)(low), (gd_real)(high), symmetry },
static const function functions[] = { FUNCTIONS(ENTRY) };
enum { COUNT = sizeof functions / sizeof functions[0] };

/* error_of - |y - exact| in ulps of exact; overflow counts as 2^MAX_EXP on both sides. */
static double error_of(gd_real y, wide exact)
{
    if (isnan(exact) || isnan(y))
        return isnan(exact) && isnan(y) ? 0 : INFINITY;
    if (!signbit(y) != !signbit(exact))
        return INFINITY;
    if (exact == 0)
        return y == 0 ? 0 : INFINITY;
    wide limit = WIDE(ldexp)(1, MAX_EXP);
    wide a = WIDE(fabs)((wide)y), b = WIDE(fabs)(exact);
    a = a > limit ? limit : a;
    b = b > limit ? limit : b;
    int exponent;
    (void)WIDE(frexp)(b, &exponent);
    exponent = exponent < MIN_EXP ? MIN_EXP : (exponent > MAX_EXP ? MAX_EXP : exponent);
    return (double)(WIDE(fabs)(a - b) / WIDE(ldexp)(1, exponent - MANTISSA));
}

typedef struct worst {
    double  error;
    gd_real x;
} worst;

enum { BLOCK = 1024 };

/* check_block - n numbers through f: errors, range, symmetry, and the same bits one at a time.
 * ck_abort_msg under an if, since a ck_assert that holds costs a system call. */
static void check_block(const function *f, int64_t n, const gd_real *x, worst *w)
{
    gd_real y[BLOCK], minus[BLOCK], mirrored[BLOCK];
    for (int64_t i = 0; i < n; i++)
        minus[i] = -x[i];
    f->loop(n, x, y);
    f->loop(n, minus, mirrored);
    for (int64_t i = 0; i < n; i++) {
        double error = error_of(y[i], f->reference(x[i]));
        if (error > w->error)
            *w = (worst){ error, x[i] };
        gd_real single = f->single(x[i]);
        if (memcmp(&single, &y[i], sizeof single) != 0 && !isnan(single))
            ck_abort_msg("%s(%a) = %a in a loop, %a alone", f->name, (double)x[i], (double)y[i], (double)single);
        if (y[i] < f->low || y[i] > f->high)
            ck_abort_msg("%s(%a) = %a is out of range", f->name, (double)x[i], (double)y[i]);
        if (f->symmetry && mirrored[i] != (gd_real)f->symmetry * y[i] && !isnan(y[i]))
            ck_abort_msg("%s is not symmetric at %a", f->name, (double)x[i]);
    }
}

static void check_worst(const function *f, const worst *w)
{
    if (getenv("TEST_REAL_STEP") && w->x != 0)
        printf("%-9s %.4f ulp at %a\n", f->name, w->error, (double)w->x);
    double allowed = strcmp(f->name, "sqrt") == 0 ? 0.5 : sizeof(gd_real) == 8 && strcmp(f->name, "mish") == 0 ? 3 : 2;
    allowed += REFERENCE_ERROR;
    ck_assert_msg(w->error <= allowed, "%s: %g ulp at x = %a (%g)", f->name, w->error, (double)w->x, (double)w->x);
}

/* splitmix64 (Steele, Lea, Flood 2014), so that the numbers are the same everywhere. */
static uint64_t next(uint64_t *state)
{
    uint64_t z = (*state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* uniform - in [-1, 1). */
static gd_real uniform(uint64_t *state)
{
    return (gd_real)((double)(next(state) >> 40) * 0x1p-23 - 1);
}

/* ---- Tests of the functions ------------------------------------------------------------------------------ */

/* Float: every 2003th bit pattern.  Double: random patterns, and random numbers of moderate size. */
START_TEST(all_magnitudes)
{
    const function *f = &functions[_i];
    worst w = { 0, 0 };
    gd_real x[BLOCK];
    const char *setting = getenv("TEST_REAL_STEP");
    uint64_t step = setting ? strtoull(setting, NULL, 10) : 2003, state = 1;
    ck_assert(step > 0);
    for (uint64_t pattern = 0; pattern < (uint64_t)1 << 32;) {
        int64_t n = 0;
        for (; n < BLOCK && pattern < (uint64_t)1 << 32; n++, pattern += step) {
#ifdef GD_DOUBLE
            uint64_t bits = next(&state);
            if (bits & 1)                                       /* exponents -32 .. 15 instead of all */
                bits = (bits & 0x800fffffffffffffu) | (1023u - 32u + (bits >> 1) % 48u) << 52;
            memcpy(&x[n], &bits, sizeof bits);
            pattern += 9 * step;
#else
            uint32_t bits = (uint32_t)pattern;
            memcpy(&x[n], &bits, sizeof bits);
            (void)state;
#endif
        }
        check_block(f, n, x, &w);
    }
    check_worst(f, &w);
}
END_TEST

/* Around the points where a formula changes, or where a result becomes 0, subnormal or infinite. */
START_TEST(around_breakpoints)
{
    static const double points[] = {
        0, 0x1p-149, 0x1p-126, 0x1p-24, 0x1p-12, 0.34657359, 0.41421356, 0.5, 0.57735, 0.625, 0.70710678, 0.95, 1,
        1.0397207, 1.41421356, 1.5707963267948966, 2, 3.141592653589793, 4, 9.01, 16.635532, 17.32868, 19.06, 20,
        37.4, 40, 80, 87.33654, 88.72284, 89, 89.41599, 89.5, 103.27893, 103.97208, 105, 700, 708.3964, 709.782712,
        710, 710.4758, 710.5, 745.1332, 746, 0x1p24, 0x1p50, 0x1p76, 0x1p102, 0x1p127,
    };
    const function *f = &functions[_i];
    worst w = { 0, 0 };
    for (size_t p = 0; p < sizeof points / sizeof points[0]; p++)
        for (int sign = -1; sign <= 1; sign += 2) {
            gd_real x[BLOCK];
            x[BLOCK / 2] = (gd_real)(sign * points[p]);
            for (int i = BLOCK / 2; i + 1 < BLOCK; i++)
                x[i + 1] = (gd_real)WIDE(nextafter)((wide)x[i], (wide)0) == x[i]
                               ? x[i] + (x[i] >= 0 ? (gd_real)ldexp(1, MIN_EXP - MANTISSA) : 0)
                               : (gd_real)(x[i] * (1 + (gd_real)ldexp(1, 1 - MANTISSA)));
            for (int i = BLOCK / 2; i > 0; i--)
                x[i - 1] = (gd_real)(x[i] * (1 - (gd_real)ldexp(1, -MANTISSA)));
            check_block(f, BLOCK, x, &w);
        }
    check_worst(f, &w);
}
END_TEST

START_TEST(special_values)
{
    const function *f = &functions[_i];
    gd_real x[] = { 0, (gd_real)-0.0, 1, -1, INFINITY, -INFINITY, NAN, MAX, -MAX, 0, 0, 0, 0 };
    x[9] = (gd_real)ldexp(1, MIN_EXP - MANTISSA);               /* the smallest number */
    x[10] = -x[9];
    x[11] = (gd_real)ldexp(1, MIN_EXP - 1);                     /* the smallest normal one */
    x[12] = -x[11];
    worst w = { 0, 0 };
    check_block(f, sizeof x / sizeof x[0], x, &w);
    check_worst(f, &w);
}
END_TEST

START_TEST(exact_functions)
{
    ck_assert(real_sign(3) == 1 && real_sign((gd_real)-0.25) == -1 && real_sign(INFINITY) == 1);
    ck_assert(real_sign(0) == 0 && signbit(real_sign((gd_real)-0.0)) && isnan(real_sign(NAN)));
    ck_assert(real_max(1, 2) == 2 && real_max(2, 1) == 2 && real_max(-1, -2) == -1);
    ck_assert(real_min(1, 2) == 1 && real_min(2, 1) == 1 && real_min(-1, -2) == -2);
    ck_assert(isnan(real_max(NAN, 1)) && isnan(real_max(1, NAN)) && isnan(real_max(NAN, NAN)));
    ck_assert(isnan(real_min(NAN, 1)) && isnan(real_min(1, NAN)) && isnan(real_min(-INFINITY, NAN)));
    ck_assert(real_max(-INFINITY, -MAX) == -MAX && real_min(INFINITY, MAX) == MAX);
    ck_assert(real_abs(-2) == 2 && !signbit(real_abs((gd_real)-0.0)) && isnan(real_abs(NAN)));
}
END_TEST

/* ---- Tests of the sums ----------------------------------------------------------------------------------- */

static const int64_t sizes[] = {
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 31, 100, 255, 256, 257, 511, 513, 1000, 2047, 2048,
    2049, 2063, 4095, 4096, 4097, 6144, 6145, 10000, 65536, 100003, 131071, 131072, 300007,
};
enum { SIZES = sizeof sizes / sizeof sizes[0], LARGEST = 300007 };

static gd_real *random_numbers(int64_t n, uint64_t seed)
{
    gd_real *x = malloc((size_t)(n + 1) * sizeof *x);
    ck_assert_ptr_nonnull(x);
    for (int64_t i = 0; i < n; i++)
        x[i] = uniform(&seed);
    return x;
}

#ifndef GD_PLAIN                           /* the references add one term after the other */

/* ordered_sum - the order that sums.c promises, spelled out in another way: 16 lanes, trees of 16 and of 4 rows,
 * the last with zeros. */
static gd_real tree(int rows, const gd_real *x, int64_t stride)
{
    return rows == 1 ? x[0] : tree(rows / 2, x, stride) + tree(rows / 2, x + rows / 2 * stride, stride);
}

static gd_real ordered_sum(int64_t n, const gd_real *x)
{
    if (n > 2048) {
        int64_t half = (n + 2047) / 2048 / 2 * 2048;
        return ordered_sum(half, x) + ordered_sum(n - half, x + half);
    }
    gd_real lane[16];
    for (int l = 0; l < 16; l++) {
        int64_t i = l;
        volatile gd_real sum = 0;
        for (; i - l + 256 <= n; i += 256)
            sum = sum + tree(16, x + i, 16);
        for (; i - l < n; i += 64) {
            gd_real four[4];
            for (int k = 0; k < 4; k++)
                four[k] = i + 16 * k < n ? x[i + 16 * k] : 0;
            sum = sum + tree(4, four, 1);
        }
        lane[l] = sum;
    }
    return tree(16, lane, 1);
}

START_TEST(sums_have_their_order)
{
    int64_t n = sizes[_i];
    gd_real *x = random_numbers(n, 2), *ones = random_numbers(n, 3);
    for (int64_t i = 0; i < n; i++)
        ones[i] = 1;
    gd_real *room = malloc((size_t)(3 * n + 20) * sizeof *room);
    ck_assert_ptr_nonnull(room);
    gd_real expected = ordered_sum(n, x);
    for (int offset = 0; offset < 17; offset++) {               /* whatever the alignment */
        memcpy(room + offset, x, (size_t)n * sizeof *x);
        ck_assert(real_sum(n, room + offset) == expected);
        ck_assert(real_dot(n, room + offset, ones) == expected);
    }
    for (int64_t stride = -3; stride <= 3; stride++) {
        if (stride == 0)
            continue;
        gd_real *first = stride > 0 ? room : room + 3 * n;
        for (int64_t i = 0; i < n; i++)
            first[i * stride] = x[i];
        ck_assert(real_sum_strided(n, first, stride) == expected);
    }
    free(room);
    free(ones);
    free(x);
}
END_TEST

/* Of rounded squares of rounded differences, in pieces of 512. */
static gd_real ordered_squares(int64_t n, const gd_real *a, const gd_real *b)
{
    if (n > 512) {
        int64_t half = (n / 2 + 511) / 512 * 512;
        return ordered_squares(half, a, b) + ordered_squares(n - half, a + half, b + half);
    }
    gd_real square[512];
    for (int64_t i = 0; i < n; i++) {
        volatile gd_real difference = a[i] - b[i];
        square[i] = difference * difference;
    }
    return ordered_sum(n, square);
}

START_TEST(squared_distances_have_their_order)
{
    int64_t n = sizes[_i];
    gd_real *a = random_numbers(n, 6), *b = random_numbers(n, 7);
    ck_assert(real_squared_distance(n, a, b) == ordered_squares(n, a, b));
    ck_assert(real_squared_distance(n, a, a) == 0);
    free(a);
    free(b);
}
END_TEST

START_TEST(sums_of_negative_zeros_are_zero)
{
    gd_real x[20], ones[20];
    for (int64_t n = 0; n <= 20; n++) {
        for (int64_t i = 0; i < n; i++) {
            x[i] = -(gd_real)0;
            ones[i] = 1;
        }
        ck_assert(!signbit(real_sum(n, x)) && !signbit(real_dot(n, x, ones)) && !signbit(real_sum_strided(n, x, 1)));
    }
}
END_TEST

START_TEST(sums_beat_the_naive_loop)
{
    enum { N = 4000000 };
    gd_real *x = malloc(N * sizeof *x), naive = 0, tenth = (gd_real)0.1;
    ck_assert_ptr_nonnull(x);
    for (int64_t i = 0; i < N; i++) {
        x[i] = tenth;
        naive += tenth;
    }
    long double exact = N * (long double)tenth;
    ck_assert(fabsl(real_sum(N, x) - exact) < 4 * ldexpl(exact, -MANTISSA));
    ck_assert(fabsl(naive - exact) > 1000 * ldexpl(exact, -MANTISSA));
    free(x);
}
END_TEST

#endif

START_TEST(sums_are_accurate)
{
    int64_t n = sizes[_i];
    double u = ldexp(1, -MANTISSA), bound = 26 * u + 1e-18;
    gd_real *a = random_numbers(n, 4), *b = random_numbers(n, 5);
    wide size = 0, dot_size = 0;
    for (int64_t i = 0; i < n; i++) {
        size += WIDE(fabs)((wide)a[i]);
        dot_size += WIDE(fabs)((wide)a[i] * (wide)b[i]);
    }
    ck_assert(WIDE(fabs)((wide)real_sum(n, a) - gi_sum_reference(n, a, 1)) <= (wide)bound * size);
    ck_assert(WIDE(fabs)((wide)real_dot(n, a, b) - gi_dot_reference(n, a, b)) <= (wide)bound * dot_size);
    free(a);
    free(b);
}
END_TEST

START_TEST(sums_pass_on_infinity_and_nan)
{
    gd_real x[300];
    for (int at = 0; at < 300; at += 23) {
        for (int i = 0; i < 300; i++)
            x[i] = 1;
        x[at] = INFINITY;
        ck_assert(real_sum(300, x) == INFINITY && real_dot(300, x, x) == INFINITY);
        x[(at + 150) % 300] = -INFINITY;
        ck_assert(isnan(real_sum(300, x)));
        x[(at + 150) % 300] = NAN;
        ck_assert(isnan(real_sum(300, x)) && isnan(real_dot(300, x, x)));
    }
    ck_assert(real_sum(0, NULL) == 0 && real_dot(0, NULL, NULL) == 0 && real_sum_strided(0, NULL, 5) == 0);
}
END_TEST

static const struct { int64_t rows, columns, row; } shapes[] = {
    { 0, 3, 3 }, { 1, 1, 1 }, { 1, 300, 300 }, { 2, 5, 7 }, { 15, 16, 16 }, { 16, 17, 20 }, { 17, 127, 127 },
    { 33, 128, 128 }, { 127, 129, 130 }, { 128, 10, 10 }, { 129, 1, 2 }, { 1000, 3, 3 }, { 2500, 260, 261 },
};

/* Sums are added to what y holds; its neighbours stay; a column's bits do not depend on the others. */
START_TEST(column_sums)
{
    int64_t rows = shapes[_i].rows, columns = shapes[_i].columns, row = shapes[_i].row;
    double bound = 30 * ldexp(1, -MANTISSA);
    gd_real *x = random_numbers(rows * row, 6), *y = random_numbers(columns + 2, 7);
    gd_real *before = random_numbers(columns + 2, 7);
    real_sum_columns(rows, columns, x, row, 1, y + 1);
    ck_assert(y[0] == before[0] && y[columns + 1] == before[columns + 1]);
    for (int64_t j = 0; j < columns; j++) {
        const wide sum = (wide)before[j + 1] + gi_sum_reference(rows, x + j, row);
        wide size = WIDE(fabs)((wide)before[j + 1]);
        for (int64_t i = 0; i < rows; i++)
            size += WIDE(fabs)((wide)x[i * row + j]);
        ck_assert_msg(WIDE(fabs)((wide)y[j + 1] - sum) <= (wide)bound * size, "column %d", (int)j);
        gd_real alone = before[j + 1];
        real_sum_columns(rows, 1, x + j, row, 1, &alone);
        ck_assert(alone == y[j + 1]);
    }
    free(before);
    free(y);
    free(x);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("kernels: real");
    TCase *elementary = tcase_create("elementary functions");
    tcase_set_timeout(elementary, getenv("TEST_REAL_STEP") ? 0 : 120);
    tcase_add_loop_test(elementary, all_magnitudes, 0, COUNT);
    tcase_add_loop_test(elementary, around_breakpoints, 0, COUNT);
    tcase_add_loop_test(elementary, special_values, 0, COUNT);
    tcase_add_test(elementary, exact_functions);
    suite_add_tcase(suite, elementary);

    TCase *sums = tcase_create("sums");
    tcase_set_timeout(sums, 120);
#ifndef GD_PLAIN
    tcase_add_loop_test(sums, sums_have_their_order, 0, SIZES);
    tcase_add_loop_test(sums, squared_distances_have_their_order, 0, SIZES);
    tcase_add_test(sums, sums_of_negative_zeros_are_zero);
    tcase_add_test(sums, sums_beat_the_naive_loop);
#endif
    tcase_add_loop_test(sums, sums_are_accurate, 0, SIZES);
    tcase_add_test(sums, sums_pass_on_infinity_and_nan);
    tcase_add_loop_test(sums, column_sums, 0, sizeof shapes / sizeof shapes[0]);
    suite_add_tcase(suite, sums);

    return run_suite(suite);
}
