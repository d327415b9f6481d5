/* norm_layers.c - group norm and RMS norm with their parameters. */
#include <inttypes.h>

#include "base/message.h"
#include "gradus/tensor.h"
#include "layer.h"
#include "tensor/alive.h"

gd_group_norm_layer gd_group_norm_new(gd_params *p, const char *name, int64_t groups, int64_t channels)
{
    static const char function[] = "gd_group_norm_new";
    gd_group_norm_layer layer = { NULL, NULL, groups, 1e-5 };
    const gd_group_norm_layer none = layer;
    gi_params_place mark;
    if (!gi_layer_begin(function, p, name, 2, (const int64_t[]){ groups, channels },
                        (const char *const[]){ "groups", "channels" }, &mark))
        return none;
    bool good = channels % groups == 0
                || gd_fail("%s: \"%s\": groups = %" PRId64 " must divide channels = %" PRId64, function, name, groups,
                           channels);
    layer.weight = good ? gi_layer_param(p, name, "weight", gd_ones(GD_SHAPE(channels))) : NULL;
    layer.bias = layer.weight ? gi_layer_param(p, name, "bias", gd_zeros(GD_SHAPE(channels))) : NULL;
    return gi_layer_end(p, &mark, layer.bias != NULL) ? layer : none;
}

gd_tensor *gd_group_norm_apply(const gd_group_norm_layer *layer, gd_tensor *x)
{
    static const char function[] = "gd_group_norm_apply";
    return gi_not_null(function, "layer", layer) && layer->bias && gi_alive(function, "x", x)
                   && gi_alive(function, "layer->weight", layer->weight)
                   && gi_alive(function, "layer->bias", layer->bias)
               ? gd_group_norm(x, layer->groups, layer->weight, layer->bias, layer->eps) : NULL;
}

gd_rms_norm_layer gd_rms_norm_new(gd_params *p, const char *name, gd_shape shape)
{
    static const char function[] = "gd_rms_norm_new";
    gd_rms_norm_layer layer = { NULL, 1e-5 };
    if (shape.ndim < 1 || shape.ndim > GD_MAX_DIMS) {
        gd_fail("%s: \"%s\": shape has %d axes; 1 to %d are expected", function, name ? name : "", shape.ndim,
                GD_MAX_DIMS);
        return layer;
    }
    static const char *const size[GD_MAX_DIMS] = {
        "size 0 of shape", "size 1 of shape", "size 2 of shape", "size 3 of shape",
        "size 4 of shape", "size 5 of shape", "size 6 of shape", "size 7 of shape"
    };
    gi_params_place mark;
    if (!gi_layer_begin(function, p, name, shape.ndim, shape.size, size, &mark))
        return layer;
    layer.weight = gi_layer_param(p, name, "weight", gd_ones(shape));
    gi_layer_end(p, &mark, layer.weight != NULL);
    return layer;
}

gd_tensor *gd_rms_norm_apply(const gd_rms_norm_layer *layer, gd_tensor *x)
{
    static const char function[] = "gd_rms_norm_apply";
    return gi_not_null(function, "layer", layer) && layer->weight && gi_alive(function, "x", x)
                   && gi_alive(function, "layer->weight", layer->weight)
               ? gd_rms_norm(x, layer->weight, layer->eps) : NULL;
}
