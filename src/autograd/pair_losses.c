/* pair_losses.c - losses of a prediction and a target of the same shape, element by element: absolute error,
 * Huber, binary cross-entropy, Kullback-Leibler divergence, hinge.  Cross-entropy is in loss.c.
 *
 * All are compositions, but the binary cross-entropy: sigmoid and logarithm are one operation there, because
 * the probability in between may round to 0 or 1. */
#include <inttypes.h>

#define ONE_ALONE_IS_A_KERNEL               /* as in functions.c */
#include "elementwise.h"
#include "internal_operations.h"
#include "loss.h"

gd_tensor *gd_reduced_loss(const char *function, gd_tensor *loss, gd_reduction reduction)
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

bool gd_same_loss_shape(const char *function, const gd_tensor *prediction, const gd_tensor *target)
{
    if (!gd_alive(function, "prediction", prediction) || !gd_alive(function, "target", target))
        return false;
    if (gd_same_shape(prediction, target))
        return true;
    return gd_fail("%s: prediction is %s and target is %s: they must have the same shape", function,
                   gd_text_of(prediction).s, gd_text_of(target).s);
}

/* ---- Absolute error and Huber's loss ------------------------------------------------------------------------ */

gd_tensor *gd_l1_loss(gd_tensor *prediction, gd_tensor *target, gd_reduction reduction)
{
    if (!prediction || !target || !gd_same_loss_shape("gd_l1_loss", prediction, target))
        return NULL;
    return gd_reduced_loss("gd_l1_loss", gd_abs(gd_sub(prediction, target)), reduction);
}

/* With c = z cut to [-delta, delta], both branches are c (z - c / 2). */
gd_tensor *gd_huber_loss(gd_tensor *prediction, gd_tensor *target, double delta, gd_reduction reduction)
{
    if (!prediction || !target || !gd_same_loss_shape("gd_huber_loss", prediction, target))
        return NULL;
    if (!(delta > 0))
        return gd_fail("gd_huber_loss: delta = %g must be positive", delta);
    gd_tensor *z = gd_sub(prediction, target), *c = gd_clamp(z, -delta, delta);
    return gd_reduced_loss("gd_huber_loss", gd_mul(c, gd_sub(z, gd_scale(c, 0.5))), reduction);
}

/* ---- Binary cross-entropy: p = sigmoid(a), l = -b ln p - (1 - b) ln (1 - p) of a logit a and a target b -------
 *
 * -ln p = softplus(-a) and -ln (1 - p) = softplus(a): written so, nothing overflows and a confident right answer
 * keeps all digits of its small loss.  The same holds for the slope p - b = (1 - b) p - b (1 - p).
 *
 *      op                    value                                                                the rule reads
 *                            da
 *                            db */
BINARY (bce_with_logits_each, b * real_softplus(-a) + (1 - b) * real_softplus(a),
                              gd_mul(dy, gd_bce_slope(a, b)),
                              gd_neg(gd_mul(dy, a)),                                             DA(A | B) | DB(A))
BINARY (bce_slope,            (1 - b) * real_sigmoid(a) - b * real_sigmoid(-a),
                              gd_mul(dy, gd_mul(gd_sigmoid(a), gd_sigmoid(gd_neg(a)))),
                              gd_neg(dy),                                                        DA(A))

gd_tensor *gd_bce_with_logits(gd_tensor *prediction, gd_tensor *target, gd_reduction reduction)
{
    if (!prediction || !target || !gd_same_loss_shape("gd_bce_with_logits", prediction, target))
        return NULL;
    return gd_reduced_loss("gd_bce_with_logits", gd_bce_with_logits_each(prediction, target), reduction);
}

/* ---- Kullback-Leibler divergence: t (ln t - q), q a logarithm already --------------------------------------- */

gd_tensor *gd_kl_div(gd_tensor *log_prediction, gd_tensor *target, gd_reduction reduction)
{
    if (!log_prediction || !target || !gd_alive("gd_kl_div", "log_prediction", log_prediction)
        || !gd_same_loss_shape("gd_kl_div", log_prediction, target))
        return NULL;
    gd_tensor *t = target, *log_t = gd_log(gd_where(t, t, gd_scalar(1)));       /* 0 ln 0 = 0 */
    return gd_reduced_loss("gd_kl_div", gd_mul(t, gd_sub(log_t, log_prediction)), reduction);
}

/* ---- Hinge: max(0, 1 - t y), t = -1 or 1 -------------------------------------------------------------------- */

static bool signs(gd_tensor *target)
{
    gd_tensor *t = gd_contiguous(gd_detach(target));
    for (int64_t i = 0; t && i < t->numel; i++)
        if (t->data[i] != 1 && t->data[i] != -1)
            return gd_fail("gd_hinge_loss: target[%" PRId64 "] = %g must be -1 or 1", i, (double)t->data[i]);
    return t != NULL;
}

gd_tensor *gd_hinge_loss(gd_tensor *prediction, gd_tensor *target, gd_reduction reduction)
{
    if (!prediction || !target || !gd_same_loss_shape("gd_hinge_loss", prediction, target) || !signs(target))
        return NULL;
    gd_tensor *margin = gd_shift(gd_neg(gd_mul(target, prediction)), 1);
    return gd_reduced_loss("gd_hinge_loss", gd_relu(margin), reduction);
}
