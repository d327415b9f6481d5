/* memory.h - all allocation: blocks that are counted for their owner, and arenas, which are freed as a whole. */
#ifndef GRADUS_MEMORY_H
#define GRADUS_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

#include "compiler.h"
#include "debug/poison.h"
#include "debug/quarantine.h"

/* ---- Blocks ------------------------------------------------------------------- */

typedef enum gi_owner {
    GI_SCOPES, GI_PROGRAM, GI_MODELS, GI_OPTIMIZERS, GI_DATA, GI_PLOTS, GI_OWNERS
} gi_owner;

/* gi_memory_new - memory from malloc, counted for owner; 64-byte aligned, not initialized.
 * gi_memory_resize - realloc; p stays valid when it fails.
 * gi_memory_free - free; NULL is fine.
 * On failure NULL, and the message "out of memory: .. bytes for ..". */
void *gi_memory_new(gi_owner owner, size_t bytes);
void *gi_memory_resize(gi_owner owner, void *p, size_t bytes);
void  gi_memory_free(void *p);

/* gi_handle_free - gi_memory_free for a model, optimizer, average, loader, plot or open file: in debug builds the block
 * is quarantined, so that its use is detected. */
#ifdef GD_DEBUG
void gi_handle_free(void *p);
#else
#define gi_handle_free(p) gi_memory_free(p)
#endif

/* ---- Arenas: memory that is freed as a whole ------------------------------------------------------------ */

typedef struct gi_chunk gi_chunk;
typedef struct gd_arena gd_arena;
typedef struct gd_node gd_node;

struct gd_arena {
    char     *at, *end;                     /* free part of the newest chunk */
    gi_chunk *chunks;                       /* newest first */
    gd_arena *parent;                       /* the scope around this one */
    gd_node  *tape;                         /* newest node when the scope began */
    const char *rule;                       /* the operation in whose rule the scope was opened */
    void     *graph_leaves;                 /* leaves of other arenas whose grad is in this one, */
    void    (*settle)(gd_arena *);          /* and what detaches them when the scope closes */
    gi_owner  owner;
    bool      by_hand;                      /* opened by gd_scope_begin, not by GD_SCOPE */
    bool      captured;                     /* opened while a step is captured: the program takes it when it closes */
    struct gi_recycler *recycler;           /* of a backward pass's scratch memory, see tensor/recycle.c; or NULL */
};

void  gi_arena_init(gd_arena *arena, gi_owner owner);
gd_arena *gi_arena_new(void);                               /* of a scope; itself the first block of its first chunk */
void  gi_arena_free(gd_arena *arena);                       /* chunks return to the pool, or to malloc */
void *gi_arena_grow(gd_arena *arena, size_t bytes, size_t whole);      /* the slow path of gi_arena_take */

/* gi_arena_take_apart - the same as gi_arena_take, in a chunk of its own; gi_arena_drop frees it before the others. */
void *gi_arena_take_apart(gd_arena *arena, size_t bytes);
void  gi_arena_drop(gd_arena *arena, const void *apart);

void  gi_arena_unfence(gd_arena *arena);                    /* nothing in it is poisoned any more, see debug/poison.h */

void  gi_pool_free(void);                                   /* pooled chunks return to malloc */

/* gi_arena_take - bytes from the arena, aligned to GI_ALIGN, not initialized; NULL when memory is out. */
static inline void *gi_arena_take(gd_arena *arena, size_t bytes)
{
    const size_t whole = ((bytes + GI_ALIGN - 1) & ~(size_t)(GI_ALIGN - 1)) + GI_FENCE;
    if (GI_UNLIKELY(whole > (size_t)(arena->end - arena->at)))
        return gi_arena_grow(arena, bytes, whole);
    char *p = arena->at;
    arena->at += whole;
    gi_unpoison(p, bytes);
    return p;
}

#endif
