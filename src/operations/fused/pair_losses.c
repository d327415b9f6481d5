/* pair_losses.c - losses of a prediction and a target of the same shape, element by element: absolute error,
 * Huber, binary cross-entropy, Kullback-Leibler divergence, hinge.  Cross-entropy is in loss.c.
 *
 * Those that meet a 0 times infinity on the way are one operation each.  In the binary cross-entropy so are
 * sigmoid and logarithm, because the probability in between may round to 0 or 1. */
#include <inttypes.h>
#include <math.h>

#include "base/compiler.h"
#include "base/start.h"
#include "gradus/tensor.h"
#include "operations/elementwise.h"
#include "operations/elementwise_parts.h"
#include "operations/loss.h"
#include "tensor/alive.h"
#include "tensor/check.h"
#include "tensor/nest.h"
#include "tensor/shape.h"
#include "text/format.h"

#define ONE KERNEL_ONE

gd_tensor *gi_reduced_loss(const char *function, gd_tensor *loss, gd_reduction reduction)
{
    switch (reduction) {
    case GD_MEAN: return gd_mean(loss);
    case GD_SUM:  return gd_sum(loss);
    case GD_NONE: return loss;
    }
    if (!loss)
        return NULL;
    return gd_fail("%s: reduction = %d must be GD_MEAN, GD_SUM or GD_NONE", function, (int)reduction);
}

static GI_COLD bool other_shape(const char *function, const gd_tensor *prediction, const gd_tensor *target)
{
    return gd_fail("%s: prediction is %s and target is %s: they must have the same shape", function,
                   gi_text_of(prediction).s, gi_text_of(target).s);
}

bool gi_same_loss_shape(const char *function, const gd_tensor *prediction, const gd_tensor *target)
{
    if (!gi_alive(function, "prediction", prediction) || !gi_alive(function, "target", target))
        return false;
    return gi_same_shape(prediction, target) || other_shape(function, prediction, target);
}

/* The elements lie in [low, high]; NaN does not. */
GI_KERNEL static bool all_in(int64_t n, const gd_real *x, gd_real low, gd_real high)
{
    int outside = 0;
    for (int64_t i = 0; i < n; i++)
        outside |= !((x[i] >= low) & (x[i] <= high));
    return !outside;
}

typedef struct limits {
    const char *function;
    double      low, high;
    const char *expected;
} limits;

/* The first element of target outside [low, high] is an error. */
static bool target_in_limits(gd_tensor *none, gd_tensor *const target[], const void *attributes)
{
    const limits *l = attributes;
    (void)none;
    const gd_real *t = gi_contiguous_numbers(target[0]), low = (gd_real)l->low, high = (gd_real)l->high;
    if (!t || all_in(target[0]->numel, t, low, high))
        return t != NULL;
    for (int64_t i = 0; i < target[0]->numel; i++)
        if (!(t[i] >= low && t[i] <= high))
            return gd_fail("%s: target[%" PRId64 "] = %s must %s", l->function, i,
                           gi_digits((char[GI_DIGITS_SIZE]){ 0 }, (double)t[i]), l->expected);
    return true;
}

static bool targets_in(const char *function, gd_tensor *target, double low, double high, const char *expected)
{
    const limits l = { function, low, high, expected };
    return gi_start_one(function, target_in_limits, NULL, target, &l, sizeof l);
}

/* part times loss; nothing of an infinite one where part is 0. */
REAL_INLINE gd_real share(gd_real part, gd_real loss)
{
    return real_select(part == 0, 0, part * loss);
}

/* ---- Absolute error and Huber's loss ------------------------------------------------------------------------ */

gd_tensor *gd_l1_loss(gd_tensor *prediction, gd_tensor *target, gd_reduction reduction)
{
    if (!prediction || !target || !gi_same_loss_shape("gd_l1_loss", prediction, target))
        return NULL;
    return gi_reduced_loss("gd_l1_loss", gd_abs(gd_sub(prediction, target)), reduction);
}

REAL_INLINE gd_real cut(gd_real x, gd_real most)
{
    return x < -most ? -most : x > most ? most : x;
}

REAL_INLINE gd_real huber(gd_real z, gd_real delta)
{
    gd_real size = real_abs(z);
    return size <= delta ? z * ((gd_real)0.5 * z) : delta * (size - (gd_real)0.5 * delta);
}

/*               op          parameter  value           dx, in operations                     dx, in numbers */
PRIVATE_UNARY_1 (huber_each, delta,     huber(x, p[0]), gd_mul(dy, gd_clamp(x, -p[0], p[0])), dy * cut(x, p[0]),
                                                                                                       OF_INPUT)

gd_tensor *gd_huber_loss(gd_tensor *prediction, gd_tensor *target, double delta, gd_reduction reduction)
{
    if (!prediction || !target || !gi_same_loss_shape("gd_huber_loss", prediction, target))
        return NULL;
    if (!((gd_real)delta > 0))
        return gd_fail("gd_huber_loss: delta = %g must be positive%s", delta, delta > 0 ? " in " GI_REAL_NAME : "");
    return gi_reduced_loss("gd_huber_loss", gi_huber_each(gd_sub(prediction, target), delta), reduction);
}

