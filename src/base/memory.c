/* memory.c - all allocation of the library: blocks from malloc, counted for their owner, and arenas, which take blocks
 * as chunks and free them all at once.
 *
 * The chunks of a closed scope go to a pool, from which the next scope takes them: a training loop in its steady
 * state does not call malloc.  Regions that are freed as a whole are due to Hanson (1990), "Fast allocation and
 * deallocation of memory based on object lifetimes"; an arena for the tape, to Stan. */
#if defined(__linux__) && !defined(_DEFAULT_SOURCE)
#define _DEFAULT_SOURCE                     /* madvise */
#endif
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#if defined(__linux__)
#include <sys/mman.h>
#endif

#include "memory.h"

#include "compiler.h"
#include "debug/poison.h"
#include "debug/quarantine.h"
#include "gradus/tensor.h"
#include "thread_state.h"

/* ---- Blocks ------------------------------------------------------------------------------------------- */

enum { BLOCK_ALIGN = 64 };                  /* a cache line, and the widest vector */

typedef struct block {                      /* just before the bytes that are returned */
    void    *from_malloc;
    size_t   bytes;
    gi_owner owner;
    unsigned gap;                           /* from from_malloc to the bytes that are returned */
} block;

/* Of the whole process: one thread may free what another has allocated. */
static atomic_size_t live[GI_OWNERS], high_water[GI_OWNERS];

static const char *const owner_names[GI_OWNERS] = {
    "scopes", "the program", "models", "optimizers", "data", "plots"
};

static void book(gi_owner owner, size_t bytes)
{
    size_t now = atomic_fetch_add_explicit(&live[owner], bytes, memory_order_relaxed) + bytes;
    size_t high = atomic_load_explicit(&high_water[owner], memory_order_relaxed);
    while (now > high && !atomic_compare_exchange_weak_explicit(&high_water[owner], &high, now, memory_order_relaxed,
                                                                memory_order_relaxed))
        continue;
}

static void unbook(gi_owner owner, size_t bytes)
{
    atomic_fetch_sub_explicit(&live[owner], bytes, memory_order_relaxed);
}

/* Large blocks begin where a huge page does, and ask for such pages: the first touch of 40 MB takes 6.5 ms instead of
 * 19, and steps that go through megabytes take some hundredths less time, because fewer addresses of pages have to be
 * looked up.  At most one huge page is used beyond what is touched. */
static const size_t least_huge = (size_t)4 << 20;

#if defined(__linux__) && defined(MADV_HUGEPAGE)
static const size_t huge_page = (size_t)2 << 20;

static void in_huge_pages(char *start, size_t bytes)
{
    if (bytes < least_huge)
        return;
    const uintptr_t skipped = -(uintptr_t)start & (huge_page - 1), rest = (bytes - skipped) & ~(huge_page - 1);
    (void)madvise(start + skipped, rest, MADV_HUGEPAGE);        /* advice: failure does not matter */
}

static char *take(size_t bytes)
{
    const size_t whole = (bytes + huge_page - 1) & ~(huge_page - 1);
    if (bytes < least_huge)
        return malloc(bytes);
    return whole >= bytes ? aligned_alloc(huge_page, whole) : NULL;
}
#else
static void in_huge_pages(char *start, size_t bytes)
{
    (void)start, (void)bytes;
}

static char *take(size_t bytes)
{
    return malloc(bytes);
}
#endif

enum { EXTRA = sizeof(block) + BLOCK_ALIGN };

static char *aligned_in(char *start)
{
    uintptr_t address = ((uintptr_t)start + EXTRA) & ~(uintptr_t)(BLOCK_ALIGN - 1);
    return start + (address - (uintptr_t)start);
}

static void *booked(gi_owner owner, char *start, size_t bytes)
{
    char *p = aligned_in(start);
    ((block *)(void *)p)[-1] = (block){ start, bytes, owner, (unsigned)(p - start) };
    gi_fence(p + bytes, start + bytes + EXTRA);
    book(owner, bytes);
    return p;
}

