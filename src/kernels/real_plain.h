/* real_plain.h - the elementary functions for -DGD_PLAIN: the references, rounded.  Included by real.h. */
#ifndef GRADUS_REAL_PLAIN_H
#define GRADUS_REAL_PLAIN_H

#include "kernels/reference/reference.h"

REAL_INLINE gd_real real_exp(gd_real x)       { return (gd_real)gi_exp_reference((gi_wide)x); }
REAL_INLINE gd_real real_expm1(gd_real x)     { return (gd_real)gi_expm1_reference((gi_wide)x); }
REAL_INLINE gd_real real_log(gd_real x)       { return (gd_real)gi_log_reference((gi_wide)x); }
REAL_INLINE gd_real real_log1p(gd_real x)     { return (gd_real)gi_log1p_reference((gi_wide)x); }
REAL_INLINE gd_real real_sigmoid(gd_real x)   { return (gd_real)gi_sigmoid_reference((gi_wide)x); }
REAL_INLINE gd_real real_softplus(gd_real x)  { return (gd_real)gi_softplus_reference((gi_wide)x); }
REAL_INLINE gd_real real_tanh(gd_real x)      { return (gd_real)gi_tanh_reference((gi_wide)x); }
REAL_INLINE gd_real real_sinh(gd_real x)      { return (gd_real)gi_sinh_reference((gi_wide)x); }
REAL_INLINE gd_real real_cosh(gd_real x)      { return (gd_real)gi_cosh_reference((gi_wide)x); }
REAL_INLINE gd_real real_erf(gd_real x)       { return (gd_real)gi_erf_reference((gi_wide)x); }
REAL_INLINE gd_real real_sin(gd_real x)       { return (gd_real)gi_sin_reference((gi_wide)x); }
REAL_INLINE gd_real real_cos(gd_real x)       { return (gd_real)gi_cos_reference((gi_wide)x); }
REAL_INLINE gd_real real_log2(gd_real x)     { return (gd_real)gi_log2_reference((gi_wide)x); }
REAL_INLINE gd_real real_log10(gd_real x)    { return (gd_real)gi_log10_reference((gi_wide)x); }
REAL_INLINE gd_real real_tan(gd_real x)      { return (gd_real)gi_tan_reference((gi_wide)x); }
REAL_INLINE gd_real real_asin(gd_real x)     { return (gd_real)gi_asin_reference((gi_wide)x); }
REAL_INLINE gd_real real_acos(gd_real x)     { return (gd_real)gi_acos_reference((gi_wide)x); }
REAL_INLINE gd_real real_atan(gd_real x)     { return (gd_real)gi_atan_reference((gi_wide)x); }
REAL_INLINE gd_real real_asinh(gd_real x)    { return (gd_real)gi_asinh_reference((gi_wide)x); }
REAL_INLINE gd_real real_acosh(gd_real x)    { return (gd_real)gi_acosh_reference((gi_wide)x); }
REAL_INLINE gd_real real_atanh(gd_real x)    { return (gd_real)gi_atanh_reference((gi_wide)x); }
REAL_INLINE gd_real real_mish(gd_real x)     { return (gd_real)gi_mish_reference((gi_wide)x); }
REAL_INLINE gd_real real_normal(gd_real x)    { return (gd_real)gi_normal_reference((gi_wide)x); }
REAL_INLINE gd_real real_gelu(gd_real x)      { return (gd_real)gi_gelu_reference((gi_wide)x); }
REAL_INLINE gd_real real_gelu_slope(gd_real x) { return (gd_real)gi_gelu_slope_reference((gi_wide)x); }

REAL_INLINE gd_real real_atan2(gd_real y, gd_real x)
{
    return (gd_real)gi_atan2_reference((gi_wide)y, (gi_wide)x);
}

#endif
