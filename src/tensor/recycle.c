/* recycle.c - the scratch memory of a backward pass: what a rule has made and no longer needs is reused at once, while
 * it is still in the cache.
 *
 * Free tensors are kept in lists by size class.  There are four classes an octave, so that at most a fifth of a
 * block is wasted; a tensor's class follows from its size and is not stored.  Also here: allocating tensors that are
 * not small. */
#include <stdbool.h>
#include <string.h>

#include "recycle.h"
#include "alive.h"
#include "base/memory.h"
#include "base/thread_state.h"
#include "debug/quarantine.h"
#include "fields.h"
#include "gradus/tensor.h"

enum { SIZE_CLASSES = 256 };

static int size_class(size_t bytes, size_t *rounded)
{
    int octave = 0;
    for (size_t rest = bytes >> 2; rest > 1; rest >>= 1)
        octave++;
    size_t quarter = (size_t)1 << octave;                   /* bytes is in [4, 8) quarters */
    size_t quarters = (bytes + quarter - 1) / quarter;      /* 4 .. 8 */
    *rounded = quarters * quarter;
    return 4 * octave + (int)quarters - 4;
}

enum { DATA_ALIGN = 64 };

static size_t block_bytes(int64_t numel)
{
    return sizeof(gd_tensor) + (size_t)numel * sizeof(gd_real) + DATA_ALIGN + 1;
}

/* The lists come with the first tensor that is not small. */
static gd_tensor **lists(gd_arena *arena)
{
    gi_recycler *r = arena->recycler;
    const size_t bytes = SIZE_CLASSES * sizeof *r->others;
    if (GI_UNLIKELY(!r->others) && (r->others = gi_arena_take(arena, bytes)))
        memset(r->others, 0, bytes);
    return r->others;
}

/* *bytes becomes the size of the block. */
static gd_tensor *take_recycled(gd_arena *arena, size_t *bytes)
{
    gd_tensor **list = lists(arena);
    if (!list)
        return NULL;
    list += size_class(*bytes, bytes);
    gd_tensor *t = *list;
    if (!t)
        return gi_arena_take(arena, *bytes);
    *list = t->slot;
    return t;
}

/* Never just after the header, which is how a small tensor is recognized. */
static gd_real *aligned_data(gd_tensor *t)
{
    uintptr_t start = (uintptr_t)(t + 1) + 1;
    size_t gap = (size_t)(-start & (DATA_ALIGN - 1));
    return (gd_real *)(void *)((char *)(t + 1) + 1 + gap);
}

/* A header whose data has a chunk of its own. */
static GI_COLD gd_tensor *take_apart(gd_arena *arena, int64_t numel)
{
    gd_tensor *t = gi_arena_take(arena, sizeof *t);
    if (!t || !(t->data = gi_arena_take_apart(arena, (size_t)numel * sizeof *t->data)))
        return NULL;
    gi_init_tensor(t, arena, numel);
    return t;
}

int64_t gi_least_apart = 4096;

gd_tensor *gi_take_other(gd_arena *arena, int64_t numel)
{
    if (GI_UNLIKELY(gi_lies_apart(arena, numel)))
        return take_apart(arena, numel);
    size_t bytes = block_bytes(numel);
    gd_tensor *t = arena->recycler ? take_recycled(arena, &bytes) : gi_arena_take(arena, bytes);
    if (!t)
        return NULL;
    t->data = aligned_data(t);
    gi_init_tensor(t, arena, numel);
    gi_fence_data(t, (char *)t + bytes);
    return t;
}

gd_tensor *gi_new_over(gd_arena *arena, const gd_tensor *x, gd_real *data)
{
    size_t bytes = sizeof(gd_tensor);
    gd_tensor *t = take_recycled(arena, &bytes);
    if (!t)
        return NULL;
    t->data = data;
    gi_init_tensor(t, arena, x->numel);
    gi_set_row_major(t, x->ndim, x->shape);
    return t;
}

void gi_recycle_other(gi_recycler *r, gd_tensor *t)
{
    const bool own = t->data == aligned_data(t);            /* else its data is elsewhere, see gi_new_over */
    size_t rounded;
    gd_tensor **list = r->others + size_class(own ? block_bytes(t->numel) : sizeof(gd_tensor), &rounded);
    gi_fence(t + 1, (char *)t + rounded);
    t->slot = *list;
    *list = t;
}
