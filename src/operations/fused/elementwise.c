/* elementwise.c - the table of elementwise operations: value and derivative on one line.
 *
 * The derivative is given twice: in operations, for the rule, which can itself be differentiated; and in numbers, for
 * the fast rule that an ordinary backward pass runs.  The opening comment of elementwise.h shows one line expanded.  To
 * add an operation: a line here, the prototype in operations.h, a row in the tests' operation_table.h. */
#include <math.h>

#include "gradus/tensor.h"
#include "operations/elementwise.h"
#include "operations/elementwise_parts.h"

#define EXP      real_exp
#define LOG      real_log
#define EXPM1    real_expm1
#define SQRT     real_sqrt
#define SIN      real_sin
#define COS      real_cos
#define SINH     real_sinh
#define COSH     real_cosh
#define TANH     real_tanh
#define ERF      real_erf
#define SIGMOID  real_sigmoid
#define SOFTPLUS real_softplus
#define GELU     real_gelu
#define ABS      real_abs
#define SIGN     real_sign
#define MAX      real_max
#define MIN      real_min
#define NUMBER(constant) ((gd_real)(constant))
#define SAME(a, b)   (((a) == (b)) | (((a) != (a)) & ((b) != (b))))      /* NaN is the same as NaN */
#define NAN_BEFORE(a, b) (((a) != (a)) & ((b) == (b)))
#define MASKED(a, b) ((b) == 0 ? 0 : (a) * (b))                          /* 0 also where a is infinite */
#define ZERO     gd_zeros_like(x)

static const double two_over_root_pi = 1.12837916709551257390, one_over_root_two_pi = 0.39894228040143267794,
                    root_two_over_pi = 0.79788456080286535588;

/* ---- Formulas too long for a line of the table ----------------------------------------------------------- */

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

/* GELU: y = x Phi(x), Phi the normal distribution function, phi its density;  y' = Phi(x) + x phi(x) */
static gd_tensor *gi_normal(gd_tensor *x);

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

/* ==== Arithmetic and comparisons ================================================================================= */

#define ONE INLINE_ONE

static gd_tensor *gi_share(gd_tensor *a, gd_tensor *b), *gi_lower_share(gd_tensor *a, gd_tensor *b);
static gd_tensor *gi_inside(gd_tensor *x, double low, double high);
static gd_tensor *gi_leaky_slope(gd_tensor *x, double slope);

/* ---- Two inputs -------------------------------------------------------------------------------------------------- *
 *      op       y          da, in operations            da, in numbers
 *                          db                           db                                     reads */
BINARY_PLAIN (add, a + b,   dy,
                            dy,                                                                 OF_NOTHING)
BINARY_PLAIN (sub, a - b,   dy,
                            gd_neg(dy),                                                         OF_NOTHING)
BINARY (mul,     a * b,     gd_mul(dy, b),               dy * b,
                            gd_mul(dy, a),               dy * a,                                DA(B) | DB(A))
BINARY (div,     a / b,     gd_div(dy, b),               dy / b,
                            gd_neg(gd_div(gd_mul(dy, y), b)), -(dy * y / b),                    DA(B) | DB(B | Y))
BINARY (maximum, MAX(a, b), gi_masked(dy, gi_share(a, b)), MASKED(dy, larger_share(a, b)),
                            gi_masked(dy, gi_share(b, a)), MASKED(dy, larger_share(b, a)),      DA(A | B) | DB(A | B))
BINARY (minimum, MIN(a, b), gi_masked(dy, gi_lower_share(a, b)), MASKED(dy, smaller_share(a, b)),
                            gi_masked(dy, gi_lower_share(b, a)), MASKED(dy, smaller_share(b, a)),
                                                                                                DA(A | B) | DB(A | B))

/* a b, and 0 where b is 0 even if a is infinite or NaN.  b is piecewise constant, so its gradient is 0. */
BINARY_VALUE (masked, MASKED(a, b))
BINARY_OP (masked,          gi_masked(dy, b),            MASKED(dy, b),
                            gd_zeros_like(b),            0,                                     DA(B))
BINARY_FUNCTION (, gi_, masked)

COMPARISON (eq,       a == b)
COMPARISON (ne,       a != b)
COMPARISON (lt,       a < b)
COMPARISON (le,       a <= b)
COMPARISON (gt,       a > b)
COMPARISON (ge,       a >= b)
COMPARISON_OP (, gi_, same, SAME(a, b))
PRIVATE_COMPARISON (share,       larger_share(a, b))
PRIVATE_COMPARISON (lower_share, smaller_share(a, b))

/* ---- One input ---------------------------------------------------------------------------------------------------- *
 * gd_sqrt: y + 0 makes 0 of -0, whose slope would be -infinity.
 *      op       parameter  y               dx, in operations                  dx, in numbers          reads */
