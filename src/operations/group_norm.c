/* group_norm.c - group and instance normalisation: each group of channels of an example is a row that gd_layer_norm
 * brings to mean 0 and variance 1. */
#include <inttypes.h>

#include "base/message.h"
#include "gradus/operations.h"
#include "tensor/alive.h"
#include "tensor/shape.h"

static bool fits(const char *function, const gd_tensor *x, const gd_tensor *weight, const gd_tensor *bias, double eps)
{
    if (!gi_alive(function, "x", x) || !gi_alive(function, "weight", weight) || !gi_alive(function, "bias", bias))
        return false;
    if (x->ndim < 2)
        return gd_fail("%s: x is %s: it must be [n, channels, ..]", function, gi_text_of(x).s);
    const gd_tensor *both[] = { weight, bias };
    for (int i = 0; i < 2; i++)
        if (both[i] && (both[i]->ndim != 1 || both[i]->shape[0] != x->shape[1]))
            return gd_fail("%s: x is %s and %s is %s: one number for each channel, [%" PRId64 "], is expected",
                           function, gi_text_of(x).s, i ? "bias" : "weight", gi_text_of(both[i]).s, x->shape[1]);
    return eps >= 0 || gd_fail("%s: eps = %g must not be negative", function, eps);
}

/* t [c] as [c, 1, ..], which broadcasts against [n, c, ..]. */
static gd_tensor *beside_channels(gd_tensor *t, const gd_tensor *x)
{
    return gd_reshape(t, (gd_shape){ x->ndim - 1, { x->shape[1], 1, 1, 1, 1, 1, 1 } });
}

static gd_tensor *normalised(gd_tensor *x, int64_t groups, gd_tensor *weight, gd_tensor *bias, double eps)
{
    const int64_t rows = x->numel ? x->shape[0] * groups : 0, n = rows ? x->numel / rows : 1;
    gd_tensor *y = gd_layer_norm(gd_reshape(x, GD_SHAPE(rows, n)), NULL, NULL, eps);
    y = gd_reshape(y, gd_shape_of_tensor(x));
    y = weight ? gd_mul(y, beside_channels(weight, x)) : y;
    return bias ? gd_add(y, beside_channels(bias, x)) : y;
}

gd_tensor *gd_group_norm(gd_tensor *x, int64_t groups, gd_tensor *weight, gd_tensor *bias, double eps)
{
    static const char function[] = "gd_group_norm";
    if (!x || !fits(function, x, weight, bias, eps))
        return NULL;
    if (groups < 1 || x->shape[1] % groups)
        return gd_fail("%s: x is %s: groups = %" PRId64 " must divide its %" PRId64 " channels", function,
                       gi_text_of(x).s, groups, x->shape[1]);
    return normalised(x, groups, weight, bias, eps);
}

gd_tensor *gd_instance_norm(gd_tensor *x, gd_tensor *weight, gd_tensor *bias, double eps)
{
    static const char function[] = "gd_instance_norm";
    if (!x || !fits(function, x, weight, bias, eps))
        return NULL;
    if (x->numel && x->numel == x->shape[0] * x->shape[1])
        return gd_fail("%s: x is %s: it needs more than one value in each channel of an example", function,
                       gi_text_of(x).s);
    return normalised(x, x->shape[1], weight, bias, eps);
}
