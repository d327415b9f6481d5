/* quarantine.c - debug builds: what is alive, and freed memory that is not reused yet; see quarantine.h. */
#include "quarantine.h"

#ifdef GD_DEBUG
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* A chunk.  Threads share the tensors of models, so that the lists are the process's, protected by one lock. */
typedef struct life {
    struct life  *next, *before;            /* in its list */
    uintptr_t     start;
    size_t        bytes;
    const char   *end;                      /* why what was in it is dead */
    bool          has_handle;
    void         *block;                    /* from malloc, to be freed after the quarantine */
    unsigned char mark[];                   /* a bit for each address at which a header may begin */
} life;

static life *living;                        /* the most recently used first */
static life *oldest, *newest;               /* of the quarantine */
static size_t waiting;                      /* bytes in it */

static const size_t quarantine = (size_t)64 << 20;

static atomic_flag lock = ATOMIC_FLAG_INIT;

static void take_lock(void)
{
    while (atomic_flag_test_and_set_explicit(&lock, memory_order_acquire))
        ;
}

static void leave_lock(void)
{
    atomic_flag_clear_explicit(&lock, memory_order_release);
}

/* ---- Chunks -------------------------------------------------------------------------------------------------- */

static void put_first(life *l)
{
    l->before = NULL;
    l->next = living;
    if (living)
        living->before = l;
    living = l;
}

static void take_out(life *l)
{
    *(l->before ? &l->before->next : &living) = l->next;
    if (l->next)
        l->next->before = l->before;
}

static life *life_around(const void *p)
{
    uintptr_t at = (uintptr_t)p;
    for (life *l = living; l; l = l->next)
        if (at - l->start < l->bytes) {
            take_out(l);
            put_first(l);
            return l;
        }
    return NULL;
}

bool gi_chunk_born(const char *start, size_t bytes, const char *end, bool has_handle)
{
    size_t marks = bytes / GI_ALIGN / 8 + 1;
    life *l = malloc(sizeof *l + marks);
    if (!l)
        return false;
    memset(l, 0, sizeof *l + marks);
    l->start = (uintptr_t)start;
    l->bytes = bytes;
    l->end = end;
    l->has_handle = has_handle;
    take_lock();
    put_first(l);
    leave_lock();
    return true;
}

/* The oldest one, if the quarantine is over its limit. */
static life *beyond_quarantine(void)
{
    life *l = oldest;
    if (waiting <= quarantine || !l)
        return NULL;
    oldest = l->next;
    if (!oldest)
        newest = NULL;
    waiting -= l->bytes;
    return l;
}

void gi_chunk_gone(const char *start, void *block)
{
    take_lock();
    life *l = life_around(start);
    if (!l) {
        leave_lock();
        return;
    }
    take_out(l);
    l->block = block;
    l->next = NULL;
    *(newest ? &newest->next : &oldest) = l;
    newest = l;
    waiting += l->bytes;
    while ((l = beyond_quarantine())) {
        free(l->block);
        free(l);
    }
    leave_lock();
}

enum { HANDLES = 256 };

static void *freed[HANDLES];                /* a ring of the last ones */
static unsigned freed_next;

void *gi_handle_gone(void *p)
{
    take_lock();
    void *old = freed[freed_next % HANDLES];
    freed[freed_next++ % HANDLES] = p;
    leave_lock();
    return old;
}

size_t gi_chunk_shift(void)
{
    static atomic_uint serial;
    return GI_ALIGN * (atomic_fetch_add_explicit(&serial, 1, memory_order_relaxed) * 37 % 251);
}

size_t gi_quarantined(void)
{
    take_lock();
    size_t bytes = waiting;
    leave_lock();
    return bytes;
}

/* ---- What is alive ------------------------------------------------------------------------------------------- */

static bool is_marked(const life *l, const void *p)
{
    uintptr_t offset = (uintptr_t)p - l->start, place = offset / GI_ALIGN;
    return offset % GI_ALIGN == 0 && (l->mark[place / 8] >> place % 8 & 1);
}

static void set_mark(const void *t, bool alive)
{
    take_lock();
    life *l = life_around(t);
    if (l) {
        uintptr_t place = ((uintptr_t)t - l->start) / GI_ALIGN;
        unsigned bit = 1u << place % 8;
        l->mark[place / 8] = (unsigned char)(alive ? l->mark[place / 8] | bit : l->mark[place / 8] & ~bit);
    }
    leave_lock();
}

void gi_born(const void *t)
{
    set_mark(t, true);
}

void gi_gone(const void *t)
{
    set_mark(t, false);
}

static const char unknown[] =
    "is not a tensor that is alive: its scope has ended, or its model or loader has been freed";

static const char *end_of(const void *p)
{
    const life *l = life_around(p);
    if (l)
        return is_marked(l, p) ? NULL : unknown;
    for (l = oldest; l; l = l->next)
        if ((uintptr_t)p - l->start < l->bytes)
            return l->end;
    return unknown;
}

const char *gi_death(const void *p)
{
    take_lock();
    const char *end = end_of(p);
    leave_lock();
    return end;
}

const char *gi_freed(const void *p)
{
    const char *end = NULL;
    const life *l;
    if (!p)
        return NULL;
    take_lock();
    for (l = oldest; l && (uintptr_t)p - l->start >= l->bytes; l = l->next)
        continue;
    if (l)
        end = l->has_handle && !is_marked(l, p) ? "has been freed" : l->end;        /* a loader, a file of tensors */
    for (int i = 0; i < HANDLES && !l; i++)
        if (freed[i] == p)
            end = "has been freed";
    leave_lock();
    return end;
}
#endif
