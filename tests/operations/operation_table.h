/* operation_table.h - every operation with inputs to test it on.  Read by operation_rows.h.
 *
 *     OPERATION(name, flags, call, inputs..)
 *
 * call is an expression of the inputs x[0], x[1], ..  An input is its domain with a shape:
 *
 *     ANY(3, 4)          numbers of both signs, no two of them equal, none near 0
 *     POSITIVE(3, 4)     positive ones
 *     UNIT(3, 4)         in (0.1, 0.9)
 *     CLASSES(5, 3, 4)   whole numbers in [0, 5) of shape [3, 4]: labels, indices, conditions; no gradient
 *     FIXED(3, 4)        as ANY, but for an input that must not require a gradient
 *     OR_NULL(4)         as ANY, and the operation may be called without it
 *
 * flags, or 0:
 *     ELEMENTWISE   one input; tested on all kinds of shapes
 *     BROADCASTS    the inputs broadcast; tested in many pairs of shapes
 *     KINKED        the derivative jumps somewhere: the coarse steps of the float build could meet it
 *     CONSTANT      the result is a constant for differentiation
 *     ONCE          the derivative cannot be differentiated again (by the operation's own contract)
 *     READS_LESS    with these parameters the rule reads less than the operation declares
 *
 * tests/scripts/check_table.sh fails when a prototype has no row. */

OPERATION(gd_add,        BROADCASTS,             gd_add(x[0], x[1]),                     ANY(3, 4), ANY(3, 4))
OPERATION(gd_sub,        BROADCASTS,             gd_sub(x[0], x[1]),                     ANY(3, 4), ANY(3, 4))
OPERATION(gd_mul,        BROADCASTS,             gd_mul(x[0], x[1]),                     ANY(3, 4), ANY(3, 4))
OPERATION(gd_div,        BROADCASTS,             gd_div(x[0], x[1]),                     ANY(3, 4), ANY(3, 4))
OPERATION(gd_maximum,    BROADCASTS | KINKED,    gd_maximum(x[0], x[1]),                 ANY(3, 4), ANY(3, 4))
OPERATION(gd_minimum,    BROADCASTS | KINKED,    gd_minimum(x[0], x[1]),                 ANY(3, 4), ANY(3, 4))
OPERATION(gd_where, BROADCASTS, gd_where(x[0], x[1], x[2]), CLASSES(2, 3, 4), ANY(3, 4), ANY(3, 4))
OPERATION(gd_eq,         BROADCASTS | CONSTANT,  gd_eq(x[0], x[1]),                      ANY(3, 4), ANY(3, 4))
OPERATION(gd_ne,         BROADCASTS | CONSTANT,  gd_ne(x[0], x[1]),                      ANY(3, 4), ANY(3, 4))
OPERATION(gd_lt,         BROADCASTS | CONSTANT,  gd_lt(x[0], x[1]),                      ANY(3, 4), ANY(3, 4))
OPERATION(gd_le,         BROADCASTS | CONSTANT,  gd_le(x[0], x[1]),                      ANY(3, 4), ANY(3, 4))
OPERATION(gd_gt,         BROADCASTS | CONSTANT,  gd_gt(x[0], x[1]),                      ANY(3, 4), ANY(3, 4))
OPERATION(gd_ge,         BROADCASTS | CONSTANT,  gd_ge(x[0], x[1]),                      ANY(3, 4), ANY(3, 4))

