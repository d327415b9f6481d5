/* memory.h - the one door to malloc: blocks booked on their owner, and arenas, which are freed as a whole. */
#ifndef GRADUS_MEMORY_H
#define GRADUS_MEMORY_H

#include "alive.h"
#include "compiler.h"

/* ---- Blocks ------------------------------------------------------------------- */

typedef enum gd_owner {
    GD_SCOPES, GD_PROGRAM, GD_MODELS, GD_OPTIMIZERS, GD_DATA, GD_PLOTS, GD_OWNERS
} gd_owner;

/* gd_memory_new - bytes from malloc, booked on owner; 64-byte aligned, not set.
 * gd_memory_resize - the same block with another size (p may be NULL); p stays valid when it fails.
 * gd_memory_free - gives it back; NULL is fine.
 * On failure NULL, and the message "out of memory: .. bytes for ..". */
void *gd_memory_new(gd_owner owner, size_t bytes);
void *gd_memory_resize(gd_owner owner, void *p, size_t bytes);
void  gd_memory_free(void *p);

/* ---- Arenas: memory that is freed as a whole ------------------------------------------------------------ */

typedef struct gd_chunk gd_chunk;

struct gd_arena {
    char     *at, *end;                     /* free part of the newest chunk */
    gd_chunk *chunks;                       /* newest first */
    gd_arena *parent;                       /* the scope around this one */
    gd_node  *tape;                         /* newest node when the scope began */
    const gd_node *rule;                    /* the node whose rule opened the scope */
    void     *graph_leaves;                 /* leaves elsewhere whose grad lies in here, */
    void    (*settle)(gd_arena *);          /* and what sees to them when the scope closes */
    gd_owner  owner;
    bool      by_hand;                      /* opened by gd_scope_begin, not by GD_SCOPE */
    bool      recycles;                     /* scratch memory of a backward pass, see recycle.c */
};

void  gd_arena_init(gd_arena *arena, gd_owner owner);
void  gd_arena_free(gd_arena *arena);                       /* every chunk goes back to the pool, or to malloc */
void *gd_arena_grow(gd_arena *arena, size_t bytes, size_t whole);      /* the slow way of gd_arena_take */

void  gd_pool_free(void);                                   /* chunks waiting for a scope go back to malloc */

#define GD_ALIGN 16u

/* gd_arena_take - bytes from the arena, aligned to GD_ALIGN, not set; NULL when memory is out. */
static inline void *gd_arena_take(gd_arena *arena, size_t bytes)
{
    const size_t whole = ((bytes + GD_ALIGN - 1) & ~(size_t)(GD_ALIGN - 1)) + GD_FENCE;
    if (GD_UNLIKELY(whole > (size_t)(arena->end - arena->at)))
        return gd_arena_grow(arena, bytes, whole);
    char *p = arena->at;
    arena->at += whole;
    gd_unpoison(p, bytes);
    return p;
}

#endif