UNARY_1(scale,   s,         p[0] * x,       gd_scale(dy, p[0]),                p[0] * dy,              OF_NOTHING)
UNARY_1_PLAIN(shift, s,     x + p[0],       dy,                                                        OF_NOTHING)
UNARY_1_PLAIN(pow, exponent, power(x, p[0]), power_rule(dy, x, p[0]),                                  OF_INPUT)
UNARY  (neg,                -x,             gd_neg(dy),                        -dy,                    OF_NOTHING)
UNARY  (abs,                ABS(x),         gi_masked(dy, gd_sign(x)),         MASKED(dy, SIGN(x)),    OF_INPUT)
UNARY_PLAIN(sign,           SIGN(x),        ZERO,                                                      OF_NOTHING)
UNARY  (sqrt,               SQRT(x),        gd_div(dy, gd_scale(gd_shift(y, 0), 2)), dy / (2 * (y + 0)), OF_OUTPUT)
UNARY  (square,             x * x,          gd_scale(gd_mul(dy, x), 2),        2 * (dy * x),           OF_INPUT)
UNARY  (relu,               MAX(x, 0),      relu_rule_for(dy, y),               y > 0 ? dy : y,         OF_OUTPUT)
UNARY_1(leaky_relu, slope,  leaky(x, p[0]), gi_masked(dy, gi_leaky_slope(x, p[0])),
                                            MASKED(dy, x > 0 ? 1 : x == x ? p[0] : x),                 OF_INPUT)

PLACE_1(leaky_slope, slope,     x > 0 ? 1 : x == x ? p[0] : x)
PLACE_2(inside, low, high,      inside(x, p[0], p[1]))

/* With a check of its parameters. */
UNARY_LOOP(clamp, x < p[0] ? p[0] : x > p[1] ? p[1] : x)
UNARY_OP(clamp, gi_masked(dy, gi_inside(x, p[0], p[1])), MASKED(dy, inside(x, p[0], p[1])), OF_INPUT, true)

gd_tensor *gd_clamp(gd_tensor *x, double low, double high)
{
    if (x && !(low <= high))
        return gd_fail("gd_clamp: low = %g must not be above high = %g", low, high);
    return gi_apply_unary(&clamp_op, clamp_loop, x, (const double[2]){ low, high });
}

/* ==== Functions: these formulas fuse multiplications and additions ================================================ */

#undef ONE
#define ONE KERNEL_ONE

/* gd_log: x + 0 makes 0 of -0, whose slope would be -infinity.
 *      op         y             dx, in operations                               dx, in numbers               reads */
UNARY  (exp,       EXP(x),       gd_mul(dy, y),                                  dy * y,                      OF_OUTPUT)
UNARY  (log,       LOG(x),       gd_div(dy, gd_shift(x, 0)),                     dy / (x + 0),                OF_INPUT)
UNARY  (sin,       SIN(x),       gd_mul(dy, gd_cos(x)),                          dy * COS(x),                 OF_INPUT)
UNARY  (cos,       COS(x),       gd_neg(gd_mul(dy, gd_sin(x))),                  -(dy * SIN(x)),              OF_INPUT)
UNARY  (sinh,      SINH(x),      gd_mul(dy, gd_cosh(x)),                         dy * COSH(x),                OF_INPUT)
UNARY  (cosh,      COSH(x),      gd_mul(dy, gd_sinh(x)),                         dy * SINH(x),                OF_INPUT)
UNARY  (tanh,      TANH(x),      gd_mul(dy, gd_shift(gd_neg(gd_square(y)), 1)),  dy * (1 - y * y),            OF_OUTPUT)
UNARY  (sigmoid,   SIGMOID(x),   gd_mul(gd_mul(dy, y), gd_shift(gd_neg(y), 1)),  dy * y * (1 - y),            OF_OUTPUT)
UNARY  (softplus,  SOFTPLUS(x),  gd_mul(dy, gd_sigmoid(x)),                      dy * SIGMOID(x),             OF_INPUT)
UNARY_PLAIN(erf,   ERF(x),       gd_mul(dy, gaussian(x, 1, two_over_root_pi)),                                OF_INPUT)
UNARY  (gelu,      GELU(x),      gd_mul(dy, d_gelu(x)),                          dy * real_gelu_slope(x),     OF_INPUT)
UNARY  (gelu_tanh, gelu_tanh(x), gd_mul(dy, d_gelu_tanh(x)),                     dy * gelu_tanh_number(x),    OF_INPUT)
UNARY  (silu,      silu(x),      gd_mul(dy, d_silu(x)),                          dy * silu_number(x),         OF_INPUT)
UNARY_1(elu, alpha, elu_of(x, p[0]), gd_mul(dy, d_elu(x, p[0])),    dy * (x > 0 ? 1 : p[0] * EXP(x)),         OF_INPUT)

/* Phi, the normal distribution function: a part of GELU's derivative. */
PRIVATE_UNARY_PLAIN(normal, real_normal(x), gd_mul(dy, gaussian(x, 0.5, one_over_root_two_pi)),               OF_INPUT)
