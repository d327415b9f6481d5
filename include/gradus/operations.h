/* operations.h - every differentiable operation, y = f(x), with its gradient.
 *
 * Every operation accepts any view (strided, broadcast, empty, 0-d) and returns a new tensor of the current scope,
 * or NULL, without a message, when an input is NULL.  "broadcast" means NumPy's rule: shapes are aligned
 * at the right and axes of size 1 stretch; gradients are summed over stretched axes.  An axis may be
 * negative and then counts from the end; an axis out of range is an error.  dx is d(loss)/dx, dy d(loss)/dy.
 * The errors named below are in addition to these.  All rules are written in these operations, so that gradients
 * of gradients work.
 *
 * At infinities and at the largest numbers, values and derivatives are their limits where these exist: gd_silu of
 * -infinity is 0.  Only +, -, *, / and gd_scale are plain IEEE 754: 0 times infinity is NaN.  Arguments of type double,
 * like the s of gd_scale, are first rounded to gd_real: 1e300 is infinity in float.
 *
 * Where there is no derivative, the gradient is the subgradient with the smallest norm, which is finite: 0 at the
 * kinks of gd_abs and gd_relu and for norms of zeros, even shares for equal elements in gd_max, and in gd_logsumexp
 * and gd_softmax also for rows of -infinity, 0 in gd_layer_norm for rows without variance.  Where all slopes are
 * infinite, so is the gradient: gd_sqrt at 0.  A NaN that gd_max selects gets the gradient; a slope that depends on
 * a NaN is NaN.
 *
 * There are no second derivatives at such points: rules treat the choice as constant, and differentiating them may
 * give a finite number that is wrong.  gd_square(gd_norm(x, 2)) has the second derivative 2 at x = 0, but the result
 * is 0; gd_sum(gd_square(x)) is right.  The same holds for all norms and gd_std_axes at 0, at kinks and for ties. */
#ifndef GRADUS_OPERATIONS_H
#define GRADUS_OPERATIONS_H

#include "autograd.h"
#include "losses.h"                         /* mse, cross-entropy and the others */
#include "layer_operations.h"    /* convolution transposed, resizing, further poolings and norms, masks */

