/* pass.c - how a backward pass begins and ends, also when a rule or a handler is left by longjmp.
 *
 * What an ordinary pass makes lies in a scope of its own, and so does the record of the pass: a jump out of it leaves
 * nothing behind that points into a dead stack frame.  It is noticed by the next pass, and when a scope around it is
 * closed. */
#include "backward.h"

/* ---- Is it possible? ---------------------------------------------------------------------------------------- */

bool gd_pass_runs(const char *function)
{
    if (GD_LIKELY(!gd_thread.pass))
        return false;
    if (gd_guest_runs())
        gd_fail("%s: a backward pass is already running", function);
    else
        gd_fail("%s: an earlier backward pass was left by longjmp; what was computed since then is lost", function);
    return true;
}

bool gd_pass_possible(const char *function, gd_tensor *y, gd_tensor *dy)
{
    if (!gd_given_tensor(function, "y", y) || !gd_alive(function, "y", y) || !gd_alive(function, "dy", dy))
        return false;
    if (gd_thread.pass && gd_pass_runs(function))
        return false;
    if (!gd_graph_alive(function, y))
        return false;
    if (!y->requires_grad && y->node)
        return gd_fail("%s: y is the result of %s, which has no derivative", function, y->node->op->name);
    if (!y->requires_grad)
        return gd_fail("%s: y, %s, does not depend on anything that requires a gradient%s", function,
                       gd_text_of(y).s, gd_path_text(y).s);
    if (!dy && y->numel != 1)
        return gd_fail("%s: y is %s; without dy it must have one element", function, gd_text_of(y).s);
    if (dy && !gd_same_shape(y, dy))
        return gd_fail("%s: dy is %s and y is %s: they must have the same shape", function, gd_text_of(dy).s,
                       gd_text_of(y).s);
    return true;
}

/* dy / dy of a y of one element. */
static gd_tensor *one_like(const gd_tensor *y)
{
    gd_tensor *one = gd_new_like(y);
    if (one)
        one->data[0] = 1;
    return one;
}

/* ---- The end ------------------------------------------------------------------------------------------------ */

static void empty_slots(void)
{
    for (int64_t i = 0; i < gd_thread.reached_count; i++)
        gd_thread.reached[i]->slot = NULL;
    gd_thread.reached_count = 0;
    gd_thread.temporaries = NULL;
}

static GD_COLD void empty_all_slots(gd_tensor *y)
{
    y->slot = NULL;
    for (gd_node *node = y->node; node; node = node->prev)
        node->out->slot = NULL;
}

static GD_COLD void erase_marks(gd_tensor *y)
{
    y->marks = 0;
    for (gd_node *node = y->node; node; node = node->prev) {
        node->out->marks = 0;
        for (int i = 0; i < node->n; i++)
            if (node->in[i])
                node->in[i]->marks = 0;
    }
}

/* gd_detect_anomaly may have been called meanwhile. */
void gd_pass_end(gd_pass *pass)
{
    gd_arena *scratch = pass->scratch;
    if (!pass->done)
        empty_all_slots(pass->y);
    empty_slots();
    gd_recycle_forget();
    gd_thread.target = NULL;
    gd_thread.running = NULL;
    gd_thread.no_grad = (pass->no_grad & ~GD_ANOMALY) | (gd_thread.no_grad & GD_ANOMALY);
    gd_guest_restore(&pass->guest);
    gd_thread.pass = NULL;
    if (scratch) {
        gd_thread.scope = scratch;
        gd_scope_close();
    }
}

GD_COLD void gd_pass_abandon(void)
{
    gd_pass *pass = gd_thread.pass;
    gd_scope_close_down_to(pass->depth);
    erase_marks(pass->y);
    gd_thread.pruning = false;
    pass->done = false;
    gd_pass_end(pass);
}

/* ---- The start ---------------------------------------------------------------------------------------------- */

/* The record of a pass; with create_graph in the current scope, where all that the rules make belongs. */
static inline gd_pass *new_pass(bool create_graph)
{
    gd_arena *home = gd_current_scope();
    if (!create_graph && !gd_scope_open(false))
        return NULL;
    gd_pass *pass = gd_arena_take(gd_thread.scope, sizeof *pass);
    if (!pass && !create_graph)
        gd_scope_close();
    if (!pass)
        return NULL;
    pass->create_graph = create_graph;
    pass->scope = home;
    pass->scratch = create_graph ? NULL : gd_thread.scope;
    return pass;
}

GD_NOINLINE gd_pass *gd_pass_begin(const char *function, gd_tensor *y, gd_tensor *dy, bool create_graph)
{
    if (!gd_pass_possible(function, y, dy) || !(gd_thread.recycled || gd_recycle_ready()))
        return NULL;
    gd_pass *pass = new_pass(create_graph);
    if (!pass)
        return NULL;
    pass->function = function;
    pass->failures = gd_failures();
    pass->pending = 0;
    pass->done = false;
    pass->y = y;
    pass->no_grad = gd_thread.no_grad;
    pass->depth = gd_thread.depth;
    gd_thread.pass = pass;
    gd_thread.no_grad = (pass->no_grad & GD_ANOMALY) | (create_graph ? 0 : GD_IN_PASS | 1);
    pass->guest = gd_guest_enter(gd_rule_guest);
    if (pass->scratch)
        pass->scratch->recycles = true;
    gd_tensor *seed = dy ? dy : one_like(y);
    pass->done = gd_guest_behaved(function, seed && gd_walk(pass, seed));
    gd_thread.running = NULL;
    return pass;
}
