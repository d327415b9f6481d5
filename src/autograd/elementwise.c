/* elementwise.c - the table of elementwise operations: value and derivative on one line.
 *
 * How a line becomes code is told at the top of elementwise.h.  Adding an operation: its line here, its
 * prototype in operations.h, its row in tests/operation_table.h.  Operations named .._grad are the derivatives
 * of others, fused into one pass. */
#include "elementwise.h"
#include "internal_operations.h"

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
#define ABS      real_abs
#define SIGN     real_sign
#define MAX      real_max
#define MIN      real_min
#define NUMBER(constant) ((gd_real)(constant))
#define ZERO     gd_zeros_like(x)

static const double two_over_root_pi = 1.12837916709551257390, root_half = 0.70710678118654752440,
                    one_over_root_two_pi = 0.39894228040143267794, root_two_over_pi = 0.79788456080286535588;

/* ---- Formulas too long for a line of the table ----------------------------------------------------------- */

REAL_INLINE gd_real power(gd_real x, gd_real p)
{
#ifdef GD_DOUBLE
    return pow(x, p);
#else
    return powf(x, p);
#endif
}

/* p x^(p-1) dy, where 0 x^-1 counts as 0 also for x = 0. */
static gd_tensor *power_rule(gd_tensor *dy, gd_tensor *x, double p)
{
    return p == 0 ? gd_zeros_like(x) : gd_mul(dy, gd_scale(gd_pow(x, p - 1), p));
}

/* c e^(-k x^2) */
static gd_tensor *gaussian(gd_tensor *x, double k, double c)
{
    return gd_scale(gd_exp(gd_scale(gd_square(x), -k)), c);
}

/* GELU: Phi is the normal distribution function, phi its density; y = x Phi(x), y' = Phi(x) + x phi(x),
 * y'' = (2 - x^2) phi(x). */
REAL_INLINE gd_real normal_cdf(gd_real x)
{
    return NUMBER(0.5) * (1 + ERF(x * NUMBER(root_half)));
}

REAL_INLINE gd_real gelu_slope(gd_real x)
{
    return normal_cdf(x) + x * NUMBER(one_over_root_two_pi) * EXP(NUMBER(-0.5) * x * x);
}

static gd_tensor *gelu_curve(gd_tensor *x)
{
    return gd_mul(gd_shift(gd_neg(gd_square(x)), 2), gaussian(x, 0.5, one_over_root_two_pi));
}

/* Its approximation: t = tanh(u), u = c (x + k x^3); y = x (1 + t) / 2, y' = (1 + t) / 2 + x (1 - t^2) u' / 2,
 * y'' = (1 - t^2) (u' + x (u'' / 2 - t u'^2)). */
static const double gelu_k = 0.044715;

REAL_INLINE gd_real gelu_u(gd_real x)
{
    return NUMBER(root_two_over_pi) * (x + NUMBER(gelu_k) * x * x * x);
}

REAL_INLINE gd_real gelu_tanh_slope(gd_real x)
{
    gd_real t = TANH(gelu_u(x)), du = NUMBER(root_two_over_pi) * (1 + 3 * NUMBER(gelu_k) * x * x);
    gd_real bell = (1 - t * t) * du;            /* vanishes before x can make it overflow */
    return NUMBER(0.5) * (1 + t + (t * t < 1 ? x * bell : 0));
}

static gd_tensor *gelu_tanh_curve(gd_tensor *x)
{
    gd_tensor *x2 = gd_square(x);
    gd_tensor *t = gd_tanh(gd_scale(gd_mul(x, gd_shift(gd_scale(x2, gelu_k), 1)), root_two_over_pi));
    gd_tensor *du = gd_scale(gd_shift(gd_scale(x2, 3 * gelu_k), 1), root_two_over_pi);
    gd_tensor *half_ddu = gd_scale(x, 3 * gelu_k * root_two_over_pi);
    gd_tensor *bend = gd_add(du, gd_mul(x, gd_sub(half_ddu, gd_mul(t, gd_square(du)))));
    return gd_mul(gd_shift(gd_neg(gd_square(t)), 1), bend);
}

