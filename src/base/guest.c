/* guest.c - callbacks, and what they may do to scopes and recording.
 *
 * The call around a guest still needs the scopes that were open before, and recording as it was.  So gd_scope_end and
 * gd_no_grad_end refuse to go below a floor, and what a guest leaves open is reported and undone.
 *
 * error.c and guest.c are one thing: the handler is a guest, and a guest that misbehaves gets a message. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "guest.h"
#include "compiler.h"
#include "message.h"
#include "thread_state.h"

#include "gradus/autograd.h"

const char gi_rule_guest[] = "a backward pass\0the rule";

gi_text gi_guest_text(void)
{
    gi_text text;
    const char *call = gi_thread.guest, *what = call + strlen(call) + 1;
    const char *rule = call == gi_rule_guest ? gi_thread.running : NULL;
    snprintf(text.s, sizeof text.s, "%s of %s", what, rule ? rule : call);
    return text;
}

static GI_COLD void say_scopes(const char *call, int more)
{
    const gd_arena *scope = gi_thread.scope;
    for (int i = 1; i < more; i++)
        scope = scope->parent;
    gi_text who = gi_guest_text();
    if (gi_thread.guest == gi_rule_guest)   /* of the rules that ran, the one that opened the scope */
        snprintf(who.s, sizeof who.s, "the rule of %s", scope->rule ? scope->rule : "an operation");
    gd_fail("%s: %s left %d %s open: each gd_scope_begin needs its gd_scope_end", call, who.s, more,
            more == 1 ? "scope" : "scopes");
}

static GI_COLD void say_recording(const char *call, bool off)
{
    gd_fail("%s: %s left recording %s: each gd_no_grad_begin needs its gd_no_grad_end", call,
            gi_thread.guest == gi_rule_guest ? "a rule" : gi_guest_text().s, off ? "off" : "on");
}

GI_COLD bool gi_guest_left(const char *call, bool good)
{
    const int floor = gi_thread.no_grad_floor & GI_NO_GRAD_DEPTH;
    int more = gi_thread.depth - gi_thread.floor, off = (gi_thread.no_grad & GI_NO_GRAD_DEPTH) - floor;
    if (good && more > 0)
        say_scopes(call, more);
    else if (good)
        say_recording(call, off > 0);
    if (more > 0)
        gi_thread.unwinder->close_scopes(gi_thread.floor);
    gi_thread.no_grad = (gi_thread.no_grad & ~GI_NO_GRAD_DEPTH) | floor;
    return false;
}

/* ---- Does one run? -------------------------------------------------------------------------------------------- */

void gi_guest_forget(void)
{
    gi_forget_handlers();
    if (gi_thread.pass)
        gi_thread.unwinder->abandon_pass();
    gi_thread.guest = NULL;
    gi_thread.floor = 0;
    gi_thread.recorder = NULL;              /* a step that was being captured */
    gi_thread.no_grad &= ~GI_CAPTURING;
}

GI_NOINLINE uintptr_t gi_stack_below(void)
{
    return gi_stack_here();
}

GI_NOINLINE bool gi_guest_runs(void)
{
    gi_forget_left_handlers();
    if (gi_thread.guest && gi_thread.guest_stack <= gi_stack_here()) {
        gi_text who = { "a backward pass" };
        if (!gi_thread.pass)
            who = gi_guest_text();
        gi_guest_forget();
        gd_notice("warning: %s was left by longjmp, unfinished", who.s);
    }
    return gi_thread.guest;
}
