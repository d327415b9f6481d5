/* backward.c - the walk along the tape, from the newest node to the oldest.  How a pass begins and ends: pass.c.
 *
 * During the walk every tensor that a gradient has reached holds it in its slot.  Nothing that the caller can
 * see changes before the walk has succeeded; then leaf_grad.c adds the slots of leaves to ->grad.
 *
 * In an ordinary pass the rules run in a scope of the pass, nothing is recorded, and the memory of a gradient is
 * used again as soon as no slot holds it.  With create_graph the rules run like any other code of the
 * caller's: they record, and what they make belongs to the current scope. */
#include <inttypes.h>
#include <stdio.h>

#include "backward.h"
#include "base/compiler.h"
#include "base/memory.h"
#include "base/message.h"
#include "base/thread_state.h"
#include "gradus/tensor.h"
#include "tensor/nest.h"
#include "tensor/recycle.h"
#include "tensor/shape.h"

/* ---- Who holds a gradient --------------------------------------------------------------------------------- */

static bool is_scratch(const gi_pass *pass, const gd_tensor *t)
{
    return t->owner == pass->scratch;
}

/* A view keeps its base alive. */
static inline void hold(const gi_pass *pass, gd_tensor *gradient)
{
    if (!is_scratch(pass, gradient))
        return;
    gradient->uses++;
    if (gradient->base != gradient)
        gradient->base->uses++;
}

static GI_NOINLINE void let_go_of_base(const gi_pass *pass, gd_tensor *base)
{
    if (is_scratch(pass, base) && --base->uses == 0)
        gi_recycle(base);
}

static inline void let_go(const gi_pass *pass, gd_tensor *gradient)
{
    if (!is_scratch(pass, gradient))
        return;
    gd_tensor *base = gradient->base;
    if (--gradient->uses == 0)
        gi_recycle(gradient);
    if (GI_UNLIKELY(base != gradient))
        let_go_of_base(pass, base);
}

/* What the last rule made and no slot holds. */
static inline void recycle_temporaries(void)
{
    gd_tensor *t = gi_thread.temporaries;
    gi_thread.temporaries = NULL;
    while (t) {
        gd_tensor *next = t->slot;
        t->slot = NULL;
        if (t->uses == 0)
            gi_recycle(t);
        t = next;
    }
}

/* ---- Gathering gradients in slots --------------------------------------------------------------------------- */

/* The list of tensors that will have a result; its memory stays with the thread. */
static bool remember(gd_tensor *x)
{
    if (gi_thread.reached_count == gi_thread.reached_room) {
        int64_t room = gi_thread.reached_room ? 2 * gi_thread.reached_room : 64;
        gd_tensor **list = gi_memory_resize(GI_PROGRAM, gi_thread.reached, (size_t)room * sizeof(gd_tensor *));
        if (!list)
            return false;
        gi_thread.reached = list;
        gi_thread.reached_room = room;
    }
    gi_thread.reached[gi_thread.reached_count++] = x;
    return true;
}

void gi_accumulate(gd_tensor *sum, const gd_tensor *value)
{
    if (sum->contiguous && value->contiguous) {
        gi_accumulate_loop(sum->numel, sum->data, value->data);
        return;
    }
    gi_nest nest;
    const int64_t *const strides[] = { sum->stride, value->stride };
    gi_nest_init(&nest, sum->ndim, sum->shape, 2, strides);
    gd_real *const start[] = { sum->data, value->data };
    gi_nest_spread(&nest, 2, start, gi_accumulate_inner, NULL, 1);
}

gd_tensor *gi_gathered(const gd_node *node, int i)
{
    gd_tensor *slot = node->in[i]->slot;
    bool alone = slot && gi_thread.scope->recycles && slot->owner == gi_thread.scope && slot->base == slot
                 && slot->uses == 1;
    return alone ? slot : NULL;
}

/* slot(x) += gradient, where there is something in the slot, or x will have a result. */
static GI_NOINLINE bool gather_other(gi_pass *pass, gd_tensor *x, gd_tensor *gradient)
{
    gd_tensor *slot = x->slot;
    if (!slot) {
        hold(pass, gradient);
        x->slot = gradient;
        return remember(x);
    }
    if (!pass->create_graph && is_scratch(pass, slot) && slot->base == slot && slot->uses == 1) {
        if (slot != gradient)                   /* else the rule has done it, see gi_gathered */
            gi_accumulate(slot, gradient);
        return true;
    }
    gd_tensor *sum = gd_add(slot, gradient);
    if (!sum)
        return false;
    hold(pass, sum);
    let_go(pass, slot);
    x->slot = sum;
    return true;
}

