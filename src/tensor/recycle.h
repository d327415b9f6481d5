/* recycle.h - scratch memory of a backward pass, reused as soon as nothing refers to it. */
#ifndef GRADUS_RECYCLE_H
#define GRADUS_RECYCLE_H

#include <stdbool.h>

#include "alive.h"
#include "base/compiler.h"
#include "base/memory.h"
#include "debug/poison.h"
#include "debug/quarantine.h"
#include "fields.h"
#include "gradus/tensor.h"

enum { GI_SMALL_BYTES = 64 };               /* data of at most this size follows the header: a small tensor */

/* The scratch memory of a backward pass, an arena, hands out again what nobody holds any more: it is in these lists. */
typedef struct gi_recycler {
    gd_tensor *temporaries;                 /* made by the running rule, linked by slot */
    gd_tensor *small;                       /* free small tensors, linked by slot */
    gd_tensor **others;                     /* free others, by size class; NULL before the first */
} gi_recycler;

/* gi_lies_apart - has the data of so many elements a chunk of its own?  While a step is captured that of large tensors
 * has, so that src/capture/lifetimes.c can free it before the rest.  The scratch memory of a backward pass shares its
 * memory anyway. */
extern int64_t gi_least_apart;              /* tests set it */
static inline bool gi_lies_apart(const gd_arena *arena, int64_t numel)
{
    return arena->captured && !arena->recycler && numel >= gi_least_apart;
}

static inline bool gi_is_small(int64_t numel)
{
    return (uint64_t)numel <= GI_SMALL_BYTES / sizeof(gd_real);
}

/* gi_init_tensor - gi_init_fields, and adds a tensor in the scratch memory of a backward pass to the list of
 * temporaries. */
static inline void gi_init_tensor(gd_tensor *t, gd_arena *arena, int64_t numel)
{
    gi_recycler *r = arena->recycler;
    gi_init_fields(t, arena, numel, r ? r->temporaries : NULL);
    if (r)
        r->temporaries = t;
}

/* gi_take_small - memory for a small tensor from the scratch memory of a backward pass. */
static inline gd_tensor *gi_take_small(gd_arena *arena)
{
    gd_tensor *t = arena->recycler->small;
    if (GI_UNLIKELY(!t))
        return gi_arena_take(arena, sizeof(gd_tensor) + GI_SMALL_BYTES);
    arena->recycler->small = t->slot;
    gi_unpoison(t, sizeof(gd_tensor) + GI_SMALL_BYTES);
    return t;
}

/* gi_take_held - a small tensor of scratch memory that is not listed with the temporaries; shape not set. */
static inline gd_tensor *gi_take_held(gd_arena *arena, int64_t numel)
{
    gd_tensor *t = gi_take_small(arena);
    if (GI_UNLIKELY(!t))
        return NULL;
    t->data = (gd_real *)(void *)(t + 1);
    gi_init_fields(t, arena, numel, NULL);
    gi_fence_data(t, (char *)(t + 1) + GI_SMALL_BYTES);
    return t;
}

/* gi_take_other - gi_take_tensor (new.h) for tensors that are not small. */
gd_tensor *gi_take_other(gd_arena *arena, int64_t numel);

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
