/* sum_to.h - the inverse of broadcasting, which the engine applies to what rules give.
 *
 * It stands with gd_expand, in operations/expand.c: each is the other's rule. */
#ifndef GRADUS_SUM_TO_H
#define GRADUS_SUM_TO_H

#include "gradus/tensor.h"

/* gi_sum_to - x summed over the axes along which the shape of like was broadcast to x's; has that shape. */
gd_tensor *gi_sum_to(gd_tensor *x, const gd_tensor *like);
void gi_sum_to_numbers(gd_real *y, const gd_tensor *x, const gd_tensor *like);      /* y: contiguous, like like */

#endif
