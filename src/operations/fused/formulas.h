/* formulas.h - formulas of elementwise.c that are too long for a line of its table: values and slopes of numbers, and
 * rules in operations. */
#ifndef GRADUS_FORMULAS_H
#define GRADUS_FORMULAS_H

#include <math.h>

#include "gradus/operations.h"
#include "kernels/real.h"
#include "operations/elementwise_parts.h"

#define EXP      real_exp
#define LOG      real_log
#define EXPM1    real_expm1
#define LOG1P    real_log1p
#define LOG2     real_log2
#define LOG10    real_log10
#define SQRT     real_sqrt
#define RSQRT    real_rsqrt
#define SIN      real_sin
#define COS      real_cos
#define TAN      real_tan
#define ASIN     real_asin
#define ACOS     real_acos
#define ATAN     real_atan
#define ATAN2    real_atan2
#define SINH     real_sinh
#define COSH     real_cosh
#define TANH     real_tanh
#define ASINH    real_asinh
#define ACOSH    real_acosh
#define ATANH    real_atanh
#define ERF      real_erf
#define SIGMOID  real_sigmoid
#define SOFTPLUS real_softplus
#define GELU     real_gelu
#define MISH     real_mish
#define ABS      real_abs
#define SIGN     real_sign
#define FLOOR    real_floor
#define CEIL     real_ceil
#define TRUNC    real_trunc
#define ROUND    real_round
#define MAX      real_max
#define MIN      real_min
#define NUMBER(constant) ((gd_real)(constant))
#define SAME(a, b)   (((a) == (b)) | (((a) != (a)) & ((b) != (b))))      /* NaN is the same as NaN */
#define NAN_BEFORE(a, b) (((a) != (a)) & ((b) == (b)))
#define MASKED(a, b) ((b) == 0 ? 0 : (a) * (b))                          /* 0 also where a is infinite */
#define SQUARE(x)    ((x) * (x))
#define ZERO     gd_zeros_like(x)

static const double two_over_root_pi = 1.12837916709551257390, one_over_root_two_pi = 0.39894228040143267794,
                    root_two_over_pi = 0.79788456080286535588,
                    log2_e = 1.44269504088896340736, log10_e = 0.43429448190325182765;

static gd_tensor *gi_normal(gd_tensor *x), *gi_inverse_length(gd_tensor *x);
static gd_tensor *gi_strictly_inside(gd_tensor *x, double low, double high);
static gd_tensor *gi_power_is_flat(gd_tensor *a, gd_tensor *b), *gi_power_has_no_log(gd_tensor *a, gd_tensor *y);
static gd_tensor *gi_larger_size(gd_tensor *a, gd_tensor *b);

/* ---- Powers, remainders and angles ------------------------------------------------------------------------ */

REAL_INLINE gd_real power(gd_real x, gd_real p)
{
#ifdef GD_DOUBLE
    return pow(x, p);
#else
    return powf(x, p);
#endif
}

/* With slope 0, leaky(-infinity) is 0 and not NaN. */
REAL_INLINE gd_real leaky(gd_real x, gd_real slope)
{
    gd_real low = slope == 0 && x < -1 ? -1 : x;
    return x > 0 ? x : slope * low;
}

/* dx = p x^(p-1) dy; for p = 0 it is 0, also at x = 0.  Where p is infinite and the power 0, p x^(p-1) is 0, its limit
 * for large p. */
static gd_tensor *power_rule(gd_tensor *dy, gd_tensor *x, double p)
{
    if (p == 0)
        return gd_zeros_like(x);
    gd_tensor *power = gd_pow(x, p - 1);
    if (isinf((gd_real)p))
        return gd_mul(dy, gi_masked(gd_scalar(copysign((double)INFINITY, p)), power));
    return gd_mul(dy, gd_scale(power, p));
}

/* The slope of a^b by a, b a^(b-1): where it is 0 although a factor is not finite.  a^0 is 1 for every a; and an
 * infinite b times a power that is 0 is 0, as for large b. */
REAL_INLINE bool power_is_flat(gd_real a, gd_real b)
{
    gd_real p = power(a, b - 1);
    return (b == 0 && !(ABS(p) < INFINITY)) || (p == 0 && ABS(b) == INFINITY);
}

REAL_INLINE gd_real power_slope(gd_real a, gd_real b)
{
    return power_is_flat(a, b) ? 0 : b * power(a, b - 1);
}

