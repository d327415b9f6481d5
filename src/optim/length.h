/* length.h - the length (2-norm) of many numbers, with the same bits for any number of threads. */
#ifndef GRADUS_OPTIM_LENGTH_H
#define GRADUS_OPTIM_LENGTH_H

#include <stdint.h>

#include "gradus/tensor.h"

/* gi_squares - x_0^2 + .. + x_(n-1)^2 in double; infinite or 0 where squares leave the range.
 * gi_length - the root of it, computed again with scaled numbers where squares leave the range; infinite or NaN only if
 * an x is, or if the length does not fit a double. */
double gi_squares(int64_t n, const gd_real *x);
double gi_length(int64_t n, const gd_real *x);

#endif
