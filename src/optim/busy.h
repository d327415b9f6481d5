/* busy.h - a step runs, and in it functions of the program. */
#ifndef GRADUS_OPTIM_BUSY_H
#define GRADUS_OPTIM_BUSY_H

#include <stdbool.h>

#include "base/compiler.h"
#include "inside.h"

/* gi_busy - true, with a message, inside of a step of o: of its closure or its algorithm.
 * gi_closure_call - calls the closure as a guest; NaN, with a message, when it left something behind. */
bool gi_busy_indeed(const char *function, gd_optimizer *o);
static inline bool gi_busy(const char *function, gd_optimizer *o)
{
    return GI_UNLIKELY(o->inside->busy) && gi_busy_indeed(function, o);
}

double gi_closure_call(gd_optimizer *o, gd_closure *closure, void *context);

#endif