void *gi_memory_new(gi_owner owner, size_t bytes)
{
    char *start = bytes <= SIZE_MAX - EXTRA ? take(bytes + EXTRA) : NULL;
    if (!start)
        return gd_fail("out of memory: %" PRIu64 " bytes for %s", (uint64_t)bytes, owner_names[owner]);
    in_huge_pages(start, bytes + EXTRA);
    return booked(owner, start, bytes);
}

static void unbook_block(const void *p)
{
    const block *b = (const block *)p - 1;
    unbook(b->owner, b->bytes);
}

void gi_memory_free(void *p)
{
    if (!p)
        return;
    unbook_block(p);
    free(((block *)p - 1)->from_malloc);
}

/* realloc often extends the block in place, or remaps pages instead of copying.  The bytes need to be moved only where
 * the new memory has another offset from a cache line. */
void *gi_memory_resize(gi_owner owner, void *p, size_t bytes)
{
    if (!p)
        return gi_memory_new(owner, bytes);
    const block before = ((block *)p)[-1];
    char *start = bytes <= SIZE_MAX - EXTRA ? realloc(before.from_malloc, bytes + EXTRA) : NULL;
    if (!start)
        return gd_fail("out of memory: %" PRIu64 " bytes for %s", (uint64_t)bytes, owner_names[owner]);
    if (aligned_in(start) != start + before.gap)
        memmove(aligned_in(start), start + before.gap, before.bytes < bytes ? before.bytes : bytes);
    unbook(before.owner, before.bytes);
    in_huge_pages(start, bytes + EXTRA);
    return booked(owner, start, bytes);
}

/* ---- Chunks and their pool ------------------------------------------------------------------------------ */

struct gi_chunk {
    gi_chunk *next;
    size_t    bytes;                        /* after this header */
    gi_owner  owner;
};

enum { CHUNK_HEADER = BLOCK_ALIGN };        /* keeps the first byte of a chunk aligned */

static const size_t first_chunk = (size_t)64 << 10, biggest_step = (size_t)64 << 20;

static char *chunk_start(gi_chunk *chunk)
{
    return (char *)chunk + CHUNK_HEADER;
}

#ifdef GD_DEBUG
static const char *const ends[GI_OWNERS] = {
    [GI_SCOPES] = "was made in a scope that has ended",
    [GI_PROGRAM] = "was freed by gd_shutdown, or by the end of its thread",
    [GI_MODELS] = "belonged to a model that has been freed",
    [GI_OPTIMIZERS] = "belonged to an optimizer or an average that has been freed",
    [GI_DATA] = "belonged to a loader that has been freed",
    [GI_PLOTS] = "belonged to a plot that has been freed",
};
#endif

/* Returns a chunk to malloc, in debug builds after its time in the quarantine, where it does not count as live.  used:
 * bytes at its start that were handed out. */
#ifdef GD_DEBUG
static void free_chunk(gi_chunk *chunk, size_t used)
{
    gi_poison(chunk_start(chunk), used);
    gi_forbid(chunk_start(chunk), chunk->bytes);
    unbook_block(chunk);
    gi_chunk_gone(chunk_start(chunk), ((block *)(void *)chunk - 1)->from_malloc);
}

void gi_handle_free(void *p)
{
    if (!p)
        return;
    unbook_block(p);
    block *old = gi_handle_gone(p);
    if (old)
        free(old[-1].from_malloc);
}
#else
static void free_chunk(gi_chunk *chunk, size_t used)
{
    (void)used;
    gi_unpoison(chunk_start(chunk), chunk->bytes);
    gi_memory_free(chunk);
}
#endif

static gi_chunk *chunk_from_pool(size_t bytes)
{
    for (gi_chunk **link = &gi_thread.pool; *link; link = &(*link)->next)
        if ((*link)->bytes >= bytes) {
            gi_chunk *chunk = *link;
            *link = chunk->next;
            return chunk;
        }
    return NULL;
}

