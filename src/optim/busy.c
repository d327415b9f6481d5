/* busy.c - while a step runs, the user's functions that it calls must not change the optimizer. */
#include <math.h>

#include "base/compiler.h"
#include "base/guest.h"
#include "busy.h"
#include "nn/params.h"

GI_COLD bool gi_busy_message(const char *function, gd_optimizer *o)
{
    if (!gi_guest_runs())                   /* the step was left by longjmp */
        return o->inside->busy = false;
    gd_fail("%s: called inside of a step of the same optimizer, %s", function, o->algorithm->name);
    return true;
}

GI_NOINLINE double gi_closure_call(gd_optimizer *o, gd_closure *closure, void *context)
{
    const bool busy = o->inside->busy;
    const int in_use = o->params->in_use;
    o->inside->busy = true;
    o->params->in_use = in_use + 1;
    gi_guest before = gi_guest_enter(GI_GUEST("gd_step_closure", "the closure"));
    double loss = closure(context);
    if (!gi_guest_leave(&before, !isnan(loss)))
        loss = NAN;
    o->inside->busy = busy;
    o->params->in_use = in_use;
    return loss;
}
