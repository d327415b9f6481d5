/* conv_transpose_layers.c - transposed convolution with its parameters.  The arithmetic is that of the functions of the
 * same names in layer_operations.h. */
#include <inttypes.h>
#include <math.h>

#include "base/message.h"
#include "gradus/tensor.h"
#include "layer.h"
#include "tensor/alive.h"

/* Weight and bias, for any number of axes: both uniform in +-1/sqrt(weight.size[1] ..), PyTorch's fan_in of such a
 * weight.  Its second size is that of a group. */
static bool add_params(const char *function, gd_params *p, const char *name, gd_shape weight, int64_t out,
                       int64_t groups, gd_tensor **w, gd_tensor **b)
{
    *w = *b = NULL;
    double inputs = 1;
    if (groups < 1 || weight.size[0] % groups || out % groups)
        return gd_fail("%s: \"%s\": groups = %" PRId64 " must divide in = %" PRId64 " and out = %" PRId64, function,
                       name, groups, weight.size[0], out);
    weight.size[1] = out / groups;
    for (int i = 1; i < weight.ndim; i++)
        inputs *= (double)weight.size[i];
    double bound = 1 / sqrt(inputs);
    *w = gi_layer_param(p, name, "weight", gd_uniform(weight, -bound, bound));
    *b = *w ? gi_layer_param(p, name, "bias", gd_uniform(GD_SHAPE(out), -bound, bound)) : NULL;
    return *b != NULL;
}

gd_conv_transpose2d_layer gd_conv_transpose2d_new(gd_params *p, const char *name, int64_t in, int64_t out,
                                                  int64_t height, int64_t width, gd_conv_transpose2d_options options)
{
    static const char function[] = "gd_conv_transpose2d_new";
    gd_conv_transpose2d_layer layer = { NULL, NULL, options };
    const gd_conv_transpose2d_layer none = layer;
    gi_params_place mark;
    if (!gi_layer_begin(function, p, name, 4, (const int64_t[]){ in, out, height, width },
                        (const char *const[]){ "in", "out", "height", "width" }, &mark))
        return none;
    bool good = add_params(function, p, name, GD_SHAPE(in, 0, height, width), out, options.groups ? options.groups : 1,
                           &layer.weight, &layer.bias);
    return gi_layer_end(p, &mark, good) ? layer : none;
}

gd_tensor *gd_conv_transpose2d_apply(const gd_conv_transpose2d_layer *layer, gd_tensor *x)
{
    static const char function[] = "gd_conv_transpose2d_apply";
    return gi_not_null(function, "layer", layer) && layer->weight && gi_alive(function, "x", x)
                   && gi_alive(function, "layer->weight", layer->weight)
                   && gi_alive(function, "layer->bias", layer->bias)
               ? gd_conv_transpose2d(x, layer->weight, layer->bias, layer->options) : NULL;
}

gd_conv_transpose1d_layer gd_conv_transpose1d_new(gd_params *p, const char *name, int64_t in, int64_t out,
                                                  int64_t width, int64_t stride, int64_t padding,
                                                  int64_t output_padding, int64_t dilation, int64_t groups)
{
    static const char function[] = "gd_conv_transpose1d_new";
    gd_conv_transpose1d_layer layer = { NULL, NULL, stride, padding, output_padding, dilation, groups };
    const gd_conv_transpose1d_layer none = layer;
    gi_params_place mark;
    if (!gi_layer_begin(function, p, name, 3, (const int64_t[]){ in, out, width },
                        (const char *const[]){ "in", "out", "width" }, &mark))
        return none;
    bool good = add_params(function, p, name, GD_SHAPE(in, 0, width), out, groups, &layer.weight, &layer.bias);
    return gi_layer_end(p, &mark, good) ? layer : none;
}

gd_tensor *gd_conv_transpose1d_apply(const gd_conv_transpose1d_layer *layer, gd_tensor *x)
{
    static const char function[] = "gd_conv_transpose1d_apply";
    return gi_not_null(function, "layer", layer) && layer->weight && gi_alive(function, "x", x)
                   && gi_alive(function, "layer->weight", layer->weight)
                   && gi_alive(function, "layer->bias", layer->bias)
               ? gd_conv_transpose1d(x, layer->weight, layer->bias, layer->stride, layer->padding,
                                     layer->output_padding, layer->dilation, layer->groups)
               : NULL;
}
