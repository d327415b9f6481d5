/* guest.h - code of the program that runs inside of a call of the library. */
#ifndef GRADUS_GUEST_H
#define GRADUS_GUEST_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include "compiler.h"
#include "message.h"
#include "thread_state.h"

/* ---- Guests: code of the program inside of a call of the library ------------------------------------------
 *
 * Rules, closures, functions to be checked, algorithms, surfaces, visitors, handlers.  A guest closes the scopes
 * that it opened and no others, leaves recording as it was, and does not shut the library down.  The guest's name
 * is GI_GUEST("gd_step_closure", "the closure"): the call around it, and what it is. */

#define GI_GUEST(call, what) call "\0" what

typedef struct gi_guest {                   /* what was before */
    const char *guest;
    int         floor, no_grad_floor;
} gi_guest;

extern const char gi_rule_guest[];          /* of every rule: the operation is that of gi_thread.running */

gi_text gi_guest_text(void);                /* "the closure of gd_step_closure" */
bool gi_guest_left(const char *call, bool good);        /* puts right what the guest left; says so if it was good */

static inline uintptr_t gi_stack_here(void)
{
#if defined(__GNUC__)
    return (uintptr_t)__builtin_frame_address(0);
#else
    volatile char here = 0;
    return (uintptr_t)&here;
#endif
}

/* GI_DEEPER; - declares room on the stack, in a function that is not inline and calls one in which a guest begins.  So
 * the library's own frames of later calls do not reach as far down as that guest. */
#define GI_DEEPER volatile char gi_room_[1024]; gi_room_[0] = 0; (void)gi_room_[0]

static inline gi_guest gi_guest_enter(const char *name)
{
    gi_guest before = { gi_thread.guest, gi_thread.floor, gi_thread.no_grad_floor };
    if (!before.guest)
        gi_thread.guest_stack = gi_stack_here();
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

/* gi_guest_behaved - good, and nothing is left behind.  If it was good until then, there is a message: a guest that
 * failed has given one, and may have left early. */
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

/* gi_forget_left_handlers - handlers that were left by longjmp run no longer.
 * gi_forget_handlers - nor does any other. */
void gi_forget_left_handlers(void);
void gi_forget_handlers(void);

/* gi_guest_runs - is there one?  Those that were left by longjmp or by the end of their thread are none: as the stack
 * grows downwards, a call from above the place where a guest began does not come from inside of it.  What they left
 * is put in order, but for their scopes.
 * gi_guest_forget - there is none any more.  gi_pass_abandon - nor is a backward pass. */
bool gi_guest_runs(void);
void gi_guest_forget(void);
void gi_pass_abandon(void);                 /* in autograd/pass.c */
void gi_scope_close_down_to(int depth);     /* in tensor/scope.c: closes scopes until depth are open */

#endif
