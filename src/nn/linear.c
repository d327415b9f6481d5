/* linear.c - the fully connected layer. */
#include <inttypes.h>
#include <math.h>

#include "base/message.h"
#include "gradus/tensor.h"
#include "layer.h"
#include "tensor/alive.h"

static gd_linear linear_new(const char *function, gd_params *p, const char *name, int64_t in, int64_t out,
                            bool with_bias)
{
    const gd_linear none = { NULL, NULL };
    gd_linear layer = none;
    gi_params_place mark;
    if (p && name && (in < 1 || out < 1)) {
        gd_fail("%s: \"%s\": in = %" PRId64 " and out = %" PRId64 " must be at least 1", function, name, in, out);
        return none;
    }
    if (!gi_layer_begin(function, p, name, 0, NULL, NULL, &mark))
        return none;
    double bound = 1 / sqrt((double)in);
    layer.weight = gi_layer_param(p, name, "weight", gd_uniform(GD_SHAPE(out, in), -bound, bound));
    if (layer.weight && with_bias)
        layer.bias = gi_layer_param(p, name, "bias", gd_uniform(GD_SHAPE(out), -bound, bound));
    return gi_layer_end(p, &mark, layer.weight && (layer.bias || !with_bias)) ? layer : none;
}

gd_linear gd_linear_new(gd_params *p, const char *name, int64_t in, int64_t out)
{
    return linear_new("gd_linear_new", p, name, in, out, true);
}

gd_linear gd_linear_without_bias(gd_params *p, const char *name, int64_t in, int64_t out)
{
    return linear_new("gd_linear_without_bias", p, name, in, out, false);
}

gd_tensor *gd_linear_apply(const gd_linear *layer, gd_tensor *x)
{
    if (!gi_not_null("gd_linear_apply", "layer", layer) || !gi_alive("gd_linear_apply", "x", x)
        || !gi_alive("gd_linear_apply", "layer->weight", layer->weight)
        || !gi_alive("gd_linear_apply", "layer->bias", layer->bias))
        return NULL;
    return gd_affine(x, layer->weight, layer->bias);
}
