/* grad.c - gd_grad: gradients with respect to chosen tensors, without touching any ->grad.
 *
 * Only the part of the graph between the xs and y is differentiated.  One traversal of the tape, from y to the oldest
 * node, marks what y depends on (reached); a second one, in the other direction, marks what depends on one of the xs
 * (wanted). */
#include <string.h>

#include "grad.h"

#include "backward.h"
#include "hooks.h"
#include "base/compiler.h"
#include "base/guest.h"
#include "base/memory.h"
#include "base/message.h"
#include "base/start.h"
#include "dead_graph.h"
#include "gradus/tensor.h"
#include "record.h"
#include "tensor/alive.h"
#include "tensor/check.h"
#include "tensor/nest.h"
#include "tensor/new.h"
#include "tensor/shape.h"

/* The nodes that y depends on, newest first, in memory of an arena; NULL when memory is out. */
static gd_node **reached_nodes(gd_arena *arena, gd_tensor *y, int64_t *count)
{
    int64_t room = 64, n = 0, open = 1;
    gd_node **nodes = gi_arena_take(arena, (size_t)room * sizeof(gd_node *));
    if (!nodes)
        return NULL;
    y->marks |= GI_REACHED;
    for (gd_node *node = y->node; node && open; node = node->prev) {
        if (!(node->out->marks & GI_REACHED))
            continue;
        if (n == room) {
            gd_node **more = gi_arena_take(arena, 2 * (size_t)room * sizeof(gd_node *));
            if (!more)
                return NULL;
            memcpy(more, nodes, (size_t)room * sizeof(gd_node *));
            nodes = more;
            room *= 2;
        }
        nodes[n++] = node;
        open--;
        for (int i = 0; i < node->n; i++) {
            gd_tensor *x = node->in[i];
            if (!x || !x->requires_grad || (x->marks & GI_REACHED))
                continue;
            x->marks |= GI_REACHED;
            open += x->node != NULL;
        }
    }
    *count = n;
    return nodes;
}

static void mark_wanted(gd_node *const *nodes, int64_t count, gd_tensor *const xs[], int n)
{
    for (int i = 0; i < n; i++)
        xs[i]->marks |= GI_WANTED | GI_ASKED;
    for (int64_t k = count - 1; k >= 0; k--)
        for (int i = 0; i < nodes[k]->n; i++)
            if (nodes[k]->in[i] && (nodes[k]->in[i]->marks & GI_WANTED))
                nodes[k]->out->marks |= GI_WANTED;
}

static void unmark(gd_tensor *y, gd_node *const *nodes, int64_t count, gd_tensor *const xs[], int n)
{
    y->marks &= GI_HOOKED;
    for (int64_t k = 0; k < count; k++) {
        nodes[k]->out->marks &= GI_HOOKED;
        for (int i = 0; i < nodes[k]->n; i++)
            if (nodes[k]->in[i])
                nodes[k]->in[i]->marks &= GI_HOOKED;
    }
    for (int i = 0; i < n; i++)
        xs[i]->marks &= GI_HOOKED;
}

/* y comes before the xs: where it is NULL, an earlier failure has left the message that matters. */
static bool valid_arguments(const char *function, const gd_tensor *y, gd_tensor *const xs[], int n, gd_tensor *dxs[])
{
    if (n < 0)
        return gd_fail("%s: n = %d must not be negative", function, n);
    if (n > 0 && (!gi_not_null(function, "xs", xs) || !gi_not_null(function, "dxs", dxs)))
        return false;
    for (int i = 0; i < n; i++)
        dxs[i] = NULL;
    if (!gi_given_tensor(function, "y", y) || !gi_alive(function, "y", y))
        return false;
    for (int i = 0; i < n; i++) {
        if (!gi_given(function, "one of the xs", xs[i]) || !gi_all_alive(function, "xs", xs, i + 1))
            return false;
        if (!xs[i]->requires_grad)
            return gd_fail("%s: xs[%d], %s, does not require a gradient%s", function, i, gi_text_of(xs[i]).s,
                           gi_path_text(xs[i]).s);
    }
    return true;
}

