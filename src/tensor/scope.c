/* scope.c - scopes, and the end of everything.  Starts and ends of threads are in thread.c. */
#include "core.h"

/* The arena's own record is the first thing in its first chunk. */
bool gd_scope_begin(void)
{
    gd_arena *parent = gd_current_scope(), arena;
    gd_arena_init(&arena, GD_SCOPES);
    gd_arena *scope = gd_arena_take(&arena, sizeof arena);
    if (!scope)
        return false;
    *scope = arena;
    scope->parent = parent;
    scope->tape = gd_thread.tape;
    gd_thread.scope = scope;
    gd_thread.depth++;
    return true;
}

bool gd_scope_end(void)
{
    if (gd_thread.depth == 0)
        return gd_fail("gd_scope_end: no scope is open");
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

void gd_scope_leave(int *depth)
{
    while (gd_thread.depth > *depth)
        gd_scope_end();
}

void gd_shutdown(void)
{
    if (!gd_thread.scope)
        return;
    int none = 0;
    gd_scope_leave(&none);
    gd_arena_free(&gd_thread.program);
    gd_pool_free();
    gd_memory_free(gd_thread.reached);
    gd_memory_free(gd_thread.recycled);
    gd_thread = (gd_thread_state){ .clock = gd_thread.clock };      /* models live on, with their versions */
}
