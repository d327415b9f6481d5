/* real_float.h - the float half of real.h, which includes it: read there first.  Polynomials; erf, sin, cos, tan. */
#ifndef GRADUS_REAL_FLOAT_H
#define GRADUS_REAL_FLOAT_H

#include <stdint.h>

/* ---- Polynomials of real.h -------------------------------------------------------------------------------- */

/* Relative error of e^r - 1: 2^-26. */
REAL_INLINE float real_exp_rest(float r)
{
    return real_poly5(r, 0x1.fffffep-2f, 0x1.5554b2p-3f, 0x1.555716p-5f, 0x1.12266ap-7f,
                      0x1.6b732ap-10f);
}

/* log(1 + f) = f - f^2/2 + f^3 p(f), relative error 2^-30. */
REAL_INLINE float real_log_of(float f, float e)
{
    float p = real_poly9(f, 0x1.555548p-2f, -0x1.000008p-2f, 0x1.99a47ap-3f, -0x1.555b8cp-3f, 0x1.233ab6p-3f,
                         -0x1.fc3e02p-4f, 0x1.e6e19ap-4f, -0x1.dd9c1cp-4f, 0x1.13b5cep-4f);
    float square = f * f;
    float rest = (f * square * p + e * REAL_LN2_LO) - 0.5f * square;
    return e * REAL_LN2_HI + (f + rest);
}

/* Relative error of tanh: 2^-27. */
REAL_INLINE float real_tanh_rest(float z)
{
    return real_poly5(z, -0x1.55553ap-2f, 0x1.110844p-3f, -0x1.b85a3ap-5f, 0x1.52cb5ap-6f, -0x1.786472p-8f);
}

/* Relative error of sinh: 2^-31. */
REAL_INLINE float real_sinh_rest(float z)
{
    return real_poly4(z, 0x1.555556p-3f, 0x1.1110d8p-7f, 0x1.a027fcp-13f, 0x1.7498a6p-19f);
}

/* Relative error 2^-27. */
REAL_INLINE float real_mills(float a, float *below)
{
    float d = real_poly4(a, 0x1.33d74f08b8ebep+0f, 0x1.e0bd12d35e3d7p-2f, 0x1.a136f48533715p-4f, 0x1.521968bb85db7p-7f);
    *below = (d * a + 0x1.acaa6cfeeaa39p+0f) * a + 1;
    return real_poly5(a, 0x1.0000001961fb4p-1f, 0x1.c0d078a4956b9p-2f, 0x1.77441bada4298p-3f, 0x1.4cde3a068572ep-5f,
                      0x1.0dc46e262405fp-8f);
}

/* ---- The error function ------------------------------------------------------------------------------------ */

/* real_erf - x + x p(x^2) for |x| < 0.95, else 1 - e^q(|x|) with q = log(1 - erf), a smooth function that a
 * polynomial follows well; from |x| = 4 on the result rounds to 1.  Relative errors of erf 2^-30 and 2^-34.
 * Largest error 1.33. */
REAL_INLINE float real_erf(float x)
{
    float size = real_abs(x), z = x * x;
    float p = real_poly7(z, 0x1.06eba8p-3f, -0x1.812740p-2f, 0x1.ce2d64p-4f, -0x1.b80124p-6f, 0x1.544b08p-8f,
                         -0x1.a61810p-11f, 0x1.4fa924p-14f);
    float small = x + x * p;

    float t = real_select(size > 4.0f, 4.0f, size);
    float q = real_poly8(t, 0x1.70d7c6p-13f, -0x1.212848p+0f, -0x1.444468p-1f, -0x1.bb92dep-4f, 0x1.9bb69ap-6f,
                         -0x1.1199d2p-8f, 0x1.c86820p-12f, -0x1.631d86p-16f);
    float whole;
    real_word n;
    float s = real_exp_split(q, &whole, &n), power = real_pow2(n);
    float large = (1.0f - power) - power * s;
    return real_select(size < 0.95f, small, real_copysign(large, x));
}