OPERATION(gd_pow,        ELEMENTWISE | READS_LESS, gd_pow(x[0], 0),                      ANY(3, 4))
OPERATION(gd_pow,        ELEMENTWISE | READS_LESS, gd_pow(x[0], 1),                      ANY(3, 4))
OPERATION(gd_pow,        ELEMENTWISE,            gd_pow(x[0], 3),                        ANY(3, 4))
OPERATION(gd_pow,        ELEMENTWISE,            gd_pow(x[0], -1.5),                     POSITIVE(3, 4))
OPERATION(gd_scale,      ELEMENTWISE,            gd_scale(x[0], -2.5),                   ANY(3, 4))
OPERATION(gd_shift,      ELEMENTWISE,            gd_shift(x[0], 0.75),                   ANY(3, 4))
OPERATION(gd_neg,        ELEMENTWISE,            gd_neg(x[0]),                           ANY(3, 4))
OPERATION(gd_clamp,      ELEMENTWISE | KINKED,   gd_clamp(x[0], -0.9, 1.1),              ANY(3, 4))
OPERATION(gd_clamp,      ELEMENTWISE | KINKED,   gd_clamp(x[0], -INFINITY, 0.5),         ANY(3, 4))
OPERATION(gd_abs,        ELEMENTWISE | KINKED,   gd_abs(x[0]),                           ANY(3, 4))
OPERATION(gd_sign,       ELEMENTWISE | KINKED,   gd_sign(x[0]),                          ANY(3, 4))
OPERATION(gd_exp,        ELEMENTWISE,            gd_exp(x[0]),                           ANY(3, 4))
OPERATION(gd_log,        ELEMENTWISE,            gd_log(x[0]),                           POSITIVE(3, 4))
OPERATION(gd_sqrt,       ELEMENTWISE,            gd_sqrt(x[0]),                          POSITIVE(3, 4))
OPERATION(gd_square,     ELEMENTWISE,            gd_square(x[0]),                        ANY(3, 4))
OPERATION(gd_sin,        ELEMENTWISE,            gd_sin(x[0]),                           ANY(3, 4))
OPERATION(gd_cos,        ELEMENTWISE,            gd_cos(x[0]),                           ANY(3, 4))
OPERATION(gd_sinh,       ELEMENTWISE,            gd_sinh(x[0]),                          ANY(3, 4))
OPERATION(gd_cosh,       ELEMENTWISE,            gd_cosh(x[0]),                          ANY(3, 4))
OPERATION(gd_tanh,       ELEMENTWISE,            gd_tanh(x[0]),                          ANY(3, 4))
OPERATION(gd_erf,        ELEMENTWISE,            gd_erf(x[0]),                           ANY(3, 4))
OPERATION(gd_sigmoid,    ELEMENTWISE,            gd_sigmoid(x[0]),                       ANY(3, 4))
OPERATION(gd_relu,       ELEMENTWISE | KINKED,   gd_relu(x[0]),                          ANY(3, 4))
OPERATION(gd_leaky_relu, ELEMENTWISE | KINKED,   gd_leaky_relu(x[0], 0.1),               ANY(3, 4))
OPERATION(gd_elu,        ELEMENTWISE | KINKED,   gd_elu(x[0], 0.7),                      ANY(3, 4))
OPERATION(gd_gelu,       ELEMENTWISE,            gd_gelu(x[0]),                          ANY(3, 4))
OPERATION(gd_gelu_tanh,  ELEMENTWISE,            gd_gelu_tanh(x[0]),                     ANY(3, 4))
OPERATION(gd_silu,       ELEMENTWISE,            gd_silu(x[0]),                          ANY(3, 4))
OPERATION(gd_softplus,   ELEMENTWISE,            gd_softplus(x[0]),                      ANY(3, 4))

OPERATION(gd_reshape,    0,                      gd_reshape(x[0], GD_SHAPE(2, -1, 3)),   ANY(3, 4))
OPERATION(gd_transpose,  0,                      gd_transpose(x[0], 0, -1),              ANY(2, 3, 4))
OPERATION(gd_permute,    0,                      gd_permute(x[0], GD_SHAPE(2, 0, 1)),    ANY(2, 3, 4))
OPERATION(gd_slice,      0,                      gd_slice(x[0], 1, 1, -1, 2),            ANY(3, 7))
OPERATION(gd_slice,      0,                      gd_slice(x[0], 0, 2, 2, 1),             ANY(3, 4))
OPERATION(gd_expand,     0,                      gd_expand(x[0], GD_SHAPE(2, -1, 4)),    ANY(3, 1))
OPERATION(gd_expand,     0,                      gd_expand(x[0], GD_SHAPE(2, 3)),        ANY())
OPERATION(gd_expand,     0,                      gd_expand(x[0], GD_SHAPE(3, 0)),        ANY(3, 1))
OPERATION(gd_squeeze,    0,                      gd_squeeze(x[0], 1),                    ANY(3, 1, 2))
OPERATION(gd_unsqueeze,  0,                      gd_unsqueeze(x[0], -1),                 ANY(3, 2))
OPERATION(gd_unsqueeze,  0,                      gd_unsqueeze(x[0], 0),                  ANY())
OPERATION(gd_flatten,    0,                      gd_flatten(x[0], 1),                    ANY(2, 3, 2))
OPERATION(gd_contiguous, 0,                      gd_contiguous(x[0]),                    ANY(3, 4))
OPERATION(gd_concat, 0, gd_concat(x, 3, 1), ANY(2, 1), ANY(2, 3), ANY(2, 2))
OPERATION(gd_concat, 0, gd_concat(x, 3, -2), ANY(2, 2), ANY(0, 2), ANY(1, 2))
OPERATION(gd_stack, 0, gd_stack(x, 3, 1), ANY(2, 3), ANY(2, 3), ANY(2, 3))
OPERATION(gd_stack,      0,                      gd_stack(x, 2, -1),                     ANY(), ANY())

