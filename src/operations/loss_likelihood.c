/* loss_likelihood.c - negative log-likelihoods of elements: binary cross-entropy with weights, normal and Poisson
 * distributions.  Made of other operations; gi_share keeps a 0 from meeting an infinity. */
#include <math.h>

#include "autograd/record.h"
#include "base/message.h"
#include "gradus/operations.h"
#include "loss.h"
#include "loss_check.h"
#include "tensor/alive.h"
#include "tensor/shape.h"

static const double pi = 3.14159265358979323846;

/* ---- Binary cross-entropy of logits -------------------------------------------------------------------------------
 *
 * -ln p = softplus(-x) and -ln (1 - p) = softplus(x): both stay exact where they are small. */
static gd_tensor *with_pos_weight(gd_tensor *x, gd_tensor *t, gd_tensor *q)
{
    gd_tensor *positive = gi_share(gd_mul(q, t), gd_softplus(gd_neg(x)));
    return gd_add(positive, gi_share(gd_shift(gd_neg(t), 1), gd_softplus(x)));
}

gd_tensor *gd_bce_with_logits_weighted(gd_tensor *prediction, gd_tensor *target, gd_tensor *weight,
                                       gd_tensor *pos_weight, gd_reduction reduction)
{
    const char *function = "gd_bce_with_logits_weighted";
    if (!prediction || !target || !gi_same_loss_shape(function, prediction, target)
        || !gi_alive(function, "weight", weight) || !gi_alive(function, "pos_weight", pos_weight)
        || !gi_stretches_to(function, "weight", weight, "prediction", prediction)
        || !gi_stretches_to(function, "pos_weight", pos_weight, "prediction", prediction)
        || !gi_elements_in(function, "target", target, 0, 1, "lie in [0, 1]"))
        return NULL;
    gd_tensor *l = pos_weight ? with_pos_weight(prediction, target, pos_weight)
                              : gd_bce_with_logits(prediction, target, GD_NONE);
    return gi_reduced_loss(function, weight ? gi_share(weight, l) : l, reduction);
}

/* ---- Normal distribution ------------------------------------------------------------------------------------ */

/* variance seen with the number of axes of m, or NULL and a message. */
static gd_tensor *fitting_variance(gd_tensor *m, gd_tensor *variance)
{
    bool fits = variance->ndim == m->ndim || variance->ndim == m->ndim - 1;
    for (int i = 0; i < variance->ndim && fits; i++)
        fits = variance->shape[i] == m->shape[i] || (i == m->ndim - 1 && variance->shape[i] == 1);
    if (!fits)
        return gd_fail("gd_gaussian_nll_loss: prediction is %s and variance is %s: the variance must have the same "
                       "shape, with 1 in place of the last size or without the last axis", gi_text_of(m).s,
                       gi_text_of(variance).s);
    return variance->ndim < m->ndim ? gd_unsqueeze(variance, -1) : variance;
}

/* max(variance, eps), with the derivative 1 everywhere. */
static gd_tensor *not_below(gd_tensor *variance, double eps)
{
    return gd_add(variance, gd_relu(gd_shift(gd_neg(gd_detach(variance)), eps)));
}

gd_tensor *gd_gaussian_nll_loss(gd_tensor *prediction, gd_tensor *target, gd_tensor *variance, bool full, double eps,
                                gd_reduction reduction)
{
    const char *function = "gd_gaussian_nll_loss";
    if (!prediction || !target || !variance || !gi_same_loss_shape(function, prediction, target)
        || !gi_alive(function, "variance", variance) || !(variance = fitting_variance(prediction, variance))
        || !gi_elements_in(function, "variance", variance, 0, (double)INFINITY, "not be negative"))
        return NULL;
    if (!((gd_real)eps > 0))
        return gd_fail("%s: eps = %g must be positive", function, eps);
    gd_tensor *v = not_below(variance, eps), *z = gd_sub(prediction, target);
    gd_tensor *l = gd_scale(gd_add(gd_log(v), gd_mul(z, gd_div(z, v))), 0.5);
    return gi_reduced_loss(function, full ? gd_shift(l, 0.5 * log(2 * pi)) : l, reduction);
}

/* ---- Poisson distribution ----------------------------------------------------------------------------------- */

/* Stirling's formula for ln t! where t > 1, else 0. */
static gd_tensor *stirling(gd_tensor *t)
{
    gd_tensor *large = gd_gt(t, gd_scalar(1)), *safe = gd_where(large, t, gd_scalar(1)), *log_t = gd_log(safe);
    gd_tensor *half = gd_scale(gd_shift(log_t, log(2 * pi)), 0.5);
    return gd_where(large, gd_add(gd_sub(gd_mul(safe, log_t), safe), half), gd_scalar(0));
}

gd_tensor *gd_poisson_nll_loss(gd_tensor *prediction, gd_tensor *target, bool log_input, bool full, double eps,
                               gd_reduction reduction)
{
    const char *function = "gd_poisson_nll_loss";
    if (!prediction || !target || !gi_same_loss_shape(function, prediction, target)
        || !gi_elements_in(function, "target", target, 0, (double)INFINITY, "not be negative"))
        return NULL;
    if (!(eps >= 0))
        return gd_fail("%s: eps = %g must not be negative", function, eps);
    if (!log_input && !gi_elements_in(function, "prediction", prediction, 0, (double)INFINITY,
                                      "not be negative: without log_input it is a mean"))
        return NULL;
    gd_tensor *mean = log_input ? gd_exp(prediction) : prediction;
    gd_tensor *log_mean = log_input ? prediction : gd_log(gd_shift(prediction, eps));
    gd_tensor *l = gd_sub(mean, gi_share(target, log_mean));
    return gi_reduced_loss(function, full ? gd_add(l, stirling(target)) : l, reduction);
}
