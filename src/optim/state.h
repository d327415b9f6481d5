/* state.h - the shape of a state. */
#ifndef GRADUS_OPTIM_STATE_H
#define GRADUS_OPTIM_STATE_H

#include <stdbool.h>

#include "gradus/tensor.h"

/* gi_has_shape - t is there and has this shape. */
bool gi_has_shape(const gd_tensor *t, gd_shape shape);

#endif
