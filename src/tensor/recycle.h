/* recycle.h - scratch memory of a backward pass, used again as soon as nobody holds it. */
#ifndef GRADUS_RECYCLE_H
#define GRADUS_RECYCLE_H

#include <stdbool.h>

#include "base/quarantine.h"
#include "gradus/tensor.h"
#include "new.h"

/* gi_recycle - t's memory is free for the next tensor of its size; t is a temporary of a backward pass. */
void gi_recycle_other(gd_tensor *t);
static inline void gi_recycle(gd_tensor *t)
{
    gi_gone(t);
    if (t->base != t || t->data == (gd_real *)(void *)(t + 1)) {
        gi_fence(t + 1, (char *)(t + 1) + GI_SMALL_BYTES);
        t->slot = gi_thread.small;
        gi_thread.small = t;
    } else {
        gi_recycle_other(t);
    }
}
bool gi_recycle_ready(void);                /* the lists are there; false, with a message, when memory is out */
void gi_recycle_forget(void);               /* at the end of the pass: nothing is free any more */

#endif