static gd_tensor *power_slope_rule(gd_tensor *dy, gd_tensor *a, gd_tensor *b)
{
    gd_tensor *flat = gi_power_is_flat(a, b);
    a = gd_where(flat, gd_scalar(1), a);
    b = gd_where(flat, gd_scalar(0), b);
    return gd_mul(dy, gd_mul(b, gd_pow_tensor(a, gd_shift(b, -1))));
}

/* The slope of y = a^b by b, y ln a: it is 0 at a = 0 for b >= 0, where y is finite, and at a = infinity for b < 0,
 * where y is 0. */
REAL_INLINE bool power_has_no_log(gd_real a, gd_real y)
{
    return ((a == 0) & (ABS(y) < INFINITY)) | ((a == INFINITY) & (y == 0));
}

static gd_tensor *power_log_rule(gd_tensor *dy, gd_tensor *a, gd_tensor *y)
{
    gd_tensor *base = gd_where(gi_power_has_no_log(a, y), gd_scalar(1), a);
    return gd_mul(dy, gd_mul(y, gd_log(base)));
}

/* a - floor(a / b) b, with the sign of b. */
REAL_INLINE gd_real remainder_of(gd_real a, gd_real b)
{
    gd_real rest = real_fmod(a, b);
    rest = (rest < 0) != (b < 0) && rest != 0 ? rest + b : rest;
    return rest == 0 ? real_copysign(0, b) : rest;
}

/* floor(a / b), such that a - floor(a / b) b is the remainder: the rounded quotient may be a whole number that a / b is
 * not.  Two quotients, because a minus the remainder may overflow. */
REAL_INLINE gd_real floor_quotient(gd_real a, gd_real b)
{
    gd_real rest = remainder_of(a, b);
    return ABS(b) == INFINITY ? (rest == a ? 0 : rest == rest ? -1 : rest) : ROUND(a / b - rest / b);
}

/* The larger of |a| and |b|, but 0 where it is infinite. */
REAL_INLINE gd_real larger_size(gd_real a, gd_real b)
{
    gd_real size = MAX(ABS(a), ABS(b));
    return size == INFINITY ? 0 : size;
}

/* of / (a^2 + b^2) for of = a or b, without squares that overflow; 0 where a = b = 0, and at infinity. */
REAL_INLINE gd_real over_square_length(gd_real of, gd_real a, gd_real b)
{
    gd_real size = larger_size(a, b), u = a / size, v = b / size;
    return size == 0 ? 0 : of / size / (u * u + v * v) / size;
}

/* The quotient does not depend on the size, which is a constant. */
static gd_tensor *over_square_length_rule(gd_tensor *dy, gd_tensor *of, gd_tensor *a, gd_tensor *b)
{
    gd_tensor *size = gi_larger_size(a, b), *nowhere = gd_eq(size, gd_scalar(0)), *zero = gd_scalar(0);
    size = gd_where(nowhere, gd_scalar(1), size);
    gd_tensor *u = gd_div(gd_where(nowhere, zero, a), size), *v = gd_div(gd_where(nowhere, zero, b), size);
    gd_tensor *square = gd_add(gd_add(gd_square(u), gd_square(v)), nowhere);
    return gd_mul(dy, gd_div(gd_div(of == a ? u : v, square), size));
}

/* ---- Choices, and factors that vanish ------------------------------------------------------------------------ */

/* The part of dy that a gets as the larger of a and b, or as the smaller: 1, 0, or 1/2 if they are equal.  NaN takes
 * precedence over numbers and equals NaN. */
REAL_INLINE gd_real larger_share(gd_real a, gd_real b)
{
    return ((a > b) | NAN_BEFORE(a, b)) ? 1 : SAME(a, b) ? NUMBER(0.5) : 0;
}

REAL_INLINE gd_real smaller_share(gd_real a, gd_real b)
{
    return ((a < b) | NAN_BEFORE(a, b)) ? 1 : SAME(a, b) ? NUMBER(0.5) : 0;
}

/* 1 inside an interval, 0 outside; NaN stays. */
REAL_INLINE gd_real inside(gd_real x, gd_real low, gd_real high)
{
    return x < low || x > high ? 0 : x == x ? 1 : x;
}

/* The same without the ends; an infinite end is none. */
REAL_INLINE gd_real strictly_inside(gd_real x, gd_real low, gd_real high)
{
    return ((x <= low) & (low > -INFINITY)) | ((x >= high) & (high < INFINITY)) ? 0 : x == x ? 1 : x;
}