/* The gradient in x's slot, in the caller's scope; with create_graph it is there already. */
static gd_tensor *result(const gi_pass *pass, gd_tensor *x)
{
    if (pass->create_graph)
        return x->slot;
    gd_tensor *copy = gi_new_in(pass->scope, pass->function, x->ndim, x->shape);
    return copy && gi_start_one(pass->function, gi_copy_compute, copy, x->slot, NULL, 0) ? copy : NULL;
}

/* Where one of the paths that begin at y ends: see gi_path_text.  The nodes that y depends on are marked. */
static gi_text cut_path(const gd_tensor *y)
{
    for (const gd_node *node = y->node; node; node = node->prev)
        for (int i = 0; i < node->n && (node->out->marks & GI_REACHED); i++)
            if (node->in[i] && !node->in[i]->requires_grad && node->in[i]->path_end)
                return gi_path_text(node->in[i]);
    return (gi_text){ "" };
}

enum { ALL = -1, FAILED = -2 };

/* The dxs: ALL, FAILED, or which of the xs y does not depend on. */
static int collect(gi_pass *pass, gd_tensor *const xs[], int n, gd_tensor *dxs[], bool zeros)
{
    if (!gi_run_leaf_hooks(pass))
        return FAILED;
    gi_thread.scope = pass->scope;
    for (int i = 0; i < n; i++)
        if (!xs[i]->slot && !zeros)
            return i;
    for (int i = 0; i < n; i++)
        if (!(dxs[i] = xs[i]->slot ? result(pass, xs[i]) : gd_zeros_like(xs[i])))
            return FAILED;
    return ALL;
}

static bool all_zeros(gd_tensor *const xs[], int n, gd_tensor *dxs[])
{
    for (int i = 0; i < n; i++)
        if (!(dxs[i] = gd_zeros_like(xs[i])))
            return false;
    return true;
}

/* The pass that computes dxs, between marking and unmarking.  The message comes last, when all marks are removed: the
 * error handler may leave by longjmp. */
static GI_NOINLINE bool pruned_pass(const char *function, gd_tensor *y, gd_tensor *dy, gd_tensor *const xs[], int n,
                                    gd_tensor *dxs[], bool create_graph, bool zeros, gd_node *const *nodes,
                                    int64_t count)
{
    int missing = FAILED;
    gi_text path = { "" };
    mark_wanted(nodes, count, xs, n);
    gi_thread.pruning = true;
    gi_pass *pass = gi_pass_begin(function, y, dy, create_graph);
    if (pass)
        gi_pass_run(pass);
    if (pass && pass->done)
        missing = collect(pass, xs, n, dxs, zeros);
    if (missing >= 0)
        path = cut_path(y);
    if (pass)
        gi_pass_end(pass);
    gi_thread.pruning = false;
    unmark(y, nodes, count, xs, n);
    for (int i = 0; i < n && missing != ALL; i++)
        dxs[i] = NULL;
    if (missing >= 0)
        gd_fail("%s: y does not depend on xs[%d], %s%s", function, missing, gi_text_of(xs[missing]).s, path.s);
    return missing == ALL;
}

static bool grad(const char *function, gd_tensor *y, gd_tensor *dy, gd_tensor *const xs[], int n, gd_tensor *dxs[],
                 bool create_graph, bool zeros)
{
    if (!valid_arguments(function, y, xs, n, dxs)
        || !gi_alive(function, "dy", dy) || gi_pass_runs(function) || !gi_graph_alive(function, y))
        return false;
    if (zeros && !y->requires_grad)
        return all_zeros(xs, n, dxs);
    if (!gi_pass_possible(function, y, dy))
        return false;
    gd_arena arena;
    gi_arena_init(&arena, GI_SCOPES);
    int64_t count;
    gd_node **nodes = reached_nodes(&arena, y, &count);
    bool good = nodes && pruned_pass(function, y, dy, xs, n, dxs, create_graph, zeros, nodes, count);
    gi_arena_free(&arena);
    return good;
}

bool gd_grad(gd_tensor *y, gd_tensor *dy, gd_tensor *const xs[], int n, gd_tensor *dxs[], bool create_graph)
{
    return grad("gd_grad", y, dy, xs, n, dxs, create_graph, false);
}

bool gi_grad_or_zero(const char *function, gd_tensor *y, gd_tensor *dy, gd_tensor *const xs[], int n,
                     gd_tensor *dxs[], bool create_graph)
{
    return grad(function, y, dy, xs, n, dxs, create_graph, true);
}
