/* elementwise_parts.h - lines of the table of elementwise.c that no user sees: parts of rules, recorded and
 * differentiable like the others. */
#ifndef GRADUS_ELEMENTWISE_PARTS_H
#define GRADUS_ELEMENTWISE_PARTS_H

#include "gradus/tensor.h"

/* a mask, and 0 where mask is 0 even if a is infinite: for slopes that are constant between jumps.  NaN in mask stays.
 * Not differentiated by mask. */
gd_tensor *gi_masked(gd_tensor *a, gd_tensor *mask);

gd_tensor *gi_same(gd_tensor *a, gd_tensor *b);                 /* a = b, or both are NaN ? 1 : 0 */

#endif
