/* scope.c - scopes: opening, closing, and keeping a tensor beyond the end of one.  The stack itself is in
 * base/scopes.c. */
#include <stdbool.h>

#include "alive.h"
#include "base/compiler.h"
#include "base/guest.h"
#include "base/scopes.h"
#include "base/start.h"
#include "base/thread_state.h"
#include "gradus/tensor.h"
#include "nest.h"
#include "new.h"
#include "path.h"

bool gd_scope_begin(void)
{
    return gi_scope_open(true);
}

static GI_COLD bool refuse_to_end(const char *function)
{
    if (gi_thread.depth == 0)
        return gd_fail("%s: no scope is open", function);
    return gd_fail("%s: the innermost scope is not one that %s opened, and stays open", function, gi_guest_text().s);
}

/* May the caller close the innermost scope?  A guest may not, if it has not opened it. */
static inline bool may_end(void)
{
    return GI_LIKELY(gi_thread.depth > gi_thread.floor) || (!gi_guest_runs() && gi_thread.depth > 0);
}

bool gd_scope_end(void)
{
    if (!may_end())
        return refuse_to_end("gd_scope_end");
    gi_scope_close();
    return true;
}

int gd_scope_enter(void)
{
    int depth = gi_thread.depth;
    (void)gi_scope_open(false);
    return depth;
}

/* Scopes that were opened inside have not been closed, or a guest was left by longjmp.  The warning comes last: the
 * handler may leave by longjmp. */
static GI_COLD void leave_several(int depth)
{
    int more = 0;
    if (depth >= gi_thread.floor || !gi_guest_runs())
        more = gi_thread.depth - depth - 1;
    while (gi_thread.depth > depth && gd_scope_end())
        continue;
    if (more > 0)
        gd_notice("warning: GD_SCOPE: scopes opened inside it and left open, closed now: %d; is there a gd_scope_begin "
                  "without gd_scope_end, or a longjmp out of a GD_SCOPE?", more);
}

void gd_scope_leave(int *depth)
{
    if (GI_LIKELY(gi_thread.depth == *depth + 1))
        gd_scope_end();
    else
        leave_several(*depth);
}

/* ---- What outlives a scope ------------------------------------------------------------------------------------ */

gd_tensor *gd_keep(gd_tensor *t)
{
    static const gd_op keep_op = { .name = "gd_keep" };
    if (!t || !gi_alive("gd_keep", "t", t))
        return NULL;
    gd_arena *scope = gi_current_scope();
    gd_arena *home = scope->parent ? scope->parent : scope;
    if (!home->captured)
        gi_not_captured("gd_keep", "makes a tensor in the scope around the step");
    gd_tensor *copy = gi_new_in(home, "gd_keep", t->ndim, t->shape);
    if (!copy || !gi_start_one("gd_keep", gi_copy_compute, copy, t, NULL, 0))
        return NULL;
    gi_path_ends(copy, t, &keep_op);
    return copy;
}

gd_tensor *gd_scope_end_with(gd_tensor *t)
{
    if (!may_end())
        return refuse_to_end("gd_scope_end_with"), NULL;
    gd_tensor *kept = !t || gi_alive("gd_scope_end_with", "t", t) ? gd_keep(t) : NULL;
    gd_scope_end();
    return kept;
}

/* ---- The end of everything ------------------------------------------------------------------------------------ */

void gd_shutdown(void)
{
    if (gi_thread.scope && gi_guest_runs()) {
        gd_fail("gd_shutdown: %s, which still needs what would be freed, is running", gi_guest_text().s);
        return;
    }
    int by_hand = gi_empty_thread();
    if (by_hand)
        gd_notice("warning: gd_shutdown: scopes opened by gd_scope_begin and left open, closed now: %d", by_hand);
}
