/* functions.c - the elementary functions, by the C library in the next wider type, and those it has not, by formula. */
#include <math.h>

#include "kernels/quarter_turns.h"
#include "kernels/reference/reference.h"

#ifdef GD_DOUBLE
#define WIDE(f) f##l
#else
#define WIDE(f) f
#endif

gi_wide gi_exp_reference(gi_wide x)   { return WIDE(exp)(x); }
gi_wide gi_expm1_reference(gi_wide x) { return WIDE(expm1)(x); }
gi_wide gi_log_reference(gi_wide x)   { return WIDE(log)(x); }
gi_wide gi_log1p_reference(gi_wide x) { return WIDE(log1p)(x); }
gi_wide gi_tanh_reference(gi_wide x)  { return WIDE(tanh)(x); }
gi_wide gi_sinh_reference(gi_wide x)  { return WIDE(sinh)(x); }
gi_wide gi_cosh_reference(gi_wide x)  { return WIDE(cosh)(x); }
gi_wide gi_erf_reference(gi_wide x)   { return WIDE(erf)(x); }
gi_wide gi_sqrt_reference(gi_wide x)  { return WIDE(sqrt)(x); }
gi_wide gi_log2_reference(gi_wide x)   { return WIDE(log2)(x); }
gi_wide gi_log10_reference(gi_wide x)  { return WIDE(log10)(x); }
gi_wide gi_asin_reference(gi_wide x)   { return WIDE(asin)(x); }
gi_wide gi_atan_reference(gi_wide x)   { return WIDE(atan)(x); }
gi_wide gi_asinh_reference(gi_wide x)  { return WIDE(asinh)(x); }
gi_wide gi_acosh_reference(gi_wide x)  { return x < 1 ? (gi_wide)NAN : WIDE(acosh)(x); }
gi_wide gi_atanh_reference(gi_wide x)  { return WIDE(atanh)(x); }
gi_wide gi_rsqrt_reference(gi_wide x)  { return 1 / WIDE(sqrt)(x); }
gi_wide gi_atan2_reference(gi_wide y, gi_wide x) { return WIDE(atan2)(y, x); }

#ifdef __GLIBC__

gi_wide gi_sin_reference(gi_wide x) { return WIDE(sin)(x); }
gi_wide gi_cos_reference(gi_wide x) { return WIDE(cos)(x); }
gi_wide gi_tan_reference(gi_wide x) { return WIDE(tan)(x); }

#else

/* The sine of n quarter turns and size >= 0, which is a double: see quarter_turns.h. */
static gi_wide sine_after(unsigned n, gi_wide size)
{
    gi_wide rest = size;
    if (!(size < (gi_wide)INFINITY))
        return size - size;
    if (size > (gi_wide)GI_EIGHTH_TURN) {
        const gi_angle angle = gi_reduce_angle((double)size);
        rest = WIDE(ldexp)((gi_wide)angle.digits, angle.exponent);
        rest = angle.negative ? -rest : rest;
        n += angle.quarters;
    }
    const gi_wide y = n % 2 ? WIDE(cos)(rest) : WIDE(sin)(rest);
    return n & 2 ? -y : y;
}

gi_wide gi_sin_reference(gi_wide x) { return WIDE(copysign)(1, x) * sine_after(0, WIDE(fabs)(x)); }
gi_wide gi_cos_reference(gi_wide x) { return sine_after(1, WIDE(fabs)(x)); }
gi_wide gi_tan_reference(gi_wide x) { return gi_sin_reference(x) / gi_cos_reference(x); }

#endif

/* Near 1 some libraries take x^2 from 1; the other formula, 2 asin(sqrt((1 - x) / 2)), loses nothing there. */
gi_wide gi_acos_reference(gi_wide x)
{
    return x > (gi_wide)0.5 ? 2 * WIDE(asin)(WIDE(sqrt)((1 - x) / 2)) : WIDE(acos)(x);
}

/* 1 / (1 + e^-x), without overflow. */
gi_wide gi_sigmoid_reference(gi_wide x)
{
    return x < 0 ? WIDE(exp)(x) / (1 + WIDE(exp)(x)) : 1 / (1 + WIDE(exp)(-x));
}

/* log(1 + e^x), without overflow. */
gi_wide gi_softplus_reference(gi_wide x)
{
    return (x > 0 ? x : 0) + WIDE(log1p)(WIDE(exp)(-WIDE(fabs)(x)));
}

/* x tanh(log(1 + e^x)); the product with -infinity is 0. */
gi_wide gi_mish_reference(gi_wide x)
{
    const gi_wide t = WIDE(tanh)(gi_softplus_reference(x));
    return t == 0 ? -t : x * t;
}

/* The normal distribution's function: Phi(x) = erfc(-x / sqrt 2) / 2, which keeps its digits for x < 0 too. */
gi_wide gi_normal_reference(gi_wide x)
{
    return WIDE(erfc)(-x * WIDE(sqrt)((gi_wide)0.5)) / 2;
}

/* x Phi(x); the product with -infinity is 0. */
gi_wide gi_gelu_reference(gi_wide x)
{
    return gi_normal_reference(x) == 0 ? 0 : x * gi_normal_reference(x);
}

/* Phi(x) + x phi(x), with the bell phi(x) = e^(-x^2 / 2) / sqrt(2 pi) */
gi_wide gi_gelu_slope_reference(gi_wide x)
{
    const gi_wide bell = WIDE(exp)(-x * x / 2) * (gi_wide)0.398942280401432677939946059934381868L;
    return gi_normal_reference(x) + (bell == 0 ? 0 : x * bell);
}
