/* expand.h - a scalar seen with the shape of a tensor. */
#ifndef GRADUS_EXPAND_H
#define GRADUS_EXPAND_H

#include "gradus/tensor.h"

/* gi_expand_scalar - x, of shape [], seen with the shape of like.  Differentiable. */
gd_tensor *gi_expand_scalar(gd_tensor *x, const gd_tensor *like);

#endif