static void chunk_to_pool(gi_chunk *chunk)
{
    gi_poison(chunk_start(chunk), chunk->bytes);
    gi_chunk **link = &gi_thread.pool;
    while (*link && (*link)->bytes < chunk->bytes)
        link = &(*link)->next;
    chunk->next = *link;
    *link = chunk;
}

static gi_chunk *new_chunk(gi_owner owner, size_t bytes)
{
    gi_chunk *chunk = gi_memory_new(owner, CHUNK_HEADER + bytes);
    if (!chunk)
        return NULL;
    chunk->bytes = bytes;
    chunk->owner = owner;
    gi_forbid(chunk_start(chunk), bytes);
#ifdef GD_DEBUG
    if (!gi_chunk_born(chunk_start(chunk), bytes, ends[owner], owner == GI_DATA)) {
        gi_memory_free(chunk);
        return gd_fail("out of memory: %zu bytes for %s", bytes, owner_names[owner]);
    }
#endif
    return chunk;
}

void gi_pool_free(void)
{
    while (gi_thread.pool) {
        gi_chunk *chunk = gi_thread.pool;
        gi_thread.pool = chunk->next;
        free_chunk(chunk, chunk->bytes);
    }
}

/* ---- Arenas ------------------------------------------------------------------------------------------------ */

/* Any chunk is large enough for an arena, so that the first one of the pool will do. */
gd_arena *gi_arena_new(void)
{
    const size_t whole = ((sizeof(gd_arena) + GI_ALIGN - 1) & ~(size_t)(GI_ALIGN - 1)) + GI_FENCE;
    gi_chunk *chunk = gi_thread.pool;
    if (chunk)
        gi_thread.pool = chunk->next;
    else if (!(chunk = new_chunk(GI_SCOPES, first_chunk)))
        return NULL;
    char *p = chunk_start(chunk) + gi_chunk_shift();
    gi_unpoison(p, sizeof(gd_arena));
    chunk->next = NULL;
    gd_arena *arena = (gd_arena *)(void *)p;
    *arena = (gd_arena){ .at = p + whole, .end = chunk_start(chunk) + chunk->bytes, .chunks = chunk,
                         .owner = GI_SCOPES };
    return arena;
}

/* Even without a chunk, 0 bytes need an address: NULL would mean that memory is out. */
void gi_arena_init(gd_arena *arena, gi_owner owner)
{
    static _Alignas(GI_ALIGN) char nothing[GI_ALIGN];
    *arena = (gd_arena){ .owner = owner, .at = nothing, .end = nothing };
}

/* What is made while no scope is open stays: a loop without GD_SCOPE would use up all memory silently.  Large data
 * sets, a few tensors, are meant to stay: a chunk that is bigger than usual counts as a usual one. */
static atomic_size_t warn_above = (size_t)1 << 30;

void gd_set_memory_warning(size_t bytes)
{
    atomic_store(&warn_above, bytes);
}

static GI_COLD void look_at_program(const gd_arena *arena)
{
    size_t sum = 0, most = atomic_load(&warn_above);
    for (const gi_chunk *chunk = arena->chunks; chunk; chunk = chunk->next)
        sum += chunk->bytes < biggest_step ? chunk->bytes : biggest_step;
    if (most && sum > most && atomic_compare_exchange_strong(&warn_above, &most, 0))
        gd_notice("warning: what was made while no scope was open has passed %zu bytes and stays until gd_shutdown; is "
                  "GD_SCOPE missing in a loop?  (gd_set_memory_warning sets this limit)", most);
}

/* Chunks double in size, so that their number is logarithmic in what a scope needs; those above 1 MB are large enough
 * for huge pages. */
