/* recycle.h - scratch memory of a backward pass, reused as soon as nothing refers to it. */
#ifndef GRADUS_RECYCLE_H
#define GRADUS_RECYCLE_H

#include <stdbool.h>

#include "base/quarantine.h"
#include "gradus/tensor.h"
#include "new.h"

/* gi_recycle - frees t, a temporary of a backward pass, for the next tensor of its size. */
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
bool gi_recycle_ready(void);                /* makes the lists; false, with a message, when memory is out */
void gi_recycle_forget(void);               /* empties them at the end of the pass */

#endif
