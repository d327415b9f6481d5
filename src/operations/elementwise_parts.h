/* elementwise_parts.h - lines of the table of elementwise.c that no user sees: parts of rules, recorded and
 * differentiable like the others. */
#ifndef GRADUS_ELEMENTWISE_PARTS_H
#define GRADUS_ELEMENTWISE_PARTS_H

#include "gradus/tensor.h"

/* a mask, and 0 where mask is 0 even if a is infinite or NaN: for slopes that are piecewise constant.  NaN in mask
 * stays.  The gradient with respect to mask is 0. */
gd_tensor *gi_masked(gd_tensor *a, gd_tensor *mask);

gd_tensor *gi_same(gd_tensor *a, gd_tensor *b);                 /* a = b, or both are NaN ? 1 : 0 */
gd_tensor *gi_prelu(gd_tensor *a, gd_tensor *b);                /* gd_prelu with a weight that broadcasts */

#endif
