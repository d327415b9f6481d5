/* alive.h - debug builds (-DGD_DEBUG): which tensors are alive, and memory that nobody may touch.
 *
 * A mark for each tensor header stands outside of the arenas, so that nothing dead has to be read to find out that
 * it is dead.  Between any two blocks of an arena lies a fence, which AddressSanitizer watches where it is compiled
 * in.  Chunks of closed scopes, of freed models, loaders and optimizers wait in a quarantine before malloc gets
 * them back.  In other builds all of this is nothing. */
#ifndef GRADUS_ALIVE_H
#define GRADUS_ALIVE_H

#include "gradus/tensor.h"
#include "poison.h"

#ifdef GD_DEBUG

enum {
    GD_FENCE = 32,                          /* bytes behind each block of an arena */
    GD_QUARANTINES = true                   /* a scope's chunk is not kept for the next scope */
};

/* gd_alive - true for NULL and for a tensor that is alive, the one whose data it looks at too; otherwise false, and
 * a message in function's name that says what the argument belonged to. */
bool gd_alive(const char *function, const char *argument, const gd_tensor *t);
bool gd_is_alive(const gd_tensor *t);       /* without a message; false for NULL */
bool gd_all_alive(const char *function, const char *argument, gd_tensor *const ts[], int64_t n);    /* "xs": xs[i] */

/* gd_born - t is alive from now on; its memory must be in a chunk.  gd_gone - and from now on it is not. */
void gd_born(const gd_tensor *t);
void gd_gone(const gd_tensor *t);

/* gd_chunk_born - tensors can be born in these bytes, which are owner's (a gd_owner); false when memory is out.
 * gd_chunk_gone - they are dead; block, for gd_chunk_release, waits in the quarantine.  Both for any thread. */
bool gd_chunk_born(const char *start, size_t bytes, int owner);
void gd_chunk_gone(const char *start, void *block);
void gd_chunk_release(void *block);         /* in memory.c */

/* gd_handle_free - gd_memory_free for a model, optimizer, average, loader, plot or open file: the block waits, so that
 * its use is noticed.
 * gd_handle_gone - p waits from now on; gives back what waited longest, to be freed.
 * gd_not_freed - true for NULL; false, and a message, when p is such a block or lies in a chunk that waits. */
void gd_handle_free(void *p);               /* in memory.c */
void *gd_handle_gone(void *p);
bool gd_not_freed(const char *function, const char *argument, const void *p);

/* gd_chunk_shift - where a chunk's first block begins: from chunk to chunk another place, so that a tensor in
 * memory that is used again seldom lies exactly where a dead one was. */
size_t gd_chunk_shift(void);

/* gd_quarantined - bytes that wait. */
size_t gd_quarantined(void);

/* gd_fence - poisons what lies from, exclusive of to; gd_fence_data - around the data of t in a block of t that ends
 * at end. */
static inline void gd_fence(const void *from, const void *to)
{
    if ((uintptr_t)from < (uintptr_t)to)
        gd_poison((void *)(uintptr_t)from, (uintptr_t)to - (uintptr_t)from);
}

static inline void gd_fence_data(const gd_tensor *t, const void *end)
{
    gd_unpoison((void *)(uintptr_t)(t + 1), (uintptr_t)end - (uintptr_t)(t + 1));
    gd_fence(t + 1, t->data);
    gd_fence(t->data + t->numel, end);
}

#else

enum { GD_FENCE = 0, GD_QUARANTINES = false };
#define gd_alive(function, argument, t)        true
#define gd_all_alive(function, argument, ts, n) true
#define gd_handle_free(p)                      gd_memory_free(p)
#define gd_not_freed(function, argument, p)    true
#define gd_chunk_shift()                       ((size_t)0)
#define gd_born(t)                             ((void)0)
#define gd_gone(t)                             ((void)0)
#define gd_fence(from, to)                     ((void)0)
#define gd_fence_data(t, end)                  ((void)0)

#endif
#endif