OPERATION(gd_sum,            0,      gd_sum(x[0]),                                       ANY(3, 4))
OPERATION(gd_sum,            0,      gd_sum(x[0]),                                       ANY())
OPERATION(gd_sum,            0,      gd_sum(x[0]),                                       ANY(0, 3))
OPERATION(gd_mean,           0,      gd_mean(x[0]),                                      ANY(3, 4))
OPERATION(gd_max,            KINKED, gd_max(x[0]),                                       ANY(3, 4))
OPERATION(gd_min,            KINKED, gd_min(x[0]),                                       ANY(3, 4))
OPERATION(gd_sum_axis,       0,      gd_sum_axis(x[0], 1, false),                        ANY(2, 3, 4))
OPERATION(gd_sum_axis,       0,      gd_sum_axis(x[0], 0, true),                         ANY(0, 3))
OPERATION(gd_sum_axis,       0,      gd_sum_axis(x[0], -1, false),                       ANY(0, 3))
OPERATION(gd_mean_axis,      0,      gd_mean_axis(x[0], -1, true),                       ANY(2, 3, 4))
OPERATION(gd_max_axis,       KINKED, gd_max_axis(x[0], 0, false),                        ANY(2, 3, 4))
OPERATION(gd_max_axis,       KINKED, gd_max_axis(x[0], 1, false),                        ANY(0, 3))
OPERATION(gd_min_axis,       KINKED, gd_min_axis(x[0], 1, true),                         ANY(2, 3, 4))
OPERATION(gd_logsumexp,      0,      gd_logsumexp(x[0], 1, false),                       ANY(2, 3, 4))
OPERATION(gd_sum_axes,       0,      gd_sum_axes(x[0], GD_SHAPE(2, 0), false),           ANY(2, 3, 4))
OPERATION(gd_sum_axes,       0,      gd_sum_axes(x[0], GD_SHAPE(), true),                ANY(3, 4))
OPERATION(gd_mean_axes,      0,      gd_mean_axes(x[0], GD_SHAPE(0, -1), true),          ANY(2, 3, 4))
OPERATION(gd_max_axes,       KINKED, gd_max_axes(x[0], GD_SHAPE(0, 2), false),           ANY(2, 3, 4))
OPERATION(gd_min_axes,       KINKED, gd_min_axes(x[0], GD_SHAPE(0, 2), true),            ANY(2, 3, 4))
OPERATION(gd_logsumexp_axes, 0,      gd_logsumexp_axes(x[0], GD_SHAPE(0, 2), true),      ANY(2, 3, 4))
OPERATION(gd_var_axis,       0,      gd_var_axis(x[0], 1, 1, false),                     ANY(2, 3, 4))
OPERATION(gd_std_axis,       0,      gd_std_axis(x[0], -1, 0, true),                     ANY(2, 3, 4))
OPERATION(gd_var_axes,       0,      gd_var_axes(x[0], GD_SHAPE(0, 2), 0, true),         ANY(2, 3, 4))
OPERATION(gd_std_axes,       0,      gd_std_axes(x[0], GD_SHAPE(1, 2), 1, false),        ANY(2, 3, 4))
OPERATION(gd_argmax,         CONSTANT, gd_argmax(x[0], 1),                               ANY(2, 3, 4))
OPERATION(gd_softmax,        0,      gd_softmax(x[0], -1),                               ANY(3, 4))
OPERATION(gd_softmax,        0,      gd_softmax(x[0], 1),                                ANY(2, 3, 2))
OPERATION(gd_log_softmax,    0,      gd_log_softmax(x[0], 0),                            ANY(3, 4))
OPERATION(gd_log_softmax,    0,      gd_log_softmax(x[0], 1),                            ANY(0, 3))

OPERATION(gd_matmul,     0,                      gd_matmul(x[0], x[1]),                  ANY(3, 4), ANY(4, 2))
OPERATION(gd_matmul,     0,                      gd_matmul(x[0], x[1]),                  ANY(3, 3), ANY(3, 3))
OPERATION(gd_matmul,     0,                      gd_matmul(x[0], x[1]),                  ANY(4), ANY(4))
OPERATION(gd_matmul,     0,                      gd_matmul(x[0], x[1]),                  ANY(2, 3, 4), ANY(4))
OPERATION(gd_matmul,     0,                      gd_matmul(x[0], x[1]),                  ANY(4), ANY(2, 4, 3))
OPERATION(gd_matmul, 0, gd_matmul(x[0], x[1]), ANY(2, 1, 2, 3), ANY(3, 3, 2))
OPERATION(gd_matmul,     0,                      gd_matmul(x[0], x[1]),                  ANY(6, 5), ANY(2, 5, 3))
OPERATION(gd_matmul,     0,                      gd_matmul(x[0], x[1]),                  ANY(3, 0), ANY(0, 2))
OPERATION(gd_affine, 0, gd_affine(x[0], x[1], x[2]), ANY(3, 4), ANY(2, 4), OR_NULL(2))
OPERATION(gd_affine,     0,                      gd_affine(x[0], x[1], NULL),            ANY(3, 4), ANY(2, 4))
OPERATION(gd_affine, 0, gd_affine(x[0], x[1], x[2]), ANY(4), ANY(2, 4), OR_NULL(2))
OPERATION(gd_affine, 0, gd_affine(x[0], x[1], x[2]), ANY(2, 2, 3), ANY(4, 3), OR_NULL(4))

