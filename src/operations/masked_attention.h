/* masked_attention.h - the weights of attention under a mask, for layers that drop some of them. */
#ifndef GRADUS_MASKED_ATTENTION_H
#define GRADUS_MASKED_ATTENTION_H

#include <stdbool.h>

#include "gradus/tensor.h"

/* gi_attention_weights - softmax(q k' / sqrt(d) + mask), [.., queries, keys], of which gd_masked_attention takes the
 * product with v; mask may be NULL. */
gd_tensor *gi_attention_weights(const char *function, gd_tensor *q, gd_tensor *k, gd_tensor *mask, bool causal);

#endif
