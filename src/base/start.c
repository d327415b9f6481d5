/* start.c - a computation that is made while a step is captured. */
#include "start.h"

#include "scopes.h"

bool gi_start_captured(gi_call *call)
{
    if (!gi_scope_open(false))
        return false;
    gd_arena *scope = gi_thread.scope;
    scope->captured = false;
    const char *before = scope->at;
    gi_thread.recorder->of = call->of;
    gi_thread.recorder->lines = 0;
    const int capturing = gi_capture_pause();
    const bool good = call->compute(call->y, call->x, call->attributes);
    gi_capture_resume(capturing);
    call->allocates = scope->at != before;
    gi_scope_close_down_to(gi_thread.depth - 1);
    return good && gi_thread.recorder->write(gi_thread.recorder, call);
}

bool gi_start_object(const char *name, gi_compute *compute, void *object)
{
    const gi_again again = { object, gi_arena_take(gi_current_scope(), sizeof *again.good) };
    if (!again.good)
        return false;
    *again.good = false;
    (void)gi_start_again(name, compute, &again, sizeof again);
    return *again.good;
}
