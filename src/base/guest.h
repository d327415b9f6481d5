/* guest.h - callbacks: code of the program that runs inside a call of the library. */
#ifndef GRADUS_GUEST_H
#define GRADUS_GUEST_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include "compiler.h"
#include "message.h"
#include "thread_state.h"

/* A guest is a callback while it runs: a rule, a closure, a function to be checked, an algorithm, a surface, a visitor,
 * an error handler.  It closes the scopes that it opened and no others, leaves recording as it was, and does not shut
 * the library down.  Its name is GI_GUEST("gd_step_closure", "the closure"): the call that runs it, and what it is.
 *
 * guest.c and error.c are one thing: the error handler is a guest, and a guest that misbehaves gets a message. */

#define GI_GUEST(call, what) call "\0" what

typedef struct gi_guest {                   /* the state before the guest began */
    const char *guest;
    int         floor, no_grad_floor;
} gi_guest;

extern const char gi_rule_guest[];          /* the name of every rule; gi_thread.running is its operation */

gi_text gi_guest_text(void);                /* "the closure of gd_step_closure" */
bool gi_guest_left(const char *call, bool good);        /* undoes what the guest left open; reports it if good */

static inline uintptr_t gi_stack_here(void)
{
#if defined(__GNUC__)
    return (uintptr_t)__builtin_frame_address(0);
#else
    volatile char here = 0;
    return (uintptr_t)&here;
#endif
}

uintptr_t gi_stack_below(void);             /* where the caller's next call, of whatever function, has its frame */

/* The unused space lies in the stack frame of the caller, above that of the guest: when the guest has been left by
 * longjmp, calls of the library do not reach as far down the stack as it did. */
GI_INLINE gi_guest gi_guest_enter(const char *name)
{
    volatile char unused[2048];
    unused[0] = 0;
    (void)unused[0];
    gi_guest before = { gi_thread.guest, gi_thread.floor, gi_thread.no_grad_floor };
    if (!before.guest)
        gi_thread.guest_stack = gi_stack_below();
    gi_thread.guest = name;
    gi_thread.floor = gi_thread.depth;
    gi_thread.no_grad_floor = gi_thread.no_grad;
    return before;
}

static inline void gi_guest_restore(const gi_guest *before)
{
    gi_thread.guest = before->guest;
    gi_thread.floor = before->floor;
    gi_thread.no_grad_floor = before->no_grad_floor;
}

/* gi_guest_behaved - good, if the guest has left nothing open; otherwise false.  There is a message if good: a guest
 * that failed has given one, and may have returned early. */
static inline bool gi_guest_behaved(const char *call, bool good)
{
    return GI_LIKELY(gi_thread.depth == gi_thread.floor
                     && !((gi_thread.no_grad ^ gi_thread.no_grad_floor) & GI_NO_GRAD_DEPTH))
           ? good : gi_guest_left(call, good);
}

static inline bool gi_guest_leave(const gi_guest *before, bool good)
{
    good = gi_guest_behaved(gi_thread.guest, good);
    gi_guest_restore(before);
    return good;
}

/* gi_forget_left_handlers - error handlers that were left by longjmp do not count as running any more.
 * gi_forget_handlers - nor does any other. */
void gi_forget_left_handlers(void);
void gi_forget_handlers(void);

/* gi_guest_runs - does a guest run?  One that was left by longjmp, or by the end of its thread, does not: as the stack
 * grows downwards, a call that has its frame above that of a guest is not made inside it.  What such a guest has
 * left open is closed, except its scopes.
 * gi_guest_forget - no guest runs any more, nor a backward pass. */
bool gi_guest_runs(void);
void gi_guest_forget(void);

#endif