OPERATION(gd_mse_loss,      0, gd_mse_loss(x[0], x[1], GD_MEAN),                         ANY(3, 4), ANY(3, 4))
OPERATION(gd_mse_loss,      0, gd_mse_loss(x[0], x[1], GD_NONE),                         ANY(3, 4), ANY(3, 4))
OPERATION(gd_cross_entropy, 0, gd_cross_entropy(x[0], x[1], GD_MEAN),                    ANY(4, 3), CLASSES(3, 4))
OPERATION(gd_cross_entropy, 0, gd_cross_entropy(x[0], x[1], GD_SUM), ANY(2, 3, 2), CLASSES(3, 2, 2))
OPERATION(gd_cross_entropy, 0, gd_cross_entropy(x[0], x[1], GD_NONE),                    ANY(4, 3), CLASSES(3, 4))

OPERATION(gd_flip,       0,                      gd_flip(x[0], -2),                      ANY(2, 3, 4))
OPERATION(gd_flip,       0,                      gd_flip(x[0], 0),                       ANY(0, 3))
OPERATION(gd_repeat,     0,                      gd_repeat(x[0], GD_SHAPE(2, 1, 3)),     ANY(3, 2))
OPERATION(gd_repeat,     0,                      gd_repeat(x[0], GD_SHAPE(1, 1)),        ANY(3, 2))
OPERATION(gd_repeat,     0,                      gd_repeat(x[0], GD_SHAPE(2)),           ANY())
OPERATION(gd_repeat,     0,                      gd_repeat(x[0], GD_SHAPE(0, 2)),        ANY(3, 2))
OPERATION(gd_pad, 0, gd_pad(x[0], GD_SHAPE(1, 0), GD_SHAPE(0, 2), -3.5), ANY(3, 2))
OPERATION(gd_pad,        0,                      gd_pad(x[0], GD_SHAPE(), GD_SHAPE(), 1),                  ANY())
OPERATION(gd_pad, 0, gd_pad(x[0], GD_SHAPE(1, 1), GD_SHAPE(2, 0), 1), ANY(0, 3))
OPERATION(gd_tril,       0,                      gd_tril(x[0], -1),                      ANY(2, 3, 4))
OPERATION(gd_tril,       0,                      gd_tril(x[0], 2),                       ANY(4, 3))
OPERATION(gd_triu,       0,                      gd_triu(x[0], 1),                       ANY(2, 3, 4))
OPERATION(gd_triu,       0,                      gd_triu(x[0], -7),                      ANY(3, 0))
OPERATION(gd_gather, 0, gd_gather(x[0], 1, x[1]), ANY(3, 4), CLASSES(4, 2, 6))
OPERATION(gd_gather, 0, gd_gather(x[0], -3, x[1]), ANY(2, 3, 4), CLASSES(2, 5, 3, 2))
OPERATION(gd_embedding, 0, gd_embedding(x[0], x[1]), ANY(5, 3), CLASSES(5, 4, 3))
OPERATION(gd_embedding,  0,                      gd_embedding(x[0], x[1]),               ANY(5, 3), CLASSES(5))
OPERATION(gd_embedding,  0,                      gd_embedding(x[0], x[1]),               ANY(5, 3), CLASSES(5, 0))

OPERATION(gd_cumsum,     0,                      gd_cumsum(x[0], 1),                     ANY(2, 3, 4))
OPERATION(gd_cumsum,     0,                      gd_cumsum(x[0], -1),                    ANY(2, 0))
OPERATION(gd_cumprod,    0,                      gd_cumprod(x[0], 1),                    ANY(2, 4, 2))
OPERATION(gd_cumprod,    0,                      gd_cumprod(x[0], -1),                   ANY(2, 5))
OPERATION(gd_cumprod,    READS_LESS,             gd_cumprod(x[0], 0),                    ANY(1, 2))
OPERATION(gd_cumprod,    0,                      gd_cumprod(x[0], 0),                    ANY(0, 2))
OPERATION(gd_norm,       0,                      gd_norm(x[0], 2),                       ANY(3, 4))
OPERATION(gd_norm,       KINKED,                 gd_norm(x[0], INFINITY),                ANY(3, 4))
OPERATION(gd_norm,       KINKED | READS_LESS,    gd_norm(x[0], 1),                       ANY(3, 4))
OPERATION(gd_norm,       READS_LESS,             gd_norm(x[0], 2),                       ANY(0, 3))
OPERATION(gd_norm,       KINKED,                 gd_norm(x[0], 3),                       ANY())
OPERATION(gd_norm_axes, KINKED, gd_norm_axes(x[0], 3, GD_SHAPE(0, 2), true), ANY(2, 3, 4))
OPERATION(gd_norm_axes, KINKED, gd_norm_axes(x[0], 1.5, GD_SHAPE(-1), false), ANY(2, 3, 4))
OPERATION(gd_norm_axes, 0, gd_norm_axes(x[0], 2, GD_SHAPE(1), false), ANY(2, 3, 4))
OPERATION(gd_norm_axes, KINKED, gd_norm_axes(x[0], INFINITY, GD_SHAPE(1), true), ANY(2, 3, 4))

