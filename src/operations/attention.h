/* attention.h - what gd_attention and gd_self_attention have in common. */
#ifndef GRADUS_ATTENTION_H
#define GRADUS_ATTENTION_H

#include <stdbool.h>

#include "gradus/tensor.h"
#include "kernels/heads.h"

typedef struct gi_attention_attributes {
    gi_attend_sizes sizes;
    gd_real        *p;                      /* the softmax; lives as long as the node */
} gi_attention_attributes;

/* gi_attention_rule - the gradients of q, k and v, those that are wanted, from dy, that of softmax(scale q k') v; in
 * operations, so that they can be differentiated again. */
void gi_attention_rule(const gi_attend_sizes *s, gd_tensor *const qkv[3], gd_tensor *dy, const bool wanted[3],
                       gd_tensor *dx[3]);

#endif
