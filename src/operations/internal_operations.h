/* internal_operations.h - operations that only rules use: derivatives fused into one pass.  They are made by
 * the same tables and differentiable like the public ones. */
#ifndef GRADUS_INTERNAL_OPERATIONS_H
#define GRADUS_INTERNAL_OPERATIONS_H

#include "gradus/operations.h"

/* dy times the derivative of an operation at its input x or output y, in one pass. */
gd_tensor *gd_square_grad(gd_tensor *dy, gd_tensor *x);
gd_tensor *gd_tanh_grad(gd_tensor *dy, gd_tensor *y);
gd_tensor *gd_sigmoid_grad(gd_tensor *dy, gd_tensor *y);
gd_tensor *gd_sqrt_grad(gd_tensor *dy, gd_tensor *y);
gd_tensor *gd_log_grad(gd_tensor *dy, gd_tensor *x);
gd_tensor *gd_relu_grad(gd_tensor *dy, gd_tensor *y);
gd_tensor *gd_gelu_grad(gd_tensor *dy, gd_tensor *x);
gd_tensor *gd_gelu_tanh_grad(gd_tensor *dy, gd_tensor *x);
gd_tensor *gd_silu_grad(gd_tensor *dy, gd_tensor *x);

/* Derivatives as functions of x alone. */
gd_tensor *gd_bell(gd_tensor *x, double k);                     /* e^(-k x^2) */
gd_tensor *gd_leaky_relu_slope(gd_tensor *x, double slope);     /* x > 0 ? 1 : slope */
gd_tensor *gd_elu_slope(gd_tensor *x, double alpha);            /* x > 0 ? 1 : alpha e^x */
gd_tensor *gd_elu_tail(gd_tensor *x, double alpha);             /* x > 0 ? 0 : alpha e^x */
gd_tensor *gd_inside(gd_tensor *x, double low, double high);    /* low <= x <= high ? 1 : 0 */

/* dy mask, and 0 where mask is 0 even if dy is infinite: for slopes that are constant between jumps.  NaN in mask
 * stays.  Not differentiated by mask. */
gd_tensor *gd_masked(gd_tensor *dy, gd_tensor *mask);

/* a's share of being the larger, and the smaller: 1, 1/2 or 0.  NaN is before every number, and shares with NaN. */
gd_tensor *gd_share(gd_tensor *a, gd_tensor *b);
gd_tensor *gd_lower_share(gd_tensor *a, gd_tensor *b);
gd_tensor *gd_same(gd_tensor *a, gd_tensor *b);                 /* a = b, or both are NaN ? 1 : 0 */

/* x set into zeros of the given shape, at start, start + step, .. of an axis: the inverse of gd_slice. */
gd_tensor *gi_unslice(gd_tensor *x, gd_shape shape, int axis, int64_t start, int64_t step);

/* dy_i (softmax(x)_ic - [c = label_i]): the gradient of gd_cross_entropy before reduction. */
gd_tensor *gi_cross_entropy_grad(gd_tensor *dy, gd_tensor *x, gd_tensor *labels);

/* y (dy - sum(dy y)) along an axis: the gradient of gd_softmax. */
gd_tensor *gi_softmax_grad(gd_tensor *dy, gd_tensor *y, int axis);

/* dy - e^y sum(dy) along an axis: the gradient of gd_log_softmax. */
gd_tensor *gi_log_softmax_grad(gd_tensor *dy, gd_tensor *y, int axis);

/* x, of shape [], seen with the shape of like. */
gd_tensor *gi_expand_scalar(gd_tensor *x, const gd_tensor *like);

/* Losses before reduction, a the prediction and b the target, or z their difference; and slopes: of the binary
 * cross-entropy sigmoid(a) - b without cancellation, of the divergence by the target; 1 where the hinge rises. */
gd_tensor *gd_huber_each(gd_tensor *z, double delta);
gd_tensor *gd_bce_with_logits_each(gd_tensor *a, gd_tensor *b);
gd_tensor *gd_bce_slope(gd_tensor *a, gd_tensor *b);
gd_tensor *gd_kl_each(gd_tensor *a, gd_tensor *b);
gd_tensor *gd_kl_slope(gd_tensor *a, gd_tensor *b);
gd_tensor *gd_inverse_or_zero(gd_tensor *x);                    /* 1 / x, and 0 for x = 0 */
gd_tensor *gd_hinge_each(gd_tensor *a, gd_tensor *b);
gd_tensor *gd_hinge_active(gd_tensor *a, gd_tensor *b);

#endif
