/* layers.c - convolution, embedding and normalisation with their parameters.  The arithmetic is that of the
 * functions of the same names in operations.h. */
#include <inttypes.h>
#include <math.h>

#include "base/message.h"
#include "gradus/tensor.h"
#include "layer.h"
#include "tensor/alive.h"

#define SIZES(...) (const int64_t[]){ __VA_ARGS__ }
#define NAMES(...) (const char *const[]){ __VA_ARGS__ }

/* NULL is alive: a layer may have no bias, and has no weight only if it could not be made. */
#define ALIVE(function, x, weight, bias) \
    (gi_alive(function, "x", x) && gi_alive(function, #weight, weight) && gi_alive(function, #bias, bias))

/* ---- Convolution -------------------------------------------------------------------------------------------- */

/* Weight and bias of a convolution of any number of axes: both uniform in +-1/sqrt(inputs of one output).  With b NULL
 * there is no bias. */
static bool conv_params(const char *function, gd_params *p, const char *name, gd_shape weight, int64_t in,
                        int64_t groups, gd_tensor **w, gd_tensor **b)
{
    int64_t out = weight.size[0];
    double inputs = 1;
    if (groups < 1 || in % groups || out % groups)
        return gd_fail("%s: \"%s\": groups = %" PRId64 " must divide in = %" PRId64 " and out = %" PRId64,
                       function,
                       name, groups, in, out);
    for (int i = 1; i < weight.ndim; i++)
        inputs *= (double)weight.size[i];
    double bound = 1 / sqrt(inputs);
    *w = gi_layer_param(p, name, "weight", gd_uniform(weight, -bound, bound));
    if (!*w || !b)
        return *w != NULL;
    *b = gi_layer_param(p, name, "bias", gd_uniform(GD_SHAPE(out), -bound, bound));
    return *b != NULL;
}

static gd_conv2d_layer conv2d_new(const char *function, gd_params *p, const char *name, int64_t in, int64_t out,
                                  int64_t height, int64_t width, gd_conv2d_options options, bool with_bias)
{
    gd_conv2d_layer layer = { NULL, NULL, options };
    const gd_conv2d_layer none = layer;
    gi_params_place mark;
    if (!gi_layer_begin(function, p, name, 4, SIZES(in, out, height, width), NAMES("in", "out", "height", "width"),
                        &mark))
        return none;
    int64_t groups = options.groups ? options.groups : 1;
    gd_shape weight = GD_SHAPE(out, groups > 0 ? in / groups : 0, height, width);
    bool good = conv_params(function, p, name, weight, in, groups, &layer.weight, with_bias ? &layer.bias : NULL);
    return gi_layer_end(p, &mark, good) ? layer : none;
}

gd_conv2d_layer gd_conv2d_new(gd_params *p, const char *name, int64_t in, int64_t out, int64_t height, int64_t width,
                              gd_conv2d_options options)
{
    return conv2d_new("gd_conv2d_new", p, name, in, out, height, width, options, true);
}

gd_conv2d_layer gd_conv2d_without_bias(gd_params *p, const char *name, int64_t in, int64_t out, int64_t height,
                                       int64_t width, gd_conv2d_options options)
{
    return conv2d_new("gd_conv2d_without_bias", p, name, in, out, height, width, options, false);
}

gd_tensor *gd_conv2d_apply(const gd_conv2d_layer *layer, gd_tensor *x)
{
    return gi_not_null("gd_conv2d_apply", "layer", layer) && layer->weight
                   && ALIVE("gd_conv2d_apply", x, layer->weight, layer->bias)
               ? gd_conv2d(x, layer->weight, layer->bias, layer->options) : NULL;
}

gd_conv1d_layer gd_conv1d_new(gd_params *p, const char *name, int64_t in, int64_t out, int64_t width,
                              int64_t stride,
                              int64_t padding, int64_t dilation, int64_t groups)
{
    gd_conv1d_layer layer = { NULL, NULL, stride, padding, dilation, groups };
    const gd_conv1d_layer none = layer;
    gi_params_place mark;
    if (!gi_layer_begin("gd_conv1d_new", p, name, 3, SIZES(in, out, width), NAMES("in", "out", "width"), &mark))
        return none;
    gd_shape weight = GD_SHAPE(out, groups > 0 ? in / groups : 0, width);
    bool good = conv_params("gd_conv1d_new", p, name, weight, in, groups, &layer.weight, &layer.bias);
    return gi_layer_end(p, &mark, good) ? layer : none;
}

gd_tensor *gd_conv1d_apply(const gd_conv1d_layer *layer, gd_tensor *x)
{
    return gi_not_null("gd_conv1d_apply", "layer", layer) && layer->weight
                   && ALIVE("gd_conv1d_apply", x, layer->weight, layer->bias)
               ? gd_conv1d(x, layer->weight, layer->bias, layer->stride, layer->padding, layer->dilation,
                           layer->groups)
               : NULL;
}

/* ---- Embedding ---------------------------------------------------------------------------------------------- */

gd_embedding_layer gd_embedding_new(gd_params *p, const char *name, int64_t rows, int64_t d)
{
    gd_embedding_layer layer = { NULL };
    gi_params_place mark;
    if (!gi_layer_begin("gd_embedding_new", p, name, 2, SIZES(rows, d), NAMES("rows", "d"), &mark))
        return layer;
    layer.weight = gi_layer_param(p, name, "weight", gd_normal(GD_SHAPE(rows, d), 0, 1));
    gi_layer_end(p, &mark, layer.weight != NULL);
    return layer;
}

gd_tensor *gd_embedding_apply(const gd_embedding_layer *layer, gd_tensor *index)
{
    return gi_not_null("gd_embedding_apply", "layer", layer) && gi_alive("gd_embedding_apply", "index", index)
                   && gi_alive("gd_embedding_apply", "layer->weight", layer->weight)
               ? gd_embedding(layer->weight, index) : NULL;
}

/* ---- Normalisation ------------------------------------------------------------------------------------------ */

gd_layer_norm_layer gd_layer_norm_new(gd_params *p, const char *name, gd_shape shape)
{
    gd_layer_norm_layer layer = { NULL, NULL, 1e-5 };
    const gd_layer_norm_layer none = layer;
    if (shape.ndim < 1 || shape.ndim > GD_MAX_DIMS) {
        gd_fail("gd_layer_norm_new: \"%s\": shape has %d axes; 1 to %d are expected", name ? name : "", shape.ndim,
                GD_MAX_DIMS);
        return none;
    }
    static const char *const size[GD_MAX_DIMS] = {
        "size 0 of shape", "size 1 of shape", "size 2 of shape", "size 3 of shape",
        "size 4 of shape", "size 5 of shape", "size 6 of shape", "size 7 of shape"
    };
    gi_params_place mark;
    if (!gi_layer_begin("gd_layer_norm_new", p, name, shape.ndim, shape.size, size, &mark))
        return none;
    layer.weight = gi_layer_param(p, name, "weight", gd_ones(shape));
    layer.bias = layer.weight ? gi_layer_param(p, name, "bias", gd_zeros(shape)) : NULL;
    return gi_layer_end(p, &mark, layer.bias != NULL) ? layer : none;
}

gd_tensor *gd_layer_norm_apply(const gd_layer_norm_layer *layer, gd_tensor *x)
{
    return gi_not_null("gd_layer_norm_apply", "layer", layer) && layer->weight
                   && ALIVE("gd_layer_norm_apply", x, layer->weight, layer->bias)
               ? gd_layer_norm(x, layer->weight, layer->bias, layer->eps) : NULL;
}

gd_batch_norm_layer gd_batch_norm_new(gd_params *p, const char *name, int64_t channels)
{
    gd_batch_norm_layer layer = { NULL, NULL, NULL, NULL, 0.1, 1e-5 };
    const gd_batch_norm_layer none = layer;
    gi_params_place mark;
    if (!gi_layer_begin("gd_batch_norm_new", p, name, 1, SIZES(channels), NAMES("channels"), &mark))
        return none;
    gd_tensor *zeros = gd_zeros(GD_SHAPE(channels)), *ones = gd_ones(GD_SHAPE(channels));
    layer.weight = gi_layer_param(p, name, "weight", ones);
    layer.bias = layer.weight ? gi_layer_param(p, name, "bias", zeros) : NULL;
    layer.running_mean = layer.bias ? gi_layer_buffer(p, name, "running_mean", zeros) : NULL;
    layer.running_var = layer.running_mean ? gi_layer_buffer(p, name, "running_var", ones) : NULL;
    if (layer.running_var)
        p->entries[p->count - 1].not_negative = true;
    return gi_layer_end(p, &mark, layer.running_var != NULL) ? layer : none;
}

gd_tensor *gd_batch_norm_apply(const gd_batch_norm_layer *layer, gd_tensor *x, bool training)
{
    if (!gi_not_null("gd_batch_norm_apply", "layer", layer) || !layer->running_var
        || !ALIVE("gd_batch_norm_apply", x, layer->weight, layer->bias)
        || !gi_alive("gd_batch_norm_apply", "layer->running_mean", layer->running_mean)
        || !gi_alive("gd_batch_norm_apply", "layer->running_var", layer->running_var))
        return NULL;
    return gd_batch_norm(x, layer->weight, layer->bias, layer->running_mean, layer->running_var, training,
                         layer->momentum, layer->eps);
}

/* ---- Dropout ------------------------------------------------------------------------------------------------ */

gd_dropout_layer gd_dropout_new(double p)
{
    if (!(p >= 0 && p <= 1))
        gd_fail("gd_dropout_new: p = %g must lie in [0, 1]", p);
    return (gd_dropout_layer){ p };
}

gd_tensor *gd_dropout_apply(const gd_dropout_layer *layer, gd_tensor *x, bool training)
{
    return gi_not_null("gd_dropout_apply", "layer", layer) && gi_alive("gd_dropout_apply", "x", x)
               ? gd_dropout(x, layer->p, training) : NULL;
}
