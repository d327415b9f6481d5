/* quarantine.h - debug builds (-DGD_DEBUG): which tensors are alive, and a quarantine for freed memory.
 *
 * Each tensor header has a mark outside the arenas, so that no dead memory is read to find out whether a tensor is
 * alive.  Between any two blocks of an arena there is a fence, poisoned for AddressSanitizer.  Chunks of closed scopes
 * and of freed models, loaders and optimizers are quarantined before they return to malloc.  In other builds all of
 * this compiles to nothing. */
#ifndef GRADUS_QUARANTINE_H
#define GRADUS_QUARANTINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "poison.h"

#define GI_ALIGN 16u                        /* of each block of an arena */

#ifdef GD_DEBUG

enum {
    GI_FENCE = 32,                          /* bytes after each block of an arena */
    GI_QUARANTINES = true                   /* chunks of scopes are not pooled */
};

/* gi_born - marks t, which must be in a chunk, as alive.  gi_gone - marks it as dead. */
void gi_born(const void *t);
void gi_gone(const void *t);

/* gi_chunk_born - registers a chunk, in which tensors may be made; false when memory is out.  end: why they are dead
 * later, for messages: "was made in a scope that has ended"; has_handle: one that is no tensor may lie in it.
 * gi_chunk_gone - everything in it is dead; block, which is from malloc, is quarantined and then freed.  Both from any
 * thread. */
bool gi_chunk_born(const char *start, size_t bytes, const char *end, bool has_handle);
void gi_chunk_gone(const char *start, void *block);

/* gi_handle_gone - quarantines p, a block of its own; returns the block that has been there longest, to be freed.
 * gi_freed - NULL, or why it is dead, for a message, when p is such a block or lies in a quarantined chunk. */
void *gi_handle_gone(void *p);
const char *gi_freed(const void *p);

/* gi_death - NULL when the tensor at p is alive; else why it is not, for a message. */
const char *gi_death(const void *p);

/* gi_chunk_shift - the offset of a chunk's first block, different from chunk to chunk, so that in reused memory a
 * tensor seldom has the address of a dead one. */
size_t gi_chunk_shift(void);

/* gi_quarantined - bytes in the quarantine. */
size_t gi_quarantined(void);

/* gi_fence - poisons [from, to). */
static inline void gi_fence(const void *from, const void *to)
{
    if ((uintptr_t)from < (uintptr_t)to)
        gi_poison((void *)(uintptr_t)from, (uintptr_t)to - (uintptr_t)from);
}

#else

enum { GI_FENCE = 0, GI_QUARANTINES = false };
#define gi_chunk_shift()                       ((size_t)0)
#define gi_born(t)                             ((void)0)
#define gi_gone(t)                             ((void)0)
#define gi_fence(from, to)                     ((void)0)

#endif
#endif
