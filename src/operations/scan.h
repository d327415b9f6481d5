/* scan.h - the linear recurrence behind running sums and products. */
#ifndef GRADUS_SCAN_H
#define GRADUS_SCAN_H

#include "gradus/tensor.h"

/* gi_running_line - y_j = b_j + a_j y_(j-1) along an axis, or y_j = b_j + a_j y_(j+1) when backwards; the first a, or
 * when backwards the last, is not used.  a and b have the same shape; differentiable. */
gd_tensor *gi_running_line(gd_tensor *b, gd_tensor *a, int axis, bool backwards);

#endif
