/* real_functions.h - the elementary functions of gd_real, fast: see real.h, which includes this. */
#ifndef GRADUS_REAL_FUNCTIONS_H
#define GRADUS_REAL_FUNCTIONS_H

/* ---- Polynomials ---------------------------------------------------------------------------------------- *
 *
 * real_poly4 .. real_poly9 - a + b x + c x^2 + .. by Horner's rule, which needs the fewest operations.  Its chain of
 * dependent operations does not slow down a loop over many numbers: the processor overlaps its iterations. */

REAL_INLINE gd_real real_poly4(gd_real x, gd_real a, gd_real b, gd_real c, gd_real d)
{
    return ((d * x + c) * x + b) * x + a;
}

REAL_INLINE gd_real real_poly5(gd_real x, gd_real a, gd_real b, gd_real c, gd_real d, gd_real e)
{
    return real_poly4(x, b, c, d, e) * x + a;
}

REAL_INLINE gd_real real_poly7(gd_real x, gd_real a, gd_real b, gd_real c, gd_real d, gd_real e, gd_real f,
                                 gd_real g)
{
    return (real_poly5(x, c, d, e, f, g) * x + b) * x + a;
}

REAL_INLINE gd_real real_poly8(gd_real x, gd_real a, gd_real b, gd_real c, gd_real d, gd_real e, gd_real f,
                                 gd_real g, gd_real h)
{
    return real_poly7(x, b, c, d, e, f, g, h) * x + a;
}

REAL_INLINE gd_real real_poly9(gd_real x, gd_real a, gd_real b, gd_real c, gd_real d, gd_real e, gd_real f,
                                 gd_real g, gd_real h, gd_real i)
{
    return real_poly8(x, b, c, d, e, f, g, h, i) * x + a;
}

/* ---- The exponential family ------------------------------------------------------------------------------ *
 *
 * x = n log 2 + r with n whole and |r| <= log(2) / 2, so that e^x = 2^n e^r. */

REAL_INLINE gd_real real_exp_rest(gd_real r);         /* q of e^r = 1 + r + r^2 q(r), in the included file */

#ifdef GD_DOUBLE
#define REAL_LOG2E   0x1.71547652b82fep+0   /* 1 / log 2 */
#define REAL_LN2_HI  0x1.62e42fefa2p-1      /* log 2 = HI + LO; few bits, so that n HI is exact */
#define REAL_LN2_LO  0x1.9ef35793c7673p-41
#define REAL_ROUND   0x1.8p52               /* t = x + ROUND holds x, rounded to a whole number, in its low bits */
#define REAL_EXP_MAX 710.0                  /* e^x is infinite beyond */
#define REAL_EXP_LOW -700.0                 /* e^x may be subnormal below */
#define REAL_EXP_MIN -746.0                 /* e^x is 0 below */
#else
#define REAL_LOG2E   0x1.715476p+0f
#define REAL_LN2_HI  0x1.63p-1f
#define REAL_LN2_LO  -0x1.bd0106p-13f
#define REAL_ROUND   0x1.8p23f
#define REAL_EXP_MAX 89.0f
#define REAL_EXP_LOW -80.0f
#define REAL_EXP_MIN -105.0f
#endif

/* real_exp_split - e^x = 2^n (1 + s): gives n, as a number and as an integer, and returns s, |s| < 0.42.
 * r = high - low with high exact: s = high + (r^2 q(r) - low).  |x| at most a few times REAL_EXP_MAX. */
REAL_INLINE gd_real real_exp_split(gd_real x, gd_real *whole, real_word *n)
{
    gd_real t = x * REAL_LOG2E + REAL_ROUND;
    *whole = t - REAL_ROUND;
    *n = real_bits(t) - real_bits(REAL_ROUND);
    gd_real high = x - *whole * REAL_LN2_HI, low = *whole * REAL_LN2_LO, r = high - low;
    return high + (r * r * real_exp_rest(r) - low);
}

/* real_exp_reduce - the same with fewer results: returns r = x - n log 2 for the n of x_for_n, and sets t, whose low
 * bits are n + offset.
 * With x_for_n = real_cut(x, most), r grows with x above most, and with it e^r, to infinity. */
