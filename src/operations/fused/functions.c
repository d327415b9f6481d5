/* functions.c - the table of elementwise operations, continued: exponentials, logarithms, circular and hyperbolic
 * functions, and what neural networks make of them.
 *
 * A file of its own because its kernels may fuse a * b + c into one instruction (see the Makefile), which halves
 * their time; one element alone goes through them too, so that it gets the same bits. */
#define ONE_ALONE_IS_A_KERNEL
#include <math.h>

#include "gradus/tensor.h"
#include "operations/elementwise.h"
#include "operations/internal_operations.h"

#define EXP      real_exp
#define LOG      real_log
#define EXPM1    real_expm1
#define SIN      real_sin
#define COS      real_cos
#define SINH     real_sinh
#define COSH     real_cosh
#define TANH     real_tanh
#define ERF      real_erf
#define SIGMOID  real_sigmoid
#define SOFTPLUS real_softplus
#define NUMBER(constant) ((gd_real)(constant))

static const double two_over_root_pi = 1.12837916709551257390, one_over_root_two_pi = 0.39894228040143267794,
                    root_two_over_pi = 0.79788456080286535588;

/* ---- Formulas too long for a line of the table ----------------------------------------------------------- */

/* Factors that vanish far out do so before the x beside them becomes infinite: there x stands still.  real_cut may
 * drop a NaN, which the factor keeps. */
enum { FAR_OF_BELL = 40, FAR_OF_TANH = 100, FAR_OF_SIGMOID = 1000 };

static gd_tensor *within(gd_tensor *x, double far)
{
    return gd_clamp(x, -far, far);
}

/* c e^(-k x^2) */
static gd_tensor *gaussian(gd_tensor *x, double k, double c)
{
    return gd_scale(gd_bell(x, k), c);
}

static gd_tensor *bell_slope(gd_tensor *x, gd_tensor *y, double k)
{
    return gd_scale(gd_mul(within(x, FAR_OF_BELL), y), -2 * k);
}

/* GELU: Phi is the normal distribution function, phi its density; y = x Phi(x), y' = Phi(x) + x phi(x),
 * y'' = (2 - x^2) phi(x). */
static gd_tensor *gelu_curve(gd_tensor *x)
{
    x = within(x, FAR_OF_BELL);
    return gd_mul(gd_shift(gd_neg(gd_square(x)), 2), gaussian(x, 0.5, one_over_root_two_pi));
}

/* Its approximation: t = tanh(u), u = c (x + k x^3); y = x (1 + t) / 2, y' = (1 + t) / 2 + x (1 - t^2) u' / 2,
 * y'' = (1 - t^2) (u' + x (u'' / 2 - t u'^2)). */
static const double gelu_k = 0.044715;

REAL_INLINE gd_real gelu_u(gd_real x)
{
    return NUMBER(root_two_over_pi) * (x + NUMBER(gelu_k) * x * x * x);
}

REAL_INLINE gd_real gelu_tanh(gd_real x)
{
    return -(real_cut(-x, FAR_OF_TANH) * NUMBER(0.5) * (1 + TANH(gelu_u(x))));
}

REAL_INLINE gd_real gelu_tanh_slope(gd_real x)
{
    gd_real t = TANH(gelu_u(x)), du = NUMBER(root_two_over_pi) * (1 + 3 * NUMBER(gelu_k) * x * x);
    gd_real bell = (1 - t * t) * du;            /* vanishes before x can make it overflow */
    return NUMBER(0.5) * (1 + t + (t * t < 1 ? x * bell : 0));
}

static gd_tensor *gelu_tanh_curve(gd_tensor *x)
{
    x = within(x, FAR_OF_TANH);
    gd_tensor *x2 = gd_square(x);
    gd_tensor *t = gd_tanh(gd_scale(gd_mul(x, gd_shift(gd_scale(x2, gelu_k), 1)), root_two_over_pi));
    gd_tensor *du = gd_scale(gd_shift(gd_scale(x2, 3 * gelu_k), 1), root_two_over_pi);
    gd_tensor *half_ddu = gd_scale(x, 3 * gelu_k * root_two_over_pi);
    gd_tensor *bend = gd_add(du, gd_mul(x, gd_sub(half_ddu, gd_mul(t, gd_square(du)))));
    return gd_mul(gd_shift(gd_neg(gd_square(t)), 1), bend);
}

/* SiLU: s = sigmoid(x); y = x s, y' = s (1 + x (1 - s)), y'' = s (1 - s) (2 + x (1 - 2 s)). */
REAL_INLINE gd_real silu(gd_real x)
{
    return -(real_cut(-x, FAR_OF_SIGMOID) * SIGMOID(x));
}

