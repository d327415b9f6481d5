/* matrices.h - tensors seen as matrices along their last two axes, repeated over the others. */
#ifndef GRADUS_MATRICES_H
#define GRADUS_MATRICES_H

#include "autograd/record.h"
#include "gradus/tensor.h"
#include "tensor/shape.h"

/* gi_outer_sizes - the sizes of t without its last two axes: those over which a product is repeated. */
static inline gi_sizes gi_outer_sizes(const gd_tensor *t)
{
    return (gi_sizes){ t->ndim - 2, t->shape, t };
}

/* gi_outer_strides - the strides of these axes of t in a batch of the given shape. */
static inline void gi_outer_strides(const gd_tensor *t, int ndim, const int64_t *shape, int64_t *stride)
{
    gi_broadcast_strides_of(t->ndim - 2, t->shape, t->stride, ndim, shape, stride);
}

/* gi_swapped - t', the last two axes exchanged; NULL for NULL. */
static inline gd_tensor *gi_swapped(gd_tensor *t)
{
    return gd_transpose(t, -2, -1);
}

#endif
