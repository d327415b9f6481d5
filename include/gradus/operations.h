/* operations.h - every differentiable operation: y = f(x), and what dy becomes.
 *
 * Every operation takes any view (strided, broadcast, empty, 0-d), returns a new tensor of the current scope,
 * and returns NULL without a word when an input is NULL.  "broadcast" means NumPy's rule: shapes are aligned
 * at the right and axes of size 1 stretch; gradients are summed back over stretched axes.  An axis may be
 * negative and then counts from the end; an axis out of range is an error.  dx is d(loss)/dx, dy d(loss)/dy.
 * Errors named below come on top of these.  All rules are written in these operations, so gradients of
 * gradients work. */
#ifndef GRADUS_OPERATIONS_H
#define GRADUS_OPERATIONS_H

#include "autograd.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Arithmetic: a and b broadcast ----------------------------------------------------------------------
 *                                                          y                       gradient                  */
gd_tensor *gd_add(gd_tensor *a, gd_tensor *b);           /* a + b                   dy, dy                    */
gd_tensor *gd_sub(gd_tensor *a, gd_tensor *b);           /* a - b                   dy, -dy                   */
gd_tensor *gd_mul(gd_tensor *a, gd_tensor *b);           /* a b                     dy b, dy a                */
gd_tensor *gd_div(gd_tensor *a, gd_tensor *b);           /* a / b                   dy / b, -dy y / b         */
gd_tensor *gd_maximum(gd_tensor *a, gd_tensor *b);       /* the larger; NaN wins    dy to it; half each if a = b */
gd_tensor *gd_minimum(gd_tensor *a, gd_tensor *b);       /* the smaller; NaN wins   dy to it; half each if a = b */
gd_tensor *gd_pow(gd_tensor *x, double p);               /* x^p                     dy p x^(p-1); 0 for p = 0 */
gd_tensor *gd_scale(gd_tensor *x, double s);             /* s x                     s dy                      */
gd_tensor *gd_shift(gd_tensor *x, double s);             /* x + s                   dy                        */
gd_tensor *gd_neg(gd_tensor *x);                         /* -x                      -dy                       */
gd_tensor *gd_clamp(gd_tensor *x, double low, double high);  /* min(max(x, low), high)  dy where low <= x <= high, else 0;
                                                            * -INFINITY and INFINITY leave a side open; error: low > high, NaN */

/* gd_where - a where condition is not 0, else b; all three broadcast.  No gradient for condition. */
gd_tensor *gd_where(gd_tensor *condition, gd_tensor *a, gd_tensor *b);

/* Comparisons: 1 where true, else 0; a and b broadcast.  Constants for differentiation. */
gd_tensor *gd_eq(gd_tensor *a, gd_tensor *b);
gd_tensor *gd_ne(gd_tensor *a, gd_tensor *b);
gd_tensor *gd_lt(gd_tensor *a, gd_tensor *b);
gd_tensor *gd_le(gd_tensor *a, gd_tensor *b);
gd_tensor *gd_gt(gd_tensor *a, gd_tensor *b);
gd_tensor *gd_ge(gd_tensor *a, gd_tensor *b);

/* ---- Of one number, elementwise ----------------------------------------------------------------------------
 *                                             y                                  dx                             */
