/* linear.c - the fully connected layer. */
#include <inttypes.h>

#include "params.h"

/* "NAME.suffix" in the current scope. */
static const char *joined(const char *name, const char *suffix)
{
    size_t length = strlen(name) + strlen(suffix) + 2;
    char *text = gd_arena_take(gd_current_scope(), length);
    if (text)
        snprintf(text, length, "%s.%s", name, suffix);
    return text;
}

gd_linear gd_linear_new(gd_params *p, const char *name, int64_t in, int64_t out)
{
    const gd_linear none = { NULL, NULL };
    if (!gd_given("gd_linear_new", "p", p) || !gd_not_null("gd_linear_new", "name", name))
        return none;
    if (in < 1 || out < 1) {
        gd_fail("gd_linear_new: \"%s\": in = %" PRId64 " and out = %" PRId64 " must be at least 1", name, in, out);
        return none;
    }
    if (!gd_scope_begin())
        return none;
    gd_params_place mark = gd_params_mark(p);
    double bound = 1 / sqrt((double)in);
    gd_linear layer = none;
    layer.weight = gd_param(p, joined(name, "weight"), gd_uniform(GD_SHAPE(out, in), -bound, bound));
    layer.bias = layer.weight ? gd_param(p, joined(name, "bias"), gd_uniform(GD_SHAPE(out), -bound, bound)) : NULL;
    gd_scope_end();
    if (!layer.bias)
        gd_params_back(p, &mark);
    return layer.bias ? layer : none;
}

gd_tensor *gd_linear_apply(const gd_linear *layer, gd_tensor *x)
{
    if (!gd_not_null("gd_linear_apply", "layer", layer) || !gd_alive("gd_linear_apply", "x", x)
        || !gd_alive("gd_linear_apply", "layer->weight", layer->weight)
        || !gd_alive("gd_linear_apply", "layer->bias", layer->bias))
        return NULL;
    return gd_affine(x, layer->weight, layer->bias);
}
