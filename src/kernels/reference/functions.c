/* functions.c - the elementary functions, by the C library in the next wider type, and those it has not, by formula. */
#include <math.h>

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
gi_wide gi_sin_reference(gi_wide x)   { return WIDE(sin)(x); }
gi_wide gi_cos_reference(gi_wide x)   { return WIDE(cos)(x); }
gi_wide gi_sqrt_reference(gi_wide x)  { return WIDE(sqrt)(x); }

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