gd_tensor *gd_abs(gd_tensor *x);            /* |x|                                dy sign(x): 0 at 0              */
gd_tensor *gd_sign(gd_tensor *x);           /* -1, 0 or 1; NaN stays              0                               */
gd_tensor *gd_exp(gd_tensor *x);            /* e^x                                dy y                            */
gd_tensor *gd_log(gd_tensor *x);            /* ln x                               dy / x                          */
gd_tensor *gd_sqrt(gd_tensor *x);           /* square root                        dy / (2 y): infinite at 0       */
gd_tensor *gd_square(gd_tensor *x);         /* x^2                                2 x dy                          */
gd_tensor *gd_sin(gd_tensor *x);            /* sin x                              dy cos x                        */
gd_tensor *gd_cos(gd_tensor *x);            /* cos x                              -dy sin x                       */
gd_tensor *gd_sinh(gd_tensor *x);           /* sinh x                             dy cosh x                       */
gd_tensor *gd_cosh(gd_tensor *x);           /* cosh x                             dy sinh x                       */
gd_tensor *gd_tanh(gd_tensor *x);           /* tanh x                             dy (1 - y^2)                    */
gd_tensor *gd_erf(gd_tensor *x);            /* 2/sqrt(pi) int_0^x e^(-t^2) dt     dy 2/sqrt(pi) e^(-x^2)          */
gd_tensor *gd_sigmoid(gd_tensor *x);        /* 1 / (1 + e^-x)                     dy y (1 - y)                    */
gd_tensor *gd_relu(gd_tensor *x);           /* max(x, 0)                          dy where x > 0: 0 at 0          */
gd_tensor *gd_leaky_relu(gd_tensor *x, double slope);  /* x > 0 ? x : slope x     dy, slope dy where x <= 0       */
gd_tensor *gd_elu(gd_tensor *x, double alpha);  /* x > 0 ? x : alpha (e^x - 1)    dy, dy alpha e^x where x <= 0   */
gd_tensor *gd_gelu(gd_tensor *x);           /* x Phi(x) = x/2 (1 + erf(x/sqrt 2)) dy (Phi(x) + x phi(x))          *
                                             *   Hendrycks and Gimpel (2016), eq. 1                               */
gd_tensor *gd_gelu_tanh(gd_tensor *x);      /* x/2 (1 + tanh u), u = sqrt(2/pi) (x + 0.044715 x^3)    eq. 2 there */
gd_tensor *gd_silu(gd_tensor *x);           /* x sigmoid(x)                       dy s (1 + x (1 - s)), s = sigmoid(x) */
gd_tensor *gd_softplus(gd_tensor *x);       /* ln(1 + e^x), stable for all x      dy sigmoid(x)                   */

/* ---- Shape: none of these copies, but reshape of a view that is not contiguous -------------------------------
 * dx is dy with the step undone. */
gd_tensor *gd_reshape(gd_tensor *x, gd_shape shape);     /* one size may be -1: what is left; error: other number of elements */
gd_tensor *gd_transpose(gd_tensor *x, int axis0, int axis1);     /* swaps two axes */
gd_tensor *gd_permute(gd_tensor *x, gd_shape axes);      /* axis i of y is axis axes[i] of x; error: not a permutation */
gd_tensor *gd_slice(gd_tensor *x, int axis, int64_t start, int64_t stop, int64_t step);
                                                         /* start, start + step, .. before stop; negative start and stop
                                                          * count from the end, both are cut to [0, size]; error: step < 1 */
gd_tensor *gd_expand(gd_tensor *x, gd_shape shape);      /* x broadcast to shape; -1 keeps a size; error: does not broadcast */
gd_tensor *gd_squeeze(gd_tensor *x, int axis);           /* takes out an axis of size 1; error: another size */
gd_tensor *gd_unsqueeze(gd_tensor *x, int axis);         /* puts in an axis of size 1: the new axis's place in y */
gd_tensor *gd_flatten(gd_tensor *x, int first_axis);     /* axes from first_axis on become one */
gd_tensor *gd_contiguous(gd_tensor *x);                  /* x itself if it is, else a row-major copy */

/* gd_concat - xs joined along an axis; all other sizes equal.  gd_stack - joined along a new axis, which is
 * the given one of y; all shapes equal.  dxs are slices of dy.  Errors: n < 1, shapes that do not fit. */
gd_tensor *gd_concat(gd_tensor *const xs[], int n, int axis);
gd_tensor *gd_stack(gd_tensor *const xs[], int n, int axis);

/* ---- Reductions: over all axes, over one, or over several ---------------------------------------------------
 * keep leaves a reduced axis as one of size 1.  A list of axes is GD_SHAPE(0, 2), each at most
 * once; the empty list GD_SHAPE() means all axes, as in PyTorch.  An empty sum is 0; the mean of nothing is NaN; max and min of nothing are errors.
 *   sum    dy spread over x                  mean   dy / n spread
 *   max, min   dy to the extreme element, shared evenly among equal ones; NaN wins
 *   logsumexp  y = ln sum e^x, stable; dx = dy e^(x - y) */
