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
#include "base/quarantine.h"
#include "base/thread_state.h"
#include "gradus/tensor.h"
#include "new.h"

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

/* *bytes becomes the size of the block. */
static gd_tensor *take_recycled(gd_arena *arena, size_t *bytes)
{
    int class = size_class(*bytes, bytes);
    gd_tensor *t = gi_thread.recycled[class];
    if (t)
        gi_thread.recycled[class] = t->slot;
    else
        t = gi_arena_take(arena, *bytes);
    return t;
}

/* Never just after the header, which is how a small tensor is recognized. */
static gd_real *aligned_data(gd_tensor *t)
{
    uintptr_t start = (uintptr_t)(t + 1) + 1;
    size_t gap = (size_t)(-start & (DATA_ALIGN - 1));
    return (gd_real *)(void *)((char *)(t + 1) + 1 + gap);
}

gd_tensor *gi_take_other(gd_arena *arena, int64_t numel)
{
    bool target = arena->recycles && numel == gi_thread.target_numel && gi_thread.target;
    size_t bytes = target ? sizeof(gd_tensor) : block_bytes(numel);
    gd_tensor *t = arena->recycles ? take_recycled(arena, &bytes) : gi_arena_take(arena, bytes);
    if (!t)
        return NULL;
    if (target) {
        t->data = gi_thread.target;
        gi_thread.target = NULL;
    } else {
        t->data = aligned_data(t);
    }
    gi_init_tensor(t, arena, numel);
    if (!target)
        gi_fence_data(t, (char *)t + bytes);
    return t;
}

void gi_recycle_other(gd_tensor *t)
{
    bool own = t->data == aligned_data(t);                  /* else its data is elsewhere */
    size_t rounded;
    gd_tensor **list = &gi_thread.recycled[size_class(own ? block_bytes(t->numel) : sizeof(gd_tensor), &rounded)];
    gi_fence(t + 1, (char *)t + rounded);
    t->slot = *list;
    *list = t;
    gi_thread.any_recycled = true;
}

bool gi_recycle_ready(void)
{
    const size_t bytes = GI_SIZE_CLASSES * sizeof *gi_thread.recycled;
    if (gi_thread.recycled)
        return true;
    gi_thread.recycled = gi_memory_new(GI_PROGRAM, bytes);
    if (gi_thread.recycled)
        memset(gi_thread.recycled, 0, bytes);
    return gi_thread.recycled;
}

void gi_recycle_forget(void)
{
    gi_thread.small = NULL;
    gi_thread.temporaries = NULL;
    if (gi_thread.any_recycled)
        memset(gi_thread.recycled, 0, GI_SIZE_CLASSES * sizeof *gi_thread.recycled);
    gi_thread.any_recycled = false;
}