OPERATION(gd_l1_loss,    KINKED,                 gd_l1_loss(x[0], x[1], GD_MEAN),        ANY(3, 4), ANY(3, 4))
OPERATION(gd_l1_loss,    KINKED,                 gd_l1_loss(x[0], x[1], GD_NONE),        ANY(), ANY())
OPERATION(gd_huber_loss, KINKED,                 gd_huber_loss(x[0], x[1], 0.7, GD_SUM), ANY(3, 4), ANY(3, 4))
OPERATION(gd_huber_loss, KINKED,                 gd_huber_loss(x[0], x[1], 2.5, GD_NONE), ANY(3, 4), ANY(3, 4))
OPERATION(gd_bce_with_logits, 0,                 gd_bce_with_logits(x[0], x[1], GD_MEAN), ANY(3, 4), UNIT(3, 4))
OPERATION(gd_bce_with_logits, 0,                 gd_bce_with_logits(x[0], x[1], GD_NONE), ANY(3, 4), UNIT(3, 4))
OPERATION(gd_kl_div,     READS_LESS,             gd_kl_div(x[0], x[1], GD_SUM),          ANY(3, 4), UNIT(3, 4))
OPERATION(gd_hinge_loss, KINKED, gd_hinge_loss(x[0], gd_shift(gd_scale(x[1], 2), -1), GD_MEAN),
          ANY(3, 4), CLASSES(2, 3, 4))

OPERATION(gd_layer_norm, READS_LESS, gd_layer_norm(x[0], x[1], x[2], 1e-3), ANY(3, 4), OR_NULL(4), OR_NULL(4))
OPERATION(gd_layer_norm, READS_LESS, gd_layer_norm(x[0], x[1], x[2], 1e-3),
          ANY(2, 3, 2), OR_NULL(3, 2), OR_NULL(3, 2))
OPERATION(gd_layer_norm, READS_LESS,             gd_layer_norm(x[0], x[1], NULL, 1e-3),  ANY(5), OR_NULL(5))
OPERATION(gd_layer_norm, READS_LESS,             gd_layer_norm(x[0], x[1], NULL, 1e-3),  ANY(0, 3), OR_NULL(3))
OPERATION(gd_batch_norm, READS_LESS,             gd_batch_norm(x[0], x[1], x[2], NULL, NULL, true, 0.1, 1e-3),
          ANY(5, 2), OR_NULL(2), OR_NULL(2))
OPERATION(gd_batch_norm, READS_LESS, gd_batch_norm(x[0], x[1], x[2], gd_zeros(GD_SHAPE(3)),
          gd_ones(GD_SHAPE(3)), true, 0.1, 1e-3),
          ANY(2, 3, 2, 2), OR_NULL(3), OR_NULL(3))
OPERATION(gd_batch_norm, 0, gd_batch_norm(x[0], x[1], x[2], gd_full(GD_SHAPE(3), 0.3),
          gd_full(GD_SHAPE(3), 1.7), false, 0.1, 1e-3),
          ANY(2, 3, 2), OR_NULL(3), OR_NULL(3))
OPERATION(gd_conv1d, 0, gd_conv1d(x[0], x[1], x[2], 1, 0, 1, 1), ANY(2, 2, 5), ANY(3, 2, 2), OR_NULL(3))
OPERATION(gd_conv1d, 0, gd_conv1d(x[0], x[1], x[2], 2, 1, 2, 2), ANY(1, 4, 6), ANY(2, 2, 2), OR_NULL(2))
OPERATION(gd_conv2d,     0,                      gd_conv2d(x[0], x[1], x[2], (gd_conv2d_options){ .groups = 0 }),
          ANY(2, 2, 3, 4), ANY(3, 2, 2, 2), OR_NULL(3))
OPERATION(gd_conv2d, 0, gd_conv2d(x[0], x[1], x[2], (gd_conv2d_options){ { 2, 1 }, { 1, 2 }, { 1, 2 }, 2 }),
          ANY(2, 4, 5, 3), ANY(2, 2, 2, 3), OR_NULL(2))
OPERATION(gd_conv2d, 0, gd_conv2d(x[0], x[1], x[2], (gd_conv2d_options){ { 2, 3 }, { 2, 0 }, { 1, 1 }, 1 }),
          ANY(1, 1, 4, 5), ANY(1, 1, 1, 1), OR_NULL(1))
OPERATION(gd_conv2d, READS_LESS, gd_conv2d(x[0], x[1], x[2], (gd_conv2d_options){ .padding = { 1, 1 } }),
          ANY(0, 1, 2, 2), ANY(1, 1, 2, 2), OR_NULL(1))
