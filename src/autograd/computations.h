/* computations.h - the computations that the engine starts, for those who read the list of a captured step. */
#ifndef GRADUS_COMPUTATIONS_H
#define GRADUS_COMPUTATIONS_H

#include "gradus/autograd.h"

/* gi_put_gradient - ->grad of x, in x->grad_memory, becomes value[0]. */
bool gi_put_gradient(gd_tensor *x, gd_tensor *const value[], const void *attributes);

/* gi_fast_again - a fast rule, which writes to the places in the attributes. */
typedef struct gi_fast_call {
    gd_node  *node;
    gd_target to[GD_FAST_INPUTS];
} gi_fast_call;

bool gi_fast_again(gd_tensor *y, gd_tensor *const dy[], const void *attributes);

#endif
