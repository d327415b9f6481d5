/* guest.c - code of the program that runs inside of a call of the library, and what it may do to scopes.
 *
 * The call around it still needs the scopes that were open before, and counts on finding recording and depth as
 * they were.  So gd_scope_end and gd_no_grad_end refuse to go below a floor, and what a guest leaves behind is
 * said and put right. */
#include "autograd/engine.h"

const char gd_rule_guest[] = "a backward pass\0the rule";

gd_text gd_guest_text(void)
{
    gd_text text;
    const char *call = gd_thread.guest, *what = call + strlen(call) + 1;
    const gd_node *node = call == gd_rule_guest ? gd_thread.running : NULL;
    snprintf(text.s, sizeof text.s, "%s of %s", what, node ? node->op->name : call);
    return text;
}

static GD_COLD void say_scopes(const char *call, int more)
{
    const gd_arena *scope = gd_thread.scope;
    for (int i = 1; i < more; i++)
        scope = scope->parent;
    gd_text who = gd_guest_text();
    if (gd_thread.guest == gd_rule_guest)   /* of the rules that ran, the one that opened it */
        snprintf(who.s, sizeof who.s, "the rule of %s", scope->rule ? scope->rule->op->name : "an operation");
    gd_fail("%s: %s left %d %s open: each gd_scope_begin needs its gd_scope_end", call, who.s, more,
            more == 1 ? "scope" : "scopes");
}

static GD_COLD void say_recording(const char *call, bool off)
{
    gd_fail("%s: %s left recording %s: each gd_no_grad_begin needs its gd_no_grad_end", call,
            gd_thread.guest == gd_rule_guest ? "a rule" : gd_guest_text().s, off ? "off" : "on");
}

GD_COLD bool gd_guest_left(const char *call, bool good)
{
    const int floor = gd_thread.no_grad_floor & GD_NO_GRAD_DEPTH;
    int more = gd_thread.depth - gd_thread.floor, off = (gd_thread.no_grad & GD_NO_GRAD_DEPTH) - floor;
    if (good && more > 0)
        say_scopes(call, more);
    else if (good)
        say_recording(call, off > 0);
    gd_scope_close_down_to(gd_thread.floor);
    gd_thread.no_grad = (gd_thread.no_grad & ~GD_NO_GRAD_DEPTH) | floor;
    return false;
}