REAL_INLINE gd_real real_exp_reduce(gd_real x, gd_real x_for_n, int offset, real_word *t)
{
    const gd_real round = REAL_ROUND + (gd_real)offset;
    gd_real sum = x_for_n * REAL_LOG2E + round, whole = sum - round;
    *t = real_bits(sum);
    return (x - whole * REAL_LN2_HI) - whole * REAL_LN2_LO;
}

/* real_exp_scaled - power e^r for a power of 2.  Multiplying by it at the end would add a dependent operation. */
REAL_INLINE gd_real real_exp_scaled(gd_real r, gd_real power)
{
    return (real_exp_rest(r) * r + 1) * (r * power) + power;
}

/* real_exponent - the number whose exponent field is the low bits of t. */
REAL_INLINE gd_real real_exponent(real_word t)
{
    return real_from_bits(t << REAL_FRACTION);
}

/* real_exp_halved - e^x / 2^halvings for halvings 0 or 1.  Two factors make 2^n, which may lie outside the
 * exponents of gd_real: the products with the first are exact, the last rounds, to a subnormal number too.  For an x
 * whose result is 0, such as a masked score of -infinity, e^0 is computed instead: subnormal products are slow. */
REAL_INLINE gd_real real_exp_halved(gd_real x, int halvings)
{
    const int fields = 2 * (int)REAL_BIAS - halvings;   /* the sum of the factors' exponent fields for n = 0 */
    real_word t;
    gd_real u = real_select(x < REAL_EXP_MIN, 0, x);
    gd_real r = real_exp_reduce(u, real_cut(u, REAL_EXP_MAX + (gd_real)halvings), fields, &t);
    gd_real y = real_exp_scaled(r, real_exponent(t >> 1)) * real_exponent(t - (t >> 1));
    return real_select(x < REAL_EXP_MIN, 0, y);
}

/* real_exp - e^x.  Largest error 1.17, fused 0.91 (double 1.2). */
REAL_INLINE gd_real real_exp(gd_real x)
{
    return real_exp_halved(x, 0);
}

/* real_expm1 - e^x - 1 = 2^n s + (2^n - 1), without cancellation for small x; all halved on the way, because
 * 2^n may already be infinite where the result is not.  Largest error 1.84 (double 1.73). */
REAL_INLINE gd_real real_expm1(gd_real x)
{
    gd_real whole;
    real_word n;
    gd_real s = real_exp_split(real_select(x < -40, -40, x), &whole, &n);
    gd_real half = real_pow2(n - 1u);
    gd_real y = 2 * (half * s + (half - (gd_real)0.5));
    y = real_copysign(real_select(whole == 0, s, y), x);        /* e^-0 - 1 = -0 */
    return real_select(x > REAL_EXP_MAX, INFINITY, y);
}

/* real_sigmoid - 1 / (1 + e^-x), all times 2^-64, so that results as small as subnormal numbers come out of the
 * division.  1 is added to the small part of e^-x = 2^n + 2^n s first, where it loses least.
 * Largest error 2.00, just below x = 0 (double 1.99). */
REAL_INLINE gd_real real_sigmoid(gd_real x)
{
    const gd_real one = (gd_real)0x1p-64;
    real_word t;
    gd_real u = real_select(x > 40, -40, -x);
    gd_real r = real_exp_reduce(u, real_cut(u, -REAL_EXP_MIN), (int)REAL_BIAS - 64, &t);
    gd_real power = real_exponent(t);
    return one / (((real_exp_rest(r) * r + 1) * (r * power) + one) + power);
}

/* ---- Logarithms ---------------------------------------------------------------------------------------------- *
 *
 * A number is 2^e m with m in [sqrt(1/2), sqrt(2)], and its logarithm e log 2 + log m. */

#ifdef GD_DOUBLE
#define REAL_SQRT_HALF 0x3fe6a09e667f3bcdu  /* bits of sqrt(1/2) */
#define REAL_NORMAL    0x1p-1022            /* smallest number that is not subnormal */
#else
#define REAL_SQRT_HALF 0x3f3504f3u
#define REAL_NORMAL    0x1p-126f
#endif

