/* scope.c - scopes, and the end of everything.  Starts and ends of threads are in thread.c. */
#include <math.h>
#include <stdbool.h>

#include "scope.h"
#include "alive.h"
#include "base/compiler.h"
#include "base/guest.h"
#include "base/memory.h"
#include "base/quarantine.h"
#include "base/thread_state.h"
#include "gradus/tensor.h"

/* So many are open only where their ends are missing: a warning when the last one of them is opened. */
enum { MANY_SCOPES = 1000 };

static GI_COLD void warn_of_many(void)
{
    gd_notice("warning: gd_scope_begin: %d scopes are open; is there a gd_scope_begin without gd_scope_end, or a "
              "longjmp out of a GD_SCOPE?", gi_thread.depth);
}

/* The arena's own record is the first thing in its first chunk. */
bool gi_scope_open(bool by_hand)
{
    gd_arena *parent = gi_current_scope(), first = { .owner = GI_SCOPES };
    const size_t whole = ((sizeof first + GI_ALIGN - 1) & ~(size_t)(GI_ALIGN - 1)) + GI_FENCE;
    gd_arena *scope = gi_arena_grow(&first, sizeof first, whole);
    if (!scope)
        return false;
    *scope = (gd_arena){ .at = first.at, .end = first.end, .chunks = first.chunks, .parent = parent,
                         .tape = gi_thread.tape, .rule = gi_thread.running, .owner = GI_SCOPES, .by_hand = by_hand };
    gi_thread.scope = scope;
    if (GI_UNLIKELY(++gi_thread.depth == MANY_SCOPES))
        warn_of_many();
    return true;
}

bool gd_scope_begin(void)
{
    return gi_scope_open(true);
}

static GI_COLD bool refuse_to_end(const char *function)
{
    if (gi_thread.depth == 0)
        return gd_fail("%s: no scope is open", function);
    return gd_fail("%s: the innermost scope is not one that %s opened, and stays open", function, gi_guest_text().s);
}

void gi_scope_close(void)
{
    gd_arena *scope = gi_thread.scope;
    if (scope->settle)
        scope->settle(scope);
    gi_thread.tape = scope->tape;
    gi_thread.scope = scope->parent;
    gi_thread.depth--;
    gi_arena_free(scope);
}

void gi_scope_close_down_to(int depth)
{
    while (gi_thread.depth > depth)
        gi_scope_close();
}

/* May the innermost scope be closed by who is running? */
static inline bool may_end(void)
{
    return GI_LIKELY(gi_thread.depth > gi_thread.floor) || (!gi_guest_runs() && gi_thread.depth > 0);
}

bool gd_scope_end(void)
{
    if (!may_end())
        return refuse_to_end("gd_scope_end");
    gi_scope_close();
    return true;
}

int gd_scope_enter(void)
{
    int depth = gi_thread.depth;
    (void)gi_scope_open(false);
    return depth;
}

/* What was opened inside has not been closed, or a jump has left a guest.  The warning comes last: the handler may
 * leave by longjmp. */
static GI_COLD void leave_several(int depth)
{
    int more = 0;
    if (depth >= gi_thread.floor || !gi_guest_runs())
        more = gi_thread.depth - depth - 1;
    while (gi_thread.depth > depth && gd_scope_end())
        continue;
    if (more > 0)
        gd_notice("warning: GD_SCOPE: scopes opened inside it and left open, closed now: %d; is there a gd_scope_begin "
                  "without gd_scope_end, or a longjmp out of a GD_SCOPE?", more);
}

void gd_scope_leave(int *depth)
{
    if (GI_LIKELY(gi_thread.depth == *depth + 1))
        gd_scope_end();
    else
        leave_several(*depth);
}

gd_tensor *gd_scope_end_with(gd_tensor *t)
{
    if (!may_end())
        return refuse_to_end("gd_scope_end_with"), NULL;
    gd_tensor *kept = !t || gi_alive("gd_scope_end_with", "t", t) ? gd_keep(t) : NULL;
    gd_scope_end();
    return kept;
}

int gi_empty_thread(void)
{
    if (!gi_thread.scope)
        return 0;
    if (gi_guest_runs()) {
        gd_fail("gd_shutdown: %s, which still needs what would be freed, is running", gi_guest_text().s);
        return 0;
    }
    int by_hand = 0;
    for (const gd_arena *scope = gi_thread.scope; scope; scope = scope->parent)
        by_hand += scope->by_hand;
    gi_scope_close_down_to(0);
    if (gi_thread.program.settle)
        gi_thread.program.settle(&gi_thread.program);
    gi_arena_free(&gi_thread.program);
    gi_pool_free();
    gi_memory_free(gi_thread.reached);
    gi_memory_free(gi_thread.recycled);
    /* models live on, with their versions */
    gi_thread = (gi_thread_state){ .clock = gi_thread.clock, .failures = gi_thread.failures };
    return by_hand;
}

void gd_shutdown(void)
{
    int by_hand = gi_empty_thread();
    if (by_hand)
        gd_notice("warning: gd_shutdown: scopes opened by gd_scope_begin and left open, closed now: %d", by_hand);
}
