/* test_quarter_turns.c - sine, cosine and tangent of large numbers and of numbers near multiples of pi/2, against exact
 * values: by src/kernels/quarter_turns.h itself, and by gd_sin, gd_cos and gd_tan. */
#include <float.h>

#include "kernels/quarter_turns.h"
#include "kernels/reference/reference.h"
#include "support/support.h"

/* value, the nearest double, and what is missing: together 100 bits and more. */
typedef struct exact {
    double value, missing;
} exact;

/* From mpmath with 1300 bits.  Powers of two where the reduction takes other bits of 2/pi; the doubles around pi/4 and
 * 3 pi/4, those nearest to pi/2, pi and 2 pi; 6381956970095103 2^797 and 16367173 2^72, which of all doubles and floats
 * come nearest to multiples of pi/2 (Muller, Elementary Functions, 3rd ed. 2016, 11.3); the floats around pi. */
static const struct known {
    double x;
    exact  sin, cos, tan;
} known[] = {
    { 1e22, { -0x1.b453ab76bf397p-1, -6.78e-18 },
      { 0x1.0be2cef01c8f4p-1, -4.71e-17 }, { -0x1.a0f79c1b6b257p+0, -1.01e-16 } },
    { 0x1p1000, { -0x1.460b8ae1c886ep-3, -8.41e-18 },
      { 0x1.f9785160c8815p-1, 1.02e-17 }, { -0x1.4a41d560c08ccp-3, 2.83e-18 } },
    { DBL_MAX, { 0x1.452fc98b34e97p-8, -2.5e-19 },
      { -0x1.fffe62ecfab75p-1, -2.6e-17 }, { -0x1.4530cfe729484p-8, 2.41e-19 } },
    { 0x1.6ac5b262ca1ffp+849, { 0x1p+0, -1.1e-37 },
      { -0x1.14ae72e6ba22fp-61, 4.37e-36 }, { -0x1.d9ba9a7975636p+60, 92.3 } },
    { 0x1.921fb54442d18p+0, { 0x1p+0, -1.87e-33 },
      { 0x1.1a62633145c07p-54, -1.5e-33 }, { 0x1.d02967c31cdb5p+53, -0.244 } },
    { 0x1.921fb54442d18p+1, { 0x1.1a62633145c07p-53, -2.99e-33 },
      { -0x1p+0, 7.5e-33 }, { -0x1.1a62633145c07p-53, 2.99e-33 } },
    { 0x1.921fb54442d18p+2, { -0x1.1a62633145c07p-52, 5.99e-33 },
      { 0x1p+0, -3e-32 }, { -0x1.1a62633145c07p-52, 5.99e-33 } },
    { -0x1.921fb54442d18p+10, { 0x1.1a62633145c07p-44, -1.53e-30 },
      { 0x1p+0, -1.97e-27 }, { 0x1.1a62633145c07p-44, -1.53e-30 } },
    { 0x1.921fb54442d18p-1, { 0x1.6a09e667f3bccp-1, 4.1e-17 },
      { 0x1.6a09e667f3bcdp-1, -2.67e-17 }, { 0x1.fffffffffffffp-1, 4.98e-17 } },
    { 0x1.921fb54442d19p-1, { 0x1.6a09e667f3bcdp-1, 8.52e-18 },
      { 0x1.6a09e667f3bccp-1, 5.83e-18 }, { 0x1.0000000000001p+0, -6.12e-17 } },
    { 0x1.2d97c7f3321d2p+1, { 0x1.6a09e667f3bcdp-1, 1.66e-17 },
      { -0x1.6a09e667f3bccp-1, 2.26e-18 }, { -0x1.0000000000001p+0, 3.83e-17 } },
    { 0x1.2d97c7f3321d3p+1, { 0x1.6a09e667f3bcap-1, 3.57e-17 },
      { -0x1.6a09e667f3bcfp-1, 2.13e-17 }, { -0x1.ffffffffffffap-1, 3.83e-17 } },
    { -0x1p63, { -0x1.fff6dfd42dc54p-1, -2.91e-17 },
      { 0x1.82aa375b3c33ep-7, 7.62e-19 }, { -0x1.52f50e757941dp+6, 3.55e-15 } },
    { 0x1p64, { 0x1.82a353118793dp-6, 5.13e-19 },
      { -0x1.ffdb7fa3fe34dp-1, -3.43e-17 }, { -0x1.82bee572e2ac9p-6, 7.67e-19 } },
    { 1e10, { -0x1.f334c7896a4e3p-2, -1.67e-17 },
      { 0x1.bf098901c931ap-1, -5.41e-17 }, { -0x1.1de000f443f50p-1, -4.09e-17 } },
    { 0x1.fffffffffffffp+53, { 0x1.c90c07d7c5802p-6, -6.39e-20 },
      { 0x1.ffccfdb63c940p-1, -3.57e-19 }, { 0x1.c939951f38eb1p-6, -4.82e-19 } },
    { 0x1p+54, { 0x1.cb6f75f360b74p-1, -5.44e-17 },
      { -0x1.c3f1688d11440p-2, 5.92e-18 }, { -0x1.043e77b07c4dfp+1, -2.31e-17 } },
    { 0x1p+55, { -0x1.958b4e2e20661p-1, 2.73e-17 },
      { -0x1.3888e17e3c374p-1, -4.05e-19 }, { 0x1.4c2f55b092bf2p+0, 3.13e-18 } },
    { 0x1.fffffep+127, { -0x1.0b33665089575p-1, -1.42e-17 },
      { 0x1.b4bf2c79bdfcep-1, -3.72e-17 }, { -0x1.393d94b4988c2p-1, 5.93e-18 } },
    { 355, { -0x1.f9bd0307d1de3p-16, 1.3e-21 },
      { -0x1.fffffffc18e4cp-1, 1.06e-17 }, { 0x1.f9bd030bacc16p-16, 3.15e-22 } },
    { 0x1.f37c8ap+95, { 0x1p+0, -1.3e-18 },
      { -0x1.bbdd52a58eafbp-30, -7.23e-26 }, { -0x1.274c1bb79adb7p+29, -1.18e-08 } },
    { -0x1p127, { -0x1.3f2c62cde42bdp-1, -4.91e-17 },
      { 0x1.90571d9316bccp-1, 4.15e-17 }, { -0x1.9831d5733d85bp-1, 2.24e-17 } },
    { 0x1p50, { 0x1.fc4f5e3aaeddbp-2, -6.36e-18 },
      { 0x1.bc7711009e00bp-1, -3.92e-17 }, { 0x1.24c5e153a88aep-1, 2.81e-17 } },
    { 0x1p76, { -0x1.51f3b74e29a48p-1, 1.56e-17 },
      { -0x1.809eaf00bd647p-1, 4.54e-17 }, { 0x1.c1e061b98cc22p-1, -3.99e-17 } },
    { 0x1p102, { 0x1.c7998855a498cp-1, 2.53e-17 },
      { -0x1.d3377ef19b66cp-2, -2.47e-17 }, { -0x1.f344faab2fb4dp+0, 1.7e-17 } },
    { 0x1.921fb6p+1, { -0x1.777a5cf72cec6p-24, 1.35e-25 },
      { -0x1.fffffffffffdep-1, 4.66e-17 }, { 0x1.777a5cf72cedfp-24, 3.07e-24 } },
    { 0x1.921fb6p+0, { 0x1.ffffffffffff7p-1, 4.39e-17 },
      { -0x1.777a5cf72ceccp-25, -1.99e-24 }, { -0x1.5d14946dc9897p+24, -1.36e-09 } },
    { -0x1.921fb4p-1, { -0x1.6a09e582aa394p-1, -3.66e-17 },
      { 0x1.6a09e74d3d3fcp-1, -3.07e-17 }, { -0x1.fffffd777a5e9p-1, -1.32e-17 } },
};
enum { KNOWN = sizeof known / sizeof *known };