REAL_INLINE gd_real real_log_of(gd_real f, gd_real e);        /* log(1 + f) + e log 2, in the included file */

/* real_scale - x = 2^e m for a normal x > 0: gives m and returns e. */
REAL_INLINE real_signed_word real_scale(gd_real x, gd_real *m)
{
    real_signed_word e = (real_signed_word)(real_bits(x) - REAL_SQRT_HALF) >> REAL_FRACTION;
    *m = real_from_bits(real_bits(x) - ((real_word)e << REAL_FRACTION));
    return e;
}

/* real_log - log x; -infinity at 0, NaN below.  Largest error 0.85 (double 0.84). */
REAL_INLINE gd_real real_log(gd_real x)
{
    gd_real m;
    bool small = x < REAL_NORMAL;
    gd_real e = (gd_real)real_scale(real_select(small, x * real_pow2(REAL_FRACTION), x), &m);
    gd_real y = real_log_of(m - 1, e - real_select(small, REAL_FRACTION, 0));
    y = real_select(x < INFINITY, y, x);                        /* infinity and NaN */
    y = real_select(x == 0, -INFINITY, y);
    return real_select(x < 0, NAN, y);
}

/* real_log1p - log(1 + x); -infinity at -1, NaN below.  u = 1 + x, rounded, leaves the error c, exactly
 * (Knuth's two-sum); with u = 2^e m, 1 + x = 2^e (1 + f) for f = (m - 1) + c 2^-e, which is x where e = 0.
 * Largest error 1.40 (double 1.38). */
REAL_INLINE gd_real real_log1p(gd_real x)
{
    gd_real m, u = 1 + x, v = u - 1;
    gd_real c = (1 - (u - v)) + (x - v);
    real_signed_word e = real_scale(u, &m);
    gd_real scale = real_select(e > 60, 0, real_pow2(0u - (real_word)e));
    gd_real y = real_log_of((m - 1) + c * scale, (gd_real)e);
    y = real_select(x < INFINITY, y, x);
    y = real_select(x == -1, -INFINITY, y);
    y = real_select(x == 0, x, y);                              /* log(1 + -0) = -0 */
    return real_select(x < -1, NAN, y);
}

/* real_softplus - log(1 + e^x) = max(x, 0) + log(1 + w) with w = e^-|x|; for w > sqrt(2) - 1 the logarithm is
 * that of (1 + w) / 2 = 1 + (w - 1) / 2, plus log 2.  Largest error 1.79 (double 1.63). */
REAL_INLINE gd_real real_softplus(gd_real x)
{
    gd_real w = real_exp(-real_abs(x));
    bool big = w > (gd_real)0.41421356;
    gd_real f = real_select(big, (gd_real)0.5 * w - (gd_real)0.5, w);
    return real_select(x > 0, x, 0) + real_log_of(f, real_select(big, 1, 0));
}

/* ---- Hyperbolic functions ------------------------------------------------------------------------------ */

REAL_INLINE gd_real real_tanh_rest(gd_real z);        /* p of tanh x = x + x^3 p(x^2), |x| < 5/8, and of */
REAL_INLINE gd_real real_sinh_rest(gd_real z);        /* sinh x = x + x^3 p(x^2), |x| < 1: included file */

/* real_tanh - the polynomial, or 1 - 2 / (1 + e^(2 |x|)) with the sign of x.  Largest error 1.37 (double 1.3). */
REAL_INLINE gd_real real_tanh(gd_real x)
{
    real_word t;
    gd_real size = real_abs(x), z = x * x;
    gd_real small = x * z * real_tanh_rest(z) + x;
    gd_real r = real_exp_reduce(2 * size, real_cut(2 * size, 40), (int)REAL_BIAS, &t);
    gd_real large = 1 - 2 / (real_exp_scaled(r, real_exponent(t)) + 1);
    return real_copysign(real_select(size < (gd_real)0.625, small, large), x);        /* -0 too */
}

/* real_cosh - h + 1 / (4 h) with h = e^|x| / 2, which does not overflow before the result does.
 * Largest error 1.38 (double 1.32). */
