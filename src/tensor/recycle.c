/* recycle.c - the scratch memory of a backward pass: what a rule made and no longer needs is used again
 * at once, while it is still in the cache.
 *
 * Free tensors wait in lists by size class.  Classes grow by a quarter of an octave, so at most a fifth of a
 * block is wasted; a tensor's class follows from its size, so nothing needs to be stored.  Also here: how
 * tensors that are not small, and views, get their memory. */
#include "core.h"

static int size_class(size_t bytes, size_t *rounded)
{
    int octave = 0;
    for (size_t rest = bytes >> 2; rest > 1; rest >>= 1)
        octave++;
    size_t quarter = (size_t)1 << octave;                   /* bytes lies in [4, 8) quarters */
    size_t quarters = (bytes + quarter - 1) / quarter;      /* 4 .. 8 */
    *rounded = quarters * quarter;
    return 4 * octave + (int)quarters - 4;
}

enum { DATA_ALIGN = 64 };

static size_t block_bytes(int64_t numel)
{
    return sizeof(gd_tensor) + (size_t)numel * sizeof(gd_real) + DATA_ALIGN + 1;
}

/* bytes becomes what it got. */
static gd_tensor *take_recycled(gd_arena *arena, size_t *bytes)
{
    int class = size_class(*bytes, bytes);
    gd_tensor *t = gd_thread.recycled[class];
    if (t)
        gd_thread.recycled[class] = t->slot;
    else
        t = gd_arena_take(arena, *bytes);
    return t;
}

/* Never just behind the header: that is the mark of a small tensor. */
static gd_real *aligned_data(gd_tensor *t)
{
    uintptr_t start = (uintptr_t)(t + 1) + 1;
    size_t gap = (size_t)(-start & (DATA_ALIGN - 1));
    return (gd_real *)(void *)((char *)(t + 1) + 1 + gap);
}

gd_tensor *gd_take_other(gd_arena *arena, int64_t numel)
{
    bool target = arena->recycles && numel == gd_thread.target_numel && gd_thread.target;
    size_t bytes = target ? sizeof(gd_tensor) : block_bytes(numel);
    gd_tensor *t = arena->recycles ? take_recycled(arena, &bytes) : gd_arena_take(arena, bytes);
    if (!t)
        return NULL;
    if (target) {
        t->data = gd_thread.target;
        gd_thread.target = NULL;
    } else {
        t->data = aligned_data(t);
    }
    gd_init_tensor(t, arena, numel);
    if (!target)
        gd_fence_data(t, (char *)t + bytes);
    return t;
}

gd_tensor *gd_new_view(gd_tensor *x, int ndim)
{
    gd_arena *arena = gd_current_scope();
    gd_tensor *t = arena->recycles ? gd_take_small(arena) : gd_arena_take(arena, sizeof *t);
    if (!t)
        return NULL;
    gd_init_tensor(t, arena, x->numel);
    if (arena->recycles)
        gd_fence(t + 1, (char *)(t + 1) + GD_SMALL_BYTES);
    t->base = x->base;
    t->data = x->data;
    t->ndim = ndim;
    memcpy(t->shape, x->shape, sizeof t->shape[0] * (size_t)x->ndim);
    memcpy(t->stride, x->stride, sizeof t->stride[0] * (size_t)x->ndim);
    return t;
}

void gd_recycle_other(gd_tensor *t)
{
    bool own = t->data == aligned_data(t);                  /* else it was written to a target */
    size_t rounded;
    gd_tensor **list = &gd_thread.recycled[size_class(own ? block_bytes(t->numel) : sizeof(gd_tensor), &rounded)];
    gd_fence(t + 1, (char *)t + rounded);
    t->slot = *list;
    *list = t;
    gd_thread.any_recycled = true;
}

bool gd_recycle_ready(void)
{
    const size_t bytes = GD_SIZE_CLASSES * sizeof *gd_thread.recycled;
    if (gd_thread.recycled)
        return true;
    gd_thread.recycled = gd_memory_new(GD_PROGRAM, bytes);
    if (gd_thread.recycled)
        memset(gd_thread.recycled, 0, bytes);
    return gd_thread.recycled;
}

void gd_recycle_forget(void)
{
    gd_thread.small = NULL;
    gd_thread.temporaries = NULL;
    if (gd_thread.any_recycled)
        memset(gd_thread.recycled, 0, GD_SIZE_CLASSES * sizeof *gd_thread.recycled);
    gd_thread.any_recycled = false;
}