/* ---- Sine and cosine ---------------------------------------------------------------------------------------- *
 *
 * sin x = (-1)^n sin(pi f), where x / pi = n + f with n whole and |f| <= 1/2.  In double, and for large x with
 * many digits of 1 / pi, of which Payne and Hanek (1983) leave out those that only add multiples of 2 to
 * x / pi: a float x >= 2^50 is a multiple of 2^27, so that the bits of 1 / pi worth 2^-26 and more do nothing. */

#define REAL_ROUND_DOUBLE 0x1.8p52          /* as REAL_ROUND */

REAL_INLINE uint32_t real_low_bits(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return (uint32_t)bits;
}

/* real_wide_sin - sin(x + pi shift), for shift 0 or 1/2, is (-1)^odd times the result.
 *
 * The sum a + b + c is 1 / pi modulo 2 / (last place of x).  a and b have at most 29 bits each, so that x a and
 * x b, with 24 + 29 bits, are exact, and so are their fractional parts.  |c x| < 2^-8.  The bits of 1 / pi are
 * from mpmath; the polynomial is sin(pi f) / f with a relative error of 2^-35.  Largest error 0.51. */
REAL_INLINE double real_wide_sin(float x, double shift, uint32_t *odd)
{
    double w = x, size = fabs(w);
    double a = 0x1.45f306cp-2, b = 0x1.c9c882ap-30, c = 0x1.4fe13abe8fa9ap-60;
    a = size >= 0x1p50 ? -0x1.1b1bbecp-29 : a;
    b = size >= 0x1p50 ? 0x1.29fc274p-57 : b;
    c = size >= 0x1p50 ? 0x1.7d1f534ddc0dbp-85 : c;
    a = size >= 0x1p76 ? -0x1.5ac07b2p-54 : a;
    b = size >= 0x1p76 ? 0x1.5f47d4cp-83 : b;
    c = size >= 0x1p76 ? 0x1.377036d8a5665p-111 : c;
    a = size >= 0x1p102 ? -0x1.505c16p-82 : a;
    b = size >= 0x1p102 ? 0x1.a6ee06dp-108 : b;
    c = size >= 0x1p102 ? 0x1.6295993c43904p-137 : c;

    double first = w * a, second = w * b;
    double t = first + REAL_ROUND_DOUBLE, u = second + REAL_ROUND_DOUBLE;
    first -= t - REAL_ROUND_DOUBLE;
    second -= u - REAL_ROUND_DOUBLE;
    double v = ((first + second) + shift) + REAL_ROUND_DOUBLE;
    double f = ((first - ((v - REAL_ROUND_DOUBLE) - shift)) + second) + w * c;
    *odd = real_low_bits(t) ^ real_low_bits(u) ^ real_low_bits(v);

    double z = f * f;
    double p = (0x1.921fb5441bf71p+1 - 0x1.4abbce4e1822ap+2 * z)
             + z * z * ((0x1.466bbf7b1eaf3p+1 - 0x1.32d10460469eep-1 * z)
             + z * z * (0x1.500ddaa719238p-4 - 0x1.cbf9f5de703cfp-8 * z));
    return f * p;
}

REAL_INLINE float real_sin_shifted(float x, double shift)
{
    uint32_t odd;
    double y = real_wide_sin(x, shift, &odd);
    return real_from_bits(real_bits((float)y) ^ (odd << 31));
}

REAL_INLINE float real_sin(float x)
{
    return real_sin_shifted(x, 0.0);
}

REAL_INLINE float real_cos(float x)
{
    return real_sin_shifted(x, 0.5);
}

/* real_tan - sin x / cos x, whose reductions are the same but for the last sum.  Largest error 0.51. */
REAL_INLINE float real_tan(float x)
{
    uint32_t odd, odd_below;
    double above = real_wide_sin(x, 0.0, &odd), below = real_wide_sin(x, 0.5, &odd_below);
    return real_from_bits(real_bits((float)(above / below)) ^ ((odd ^ odd_below) << 31));
}

#include "real_wide.h"

#endif
