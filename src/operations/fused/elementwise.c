/* elementwise.c - the table of elementwise operations: value and derivative on one line.
 *
 * The derivative is given twice: in operations, for the rule, which can itself be differentiated; and in numbers, for
 * the fast rule that an ordinary backward pass runs.  The opening comment of elementwise.h shows one line expanded.  To
 * add an operation: a line here, the prototype in operations.h, a row in the tests' operation_table.h. */
#include <math.h>

#include "gradus/tensor.h"
#include "operations/elementwise.h"
#include "formulas.h"

/* ==== Arithmetic and comparisons ================================================================================= */

#define ONE INLINE_ONE

static gd_tensor *gi_share(gd_tensor *a, gd_tensor *b), *gi_lower_share(gd_tensor *a, gd_tensor *b);
static gd_tensor *gi_inside(gd_tensor *x, double low, double high), *gi_product(gd_tensor *a, gd_tensor *b);
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
COMPARISON (logical_and, (a != 0) & (b != 0))
COMPARISON (logical_or,  (a != 0) | (b != 0))
COMPARISON_OP (, gi_, same, SAME(a, b))
PRIVATE_COMPARISON (share,       larger_share(a, b))
PRIVATE_COMPARISON (lower_share, smaller_share(a, b))
PRIVATE_COMPARISON (floor_quotient, floor_quotient(a, b))

BINARY (remainder, remainder_of(a, b), dy,               dy,
                    gd_neg(gd_mul(dy, gi_floor_quotient(a, b))), -(dy * floor_quotient(a, b)),  DB(A | B))

/* a b, but 0 where b is 0, whatever a is; and of the activation with a weight, its slope by x and the whole. */
BINARY_VALUE (product, MASKED(a, b))
BINARY_OP (product,         gi_product(dy, b),           MASKED(dy, b),
                            gd_mul(dy, a),               dy * a,                                DA(B) | DB(A))
BINARY_FUNCTION (static, gi_, product)
BINARY_VALUE (prelu_slope, prelu_slope(a, b))
BINARY_PLAIN_OP (prelu_slope, gd_zeros_like(a), gi_masked(dy, gd_le(a, gd_scalar(0))),          DB(A))
BINARY_FUNCTION (static, gi_, prelu_slope)
BINARY_VALUE (prelu, leaky(a, b))
BINARY_OP (prelu,           gi_product(dy, gi_prelu_slope(a, b)), MASKED(dy, prelu_slope(a, b)),
                            gd_mul(dy, gd_minimum(a, gd_scalar(0))), dy * MIN(a, 0),            DA(A | B) | DB(A))
BINARY_FUNCTION (, gi_, prelu)

/* ---- One input ---------------------------------------------------------------------------------------------------- *
 * gd_sqrt: y + 0 makes 0 of -0, whose slope would be -infinity.
 *      op       parameter  y               dx, in operations                  dx, in numbers          reads */
UNARY_1(scale,   s,         p[0] * x,       gd_scale(dy, p[0]),                p[0] * dy,              OF_NOTHING)
UNARY_1_PLAIN(shift, s,     x + p[0],       dy,                                                        OF_NOTHING)
UNARY_1_PLAIN(pow, exponent, power(x, p[0]), power_rule(dy, x, p[0]),                                  OF_INPUT)
UNARY  (neg,                -x,             gd_neg(dy),                        -dy,                    OF_NOTHING)
UNARY  (abs,                ABS(x),         gi_masked(dy, gd_sign(x)),         MASKED(dy, SIGN(x)),    OF_INPUT)
UNARY_PLAIN(sign,           SIGN(x),        ZERO,                                                      OF_NOTHING)
UNARY_PLAIN(floor,          FLOOR(x),       ZERO,                                                      OF_NOTHING)
UNARY_PLAIN(ceil,           CEIL(x),        ZERO,                                                      OF_NOTHING)
UNARY_PLAIN(trunc,          TRUNC(x),       ZERO,                                                      OF_NOTHING)
UNARY_PLAIN(round,          ROUND(x),       ZERO,                                                      OF_NOTHING)
UNARY  (sqrt,               SQRT(x),        gd_div(dy, gd_scale(gd_shift(y, 0), 2)), dy / (2 * (y + 0)), OF_OUTPUT)
UNARY  (rsqrt,              RSQRT(x),       gd_mul(dy, gd_mul(gd_square(y), gd_scale(gd_abs(y), -0.5))),
                                            dy * (y * y * (NUMBER(-0.5) * ABS(y))),                    OF_OUTPUT)
UNARY  (reciprocal,         1 / x,          gd_neg(gd_mul(dy, gd_square(y))),  -(dy * (y * y)),        OF_OUTPUT)
UNARY  (square,             x * x,          gd_scale(gd_mul(dy, x), 2),        2 * (dy * x),           OF_INPUT)
UNARY  (relu,               MAX(x, 0),      relu_rule_for(dy, y),               y > 0 ? dy : y,         OF_OUTPUT)
UNARY_1(leaky_relu, slope,  leaky(x, p[0]), gi_masked(dy, gi_leaky_slope(x, p[0])),
                                            MASKED(dy, x > 0 ? 1 : x == x ? p[0] : x),                 OF_INPUT)

