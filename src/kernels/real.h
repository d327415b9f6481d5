/* real.h - the elementary functions of gd_real, one number at a time, for loops that compilers vectorise.
 *
 * Here: real_exp, real_log and their family as static inline functions without a branch, so that
 *
 *     for (int64_t i = 0; i < n; i++)
 *         y[i] = real_tanh(x[i]);
 *
 * becomes vector instructions under gcc -O3 and clang -O3 with -fno-math-errno -fno-trapping-math, where a
 * call to the C library's tanhf would stay a call for each element.  This file has the exact functions;
 * real_functions.h what float and double share, real_float.h and real_double.h their polynomials, and erf, sin and cos;
 * real_wide.h the functions of float that are computed in double.
 * reference/functions.c has their definitions, which -DGD_PLAIN uses instead.  Not here: loops
 * (operations write their own) and sums (sums.h).
 *
 * Idea: every function brings its argument into a small interval, exactly, and evaluates a polynomial
 * there; cases become selections between values that are all computed.  The reductions are the classical
 * ones of Cody and Waite, Software Manual for the Elementary Functions (1980), and of Payne and Hanek (1983)
 * for large angles; see Muller, Elementary Functions, 3rd ed. (2016), chapters 3 and 11.  The polynomials are
 * minimax fits of the relative error made for this library (Lawson's iteratively reweighted least squares in
 * 40 to 70 digits; the coefficients rounded one after the other, the others refitted each time).
 *
 * An ulp, unit in the last place, is the distance of neighbouring numbers around the result; correct rounding
 * would be an error of at most 0.5.  Each comment gives the largest error measured in ulps: for float over all
 * 2^32 arguments (the positive ones of even and odd functions), against double; for double, in parentheses,
 * over 10 million random arguments of all magnitudes, against the C library's long double.  Rounding as written
 * (-ffp-contract=off) and fused operations, which give other bits, are both within these numbers.  Infinities,
 * NaN, signed zeros and subnormal numbers come out as in C11, Annex F.  Floating-point flags and errno are not
 * promised. */
#ifndef GRADUS_REAL_H
#define GRADUS_REAL_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "gradus/tensor.h"

/* Inlined whatever their size: a loop that calls one of these cannot become vector instructions. */
#if defined(__GNUC__)
#define REAL_INLINE static inline __attribute__((always_inline))
#else
#define REAL_INLINE static inline
#endif

#ifdef GD_DOUBLE
typedef uint64_t real_word;                 /* the bits of a gd_real */
typedef int64_t  real_signed_word;
#define REAL_FRACTION 52                    /* bits after the leading one */
#define REAL_BIAS     1023u                 /* exponent field of 1 */
#else
typedef uint32_t real_word;
typedef int32_t  real_signed_word;
#define REAL_FRACTION 23
#define REAL_BIAS     127u
#endif

/* ---- Exact functions ---------------------------------------------------------------------------------- */

REAL_INLINE gd_real real_abs(gd_real x)
{
#ifdef GD_DOUBLE
    return fabs(x);
#else
    return fabsf(x);
#endif
}

/* real_copysign - |size| with the sign of sign. */
REAL_INLINE gd_real real_copysign(gd_real size, gd_real sign)
{
#ifdef GD_DOUBLE
    return copysign(size, sign);
#else
    return copysignf(size, sign);
#endif
}

/* real_sqrt - correctly rounded; NaN below 0. */
REAL_INLINE gd_real real_sqrt(gd_real x)
{
#ifdef GD_DOUBLE
    return sqrt(x);
#else
    return sqrtf(x);
#endif
}

/* real_inverse_root - 1 / sqrt x, and 0 at 0: numbers without variance are normalised to 0. */
REAL_INLINE gd_real real_inverse_root(gd_real x)
{
    return x == 0 ? 0 : 1 / real_sqrt(x);
}

/* real_rsqrt - 1 / sqrt x; an infinity with the sign of x at 0, NaN below. */
REAL_INLINE gd_real real_rsqrt(gd_real x)
{
    return 1 / real_sqrt(x);
}

/* real_floor, real_ceil, real_trunc, real_round - a whole number: below, above, towards 0, the nearest and of two the
 * even one (rint, in the rounding mode that programs start in).  real_fmod - what is left of a when b is taken away as
 * often as it fits, exactly; with the sign of a. */
#ifdef GD_DOUBLE
REAL_INLINE gd_real real_floor(gd_real x)            { return floor(x); }
REAL_INLINE gd_real real_ceil(gd_real x)             { return ceil(x); }
REAL_INLINE gd_real real_trunc(gd_real x)            { return trunc(x); }
REAL_INLINE gd_real real_round(gd_real x)            { return rint(x); }
REAL_INLINE gd_real real_fmod(gd_real a, gd_real b)  { return fmod(a, b); }
#else
REAL_INLINE gd_real real_floor(gd_real x)            { return floorf(x); }
REAL_INLINE gd_real real_ceil(gd_real x)             { return ceilf(x); }
REAL_INLINE gd_real real_trunc(gd_real x)            { return truncf(x); }
REAL_INLINE gd_real real_round(gd_real x)            { return rintf(x); }
REAL_INLINE gd_real real_fmod(gd_real a, gd_real b)  { return fmodf(a, b); }
#endif

/* real_sign - 1, -1, or x itself where x is 0, -0 or NaN. */
REAL_INLINE gd_real real_sign(gd_real x)
{
    return x > 0 ? 1 : (x < 0 ? -1 : x);
}

/* real_max, real_min - the larger and the smaller; NaN when either is NaN, unlike fmax. */
REAL_INLINE gd_real real_max(gd_real a, gd_real b)
{
    return ((a > b) | (a != a)) ? a : b;
}

REAL_INLINE gd_real real_min(gd_real a, gd_real b)
{
    return ((a < b) | (a != a)) ? a : b;
}

/* ---- Bits ---------------------------------------------------------------------------------------------- */

REAL_INLINE real_word real_bits(gd_real x)
{
    real_word bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

REAL_INLINE gd_real real_from_bits(real_word bits)
{
    gd_real x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* real_pow2 - 2^n for n between the smallest and the largest normal exponent.  n is unsigned because it may be
 * garbage, computed from NaN or infinity. */
REAL_INLINE gd_real real_pow2(real_word n)
{
    return real_from_bits((n + REAL_BIAS) << REAL_FRACTION);
}

/* real_select - a where condition holds, else b.  By a bit mask: of condition ? a : b gcc makes branches, duplicates
 * the code after them, and the vectorised loop computes everything twice. */
REAL_INLINE gd_real real_select(bool condition, gd_real a, gd_real b)
{
    real_word mask = 0u - (real_word)condition;
    return real_from_bits((real_bits(a) & mask) | (real_bits(b) & ~mask));
}

/* real_cut - min(x, high) for high > 0; if x is NaN, x or high.  One integer instruction: read as integers, the bits
 * of positive numbers are ordered like the numbers, and those of negative ones are negative. */
REAL_INLINE gd_real real_cut(gd_real x, gd_real high)
{
    real_signed_word a = (real_signed_word)real_bits(x), b = (real_signed_word)real_bits(high);
    return real_from_bits((real_word)(a < b ? a : b));
}

/* ---- The elementary functions ------------------------------------------------------------------------- */

#ifdef GD_PLAIN
#include "real_plain.h"
#else
#include "real_functions.h"
#endif

#endif
