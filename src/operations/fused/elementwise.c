/* elementwise.c - the table of elementwise operations: value and derivative on one line.  Here arithmetic and
 * comparisons; exp, tanh and the like are in functions.c.
 *
 * How a line becomes code is told at the top of elementwise.h.  Adding an operation: its line here, its
 * prototype in operations.h, its row in tests/operation_table.h.  Operations named .._grad are the derivatives
 * of others, fused into one pass. */
#include <math.h>

#include "gradus/tensor.h"
#include "operations/elementwise.h"
#include "operations/internal_operations.h"

#define SQRT     real_sqrt
#define ABS      real_abs
#define SIGN     real_sign
#define MAX      real_max
#define MIN      real_min
#define NUMBER(constant) ((gd_real)(constant))
#define SAME(a, b)   (((a) == (b)) | (((a) != (a)) & ((b) != (b))))      /* NaN is the same as NaN */
#define NAN_BEFORE(a, b) (((a) != (a)) & ((b) == (b)))
#define ZERO     gd_zeros_like(x)

/* ---- Formulas too long for a line of the table ----------------------------------------------------------- */

REAL_INLINE gd_real power(gd_real x, gd_real p)
{
#ifdef GD_DOUBLE
    return pow(x, p);
#else
    return powf(x, p);
#endif
}

/* With slope 0 the side below 0 is 0 down to -infinity. */
REAL_INLINE gd_real leaky(gd_real x, gd_real slope)
{
    gd_real low = slope == 0 && x < -1 ? -1 : x;
    return x > 0 ? x : slope * low;
}

/* p x^(p-1) dy, where 0 x^-1 counts as 0 also for x = 0.  An infinite p times a power that is 0 is 0, as for large
 * p. */
static gd_tensor *power_rule(gd_tensor *dy, gd_tensor *x, double p)
{
    if (p == 0)
        return gd_zeros_like(x);
    gd_tensor *power = gd_pow(x, p - 1);
    if (isinf((gd_real)p))
        return gd_mul(dy, gd_masked(gd_scalar(copysign((double)INFINITY, p)), power));
    return gd_mul(dy, gd_scale(power, p));
}

/* ---- Of two ----------------------------------------------------------------------------------------------------
 *      op       y          da                          db                                reads */
BINARY (add,     a + b,     dy,                         dy,                               OF_NOTHING)
BINARY (sub,     a - b,     dy,                         gd_neg(dy),                       OF_NOTHING)
BINARY (mul,     a * b,     gd_mul(dy, b),              gd_mul(dy, a),                    DA(B) | DB(A))
BINARY (div,     a / b,     gd_div(dy, b),              gd_neg(gd_div(gd_mul(dy, y), b)), DA(B) | DB(B | Y))
BINARY (maximum, MAX(a, b), gd_masked(dy, gd_share(a, b)),       gd_masked(dy, gd_share(b, a)),
                                                                                      DA(A | B) | DB(A | B))
BINARY (minimum, MIN(a, b), gd_masked(dy, gd_lower_share(a, b)), gd_masked(dy, gd_lower_share(b, a)),
                                                                                      DA(A | B) | DB(A | B))

COMPARISON (eq,       a == b)
COMPARISON (ne,       a != b)
COMPARISON (lt,       a < b)
COMPARISON (le,       a <= b)
COMPARISON (gt,       a > b)
COMPARISON (ge,       a >= b)
COMPARISON (same,     SAME(a, b))

/* ---- Of one and a parameter ---------------------------------------------------------------------------------
 *      op            parameter  y                        dx                                            reads */
UNARY_1(scale,        s,         p[0] * x,                gd_scale(dy, p[0]),                           OF_NOTHING)
UNARY_1(shift,        s,         x + p[0],                dy,                                           OF_NOTHING)
UNARY_1(pow,          exponent,  power(x, p[0]),          power_rule(dy, x, p[0]),                      OF_INPUT)
UNARY_1(leaky_relu,   slope,     leaky(x, p[0]),           gd_masked(dy, gd_leaky_relu_slope(x, p[0])),  OF_INPUT)

UNARY_1(leaky_relu_slope, slope, x > 0 ? 1 : x == x ? p[0] : x,  ZERO,                                  OF_NOTHING)
UNARY_2(inside, low, high,       x < p[0] || x > p[1] ? 0 : x == x ? 1 : x,  ZERO,                      OF_NOTHING)

/* ---- Of one -------------------------------------------------------------------------------------------------
 *      op            y                               dx                                                reads */
UNARY  (neg,          -x,                             gd_neg(dy),                                       OF_NOTHING)
UNARY  (abs,          ABS(x),                         gd_masked(dy, gd_sign(x)),                        OF_INPUT)
UNARY  (sign,         SIGN(x),                        ZERO,                                             OF_NOTHING)
UNARY  (sqrt,         SQRT(x),                        gd_sqrt_grad(dy, y),                              OF_OUTPUT)
UNARY  (square,       x * x,                          gd_square_grad(dy, x),                            OF_INPUT)
UNARY  (relu,         MAX(x, 0),                      gd_relu_grad(dy, y),                              OF_OUTPUT)

/* ---- Fused derivatives: a is dy, b is x or y of the operation in whose rule they stand ----------------------
 *      op            value                    da                      db                      reads */
BINARY (square_grad,  2 * (a * b),             gd_square_grad(dy, b),  gd_square_grad(dy, a),  DA(B) | DB(A))
BINARY (sqrt_grad,    a / (2 * ABS(b)),        gd_sqrt_grad(dy, b),
                      gd_neg(gd_div(gd_mul(dy, y), gd_abs(b))),                                DA(B) | DB(B | Y))
BINARY (tanh_grad,    a * (1 - b * b),         gd_tanh_grad(dy, b),
                      gd_scale(gd_mul(dy, gd_mul(a, b)), -2),                                  DA(B) | DB(A | B))
BINARY (sigmoid_grad, a * b * (1 - b),         gd_sigmoid_grad(dy, b),
                      gd_mul(gd_mul(dy, a), gd_shift(gd_scale(b, -2), 1)),                     DA(B) | DB(A | B))
BINARY (relu_grad,    b > 0 ? a : b,           gd_relu_grad(dy, b),    gd_zeros_like(b),       DA(B))

/* a b for a b that is constant between its jumps; 0 where b is 0, whatever a is. */
BINARY (masked,       b == 0 ? 0 : a * b,      gd_masked(dy, b),       gd_zeros_like(b),       DA(B))

/* a's share of max(a, b), and of min(a, b) */
COMPARISON_VALUE (share,       ((a > b) | NAN_BEFORE(a, b)) ? 1 : SAME(a, b) ? NUMBER(0.5) : 0)
COMPARISON_VALUE (lower_share, ((a < b) | NAN_BEFORE(a, b)) ? 1 : SAME(a, b) ? NUMBER(0.5) : 0)

/* ---- With a check of its parameters ---------------------------------------------------------------------- */

UNARY_LOOP(clamp, x < p[0] ? p[0] : x > p[1] ? p[1] : x)
UNARY_RULE(clamp, gd_masked(dy, gd_inside(x, p[0], p[1])), OF_INPUT)

gd_tensor *gd_clamp(gd_tensor *x, double low, double high)
{
    if (x && !(low <= high))
        return gd_fail("gd_clamp: low = %g must not be above high = %g", low, high);
    return gi_apply_unary(&clamp_op, clamp_loop, x, (const double[2]){ low, high });
}
