/* error_table.h - wrong calls and their messages, word for word.  Read by test_errors.c, where the arguments
 * are made: m23 is 0 .. 5 as [2, 3], m34 [3, 4], v3 [3], v4 [4], s a scalar, eight has 8 axes of size 1, none is
 * [0], labels are 0 and 2, bad_label 0 and 3. */

WRONG(gd_zeros(GD_SHAPE(2, -3)), "gd_zeros: shape [2, -3] has the negative size -3")
WRONG(gd_ones(GD_SHAPE(0, -1)), "gd_ones: shape [0, -1] has the negative size -1")
WRONG(gd_full(GD_SHAPE(1, 1, 1, 1, 1, 1, 1, 1, 1), 0), "gd_full: a shape with 9 axes; at most 8 are possible")
WRONG(gd_zeros(GD_SHAPE(HUGE_SIZE, HUGE_SIZE)),
      "gd_zeros: shape [1099511627776, 1099511627776] has more elements than memory can hold")
WRONG(gd_zeros(GD_SHAPE(HUGE_SIZE, HUGE_SIZE, 0, HUGE_SIZE)),
      "gd_zeros: shape [1099511627776, 1099511627776, 0, 1099511627776] has more elements than memory can hold")
WRONG(gd_zeros(GD_SHAPE(INT64_MAX)),
      "gd_zeros: shape [9223372036854775807] has more elements than memory can hold")
WRONG(gd_from(GD_SHAPE(2), NULL), "gd_from: values is NULL")
WRONG(gd_wrap(GD_SHAPE(2), NULL), "gd_wrap: data is NULL")
WRONG(gd_wrap(GD_SHAPE(-2), m23->data), "gd_wrap: shape [-2] has the negative size -2")
WRONG(gd_arange(0, 1, 0), "gd_arange: from 0 to 1 in steps of 0 has no countable length")
WRONG(gd_arange(0, (double)NAN, 1), "gd_arange: from 0 to nan in steps of 1 has no countable length")
WRONG(gd_arange(0, (double)INFINITY, 1), "gd_arange: from 0 to inf in steps of 1 has no countable length")
WRONG(gd_linspace(0, 1, -1), "gd_linspace: shape [-1] has the negative size -1")
WRONG(gd_eye(-1), "gd_eye: shape [-1, -1] has the negative size -1")
WRONG(gd_one_hot(bad_label, 3), "gd_one_hot: labels[1] = 3 is not a whole number in [0, 3)")
WRONG(gd_one_hot(gd_full(GD_SHAPE(1), 0.5), 3), "gd_one_hot: labels[0] = 0.5 is not a whole number in [0, 3)")
WRONG(gd_one_hot(gd_full(GD_SHAPE(1), -1), 3), "gd_one_hot: labels[0] = -1 is not a whole number in [0, 3)")
WRONG(gd_one_hot(none, -1), "gd_one_hot: shape [0, -1] has the negative size -1")
WRONG(gd_one_hot(eight, 2),
      "gd_one_hot: labels is [1, 1, 1, 1, 1, 1, 1, 1]: the result would have more than 8 axes")
WRONG(gd_uniform(GD_SHAPE(2), 1, 0), "gd_uniform: low = 1 must not be above high = 0")
WRONG(gd_uniform(GD_SHAPE(2), (double)NAN, 0), "gd_uniform: low = nan must not be above high = 0")
WRONG(gd_normal(GD_SHAPE(2), 0, -1), "gd_normal: std = -1 must not be negative")
WRONG(gd_permutation(-3), "gd_permutation: shape [-3] has the negative size -3")

WRONG(gd_add(v3, v4), "gd_add: a is [3] and b is [4]: sizes 3 and 4 do not broadcast")
WRONG(gd_mul(m23, m34), "gd_mul: a is [2, 3] and b is [3, 4]: sizes 2 and 3 do not broadcast")
WRONG(gd_add(none, v3), "gd_add: a is [0] and b is [3]: sizes 0 and 3 do not broadcast")
WRONG(gd_maximum(gd_transpose(m23, 0, 1), m23),
      "gd_maximum: a is [3, 2] and b is [2, 3]: sizes 3 and 2 do not broadcast")
