/* scopes.c - the stack of open scopes of a thread: from its first use of the library until it ends. */
#include <float.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "scopes.h"
#include "compiler.h"
#include "guest.h"
#include "memory.h"
#include "start.h"
#include "thread.h"
#include "thread_state.h"

/* So many scopes are open only where their ends are missing: a warning when the last one of them is opened. */
enum { MANY_SCOPES = 1000 };

static GI_COLD void warn_of_many(void)
{
    gd_notice("warning: gd_scope_begin: %d scopes are open; is there a gd_scope_begin without gd_scope_end, or a "
              "longjmp out of a GD_SCOPE?", gi_thread.depth);
}

bool gi_scope_open(bool by_hand)
{
    gd_arena *parent = gi_current_scope(), *scope = gi_arena_new();
    if (!scope)
        return false;
    scope->parent = parent;
    scope->tape = gi_thread.tape;
    scope->rule = gi_thread.running;
    scope->by_hand = by_hand;
    scope->captured = parent->captured;
    gi_thread.scope = scope;
    if (GI_UNLIKELY(++gi_thread.depth == MANY_SCOPES))
        warn_of_many();
    return true;
}

GI_COLD void gi_scope_give(gd_arena *scope)
{
    if (gi_thread.recorder)
        gi_thread.recorder->keep(gi_thread.recorder, scope);
    else
        gi_arena_free(scope);
}

void gi_scope_close_down_to(int depth)
{
    while (gi_thread.depth > depth)
        gi_scope_close();
}

/* ---- The end of a thread ------------------------------------------------------------------------------------- */

int gi_empty_thread(void)
{
    if (!gi_thread.scope)
        return 0;
    int by_hand = 0;
    for (const gd_arena *scope = gi_thread.scope; scope; scope = scope->parent)
        by_hand += scope->by_hand;
    gi_scope_close_down_to(0);
    if (gi_thread.program.settle)
        gi_thread.program.settle(&gi_thread.program);
    gi_arena_free(&gi_thread.program);
    gi_pool_free();
    /* models live on, with their versions */
    gi_thread = (gi_thread_state){ .clock = gi_thread.clock, .failures = gi_thread.failures, .loads = gi_thread.loads };
    return by_hand;
}

/* Where exit is called in a guest, the calls around it still need what would be freed.  A thread that ends in a guest
 * (pthread_exit) has left them. */
static void end_scopes(bool exiting)
{
    if (exiting && gi_guest_runs())
        return;
    gi_guest_forget();
    gi_empty_thread();
}

/* ---- The start of a thread ----------------------------------------------------------------------------------- */

static const gi_unwinder unwinder = { .close_scopes = gi_scope_close_down_to };

/* The clocks of two threads never show the same time, so that a version identifies the thread that has written: each
 * start gets a range of its own, which lasts for fifty days of a million writes a second. */
static uint64_t new_clock(void)
{
    static _Atomic uint64_t ranges;
    return (atomic_fetch_add(&ranges, 1) + 1) << 42;
}

#ifdef GD_DOUBLE
#define SMALLEST      DBL_MIN
#define SMALLEST_TEXT "2.2e-308"
#else
#define SMALLEST      FLT_MIN
#define SMALLEST_TEXT "1.2e-38"
#endif

/* Warns, once in a process, that the processor flushes subnormal numbers to 0: linking any part of the process with
 * -Ofast or -ffast-math makes it do so. */
static void check_subnormals(void)
{
    static atomic_flag warned = ATOMIC_FLAG_INIT;
    volatile gd_real smallest = SMALLEST;
    volatile gd_real half = smallest / 2;
    if (half + half != smallest && !atomic_flag_test_and_set(&warned))
        gd_notice("warning: the processor is set to take numbers below " SMALLEST_TEXT " for 0, as programs and "
                  "libraries that are linked with -Ofast or -ffast-math do: gradients that small are lost, and results "
                  "may differ; link without these options");
}

void gi_thread_start(void)
{
    gi_thread.clock = new_clock();
    gi_arena_init(&gi_thread.program, GI_PROGRAM);
    gi_thread.scope = &gi_thread.program;
    gi_thread.unwinder = &unwinder;
    gi_at_thread_end(GI_END_SCOPES, end_scopes);
    check_subnormals();
}
