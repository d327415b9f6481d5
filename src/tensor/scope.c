/* scope.c - the state of a thread, scopes, and the end of everything. */
#include <float.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "core.h"

_Thread_local gd_thread_state gd_thread GD_TLS_MODEL;

#ifdef GD_DOUBLE
#define SMALLEST      DBL_MIN
#define SMALLEST_TEXT "2.2e-308"
#else
#define SMALLEST      FLT_MIN
#define SMALLEST_TEXT "1.2e-38"
#endif

/* Says, once in a process, that the processor is set to take subnormal numbers for 0: which is what linking any part
 * of the process with -Ofast or -ffast-math does. */
static void look_for_subnormals(void)
{
    static atomic_flag told = ATOMIC_FLAG_INIT;
    volatile gd_real smallest = SMALLEST;
    volatile gd_real half = smallest / 2;
    if (half + half != smallest && !atomic_flag_test_and_set(&told))
        gd_warn("gradus: the processor is set to take numbers below " SMALLEST_TEXT " for 0, as programs and libraries that"
                " are linked with -Ofast or -ffast-math do: gradients that small are lost, and results may differ;"
                " link without these options");
}

void gd_thread_start(void)
{
    static atomic_flag registered = ATOMIC_FLAG_INIT;
    if (!atomic_flag_test_and_set(&registered))
        atexit(gd_shutdown);
    gd_arena_init(&gd_thread.program, GD_PROGRAM);
    gd_thread.scope = &gd_thread.program;
    look_for_subnormals();
}

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
    gd_thread = (gd_thread_state){ .clock = gd_thread.clock };      /* models live on, with their versions */
}
