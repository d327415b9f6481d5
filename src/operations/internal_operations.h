/* internal_operations.h - operations that no user sees: parts of rules, and adjoints.  They are recorded and
 * differentiable like the public ones. */
#ifndef GRADUS_INTERNAL_OPERATIONS_H
#define GRADUS_INTERNAL_OPERATIONS_H

#include "gradus/operations.h"

/* a mask, and 0 where mask is 0 even if a is infinite: for slopes that are constant between jumps.  NaN in mask stays.
 * Not differentiated by mask. */
gd_tensor *gi_masked(gd_tensor *a, gd_tensor *mask);

gd_tensor *gi_same(gd_tensor *a, gd_tensor *b);                 /* a = b, or both are NaN ? 1 : 0 */

/* x set into zeros of the given shape, at start, start + step, .. of an axis: the inverse of gd_slice. */
gd_tensor *gi_unslice(gd_tensor *x, gd_shape shape, int axis, int64_t start, int64_t step);

/* y (dy - sum(dy y)) along an axis: the gradient of gd_softmax, in operations. */
gd_tensor *gi_softmax_slope(gd_tensor *dy, gd_tensor *y, int axis);

/* x, of shape [], seen with the shape of like. */
gd_tensor *gi_expand_scalar(gd_tensor *x, const gd_tensor *like);

/* softmax(q k' / sqrt(d) + mask), [.., queries, keys], of which gd_masked_attention takes the product with v; mask may
 * be NULL. */
gd_tensor *gi_attention_weights(const char *function, gd_tensor *q, gd_tensor *k, gd_tensor *mask, bool causal);

#endif