REAL_INLINE gd_real silu_slope(gd_real x)
{
    gd_real s = SIGMOID(x), one_minus_s = SIGMOID(-x);
    gd_real minus_x = real_cut(-real_cut(x, FAR_OF_SIGMOID), FAR_OF_SIGMOID);
    return s * (1 - minus_x * one_minus_s);
}

static gd_tensor *silu_curve(gd_tensor *x)
{
    x = within(x, FAR_OF_SIGMOID);
    gd_tensor *s = gd_sigmoid(x);
    gd_tensor *bend = gd_shift(gd_mul(x, gd_shift(gd_scale(s, -2), 1)), 2);
    return gd_mul(gd_mul(s, gd_sigmoid(gd_neg(x))), bend);
}

/* ---- Of one -------------------------------------------------------------------------------------------------
 *      op            y                               dx                                                reads */
UNARY  (exp,          EXP(x),                         gd_mul(dy, y),                                    OF_OUTPUT)
UNARY  (log,          LOG(x),                         gd_log_grad(dy, x),                               OF_INPUT)
UNARY  (sin,          SIN(x),                         gd_mul(dy, gd_cos(x)),                            OF_INPUT)
UNARY  (cos,          COS(x),                         gd_neg(gd_mul(dy, gd_sin(x))),                    OF_INPUT)
UNARY  (sinh,         SINH(x),                        gd_mul(dy, gd_cosh(x)),                           OF_INPUT)
UNARY  (cosh,         COSH(x),                        gd_mul(dy, gd_sinh(x)),                           OF_INPUT)
UNARY  (tanh,         TANH(x),                        gd_tanh_grad(dy, y),                              OF_OUTPUT)
UNARY  (erf,          ERF(x),                         gd_mul(dy, gaussian(x, 1, two_over_root_pi)),     OF_INPUT)
UNARY  (sigmoid,      SIGMOID(x),                     gd_sigmoid_grad(dy, y),                           OF_OUTPUT)
UNARY  (gelu,         real_gelu(x),                   gd_gelu_grad(dy, x),                              OF_INPUT)
UNARY  (gelu_tanh,    gelu_tanh(x),                   gd_gelu_tanh_grad(dy, x),                         OF_INPUT)
UNARY  (silu,         silu(x),                        gd_silu_grad(dy, x),                              OF_INPUT)
UNARY  (softplus,     SOFTPLUS(x),                    gd_mul(dy, gd_sigmoid(x)),                        OF_INPUT)

/* ---- Of one and a parameter ---------------------------------------------------------------------------------
 *      op            parameter  y                        dx                                            reads */
UNARY_1(elu,          alpha,     x > 0 ? x : p[0] * EXPM1(x),  gd_mul(dy, gd_elu_slope(x, p[0])),       OF_INPUT)
UNARY_1(bell,         k,         EXP(-p[0] * x * x),  gd_mul(dy, bell_slope(x, y, p[0])),  OF_INPUT | OF_OUTPUT)
UNARY_1(elu_slope,    alpha,     x > 0 ? 1 : p[0] * EXP(x),    gd_mul(dy, gd_elu_tail(x, p[0])),        OF_INPUT)
UNARY_1(elu_tail,     alpha,     x > 0 ? 0 : p[0] * EXP(x),    gd_mul(dy, gd_elu_tail(x, p[0])),        OF_INPUT)

/* ---- Fused derivatives: a is dy, b is x of the operation in whose rule they stand ----------------------------
 *
 * The slope of the logarithm at -0 is that at 0, which -0 + 0 is.
 *      op            value                    da                      db                      reads */
BINARY (log_grad,     a / (b + 0),             gd_log_grad(dy, b),
                      gd_neg(gd_log_grad(gd_mul(dy, y), b)),                                   DA(B) | DB(B | Y))
BINARY (gelu_grad,    a * real_gelu_slope(b),  gd_gelu_grad(dy, b),
                      gd_mul(gd_mul(dy, a), gelu_curve(b)),                                    DA(B) | DB(A | B))
BINARY (gelu_tanh_grad, a * gelu_tanh_slope(b), gd_gelu_tanh_grad(dy, b),
                      gd_mul(gd_mul(dy, a), gelu_tanh_curve(b)),                               DA(B) | DB(A | B))
BINARY (silu_grad,    a * silu_slope(b),       gd_silu_grad(dy, b),
                      gd_mul(gd_mul(dy, a), silu_curve(b)),                                    DA(B) | DB(A | B))