/* slot(x) += gradient. */
static inline bool gather(gi_pass *pass, gd_tensor *x, gd_tensor *gradient)
{
    if (x->slot || !x->node)
        return gather_other(pass, x, gradient);
    hold(pass, gradient);
    x->slot = gradient;
    pass->pending++;
    return true;
}

/* ---- One node -------------------------------------------------------------------------------------------- */

static GI_COLD bool overwritten(const gi_pass *pass, const gd_node *node, const char *which, int i,
                                const gd_tensor *t)
{
    char number[16] = "";
    if (i >= 0)
        snprintf(number, sizeof number, " %d", i);
    return gd_fail("%s: %s%s of %s%s%s%s, %s, was overwritten after it was recorded, and the gradient needs the "
                   "old value", pass->function, which, number, node->op->name, t->name ? " (\"" : "",
                   t->name ? t->name : "", t->name ? "\")" : "", gi_shape_text(t->ndim, t->shape).s);
}

/* A version beyond this thread's clock was given by another thread, before it handed t over. */
static inline bool changed(const gd_node *node, const gd_tensor *t)
{
    return t->base->version > node->time && t->base->version <= gi_thread.clock;
}

/* Something was overwritten since the node was recorded: is it a value that a wanted gradient reads? */
static GI_COLD bool unread(const gi_pass *pass, const gd_node *node)
{
    for (int i = 0; i < node->n; i++) {
        unsigned mask = (unsigned)(node->op->reads >> (8 * (i < 7 ? i : 7))) & 0xff;
        if (!mask || !gi_wanted(node, i))
            continue;
        if ((mask & GD_THE_OUTPUT) && changed(node, node->out))
            return overwritten(pass, node, "the output", -1, node->out);
        for (int j = 0; j < node->n; j++)
            if ((mask & GD_INPUT(j < 6 ? j : 6)) && node->in[j] && changed(node, node->in[j]))
                return overwritten(pass, node, "input", j, node->in[j]);
    }
    return true;
}

static GI_COLD bool bad_gradient(const gi_pass *pass, const gd_node *node, int i, const gd_tensor *dx)
{
    if (dx)
        return gd_fail("%s: the rule of %s gave a gradient of shape %s for input %d, which is %s", pass->function,
                       node->op->name, gi_text_of(dx).s, i, gi_text_of(node->in[i]).s);
    if (gi_failures() == pass->failures)
        gd_fail("%s: the rule of %s gave no gradient for input %d", pass->function, node->op->name, i);
    return false;
}

/* Summed back over the axes that were broadcast. */
static GI_NOINLINE gd_tensor *summed_back(const gi_pass *pass, const gd_node *node, int i, gd_tensor *dx)
{
    gd_tensor *x = node->in[i];
    bool stretches = dx && x->ndim <= dx->ndim;
    for (int k = 0; stretches && k < x->ndim; k++)
        stretches = x->shape[k] == dx->shape[k + dx->ndim - x->ndim] || x->shape[k] == 1;
    if (stretches) {
        if (!x->grad_memory || gi_thread.target != (void *)x->grad_memory->data)
            gi_thread.target = NULL;            /* the aim was at another input */
        return gi_sum_to(dx, x);
    }
    bad_gradient(pass, node, i, dx);
    return NULL;
}

static inline gd_tensor *fitted(const gi_pass *pass, const gd_node *node, int i, gd_tensor *dx)
{
    if (!gi_gradient_alive(pass->function, node, i, dx))
        return NULL;
    return GI_LIKELY(dx && gi_same_shape(dx, node->in[i])) ? dx : summed_back(pass, node, i, dx);
}

/* Two gradients from one rule may reach the same tensor or share memory, so both are held before the first is
 * gathered. */
