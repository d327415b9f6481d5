/* loss_weighted.c - losses over classes with labels to ignore, weights and smoothing: cross-entropy, its form for
 * target distributions, and the negative log-likelihood.
 *
 * All are made of other operations.  Ignored labels are replaced by class 0, and their losses by 0 (gd_where);
 * gi_cross_entropy takes care of logits that are NaN there: whatever stands there has no influence, and no gradient
 * either, even where the mean divides by 0. */
#include <inttypes.h>
#include <math.h>

#include "autograd/record.h"
#include "base/message.h"
#include "base/start.h"
#include "gradus/operations.h"
#include "loss.h"
#include "loss_check.h"
#include "tensor/alive.h"
#include "tensor/check.h"
#include "tensor/new.h"
#include "tensor/shape.h"

/* ---- Labels ------------------------------------------------------------------------------------------------- */

typedef struct counted {
    gd_tensor *labels;                      /* in [0, c): 0 where ignored */
    gd_tensor *keep;                        /* 0 where ignored, else 1; NULL: all count */
} counted;

static bool labels_fit(const char *function, const char *argument, const gd_tensor *x, const gd_tensor *labels)
{
    bool fit = x->ndim >= 2 && labels->ndim == x->ndim - 1;
    for (int i = 0; i < labels->ndim && fit; i++)
        fit = labels->shape[i] == x->shape[i == 0 ? 0 : i + 1];
    if (!fit)
        return gd_fail("%s: %s is %s and labels is %s: %s must be [n, c, ..] and labels [n, ..]", function, argument,
                       gi_text_of(x).s, gi_text_of(labels).s, argument);
    return x->shape[1] > 0
           || gd_fail("%s: %s is %s: there are no classes", function, argument, gi_text_of(x).s);
}

static bool weight_fits(const char *function, const char *argument, const gd_tensor *x, const gd_tensor *weight)
{
    if (!weight || (weight->ndim == 1 && weight->shape[0] == x->shape[1]))
        return true;
    return gd_fail("%s: %s is %s and weight is %s: one number for each class is expected", function, argument,
                   gi_text_of(x).s, gi_text_of(weight).s);
}

typedef struct label_limit {
    const char *function;
    int64_t     classes;
} label_limit;

static bool are_labels(gd_tensor *none, gd_tensor *const labels[], const void *attributes)
{
    const label_limit *l = attributes;
    (void)none;
    return gi_labels(l->function, "labels", labels[0], l->classes) != NULL;
}

static int64_t number_kept(const gd_tensor *keep)
{
    int64_t kept = 0;
    for (int64_t i = 0; i < keep->numel; i++)
        kept += keep->data[i] != 0;
    return kept;
}

/* While a step is captured, any labels may be ignored in the next run. */
static bool count(const char *function, gd_tensor *labels, int64_t classes, int64_t ignore_index, counted *c)
{
    if (!gi_is_exact(ignore_index))
        return gd_fail("%s: ignore_index = %" PRId64 " is not exact in " GI_REAL_NAME, function, ignore_index);
    labels = gd_detach(labels);
    gd_tensor *keep = gd_ne(labels, gd_scalar((double)ignore_index));
    if (!keep)
        return false;
    const bool some = gi_capturing() || number_kept(keep) < keep->numel;
    *c = (counted){ some ? gd_where(keep, labels, gd_scalar(0)) : labels, some ? keep : NULL };
    const label_limit l = { function, classes };
    return c->labels && gi_start_one(function, are_labels, NULL, c->labels, &l, sizeof l);
}

static bool classes_given(const char *function, const char *argument, gd_tensor *x, gd_tensor *labels,
                          gd_tensor *weight)
{
    return gi_alive(function, argument, x) && gi_alive(function, "labels", labels)
           && gi_alive(function, "weight", weight) && labels_fit(function, argument, x, labels)
           && weight_fits(function, argument, x, weight);
}

/* ---- Weights and the mean ----------------------------------------------------------------------------------- */

/* weight [c] at the labels, of their shape; NULL for NULL. */
static gd_tensor *weights_of(gd_tensor *weight, const counted *c)
{
    if (!weight)
        return NULL;
    gd_tensor *table = gd_reshape(weight, GD_SHAPE(weight->numel, 1));
    return gd_reshape(gd_embedding(table, c->labels), gd_shape_of_tensor(c->labels));
}

/* weight [c] as [c, 1, ..], along axis 1 of x. */
static gd_tensor *along_classes(gd_tensor *weight, const gd_tensor *x)
{
    gd_shape shape = { x->ndim - 1, { x->shape[1] } };
    for (int i = 1; i < shape.ndim; i++)
        shape.size[i] = 1;
    return gd_reshape(weight, shape);
}

static gd_tensor *kept_only(gd_tensor *x, const counted *c)
{
    return c->keep && x ? gd_where(c->keep, x, gd_scalar(0)) : x;
}