OPERATION(gd_max_pool2d, KINKED, gd_max_pool2d(x[0], (gd_pool2d_options){ .kernel = { 2, 2 } }), ANY(1, 2, 4, 5))
OPERATION(gd_max_pool2d, KINKED, gd_max_pool2d(x[0], (gd_pool2d_options){ { 3, 2 }, { 1, 3 }, { 1, 1 }, false }),
          ANY(2, 1, 3, 4))
OPERATION(gd_avg_pool2d, 0, gd_avg_pool2d(x[0], (gd_pool2d_options){ { 2, 3 }, { 2, 2 }, { 1, 1 }, true }),
          ANY(1, 2, 4, 5))
OPERATION(gd_avg_pool2d, 0, gd_avg_pool2d(x[0], (gd_pool2d_options){ { 3, 2 }, { 1, 1 }, { 1, 0 }, false }),
          ANY(2, 1, 3, 4))
OPERATION(gd_dropout, 0, (gd_seed(3), gd_dropout(x[0], 0.4, true)), ANY(3, 4))
OPERATION(gd_dropout, 0, gd_dropout(gd_scale(x[0], 2), 0.4, false), ANY(3, 4))
OPERATION(gd_attention, READS_LESS, gd_attention(x[0], x[1], x[2], false), ANY(3, 4), ANY(5, 4), ANY(5, 2))
OPERATION(gd_attention, READS_LESS, gd_attention(x[0], x[1], x[2], true), ANY(2, 3, 2), ANY(3, 2), ANY(2, 3, 2))

