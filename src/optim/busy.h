/* busy.h - while a step runs, the user's functions that it calls must not change the optimizer. */
#ifndef GRADUS_OPTIM_BUSY_H
#define GRADUS_OPTIM_BUSY_H

#include <stdbool.h>

#include "base/compiler.h"
#include "inside.h"

/* gi_busy - true, with a message, inside a step of o, that is in its closure or its algorithm.
 * gi_closure_call - calls the closure; NaN, with a message, when it left a scope or a mode open. */
bool gi_busy_message(const char *function, gd_optimizer *o);
static inline bool gi_busy(const char *function, gd_optimizer *o)
{
    return GI_UNLIKELY(o->inside->busy) && gi_busy_message(function, o);
}

double gi_closure_call(gd_optimizer *o, gd_closure *closure, void *context);

#endif