WRONG(gd_eq(v3, v4), "gd_eq: a is [3] and b is [4]: sizes 3 and 4 do not broadcast")
WRONG(gd_where(s, v3, v4), "gd_where: a is [3] and b is [4]: sizes 3 and 4 do not broadcast")
WRONG(gd_clamp(v3, 1, 0), "gd_clamp: low = 1 must not be above high = 0")
WRONG(gd_clamp(v3, 0, (double)NAN), "gd_clamp: low = 0 must not be above high = nan")

WRONG(gd_hardtanh(v3, 1, 0), "gd_hardtanh: low = 1 must not be above high = 0")
WRONG(gd_hardtanh(v3, (double)NAN, 0), "gd_hardtanh: low = nan must not be above high = 0")
WRONG(gd_pow_tensor(v3, v4), "gd_pow_tensor: a is [3] and b is [4]: sizes 3 and 4 do not broadcast")
WRONG(gd_remainder(m23, m34), "gd_remainder: a is [2, 3] and b is [3, 4]: sizes 2 and 3 do not broadcast")
WRONG(gd_atan2(none, v3), "gd_atan2: a is [0] and b is [3]: sizes 0 and 3 do not broadcast")
WRONG(gd_logical_and(v3, v4), "gd_logical_and: a is [3] and b is [4]: sizes 3 and 4 do not broadcast")
WRONG(gd_logical_or(v3, v4), "gd_logical_or: a is [3] and b is [4]: sizes 3 and 4 do not broadcast")
WRONG(gd_prelu(m23, v4),
      "gd_prelu: x is [2, 3] and weight is [4]: one number is expected, or one for each channel of x")
WRONG(gd_prelu(m23, m23),
      "gd_prelu: x is [2, 3] and weight is [2, 3]: one number is expected, or one for each channel of x")
WRONG(gd_prelu(v3, v3), "gd_prelu: x is [3] and weight is [3]: one number is expected, or one for each channel of x")
WRONG(gd_glu(m23, 1), "gd_glu: x is [2, 3]: axis 1 has the odd size 3 and no halves")
WRONG(gd_glu(m23, -1), "gd_glu: x is [2, 3]: axis -1 has the odd size 3 and no halves")
WRONG(gd_glu(m23, 2), "gd_glu: axis 2 must lie in [-2, 2)")
WRONG(gd_glu(s, 0), "gd_glu: axis 0 of a scalar, which has no axes")

WRONG(gd_reshape(m23, GD_SHAPE(4)), "gd_reshape: x is [2, 3] with 6 elements, which do not fill the shape [4]")
WRONG(gd_reshape(m23, GD_SHAPE(-1, 4)),
      "gd_reshape: x is [2, 3] with 6 elements, which do not fill the shape [-1, 4]")
WRONG(gd_reshape(m23, GD_SHAPE(-1, -1)),
      "gd_reshape: shape is [-1, -1]: only one size may be -1")
WRONG(gd_reshape(m23, GD_SHAPE(-2, -3)),
      "gd_reshape: x is [2, 3] with 6 elements, which do not fill the shape [-2, -3]")
WRONG(gd_reshape(none, GD_SHAPE(0, -1)),
      "gd_reshape: x is [0] with 0 elements, which do not fill the shape [0, -1]")
