/* scopes.h - the stack of open scopes of a thread, each an arena. */
#ifndef GRADUS_SCOPES_H
#define GRADUS_SCOPES_H

#include <stdbool.h>

#include "memory.h"
#include "thread_state.h"

/* gi_thread_start - initializes the state; called where gi_thread.scope is still NULL.  The thread's memory will be
 * freed when it ends. */
void gi_thread_start(void);

/* gi_current_scope - where new tensors go. */
static inline gd_arena *gi_current_scope(void)
{
    if (GI_UNLIKELY(!gi_thread.scope))
        gi_thread_start();
    return gi_thread.scope;
}

/* gi_scope_open - a scope inside the current one; false when memory is out.
 * gi_scope_close - closes the innermost one.  gi_scope_close_down_to - closes scopes until depth are open.
 * None of them asks who opened it. */
bool gi_scope_open(bool by_hand);
void gi_scope_close_down_to(int depth);

/* gi_scope_detach - ends the innermost scope without freeing its memory, which is the caller's now. */
static inline gd_arena *gi_scope_detach(void)
{
    gd_arena *scope = gi_thread.scope;
    if (scope->settle)
        scope->settle(scope);
    gi_thread.tape = scope->tape;
    gi_thread.scope = scope->parent;
    gi_thread.depth--;
    return scope;
}

void gi_scope_give(gd_arena *scope);        /* frees it, or leaves it to the program that is being captured */

static inline void gi_scope_close(void)
{
    gd_arena *scope = gi_scope_detach();
    if (GI_LIKELY(!scope->captured))
        gi_arena_free(scope);
    else
        gi_scope_give(scope);
}

/* gi_empty_thread - frees everything that the thread holds.  Returns how many scopes of gd_scope_begin were open. */
int gi_empty_thread(void);

#endif