/* ---- Binary cross-entropy: p = sigmoid(a), l = -b ln p - (1 - b) ln (1 - p) of a logit a and a target b -------
 *
 * -ln p = softplus(-a) and -ln (1 - p) = softplus(a): written so, nothing overflows and a confident right answer
 * keeps all digits of its small loss.  The same holds for the slope p - b = (1 - b) p - b (1 - p).  A share of 0
 * takes nothing of a loss that is infinite.
 *
 *
 *      op                    value
 *      da, in operations, and in numbers
 *      db                                                                                             the rule reads */
static gd_tensor *bce_slope(gd_tensor *a, gd_tensor *b)
{
    gd_tensor *rest = gd_shift(gd_neg(b), 1);
    return gd_sub(gd_mul(rest, gd_sigmoid(a)), gd_mul(b, gd_sigmoid(gd_neg(a))));
}

PRIVATE_BINARY (bce_with_logits_each, share(b, real_softplus(-a)) + share(1 - b, real_softplus(a)),
        gd_mul(dy, bce_slope(a, b)), dy * ((1 - b) * real_sigmoid(a) - b * real_sigmoid(-a)),
        gd_neg(gd_mul(dy, a)),       -(dy * a),                                               DA(A | B) | DB(A))

gd_tensor *gd_bce_with_logits(gd_tensor *prediction, gd_tensor *target, gd_reduction reduction)
{
    if (!prediction || !target || !gi_same_loss_shape("gd_bce_with_logits", prediction, target)
        || !targets_in("gd_bce_with_logits", target, 0, 1, "lie in [0, 1]"))
        return NULL;
    return gi_reduced_loss("gd_bce_with_logits", gi_bce_with_logits_each(prediction, target), reduction);
}

/* ---- Kullback-Leibler divergence: t (ln t - q), q a logarithm already ------------------------------------------
 *
 * 0 ln 0 is 0, and 0 times whatever q is.  At t = 0 the slope by t is taken as -q, and the curvature as 0: both are
 * infinite.  a is q and b is t.
 *
 *      op       value
 *      da, in operations, and in numbers
 *      db                                                                                             the rule reads */
static gd_tensor *kl_slope(gd_tensor *a, gd_tensor *b)
{
    gd_tensor *positive = gd_where(b, b, gd_scalar(1));
    return gd_sub(gd_where(b, gd_shift(gd_log(positive), 1), gd_scalar(0)), a);
}

PRIVATE_BINARY (kl_each, share(b, real_log(b) - a),
        gd_neg(gd_mul(dy, b)),      -(dy * b),
        gd_mul(dy, kl_slope(a, b)), dy * (b == 0 ? -a : real_log(b) + 1 - a),                 DA(B) | DB(A | B))

gd_tensor *gd_kl_div(gd_tensor *log_prediction, gd_tensor *target, gd_reduction reduction)
{
    if (!log_prediction || !target || !gi_alive("gd_kl_div", "log_prediction", log_prediction)
        || !gi_same_loss_shape("gd_kl_div", log_prediction, target)
        || !targets_in("gd_kl_div", target, 0, (double)INFINITY, "not be negative"))
        return NULL;
    return gi_reduced_loss("gd_kl_div", gi_kl_each(log_prediction, target), reduction);
}

/* ---- Hinge: max(0, 1 - t y), t = -1 or 1; a is y and b is t ----------------------------------------------------
 *
 * Right by far costs nothing, and nothing there of an infinite y goes to dt.
 *
 *      op          value                   da, in operations        in numbers
 *                                          db                                                         the rule reads */
PRIVATE_COMPARISON (hinge_active, b * a < 1 ? 1 : a == a ? 0 : a)

static gd_tensor *hinge_part(gd_tensor *dy, gd_tensor *a, gd_tensor *b, gd_tensor *factor)
{
    gd_tensor *active = gi_hinge_active(a, b);
    return gi_masked(gd_mul(gd_neg(dy), gd_where(active, factor, gd_scalar(0))), active);
}

/* -dy factor where the hinge of a and b rises, else 0. */
REAL_INLINE gd_real hinge_number(gd_real dy, gd_real a, gd_real b, gd_real factor)
{
    return b * a < 1 ? -dy * factor : a == a ? 0 : a;
}

PRIVATE_BINARY (hinge_each, real_max(1 - b * a, 0), hinge_part(dy, a, b, b), hinge_number(dy, a, b, b),
                                            hinge_part(dy, a, b, a), hinge_number(dy, a, b, a), DA(A | B) | DB(A | B))

static bool are_signs(gd_tensor *none, gd_tensor *const target[], const void *attributes)
{
    (void)none, (void)attributes;
    const gd_real *t = gi_contiguous_numbers(target[0]);
    for (int64_t i = 0; t && i < target[0]->numel; i++)
        if (t[i] != 1 && t[i] != -1)
            return gd_fail("gd_hinge_loss: target[%" PRId64 "] = %s must be -1 or 1", i,
                           gi_digits((char[GI_DIGITS_SIZE]){ 0 }, (double)t[i]));
    return t != NULL;
}

gd_tensor *gd_hinge_loss(gd_tensor *prediction, gd_tensor *target, gd_reduction reduction)
{
    if (!prediction || !target || !gi_same_loss_shape("gd_hinge_loss", prediction, target)
        || !gi_start_one("gd_hinge_loss", are_signs, NULL, target, NULL, 0))
        return NULL;
    return gi_reduced_loss("gd_hinge_loss", gi_hinge_each(prediction, target), reduction);
}
