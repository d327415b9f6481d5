/* alive.c - which tensors are alive, in debug builds; see alive.h. */
#include "core.h"

#ifdef GD_DEBUG
#include <inttypes.h>
#include <stdatomic.h>
#include <stdlib.h>

/* What is known of a chunk.  Tensors may be looked at by another thread than made them (a model's), so this is of
 * the process, behind one lock. */
typedef struct life {
    struct life  *next, *before;            /* in the list that it is in */
    uintptr_t     start;
    size_t        bytes;
    int           owner;
    void         *block;                    /* of the quarantine */
    unsigned char mark[];                   /* a bit for each place where a header may begin */
} life;

static life *living;                        /* the last one asked for first */
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

bool gd_chunk_born(const char *start, size_t bytes, int owner)
{
    size_t marks = bytes / GD_ALIGN / 8 + 1;
    life *l = malloc(sizeof *l + marks);
    if (!l)
        return false;
    memset(l, 0, sizeof *l + marks);
    l->start = (uintptr_t)start;
    l->bytes = bytes;
    l->owner = owner;
    take_lock();
    put_first(l);
    leave_lock();
    return true;
}

/* The oldest one, if the quarantine holds more than it may. */
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

void gd_chunk_gone(const char *start, void *block)
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
        gd_chunk_release(l->block);
        free(l);
    }
    leave_lock();
}

enum { HANDLES = 256 };

static void *freed[HANDLES];                /* the last ones, in turn */
static unsigned freed_next;

void *gd_handle_gone(void *p)
{
    take_lock();
    void *old = freed[freed_next % HANDLES];
    freed[freed_next++ % HANDLES] = p;
    leave_lock();
    return old;
}

size_t gd_chunk_shift(void)
{
    static atomic_uint serial;
    return GD_ALIGN * (atomic_fetch_add_explicit(&serial, 1, memory_order_relaxed) * 37 % 251);
}

size_t gd_quarantined(void)
{
    take_lock();
    size_t bytes = waiting;
    leave_lock();
    return bytes;
}

/* ---- Tensors ------------------------------------------------------------------------------------------------- */

static bool is_marked(const life *l, const void *p)
{
    uintptr_t offset = (uintptr_t)p - l->start, place = offset / GD_ALIGN;
    return offset % GD_ALIGN == 0 && (l->mark[place / 8] >> place % 8 & 1);
}

static void set_mark(const gd_tensor *t, bool alive)
{
    take_lock();
    life *l = life_around(t);
    if (l) {
        uintptr_t place = ((uintptr_t)t - l->start) / GD_ALIGN;
        unsigned bit = 1u << place % 8;
        l->mark[place / 8] = (unsigned char)(alive ? l->mark[place / 8] | bit : l->mark[place / 8] & ~bit);
    }
    leave_lock();
}

void gd_born(const gd_tensor *t)
{
    set_mark(t, true);
}

void gd_gone(const gd_tensor *t)
{
    set_mark(t, false);
}

/* -1 when alive; else the owner of the memory it was in, or GD_OWNERS when that is not known any more. */
static int dead_owner(const void *p)
{
    const life *l = life_around(p);
    if (l)
        return is_marked(l, p) ? -1 : GD_OWNERS;
    for (l = oldest; l; l = l->next)
        if ((uintptr_t)p - l->start < l->bytes)
            return l->owner;
    return GD_OWNERS;
}

static const char *const ends[GD_OWNERS + 1] = {
    [GD_SCOPES] = "was made in a scope that has ended",
    [GD_PROGRAM] = "was freed by gd_shutdown, or by the end of its thread",
    [GD_MODELS] = "belonged to a model that has been freed",
    [GD_OPTIMIZERS] = "belonged to an optimizer or an average that has been freed",
    [GD_DATA] = "belonged to a loader that has been freed",
    [GD_PLOTS] = "belonged to a plot that has been freed",
    [GD_OWNERS] = "is not a tensor that is alive: its scope has ended, or its model or loader has been freed",
};

bool gd_alive(const char *function, const char *argument, const gd_tensor *t)
{
    if (!t)
        return true;
    take_lock();
    int owner = dead_owner(t), of_base = owner < 0 ? dead_owner(t->base) : -1;
    leave_lock();
    if (owner >= 0)
        return gd_fail("%s: %s %s", function, argument, ends[owner]);
    if (of_base >= 0)
        return gd_fail("%s: %s is a view of a tensor that %s", function, argument, ends[of_base]);
    return true;
}

bool gd_not_freed(const char *function, const char *argument, const void *p)
{
    bool is_handle = false;
    const life *l;
    if (!p)
        return true;
    take_lock();
    for (int i = 0; i < HANDLES && !is_handle; i++)
        is_handle = freed[i] == p;
    for (l = oldest; l && (uintptr_t)p - l->start >= l->bytes; l = l->next)
        continue;
    bool itself = !l || (l->owner == GD_DATA && !is_marked(l, p));      /* a loader, a file of tensors */
    const char *end = itself ? "has been freed" : ends[l->owner];
    leave_lock();
    return (!is_handle && !l) || gd_fail("%s: %s %s", function, argument, end);
}

bool gd_is_alive(const gd_tensor *t)
{
    take_lock();
    bool alive = t && dead_owner(t) < 0;
    leave_lock();
    return alive;
}

bool gd_all_alive(const char *function, const char *argument, gd_tensor *const ts[], int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        char one[64];
        snprintf(one, sizeof one, "%s[%" PRId64 "]", argument, i);
        if (!gd_alive(function, one, ts[i]))
            return false;
    }
    return true;
}
#endif