WRONG(gd_transpose(m23, 0, 2), "gd_transpose: axis 2 must lie in [-2, 2)")
WRONG(gd_transpose(m23, -3, 1), "gd_transpose: axis -3 must lie in [-2, 2)")
WRONG(gd_permute(m23, GD_SHAPE(0, 0)), "gd_permute: x is [2, 3]: [0, 0] is not a permutation of its axes")
WRONG(gd_permute(m23, GD_SHAPE(0)), "gd_permute: x is [2, 3]: [0] is not a permutation of its axes")
WRONG(gd_permute(m23, GD_SHAPE(0, 2)), "gd_permute: x is [2, 3]: [0, 2] is not a permutation of its axes")
WRONG(gd_slice(m23, 2, 0, 1, 1), "gd_slice: axis 2 must lie in [-2, 2)")
WRONG(gd_slice(m23, 1, 0, 1, 0), "gd_slice: step = 0 must be at least 1")
WRONG(gd_slice(m23, 1, 2, 0, -1), "gd_slice: step = -1 must be at least 1")
WRONG(gd_slice(s, 0, 0, 1, 1), "gd_slice: axis 0 of a scalar, which has no axes")
WRONG(gd_expand(m23, GD_SHAPE(3)), "gd_expand: x is [2, 3] and does not broadcast to [3]")
WRONG(gd_expand(m23, GD_SHAPE(4, 3)), "gd_expand: x is [2, 3] and does not broadcast to [4, 3]")
WRONG(gd_expand(v3, GD_SHAPE(-1, 3)), "gd_expand: x is [3] and does not broadcast to [-1, 3]")
WRONG(gd_expand(s, GD_SHAPE(HUGE_SIZE, HUGE_SIZE)),
      "gd_expand: shape [1099511627776, 1099511627776] has more elements than memory can hold")
WRONG(gd_select(m23, 1, 3), "gd_select: x is [2, 3]: index 3 of axis 1 must lie in [-3, 3)")
WRONG(gd_select(m23, -2, -3), "gd_select: x is [2, 3]: index -3 of axis 0 must lie in [-2, 2)")
WRONG(gd_select(m23, 2, 0), "gd_select: axis 2 must lie in [-2, 2)")
WRONG(gd_select(s, 0, 0), "gd_select: axis 0 of a scalar, which has no axes")
WRONG(gd_squeeze(m23, 0), "gd_squeeze: x is [2, 3]: axis 0 has size 2, not 1")
WRONG(gd_squeeze(m23, 5), "gd_squeeze: axis 5 must lie in [-2, 2)")
WRONG(gd_unsqueeze(m23, 3), "gd_unsqueeze: axis 3 must lie in [-3, 3)")
WRONG(gd_unsqueeze(eight, 0), "gd_unsqueeze: x is [1, 1, 1, 1, 1, 1, 1, 1] and has 8 axes already")
WRONG(gd_flatten(m23, 2), "gd_flatten: axis 2 must lie in [-2, 2)")
WRONG(gd_concat(JOIN(m23, m34), 2, 0),
      "gd_concat: xs[0] is [2, 3] and xs[1] is [3, 4]: they must agree in all axes but 0")
WRONG(gd_concat(JOIN(m23, v3), 2, 0),
      "gd_concat: xs[0] is [2, 3] and xs[1] is [3]: they must agree in all axes but 0")
WRONG(gd_concat(JOIN(m23, m23), 2, 2), "gd_concat: axis 2 must lie in [-2, 2)")
WRONG(gd_concat(JOIN(s, s), 2, 0), "gd_concat: axis 0 of a scalar, which has no axes")
WRONG(gd_concat(JOIN(m23), 0, 0), "gd_concat: n = 0 tensors; at least one is needed")
WRONG(gd_concat(NULL, 2, 0), "gd_concat: xs is NULL")
WRONG(gd_stack(JOIN(v3, v4), 2, 0), "gd_stack: xs[0] is [3] and xs[1] is [4]: they must have the same shape")
WRONG(gd_stack(JOIN(v3, v3), 2, 2), "gd_stack: axis 2 must lie in [-2, 2)")
WRONG(gd_stack(NULL, 0, 0), "gd_stack: n = 0 tensors; at least one is needed")

