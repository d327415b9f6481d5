/* matrices.h - tensors seen as matrices along their last two axes, repeated over the others. */
#ifndef GRADUS_MATRICES_H
#define GRADUS_MATRICES_H

#include "autograd/node.h"
#include "gradus/tensor.h"

/* gi_outer_axes - t without its last two axes: those over which a product is repeated. */
static inline gd_tensor gi_outer_axes(const gd_tensor *t)
{
    gd_tensor outer = *t;
    outer.ndim -= 2;
    return outer;
}

/* gi_swapped - t', the last two axes exchanged; NULL for NULL. */
static inline gd_tensor *gi_swapped(gd_tensor *t)
{
    return gd_transpose(t, -2, -1);
}

#endif