OPERATION(gd_sort,          KINKED, gd_sort(x[0], 1, false),                             ANY(2, 4, 2))
OPERATION(gd_sort,          KINKED, gd_sort(x[0], -1, true),                             ANY(3, 5))
OPERATION(gd_sort,          0,      gd_sort(x[0], 0, true),                              ANY(0, 3))
OPERATION(gd_argsort,       CONSTANT, gd_argsort(x[0], 1, false),                        ANY(2, 4, 2))
OPERATION(gd_topk,          KINKED, gd_topk(x[0], 2, 1, true).values,                    ANY(2, 4, 2))
OPERATION(gd_topk,          KINKED, gd_topk(x[0], 3, -1, false).values,                  ANY(2, 3))
OPERATION(gd_topk,          CONSTANT, gd_topk(x[0], 2, 0, true).indices,                 ANY(3, 2))
OPERATION(gd_median,        KINKED, gd_median(x[0]),                                     ANY(3, 4))
OPERATION(gd_median_axis,   KINKED, gd_median_axis(x[0], 1, true),                       ANY(2, 3, 4))
OPERATION(gd_median_axis,   KINKED, gd_median_axis(x[0], -1, false),                     ANY(2, 4))
OPERATION(gd_argmin,        CONSTANT, gd_argmin(x[0], 1),                                ANY(2, 3, 4))
OPERATION(gd_cummax,        KINKED, gd_cummax(x[0], 1).values,                           ANY(2, 4, 2))
OPERATION(gd_cummax,        CONSTANT, gd_cummax(x[0], 1).indices,                        ANY(2, 4, 2))
OPERATION(gd_cummin,        KINKED, gd_cummin(x[0], -1).values,                          ANY(2, 5))
OPERATION(gd_unique,        KINKED, gd_unique(x[0]).values,                              ANY(2, 3))
OPERATION(gd_unique,        CONSTANT, gd_unique(x[0]).inverse,                           ANY(2, 3))
OPERATION(gd_unique,        CONSTANT, gd_unique(x[0]).counts,                            ANY(2, 3))
OPERATION(gd_prod,          0,      gd_prod(x[0]),                                       ANY(2, 3))
OPERATION(gd_prod,          READS_LESS, gd_prod(x[0]),                                   ANY())
OPERATION(gd_prod_axis,     0,      gd_prod_axis(x[0], 1, false),                        ANY(2, 4, 2))
OPERATION(gd_prod_axis,     0,      gd_prod_axis(x[0], -1, true),                        ANY(3, 4))
OPERATION(gd_prod_axis,     0,      gd_prod_axis(x[0], 0, false),                        ANY(0, 3))
OPERATION(gd_nansum,        0,      gd_nansum(x[0]),                                     ANY(3, 4))
OPERATION(gd_nansum_axis,   0,      gd_nansum_axis(x[0], 1, true),                       ANY(3, 4))
OPERATION(gd_nanmean,       READS_LESS, gd_nanmean(x[0]),                                ANY(3, 4))
OPERATION(gd_nanmean_axis,  READS_LESS, gd_nanmean_axis(x[0], 0, false),                 ANY(3, 4))
OPERATION(gd_var,           0,      gd_var(x[0], 1),                                     ANY(3, 4))
OPERATION(gd_std,           0,      gd_std(x[0], 0),                                     ANY(3, 4))
OPERATION(gd_any,           CONSTANT, gd_any(x[0]),                                      ANY(3, 4))
OPERATION(gd_any_axis,      CONSTANT, gd_any_axis(x[0], 1, true),                        ANY(3, 4))
OPERATION(gd_all,           CONSTANT, gd_all(x[0]),                                      ANY(3, 4))
OPERATION(gd_all_axis,      CONSTANT, gd_all_axis(x[0], 0, false),                       ANY(3, 4))
OPERATION(gd_count_nonzero, CONSTANT, gd_count_nonzero(x[0]),                            ANY(3, 4))
OPERATION(gd_count_nonzero_axis, CONSTANT, gd_count_nonzero_axis(x[0], 0, false),        ANY(3, 4))
OPERATION(gd_logcumsumexp,  0,      gd_logcumsumexp(x[0], 1),                            ANY(2, 4, 2))
OPERATION(gd_logcumsumexp,  0,      gd_logcumsumexp(x[0], -1),                           ANY(2, 0))
OPERATION(gd_index_select, 0, gd_index_select(x[0], 1, x[1]), ANY(2, 3, 2), CLASSES(3, 2, 4))
OPERATION(gd_index_select, 0, gd_index_select(x[0], -1, x[1]), ANY(2, 3), CLASSES(3))
OPERATION(gd_index_select, 0, gd_index_select(x[0], 0, x[1]), ANY(4, 2), CLASSES(4, 3))
OPERATION(gd_masked_select, 0, gd_masked_select(x[0], x[1]), ANY(3, 4), CLASSES(2, 3, 4))
OPERATION(gd_masked_select, 0, gd_masked_select(x[0], x[1]), ANY(3, 1), CLASSES(2, 4))
OPERATION(gd_masked_fill, 0, gd_masked_fill(x[0], x[1], -2.5), ANY(3, 4), CLASSES(2, 4))
OPERATION(gd_nonzero,       CONSTANT, gd_nonzero(x[0]),                                  ANY(2, 3))
OPERATION(gd_scatter, 0, gd_scatter(x[0], 1, x[1], x[2]), ANY(3, 4), CLASSES(4, 3, 2), ANY(3, 2))
OPERATION(gd_scatter, 0, gd_scatter(x[0], 0, x[1], x[2]), ANY(2, 3), CLASSES(2, 4, 2), ANY(5, 3))
OPERATION(gd_scatter_add, 0, gd_scatter_add(x[0], -1, x[1], x[2]), ANY(3, 4), CLASSES(4, 3, 6), ANY(3, 6))
OPERATION(gd_scatter_add, 0, gd_scatter_add(x[0], 0, x[1], x[2]), ANY(2, 3), CLASSES(2, 4, 2), ANY(5, 3))
OPERATION(gd_roll,          0,      gd_roll(x[0], 2, 1),                                 ANY(2, 5))
OPERATION(gd_roll,          0,      gd_roll(x[0], -7, 0),                                ANY(3, 2))
OPERATION(gd_diagonal,      0,      gd_diagonal(x[0], 1, 0, -1),                         ANY(3, 2, 4))
OPERATION(gd_diagonal,      0,      gd_diagonal(x[0], -1, 1, 0),                         ANY(3, 4))
OPERATION(gd_diagonal,      0,      gd_diagonal(x[0], 9, 0, 1),                          ANY(3, 4))
OPERATION(gd_diag,          0,      gd_diag(x[0], -1),                                   ANY(3))
OPERATION(gd_diag,          0,      gd_diag(x[0], 1),                                    ANY(3, 4))
OPERATION(gd_trace,         0,      gd_trace(x[0]),                                      ANY(2, 3, 4))
OPERATION(gd_outer,         0,      gd_outer(x[0], x[1]),                                ANY(3), ANY(4))
OPERATION(gd_meshgrid, 0, gd_mul(gd_meshgrid(x, 2, GD_XY).grid[0], gd_meshgrid(x, 2, GD_XY).grid[1]), ANY(3), ANY(2))
OPERATION(gd_meshgrid, 0, gd_mul(gd_sum(x[0]), gd_meshgrid(x, 2, GD_IJ).grid[1]), ANY(3), ANY())

OPERATION(gd_cross_entropy_with, 0, gd_cross_entropy_with(x[0], x[1], x[2], (gd_cross_entropy_options){
          .label_smoothing = 0.2, .ignore_index = 1, .reduction = GD_MEAN, .begun = true }),
          ANY(5, 3), CLASSES(3, 5), OR_NULL(3))
OPERATION(gd_cross_entropy_with, 0, gd_cross_entropy_with(x[0], x[1], gd_full(GD_SHAPE(3), 1.5),
          (gd_cross_entropy_options){ .ignore_index = 2, .reduction = GD_NONE, .begun = true }),
          ANY(2, 3, 2), CLASSES(3, 2, 2))