UNARY  (hardsigmoid,        hardsigmoid(x), gd_scale(gi_masked(dy, gi_strictly_inside(x, -3, 3)), 1.0 / 6),
                                            MASKED(dy, strictly_inside(x, -3, 3)) * NUMBER(1.0 / 6),   OF_INPUT)
UNARY  (hardswish,          hardswish(x),   hardswish_rule_for(dy, x),             hardswish_number(dy, x), OF_INPUT)

PLACE_1(leaky_slope, slope,     x > 0 ? 1 : x == x ? p[0] : x)
PLACE_2(inside, low, high,      inside(x, p[0], p[1]))
PLACE_2(strictly_inside, low, high, strictly_inside(x, p[0], p[1]))

TEST(isnan,       x != x)
TEST(isinf,       ABS(x) == INFINITY)
TEST(isfinite,    ABS(x) < INFINITY)
TEST(logical_not, x == 0)

/* 1 - x^2, which keeps its digits at 1 and -1. */
PRIVATE_UNARY_PLAIN(one_minus_square, (1 - x) * (1 + x), gd_scale(gd_mul(dy, x), -2),                  OF_INPUT)

/* With a check of their parameters. */
UNARY_LOOP(clamp, clamped(x, p[0], p[1]))
UNARY_OP(clamp, gi_masked(dy, gi_inside(x, p[0], p[1])), MASKED(dy, inside(x, p[0], p[1])), OF_INPUT, true)

gd_tensor *gd_clamp(gd_tensor *x, double low, double high)
{
    if (x && !(low <= high))
        return gd_fail("gd_clamp: low = %g must not be above high = %g", low, high);
    return gi_apply_unary(&clamp_op, clamp_loop, x, (const double[2]){ low, high });
}

UNARY_LOOP(hardtanh, clamped(x, p[0], p[1]))
UNARY_OP(hardtanh, gi_masked(dy, gi_strictly_inside(x, p[0], p[1])), MASKED(dy, strictly_inside(x, p[0], p[1])),
         OF_INPUT, true)

gd_tensor *gd_hardtanh(gd_tensor *x, double low, double high)
{
    if (x && !(low <= high))
        return gd_fail("gd_hardtanh: low = %g must not be above high = %g", low, high);
    return gi_apply_unary(&hardtanh_op, hardtanh_loop, x, (const double[2]){ low, high });
}

/* ==== Functions: these formulas fuse multiplications and additions ================================================ */

#undef ONE
#define ONE KERNEL_ONE

/* gd_log: x + 0 makes 0 of -0, whose slope would be -infinity.
 *      op         y             dx, in operations                               dx, in numbers               reads */
UNARY  (exp,       EXP(x),       gd_mul(dy, y),                                  dy * y,                      OF_OUTPUT)
UNARY  (log,       LOG(x),       gd_div(dy, gd_shift(x, 0)),                     dy / (x + 0),                OF_INPUT)
UNARY  (expm1,     EXPM1(x),     gd_mul(dy, gd_exp(x)),                          dy * EXP(x),                 OF_INPUT)
UNARY  (log1p,     LOG1P(x),     gd_div(dy, gd_shift(x, 1)),                     dy / (x + 1),                OF_INPUT)
UNARY  (log2,      LOG2(x),      gd_div(gd_scale(dy, log2_e), gd_shift(x, 0)),   NUMBER(log2_e) * dy / (x + 0),
                                                                                                              OF_INPUT)
UNARY  (log10,     LOG10(x),     gd_div(gd_scale(dy, log10_e), gd_shift(x, 0)),  NUMBER(log10_e) * dy / (x + 0),
                                                                                                              OF_INPUT)
UNARY  (sin,       SIN(x),       gd_mul(dy, gd_cos(x)),                          dy * COS(x),                 OF_INPUT)
UNARY  (cos,       COS(x),       gd_neg(gd_mul(dy, gd_sin(x))),                  -(dy * SIN(x)),              OF_INPUT)
UNARY  (tan,       TAN(x),       gd_mul(dy, gd_shift(gd_square(y), 1)),          dy * (1 + y * y),            OF_OUTPUT)
UNARY  (asin,      ASIN(x),      gd_mul(dy, gd_rsqrt(gi_one_minus_square(x))),   dy * RSQRT((1 - x) * (1 + x)),
                                                                                                              OF_INPUT)
UNARY  (acos,      ACOS(x),      gd_neg(gd_mul(dy, gd_rsqrt(gi_one_minus_square(x)))), -(dy * RSQRT((1 - x) * (1 + x))),
                                                                                                              OF_INPUT)
UNARY  (atan,      ATAN(x),      gd_mul(dy, gd_square(gi_inverse_length(x))),    dy * SQUARE(inverse_length(x)),
                                                                                                              OF_INPUT)