REAL_INLINE gd_real real_cosh(gd_real x)
{
    gd_real h = real_exp_halved(real_abs(x), 1);
    return h + (gd_real)0.25 / h;
}

/* real_sinh - the polynomial, or h - 1 / (4 h) with the sign of x.  Largest error 1.62 (double 1.56). */
REAL_INLINE gd_real real_sinh(gd_real x)
{
    gd_real size = real_abs(x), z = x * x, h = real_exp_halved(size, 1);
    gd_real small = x + x * z * real_sinh_rest(z);
    return real_select(size < 1, small, real_copysign(h - (gd_real)0.25 / h, x));
}

/* ---- The normal distribution ----------------------------------------------------------------------------- *
 *
 * Its function Phi(-a), a >= 0, is e^(-a^2/2) R(a); R, Mills' ratio over sqrt(2 pi), falls slowly from 1/2
 * and is close to a quotient of polynomials.  So the tail keeps its digits, which 1 + erf would lose. */

REAL_INLINE gd_real real_mills(gd_real a, gd_real *below);     /* numerator and denominator of R: included file */

#ifdef GD_DOUBLE
#define REAL_UPPER_HALF ~(real_word)0 << 27 /* keeps half of the digits */
#define REAL_TAIL       40                  /* the bell is 0 beyond */
#define REAL_BELL_SCALE 256                 /* exponent of 2 that keeps it normal up to there */
#define REAL_BELL_UNIT  0x1p-256
#else
#define REAL_UPPER_HALF ~(real_word)0 << 12
#define REAL_TAIL       16
#define REAL_BELL_SCALE 64
#define REAL_BELL_UNIT  0x1p-64f
#endif

/* real_bell - 2^SCALE e^(-a^2/2) for 0 <= a <= TAIL.  With h the upper half of the digits of a, h^2 is exact, and
 * a^2 = h^2 + (a - h) (a + h). */
REAL_INLINE gd_real real_bell(gd_real a)
{
    real_word t;
    gd_real h = real_from_bits(real_bits(a) & REAL_UPPER_HALF), minus_half = (gd_real)-0.5 * h, e = minus_half * h;
    gd_real r = real_exp_reduce(e, e, (int)REAL_BIAS + REAL_BELL_SCALE, &t);
    r = (a - h) * ((gd_real)-0.5 * a + minus_half) + r;
    return real_exp_scaled(r, real_exponent(t));
}

/* real_gelu - x Phi(x) = max(x, 0) - |x| Phi(-|x|).
 * Largest error 6 (double 8, unfused). */
REAL_INLINE gd_real real_gelu(gd_real x)
{
    gd_real below, size = real_abs(x), a = real_select(size > REAL_TAIL, REAL_TAIL, size);
    gd_real above = real_mills(a, &below), tail = real_bell(a) * (above / below) * a * REAL_BELL_UNIT;
    return real_select(x < 0, 0, x) - tail;
}

/* real_normal - Phi(x), the distribution function of the normal distribution; for x = -a it is R(a) e^(-a^2/2). */
REAL_INLINE gd_real real_normal(gd_real x)
{
    gd_real below, size = real_abs(x), a = real_select(size > REAL_TAIL, REAL_TAIL, size);
    gd_real above = real_mills(a, &below), tail = REAL_BELL_UNIT * real_bell(a) * above / below;
    return real_select(x > 0, 1 - tail, tail);
}

/* real_gelu_slope - Phi(x) + x phi(x), which for x = -a is e^(-a^2/2) (R(a) - a / sqrt(2 pi)), and for x = a
 * 1 minus that. */
REAL_INLINE gd_real real_gelu_slope(gd_real x)
{
    gd_real below, size = real_abs(x), a = real_select(size > REAL_TAIL, REAL_TAIL, size);
    gd_real above = real_mills(a, &below), bell = REAL_BELL_UNIT * real_bell(a);
    gd_real slope = bell * (above / below - (gd_real)0.39894228040143267794 * a);
    return real_select(x > 0, 1 - slope, slope);
}

#ifdef GD_DOUBLE
#include "real_double.h"
#else
#include "real_float.h"
#endif

#endif
