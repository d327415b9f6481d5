/* leaf_grad.c - ->grad of leaves: its memory, adding the results of a pass to it, and gradients that are part of a
 * graph (create_graph).  The traversal that computes the gradients is in backward.c. */
#include "leaf_grad.h"

#include "computations.h"
#include "hooks.h"
#include "base/compiler.h"
#include "base/guest.h"
#include "base/memory.h"
#include "base/start.h"
#include "gradus/operations.h"
#include "gradus/tensor.h"
#include "record.h"
#include "tensor/accumulate.h"
#include "tensor/alive.h"
#include "tensor/check.h"
#include "tensor/nest.h"
#include "tensor/new.h"
#include "tensor/shape.h"

/* ---- Where a gradient is kept ---------------------------------------------------------------------------- */

gd_tensor *gi_grad_memory(gd_tensor *x)
{
    if (!x->grad_memory)
        x->grad_memory = gi_new_in(x->owner, "gd_backward", x->ndim, x->shape);
    return x->grad_memory;
}

/* ---- Gradients that are part of a graph ------------------------------------------------------------------ */

typedef struct graph_leaf {
    struct graph_leaf *next;
    gd_tensor         *leaf;
} graph_leaf;

/* x->grad = value, in memory that is there. */
static inline void put(gd_tensor *x, const gd_tensor *value)
{
    if (x->grad_memory->data != value->data)
        gi_copy(x->grad_memory->data, value);
    gi_overwritten(x->grad_memory);
    x->grad = x->grad_memory;
}

static bool store(gd_tensor *x, const gd_tensor *value)
{
    if (!gi_grad_memory(x))
        return false;
    put(x, value);
    return true;
}

/* When a scope closes, the ->grad of leaves that outlive it are copied out of it, to the memory of their leaves. */
static void settle(gd_arena *scope)
{
    for (graph_leaf *g = scope->graph_leaves; g; g = g->next)
        if (g->leaf->grad && g->leaf->grad->owner == scope && !store(g->leaf, g->leaf->grad))
            g->leaf->grad = NULL;
}

void gi_forget_leaves(const gd_arena *owner)
{
    for (gd_arena *scope = gi_thread.scope; scope; scope = scope->parent) {
        graph_leaf *kept = NULL, *next;
        for (graph_leaf *g = scope->graph_leaves; g; g = next) {
            next = g->next;
            if (g->leaf->owner != owner) {
                g->next = kept;
                kept = g;
            }
        }
        scope->graph_leaves = kept;
    }
}

static bool add_to_graph_grad(gd_arena *scope, gd_tensor *x)
{
    gi_not_captured("gd_backward_from", "keeps in ->grad a part of the graph");
    gd_tensor *sum = x->grad ? gd_add(x->grad, x->slot) : gd_scale(x->slot, 1);     /* a copy, not shared */
    graph_leaf *g = x->owner != scope ? gi_arena_take(scope, sizeof *g) : NULL;
    if (!sum || (x->owner != scope && !g))
        return false;
    if (g) {
        *g = (graph_leaf){ scope->graph_leaves, x };
        scope->graph_leaves = g;
        scope->settle = settle;
    }
    x->grad = sum;
    return true;
}

/* ---- The end of a pass, and what a program does with ->grad ----------------------------------------------- */

static bool add_to_graph_grads(const gi_pass *pass)
{
    for (int64_t i = 0; i < pass->reached_count; i++)
        if (!add_to_graph_grad(gi_thread.scope, pass->reached[i]))
            return false;
    return true;
}

bool gi_put_gradient(gd_tensor *x, gd_tensor *const value[], const void *attributes)
{
    (void)attributes;
    put(x, value[0]);
    return true;
}

static bool add_again(gd_tensor *x, gd_tensor *const value[], const void *attributes)
{
    (void)attributes;
    gi_accumulate(x->grad, value[0]);
    gi_overwritten(x->grad);
    return true;
}

/* The same while a step is captured. */
static GI_COLD bool capture_numbers(const gi_pass *pass)
{
    for (int64_t i = 0; i < pass->reached_count; i++) {
        gd_tensor *x = pass->reached[i];
        if (!x->owner->captured) {          /* else it is made anew by each run */
            gi_guard(&x->grad, sizeof x->grad);
            gi_guard(&x->grad_memory, sizeof x->grad_memory);
        }
        if (!gi_start_one(x->grad ? "is added to ->grad" : "becomes ->grad", x->grad ? add_again : gi_put_gradient, x,
                          x->slot, NULL, 0))
            return false;
    }
    return true;
}

/* Everything that can fail comes before the first gradient changes. */
static inline bool add_numbers(const gi_pass *pass)
{
    gd_tensor **reached = pass->reached;
    int64_t n = pass->reached_count;
    for (int64_t i = 0; i < n; i++)
        if (!reached[i]->grad && !gi_grad_memory(reached[i]))
            return false;
    if (gi_capturing())
        return capture_numbers(pass);
    for (int64_t i = 0; i < n; i++) {
        if (reached[i]->grad) {
            gi_accumulate(reached[i]->grad, reached[i]->slot);
            gi_overwritten(reached[i]->grad);
        } else {
            put(reached[i], reached[i]->slot);
        }
    }
    return true;
}

bool gi_add_to_grads(gi_pass *pass)
{
    unsigned marks = 0;
    for (int64_t i = 0; i < pass->reached_count; i++)
        marks |= pass->reached[i]->marks;
    if (GI_LIKELY(!(marks | pass->create_graph)))
        return add_numbers(pass);
    if (!gi_run_leaf_hooks(pass) || !(pass->create_graph ? add_to_graph_grads(pass) : add_numbers(pass)))
        return false;
    return gi_run_post_hooks(pass);
}

GI_COLD void gi_say_no_leaf(const gd_tensor *t)
{
    gd_fail("gd_zero_grad_of: t, %s, has no ->grad%s: see gd_retain_grad", gi_text_of(t).s, gi_not_a_leaf(t).s);
}

static bool zero_again(gd_tensor *t, gd_tensor *const x[], const void *attributes)
{
    (void)x;
    (void)attributes;
    gd_zero_grad_of(t);
    return true;
}

void gd_zero_grad_of(gd_tensor *t)
{
    if (!t || !gi_alive("gd_zero_grad_of", "t", t))
        return;
    gi_settled(&t->grad);
    if (gi_capturing()) {
        gi_start("gd_zero_grad_of", zero_again, t, NULL, 0, NULL, 0);
        return;
    }
    gi_zero_grad(t);
}

bool gd_set_grad(gd_tensor *t, gd_tensor *value)
{
    if (!gi_given("gd_set_grad", "t", t) || !gi_given_tensor("gd_set_grad", "value", value)
        || !gi_alive("gd_set_grad", "t", t) || !gi_alive("gd_set_grad", "value", value))
        return false;
    if (!gi_same_shape(t, value))
        return gd_fail("gd_set_grad: value is %s and t is %s: they must have the same shape", gi_text_of(value).s,
                       gi_text_of(t).s);
    value = gd_contiguous(gd_detach(value));        /* it may be the old gradient in another order */
    if (!gi_capturing())
        return value && store(t, value);
    gi_settled(&t->grad);
    return value && gi_grad_memory(t) && gi_start_one("gd_set_grad", gi_put_gradient, t, value, NULL, 0);
}