REAL_INLINE gd_real clamped(gd_real x, gd_real low, gd_real high)
{
    return x < low ? low : x > high ? high : x;
}

/* dy where y > 0, else y, which is 0 or NaN. */
static gd_tensor *relu_rule_for(gd_tensor *dy, gd_tensor *y)
{
    return gd_where(gd_gt(y, gd_scalar(0)), dy, gd_detach(y));
}

/* Where |x| is so large that a factor, such as e^(-x^2/2), is 0, x is clamped: infinity times 0 would be NaN.
 * real_cut may drop a NaN in x, but the other factor keeps it. */
enum { FAR_OF_BELL = 40, FAR_OF_TANH = 100, FAR_OF_SIGMOID = 1000 };

static gd_tensor *within(gd_tensor *x, double far)
{
    return gd_clamp(x, -far, far);
}

/* c e^(-k x^2) */
static gd_tensor *gaussian(gd_tensor *x, double k, double c)
{
    return gd_scale(gd_exp(gd_scale(gd_square(within(x, FAR_OF_BELL)), -k)), c);
}

/* 1 / sqrt(1 + x^2), the inverse of the length of (1, x). */
REAL_INLINE gd_real inverse_length(gd_real x)
{
    gd_real size = ABS(x);
    return 1 / (size > 0x1p30 ? size : SQRT(1 + x * x));
}

/* Its slope, -x y^3: from FAR on y^2 is 0. */
#ifdef GD_DOUBLE
#define FAR_OF_LENGTH 0x1p600
#else
#define FAR_OF_LENGTH 0x1p100
#endif

static gd_tensor *inverse_length_rule_for(gd_tensor *dy, gd_tensor *x, gd_tensor *y)
{
    return gd_neg(gd_mul(gd_mul(dy, gd_mul(within(x, FAR_OF_LENGTH), y)), gd_square(y)));
}

/* ---- Activations ---------------------------------------------------------------------------------------------- */

/* GELU: y = x Phi(x), Phi the normal distribution function, phi its density;  y' = Phi(x) + x phi(x) */
static gd_tensor *d_gelu(gd_tensor *x)
{
    return gd_add(gi_normal(x), gd_mul(within(x, FAR_OF_BELL), gaussian(x, 0.5, one_over_root_two_pi)));
}

/* Its approximation: t = tanh(u), u = c (x + k x^3);  y = x (1 + t) / 2,  y' = (1 + t + x (1 - t^2) u') / 2 */
static const double gelu_k = 0.044715;

REAL_INLINE gd_real gelu_u(gd_real x)
{
    return NUMBER(root_two_over_pi) * (x + NUMBER(gelu_k) * x * x * x);
}

REAL_INLINE gd_real gelu_tanh(gd_real x)
{
    return -(real_cut(-x, FAR_OF_TANH) * NUMBER(0.5) * (1 + TANH(gelu_u(x))));
}

REAL_INLINE gd_real gelu_tanh_number(gd_real x)
{
    gd_real t = TANH(gelu_u(x)), du = NUMBER(root_two_over_pi) * (1 + 3 * NUMBER(gelu_k) * x * x);
    gd_real bell = (1 - t * t) * du;            /* t^2 rounds to 1 before du can overflow */
    return NUMBER(0.5) * (1 + t + (t * t < 1 ? x * bell : 0));
}

static gd_tensor *d_gelu_tanh(gd_tensor *x)
{
    x = within(x, FAR_OF_TANH);
    gd_tensor *x2 = gd_square(x);
    gd_tensor *t = gd_tanh(gd_scale(gd_mul(x, gd_shift(gd_scale(x2, gelu_k), 1)), root_two_over_pi));
    gd_tensor *du = gd_scale(gd_shift(gd_scale(x2, 3 * gelu_k), 1), root_two_over_pi);
    gd_tensor *bell = gd_mul(gd_shift(gd_neg(gd_square(t)), 1), du);
    return gd_scale(gd_add(gd_shift(t, 1), gd_mul(x, bell)), 0.5);
}

/* SiLU: s = sigmoid(x);  y = x s,  y' = s (1 + x (1 - s)) */
REAL_INLINE gd_real silu(gd_real x)
{
    return -(real_cut(-x, FAR_OF_SIGMOID) * SIGMOID(x));
}

REAL_INLINE gd_real silu_number(gd_real x)
{
    gd_real s = SIGMOID(x), one_minus_s = SIGMOID(-x);
    gd_real minus_x = real_cut(-real_cut(x, FAR_OF_SIGMOID), FAR_OF_SIGMOID);
    return s * (1 - minus_x * one_minus_s);
}

