/* real_inverse.h - the inverse hyperbolic functions of double by logarithms, for C libraries whose own are worse: that
 * of mingw-w64 loses 9 bits of acosh near 1, and musl's has numbers below 1.  Included by real_double.h. */
#ifndef GRADUS_REAL_INVERSE_H
#define GRADUS_REAL_INVERSE_H

/* real_log1p_of_sum - log(1 + a + b) + more log 2 for a, b >= 0, as real_log1p, which has no b: what is lost when a and
 * b are added joins what is lost of the 1. */
REAL_INLINE double real_log1p_of_sum(double a, double b, double more)
{
    double m, x = a + b, u = 1 + x, v = u - 1;
    double large = real_select(a > b, a, b), small = real_select(a > b, b, a);
    double c = ((1 - (u - v)) + (x - v)) + ((large - x) + small);
    real_signed_word e = real_scale(u, &m);
    double scale = real_select(e > 60, 0, real_pow2(0u - (real_word)e));
    return real_log_of((m - 1) + c * scale, (double)e + more);
}

#define REAL_LONE 0x1p60                    /* beyond, x + 1, sqrt(x^2 + 1) and sqrt(x^2 - 1) are x */

/* real_asinh_here - log(a + sqrt(a^2 + 1)) for a = |x|, with sqrt(a^2 + 1) = 1 + a^2 / (1 + sqrt(a^2 + 1)).
 * Largest error 1.56. */
REAL_INLINE double real_asinh_here(double x)
{
    double size = real_abs(x), z = size * size;
    bool lone = size > REAL_LONE;
    double y = real_log1p_of_sum(size, real_select(lone, 0, z / (1 + sqrt(1 + z))), real_select(lone, 1, 0));
    return real_copysign(real_select(size < INFINITY, y, size), x);
}

/* real_acosh_here - log(x + sqrt(x^2 - 1)), with x = 1 + t and x^2 - 1 = t (2 + t).  Largest error 2.23, near 1. */
REAL_INLINE double real_acosh_here(double x)
{
    double t = x - 1;
    bool lone = x > REAL_LONE;
    double y = real_log1p_of_sum(t, real_select(lone, 0, sqrt(t * (2 + t))), real_select(lone, 1, 0));
    y = real_select(x < INFINITY, y, x);
    return real_select(x < 1, (double)NAN, y);
}

/* real_atanh_here - log((1 + a) / (1 - a)) / 2 for a = |x|.  Largest error 1.61. */
REAL_INLINE double real_atanh_here(double x)
{
    double size = real_abs(x);
    return real_copysign((real_log1p(size) - real_log1p(-size)) / 2, x);
}

#endif