/* SiLU: s = sigmoid(x); y = x s, y' = s (1 + x (1 - s)), y'' = s (1 - s) (2 + x (1 - 2 s)). */
REAL_INLINE gd_real silu_slope(gd_real x)
{
    gd_real s = SIGMOID(x), one_minus_s = SIGMOID(-x);
    return s * (1 + x * one_minus_s);
}

static gd_tensor *silu_curve(gd_tensor *x)
{
    gd_tensor *s = gd_sigmoid(x);
    gd_tensor *bend = gd_shift(gd_mul(x, gd_shift(gd_scale(s, -2), 1)), 2);
    return gd_mul(gd_mul(s, gd_sigmoid(gd_neg(x))), bend);
}

/* ---- Of two ----------------------------------------------------------------------------------------------------
 *      op       y          da                          db                                reads */
BINARY (add,     a + b,     dy,                         dy,                               OF_NOTHING)
BINARY (sub,     a - b,     dy,                         gd_neg(dy),                       OF_NOTHING)
BINARY (mul,     a * b,     gd_mul(dy, b),              gd_mul(dy, a),                    DA(B) | DB(A))
BINARY (div,     a / b,     gd_div(dy, b),              gd_neg(gd_div(gd_mul(dy, y), b)), DA(B) | DB(B | Y))
BINARY (maximum, MAX(a, b), gd_mul(dy, gd_share(a, b)), gd_mul(dy, gd_share(b, a)),       DA(A | B) | DB(A | B))
BINARY (minimum, MIN(a, b), gd_mul(dy, gd_share(b, a)), gd_mul(dy, gd_share(a, b)),       DA(A | B) | DB(A | B))

COMPARISON (eq,       a == b)
COMPARISON (ne,       a != b)
COMPARISON (lt,       a < b)
COMPARISON (le,       a <= b)
COMPARISON (gt,       a > b)
COMPARISON (ge,       a >= b)

/* ---- Of one and a parameter ---------------------------------------------------------------------------------
 *      op            parameter  y                        dx                                            reads */
UNARY_1(scale,        s,         p[0] * x,                gd_scale(dy, p[0]),                           OF_NOTHING)
UNARY_1(shift,        s,         x + p[0],                dy,                                           OF_NOTHING)
UNARY_1(pow,          exponent,  power(x, p[0]),          power_rule(dy, x, p[0]),                      OF_INPUT)
UNARY_1(leaky_relu,   slope,     x > 0 ? x : p[0] * x,    gd_mul(dy, gd_leaky_relu_slope(x, p[0])),     OF_INPUT)
UNARY_1(elu,          alpha,     x > 0 ? x : p[0] * EXPM1(x),  gd_mul(dy, gd_elu_slope(x, p[0])),       OF_INPUT)

UNARY_1(leaky_relu_slope, slope, x > 0 ? 1 : p[0],        ZERO,                                         OF_NOTHING)
UNARY_1(elu_slope,    alpha,     x > 0 ? 1 : p[0] * EXP(x),    gd_mul(dy, gd_elu_tail(x, p[0])),        OF_INPUT)
UNARY_1(elu_tail,     alpha,     x > 0 ? 0 : p[0] * EXP(x),    gd_mul(dy, gd_elu_tail(x, p[0])),        OF_INPUT)
UNARY_2(inside, low, high,       ((x >= p[0]) & (x <= p[1])) ? 1 : 0,  ZERO,                            OF_NOTHING)

/* ---- Of one -------------------------------------------------------------------------------------------------
 *      op            y                               dx                                                reads */