static gd_tensor *d_silu(gd_tensor *x)
{
    x = within(x, FAR_OF_SIGMOID);
    return gd_mul(gd_sigmoid(x), gd_shift(gd_mul(x, gd_sigmoid(gd_neg(x))), 1));
}

/* ELU: y = x for x > 0, else alpha (e^x - 1) */
REAL_INLINE gd_real elu_of(gd_real x, gd_real alpha)
{
    return x > 0 ? x : alpha * EXPM1(x);
}

/* y' = 1 for x > 0, else alpha e^x */
static gd_tensor *d_elu(gd_tensor *x, double alpha)
{
    gd_tensor *below = gd_scale(gd_exp(gd_clamp(x, (double)-INFINITY, 0)), alpha);
    return gd_where(gd_gt(x, gd_scalar(0)), gd_scalar(1), below);
}

/* SELU: ELU times a scale, both such that activations keep mean 0 and variance 1.  Klambauer, Unterthiner, Mayr and
 * Hochreiter (2017), eq. 14.  Below 0, where e^x - 1 is off already, the constant gets back what its rounding lost. */
#define SELU_ALPHA 1.673263242354377284817042991671652038L
#define SELU_SCALE 1.050700987355480493419334985294606352L
#define SELU_STEEP 1.758099340847376859940217520812279577L      /* their product */

REAL_INLINE gd_real selu(gd_real x)
{
    gd_real e = EXPM1(x), lost = NUMBER(SELU_STEEP - (long double)NUMBER(SELU_STEEP));
    return x > 0 ? NUMBER(SELU_SCALE) * x : NUMBER(SELU_STEEP) * e + lost * e;
}

REAL_INLINE gd_real selu_number(gd_real x)
{
    return x > 0 ? NUMBER(SELU_SCALE) : NUMBER(SELU_STEEP) * EXP(x);
}

static gd_tensor *d_selu(gd_tensor *x)
{
    return gd_scale(d_elu(x, (double)SELU_ALPHA), (double)SELU_SCALE);
}

/* Mish: t = tanh(log(1 + e^x));  y = x t,  y' = t + x s (1 - t^2) for s = sigmoid(x).  Misra (2019), eq. 1.
 * With w = e^x and n = w (w + 2): t = n / (n + 2), 1 - t = 2 / (n + 2) */
REAL_INLINE gd_real mish_number(gd_real x)
{
    x = MAX(MIN(x, 40), -FAR_OF_SIGMOID);
    gd_real w = EXP(x), n = w * (w + 2), t = n / (n + 2);
    return t + x * (w / (w + 1)) * (2 / (n + 2)) * (1 + t);
}

static gd_tensor *d_mish(gd_tensor *x)
{
    x = within(x, FAR_OF_SIGMOID);
    gd_tensor *t = gd_tanh(gd_softplus(x)), *rest = gd_mul(gd_shift(gd_neg(t), 1), gd_shift(t, 1));
    return gd_add(t, gd_mul(gd_mul(x, gd_sigmoid(x)), rest));
}

/* x (x + 3) / 6 between -3 and 3, 0 below, x above: x times hard sigmoid.  Howard et al., MobileNetV3 (2019). */
REAL_INLINE gd_real hardsigmoid(gd_real x)
{
    return x <= -3 ? 0 : x >= 3 ? 1 : (x + 3) / 6;
}

REAL_INLINE gd_real hardswish(gd_real x)
{
    return x <= -3 ? 0 : x >= 3 ? x : x * (x + 3) / 6;
}

REAL_INLINE gd_real hardswish_number(gd_real dy, gd_real x)
{
    return x <= -3 ? 0 : x >= 3 ? dy : dy * ((2 * x + 3) / 6);
}

static gd_tensor *hardswish_rule_for(gd_tensor *dy, gd_tensor *x)
{
    gd_tensor *slope = gd_scale(gd_shift(gd_scale(x, 2), 3), 1.0 / 6);
    gd_tensor *between = gi_masked(gd_mul(dy, slope), gi_strictly_inside(x, -3, 3));
    return gd_add(between, gi_masked(dy, gd_ge(x, gd_scalar(3))));
}

/* PReLU's slope by x, which depends on the weight. */
REAL_INLINE gd_real prelu_slope(gd_real x, gd_real weight)
{
    return x > 0 ? 1 : x == x ? weight : x;
}

#endif
