/* real_double.h - the double half of real.h, which includes it: read there first.  Polynomials, and what
 * the C library computes. */
#ifndef GRADUS_REAL_DOUBLE_H
#define GRADUS_REAL_DOUBLE_H

#include "kernels/quarter_turns.h"

/* ---- Polynomials of real.h -------------------------------------------------------------------------------- */

/* Relative error of e^r - 1: 2^-61. */
REAL_INLINE double real_exp_rest(double r)
{
    double high = real_poly4(r, 0x1.71ddf81226022p-19, 0x1.27e5005ab48e8p-22, 0x1.af5f2697abc9ep-26,
                             0x1.1f369f3209d44p-29);
    return real_poly8(r, 0x1p-1, 0x1.5555555555559p-3, 0x1.5555555555551p-5, 0x1.111111110f656p-7,
                      0x1.6c16c16c18e3ap-10, 0x1.a01a01b002aebp-13, 0x1.a01a01970c97bp-16, high);
}

/* With s = f / (2 + f), log(1 + f) = 2 atanh s = 2 s + s R(s^2), and 2 s = f - s f, hence
 * log(1 + f) = f - (h - s (h + R)) for h = f^2 / 2; relative error 2^-59.  As in Sun's FDLIBM (1993). */
REAL_INLINE double real_log_of(double f, double e)
{
    double s = f / (2.0 + f), z = s * s, h = 0.5 * f * f;
    double R = z * real_poly7(z, 0x1.5555555555592p-1, 0x1.999999997ff20p-2, 0x1.24924941e181dp-2,
                              0x1.c71c521375616p-3, 0x1.74663d45ea979p-3, 0x1.39a1db3d0a6dcp-3,
                              0x1.2f04723ecc863p-3);
    return e * REAL_LN2_HI - ((h - (s * (h + R) + e * REAL_LN2_LO)) - f);
}

/* Relative error of tanh: 2^-61. */
REAL_INLINE double real_tanh_rest(double z)
{
    double high = real_poly5(z, 0x1.350b86f69675ep-11, -0x1.f11345d4bc960p-13, 0x1.801b6a3526403p-14,
                             -0x1.fac509a2bb4b4p-16, 0x1.960472c9cb894p-18);
    return real_poly8(z, -0x1.5555555555552p-2, 0x1.1111111110c52p-3, -0x1.ba1ba1b9d195fp-5, 0x1.664f4870c2ffep-6,
                      -0x1.226e32cf93ed9p-7, 0x1.d6d35a376fba0p-9, -0x1.7d9c3302906d2p-10, high);
}

/* Relative error of sinh: 2^-61. */
REAL_INLINE double real_sinh_rest(double z)
{
    return real_poly7(z, 0x1.5555555555556p-3, 0x1.1111111111025p-7, 0x1.a01a01a035e41p-13,
                      0x1.71de3a3c46bbdp-19, 0x1.ae646ed4240c2p-26, 0x1.61176e4d19797p-33,
                      0x1.b5a1c67516dffp-41);
}

/* Relative error 2^-57. */
REAL_INLINE double real_mills(double a, double *below)
{
    double d = real_poly4(a, 0x1.2b2a7e5abe774p-9, 0x1.da7263626673fp-13, 0x1.ded81044d9d38p-17, 0x1.d7075a43e4107p-22);
    *below = real_poly9(a, 1, 0x1.36357d2839efcp+1, 0x1.5f68b087d1c5ep+1, 0x1.ec285b96cd9bfp+0, 0x1.da74d134249a8p-1,
                        0x1.4b6b102236787p-2, 0x1.575c676877df3p-4, 0x1.08c42d81acf8ap-6, d);
    double n = real_poly4(a, 0x1.da6a3cb1bb528p-11, 0x1.79d1dc065312ap-14, 0x1.7e0fee845a9b9p-18,
                          0x1.77d398676dc44p-23);
    return real_poly8(a, 0x1p-1, 0x1.a028d0b1d22d1p-1, 0x1.4fcbc9256a784p-1, 0x1.5b069a91ecc05p-2,
                      0x1.f78f0364c91e7p-4, 0x1.0aa497fc6a10ap-5, 0x1.a0a01baaae735p-8, n);
}

#include "real_inverse.h"

/* ---- From the C library ------------------------------------------------------------------------------------- *
 *
 * Good to 1 ulp in the usual libraries (inverse hyperbolic functions and log10 to 2), but a call for each element: the
 * double build is for checking gradients, and these would need much longer code than in float.  What some libraries
 * compute badly is in quarter_turns.h, large angles, and in real_inverse.h. */

REAL_INLINE double real_erf(double x)
{
    return erf(x);
}

REAL_INLINE double real_sin(double x)
{
    return gi_sin(x);
}

REAL_INLINE double real_cos(double x)
{
    return gi_cos(x);
}

REAL_INLINE double real_tan(double x)
{
    return gi_tan(x);
}

REAL_INLINE double real_asin(double x)
{
    return asin(x);
}

REAL_INLINE double real_acos(double x)
{
#ifdef __MINGW32__                          /* whose acos subtracts x^2 from 1, and loses 90 ulp near 1 */
    return x > 0.5 ? 2 * asin(sqrt((1 - x) / 2)) : acos(x);
#else
    return acos(x);
#endif
}

REAL_INLINE double real_atan(double x)
{
    return atan(x);
}

/* glibc's are faster, and as good. */
#ifdef __GLIBC__
REAL_INLINE double real_asinh(double x) { return asinh(x); }
REAL_INLINE double real_acosh(double x) { return acosh(x); }
REAL_INLINE double real_atanh(double x) { return atanh(x); }
#else
REAL_INLINE double real_asinh(double x) { return real_asinh_here(x); }
REAL_INLINE double real_acosh(double x) { return real_acosh_here(x); }
REAL_INLINE double real_atanh(double x) { return real_atanh_here(x); }
#endif

REAL_INLINE double real_log2(double x)
{
    return log2(x);
}

REAL_INLINE double real_log10(double x)
{
    return log10(x);
}

REAL_INLINE double real_atan2(double y, double x)
{
    return atan2(y, x);
}

/* ---- Mish ---------------------------------------------------------------------------------------------------- */

/* real_mish - x tanh(log(1 + w)) with w = e^x: x w / (1 + w (w + 1) / (w + 2)), or, for x > 0, where the error of w
 * vanishes, x / (1 + 2 / (w (w + 2))).  The first is computed times 2^256, since w may be subnormal; -780 e^-780 is 0.
 * Largest error 2.75. */
REAL_INLINE double real_mish(double x)
{
    bool above = x > 0;
    real_word t;
    double low = real_select(x < -780, -780, x), u = real_cut(low, 40);
    double r = real_exp_reduce(u, u, (int)REAL_BIAS + REAL_BELL_SCALE, &t);
    double large = real_exp_scaled(r, real_exponent(t)), w = large * REAL_BELL_UNIT;
    double n = real_select(above, 2, w * (w + 1)), d = real_select(above, w * (w + 2), w + 2);
    double y = low * real_select(above, 1, large) / (1 + n / d);
    return y * real_select(above, 1, REAL_BELL_UNIT);
}

#endif