/* In units of the last place of doubles or, 2^29 times as large, of floats. */
static double ulps(double y, exact e, double epsilon)
{
    int exponent;
    (void)frexp(e.value, &exponent);
    return fabs((y - e.value) - e.missing) / ldexp(epsilon, exponent - 1);
}

#define ck_ulps(name, x, y, e, epsilon, limit)                                                              \
    ck_assert_msg(ulps(y, e, epsilon) <= (limit), "%s(%a) is %a, not %a: %g ulps", name, x, y, (e).value,   \
                  ulps(y, e, epsilon))

START_TEST(known_values)
{
    for (int i = 0; i < KNOWN; i++) {
        const struct known *k = &known[i];
        ck_ulps("gi_sin_of_any", k->x, gi_sin_of_any(k->x), k->sin, DBL_EPSILON, 0.51);
        ck_ulps("gi_cos_of_any", k->x, gi_cos_of_any(k->x), k->cos, DBL_EPSILON, 0.51);
        ck_ulps("gi_tan_of_any", k->x, gi_tan_of_any(k->x), k->tan, DBL_EPSILON, 0.51);
        ck_assert(gi_sin_of_any(-k->x) == -gi_sin_of_any(k->x));
        ck_assert(gi_cos_of_any(-k->x) == gi_cos_of_any(k->x));
        ck_assert(gi_tan_of_any(-k->x) == -gi_tan_of_any(k->x));
    }
}
END_TEST

