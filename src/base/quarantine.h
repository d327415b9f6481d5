/* quarantine.h - debug builds (-DGD_DEBUG): memory that nobody may touch, and which places in it hold what is alive.
 *
 * A mark for each tensor header stands outside of the arenas, so that nothing dead has to be read to find out that
 * it is dead.  Between any two blocks of an arena lies a fence, which AddressSanitizer watches where it is compiled
 * in.  Chunks of closed scopes, of freed models, loaders and optimizers wait in a quarantine before malloc gets
 * them back.  In other builds all of this is nothing. */
#ifndef GRADUS_QUARANTINE_H
#define GRADUS_QUARANTINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "poison.h"

#ifdef GD_DEBUG

enum {
    GI_FENCE = 32,                          /* bytes behind each block of an arena */
    GI_QUARANTINES = true                   /* a scope's chunk is not kept for the next scope */
};

/* gi_born - t is alive from now on; its memory must be in a chunk.  gi_gone - and from now on it is not. */
void gi_born(const void *t);
void gi_gone(const void *t);

/* gi_chunk_born - tensors can be born in these bytes, which are owner's (a gi_owner); false when memory is out.
 * gi_chunk_gone - they are dead; block, for gi_chunk_release, waits in the quarantine.  Both for any thread. */
bool gi_chunk_born(const char *start, size_t bytes, int owner);
void gi_chunk_gone(const char *start, void *block);
void gi_chunk_release(void *block);         /* in memory.c */

/* gi_handle_free - gi_memory_free for a model, optimizer, average, loader, plot or open file: the block waits, so that
 * its use is noticed.
 * gi_handle_gone - p waits from now on; gives back what waited longest, to be freed.
 * gi_not_freed - true for NULL; false, and a message, when p is such a block or lies in a chunk that waits. */
void gi_handle_free(void *p);               /* in memory.c */
void *gi_handle_gone(void *p);
bool gi_not_freed(const char *function, const char *argument, const void *p);

/* gi_death - NULL when what begins at p is alive; else what became of it, for a message: "was made in a scope that has
 * ended". */
const char *gi_death(const void *p);

/* gi_chunk_shift - where a chunk's first block begins: from chunk to chunk another place, so that a tensor in
 * memory that is used again seldom lies exactly where a dead one was. */
size_t gi_chunk_shift(void);

/* gi_quarantined - bytes that wait. */
size_t gi_quarantined(void);

/* gi_fence - poisons what lies from, exclusive of to. */
static inline void gi_fence(const void *from, const void *to)
{
    if ((uintptr_t)from < (uintptr_t)to)
        gi_poison((void *)(uintptr_t)from, (uintptr_t)to - (uintptr_t)from);
}

#else

enum { GI_FENCE = 0, GI_QUARANTINES = false };
#define gi_handle_free(p)                      gi_memory_free(p)
#define gi_not_freed(function, argument, p)    true
#define gi_chunk_shift()                       ((size_t)0)
#define gi_born(t)                             ((void)0)
#define gi_gone(t)                             ((void)0)
#define gi_fence(from, to)                     ((void)0)

#endif
#endif
