/* scope.c - scopes, and the end of everything.  Starts and ends of threads are in thread.c. */
#include "core.h"

/* So many are open only where their ends are missing: a warning when the last one of them is opened. */
enum { MANY_SCOPES = 1000 };

static GD_COLD void warn_of_many(void)
{
    gd_notice("warning: gd_scope_begin: %d scopes are open; is there a gd_scope_begin without gd_scope_end, or a longjmp "
              "out of a GD_SCOPE?", gd_thread.depth);
}

/* The arena's own record is the first thing in its first chunk. */
bool gd_scope_open(bool by_hand)
{
    gd_arena *parent = gd_current_scope(), first = { .owner = GD_SCOPES };
    const size_t whole = ((sizeof first + GD_ALIGN - 1) & ~(size_t)(GD_ALIGN - 1)) + GD_FENCE;
    gd_arena *scope = gd_arena_grow(&first, sizeof first, whole);
    if (!scope)
        return false;
    *scope = (gd_arena){ .at = first.at, .end = first.end, .chunks = first.chunks, .parent = parent,
                         .tape = gd_thread.tape, .rule = gd_thread.running, .owner = GD_SCOPES, .by_hand = by_hand };
    gd_thread.scope = scope;
    if (GD_UNLIKELY(++gd_thread.depth == MANY_SCOPES))
        warn_of_many();
    return true;
}

bool gd_scope_begin(void)
{
    return gd_scope_open(true);
}

static GD_COLD bool refuse_to_end(const char *function)
{
    if (gd_thread.depth == 0)
        return gd_fail("%s: no scope is open", function);
    return gd_fail("%s: the innermost scope is not one that %s opened, and stays open", function, gd_guest_text().s);
}

void gd_scope_close(void)
{
    gd_arena *scope = gd_thread.scope;
    if (scope->settle)
        scope->settle(scope);
    gd_thread.tape = scope->tape;
    gd_thread.scope = scope->parent;
    gd_thread.depth--;
    gd_arena_free(scope);
}

void gd_scope_close_down_to(int depth)
{
    while (gd_thread.depth > depth)
        gd_scope_close();
}

/* May the innermost scope be closed by who is running? */
static inline bool may_end(void)
{
    return GD_LIKELY(gd_thread.depth > gd_thread.floor) || (!gd_guest_runs() && gd_thread.depth > 0);
}

bool gd_scope_end(void)
{
    if (!may_end())
        return refuse_to_end("gd_scope_end");
    gd_scope_close();
    return true;
}

int gd_scope_enter(void)
{
    int depth = gd_thread.depth;
    (void)gd_scope_open(false);
    return depth;
}

/* What was opened inside has not been closed, or a jump has left a guest.  The warning comes last: the handler may leave
 * by longjmp. */
static GD_COLD void leave_several(int depth)
{
    int more = 0;
    if (depth >= gd_thread.floor || !gd_guest_runs())
        more = gd_thread.depth - depth - 1;
    while (gd_thread.depth > depth && gd_scope_end())
        continue;
    if (more > 0)
        gd_notice("warning: GD_SCOPE: scopes opened inside it and left open, closed now: %d; is there a gd_scope_begin "
                  "without gd_scope_end, or a longjmp out of a GD_SCOPE?", more);
}

void gd_scope_leave(int *depth)
{
    if (GD_LIKELY(gd_thread.depth == *depth + 1))
        gd_scope_end();
    else
        leave_several(*depth);
}

gd_tensor *gd_scope_end_with(gd_tensor *t)
{
    if (!may_end())
        return refuse_to_end("gd_scope_end_with"), NULL;
    gd_tensor *kept = !t || gd_alive("gd_scope_end_with", "t", t) ? gd_keep(t) : NULL;
    gd_scope_end();
    return kept;
}

int gd_empty_thread(void)
{
    if (!gd_thread.scope)
        return 0;
    if (gd_guest_runs()) {
        gd_fail("gd_shutdown: %s, which still needs what would be freed, is running", gd_guest_text().s);
        return 0;
    }
    int by_hand = 0;
    for (const gd_arena *scope = gd_thread.scope; scope; scope = scope->parent)
        by_hand += scope->by_hand;
    gd_scope_close_down_to(0);
    if (gd_thread.program.settle)
        gd_thread.program.settle(&gd_thread.program);
    gd_arena_free(&gd_thread.program);
    gd_pool_free();
    gd_memory_free(gd_thread.reached);
    gd_memory_free(gd_thread.recycled);
    /* models live on, with their versions */
    gd_thread = (gd_thread_state){ .clock = gd_thread.clock, .failures = gd_thread.failures };
    return by_hand;
}

void gd_shutdown(void)
{
    int by_hand = gd_empty_thread();
    if (by_hand)
        gd_notice("warning: gd_shutdown: scopes opened by gd_scope_begin and left open, closed now: %d", by_hand);
}