OPERATION(gd_cross_entropy_with, 0, gd_cross_entropy_with(x[0], x[1], NULL, (gd_cross_entropy_options){
          .label_smoothing = 1, .ignore_index = -100, .reduction = GD_SUM, .begun = true }),
          ANY(5, 3), CLASSES(3, 5))
OPERATION(gd_nll_loss, 0, gd_nll_loss(x[0], x[1], x[2], 0, GD_MEAN), ANY(5, 3), CLASSES(3, 5), OR_NULL(3))
OPERATION(gd_nll_loss, 0, gd_nll_loss(x[0], x[1], NULL, -100, GD_NONE), ANY(2, 3, 2), CLASSES(3, 2, 2))
OPERATION(gd_soft_cross_entropy, 0, gd_soft_cross_entropy(x[0], x[1], x[2], 0.1, GD_MEAN),
          ANY(4, 3), UNIT(4, 3), OR_NULL(3))
OPERATION(gd_soft_cross_entropy, 0, gd_soft_cross_entropy(x[0], x[1], NULL, 0, GD_NONE), ANY(2, 3, 2), UNIT(2, 3, 2))
OPERATION(gd_bce_with_logits_weighted, 0, gd_bce_with_logits_weighted(x[0], x[1], x[2], x[3], GD_MEAN),
          ANY(3, 4), UNIT(3, 4), OR_NULL(3, 1), OR_NULL(4))
OPERATION(gd_bce_loss, 0, gd_bce_loss(x[0], x[1], x[2], GD_SUM), UNIT(3, 4), UNIT(3, 4), OR_NULL(4))
OPERATION(gd_bce_loss, 0, gd_bce_loss(x[0], x[1], NULL, GD_NONE), UNIT(3, 4), UNIT(3, 4))
OPERATION(gd_smooth_l1_loss, KINKED, gd_smooth_l1_loss(x[0], x[1], 0.7, GD_MEAN), ANY(3, 4), ANY(3, 4))
OPERATION(gd_smooth_l1_loss, KINKED, gd_smooth_l1_loss(x[0], x[1], 0, GD_NONE), ANY(3, 4), ANY(3, 4))
OPERATION(gd_gaussian_nll_loss, 0, gd_gaussian_nll_loss(x[0], x[1], x[2], true, 1e-6, GD_MEAN),
          ANY(3, 4), ANY(3, 4), POSITIVE(3, 4))
OPERATION(gd_gaussian_nll_loss, 0, gd_gaussian_nll_loss(x[0], x[1], x[2], false, 1e-6, GD_NONE),
          ANY(3, 4), ANY(3, 4), POSITIVE(3))
OPERATION(gd_poisson_nll_loss, READS_LESS, gd_poisson_nll_loss(x[0], x[1], true, true, 1e-8, GD_MEAN),
          ANY(3, 4), POSITIVE(3, 4))
OPERATION(gd_poisson_nll_loss, 0, gd_poisson_nll_loss(x[0], x[1], false, false, 1e-8, GD_NONE),
          POSITIVE(3, 4), POSITIVE(3, 4))
OPERATION(gd_cosine_similarity, 0, gd_cosine_similarity(x[0], x[1], 1, 1e-8), ANY(2, 3, 4), ANY(3, 1))
OPERATION(gd_cosine_similarity, 0, gd_cosine_similarity(x[0], x[1], -1, 1e-8), ANY(4), ANY(4))
OPERATION(gd_cosine_embedding_loss, KINKED, gd_cosine_embedding_loss(x[0], x[1],
          gd_shift(gd_scale(x[2], 2), -1), -0.9, GD_MEAN), ANY(4, 3), ANY(4, 3), CLASSES(2, 4))
OPERATION(gd_triplet_margin_loss, KINKED, gd_triplet_margin_loss(x[0], x[1], x[2], (gd_triplet_options){
          .margin = 5, .p = 2, .eps = 1e-6, .swap = true, .reduction = GD_MEAN }), ANY(3, 4), ANY(3, 4), ANY(3, 4))
OPERATION(gd_triplet_margin_loss, KINKED, gd_triplet_margin_loss(x[0], x[1], x[2], (gd_triplet_options){
          .margin = 1, .p = 3, .eps = 1e-6, .reduction = GD_NONE }), ANY(3, 4), ANY(3, 4), ANY(3, 4))
OPERATION(gd_ctc_loss, READS_LESS, gd_ctc_loss(x[0], gd_shift(x[1], 1), (const int64_t[]){ 4, 5 },
          (const int64_t[]){ 1, 2 }, (gd_ctc_options){ .reduction = GD_MEAN }), ANY(5, 2, 4), CLASSES(3, 2, 2))
OPERATION(gd_ctc_loss, READS_LESS, gd_ctc_loss(gd_log_softmax(x[0], 2), x[1], NULL, NULL,
          (gd_ctc_options){ .blank = 3, .reduction = GD_NONE }), ANY(4, 2, 4), CLASSES(3, 2, 1))
