/* sum.h - sums and deviations over a set of axes, for other operations. */
#ifndef GRADUS_SUM_H
#define GRADUS_SUM_H

#include "axes.h"
#include "gradus/tensor.h"

/* gi_sum_over - x summed over a set of axes. */
gd_tensor *gi_sum_over(gd_tensor *x, gi_axes axes);

/* gi_centred - x - mean(x), the mean over a set of axes that are kept; differentiable. */
gd_tensor *gi_centred(const char *function, gd_tensor *x, gi_axes kept);

#endif