/* The limits are those of docs/numerics.md. */
START_TEST(known_values_of_operations)
{
    const double limit = IN_DOUBLE ? 0.56 : 0.51, epsilon = IN_DOUBLE ? DBL_EPSILON : (double)FLT_EPSILON;
    int tried = 0;
    for (int i = 0; i < KNOWN; i++) {
        GD_SCOPE;
        const struct known *k = &known[i];
        if (!IN_DOUBLE && !(fabs(k->x) <= (double)FLT_MAX && k->x == (double)(float)k->x))
            continue;
        tried++;
        gd_tensor *x = gd_scalar(k->x);
        ck_ulps("gd_sin", k->x, gd_item(gd_sin(x)), k->sin, epsilon, limit);
        ck_ulps("gd_cos", k->x, gd_item(gd_cos(x)), k->cos, epsilon, limit);
        ck_ulps("gd_tan", k->x, gd_item(gd_tan(x)), k->tan, epsilon, limit);
    }
    ck_assert_int_eq(tried, IN_DOUBLE ? KNOWN : 15);
}
END_TEST

/* Subnormal numbers and their neighbours are their own sine and tangent. */
START_TEST(small_numbers)
{
    const double smallest = IN_DOUBLE ? DBL_MIN : (double)FLT_MIN;
    const double step = smallest * (IN_DOUBLE ? DBL_EPSILON : (double)FLT_EPSILON);
    const double small[] = { 0, step, 2 * step, 3 * step, smallest - step, smallest, smallest + step };
    for (size_t i = 0; i < 2 * (sizeof small / sizeof *small); i++) {
        GD_SCOPE;
        const gd_real x = (gd_real)(i % 2 ? -small[i / 2] : small[i / 2]);
        gd_tensor *t = gd_from(GD_SHAPE(1), &x);
        const gd_real s = gd_sin(t)->data[0], c = gd_cos(t)->data[0], q = gd_tan(t)->data[0];
        ck_assert(memcmp(&s, &x, sizeof x) == 0 && c == 1 && memcmp(&q, &x, sizeof x) == 0);
    }
}
END_TEST

START_TEST(infinities_and_nan)
{
    const double none[] = { INFINITY, -INFINITY, NAN };
    for (int i = 0; i < 3; i++) {
        GD_SCOPE;
        ck_assert(isnan(gi_sin_of_any(none[i])) && isnan(gi_cos_of_any(none[i])) && isnan(gi_tan_of_any(none[i])));
        gd_tensor *x = gd_scalar(none[i]);
        ck_assert(isnan(gd_item(gd_sin(x))) && isnan(gd_item(gd_cos(x))) && isnan(gd_item(gd_tan(x))));
    }
}
END_TEST

#ifdef GD_DOUBLE

static double ulps_from(double y, gi_wide wanted)
{
    const double value = (double)wanted;
    return ulps(y, (struct exact){ value, (double)(wanted - (gi_wide)value) }, DBL_EPSILON);
}

/* Of all sizes: words and shifts of 2/pi that the known values do not need.  Elsewhere than in glibc the reference
 * shares the reduction. */
START_TEST(random_numbers)
{
    uint64_t state = 3;
    double worst = 0, at = 0;
    for (int64_t i = 0; i < (getenv("TEST_REAL_STEP") ? 10000000 : 100000); i++) {
        const double x = ldexp(1 + (double)draw(&state, 1 << 26) * 0x1p-26 + (double)draw(&state, 1 << 26) * 0x1p-52,
                               (int)draw(&state, 1024));
        const double error = fmax(ulps_from(gi_sin_of_any(x), gi_sin_reference((gi_wide)x)),
                                  fmax(ulps_from(gi_cos_of_any(x), gi_cos_reference((gi_wide)x)),
                                       ulps_from(gi_tan_of_any(x), gi_tan_reference((gi_wide)x))));
        if (error > worst) {
            worst = error;
            at = x;
        }
    }
    ck_assert_msg(worst <= 0.51, "%g ulps at %a", worst, at);
    if (getenv("TEST_REAL_STEP"))
        printf("%.4f ulps at %a\n", worst, at);
}
END_TEST

#endif

int main(void)
{
    Suite *suite = suite_create("kernels: quarter turns");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, quietly, gd_shutdown);
    tcase_set_timeout(all, 120);
    tcase_add_test(all, known_values);
    tcase_add_test(all, known_values_of_operations);
    tcase_add_test(all, small_numbers);
    tcase_add_test(all, infinities_and_nan);
#ifdef GD_DOUBLE
    tcase_add_test(all, random_numbers);
#endif
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
