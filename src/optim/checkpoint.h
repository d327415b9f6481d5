/* checkpoint.h - names in a checkpoint file, shared by its writer and its reader.
 *
 *     tensors     NAME                        a parameter or buffer
 *                 optimizer/NAME/STATE        a state tensor of a parameter; NAME is empty for shared state
 *     metadata    optimizer                   the algorithm
 *                 optimizer/steps             calls of gd_step
 *                 optimizer/lr/K              learning rate of group K, in order of creation, the first is 0
 *                 optimizer/NAME/NUMBER       step counter, and the algorithm's own numbers
 *                 random                      state of the generator
 *                 loader                      epoch and example
 *
 * Numbers are written as the 16 hexadecimal digits of their bits, so that they come back exactly in any
 * locale and in both builds. */
#ifndef GRADUS_CHECKPOINT_INSIDE_H
#define GRADUS_CHECKPOINT_INSIDE_H

#include "gradus/checkpoint.h"
#include "inside.h"

/* "optimizer/owner/name" in the current scope; NULL when memory is out. */
const char *gd_checkpoint_key(const char *owner, const char *name);

/* The k-th group; NULL past the last. */
gd_group *gd_checkpoint_group(gd_optimizer *o, int k);

#endif
