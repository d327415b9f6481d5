/* losses.h - losses: how far predictions are from what they should be.
 *
 * prediction and target must have the same shape: broadcasting, usually a mistake in a loss, is an error here.
 * reduction: the elements l are averaged, summed or returned as they are; dl is the gradient of l.  What operations.h
 * says of all operations holds here too. */
#ifndef GRADUS_LOSSES_H
#define GRADUS_LOSSES_H

#include "autograd.h"

#ifdef __cplusplus
extern "C" {
#endif
GD_API_BEGIN

/* What becomes of the losses of the elements: their mean, their sum, or all of them. */
typedef enum gd_reduction { GD_MEAN, GD_SUM, GD_NONE } gd_reduction;

/* gd_mse_loss - (prediction - target)^2, both differentiable.  The mean overflows only where it is itself too large. */
gd_tensor *gd_mse_loss(gd_tensor *prediction, gd_tensor *target, gd_reduction reduction);

/* gd_l1_loss - |prediction - target|; the gradient is 0 where they are equal.
 * gd_huber_loss - z = prediction - target: z^2 / 2 where |z| <= delta, else delta (|z| - delta / 2).
 *   dprediction = dl min(max(z, -delta), delta).  (P. J. Huber 1964.)  Error: delta <= 0.
 * Both are differentiable with respect to target too: dtarget = -dprediction. */
gd_tensor *gd_l1_loss(gd_tensor *prediction, gd_tensor *target, gd_reduction reduction);
gd_tensor *gd_huber_loss(gd_tensor *prediction, gd_tensor *target, double delta, gd_reduction reduction);

/* gd_bce_with_logits - binary cross-entropy of logits x and probabilities t in [0, 1], p = sigmoid(x):
 *   l = -t ln p - (1 - t) ln (1 - p) = max(x, 0) - x t + ln (1 + e^-|x|), stable for all x and accurate
 *   where l is small.
 *   dx = dl (p - t), dt = -dl x.  Error: a target outside [0, 1]. */
gd_tensor *gd_bce_with_logits(gd_tensor *prediction, gd_tensor *target, gd_reduction reduction);

/* gd_kl_div - Kullback-Leibler divergence of a target distribution t from a prediction given as logarithms q:
 *   l = t (ln t - q), 0 where t = 0.  dq = -dl t, dt = dl (ln t + 1 - q), and -dl q where t = 0.
 *   Error: a negative target.
 *   GD_MEAN averages over all elements; the divergence of whole distributions is GD_SUM divided by their
 *   number. */
gd_tensor *gd_kl_div(gd_tensor *log_prediction, gd_tensor *target, gd_reduction reduction);

/* gd_hinge_loss - max(0, 1 - t y) for scores y and targets t = -1 or 1.  dy = -dl t where t y < 1, 0 at 1.
 * dt = -dl y there, else 0.  Error: another target. */
gd_tensor *gd_hinge_loss(gd_tensor *prediction, gd_tensor *target, gd_reduction reduction);

/* gd_cross_entropy - l = ln sum_c e^(logits_c) - logits_label, over axis 1 of logits [n, c] or [n, c, d..];
 * labels [n] or [n, d..], whole numbers in [0, c).  GD_NONE gives the labels' shape; GD_MEAN averages over all
 * labels.  dlogits = dl (softmax(logits) - one_hot(label)): log-softmax and likelihood are one operation, so
 * that logits of 1e4 neither overflow nor lose the small terms.  Errors: shapes, a label out of range, more classes
 * than gd_real can count (see Indexing in operations.h). */
gd_tensor *gd_cross_entropy(gd_tensor *logits, gd_tensor *labels, gd_reduction reduction);

/* ---- Classes: labels to ignore, weights, smoothing ----------------------------------------------------------
 *
 * x [n, c] or [n, c, d..] and labels [n] or [n, d..] as in gd_cross_entropy, one loss for each label.  A label equal to
 * ignore_index counts for nothing, not even in the mean: its loss is 0, and so is its gradient, whatever the numbers
 * there are.  weight [c] or NULL, one number for each class, multiplies the losses; a weight of 0 takes nothing even of
 * an infinite loss.  GD_MEAN divides by the sum of the weights of the labels that count, as PyTorch does, so that it is
 * NaN when all are ignored, or have the weight 0; the gradient of an ignored label is 0 even then.  Differentiable by
 * weight too.  Errors: shapes, a label that is neither in [0, c) nor ignore_index. */

/* gd_cross_entropy_with - gd_cross_entropy with all that:
 *   l = (1 - s) w_label (-ln p_label) + s / c sum over k of w_k (-ln p_k),   p = softmax(x), s = label_smoothing
 * (C. Szegedy and others 2016, section 7).  Errors: label_smoothing outside [0, 1], options that were not begun with
 * gd_cross_entropy_defaults(). */
typedef struct gd_cross_entropy_options {
    double       label_smoothing;           /* 0 */
    int64_t      ignore_index;              /* -100; may be a class, or any number that gd_real holds */
    gd_reduction reduction;                 /* GD_MEAN */
    bool         begun;                     /* private: set by gd_cross_entropy_defaults */
} gd_cross_entropy_options;

static inline gd_cross_entropy_options gd_cross_entropy_defaults(void)
{
    gd_cross_entropy_options o = { .label_smoothing = 0, .ignore_index = -100, .reduction = GD_MEAN, .begun = true };
    return o;
}

gd_tensor *gd_cross_entropy_with(gd_tensor *logits, gd_tensor *labels, gd_tensor *weight,
                                 gd_cross_entropy_options options);

/* gd_nll_loss - the same of log-probabilities: l = -w_label x_label.  gd_log_softmax and this are gd_cross_entropy. */
gd_tensor *gd_nll_loss(gd_tensor *log_prediction, gd_tensor *labels, gd_tensor *weight, int64_t ignore_index,
                       gd_reduction reduction);

/* gd_soft_cross_entropy - cross-entropy with a target distribution t over the classes, of the logits' shape, in place
 * of labels:  l = sum over k of w_k ((1 - s) t_k + s / c) (-ln p_k); 0 where t is, even beside an infinite loss.
 * GD_NONE gives [n] or [n, d..]; GD_MEAN divides by the number of distributions, whatever the weights are, as in
 * PyTorch.  dlogits = dl (softmax(logits) - t) for a t that sums to 1, which is not checked; differentiable by target
 * and weight too.  Errors: shapes, a negative target, label_smoothing outside [0, 1]. */
gd_tensor *gd_soft_cross_entropy(gd_tensor *logits, gd_tensor *target, gd_tensor *weight, double label_smoothing,
                                 gd_reduction reduction);

/* ---- Binary cross-entropy: the other forms -------------------------------------------------------------------
 *
 * weight, NULL or a tensor that broadcasts to the prediction's shape, multiplies the losses; GD_MEAN divides by the
 * number of elements all the same, as in PyTorch.  Differentiable by every argument.  Errors: shapes, a target outside
 * [0, 1]. */

/* gd_bce_with_logits_weighted - gd_bce_with_logits with weights, and with pos_weight q, NULL or broadcasting as well,
 * which weighs positive examples:  l = w (-q t ln p - (1 - t) ln (1 - p)).  dx = dl w ((1 - t) p - q t (1 - p)). */
gd_tensor *gd_bce_with_logits_weighted(gd_tensor *prediction, gd_tensor *target, gd_tensor *weight,
                                       gd_tensor *pos_weight, gd_reduction reduction);

/* gd_bce_loss - of probabilities p:  l = -w (t ln p + (1 - t) ln (1 - p)), with logarithms not below -100, and
 * dp = dl w (p - t) / max(p (1 - p), 1e-12), so that both are finite at 0 and 1: PyTorch's choice.  Where p comes
 * from a sigmoid use gd_bce_with_logits, which needs neither.  Error: a prediction outside [0, 1]. */
gd_tensor *gd_bce_loss(gd_tensor *prediction, gd_tensor *target, gd_tensor *weight, gd_reduction reduction);

/* ---- Regression --------------------------------------------------------------------------------------------- */

/* gd_smooth_l1_loss - z = prediction - target: z^2 / (2 beta) where |z| < beta, else |z| - beta / 2: Huber's loss
 * divided by its delta, and gd_l1_loss for beta = 0.  PyTorch's default is beta = 1.  Error: beta not in [0, inf). */
gd_tensor *gd_smooth_l1_loss(gd_tensor *prediction, gd_tensor *target, double beta, gd_reduction reduction);

/* gd_gaussian_nll_loss - the negative log-likelihood of a normal distribution with the mean m = prediction and a
 * predicted variance:  l = (ln v + (m - t)^2 / v) / 2, v = max(variance, eps), and with `full` ln(2 pi) / 2 more.
 * variance has the shape of prediction, or 1 in place of its last size, or no last axis.  dvariance is taken as if it
 * were v, so that a variance below eps can leave it again (D. A. Nix and A. S. Weigend 1994; PyTorch, whose default is
 * eps = 1e-6).  Errors: shapes, a negative variance, eps <= 0. */
gd_tensor *gd_gaussian_nll_loss(gd_tensor *prediction, gd_tensor *target, gd_tensor *variance, bool full, double eps,
                                gd_reduction reduction);

/* gd_poisson_nll_loss - the negative log-likelihood of counts t >= 0 under a Poisson distribution; prediction x is the
 * logarithm of its mean with log_input, else the mean itself:
 *   l = e^x - t x     or     l = x - t ln (x + eps),     and with `full` Stirling's formula for ln t! where t > 1:
 *   t ln t - t + ln(2 pi t) / 2.
 * PyTorch's defaults: log_input, not full, eps = 1e-8.  Errors: a negative target, a negative mean, eps < 0. */
gd_tensor *gd_poisson_nll_loss(gd_tensor *prediction, gd_tensor *target, bool log_input, bool full, double eps,
                               gd_reduction reduction);

/* ---- Distances ---------------------------------------------------------------------------------------------- */

/* gd_cosine_similarity - y = sum a b / (max(|a|, eps) max(|b|, eps)) along an axis, which is removed; a and b
 * broadcast, and the axis is one of the common shape.  PyTorch's default is eps = 1e-8.  Errors: shapes, eps <= 0. */
gd_tensor *gd_cosine_similarity(gd_tensor *a, gd_tensor *b, int axis, double eps);

/* gd_cosine_embedding_loss - a and b [n, d] or [d], target [n] or []: 1 - cos(a, b) where the target is 1, and
 * max(0, cos(a, b) - margin) where it is -1.  Errors: shapes, another target, a margin outside [-1, 1]. */
gd_tensor *gd_cosine_embedding_loss(gd_tensor *a, gd_tensor *b, gd_tensor *target, double margin,
                                    gd_reduction reduction);

/* gd_triplet_margin_loss - max(0, d(anchor, positive) - d(anchor, negative) + margin) with the p-norm
 * d(x, y) = |x - y + eps| over the last axis; with swap the smaller of d(anchor, negative) and d(positive, negative)
 * (V. Balntas and others 2016).  All three [.., d]; GD_NONE gives [..].  Errors: shapes, p <= 0 (also of options that
 * were not begun with their defaults), margin <= 0. */
typedef struct gd_triplet_options {
    double       margin, p, eps;            /* 1, 2, 1e-6 */
    bool         swap;                      /* false */
    gd_reduction reduction;                 /* GD_MEAN */
} gd_triplet_options;

static inline gd_triplet_options gd_triplet_defaults(void)
{
    gd_triplet_options o = { .margin = 1, .p = 2, .eps = 1e-6, .swap = false, .reduction = GD_MEAN };
    return o;
}

gd_tensor *gd_triplet_margin_loss(gd_tensor *anchor, gd_tensor *positive, gd_tensor *negative,
                                  gd_triplet_options options);

/* ---- Sequences ---------------------------------------------------------------------------------------------- */

/* gd_ctc_loss - connectionist temporal classification (A. Graves and others 2006): -ln of the probability that the
 * classes of t steps, with repetitions merged and then blanks left out, are the targets.
 *   log_prediction [t, n, c], as gd_log_softmax over axis 2 gives them   targets [n, s], classes other than blank
 *   input_lengths, target_lengths: n numbers in [0, t] and [0, s], or NULL where all are t and s; what lies beyond is
 *   not looked at
 * GD_NONE gives [n]; GD_MEAN divides each loss by its target's length, or 1, and averages over n, as PyTorch does.
 * A target that its input is too short for has an infinite loss, and the gradient 0; with zero_infinity the loss 0.
 * Computed in logarithms:  dlog_prediction = -dl times the probability, given the target, of that class at that step.
 * (PyTorch adds e^log_prediction, which the gradient of log_softmax takes out again.)
 * Errors: shapes, lengths, a target that is no class, or blank. */
typedef struct gd_ctc_options {              /* 0 stands for the default */
    int64_t      blank;                     /* class 0 */
    bool         zero_infinity;
    gd_reduction reduction;
} gd_ctc_options;

static inline gd_ctc_options gd_ctc_defaults(void)
{
    gd_ctc_options o = { .blank = 0, .zero_infinity = false, .reduction = GD_MEAN };
    return o;
}

gd_tensor *gd_ctc_loss(gd_tensor *log_prediction, gd_tensor *targets, const int64_t *input_lengths,
                       const int64_t *target_lengths, gd_ctc_options options);

GD_API_END
#ifdef __cplusplus
}
#endif
#endif
