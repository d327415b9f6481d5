/* scope.c - scopes, and the end of everything.  Starts and ends of threads are in thread.c. */
#include "core.h"

/* The arena's own record is the first thing in its first chunk. */
bool gd_scope_begin(void)
{
    gd_arena *parent = gd_current_scope(), first = { .owner = GD_SCOPES };
    gd_arena *scope = gd_arena_grow(&first, (sizeof first + GD_ALIGN - 1) & ~(size_t)(GD_ALIGN - 1));
    if (!scope)
        return false;
    *scope = (gd_arena){ .at = first.at, .end = first.end, .chunks = first.chunks, .parent = parent,
                         .tape = gd_thread.tape, .rule = gd_thread.running, .owner = GD_SCOPES };
    gd_thread.scope = scope;
    gd_thread.depth++;
    return true;
}

static GD_COLD bool refuse_to_end(void)
{
    if (gd_thread.depth == 0)
        return gd_fail("gd_scope_end: no scope is open");
    return gd_fail("gd_scope_end: the innermost scope is not one that %s opened, and stays open", gd_guest_text().s);
}

bool gd_scope_end(void)
{
    if (GD_UNLIKELY(gd_thread.depth <= gd_thread.floor) && (gd_guest_runs() || gd_thread.depth == 0))
        return refuse_to_end();
    gd_arena *scope = gd_thread.scope;
    if (scope->settle)
        scope->settle(scope);
    gd_thread.tape = scope->tape;
    gd_thread.scope = scope->parent;
    gd_thread.depth--;
    gd_arena_free(scope);
    return true;
}

int gd_scope_enter(void)
{
    int depth = gd_thread.depth;
    gd_scope_begin();
    return depth;
}

void gd_scope_close_down_to(int depth)
{
    while (gd_thread.depth > depth && gd_scope_end())
        continue;
}

void gd_scope_leave(int *depth)
{
    gd_scope_close_down_to(*depth);
}

void gd_shutdown(void)
{
    if (!gd_thread.scope)
        return;
    if (gd_guest_runs()) {
        gd_fail("gd_shutdown: %s, which still needs what would be freed, is running", gd_guest_text().s);
        return;
    }
    gd_scope_close_down_to(0);
    if (gd_thread.program.settle)
        gd_thread.program.settle(&gd_thread.program);
    gd_arena_free(&gd_thread.program);
    gd_pool_free();
    gd_memory_free(gd_thread.reached);
    gd_memory_free(gd_thread.recycled);
    gd_thread = (gd_thread_state){ .clock = gd_thread.clock };      /* models live on, with their versions */
}