#ifdef __cplusplus
extern "C" {
#endif
GD_API_BEGIN

/* ---- Arithmetic: a and b broadcast ----------------------------------------------------------------------
 *                                                          y                       gradient                  */
gd_tensor *gd_add(gd_tensor *a, gd_tensor *b);           /* a + b                   dy, dy                    */
gd_tensor *gd_sub(gd_tensor *a, gd_tensor *b);           /* a - b                   dy, -dy                   */
gd_tensor *gd_mul(gd_tensor *a, gd_tensor *b);           /* a b                     dy b, dy a                */
gd_tensor *gd_div(gd_tensor *a, gd_tensor *b);           /* a / b                   dy / b, -dy y / b         */
gd_tensor *gd_maximum(gd_tensor *a, gd_tensor *b);       /* the larger; NaN wins    dy to it; half each if a = b  */
gd_tensor *gd_minimum(gd_tensor *a, gd_tensor *b);       /* the smaller; NaN wins   or both are NaN               */
gd_tensor *gd_pow(gd_tensor *x, double p);               /* x^p                     dy p x^(p-1); 0 for p = 0 */
gd_tensor *gd_pow_tensor(gd_tensor *a, gd_tensor *b);    /* a^b                     dy b a^(b-1), dy y ln a   */
gd_tensor *gd_remainder(gd_tensor *a, gd_tensor *b);     /* a - floor(a / b) b      dy, -dy floor(a / b)      */
gd_tensor *gd_atan2(gd_tensor *a, gd_tensor *b);         /* see below               dy b / r, -dy a / r       */
gd_tensor *gd_scale(gd_tensor *x, double s);             /* s x                     s dy                      */
gd_tensor *gd_shift(gd_tensor *x, double s);             /* x + s                   dy                        */
gd_tensor *gd_neg(gd_tensor *x);                         /* -x                      -dy                       */

/* gd_pow_tensor - C's pow; the gradients are 0 by a for b = 0 and by b for a = 0 <= b, whatever the other factor is.
 * gd_remainder - exact, but for one rounding where the signs of a and b differ; with the sign of b, also where it is 0;
 *   NaN for b = 0 and for an infinite a.  Python's % and torch.remainder; C's remainder and fmod are others.
 * gd_atan2 - C's: the angle in [-pi, pi] of the point with the abscissa b and the ordinate a; r = a^2 + b^2.  The
 *   gradients are 0 where a = b = 0, and at infinity. */

/* gd_clamp - y = min(max(x, low), high); dx = dy where low <= x <= high, else 0.  -INFINITY and INFINITY are no
 * bounds.  Error: low > high, NaN. */
gd_tensor *gd_clamp(gd_tensor *x, double low, double high);

/* gd_where - a where condition is not 0, else b; all three broadcast.  condition has no gradient.
 * The branch not taken gets the gradient 0; where its own derivative is infinite or NaN, that times 0 is NaN, as in
 * every framework: in gd_where(x > 0, gd_log(x), 0) keep the argument in its domain, gd_log(gd_clamp(x, ..)).  The
 * same holds for elements that gd_slice leaves out. */
gd_tensor *gd_where(gd_tensor *condition, gd_tensor *a, gd_tensor *b);

/* Comparisons: 1 where true, else 0; a and b broadcast.  No gradient flows through them. */
gd_tensor *gd_eq(gd_tensor *a, gd_tensor *b);                       /* a = b */
gd_tensor *gd_ne(gd_tensor *a, gd_tensor *b);                       /* a differs from b */
gd_tensor *gd_lt(gd_tensor *a, gd_tensor *b);                       /* a < b */
gd_tensor *gd_le(gd_tensor *a, gd_tensor *b);                       /* a <= b */
gd_tensor *gd_gt(gd_tensor *a, gd_tensor *b);                       /* a > b */
gd_tensor *gd_ge(gd_tensor *a, gd_tensor *b);                       /* a >= b */

/* Likewise 1 or 0, and constants: a number is true unless it is 0; NaN is true. */
gd_tensor *gd_logical_and(gd_tensor *a, gd_tensor *b);              /* both are not 0 */
gd_tensor *gd_logical_or(gd_tensor *a, gd_tensor *b);               /* one of them is not 0 */
gd_tensor *gd_logical_not(gd_tensor *x);                            /* x is 0 */
gd_tensor *gd_isnan(gd_tensor *x);                                  /* x is NaN */
gd_tensor *gd_isinf(gd_tensor *x);                       /* either infinity */
gd_tensor *gd_isfinite(gd_tensor *x);                    /* neither infinite nor NaN */

/* ---- Elementwise functions ---------------------------------------------------------------------------------
 *                                             y                                  dx                             */
gd_tensor *gd_abs(gd_tensor *x);            /* |x|                                dy sign(x): 0 at 0             */
gd_tensor *gd_sign(gd_tensor *x);           /* -1, 0 or 1; NaN stays              0                              */
gd_tensor *gd_floor(gd_tensor *x);          /* the whole number below             0                              */
gd_tensor *gd_ceil(gd_tensor *x);           /* the whole number above             0                              */
gd_tensor *gd_trunc(gd_tensor *x);          /* the next whole number towards 0    0                              */
gd_tensor *gd_round(gd_tensor *x);          /* the nearest; of two the even one   0                              */
gd_tensor *gd_exp(gd_tensor *x);            /* e^x                                dy y                           */
gd_tensor *gd_log(gd_tensor *x);            /* ln x                               dy / x                         */
gd_tensor *gd_expm1(gd_tensor *x);          /* e^x - 1, keeps digits near 0       dy e^x                         */
gd_tensor *gd_log1p(gd_tensor *x);          /* ln(1 + x), keeps digits near 0     dy / (1 + x)                   */
gd_tensor *gd_log2(gd_tensor *x);           /* ln x / ln 2                        dy / (x ln 2)                  */
gd_tensor *gd_log10(gd_tensor *x);          /* ln x / ln 10                       dy / (x ln 10)                 */
gd_tensor *gd_sqrt(gd_tensor *x);           /* square root                        dy / (2 y): infinite at 0      */
gd_tensor *gd_square(gd_tensor *x);         /* x^2                                2 x dy                         */
gd_tensor *gd_rsqrt(gd_tensor *x);          /* 1 / sqrt(x)                        -dy y^3 / 2                    */
gd_tensor *gd_reciprocal(gd_tensor *x);     /* 1 / x                              -dy y^2                        */
gd_tensor *gd_sin(gd_tensor *x);            /* sin x                              dy cos x                       */
gd_tensor *gd_cos(gd_tensor *x);            /* cos x                              -dy sin x                      */
gd_tensor *gd_tan(gd_tensor *x);            /* tan x                              dy (1 + y^2)                   */
gd_tensor *gd_asin(gd_tensor *x);           /* in [-pi/2, pi/2]; NaN beyond 1     dy / sqrt(1 - x^2)             */
gd_tensor *gd_acos(gd_tensor *x);           /* in [0, pi]; NaN beyond 1           -dy / sqrt(1 - x^2)            */
gd_tensor *gd_atan(gd_tensor *x);           /* in [-pi/2, pi/2]                   dy / (1 + x^2)                 */
gd_tensor *gd_sinh(gd_tensor *x);           /* sinh x                             dy cosh x                      */
gd_tensor *gd_cosh(gd_tensor *x);           /* cosh x                             dy sinh x                      */
gd_tensor *gd_tanh(gd_tensor *x);           /* tanh x                             dy (1 - y^2)                   */
gd_tensor *gd_asinh(gd_tensor *x);          /* the inverse of sinh                dy / sqrt(x^2 + 1)             */
gd_tensor *gd_acosh(gd_tensor *x);          /* the inverse of cosh; NaN below 1   dy / sqrt(x^2 - 1)             */
gd_tensor *gd_atanh(gd_tensor *x);          /* the inverse of tanh                dy / (1 - x^2)                 */
gd_tensor *gd_erf(gd_tensor *x);            /* 2/sqrt(pi) int_0^x e^(-t^2) dt     dy 2/sqrt(pi) e^(-x^2)         */
gd_tensor *gd_sigmoid(gd_tensor *x);        /* 1 / (1 + e^-x)                     dy y (1 - y)                   */
gd_tensor *gd_relu(gd_tensor *x);           /* max(x, 0)                          dy where x > 0: 0 at 0         */
gd_tensor *gd_leaky_relu(gd_tensor *x, double slope);  /* x > 0 ? x : slope x     dy, slope dy where x <= 0      */
gd_tensor *gd_elu(gd_tensor *x, double alpha);  /* x > 0 ? x : alpha (e^x - 1)    dy, dy alpha e^x where x <= 0  */
gd_tensor *gd_gelu(gd_tensor *x);           /* x Phi(x) = x/2 (1+erf(x/sqrt 2))   dy (Phi(x) + x phi(x))         *
                                             *   Hendrycks and Gimpel (2016), eq. 1                              */
gd_tensor *gd_gelu_tanh(gd_tensor *x);      /* x/2 (1 + tanh u), u = sqrt(2/pi) (x + 0.044715 x^3)   eq. 2 there */
gd_tensor *gd_silu(gd_tensor *x);           /* x sigmoid(x)                       dy s (1 + x (1 - s)), y = x s  */
gd_tensor *gd_softplus(gd_tensor *x);       /* ln(1 + e^x), stable for all x      dy sigmoid(x)                  */
gd_tensor *gd_logsigmoid(gd_tensor *x);     /* ln sigmoid(x), stable for all x    dy sigmoid(-x)                 */
gd_tensor *gd_mish(gd_tensor *x);           /* x t, t = tanh softplus(x)          dy (t + x s (1 - t^2)),        *
                                             *   Misra (2019), eq. 1                 s = sigmoid(x)              */
gd_tensor *gd_selu(gd_tensor *x);           /* c gd_elu(x, alpha), c = 1.0507, alpha = 1.6733                    *
                                             *   Klambauer, Unterthiner, Mayr and Hochreiter (2017), eq. 14      */
gd_tensor *gd_hardsigmoid(gd_tensor *x);    /* (x + 3) / 6 cut to [0, 1]          dy / 6 where -3 < x < 3        */
gd_tensor *gd_hardswish(gd_tensor *x);      /* x gd_hardsigmoid(x)                dy (2 x + 3) / 6 there, dy     *
                                             *   Howard et al. (2019), MobileNetV3   where x >= 3                */

/* gd_hardtanh - min(max(x, low), high); PyTorch's low and high are -1 and 1 unless told otherwise.  As gd_clamp, but
 * dx = 0 at the ends, too.  Error: low > high, NaN. */
gd_tensor *gd_hardtanh(gd_tensor *x, double low, double high);

/* gd_prelu - x where x > 0, else weight x: weight is one number, or [channels], one for each channel of
 * x [n, channels, ..].  dx = dy, weight dy where x <= 0; dweight = dy x where x < 0.  Error: another weight. */
gd_tensor *gd_prelu(gd_tensor *x, gd_tensor *weight);

/* gd_glu - a sigmoid(b), where a and b are the halves of x along an axis: [.., 2 n, ..] becomes [.., n, ..].
 * Dauphin et al. (2017).  Error: an odd size. */
gd_tensor *gd_glu(gd_tensor *x, int axis);

/* ---- Shape: views, except that gd_reshape copies where strides require it ------------------------------------
 * dx is dy with the change undone. */
gd_tensor *gd_reshape(gd_tensor *x, gd_shape shape);     /* one size may be -1: inferred; error: another
                                                          * number of elements */
gd_tensor *gd_transpose(gd_tensor *x, int axis0, int axis1);     /* swaps two axes */
gd_tensor *gd_permute(gd_tensor *x, gd_shape axes);      /* axis i of y is axes[i] of x; error: not a permutation */
gd_tensor *gd_slice(gd_tensor *x, int axis, int64_t start, int64_t stop, int64_t step);
                                                         /* start, start + step, .. before stop; negative start and
                                                          * stop count from the end, both are cut to [0, size];
                                                          * error: step < 1 */
gd_tensor *gd_select(gd_tensor *x, int axis, int64_t i); /* index i of the axis, which is removed; i < 0 counts from
                                                          * the end; error: i out of range */
gd_tensor *gd_expand(gd_tensor *x, gd_shape shape);      /* x broadcast to shape; -1 keeps a size; error: does
                                                          * not broadcast */
gd_tensor *gd_squeeze(gd_tensor *x, int axis);           /* removes an axis of size 1; error: another size */
gd_tensor *gd_unsqueeze(gd_tensor *x, int axis);         /* inserts an axis of size 1, which is axis `axis` of y */
gd_tensor *gd_flatten(gd_tensor *x, int first_axis);     /* axes from first_axis on become one */
gd_tensor *gd_contiguous(gd_tensor *x);                  /* x itself if it is, else a row-major copy */

/* gd_concat - xs joined along an existing axis; all other sizes are equal.  gd_stack - xs joined along a new
 * axis, which is axis `axis` of y; all shapes are equal.  dxs are slices of dy.  Errors: n < 1, shapes that do not
 * fit. */
gd_tensor *gd_concat(gd_tensor *const xs[], int n, int axis);
gd_tensor *gd_stack(gd_tensor *const xs[], int n, int axis);

/* These copy.  gd_flip - reverses an axis.
 * gd_repeat - x times[i] times along axis i: [a, b] with (r, s) becomes [r a, s b].  Axes that times has more come
 *   in front; dx sums over the copies.  Error: fewer numbers than axes, a negative one.
 * gd_pad - before[i] and after[i] elements of the given value around axis i; dx is dy without them.
 *   Error: not one width for each axis, a negative one.
 * gd_tril, gd_triu - of the last two axes: where column <= row + diagonal, or >=, x; elsewhere 0.  dx likewise.
 *   Error: fewer than two axes. */
gd_tensor *gd_flip(gd_tensor *x, int axis);
gd_tensor *gd_repeat(gd_tensor *x, gd_shape times);
gd_tensor *gd_pad(gd_tensor *x, gd_shape before, gd_shape after, double value);
gd_tensor *gd_tril(gd_tensor *x, int64_t diagonal);
gd_tensor *gd_triu(gd_tensor *x, int64_t diagonal);

/* ---- Indexing: index holds integers in [0, size); the gradients of repeated ones add up -----------------------
 * An index out of range is an error that names it; index has no gradient.  An axis so long that gd_real cannot hold all
 * its indices, above 2^24 + 1 elements in float, 2^53 + 1 in double, is an error.
 *   gather     y[i, j, ..] = x[index[i, j, ..], j, ..] for axis 0, x[i, index[i, j, ..], ..] for axis 1 and so on.
 *              y has the shape of index, which has as many axes as x and only along axis may be longer.
 *   embedding  y[.., :] = table[index[..], :]:  table [rows, d]  index [..]  ->  y [.., d] */
gd_tensor *gd_gather(gd_tensor *x, int axis, gd_tensor *index);     /* elements of x, picked along an axis */
gd_tensor *gd_embedding(gd_tensor *table, gd_tensor *index);        /* rows of a table */

/* ---- Reductions: over all axes, over one, or over several ---------------------------------------------------
 * keep leaves a reduced axis as one of size 1.  A list of axes is GD_SHAPE(0, 2), each at most once; the empty
 * list GD_SHAPE() means all axes, as in PyTorch.  Of no elements, the sum is 0 and the mean NaN; max and min are
 * errors.
 * Sums are pairwise or compensated, whatever the layout of x: |error| <= about 40 u sum |x|, with u half an ulp of 1,
 * for any number of elements.  So are the sums inside other operations and gradients (broadcasting, repeated indices,
 * overlapping windows, biases, means of losses).  The sum, or mean, of a tensor overflows only if the result itself is
 * too large; those inside other operations and gradients may overflow in an intermediate result.
 *   sum    dy spread over x                  mean   dy / n spread
 *   max, min   dy to the extreme element, shared evenly among equal ones; NaN wins
 *   logsumexp  y = ln sum e^x, stable; dx = dy softmax(x) */
gd_tensor *gd_sum(gd_tensor *x);                                    /* the sum of all elements: [] */
gd_tensor *gd_mean(gd_tensor *x);                                   /* their mean */
gd_tensor *gd_max(gd_tensor *x);                                    /* the largest of all elements: [] */
gd_tensor *gd_min(gd_tensor *x);                                    /* the smallest */
gd_tensor *gd_sum_axis(gd_tensor *x, int axis, bool keep);          /* the sum along an axis */
gd_tensor *gd_mean_axis(gd_tensor *x, int axis, bool keep);         /* the mean along an axis */
gd_tensor *gd_max_axis(gd_tensor *x, int axis, bool keep);          /* the largest along an axis */
gd_tensor *gd_min_axis(gd_tensor *x, int axis, bool keep);          /* the smallest along an axis */
gd_tensor *gd_logsumexp(gd_tensor *x, int axis, bool keep);         /* ln sum e^x along an axis */
gd_tensor *gd_sum_axes(gd_tensor *x, gd_shape axes, bool keep);     /* the sum over several axes */
gd_tensor *gd_mean_axes(gd_tensor *x, gd_shape axes, bool keep);    /* the mean over several axes */
gd_tensor *gd_max_axes(gd_tensor *x, gd_shape axes, bool keep);     /* the largest over several axes */
gd_tensor *gd_min_axes(gd_tensor *x, gd_shape axes, bool keep);     /* the smallest over several axes */
gd_tensor *gd_logsumexp_axes(gd_tensor *x, gd_shape axes, bool keep);  /* ln sum e^x over several axes */

/* Variance: sum (x - mean)^2 / (n - correction); correction 0 for the population's, 1 for a sample's.
 * std is its square root; its gradient is dy (x - mean) / (y (n - correction)), and 0 where all elements are equal.
 * A mean that is large relative to the deviations costs no accuracy: its rounding error is corrected.  Intermediate
 * squares neither overflow nor underflow: var is infinite, or 0, only where it is itself out of range, and std is right
 * even there.  Error: correction >= n. */
gd_tensor *gd_var_axis(gd_tensor *x, int axis, double correction, bool keep);  /* the variance along an axis */
gd_tensor *gd_std_axis(gd_tensor *x, int axis, double correction, bool keep);  /* the deviation along an axis */
gd_tensor *gd_var_axes(gd_tensor *x, gd_shape axes, double correction, bool keep);  /* the variance over several */
gd_tensor *gd_std_axes(gd_tensor *x, gd_shape axes, double correction, bool keep);  /* the deviation over several */

/* gd_cumsum - y_j = x_0 + .. + x_j along an axis; dx_j = dy_j + dy_(j+1) + ..  Each is as accurate as one gd_sum.
 * gd_cumprod - y_j = x_0 .. x_j along an axis; dx_j = sum over i >= j of dy_i times the other factors of y_i,
 *   computed without a division, so that zeros in x are no special case.  y_j has a relative error of j u.  An
 *   overflow, or an underflow to 0, carries over to all further products. */
gd_tensor *gd_cumsum(gd_tensor *x, int axis);
gd_tensor *gd_cumprod(gd_tensor *x, int axis);

/* gd_norm - y = (sum |x|^p)^(1/p) over all elements, max |x| for p = INFINITY; powers do not overflow.
 * gd_norm_axes - the same over a list of axes.  The norm of no elements is 0.
 *   dx = dy sign(x) (|x| / y)^(p-1), and 0 wherever x = 0; for INFINITY shared evenly among equal sizes.
 * Error: p <= 0 or NaN. */
gd_tensor *gd_norm(gd_tensor *x, double p);
gd_tensor *gd_norm_axes(gd_tensor *x, double p, gd_shape axes, bool keep);

/* gd_argmax - the index of the largest element along an axis, the first of equal ones; the axis is removed.
 * NaN counts as largest.  No gradient flows through it.  Errors: an empty axis; an index that gd_real cannot represent
 * exactly, which is possible above 2^24 in float and 2^53 in double. */
gd_tensor *gd_argmax(gd_tensor *x, int axis);

/* gd_softmax - y = e^x / sum e^x along an axis, stable.      dx = y (dy - sum(dy y))
 * gd_log_softmax - y = x - ln sum e^x, stable.               dx = dy - e^y sum(dy)
 * Elements of +infinity share the probability evenly; so do all elements where all are -infinity. */
gd_tensor *gd_softmax(gd_tensor *x, int axis);
gd_tensor *gd_log_softmax(gd_tensor *x, int axis);

/* ---- Products -------------------------------------------------------------------------------------------- */

/* gd_matmul - matrix product.  y = a b:  a [.., m, k]  b [.., k, n]  ->  y [.., m, n]; leading axes broadcast.
 * A 1-d a is a row, a 1-d b a column, and that axis is removed from y: NumPy's rules.
 * da = dy b', db = a' dy (' swaps the last two axes).  Error: inner sizes differ, a 0-d input.
 * Rounding: |y - exact| <= 300 u |a| |b| for any k, with u half an ulp of 1 and |a| the matrix of absolute values: at
 * most 256 products are added one after the other, then their sums, in compensated arithmetic where there are many.
 * The same holds for the gradients, and for gd_affine.  (A library built with CBLAS rounds as that BLAS does.) */
gd_tensor *gd_matmul(gd_tensor *a, gd_tensor *b);

/* gd_affine - a layer's y = x w' + b in one operation:  x [.., in]  w [out, in]  b [out] or NULL  ->  y [.., out].
 * dx = dy w, dw = dy' x and db = dy, summed over the leading axes.  Error: sizes differ. */
gd_tensor *gd_affine(gd_tensor *x, gd_tensor *weight, gd_tensor *bias);

/* ---- Layers as functions: nn.h has structs that hold their parameters ---------------------------------------
 * weight and bias may be NULL where stated: then y is not scaled, or not shifted. */

/* gd_layer_norm - y = (x - mean) / sqrt(var + eps) weight + bias, with the mean and the population variance over
 * the last axes of each example: as many as weight or bias has, or one when both are NULL.  weight and bias have
 * the shape of those axes.  Where var + eps is 0, y = bias and dx = 0.  Accurate also where the mean is large relative
 * to the deviations; intermediate squares neither overflow nor underflow.  The gradient, which is proportional to
 * 1 / sqrt(var + eps), may overflow.
 * Error: another shape, eps < 0. */
gd_tensor *gd_layer_norm(gd_tensor *x, gd_tensor *weight, gd_tensor *bias, double eps);

/* gd_batch_norm - the same for each channel of x [n, channels, ..], over all other axes; weight, bias,
 * running_mean and running_var are [channels], the first two or the last two may be NULL.
 *   training   normalises by the batch's mean and population variance.  Then running = (1 - momentum) running
 *              + momentum batch, for the variance with the batch's sample variance (divisor n - 1), as in PyTorch.
 *              running_var becomes infinite where the batch's variance is too large; y is right even there.
 *   else       normalises by running_mean and running_var, which have no gradient and must be given.
 * Errors: shapes, training with one value for a channel, momentum outside [0, 1], eps < 0. */
gd_tensor *gd_batch_norm(gd_tensor *x, gd_tensor *weight, gd_tensor *bias, gd_tensor *running_mean,
                         gd_tensor *running_var, bool training, double momentum, double eps);

/* gd_conv2d - cross-correlation (the kernel is not flipped), x padded with zeros:
 *   y[n, o, r, q] = bias[o] + sum over j, u, v of weight[o, j, u, v]
 *                   x[n, j, r stride + u dilation - padding, q .. v ..]
 *   x [n, c, h, w]  weight [o, c / groups, kh, kw]  bias [o] or NULL  ->  y [n, o, oh, ow],
 *   oh = floor((h + 2 padding - dilation (kh - 1) - 1) / stride) + 1
 * The channels of x and of y are split into groups: those of y depend only on the same group of x, over which j runs.
 * Two numbers are { vertical, horizontal }; a 0 in stride, dilation, groups stands for 1.  Errors: shapes, groups that
 * do not divide both numbers of channels, a kernel that spans more than x with its padding.
 * Rounding, with u half an ulp of 1 and s the sum of the absolute values of an element's terms: y and dx are within
 * n u s, n the number of terms but at most 1100; dweight within 1100 u s for any number of images and pixels, dbias
 * within 40 u s.
 * gd_conv1d - the same for x [n, c, length]  weight [o, c / groups, k]  ->  y [n, o, ..]. */
typedef struct gd_conv2d_options {           /* 0 stands for the default */
    int64_t stride[2], padding[2], dilation[2], groups;
} gd_conv2d_options;

static inline gd_conv2d_options gd_conv2d_defaults(void)
{
    gd_conv2d_options o = { .stride = { 1, 1 }, .padding = { 0, 0 }, .dilation = { 1, 1 }, .groups = 1 };
    return o;
}

gd_tensor *gd_conv2d(gd_tensor *x, gd_tensor *weight, gd_tensor *bias, gd_conv2d_options options);
gd_tensor *gd_conv1d(gd_tensor *x, gd_tensor *weight, gd_tensor *bias, int64_t stride, int64_t padding,
                     int64_t dilation, int64_t groups);

/* gd_max_pool2d, gd_avg_pool2d - the largest, or the mean, of each window: x [n, c, h, w]  ->  y [n, c, oh, ow],
 * oh = floor((h + 2 padding - kernel) / stride) + 1.  A stride of 0 stands for the kernel's size.
 *   max   dy to the first of the largest in row-major order; NaN, the first one, counts as largest, padding never does
 *   avg   dy shared evenly; count_padding divides by the size of the window everywhere, else by how much of it
 *         lies inside x
 * Errors: x not of four axes, kernel < 1, padding above half the kernel, a window larger than x with its
 * padding. */
typedef struct gd_pool2d_options {           /* 0 stands for the default, except in kernel, which is required */
    int64_t kernel[2], stride[2], padding[2];
    bool    count_padding;
} gd_pool2d_options;

static inline gd_pool2d_options gd_pool2d_defaults(void)
{
    gd_pool2d_options o = { .kernel = { 0, 0 }, .stride = { 0, 0 }, .padding = { 0, 0 }, .count_padding = false };
    return o;
}

gd_tensor *gd_max_pool2d(gd_tensor *x, gd_pool2d_options options);
gd_tensor *gd_avg_pool2d(gd_tensor *x, gd_pool2d_options options);

/* gd_dropout - in training each element becomes 0 with probability p and x / (1 - p) otherwise, so that its
 * expected value is unchanged; drawn from the generator of gd_seed.  A dropped element is 0 even where x is infinite
 * or NaN.  When not in training, or for p = 0, y is x itself.
 * Error: p outside [0, 1]. */
gd_tensor *gd_dropout(gd_tensor *x, double p, bool training);

/* gd_attention - y = softmax(q k' / sqrt(d)) v:  q [.., queries, d]  k [.., keys, d]  v [.., keys, e]  ->
 * y [.., queries, e]; leading axes broadcast.  causal: query i sees the keys 0 .. i only; a key or value that is
 * infinite or NaN may still make its y, or its gradients, NaN, since 0 times it is.  Error: shapes. */
gd_tensor *gd_attention(gd_tensor *q, gd_tensor *k, gd_tensor *v, bool causal);

GD_API_END
#ifdef __cplusplus
}
#endif
#endif
