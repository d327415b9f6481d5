/* nn.h - a model is a set of named parameters and an ordinary C function.
 *
 *     gd_params *net    = gd_params_new();
 *     gd_linear  hidden = gd_linear_new(net, "hidden", 784, 256);
 *     gd_linear  output = gd_linear_new(net, "output", 256, 10);
 *
 *     y = gd_linear_apply(&output, gd_relu(gd_linear_apply(&hidden, x)));
 *
 * Layers are small structs, passed by value; their tensors belong to the gd_params they were made in. */
#ifndef GRADUS_NN_H
#define GRADUS_NN_H

#include "operations.h"

#ifdef __cplusplus
extern "C" {
#endif
GD_API_BEGIN

/* ---- Parameters --------------------------------------------------------------------------------------- */

typedef struct gd_params gd_params;

gd_params *gd_params_new(void);             /* NULL when memory is out */
void       gd_params_free(gd_params *p);    /* with every tensor in it, and their gradients; NULL is fine */

/* gd_param - a new parameter: a copy of value that requires a gradient and lives as long as p.  The name is
 * copied.  Errors: NULL; a name that p has already; a name that checkpoints cannot hold: empty, not UTF-8,
 * "__metadata__", or beginning with "optimizer/" or "gradus/". */
gd_tensor *gd_param(gd_params *p, const char *name, gd_tensor *value);

/* gd_buffer - the same for a tensor that is saved with the model but has no gradient, such as running statistics. */
gd_tensor *gd_buffer(gd_params *p, const char *name, gd_tensor *value);

gd_tensor *gd_params_get(gd_params *p, const char *name);   /* error: no such name */
int64_t    gd_params_count(const gd_params *p);             /* elements of all parameters, frozen ones included */
int        gd_params_tensors(const gd_params *p);           /* tensors, buffers included */
gd_tensor *gd_params_at(const gd_params *p, int i);         /* in the order of creation; its name is t->name */
bool       gd_params_is_buffer(const gd_params *p, int i);

/* gd_param_tied - another name for a parameter or buffer of p, as for a matrix that two layers share:
 *     decoder.weight = gd_param_tied(net, "decoder.weight", embedding.weight);
 * It is counted, stepped and saved once, under its first name.  A file may have it under either name, or both: then
 * with the same numbers.  Returns tensor.  Errors: as gd_param; a tensor that is not in p. */
gd_tensor *gd_param_tied(gd_params *p, const char *name, gd_tensor *tensor);

/* gd_params_copy - an independent model with the same names, shapes and values; gradients are not copied.  The caller
 * frees it.
 * gd_params_assign - copies the values of from, by name, to the parameters and buffers of to, for example to keep the
 * best model so far without allocating.  Errors: to and from differ in names or shapes; then nothing has changed. */
gd_params *gd_params_copy(gd_params *p);
bool       gd_params_assign(gd_params *to, gd_params *from);

/* gd_params_freeze - the parameters whose names begin with prefix ("": all) no longer require a gradient: what they
 * have of one is dropped, and optimizers pass over them.  gd_params_unfreeze - they require one again;
 * hooks that they had (derivatives.h) are gone.  Error: no parameter has such a name. */
bool gd_params_freeze(gd_params *p, const char *prefix);
bool gd_params_unfreeze(gd_params *p, const char *prefix);

/* gd_params_print - a table: each tensor's name, shape, number of elements, Euclidean norm and that of its gradient,
 * bytes; whether it is frozen or a buffer; other names; and the totals. */
void gd_params_print(FILE *out, gd_params *p);

/* gd_params_equal - do a and b have the same names and shapes, and values that differ by at most tolerance?  NaN equals
 * NaN.  If not, false without a message, and what differs first, in the order of a, in *first (which may be NULL).
 * Errors, with a message: NULL, a tolerance that is negative or NaN. */
typedef struct gd_params_difference {
    const char *name;                       /* of the tensor; it belongs to its model.  NULL: no difference */
    double      largest;                    /* |a - b| in it; infinite where one is missing or has another shape */
    int64_t     element;                    /* where that is, in row-major order; -1: missing, or another shape */
    double      a, b;                       /* the two values there */
} gd_params_difference;

bool gd_params_equal(gd_params *a, gd_params *b, double tolerance, gd_params_difference *first);

/* ---- Layers ---------------------------------------------------------------------------------------------- */

typedef struct gd_linear {
    gd_tensor *weight;                      /* [out, in], "NAME.weight" */
    gd_tensor *bias;                        /* [out],     "NAME.bias" */
} gd_linear;

/* gd_linear_new - weight and bias uniform in +-1/sqrt(in), as PyTorch's nn.Linear.  On failure both are NULL,
 * and gd_linear_apply gives NULL.
 * gd_linear_without_bias - the same with bias NULL, and no parameter of that name: nn.Linear(.., bias=False).
 * gd_linear_apply - y = x weight' + bias:  x [.., in]  ->  y [.., out] */
gd_linear  gd_linear_new(gd_params *p, const char *name, int64_t in, int64_t out);
gd_linear  gd_linear_without_bias(gd_params *p, const char *name, int64_t in, int64_t out);
gd_tensor *gd_linear_apply(const gd_linear *layer, gd_tensor *x);

/* The layers below follow gd_linear: gd_NAME_new adds the tensors to p under "NAME.weight" and so on, with the
 * names, shapes and initial values of PyTorch, so that checkpoints can be exchanged; gd_NAME_apply is a few operations.
 * When gd_NAME_new fails there is a message, and the layer's tensors are NULL; its gd_NAME_apply then returns NULL.
 * Sizes must be at least 1.
 * A layer may also be put together from parameters: the bias of a gd_linear, a convolution or a layer norm may be NULL.
 *     gd_conv1d_layer conv = { .weight = gd_param(net, "conv.weight", w), .stride = 1, .dilation = 1, .groups = 1 };
 */

/* gd_conv2d_new - weight [out, in / groups, height, width] and bias [out], uniform in
 *   +-1/sqrt(in / groups height width).
 * gd_conv2d_without_bias - the same with bias NULL, and no parameter of that name: nn.Conv2d(.., bias=False), as before
 *   a batch norm, which would subtract it again.
 * gd_conv1d_new - the same of one axis: weight [out, in / groups, width].
 * Error: groups that do not divide in and out; apply: see gd_conv2d. */
typedef struct gd_conv2d_layer {
    gd_tensor *weight, *bias;
    gd_conv2d_options options;
} gd_conv2d_layer;

gd_conv2d_layer gd_conv2d_new(gd_params *p, const char *name, int64_t in, int64_t out, int64_t height,
                              int64_t width, gd_conv2d_options options);
gd_conv2d_layer gd_conv2d_without_bias(gd_params *p, const char *name, int64_t in, int64_t out, int64_t height,
                                       int64_t width, gd_conv2d_options options);
gd_tensor *gd_conv2d_apply(const gd_conv2d_layer *layer, gd_tensor *x);     /* [n, in, h, w] -> [n, out, oh, ow] */

typedef struct gd_conv1d_layer {
    gd_tensor *weight, *bias;
    int64_t stride, padding, dilation, groups;
} gd_conv1d_layer;

gd_conv1d_layer gd_conv1d_new(gd_params *p, const char *name, int64_t in, int64_t out, int64_t width,
                              int64_t stride, int64_t padding, int64_t dilation, int64_t groups);
gd_tensor *gd_conv1d_apply(const gd_conv1d_layer *layer, gd_tensor *x);     /* [n, in, length] -> [n, out, ..] */

/* gd_conv_transpose2d_new - weight [in, out / groups, height, width] and bias [out], uniform in
 *   +-1/sqrt(out / groups height width), as PyTorch's.
 * gd_conv_transpose1d_new - the same of one axis: weight [in, out / groups, width].
 * Error: groups that do not divide in and out; apply: see gd_conv_transpose2d. */
typedef struct gd_conv_transpose2d_layer {
    gd_tensor *weight, *bias;
    gd_conv_transpose2d_options options;
} gd_conv_transpose2d_layer;

gd_conv_transpose2d_layer gd_conv_transpose2d_new(gd_params *p, const char *name, int64_t in, int64_t out,
                                                  int64_t height, int64_t width, gd_conv_transpose2d_options options);
gd_tensor *gd_conv_transpose2d_apply(const gd_conv_transpose2d_layer *layer, gd_tensor *x);

typedef struct gd_conv_transpose1d_layer {
    gd_tensor *weight, *bias;
    int64_t stride, padding, output_padding, dilation, groups;
} gd_conv_transpose1d_layer;

gd_conv_transpose1d_layer gd_conv_transpose1d_new(gd_params *p, const char *name, int64_t in, int64_t out,
                                                  int64_t width, int64_t stride, int64_t padding,
                                                  int64_t output_padding, int64_t dilation, int64_t groups);
gd_tensor *gd_conv_transpose1d_apply(const gd_conv_transpose1d_layer *layer, gd_tensor *x);

/* gd_embedding_new - weight [rows, d], normal with mean 0 and deviation 1. */
typedef struct gd_embedding_layer {
    gd_tensor *weight;
} gd_embedding_layer;

gd_embedding_layer gd_embedding_new(gd_params *p, const char *name, int64_t rows, int64_t d);
gd_tensor *gd_embedding_apply(const gd_embedding_layer *layer, gd_tensor *index);    /* [..] -> [.., d] */

/* gd_layer_norm_new - weight of ones and bias of zeros, both of the shape of the axes to be normalised;
 * eps 1e-5. */
typedef struct gd_layer_norm_layer {
    gd_tensor *weight, *bias;
    double eps;
} gd_layer_norm_layer;

gd_layer_norm_layer gd_layer_norm_new(gd_params *p, const char *name, gd_shape shape);
gd_tensor *gd_layer_norm_apply(const gd_layer_norm_layer *layer, gd_tensor *x);

/* gd_batch_norm_new - weight of ones and bias of zeros, [channels]; running_mean of zeros and running_var of ones
 * are buffers: saved, without a gradient.  momentum 0.1, eps 1e-5.  See gd_batch_norm for training. */
typedef struct gd_batch_norm_layer {
    gd_tensor *weight, *bias, *running_mean, *running_var;
    double momentum, eps;
} gd_batch_norm_layer;

gd_batch_norm_layer gd_batch_norm_new(gd_params *p, const char *name, int64_t channels);
gd_tensor *gd_batch_norm_apply(const gd_batch_norm_layer *layer, gd_tensor *x, bool training);

/* gd_group_norm_new - weight of ones and bias of zeros, [channels]; eps 1e-5.  With as many groups as channels it is
 *   an instance norm.  Error: groups that do not divide channels.
 * gd_rms_norm_new - weight of ones of the shape of the axes to be normalised; eps 1e-5. */
typedef struct gd_group_norm_layer {
    gd_tensor *weight, *bias;
    int64_t groups;
    double eps;
} gd_group_norm_layer;

gd_group_norm_layer gd_group_norm_new(gd_params *p, const char *name, int64_t groups, int64_t channels);
gd_tensor *gd_group_norm_apply(const gd_group_norm_layer *layer, gd_tensor *x);

typedef struct gd_rms_norm_layer {
    gd_tensor *weight;
    double eps;
} gd_rms_norm_layer;

gd_rms_norm_layer gd_rms_norm_new(gd_params *p, const char *name, gd_shape shape);
gd_tensor *gd_rms_norm_apply(const gd_rms_norm_layer *layer, gd_tensor *x);

/* gd_dropout_new - p is the probability of dropping an element, in [0, 1]; the layer has no tensors.  A p out of range
 * is reported here and again by gd_dropout_apply.  See gd_dropout for training. */
typedef struct gd_dropout_layer {
    double p;
} gd_dropout_layer;

gd_dropout_layer gd_dropout_new(double p);
gd_tensor *gd_dropout_apply(const gd_dropout_layer *layer, gd_tensor *x, bool training);

/* ---- Recurrent cells: one step of a sequence -----------------------------------------------------------------
 * weight_ih [g hidden, in], weight_hh [g hidden, hidden], bias_ih and bias_hh [g hidden], all uniform in
 * +-1/sqrt(hidden); g is 1, 4 (input, forget, cell, output gate) and 3 (reset, update, new).
 * x [n, in], h and c [n, hidden]; start with gd_zeros.  Below a = weight_ih x + bias_ih and
 * b = weight_hh h + bias_hh.
 *
 *   RNN    h = tanh(a + b)                                                     (J. Elman 1990)
 *   LSTM   c = f c + i g,  h = o tanh(c),  i, f, o sigmoids and g a tanh of a + b
 *                              (S. Hochreiter, J. Schmidhuber 1997; F. Gers, J. Schmidhuber, F. Cummins 2000)
 *   GRU    h = (1 - z) n + z h,  r, z sigmoids of a + b,  n = tanh(a + r b)          (K. Cho et al. 2014) */
typedef struct gd_cell {
    gd_tensor *weight_ih, *weight_hh, *bias_ih, *bias_hh;
} gd_cell;

typedef struct gd_lstm_state {
    gd_tensor *h, *c;
} gd_lstm_state;

gd_cell gd_rnn_new(gd_params *p, const char *name, int64_t in, int64_t hidden);
gd_cell gd_lstm_new(gd_params *p, const char *name, int64_t in, int64_t hidden);
gd_cell gd_gru_new(gd_params *p, const char *name, int64_t in, int64_t hidden);
gd_tensor    *gd_rnn_apply(const gd_cell *cell, gd_tensor *x, gd_tensor *h);
gd_lstm_state gd_lstm_apply(const gd_cell *cell, gd_tensor *x, gd_lstm_state state);
gd_tensor    *gd_gru_apply(const gd_cell *cell, gd_tensor *x, gd_tensor *h);

/* ---- Multi-head attention (A. Vaswani et al. 2017, section 3.2.2) ---------------------------------------------
 * query [n, queries, width], key and value [n, keys, width]  ->  [n, queries, width].  The width is split
 * into `heads` parts, each with its own attention (gd_attention), after three affine maps and before a fourth:
 * in_proj_weight [3 width, width] (Xavier uniform), in_proj_bias [3 width] (zeros), out_proj.weight [width, width]
 * (uniform in +-1/sqrt(width)), out_proj.bias (zeros).  Error: heads that do not divide width. */
typedef struct gd_multihead {
    gd_tensor *in_proj_weight, *in_proj_bias, *out_weight, *out_bias;
    int64_t heads;
} gd_multihead;

gd_multihead gd_multihead_new(gd_params *p, const char *name, int64_t width, int64_t heads);
gd_tensor *gd_multihead_apply(const gd_multihead *layer, gd_tensor *query, gd_tensor *key, gd_tensor *value,
                              bool causal);

/* ---- Initial values of weights ------------------------------------------------------------------------------
 * For a weight [out, in, ..], whose other sizes count in both: fan_in = in .., fan_out = out ..
 * gain compensates for the activation that follows: 1 for none, 5/3 for tanh, sqrt(2) for relu.  gd_uniform and
 * gd_normal are in tensor.h.  Errors: fewer than two axes, no elements, gain not positive or too large for gd_real.
 *
 *   xavier      variance gain^2 2 / (fan_in + fan_out)      (X. Glorot, Y. Bengio 2010, eq. 16)
 *   kaiming     variance gain^2 / fan_in                    (K. He, X. Zhang, S. Ren, J. Sun 2015, eq. 10)
 *   orthogonal  [out, the rest] with orthogonal rows, or columns if there are more rows, of length gain
 *                                                           (A. Saxe, J. McClelland, S. Ganguli 2014) */
gd_tensor *gd_xavier_uniform(gd_shape shape, double gain);
gd_tensor *gd_xavier_normal(gd_shape shape, double gain);
gd_tensor *gd_kaiming_uniform(gd_shape shape, double gain);
gd_tensor *gd_kaiming_normal(gd_shape shape, double gain);
gd_tensor *gd_orthogonal(gd_shape shape, double gain);

GD_API_END
#ifdef __cplusplus
}
#endif
#endif
