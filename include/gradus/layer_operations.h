/* layer_operations.h - further operations that layers are made of: transposed convolution, resizing, pooling,
 * normalisation of examples and of weights, attention with masks, positions.  What operations.h says of all operations
 * holds for these.
 * Included by operations.h; structs with parameters around them are in nn.h and transformer.h. */
#ifndef GRADUS_LAYER_OPERATIONS_H
#define GRADUS_LAYER_OPERATIONS_H

#include "autograd.h"

#ifdef __cplusplus
extern "C" {
#endif
GD_API_BEGIN

/* gd_conv_transpose2d - the gradient of gd_conv2d by its input, as an operation (V. Dumoulin, F. Visin, "A guide to
 * convolution arithmetic", 2016, chapter 4): each element of x adds a multiple of the kernel to y, stride apart.
 *   y[n, o, r stride + u dilation - padding, q .. v ..] += sum over j of x[n, j, r, q] weight[j, o, u, v], plus bias[o]
 *   x [n, c, h, w]  weight [c, out / groups, kh, kw]  bias [out] or NULL  ->  y [n, out, oh, ow],
 *   oh = (h - 1) stride - 2 padding + dilation (kh - 1) + output_padding + 1
 * output_padding are rows that only the kernel's end may reach, at the end of each axis: gd_conv2d with the same
 * numbers gives the size of x for `stride` sizes of y, and it chooses one of them.  dx = gd_conv2d(dy, weight),
 * dweight is that of gd_conv2d.  A 0 in stride, dilation, groups stands for 1.  Errors: shapes, groups that do not
 * divide c, output_padding that is neither below stride nor below dilation, a y without elements.
 * gd_conv_transpose1d - the same for x [n, c, length]  weight [c, out / groups, k]  ->  y [n, out, ..]. */
typedef struct gd_conv_transpose2d_options {        /* 0 stands for the default */
    int64_t stride[2], padding[2], output_padding[2], dilation[2], groups;
} gd_conv_transpose2d_options;

static inline gd_conv_transpose2d_options gd_conv_transpose2d_defaults(void)
{
    gd_conv_transpose2d_options o = { .stride = { 1, 1 }, .padding = { 0, 0 }, .output_padding = { 0, 0 },
                                      .dilation = { 1, 1 }, .groups = 1 };
    return o;
}

gd_tensor *gd_conv_transpose2d(gd_tensor *x, gd_tensor *weight, gd_tensor *bias, gd_conv_transpose2d_options options);
gd_tensor *gd_conv_transpose1d(gd_tensor *x, gd_tensor *weight, gd_tensor *bias, int64_t stride, int64_t padding,
                               int64_t output_padding, int64_t dilation, int64_t groups);

/* gd_interpolate - x resized: [n, c, d..]  ->  [n, c, size..]; size has as many numbers as there are axes d.
 *   GD_NEAREST  y_i = x_floor(i d / size)
 *   GD_LINEAR   between the two neighbours, along every axis (linear, bilinear, trilinear): where pixels are areas,
 *               at (i + 1/2) d / size - 1/2, cut at 0; with align_corners, where they are points, at
 *               i (d - 1) / (size - 1), so that first and last ones stay what they are.
 * As PyTorch's F.interpolate with a size.  dx: each dy goes back to where it came from, with the same weights.
 * Errors: another number of sizes, an empty axis, a size below 1, align_corners with GD_NEAREST. */
typedef enum gd_interpolation { GD_NEAREST, GD_LINEAR } gd_interpolation;
gd_tensor *gd_interpolate(gd_tensor *x, gd_shape size, gd_interpolation mode, bool align_corners);

/* gd_max_pool1d, gd_avg_pool1d - gd_max_pool2d and gd_avg_pool2d of one axis: x [n, c, length]  ->  [n, c, ..].
 * A stride of 0 stands for the kernel's size.  Errors: as there. */
gd_tensor *gd_max_pool1d(gd_tensor *x, int64_t kernel, int64_t stride, int64_t padding);
gd_tensor *gd_avg_pool1d(gd_tensor *x, int64_t kernel, int64_t stride, int64_t padding, bool count_padding);

/* gd_adaptive_avg_pool, gd_adaptive_max_pool - poolings whose windows divide each axis into as many parts as are
 * asked for: [n, c, d..]  ->  [n, c, size..], window i from floor(i d / size) to ceil((i + 1) d / size), as PyTorch's.
 *   avg   dy shared evenly     max   dy to the first of the largest in row-major order; NaN wins, the first one
 * gd_global_avg_pool, gd_global_max_pool - over all of d: [n, c, d..]  ->  [n, c]; gradients as of gd_mean and gd_max.
 * Errors: another number of sizes, an empty axis, a size below 1. */
gd_tensor *gd_adaptive_avg_pool(gd_tensor *x, gd_shape size);
gd_tensor *gd_adaptive_max_pool(gd_tensor *x, gd_shape size);
gd_tensor *gd_global_avg_pool(gd_tensor *x);
gd_tensor *gd_global_max_pool(gd_tensor *x);

/* gd_group_norm - y = (x - mean) / sqrt(var + eps) weight + bias for x [n, channels, d..]: mean and population variance
 *   over each of the groups of neighbouring channels of each example (Y. Wu, K. He 2018).  weight and bias [channels],
 *   or NULL: left out.  Numbers at the edge: as gd_layer_norm.  Errors: shapes, groups that do not divide channels.
 * gd_instance_norm - the same with a group for each channel (D. Ulyanov, A. Vedaldi, V. Lempitsky 2016).  Error: also
 *   d.. of a single element, as y would be 0.
 * gd_rms_norm - y = x / sqrt(mean(x^2) + eps) weight over the last axes, as many as weight has, or one when it is NULL
 *   (B. Zhang, R. Sennrich 2019); weight has their shape.  dx = r (g - z mean(g z)) with g = dy weight and z = x r.
 *   Squares neither overflow nor vanish inside; where mean + eps is 0, y = 0 and dx = 0.
 *   Errors: another shape, eps < 0. */
gd_tensor *gd_group_norm(gd_tensor *x, int64_t groups, gd_tensor *weight, gd_tensor *bias, double eps);
gd_tensor *gd_instance_norm(gd_tensor *x, gd_tensor *weight, gd_tensor *bias, double eps);
gd_tensor *gd_rms_norm(gd_tensor *x, gd_tensor *weight, double eps);

/* gd_weight_norm - a weight as length times direction: y = g v / |v|, the 2-norm of v over all axes but `axis`; g has
 *   one number for each index of that axis (T. Salimans, D. P. Kingma 2016, eq. 2; PyTorch's weight_g and weight_v,
 *   with axis 0).  A v of zeros gives NaN.  Errors: an axis out of range, a g of another number of elements.
 * gd_spectral_norm - y = w / sigma, sigma = u' W v an estimate of the largest singular value of w seen as a matrix,
 *   [first axis, the rest] (T. Miyato et al. 2018, algorithm 1; PyTorch's weight_orig, weight_u, weight_v).
 *   u [rows] and v [columns], buffers of the model that begin as random numbers, are first improved in place by so many
 *   power iterations, v = W' u / |W' u|, u = W v / |W v|, with eps as least norm: mostly 1 in training, 0 afterwards.
 *   They are constants for differentiation.  On failure they are unchanged.
 *   Errors: shapes, iterations < 0, eps < 0, u or v the result of a recorded operation. */
gd_tensor *gd_weight_norm(gd_tensor *v, gd_tensor *g, int axis);
gd_tensor *gd_spectral_norm(gd_tensor *w, gd_tensor *u, gd_tensor *v, int iterations, double eps);

/* gd_masked_attention - gd_attention with numbers that are added to the scores before the softmax:
 *   y = softmax(q k' / sqrt(d) + mask) v,  mask broadcast to [.., queries, keys]
 * -INFINITY hides a key from a query; a query that no key is left for gives 0 (as PyTorch does from 2.5 on; before,
 * NaN).  Differentiable by mask too.  A mask of NULL: gd_attention, which is faster.  Error: shapes.
 * gd_padding_mask - such a mask for a padded batch: lengths [n]  ->  [n, 1, 1, keys], 0 below the length and
 *   -INFINITY from it on, for q [n, heads, queries, d].  Error: a length outside [0, keys]. */
gd_tensor *gd_masked_attention(gd_tensor *q, gd_tensor *k, gd_tensor *v, gd_tensor *mask, bool causal);
gd_tensor *gd_padding_mask(gd_tensor *lengths, int64_t keys);

/* gd_self_attention - gd_attention of a sequence to itself, all heads in one operation:
 *   qkv [.., n, 3 width]  ->  y [.., n, width]
 * A row of qkv has its query, its key and its value side by side, width numbers each, as one affine map gives them
 * (GPT-2's c_attn, in_proj_weight of PyTorch's nn.MultiheadAttention).  Head h has the numbers h d to (h + 1) d of
 * each, d = width / heads, and of y; causal as in gd_attention.  The same numbers as with gd_slice, gd_reshape,
 * gd_transpose and gd_attention, without their copies.
 * Errors: heads below 1; a last axis that 3 heads does not divide; fewer than 2 or more than 7 axes. */
gd_tensor *gd_self_attention(gd_tensor *qkv, int64_t heads, bool causal);

/* gd_rotary - turns pairs of features by an angle that grows with the position (J. Su et al. 2021, "RoFormer", eq. 34):
 *   x [.., length, d]  ->  y [.., length, d];  at position p = first + row, pair i is turned by p base^(-2 i / d):
 *   y_a = x_a cos - x_b sin,  y_b = x_a sin + x_b cos.  Pair i is (2 i, 2 i + 1), or with halves (i, i + d / 2), as
 *   models in the style of GPT-NeoX and LLaMA have it.  dx turns back.  Errors: d odd, base <= 0.
 * gd_sinusoidal_positions - [length, width] of sin(p 10000^(-2 i / width)) at 2 i and the cosine at 2 i + 1 (A. Vaswani
 *   et al. 2017, section 3.5): a constant, to be added to embeddings.  Error: a negative size. */
gd_tensor *gd_rotary(gd_tensor *x, int64_t first, double base, bool halves);
gd_tensor *gd_sinusoidal_positions(int64_t length, int64_t width);

GD_API_END
#ifdef __cplusplus
}
#endif
#endif
