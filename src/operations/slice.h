/* slice.h - the inverse of gd_slice. */
#ifndef GRADUS_SLICE_H
#define GRADUS_SLICE_H

#include "gradus/tensor.h"

/* gi_unslice - x set into zeros of the given shape, at start, start + step, .. of an axis.  Differentiable. */
gd_tensor *gi_unslice(gd_tensor *x, gd_shape shape, int axis, int64_t start, int64_t step);

#endif