UNARY  (sinh,      SINH(x),      gd_mul(dy, gd_cosh(x)),                         dy * COSH(x),                OF_INPUT)
UNARY  (cosh,      COSH(x),      gd_mul(dy, gd_sinh(x)),                         dy * SINH(x),                OF_INPUT)
UNARY  (tanh,      TANH(x),      gd_mul(dy, gd_shift(gd_neg(gd_square(y)), 1)),  dy * (1 - y * y),            OF_OUTPUT)
UNARY  (asinh,     ASINH(x),     gd_mul(dy, gi_inverse_length(x)),               dy * inverse_length(x),      OF_INPUT)
UNARY  (acosh,     ACOSH(x),     gd_mul(dy, gd_mul(gd_rsqrt(gd_shift(x, -1)), gd_rsqrt(gd_shift(x, 1)))),
                                                                       dy * (RSQRT(x - 1) * RSQRT(x + 1)),    OF_INPUT)
UNARY  (atanh,     ATANH(x),     gd_div(dy, gi_one_minus_square(x)),             dy / ((1 - x) * (1 + x)),    OF_INPUT)
UNARY  (sigmoid,   SIGMOID(x),   gd_mul(gd_mul(dy, y), gd_shift(gd_neg(y), 1)),  dy * y * (1 - y),            OF_OUTPUT)
UNARY  (softplus,  SOFTPLUS(x),  gd_mul(dy, gd_sigmoid(x)),                      dy * SIGMOID(x),             OF_INPUT)
UNARY_PLAIN(erf,   ERF(x),       gd_mul(dy, gaussian(x, 1, two_over_root_pi)),                                OF_INPUT)
UNARY  (gelu,      GELU(x),      gd_mul(dy, d_gelu(x)),                          dy * real_gelu_slope(x),     OF_INPUT)
UNARY  (gelu_tanh, gelu_tanh(x), gd_mul(dy, d_gelu_tanh(x)),                     dy * gelu_tanh_number(x),    OF_INPUT)
UNARY  (silu,      silu(x),      gd_mul(dy, d_silu(x)),                          dy * silu_number(x),         OF_INPUT)
UNARY  (logsigmoid, -SOFTPLUS(-x), gd_mul(dy, gd_sigmoid(gd_neg(x))),            dy * SIGMOID(-x),            OF_INPUT)
UNARY  (mish,      MISH(x),      gd_mul(dy, d_mish(x)),                          dy * mish_number(x),         OF_INPUT)
UNARY  (selu,      selu(x),      gd_mul(dy, d_selu(x)),                          dy * selu_number(x),         OF_INPUT)
UNARY_1(elu, alpha, elu_of(x, p[0]), gd_mul(dy, d_elu(x, p[0])),    dy * (x > 0 ? 1 : p[0] * EXP(x)),         OF_INPUT)

/* Phi, the normal distribution function: a part of GELU's derivative. */
PRIVATE_UNARY_PLAIN(normal, real_normal(x), gd_mul(dy, gaussian(x, 0.5, one_over_root_two_pi)),               OF_INPUT)

/* 1 / sqrt(1 + x^2), for slopes. */
PRIVATE_UNARY_PLAIN(inverse_length, inverse_length(x), inverse_length_rule_for(dy, x, y),  OF_INPUT | OF_OUTPUT)

/* Of two, as above. */
BINARY (pow_tensor, power(a, b), power_slope_rule(dy, a, b),           dy * power_slope(a, b),
                            power_log_rule(dy, a, y),                  dy * (power_has_no_log(a, y) ? 0 : y * LOG(a)),
                                                                                                DA(A | B) | DB(A | Y))
BINARY (atan2, ATAN2(a, b), over_square_length_rule(dy, b, a, b),      dy * over_square_length(b, a, b),
                            gd_neg(over_square_length_rule(dy, a, a, b)), -(dy * over_square_length(a, a, b)),
                                                                                                DA(A | B) | DB(A | B))
PRIVATE_COMPARISON (power_is_flat, power_is_flat(a, b))
PRIVATE_COMPARISON (power_has_no_log, power_has_no_log(a, b))
PRIVATE_COMPARISON (larger_size, larger_size(a, b))

/* ==== Value and slope in one sweep, of functions whose formulas share most of their work ========================= */

UNARY_WITH_SLOPE(gelu)
UNARY_WITH_SLOPE(gelu_tanh)
UNARY_WITH_SLOPE(silu)
UNARY_WITH_SLOPE(mish)

gi_unary_slope_loop *const gi_times_slope = exp_slope_loop;        /* dy y: of a function that is its own slope */

gi_unary_with_slope_loop *gi_with_slope(gi_unary_loop *value, gi_unary_slope_loop *slope)
{
#define WITH_SLOPE(name) { name##_loop, name##_slope_loop, name##_with_slope_loop }
    static const struct {
        gi_unary_loop            *value;
        gi_unary_slope_loop      *slope;
        gi_unary_with_slope_loop *both;
    } functions[] = { WITH_SLOPE(gelu), WITH_SLOPE(gelu_tanh), WITH_SLOPE(silu), WITH_SLOPE(mish) };
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
        if (functions[i].value == value && functions[i].slope == slope)
            return functions[i].both;
    return NULL;
}