static GI_NOINLINE bool gather_several(gi_pass *pass, gd_node *node, gd_tensor **dx)
{
    for (int i = 0; i < node->n; i++) {
        if (!gi_wanted(node, i))
            continue;
        if (!(dx[i] = fitted(pass, node, i, dx[i])))
            return false;
        hold(pass, dx[i]);
    }
    gi_thread.target = NULL;                /* an aim is at a result of this rule */
    recycle_temporaries();
    for (int i = 0; i < node->n; i++) {
        if (!gi_wanted(node, i))
            continue;
        if (!gather(pass, node->in[i], dx[i]))
            return false;
        let_go(pass, dx[i]);
    }
    recycle_temporaries();
    return true;
}

static inline bool wants(const gd_tensor *x)
{
    return x && x->requires_grad && (!gi_thread.pruning || !gi_prunes(x));
}

bool gi_wants(const gd_node *node, int i)
{
    return wants(node->in[i]);
}

/* Can the rule be run?  Its node has been found to want something. */
static inline bool ready(const gi_pass *pass, const gd_node *node)
{
    if (GI_UNLIKELY(!node->op->rule))
        return gd_fail("%s: %s has no derivative", pass->function, node->op->name);
    return GI_LIKELY(node->time == gi_thread.clock) || !node->op->reads || unread(pass, node);
}

/* Many inputs: three and more. */
static GI_NOINLINE bool apply_long_rule(gi_pass *pass, gd_node *node, gd_tensor *dy)
{
    enum { FEW = 4 };
    gd_tensor *few[FEW] = { NULL }, **dx = few;
    bool any = false;
    gi_thread.wanted = 0;
    for (int i = 0; i < node->n; i++)
        if (wants(node->in[i])) {
            any = true;
            if (i < GI_WANTED_BITS)
                gi_thread.wanted |= UINT64_C(1) << i;
        }
    if (!any)
        return true;
    if (!ready(pass, node))
        return false;
    if (node->n > FEW) {
        if (!(dx = gi_arena_take(gi_thread.scope, (size_t)node->n * sizeof *dx)))
            return false;
        for (int i = 0; i < node->n; i++)
            dx[i] = NULL;
    }
    gi_thread.running = node->op->name;
    node->op->rule(node, dy, dx);
    return gather_several(pass, node, dx);
}

/* Looks which inputs want a gradient, for gi_wanted, runs the rule, and gathers what it gave. */
static inline bool apply_rule(gi_pass *pass, gd_node *node, gd_tensor *dy)
{
    enum { FIRST = 1, SECOND = 2 };
    if (GI_UNLIKELY(node->n > 2))
        return apply_long_rule(pass, node, dy);
    gd_tensor *dx[2] = { NULL, NULL };
    const unsigned first = wants(node->in[0]), second = node->n > 1 && wants(node->in[1]);
    gi_thread.wanted = first * FIRST + second * SECOND;
    if (!(first | second))
        return true;
    if (!ready(pass, node))
        return false;
    gi_thread.running = node->op->name;
    node->op->rule(node, dy, dx);
    if (gi_thread.wanted == FIRST + SECOND)
        return gather_several(pass, node, dx);
    const int one = gi_thread.wanted == SECOND;
    gd_tensor *fit = fitted(pass, node, one, dx[one]);
    bool gathered = fit && gather(pass, node->in[one], fit);
    recycle_temporaries();
    return gathered;
}

/* ---- The walk -------------------------------------------------------------------------------------------- */

static bool keeps_slot(const gd_tensor *out)
{
    return (out->retain_grad && !gi_thread.pruning) || (out->marks & GI_ASKED);
}

bool gi_walk(gi_pass *pass, gd_tensor *dy)
{
    if (!gather(pass, pass->y, dy))
        return false;
    for (gd_node *node = pass->y->node; node && pass->pending; node = node->prev) {
        gd_tensor *out = node->out;
        dy = out->slot;
        if (!dy)
            continue;
        pass->pending--;
        if (!apply_rule(pass, node, dy))
            return false;
        if ((gi_thread.no_grad & GI_ANOMALY) && !gi_finite_gradient(pass->function, node))
            return false;
        if (GI_UNLIKELY(out->retain_grad | out->marks) && keeps_slot(out)) {
            if (!remember(out))
                return false;
        } else {
            out->slot = NULL;
            let_go(pass, dy);
        }
    }
    return true;
}