gd_tensor *gd_sum(gd_tensor *x);
gd_tensor *gd_mean(gd_tensor *x);
gd_tensor *gd_max(gd_tensor *x);
gd_tensor *gd_min(gd_tensor *x);
gd_tensor *gd_sum_axis(gd_tensor *x, int axis, bool keep);
gd_tensor *gd_mean_axis(gd_tensor *x, int axis, bool keep);
gd_tensor *gd_max_axis(gd_tensor *x, int axis, bool keep);
gd_tensor *gd_min_axis(gd_tensor *x, int axis, bool keep);
gd_tensor *gd_logsumexp(gd_tensor *x, int axis, bool keep);
gd_tensor *gd_sum_axes(gd_tensor *x, gd_shape axes, bool keep);
gd_tensor *gd_mean_axes(gd_tensor *x, gd_shape axes, bool keep);
gd_tensor *gd_max_axes(gd_tensor *x, gd_shape axes, bool keep);
gd_tensor *gd_min_axes(gd_tensor *x, gd_shape axes, bool keep);
gd_tensor *gd_logsumexp_axes(gd_tensor *x, gd_shape axes, bool keep);

/* Variance: sum (x - mean)^2 / (n - correction); correction 0 for the population's, 1 for a sample's.
 * std is its square root: the gradient is infinite where all elements are equal.  Error: correction >= n. */
gd_tensor *gd_var_axis(gd_tensor *x, int axis, double correction, bool keep);
gd_tensor *gd_std_axis(gd_tensor *x, int axis, double correction, bool keep);
gd_tensor *gd_var_axes(gd_tensor *x, gd_shape axes, double correction, bool keep);
gd_tensor *gd_std_axes(gd_tensor *x, gd_shape axes, double correction, bool keep);

/* gd_argmax - where the largest element along an axis stands, the first of equal ones; the axis goes.
 * NaN counts as largest.  A constant for differentiation.  Error: an empty axis. */
gd_tensor *gd_argmax(gd_tensor *x, int axis);

/* gd_softmax - y = e^x / sum e^x along an axis, stable.      dx = y (dy - sum(dy y))
 * gd_log_softmax - y = x - ln sum e^x, stable.               dx = dy - e^y sum(dy) */
gd_tensor *gd_softmax(gd_tensor *x, int axis);
gd_tensor *gd_log_softmax(gd_tensor *x, int axis);

/* ---- Products ------------------------------------------------------------------------------------------------- */

/* gd_matmul - matrix product.  y = a b:  a [.., m, k]  b [.., k, n]  ->  y [.., m, n]; leading axes broadcast.
 * A 1-d a is a row, a 1-d b a column, and that axis is taken out of y again: NumPy's rules.
 * da = dy b', db = a' dy (' swaps the last two axes).  Error: inner sizes differ, a 0-d input.
 * y belongs to the current scope. */
gd_tensor *gd_matmul(gd_tensor *a, gd_tensor *b);

/* gd_affine - a layer's y = x w' + b in one operation:  x [.., in]  w [out, in]  b [out] or NULL  ->  y [.., out].
 * dx = dy w, dw = dy' x and db = dy, summed over the leading axes.  Error: sizes differ. */
gd_tensor *gd_affine(gd_tensor *x, gd_tensor *weight, gd_tensor *bias);

/* ---- Losses -----------------------------------------------------------------------------------------------------
 * prediction and target have the same shape: broadcasting a loss is a classic silent mistake, so it is an
 * error here.  The elements are averaged, summed or left alone. */

typedef enum gd_reduction { GD_MEAN, GD_SUM, GD_NONE } gd_reduction;

/* gd_mse_loss - (prediction - target)^2, both differentiable. */
gd_tensor *gd_mse_loss(gd_tensor *prediction, gd_tensor *target, gd_reduction reduction);

/* gd_cross_entropy - l = ln sum_c e^(logits_c) - logits_label, over axis 1 of logits [n, c] or [n, c, d..];
 * labels [n] or [n, d..], whole numbers in [0, c).  GD_NONE gives the labels' shape; GD_MEAN averages over all
 * labels.  dlogits = dl (softmax(logits) - one_hot(label)): log-softmax and likelihood are one operation, so
 * that logits of 1e4 neither overflow nor lose the small terms.  Errors: shapes, a label out of range. */
gd_tensor *gd_cross_entropy(gd_tensor *logits, gd_tensor *labels, gd_reduction reduction);

#ifdef __cplusplus
}
#endif
#endif
