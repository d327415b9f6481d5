/* real_wide.h - functions of float that are computed in double: inverse functions, logarithms of other bases, mish.
 * Included by real_float.h; read real.h first.
 *
 * A double has so many more digits that what is lost on the way does not matter, and so much more range that nothing
 * overflows or vanishes.  What is left is the rounding of the result: the largest error of each is below 0.51.  The
 * polynomials have relative errors, with respect to the result, of at most 2^-34. */
#ifndef GRADUS_REAL_WIDE_H
#define GRADUS_REAL_WIDE_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#define REAL_PI       0x1.921fb54442d18p+1
#define REAL_LN2      0x1.62e42fefa39efp-1
#define REAL_LOG2_E   0x1.71547652b82fep+0  /* 1 / log 2 */
#define REAL_LOG10_E  0x1.bcb7b1526e50ep-2  /* 1 / log 10 */
#define REAL_ONE_BITS 0x3ff0000000000000u   /* bits of 1 */

REAL_INLINE uint64_t real_wide_bits(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

REAL_INLINE double real_wide_from_bits(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* real_wide_select - as real_select. */
REAL_INLINE double real_wide_select(bool condition, double a, double b)
{
    uint64_t mask = 0u - (uint64_t)condition;
    return real_wide_from_bits((real_wide_bits(a) & mask) | (real_wide_bits(b) & ~mask));
}

/* ---- Logarithms --------------------------------------------------------------------------------------------- */

/* real_wide_scale - x = 2^e m for a normal x > 0, m in [sqrt(1/2), sqrt(2)): gives m and returns e.  Unsigned, for what
 * is left of NaN and negative numbers; an integer below 2^52 becomes a double by setting the exponent of 2^52. */
REAL_INLINE double real_wide_scale(double x, double *m)
{
    const uint64_t root_half = 0x3fe6a09e667f3bcdu, two52 = 0x4330000000000000u;
    uint64_t bits = real_wide_bits(x), field = (bits + (REAL_ONE_BITS - root_half)) >> 52;
    *m = real_wide_from_bits(bits - (field << 52) + REAL_ONE_BITS);
    return real_wide_from_bits(field | two52) - (0x1p52 + 1023);
}

/* real_wide_log_of - log(1 + f) = 2 atanh s = 2 s (1 + s^2 p(s^2)) for s = f / (2 + f), |s| < 0.1716. */
REAL_INLINE double real_wide_log_of(double f)
{
    double s = f / (2 + f), z = s * s;
    double p = ((0x1.e2f309cfb0b9fp-4 * z + 0x1.2438efc82b59ap-3) * z + 0x1.999a7a219736ep-3) * z
             + 0x1.555554fdddacep-2;
    return 2 * (s + s * z * p);
}

/* real_wide_log1p - log(1 + x) for finite x >= 0. */
REAL_INLINE double real_wide_log1p(double x)
{
    double m, e = real_wide_scale(1 + x, &m);
    return real_wide_log_of(real_wide_select(e == 0, x, m - 1)) + e * REAL_LN2;
}

/* real_log_ends - a logarithm y of x where x is 0, negative, infinite or NaN. */
REAL_INLINE float real_log_ends(float x, float y)
{
    y = real_select(x < INFINITY, y, x);
    y = real_select(x == 0, -INFINITY, y);
    return real_select(x < 0, NAN, y);
}

/* real_log2 - exact for powers of 2. */
REAL_INLINE float real_log2(float x)
{
    double m, e = real_wide_scale(x, &m);
    return real_log_ends(x, (float)(real_wide_log_of(m - 1) * REAL_LOG2_E + e));
}

REAL_INLINE float real_log10(float x)
{
    double m, e = real_wide_scale(x, &m);
    return real_log_ends(x, (float)((real_wide_log_of(m - 1) + e * REAL_LN2) * REAL_LOG10_E));
}

/* ---- Inverse hyperbolic functions ------------------------------------------------------------------------------ */

/* real_asinh - log(1 + w) with w = |x| + x^2 / (1 + sqrt(1 + x^2)), and the sign of x. */
REAL_INLINE float real_asinh(float x)
{
    double size = fabs((double)x), square = size * size;
    float y = (float)real_wide_log1p(size + square / (1 + sqrt(1 + square)));
    return real_copysign(real_select(real_abs(x) < INFINITY, y, x), x);
}

/* real_acosh - log(x + sqrt(x^2 - 1)); NaN below 1. */
REAL_INLINE float real_acosh(float x)
{
    double w = x, above = w - 1, m, e = real_wide_scale(w + sqrt(above * (w + 1)), &m);
    float y = (float)(real_wide_log_of(m - 1) + e * REAL_LN2);
    return real_select(x >= 1, real_select(x < INFINITY, y, x), NAN);
}

/* real_atanh - log(1 + w) / 2 with w = 2 |x| / (1 - |x|), and the sign of x; NaN beyond 1. */
REAL_INLINE float real_atanh(float x)
{
    double size = fabs((double)x);
    float y = (float)(0.5 * real_wide_log1p(2 * size / (1 - size)));
    y = real_select(real_abs(x) < 1, y, real_select(real_abs(x) == 1, INFINITY, NAN));
    return real_copysign(y, x);
}

/* ---- Inverse trigonometric functions ---------------------------------------------------------------------------- */

/* real_wide_asin - asin w = w + w z p(z) for 0 <= w <= 1/2 and z = w^2. */
REAL_INLINE double real_wide_asin(double w, double z)
{
    double p = ((0x1.1c342dd2678f6p-5 * z + 0x1.e980991dc0c11p-8) * z + 0x1.9358cd05ac430p-6) * z;
    p = (((p + 0x1.ed539078534d2p-6) * z + 0x1.6ddb26ae7d1d5p-5) * z + 0x1.3332a80833c4cp-4) * z;
    return w + w * z * (p + 0x1.5555560918e2dp-3);
}

/* real_wide_half_angle - asin |x|, or, for |x| > 1/2, where *far becomes true, asin sqrt((1 - |x|) / 2): half of
 * acos |x|.  NaN beyond 1. */
REAL_INLINE double real_wide_half_angle(float x, bool *far)
{
    double size = fabs((double)x), z = 0.5 - 0.5 * size;
    *far = size > 0.5;
    z = real_wide_select(*far, z, size * size);
    return real_wide_asin(real_wide_select(*far, sqrt(z), size), z);
}

REAL_INLINE float real_asin(float x)
{
    bool far;
    double angle = real_wide_half_angle(x, &far);
    return real_copysign((float)real_wide_select(far, REAL_PI / 2 - 2 * angle, angle), x);
}

REAL_INLINE float real_acos(float x)
{
    bool far;
    double angle = real_wide_half_angle(x, &far), half = REAL_PI / 2 - copysign(angle, (double)x);
    double whole = real_wide_select(x < 0, REAL_PI - 2 * angle, 2 * angle);
    return (float)real_wide_select(far, whole, half);
}

/* real_wide_angle - the angle of the point (b, a), a, b >= 0, neither of them infinite: atan(a / b).  The angles pi / 4
 * or pi / 2 are taken away first, atan(a / b) - pi / 4 = atan((a - b) / (a + b)), so that the tangent of the rest is
 * at most sqrt(2) - 1; atan s = s + s z p(z) for z = s^2. */
REAL_INLINE double real_wide_angle(double a, double b)
{
    const double tan_pi_8 = 0.41421356237309504880;
    bool upper = b < tan_pi_8 * a;
    bool middle = a > tan_pi_8 * b;
    double above = real_wide_select(upper, -b, real_wide_select(middle, a - b, a));
    double below = real_wide_select(upper, a, real_wide_select(middle, a + b, b));
    double s = above / real_wide_select(below == 0, 1, below), z = s * s;
    double p = ((0x1.84fa66ad6d470p-5 * z - 0x1.5b467e7217fcfp-4) * z + 0x1.c468314765339p-4) * z;
    p = ((p - 0x1.247f084c1c663p-3) * z + 0x1.99991a5725edbp-3) * z - 0x1.555554c8abd87p-2;
    double turned = real_wide_select(upper, REAL_PI / 2, real_wide_select(middle, REAL_PI / 4, 0));
    return turned + (s + s * z * p);
}

/* real_wide_size - |x|, where infinity is a number beyond all floats, far enough for angles to become 0. */
REAL_INLINE double real_wide_size(float x)
{
    double size = fabs((double)x);
    return real_wide_select(size > 0x1p600, 0x1p600, size);
}

REAL_INLINE float real_atan(float x)
{
    return real_copysign((float)real_wide_angle(real_wide_size(x), 1), x);
}

/* real_atan2 - the angle of the point (x, y). */
REAL_INLINE float real_atan2(float y, float x)
{
    double angle = real_wide_angle(real_wide_size(y), real_wide_size(x));
    return real_copysign((float)real_wide_select(real_bits(x) >> 31 != 0, REAL_PI - angle, angle), y);
}

/* ---- Exponentials ------------------------------------------------------------------------------------------------ */

/* real_wide_exp - e^x = 2^n (1 + r + r^2 q(r)) for |x| < 700. */
REAL_INLINE double real_wide_exp(double x)
{
    double t = x * REAL_LOG2_E + REAL_ROUND_DOUBLE, r = x - (t - REAL_ROUND_DOUBLE) * REAL_LN2;
    double q = ((0x1.9f089ceb62c13p-13 * r + 0x1.6d8d07e73ee94p-10) * r + 0x1.111270aff0af4p-7) * r;
    q = ((q + 0x1.55548dc32e6cbp-5) * r + 0x1.555554433c308p-3) * r + 0x1.0000003a2445ep-1;
    return (1 + (r + r * r * q)) * real_wide_from_bits((real_wide_bits(t) + 1023) << 52);
}

/* real_mish - x tanh(log(1 + w)) = x n / (n + 2) with w = e^x and n = w (w + 2).  The quotient is 1 from x = 20 on,
 * and -120 e^-120 is 0 in float. */
REAL_INLINE float real_mish(float x)
{
    float low = real_select(x < -120, -120, x);
    double w = real_wide_exp(real_cut(low, 40)), n = w * (w + 2);
    return (float)(low * (n / (n + 2)));
}

#endif
