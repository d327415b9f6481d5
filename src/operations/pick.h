/* pick.h - putting elements by index, the opposite of gd_gather. */
#ifndef GRADUS_PICK_H
#define GRADUS_PICK_H

#include "gradus/tensor.h"

/* gi_put_at - zeros of the given shape to which x, of the shape of index, is added at index along an axis;
 * differentiable by x.  index has been checked as by gd_gather and is constant. */
gd_tensor *gi_put_at(gd_tensor *x, gd_shape shape, int axis, gd_tensor *index);

#endif
