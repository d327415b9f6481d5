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

OPERATION(gd_conv_transpose1d, 0, gd_conv_transpose1d(x[0], x[1], x[2], 1, 0, 0, 1, 1),
          ANY(2, 2, 3), ANY(2, 3, 2), OR_NULL(3))
OPERATION(gd_conv_transpose1d, 0, gd_conv_transpose1d(x[0], x[1], x[2], 2, 1, 1, 2, 2),
          ANY(1, 4, 3), ANY(4, 1, 3), OR_NULL(2))
OPERATION(gd_conv_transpose2d, 0, gd_conv_transpose2d(x[0], x[1], x[2], (gd_conv_transpose2d_options){ .groups = 0 }),
          ANY(2, 2, 2, 3), ANY(2, 3, 2, 2), OR_NULL(3))
OPERATION(gd_conv_transpose2d, 0, gd_conv_transpose2d(x[0], x[1], x[2],
          (gd_conv_transpose2d_options){ { 2, 1 }, { 1, 2 }, { 1, 0 }, { 1, 2 }, 2 }),
          ANY(2, 4, 3, 4), ANY(4, 1, 2, 3), OR_NULL(2))
OPERATION(gd_conv_transpose2d, READS_LESS, gd_conv_transpose2d(x[0], x[1], x[2],
          (gd_conv_transpose2d_options){ .groups = 1 }), ANY(0, 1, 2, 2), ANY(1, 1, 2, 2), OR_NULL(1))
OPERATION(gd_interpolate, 0, gd_interpolate(x[0], GD_SHAPE(5), GD_NEAREST, false), ANY(2, 1, 3))
OPERATION(gd_interpolate, 0, gd_interpolate(x[0], GD_SHAPE(2, 5), GD_NEAREST, false), ANY(1, 2, 4, 3))
OPERATION(gd_interpolate, 0, gd_interpolate(x[0], GD_SHAPE(5, 4), GD_LINEAR, false), ANY(1, 2, 3, 2))
OPERATION(gd_interpolate, 0, gd_interpolate(x[0], GD_SHAPE(2, 4), GD_LINEAR, true), ANY(1, 1, 3, 3))
OPERATION(gd_interpolate, 0, gd_interpolate(x[0], GD_SHAPE(3, 2), GD_LINEAR, false), ANY(1, 1, 3, 2))
OPERATION(gd_interpolate, 0, gd_interpolate(x[0], GD_SHAPE(2, 2, 2), GD_LINEAR, true), ANY(1, 1, 1, 3, 2))
OPERATION(gd_interpolate, 0, gd_interpolate(x[0], GD_SHAPE(4), GD_LINEAR, false), ANY(0, 2, 3))
OPERATION(gd_max_pool1d, KINKED, gd_max_pool1d(x[0], 3, 2, 1), ANY(2, 2, 5))
OPERATION(gd_avg_pool1d, 0, gd_avg_pool1d(x[0], 2, 0, 1, true), ANY(2, 2, 5))
OPERATION(gd_avg_pool1d, 0, gd_avg_pool1d(x[0], 3, 1, 1, false), ANY(1, 2, 4))
OPERATION(gd_adaptive_avg_pool, 0, gd_adaptive_avg_pool(x[0], GD_SHAPE(3)), ANY(2, 1, 5))
OPERATION(gd_adaptive_avg_pool, 0, gd_adaptive_avg_pool(x[0], GD_SHAPE(2, 5)), ANY(1, 2, 5, 3))
OPERATION(gd_adaptive_avg_pool, 0, gd_adaptive_avg_pool(x[0], GD_SHAPE(1)), ANY(0, 1, 5))
OPERATION(gd_adaptive_max_pool, KINKED, gd_adaptive_max_pool(x[0], GD_SHAPE(3)), ANY(2, 1, 5))
OPERATION(gd_adaptive_max_pool, KINKED, gd_adaptive_max_pool(x[0], GD_SHAPE(2, 5)), ANY(1, 2, 5, 3))
OPERATION(gd_adaptive_max_pool, KINKED, gd_adaptive_max_pool(x[0], GD_SHAPE(1)), ANY(0, 1, 5))
OPERATION(gd_global_avg_pool, 0, gd_global_avg_pool(x[0]), ANY(2, 2, 3, 2))
OPERATION(gd_global_max_pool, KINKED, gd_global_max_pool(x[0]), ANY(2, 2, 5))
OPERATION(gd_group_norm, READS_LESS, gd_group_norm(x[0], 2, x[1], x[2], 1e-3), ANY(2, 4, 3), OR_NULL(4), OR_NULL(4))
OPERATION(gd_group_norm, READS_LESS, gd_group_norm(x[0], 1, x[1], x[2], 1e-3), ANY(3, 4), OR_NULL(4), OR_NULL(4))
OPERATION(gd_group_norm, READS_LESS, gd_group_norm(x[0], 1, x[1], NULL, 1e-3), ANY(0, 2, 3), OR_NULL(2))
OPERATION(gd_instance_norm, READS_LESS, gd_instance_norm(x[0], x[1], x[2], 1e-3),
          ANY(2, 2, 2, 2), OR_NULL(2), OR_NULL(2))