WRONG(gd_sum_axis(m23, 2, false), "gd_sum_axis: axis 2 must lie in [-2, 2)")
WRONG(gd_max_axis(s, -1, false), "gd_max_axis: axis -1 of a scalar, which has no axes")
WRONG(gd_mean_axes(m23, GD_SHAPE(0, -2), true), "gd_mean_axes: axis 0 is listed twice in [0, -2]")
WRONG(gd_logsumexp_axes(m23, GD_SHAPE(7), true), "gd_logsumexp_axes: axis 7 must lie in [-2, 2)")
WRONG(gd_var_axis(m23, 0, 2, false), "gd_var_axis: correction = 2 must be below the 2 elements of each variance")
WRONG(gd_std_axes(m23, GD_SHAPE(0, 1), 6, false),
      "gd_std_axes: correction = 6 must be below the 6 elements of each variance")
WRONG(gd_argmax(m23, -3), "gd_argmax: axis -3 must lie in [-2, 2)")
WRONG(gd_softmax(s, 0), "gd_softmax: axis 0 of a scalar, which has no axes")
WRONG(gd_log_softmax(m23, 2), "gd_log_softmax: axis 2 must lie in [-2, 2)")

WRONG(gd_matmul(m34, m23), "gd_matmul: a is [3, 4] and b is [2, 3]: the inner sizes 4 and 2 differ")
WRONG(gd_matmul(v3, v4), "gd_matmul: a is [3] and b is [4]: the inner sizes 3 and 4 differ")
WRONG(gd_matmul(m23, s), "gd_matmul: a is [2, 3] and b is []: a scalar has no rows or columns; use gd_mul")
WRONG(gd_affine(v3, v3, NULL), "gd_affine: x is [3] and weight is [3]: they must be [.., in] and [out, in]")
WRONG(gd_affine(v4, m23, NULL), "gd_affine: x is [4] and weight is [2, 3]: they must be [.., in] and [out, in]")
WRONG(gd_affine(v3, m23, v3), "gd_affine: weight is [2, 3] and bias is [3]: they must be [out, in] and [out]")
WRONG(gd_mse_loss(m23, v3, GD_MEAN),
      "gd_mse_loss: prediction is [2, 3] and target is [3]: they must have the same shape")
WRONG(gd_mse_loss(v3, v3, (gd_reduction)7), "gd_mse_loss: reduction = 7 must be GD_MEAN, GD_SUM or GD_NONE")
WRONG(gd_cross_entropy(m23, bad_label, GD_MEAN), "gd_cross_entropy: labels[1] = 3 is not a whole number in [0, 3)")
WRONG(gd_cross_entropy(m23, v3, GD_MEAN),
      "gd_cross_entropy: logits is [2, 3] and labels is [3]: logits must be [n, c, ..] and labels [n, ..]")
WRONG(gd_cross_entropy(v3, labels, GD_MEAN),
      "gd_cross_entropy: logits is [3] and labels is [2]: logits must be [n, c, ..] and labels [n, ..]")
WRONG(gd_cross_entropy(gd_zeros(GD_SHAPE(2, 0)), labels, GD_SUM),
      "gd_cross_entropy: logits is [2, 0]: there are no classes")

#define X4(a, b, c, d) gd_zeros(GD_SHAPE(a, b, c, d))
#define X3(a, b, c) gd_zeros(GD_SHAPE(a, b, c))
#define TURNED(...) (gd_conv_transpose2d_options){ __VA_ARGS__ }
WRONG(gd_conv_transpose2d(m23, m23, NULL, TURNED(.groups = 1)),
      "gd_conv_transpose2d: x is [2, 3] and weight is [2, 3]: they must be [n, channels, height, width] and [channels, "
      "out / groups, kh, kw]")
WRONG(gd_conv_transpose2d(X4(1, 4, 2, 2), X4(3, 2, 2, 2), NULL, TURNED(.groups = 1)),
      "gd_conv_transpose2d: x is [1, 4, 2, 2], weight is [3, 2, 2, 2] and groups is 1: weight must be [4, out / "
      "groups, ..], and groups divide 4")
WRONG(gd_conv_transpose2d(X4(1, 4, 2, 2), X4(4, 2, 2, 2), v3, TURNED(.groups = 2)),
      "gd_conv_transpose2d: weight is [4, 2, 2, 2] and bias is [3]: bias must be [4]")