UNARY  (neg,          -x,                             gd_neg(dy),                                       OF_NOTHING)
UNARY  (abs,          ABS(x),                         gd_mul(dy, gd_sign(x)),                           OF_INPUT)
UNARY  (sign,         SIGN(x),                        ZERO,                                             OF_NOTHING)
UNARY  (exp,          EXP(x),                         gd_mul(dy, y),                                    OF_OUTPUT)
UNARY  (log,          LOG(x),                         gd_div(dy, x),                                    OF_INPUT)
UNARY  (sqrt,         SQRT(x),                        gd_div(dy, gd_scale(y, 2)),                       OF_OUTPUT)
UNARY  (square,       x * x,                          gd_square_grad(dy, x),                            OF_INPUT)
UNARY  (sin,          SIN(x),                         gd_mul(dy, gd_cos(x)),                            OF_INPUT)
UNARY  (cos,          COS(x),                         gd_neg(gd_mul(dy, gd_sin(x))),                    OF_INPUT)
UNARY  (sinh,         SINH(x),                        gd_mul(dy, gd_cosh(x)),                           OF_INPUT)
UNARY  (cosh,         COSH(x),                        gd_mul(dy, gd_sinh(x)),                           OF_INPUT)
UNARY  (tanh,         TANH(x),                        gd_tanh_grad(dy, y),                              OF_OUTPUT)
UNARY  (erf,          ERF(x),                         gd_mul(dy, gaussian(x, 1, two_over_root_pi)),     OF_INPUT)
UNARY  (sigmoid,      SIGMOID(x),                     gd_sigmoid_grad(dy, y),                           OF_OUTPUT)
UNARY  (relu,         MAX(x, 0),                      gd_relu_grad(dy, y),                              OF_OUTPUT)
UNARY  (gelu,         x * normal_cdf(x),              gd_gelu_grad(dy, x),                              OF_INPUT)
UNARY  (gelu_tanh,    x * NUMBER(0.5) * (1 + TANH(gelu_u(x))),  gd_gelu_tanh_grad(dy, x),               OF_INPUT)
UNARY  (silu,         x * SIGMOID(x),                 gd_silu_grad(dy, x),                              OF_INPUT)
UNARY  (softplus,     SOFTPLUS(x),                    gd_mul(dy, gd_sigmoid(x)),                        OF_INPUT)

/* ---- Fused derivatives: a is dy, b is x or y of the operation in whose rule they stand ----------------------
 *      op            value                    da                      db                      reads */
BINARY (square_grad,  2 * a * b,               gd_square_grad(dy, b),  gd_square_grad(dy, a),  DA(B) | DB(A))
BINARY (tanh_grad,    a * (1 - b * b),         gd_tanh_grad(dy, b),
                      gd_scale(gd_mul(dy, gd_mul(a, b)), -2),                                  DA(B) | DB(A | B))
BINARY (sigmoid_grad, a * b * (1 - b),         gd_sigmoid_grad(dy, b),
                      gd_mul(gd_mul(dy, a), gd_shift(gd_scale(b, -2), 1)),                     DA(B) | DB(A | B))
BINARY (relu_grad,    b > 0 ? a : 0,           gd_relu_grad(dy, b),    gd_zeros_like(b),       DA(B))
BINARY (gelu_grad,    a * gelu_slope(b),       gd_gelu_grad(dy, b),
                      gd_mul(gd_mul(dy, a), gelu_curve(b)),                                    DA(B) | DB(A | B))
BINARY (gelu_tanh_grad, a * gelu_tanh_slope(b), gd_gelu_tanh_grad(dy, b),
                      gd_mul(gd_mul(dy, a), gelu_tanh_curve(b)),                               DA(B) | DB(A | B))
BINARY (silu_grad,    a * silu_slope(b),       gd_silu_grad(dy, b),
                      gd_mul(gd_mul(dy, a), silu_curve(b)),                                    DA(B) | DB(A | B))

/* a's share of max(a, b) */
COMPARISON_VALUE (share, ((a > b) | (a != a)) ? 1 : a == b ? NUMBER(0.5) : 0)

/* ---- With a check of its parameters ---------------------------------------------------------------------- */

UNARY_LOOP(clamp, x < p[0] ? p[0] : x > p[1] ? p[1] : x)
UNARY_RULE(clamp, gd_mul(dy, gd_inside(x, p[0], p[1])), OF_INPUT)

gd_tensor *gd_clamp(gd_tensor *x, double low, double high)
{
    if (x && !(low <= high))
        return gd_fail("gd_clamp: low = %g must not be above high = %g", low, high);
    return gd_apply_unary(&clamp_op, clamp_elements, x, (const double[2]){ low, high });
}
