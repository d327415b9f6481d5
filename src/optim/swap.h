/* swap.h - while the parameters to be evaluated are swapped in, no step is made and no run saved or loaded. */
#ifndef GRADUS_OPTIM_SWAP_H
#define GRADUS_OPTIM_SWAP_H

#include <stdbool.h>

#include "base/compiler.h"
#include "inside.h"

/* gi_are_swapped - true, with a message, while they are. */
GI_COLD bool gi_swapped_message(const char *function);
static inline bool gi_are_swapped(const char *function, const gd_optimizer *o)
{
    return GI_UNLIKELY(o->inside->swapped) && gi_swapped_message(function);
}

#endif