WRONG(gd_conv_transpose2d(X4(1, 1, 2, 2), X4(1, 1, 2, 2), NULL, TURNED(.output_padding = { 1, 0 })),
      "gd_conv_transpose2d: output_padding 1 of axis 2 must be less than stride 1 or dilation 1")
WRONG(gd_conv_transpose2d(X4(1, 1, 2, 2), X4(1, 1, 2, 2), NULL, TURNED(.padding = { 0, 2 })),
      "gd_conv_transpose2d: axis 3 of y would have -1 elements")
WRONG(gd_conv_transpose2d(X4(1, 1, 2, 2), X4(1, 1, 2, 2), NULL, TURNED(.stride = { -1, 1 })),
      "gd_conv_transpose2d: stride -1, padding 0, output_padding 0, dilation 1 of axis 2: stride and dilation must "
      "be at least 1, the others at least 0, and none above 2147483647")
WRONG(gd_conv_transpose1d(X3(1, 1, 0), X3(1, 1, 2), NULL, 1, 0, 0, 1, 1),
      "gd_conv_transpose1d: axis 3 of x has 0 elements, and that of the kernel 2: both need at least 1, and at most "
      "2147483647")
WRONG(gd_interpolate(m23, GD_SHAPE(2), GD_NEAREST, false),
      "gd_interpolate: x is [2, 3] and size has 1 number: x must be [n, channels, ..], with a size for each further "
      "axis")
WRONG(gd_interpolate(X3(1, 1, 0), GD_SHAPE(2), GD_NEAREST, false),
      "gd_interpolate: x is [1, 1, 0]: its axis 2 is empty")
WRONG(gd_interpolate(X3(1, 1, 3), GD_SHAPE(0), GD_NEAREST, false),
      "gd_interpolate: size is [0]: sizes must be at least 1")
WRONG(gd_interpolate(X3(1, 1, 3), GD_SHAPE(HUGE_SIZE), GD_LINEAR, false),
      "gd_interpolate: x is [1, 1, 3] and size is [1099511627776]: no size may be above 2147483647")
WRONG(gd_interpolate(X3(1, 1, 3), GD_SHAPE(2), GD_NEAREST, true),
      "gd_interpolate: align_corners has no meaning with GD_NEAREST")
WRONG(gd_interpolate(X3(1, 1, 3), GD_SHAPE(2), (gd_interpolation)5, false),
      "gd_interpolate: mode = 5 is not GD_NEAREST or GD_LINEAR")
WRONG(gd_adaptive_avg_pool(X4(1, 1, 3, 3), GD_SHAPE(2)),
      "gd_adaptive_avg_pool: x is [1, 1, 3, 3] and size has 1 number: x must be [n, channels, ..], with a size for "
      "each further axis")
WRONG(gd_adaptive_max_pool(X3(1, 1, 3), GD_SHAPE(-1)), "gd_adaptive_max_pool: size is [-1]: sizes must be at least 1")
WRONG(gd_global_avg_pool(m23), "gd_global_avg_pool: x is [2, 3]: it must be [n, channels, ..]")
WRONG(gd_global_max_pool(X3(1, 2, 0)), "gd_global_max_pool: x is [1, 2, 0]: its images are empty")
WRONG(gd_max_pool1d(m23, 2, 0, 0), "gd_max_pool1d: x is [2, 3]: it must be [n, channels, length]")
WRONG(gd_max_pool1d(X3(1, 1, 3), 2, 1, 2),
      "gd_max_pool1d: kernel 2, stride 1, padding 2: the kernel must be at least 1, stride at least 1 or 0 for the "
      "kernel's size, padding between 0 and half the kernel, and none above 2147483647")
WRONG(gd_avg_pool1d(X3(1, 1, 3), 4, 1, 0, true),
      "gd_avg_pool1d: x is [1, 1, 3]: with padding 0 it is shorter than the kernel, 4, or longer than 2147483647")