OPERATION(gd_rms_norm, READS_LESS, gd_rms_norm(x[0], x[1], 1e-3), ANY(3, 4), OR_NULL(4))
OPERATION(gd_rms_norm, READS_LESS, gd_rms_norm(x[0], x[1], 1e-3), ANY(2, 3, 2), OR_NULL(3, 2))
OPERATION(gd_rms_norm, READS_LESS, gd_rms_norm(x[0], x[1], 1e-3), ANY(0, 3), OR_NULL(3))
OPERATION(gd_masked_attention, READS_LESS, gd_masked_attention(x[0], x[1], x[2], x[3], false),
          ANY(2, 3, 4), ANY(2, 5, 4), ANY(2, 5, 2), OR_NULL(3, 5))
OPERATION(gd_masked_attention, READS_LESS, gd_masked_attention(x[0], x[1], x[2], x[3], true),
          ANY(2, 3, 2), ANY(2, 3, 2), ANY(2, 3, 2), OR_NULL(2, 1, 3))
OPERATION(gd_masked_attention, READS_LESS, gd_masked_attention(x[0], x[1], x[2], gd_padding_mask(
          gd_from(GD_SHAPE(3), (const gd_real[]){ 2, 0, 1 }), 3), true),
          ANY(3, 1, 2, 2), ANY(3, 1, 3, 2), ANY(3, 1, 3, 2))
OPERATION(gd_padding_mask, KINKED, gd_maximum(x[0], gd_padding_mask(x[1], 3)), ANY(2, 1, 2, 3), CLASSES(4, 2))
OPERATION(gd_rotary, 0, gd_rotary(x[0], 2, 100, false), ANY(2, 3, 4))
OPERATION(gd_rotary, 0, gd_rotary(x[0], -1, 10000, true), ANY(3, 6))
OPERATION(gd_sinusoidal_positions, 0, gd_add(x[0], gd_sinusoidal_positions(3, 5)), ANY(2, 3, 5))
OPERATION(gd_weight_norm, 0, gd_weight_norm(x[0], x[1], 0), ANY(3, 4), ANY(3, 1))
OPERATION(gd_weight_norm, 0, gd_weight_norm(x[0], x[1], -1), ANY(2, 3, 2), ANY(2))
OPERATION(gd_spectral_norm, 0, gd_spectral_norm(x[0], gd_from(GD_SHAPE(2), (const gd_real[]){ 1, 2 }),
          gd_from(GD_SHAPE(3), (const gd_real[]){ 3, -2, 1 }), 0, 1e-12), ANY(2, 3))
