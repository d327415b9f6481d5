/* share.c - elementwise parts of losses: a product in which 0 wins, which the losses with weights are made of; binary
 * cross-entropy of probabilities; smooth L1. */
#include <math.h>

#include "base/compiler.h"
#include "base/message.h"
#include "gradus/tensor.h"
#include "operations/elementwise.h"
#include "operations/loss.h"
#include "operations/loss_check.h"
#include "tensor/alive.h"
#include "tensor/shape.h"

#define ONE KERNEL_ONE

/* ---- y = a b, and 0 where a is 0; da = dy b there, too, which is infinite where b is ------------------------ */

BINARY_VALUE(share, real_select(a == 0, 0, a * b))
BINARY_OP(share, gd_mul(dy, b), dy * b, gi_share(a, dy), real_select(a == 0, 0, a * dy), DA(B) | DB(A))
BINARY_FUNCTION(, gi_, share)

/* ---- Binary cross-entropy of a probability a and a target b ------------------------------------------------------
 *
 *      op          value
 *      da, in operations, and in numbers
 *      db, in operations, and in numbers                                                              the rule reads */
enum { LOWEST_LOG = -100 };

REAL_INLINE gd_real log_of(gd_real p)
{
    return real_max(real_log(p), LOWEST_LOG);
}

static gd_tensor *log_from(gd_tensor *p)
{
    return gd_clamp(gd_log(p), LOWEST_LOG, (double)INFINITY);
}

static gd_tensor *complement(gd_tensor *p)
{
    return gd_shift(gd_neg(p), 1);
}

PRIVATE_BINARY (bce_each, -(b * log_of(a) + (1 - b) * log_of(1 - a)),
        gd_mul(dy, gd_div(gd_sub(a, b), gd_clamp(gd_mul(a, complement(a)), 1e-12, (double)INFINITY))),
        dy * ((a - b) / real_max(a * (1 - a), (gd_real)1e-12)),
        gd_mul(dy, gd_sub(log_from(complement(a)), log_from(a))), dy * (log_of(1 - a) - log_of(a)),
                                                                                               DA(A | B) | DB(A))

gd_tensor *gd_bce_loss(gd_tensor *prediction, gd_tensor *target, gd_tensor *weight, gd_reduction reduction)
{
    const char *function = "gd_bce_loss";
    if (!prediction || !target || !gi_same_loss_shape(function, prediction, target)
        || !gi_alive(function, "weight", weight)
        || !gi_stretches_to(function, "weight", weight, "prediction", prediction)
        || !gi_elements_in(function, "prediction", prediction, 0, 1, "lie in [0, 1]")
        || !gi_elements_in(function, "target", target, 0, 1, "lie in [0, 1]"))
        return NULL;
    gd_tensor *l = gi_bce_each(prediction, target);
    return gi_reduced_loss(function, weight ? gi_share(weight, l) : l, reduction);
}

/* ---- Smooth L1 of a difference x -----------------------------------------------------------------------------------
 *
 * The clamped quotient is the slope: 1 far out, and nothing overflows for a small beta. */
REAL_INLINE gd_real smooth(gd_real x, gd_real beta)
{
    const gd_real size = real_abs(x);
    return size < beta ? (gd_real)0.5 * size * (size / beta) : size - (gd_real)0.5 * beta;
}

REAL_INLINE gd_real smooth_slope(gd_real x, gd_real beta)
{
    return x <= -beta ? -1 : x >= beta ? 1 : x / beta;
}

/*               op              parameter  value               dx, in operations
 *                               dx, in numbers                                                        the rule reads */
PRIVATE_UNARY_1 (smooth_l1_each, beta,      smooth(x, p[0]),    gd_mul(dy, gd_div(gd_clamp(x, -p[0], p[0]),
                                                                                  gd_scalar(p[0]))),
                                 dy * smooth_slope(x, p[0]),                                           OF_INPUT)

gd_tensor *gd_smooth_l1_loss(gd_tensor *prediction, gd_tensor *target, double beta, gd_reduction reduction)
{
    if (!prediction || !target || !gi_same_loss_shape("gd_smooth_l1_loss", prediction, target))
        return NULL;
    if (!(beta >= 0 && isfinite((gd_real)beta)))
        return gd_fail("gd_smooth_l1_loss: beta = %g must be finite and not negative", beta);
    gd_tensor *z = gd_sub(prediction, target);
    const bool plain = (gd_real)beta == 0;          /* also a beta that gd_real does not hold */
    return gi_reduced_loss("gd_smooth_l1_loss", plain ? gd_abs(z) : gi_smooth_l1_each(z, beta), reduction);
}
