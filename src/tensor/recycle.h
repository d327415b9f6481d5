/* recycle.h - scratch memory of a backward pass, reused as soon as nothing refers to it. */
#ifndef GRADUS_RECYCLE_H
#define GRADUS_RECYCLE_H

#include <stdbool.h>

#include "base/quarantine.h"
#include "gradus/tensor.h"
#include "new.h"

/* gi_recycle - frees t, a temporary of a backward pass, for the next tensor of its size. */
void gi_recycle_other(gi_recycler *r, gd_tensor *t);
static inline void gi_recycle(gi_recycler *r, gd_tensor *t)
{
    gi_gone(t);
    if (t->base != t || t->data == (gd_real *)(void *)(t + 1)) {
        gi_fence(t + 1, (char *)(t + 1) + GI_SMALL_BYTES);
        t->slot = r->small;
        r->small = t;
    } else {
        gi_recycle_other(r, t);
    }
}

/* gi_new_over - a contiguous tensor of x's shape in the scratch memory of a pass, whose data is elsewhere. */
gd_tensor *gi_new_over(gd_arena *arena, const gd_tensor *x, gd_real *data);

#endif
