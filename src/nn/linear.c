/* linear.c - the fully connected layer. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/message.h"
#include "base/thread_state.h"
#include "gradus/tensor.h"
#include "params.h"
#include "tensor/alive.h"
#include "tensor/check.h"

/* "NAME.suffix" in the current scope. */
static const char *joined(const char *name, const char *suffix)
{
    size_t length = strlen(name) + strlen(suffix) + 2;
    char *text = gi_arena_take(gi_current_scope(), length);
    if (text)
        snprintf(text, length, "%s.%s", name, suffix);
    return text;
}

gd_linear gd_linear_new(gd_params *p, const char *name, int64_t in, int64_t out)
{
    const gd_linear none = { NULL, NULL };
    if (!gi_given("gd_linear_new", "p", p) || !gi_not_null("gd_linear_new", "name", name))
        return none;
    if (in < 1 || out < 1) {
        gd_fail("gd_linear_new: \"%s\": in = %" PRId64 " and out = %" PRId64 " must be at least 1", name, in, out);
        return none;
    }
    if (!gd_scope_begin())
        return none;
    gi_params_place mark = gi_params_mark(p);
    double bound = 1 / sqrt((double)in);
    gd_linear layer = none;
    layer.weight = gd_param(p, joined(name, "weight"), gd_uniform(GD_SHAPE(out, in), -bound, bound));
    layer.bias = layer.weight ? gd_param(p, joined(name, "bias"), gd_uniform(GD_SHAPE(out), -bound, bound)) : NULL;
    gd_scope_end();
    if (!layer.bias)
        gi_params_back(p, &mark);
    return layer.bias ? layer : none;
}

gd_tensor *gd_linear_apply(const gd_linear *layer, gd_tensor *x)
{
    if (!gi_not_null("gd_linear_apply", "layer", layer) || !gi_alive("gd_linear_apply", "x", x)
        || !gi_alive("gd_linear_apply", "layer->weight", layer->weight)
        || !gi_alive("gd_linear_apply", "layer->bias", layer->bias))
        return NULL;
    return gd_affine(x, layer->weight, layer->bias);
}