WRONG(gd_group_norm(m23, 2, NULL, NULL, 0), "gd_group_norm: x is [2, 3]: groups = 2 must divide its 3 channels")
WRONG(gd_group_norm(m23, 1, v4, NULL, 0),
      "gd_group_norm: x is [2, 3] and weight is [4]: one number for each channel, [3], is expected")
WRONG(gd_group_norm(v3, 1, NULL, NULL, 0), "gd_group_norm: x is [3]: it must be [n, channels, ..]")
WRONG(gd_group_norm(m23, 1, NULL, NULL, -1), "gd_group_norm: eps = -1 must not be negative")
WRONG(gd_instance_norm(m23, NULL, v4, 0),
      "gd_instance_norm: x is [2, 3] and bias is [4]: one number for each channel, [3], is expected")
WRONG(gd_instance_norm(m23, NULL, NULL, 0),
      "gd_instance_norm: x is [2, 3]: it needs more than one value in each channel of an example")
WRONG(gd_rms_norm(m23, v4, 0), "gd_rms_norm: x is [2, 3] and weight is [4]: it must have the shape of x's last axes")
WRONG(gd_rms_norm(s, NULL, 0),
      "gd_rms_norm: x is [], with 1 axes to normalise: at least one is needed, and x must have as many")
WRONG(gd_rms_norm(m23, NULL, (double)NAN), "gd_rms_norm: eps = nan must not be negative")
WRONG(gd_masked_attention(m23, m34, m34, v4, false),
      "gd_masked_attention: q is [2, 3], k is [3, 4] and v is [3, 4]: they must be [.., queries, d], [.., keys, d] and "
      "[.., keys, e]")
WRONG(gd_masked_attention(m34, m34, m34, v4, false),
      "gd_masked_attention: mask is [4]: it must broadcast to [.., 3, 3]")
WRONG(gd_self_attention(m23, 2, false),
      "gd_self_attention: qkv is [2, 3]: it must be [.., n, 3 width] with at most 7 axes, and heads = 2 must divide "
      "width")
WRONG(gd_self_attention(m34, 1, false),
      "gd_self_attention: qkv is [3, 4]: it must be [.., n, 3 width] with at most 7 axes, and heads = 1 must divide "
      "width")
WRONG(gd_self_attention(v3, 1, false),
      "gd_self_attention: qkv is [3]: it must be [.., n, 3 width] with at most 7 axes, and heads = 1 must divide width")
WRONG(gd_self_attention(m23, 0, true), "gd_self_attention: heads = 0 must be at least 1")
WRONG(gd_padding_mask(m23, 6), "gd_padding_mask: lengths is [2, 3]: it must be [n]")
WRONG(gd_padding_mask(labels, 1), "gd_padding_mask: lengths[1] = 2 is not a whole number in [0, 2)")
WRONG(gd_padding_mask(labels, -1), "gd_padding_mask: keys = -1 must not be negative")
WRONG(gd_rotary(m23, 0, 100, false), "gd_rotary: x is [2, 3]: it must be [.., length, d] with an even d")
WRONG(gd_rotary(m34, 0, 0, false), "gd_rotary: base = 0 must be positive and finite")
WRONG(gd_sinusoidal_positions(-1, 2), "gd_sinusoidal_positions: shape [-1, 2] has the negative size -1")
WRONG(gd_weight_norm(m23, v3, 0), "gd_weight_norm: v is [2, 3] and g is [3]: one number for each of 2 is expected")
WRONG(gd_weight_norm(m23, v3, 2), "gd_weight_norm: axis 2 must lie in [-2, 2)")
WRONG(gd_spectral_norm(v3, v3, v3, 1, 0), "gd_spectral_norm: w is [3]: it must have two axes or more, and elements")
WRONG(gd_spectral_norm(m23, v3, v3, 1, 0), "gd_spectral_norm: u is [3]: it must be [2]")
WRONG(gd_spectral_norm(m23, labels, v3, -1, 0),
      "gd_spectral_norm: iterations = -1 and eps = 0 must not be negative")
#undef X4
#undef X3
#undef TURNED
