/* activations.c - activations that are more than a function of one number: gd_prelu has a weight, gd_glu a gate. */
#include <inttypes.h>

#include "gradus/operations.h"
#include "elementwise_parts.h"
#include "tensor/alive.h"
#include "tensor/shape.h"

/* The weight as a tensor that broadcasts: [] for one number, else [channels, 1, ..]. */
static gd_tensor *weight_for(const gd_tensor *x, gd_tensor *weight)
{
    if (weight->numel == 1)
        return gd_reshape(weight, (gd_shape){ 0, { 0 } });
    gd_shape shape = { x->ndim - 1, { weight->numel } };
    for (int i = 1; i < shape.ndim; i++)
        shape.size[i] = 1;
    return gd_reshape(weight, shape);
}

gd_tensor *gd_prelu(gd_tensor *x, gd_tensor *weight)
{
    if (!x || !weight || !gi_alive("gd_prelu", "x", x) || !gi_alive("gd_prelu", "weight", weight))
        return NULL;
    const bool each = weight->ndim == 1 && x->ndim >= 2 && weight->shape[0] == x->shape[1];
    if (weight->numel != 1 && !each)
        return gd_fail("gd_prelu: x is %s and weight is %s: one number is expected, or one for each channel of x",
                       gi_text_of(x).s, gi_text_of(weight).s);
    return gi_prelu(x, weight_for(x, weight));
}

gd_tensor *gd_glu(gd_tensor *x, int axis)
{
    if (!x || !gi_alive("gd_glu", "x", x))
        return NULL;
    const int along = gi_valid_axis("gd_glu", axis, x->ndim);
    if (along < 0)
        return NULL;
    const int64_t size = x->shape[along];
    if (size % 2)
        return gd_fail("gd_glu: x is %s: axis %d has the odd size %" PRId64 " and no halves", gi_text_of(x).s,
                       axis, size);
    gd_tensor *value = gd_slice(x, along, 0, size / 2, 1), *gate = gd_slice(x, along, size / 2, size, 1);
    return gd_mul(value, gd_sigmoid(gate));
}
