/* pass.c - how a backward pass begins and ends, also when a rule or a handler is left by longjmp.
 *
 * What an ordinary pass allocates is in a scope of its own, and so is the gi_pass itself: a longjmp out of it leaves
 * nothing behind that points into a dead stack frame.  It is noticed by the next pass, and when a scope around it is
 * closed. */
#include "pass.h"
#include "base/compiler.h"
#include "base/guest.h"
#include "base/memory.h"
#include "base/message.h"
#include "base/scopes.h"
#include "base/thread_state.h"
#include "dead_graph.h"
#include "gradus/tensor.h"
#include "record.h"
#include "tensor/alive.h"
#include "tensor/check.h"
#include "tensor/new.h"
#include "tensor/recycle.h"
#include "tensor/shape.h"

/* ---- Is it possible? ---------------------------------------------------------------------------------------- */

bool gi_pass_runs(const char *function)
{
    if (GI_LIKELY(!gi_thread.pass))
        return false;
    if (gi_guest_runs())
        gd_fail("%s: a backward pass is already running", function);
    else
        gd_fail("%s: an earlier backward pass was left by longjmp; what was computed since then is lost", function);
    return true;
}

bool gi_pass_possible(const char *function, gd_tensor *y, gd_tensor *dy)
{
    if (!gi_given_tensor(function, "y", y) || !gi_alive(function, "y", y) || !gi_alive(function, "dy", dy))
        return false;
    if (gi_thread.pass && gi_pass_runs(function))
        return false;
    if (!gi_graph_alive(function, y))
        return false;
    if (!y->requires_grad && y->node)
        return gd_fail("%s: y is the result of %s, which has no derivative", function, y->node->op->name);
    if (!y->requires_grad)
        return gd_fail("%s: y, %s, does not depend on anything that requires a gradient%s", function,
                       gi_text_of(y).s, gi_path_text(y).s);
    if (!dy && y->numel != 1)
        return gd_fail("%s: y is %s; without dy it must have one element", function, gi_text_of(y).s);
    if (dy && !gi_same_shape(y, dy))
        return gd_fail("%s: dy is %s and y is %s: they must have the same shape", function, gi_text_of(dy).s,
                       gi_text_of(y).s);
    return true;
}

/* ---- The end ------------------------------------------------------------------------------------------------ */

static inline void empty_slots(const gi_pass *pass)
{
    for (int64_t i = 0; i < pass->reached_count; i++)
        pass->reached[i]->slot = NULL;
}

static GI_COLD void empty_all_slots(gd_tensor *y)
{
    y->slot = NULL;
    y->marks &= (uint8_t)~GI_HOOKS_RAN;
    for (gd_node *node = y->node; node; node = node->prev) {
        node->out->slot = NULL;
        node->out->marks &= (uint8_t)~GI_HOOKS_RAN;
    }
}

static GI_COLD void erase_marks(gd_tensor *y)
{
    y->marks &= GI_HOOKED;
    for (gd_node *node = y->node; node; node = node->prev) {
        node->out->marks &= GI_HOOKED;
        for (int i = 0; i < node->n; i++)
            if (node->in[i])
                node->in[i]->marks &= GI_HOOKED;
    }
}

/* Restores the caller's no_grad except for its anomaly flag: a rule may have called gd_detect_anomaly. */
void gi_pass_end(gi_pass *pass)
{
    gd_arena *scratch = pass->scratch;
    if (!pass->done)
        empty_all_slots(pass->y);
    empty_slots(pass);
    gi_thread.running = NULL;
    gi_thread.no_grad = (pass->no_grad & ~GI_ANOMALY) | (gi_thread.no_grad & GI_ANOMALY);
    gi_guest_restore(&pass->guest);
    gi_thread.pass = NULL;
    if (scratch) {
        gi_thread.scope = scratch;
        gi_scope_close();
    }
}

static GI_COLD void abandon(void)
{
    gi_pass *pass = gi_thread.pass;
    gi_scope_close_down_to(pass->depth);
    erase_marks(pass->y);
    gi_thread.pruning = false;
    gi_thread.recomputing = false;
    if (pass->scratch)                      /* gd_recomputed may have put another one in its place */
        pass->scratch = pass->memory;
    pass->done = false;
    gi_pass_end(pass);
}

/* ---- The start ---------------------------------------------------------------------------------------------- */

/* Allocates a pass, in a scope of its own or, with create_graph, in the current scope, to which its results belong. */
static inline gi_pass *new_pass(bool create_graph)
{
    gd_arena *home = gi_current_scope();
    if (!create_graph && !gi_scope_open(false))
        return NULL;
    gi_pass *pass = gi_arena_take(gi_thread.scope, sizeof *pass);
    if (!pass && !create_graph)
        gi_scope_close();
    if (!pass)
        return NULL;
    pass->create_graph = create_graph;
    pass->scope = home;
    pass->memory = gi_thread.scope;
    pass->scratch = create_graph ? NULL : gi_thread.scope;
    pass->recycler = (gi_recycler){ NULL, NULL, NULL };
    pass->reached = pass->first_reached;
    pass->reached_count = 0;
    pass->reached_capacity = sizeof pass->first_reached / sizeof *pass->first_reached;
    return pass;
}

static const gi_unwinder unwinder = { gi_scope_close_down_to, abandon };

/* Before the first pass of a thread. */
static GI_COLD void prepare_thread(void)
{
    gi_thread.unwinder = &unwinder;
    gi_explain_missing_with(gi_result_not_given);
}

GI_NOINLINE gi_pass *gi_pass_begin(const char *function, gd_tensor *y, gd_tensor *dy, bool create_graph)
{
    if (!gi_pass_possible(function, y, dy))
        return NULL;
    gi_pass *pass = new_pass(create_graph);
    if (!pass)
        return NULL;
    if (GI_UNLIKELY(gi_thread.unwinder != &unwinder))
        prepare_thread();
    pass->function = function;
    pass->failures = gi_failures();
    pass->pending = 0;
    pass->done = false;
    pass->y = y;
    pass->no_grad = gi_thread.no_grad;
    pass->depth = gi_thread.depth;
    gi_thread.pass = pass;
    gi_thread.no_grad = (pass->no_grad & (GI_ANOMALY | GI_CAPTURING)) | (create_graph ? 0 : GI_IN_PASS | 1);
    if (pass->scratch)
        pass->scratch->recycler = &pass->recycler;
    pass->dy = dy;
    return pass;
}