static bool part_compute(gd_tensor *part, gd_tensor *const keep[], const void *attributes)
{
    (void)attributes;
    part->data[0] = (gd_real)((double)keep[0]->numel / (double)number_kept(keep[0]));
    return true;
}

/* All labels / those that are kept. */
static gd_tensor *all_by_kept(const char *function, gd_tensor *keep)
{
    gd_tensor *part = gi_new(function, 0, NULL);
    return part && gi_start_one(function, part_compute, part, keep, NULL, 0) ? part : NULL;
}

/* l [labels] reduced; w are the weights of the labels or NULL.  Quotients of means, so that no sum overflows. */
static gd_tensor *reduced(const char *function, gd_tensor *l, gd_tensor *w, const counted *c, gd_reduction reduction)
{
    l = kept_only(l, c);
    if (reduction != GD_MEAN || (!w && !c->keep))
        return gi_reduced_loss(function, l, reduction);
    if (w)
        return gd_div(gd_mean(l), gd_mean(kept_only(w, c)));
    return gd_mul(gd_mean(l), all_by_kept(function, c->keep));
}

/* ---- Negative log-likelihood -------------------------------------------------------------------------------- */

gd_tensor *gd_nll_loss(gd_tensor *log_prediction, gd_tensor *labels, gd_tensor *weight, int64_t ignore_index,
                       gd_reduction reduction)
{
    const char *function = "gd_nll_loss";
    counted c;
    if (!log_prediction || !labels || !classes_given(function, "log_prediction", log_prediction, labels, weight)
        || !count(function, labels, log_prediction->shape[1], ignore_index, &c))
        return NULL;
    gd_tensor *chosen = gd_squeeze(gd_gather(log_prediction, 1, gd_unsqueeze(c.labels, 1)), 1);
    gd_tensor *l = gd_neg(chosen), *w = weights_of(weight, &c);
    return reduced(function, w ? gi_share(w, l) : l, w, &c, reduction);
}

/* ---- Cross-entropy ------------------------------------------------------------------------------------------ */

static bool smoothing_fits(const char *function, double smoothing)
{
    return (smoothing >= 0 && smoothing <= 1)
           || gd_fail("%s: label_smoothing = %g must lie in [0, 1]", function, smoothing);
}

/* The mean over the classes of -w_k ln p_k, of the labels' shape. */
static gd_tensor *uniform_part(gd_tensor *logits, gd_tensor *weight)
{
    gd_tensor *l = gd_neg(gd_log_softmax(logits, 1));
    return gd_mean_axis(weight ? gi_share(along_classes(weight, logits), l) : l, 1, false);
}

gd_tensor *gd_cross_entropy_with(gd_tensor *logits, gd_tensor *labels, gd_tensor *weight,
                                 gd_cross_entropy_options options)
{
    const char *function = "gd_cross_entropy_with";
    const double s = options.label_smoothing;
    counted c;
    if (!options.begun)
        return gd_fail("%s: the options must begin as gd_cross_entropy_defaults(): an ignore_index of 0 is a class",
                       function);
    if (!logits || !labels || !classes_given(function, "logits", logits, labels, weight)
        || !smoothing_fits(function, s) || !count(function, labels, logits->shape[1], options.ignore_index, &c))
        return NULL;
    gd_tensor *w = weights_of(weight, &c), *readable, *l = gi_cross_entropy(logits, c.labels, c.keep, &readable);
    if (w)
        l = gi_share(w, l);
    if (s > 0) {
        gd_tensor *uniform = gd_scale(uniform_part(gi_readable_only(logits, readable), weight), s);
        l = s < 1 ? gd_add(gd_scale(l, 1 - s), uniform) : uniform;
    }
    return reduced(function, l, w, &c, options.reduction);
}

gd_tensor *gd_soft_cross_entropy(gd_tensor *logits, gd_tensor *target, gd_tensor *weight, double label_smoothing,
                                 gd_reduction reduction)
{
    const char *function = "gd_soft_cross_entropy";
    const double s = label_smoothing;
    if (!logits || !target || !gi_alive(function, "logits", logits) || !gi_alive(function, "target", target)
        || !gi_alive(function, "weight", weight))
        return NULL;
    if (logits->ndim < 2 || !gi_same_shape(logits, target) || logits->shape[1] == 0)
        return gd_fail("%s: logits is %s and target is %s: both must be [n, c, ..] with c > 0", function,
                       gi_text_of(logits).s, gi_text_of(target).s);
    if (!weight_fits(function, "logits", logits, weight) || !smoothing_fits(function, s)
        || !gi_elements_in(function, "target", target, 0, (double)INFINITY, "not be negative"))
        return NULL;
    gd_tensor *t = s > 0 ? gd_shift(gd_scale(target, 1 - s), s / (double)logits->shape[1]) : target;
    if (weight)
        t = gd_mul(t, along_classes(weight, logits));
    gd_tensor *l = gd_sum_axis(gi_share(t, gd_neg(gd_log_softmax(logits, 1))), 1, false);
    return gi_reduced_loss(function, l, reduction);
}