void *gi_arena_grow(gd_arena *arena, size_t bytes, size_t whole)
{
    if (bytes > SIZE_MAX / 2)
        return gd_fail("out of memory: %" PRIu64 " bytes for %s", (uint64_t)bytes, owner_names[arena->owner]);
    const size_t shift = gi_chunk_shift();
    whole += shift;
    gi_chunk *chunk = arena->owner == GI_SCOPES ? chunk_from_pool(whole) : NULL;
    if (!chunk) {
        size_t want = arena->chunks ? 2 * arena->chunks->bytes : first_chunk;
        if (want > least_huge / 4)
            want = want < least_huge ? least_huge : want < biggest_step ? want : biggest_step;
        chunk = new_chunk(arena->owner, whole > want ? whole : want);
        if (!chunk)
            return NULL;
    }
    chunk->next = arena->chunks;
    arena->chunks = chunk;
    char *p = chunk_start(chunk) + shift;
    arena->at = p + (whole - shift);
    arena->end = chunk_start(chunk) + chunk->bytes;
    gi_unpoison(p, bytes);
    if (GI_UNLIKELY(arena->owner == GI_PROGRAM))
        look_at_program(arena);
    return p;
}

/* Behind the newest chunk, which goes on to be used.  Any chunk can become a new arena, see gi_arena_new. */
void *gi_arena_take_apart(gd_arena *arena, size_t bytes)
{
    const size_t least = 1024;
    gi_chunk *chunk = arena->chunks ? new_chunk(arena->owner, bytes < least ? least : bytes) : NULL;
    if (!chunk)
        return arena->chunks ? NULL : gi_arena_take(arena, bytes);
    chunk->next = arena->chunks->next;
    arena->chunks->next = chunk;
    gi_unpoison(chunk_start(chunk), bytes);
    return chunk_start(chunk);
}

void gi_arena_drop(gd_arena *arena, const void *apart)
{
    for (gi_chunk **link = &arena->chunks; *link; link = &(*link)->next) {
        gi_chunk *chunk = *link;
        if (chunk_start(chunk) != (const char *)apart)
            continue;
        *link = chunk->next;
        free_chunk(chunk, chunk->bytes);
        return;
    }
}

void gi_arena_unfence(gd_arena *arena)
{
    for (gi_chunk *chunk = arena->chunks; chunk; chunk = chunk->next)
        gi_unpoison(chunk_start(chunk), chunk->bytes);
}

void gi_arena_free(gd_arena *arena)
{
    gi_chunk *chunk = arena->chunks;        /* arena itself may lie in one of them */
    size_t used = chunk ? (size_t)(arena->at - chunk_start(chunk)) : 0;
    while (chunk) {
        gi_chunk *next = chunk->next;
        if (chunk->owner == GI_SCOPES && !GI_QUARANTINES)
            chunk_to_pool(chunk);
        else
            free_chunk(chunk, used);
        chunk = next;
        used = chunk ? chunk->bytes : 0;
    }
}

/* ---- Report ---------------------------------------------------------------------------------------------- */

size_t gd_memory_live(void)
{
    size_t sum = 0;
    for (int i = 0; i < GI_OWNERS; i++)
        sum += atomic_load_explicit(&live[i], memory_order_relaxed);
    return sum;
}

void gd_memory_report(FILE *out)
{
    if (!out)
        return;
    size_t pooled = 0;
    for (const gi_chunk *chunk = gi_thread.pool; chunk; chunk = chunk->next)
        pooled += chunk->bytes;
    fprintf(out, "%-12s %15s %15s\n", "owner", "live bytes", "high water");
    for (int i = 0; i < GI_OWNERS; i++)
        fprintf(out, "%-12s %15" PRIu64 " %15" PRIu64 "\n", owner_names[i],
                (uint64_t)atomic_load_explicit(&live[i], memory_order_relaxed),
                (uint64_t)atomic_load_explicit(&high_water[i], memory_order_relaxed));
    fprintf(out, "of which %" PRIu64 " bytes wait for the next scope\n", (uint64_t)pooled);
#ifdef GD_DEBUG
    fprintf(out, "beside them %" PRIu64 " bytes of closed scopes and freed owners are kept, so that their use "
            "is noticed\n",
            (uint64_t)gi_quarantined());
#endif
}
