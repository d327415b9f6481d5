/* recompute.c - gd_recomputed: a function whose intermediate results are not remembered for the backward pass, but
 * computed again when it comes to them (T. Chen, B. Xu, C. Zhang, C. Guestrin 2016).
 *
 * Forward, the function runs in a scope of its own, which is then freed; on the tape remains one node, whose inputs are
 * the xs and all other tensors from outside that the result depends on.  Backward, the function runs again and is
 * recorded, on the same inputs; the walk goes down that piece of tape as if it had been there all the time, and so
 * gradients are added up in the same order and have the same bits. */
#include "recompute.h"

#include <string.h>

#include "base/guest.h"
#include "base/memory.h"
#include "base/message.h"
#include "base/random.h"
#include "base/scopes.h"
#include "base/start.h"
#include "base/thread_state.h"
#include "gather.h"
#include "record.h"
#include "function.h"
#include "gradus/derivatives.h"
#include "gradus/tensor.h"
#include "tensor/alive.h"
#include "tensor/nest.h"
#include "tensor/new.h"
#include "tensor/path.h"
#include "tensor/shape.h"

typedef struct recomputed {
    gd_function *function;
    void        *context;
    int          n;                         /* the first inputs of the node: the xs */
    uint64_t     random[4];                 /* the generator before the function ran */
} recomputed;

static const char guest[] = GI_GUEST("gd_recomputed", "the function");

gd_tensor gi_gathered;

/* ---- Backward ---------------------------------------------------------------------------------------------------- */

/* The function once more, recorded, with the random numbers of the first time. */
static gd_tensor *compute_again(const gd_node *node)
{
    const recomputed *r = node->attributes;
    const unsigned long failures = gi_failures();
    const int no_grad = gi_thread.no_grad;
    const bool recomputing = gi_thread.recomputing;
    uint64_t random[4];
    memcpy(random, gi_random_state(), sizeof random);
    memcpy(gi_random_state(), r->random, sizeof random);
    gi_thread.no_grad &= GI_ANOMALY;
    gi_thread.recomputing = true;
    gd_tensor *y = gi_run_checked(guest, r->function, node->in, r->n, r->context);
    gi_thread.recomputing = recomputing;
    gi_thread.no_grad = (no_grad & ~GI_ANOMALY) | (gi_thread.no_grad & GI_ANOMALY);
    memcpy(gi_random_state(), random, sizeof random);
    if (!y && gi_failures() == failures)
        gd_fail("%s: function returned NULL", guest);
    return y;
}

static bool same_as_before(const gi_pass *pass, const gd_node *node, const gd_tensor *y)
{
    const gd_tensor *first = node->out;
    if (!gi_same_shape(first, y))
        return gd_fail("%s: the function of gd_recomputed returned %s and, computed again, %s", pass->function,
                       gi_text_of(first).s, gi_text_of(y).s);
    const gd_real *numbers = gi_contiguous_numbers(y);
    if (!numbers)
        return false;
    return (y->requires_grad && memcmp(numbers, first->data, (size_t)y->numel * sizeof *numbers) == 0)
           || gd_fail("%s: the function of gd_recomputed gave other numbers when it was computed again: it must "
                      "compute the same from the same tensors", pass->function);
}

static void mark_inputs(const gd_node *node, bool on)
{
    for (int i = 0; i < node->n; i++)
        if (node->in[i])
            node->in[i]->marks = (uint8_t)(on ? node->in[i]->marks | GI_OUTSIDE : node->in[i]->marks & ~GI_OUTSIDE);
}

/* Nothing but the inputs of the node can get a gradient from outside the piece of tape above `end`, newest first. */
static bool only_known_inputs(const gi_pass *pass, const gd_node *node, const gd_node *end)
{
    const gd_tensor *unknown = NULL;
    for (const gd_node *made = gi_thread.tape; made != end; made = made->prev)
        made->out->marks |= GI_OUTSIDE;
    mark_inputs(node, true);
    for (const gd_node *made = gi_thread.tape; made != end; made = made->prev)
        for (int i = 0; i < made->n; i++)
            if (made->in[i] && made->in[i]->requires_grad && !(made->in[i]->marks & GI_OUTSIDE))
                unknown = made->in[i];
    mark_inputs(node, false);
    for (const gd_node *made = gi_thread.tape; made != end; made = made->prev)
        made->out->marks &= (uint8_t)~GI_OUTSIDE;
    return !unknown || gd_fail("%s: the function of gd_recomputed used %s when it was computed again, and not before",
                               pass->function, gi_text_of(unknown).s);
}

/* In gd_grad: what of the piece of tape depends on one of the wanted tensors? */
static bool mark_wanted(const gd_node *end)
{
    int64_t count = 0, k = 0;
    for (const gd_node *made = gi_thread.tape; made != end; made = made->prev)
        count++;
    gd_node **nodes = gi_arena_take(gi_thread.scope, (size_t)count * sizeof *nodes);
    if (!nodes)
        return false;
    for (gd_node *made = gi_thread.tape; made != end; made = made->prev)
        nodes[k++] = made;
    while (k-- > 0)
        for (int i = 0; i < nodes[k]->n; i++)
            if (nodes[k]->in[i] && (nodes[k]->in[i]->marks & GI_WANTED))
                nodes[k]->out->marks |= GI_WANTED;
    return true;
}

/* The function is computed again, in the current scope, and its piece of tape is ready to be walked. */
static gd_tensor *prepared(const gi_pass *pass, const gd_node *node, const gd_node *end)
{
    gd_tensor *y = compute_again(node);
    return y && same_as_before(pass, node, y) && only_known_inputs(pass, node, end)
           && (!gi_thread.pruning || mark_wanted(end)) ? y : NULL;
}

/* y may also be a tensor from outside, which the function has returned as it was. */
static bool walk_piece(gi_pass *pass, gd_tensor *y, gd_tensor *dy, const gd_node *end)
{
    for (const gd_node *made = gi_thread.tape; made != end; made = made->prev)
        if (made == y->node)
            return gi_walk(pass, y, dy, end);
    return gi_gather(pass, y, dy);
}

/* With create_graph: all becomes part of the graph. */
static bool in_graph(gi_pass *pass, gd_node *node, gd_tensor *dy)
{
    gd_node *end = gi_thread.tape, *newest;
    gd_tensor *y = prepared(pass, node, end);
    newest = gi_thread.tape;
    bool good = y && walk_piece(pass, y, dy, end);
    for (gd_node *made = newest; made != end; made = made->prev)
        made->out->marks &= GI_HOOKED;
    return good;
}

static gd_tensor *copy_in(gd_arena *arena, const gd_tensor *t)
{
    gd_tensor *copy = gi_new_in(arena, "gd_backward", t->ndim, t->shape);
    if (copy)
        gi_copy(copy->data, t);
    return copy;
}

/* The gradients of the node's inputs leave the scope that is about to be closed. */
static bool bring_out(gi_pass *pass, const gd_node *node, const gd_arena *inner)
{
    for (int i = 0; i < node->n; i++) {
        gd_tensor *x = node->in[i];
        if (!x || !x->slot || (x->slot->owner != inner && x->slot->owner != inner->parent))
            continue;
        gd_tensor *copy = copy_in(pass->scratch, x->slot);
        if (!copy)
            return false;
        gi_hold(pass, copy);
        x->slot = copy;
    }
    return true;
}

/* In a scope inside the pass's own, whose memory is used again as that of the pass is. */
static bool in_scope(gi_pass *pass, gd_node *node, gd_tensor *dy)
{
    gd_node *end = gi_thread.tape;
    if (!gi_scope_open(false))
        return false;
    gd_tensor *y = prepared(pass, node, end);
    if (!y || !gi_scope_open(false)) {      /* gradients lie in a scope of their own, as only they are recycled */
        gi_scope_close();
        return false;
    }
    gd_arena *outer = pass->scratch, *inner = gi_thread.scope;
    const gi_recycler recycler = pass->recycler;
    const gi_guest before = gi_guest_enter(gi_rule_guest);
    pass->recycler = (gi_recycler){ NULL, NULL, NULL };
    pass->scratch = inner;
    inner->recycler = &pass->recycler;
    gd_tensor *seed = copy_in(inner, dy);
    bool good = seed && walk_piece(pass, y, seed, end);
    good = gi_guest_behaved(pass->function, good);
    gi_guest_restore(&before);
    pass->scratch = outer;
    pass->recycler = recycler;
    good = good && bring_out(pass, node, inner);
    gi_let_go_of_temporaries(pass);         /* what was brought out is held, and no temporary any more */
    gi_scope_close();
    gi_scope_close();
    return good;
}

static void recompute_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    gi_pass *pass = gi_thread.pass;
    gd_node *own = node->out->node;
    if (pass->create_graph ? in_graph(pass, own, dy) : in_scope(pass, own, dy))
        dx[0] = &gi_gathered;
}

static const gd_op recompute_op = {
    .name = "gd_recomputed", .rule = recompute_rule, .reads = GD_INPUTS,
    .formula = "the function is computed again, and its own rules run",
};

/* ---- Forward --------------------------------------------------------------------------------------------------- */

/* The inputs of the node: xs, and from outside of the scope in which y was computed all else that it depends on.
 * In memory of home; count is at least 3, the rest is NULL. */
typedef struct inputs {
    gd_tensor **of;
    int         count;
} inputs;

static void list(inputs *all, gd_tensor *x, const gd_arena *inner)
{
    if (x->owner == inner && x->requires_grad)
        x->marks |= GI_OUTSIDE;             /* y depends on it, too */
    x = x->owner == inner ? x->base : x;    /* of a view, what it looks at */
    if (x->owner == inner || (x->marks & GI_OUTSIDE))
        return;
    x->marks |= GI_OUTSIDE;
    all->of[all->count++] = x;
}

static bool list_inputs(inputs *all, gd_arena *home, const gd_node *end, gd_tensor *y, gd_tensor *const xs[], int n)
{
    enum { LEAST = 3 };                     /* the rule is run by run_long_rule in backward.c */
    const gd_arena *inner = gi_thread.scope;
    size_t most = (size_t)n + LEAST + 1;
    for (const gd_node *node = gi_thread.tape; node != end; node = node->prev)
        most += (size_t)node->n;
    all->count = n;
    if (!(all->of = gi_arena_take(home, most * sizeof *all->of)))
        return false;
    for (int i = 0; i < n; i++) {
        all->of[i] = xs[i];
        xs[i]->marks |= GI_OUTSIDE;
    }
    list(all, y, inner);
    for (const gd_node *node = gi_thread.tape; node != end; node = node->prev)
        for (int i = 0; i < node->n && (node->out->marks & GI_OUTSIDE); i++)
            if (node->in[i])
                list(all, node->in[i], inner);
    for (int i = 0; i < all->count; i++)
        all->of[i]->marks &= (uint8_t)~GI_OUTSIDE;
    while (all->count < LEAST)
        all->of[all->count++] = NULL;
    return true;
}

static gd_tensor *record(gd_tensor *y, const inputs *all, const recomputed *r)
{
    gd_node *node = gi_append(&recompute_op, y, all->count, sizeof *r);
    if (!node)
        return NULL;
    memcpy(node->in, all->of, (size_t)all->count * sizeof *node->in);
    memcpy((void *)(uintptr_t)node->attributes, r, sizeof *r);
    return y;
}

static bool valid(gd_function *function, gd_tensor *const xs[], int n)
{
    if (!function)
        return gd_fail("gd_recomputed: function is NULL");
    if (n < 0)
        return gd_fail("gd_recomputed: n = %d must not be negative", n);
    return n == 0 || gi_not_null("gd_recomputed", "xs", xs);
}

static gd_tensor *compute(const recomputed *r, gd_tensor *const xs[])
{
    const unsigned long failures = gi_failures();
    gd_tensor *y = gi_run_checked(guest, r->function, xs, r->n, r->context);
    if (!y && gi_failures() == failures)
        gd_fail("gd_recomputed: function returned NULL");
    return y;
}

gd_tensor *gd_recomputed(gd_function *function, void *context, gd_tensor *const xs[], int n)
{
    if (!valid(function, xs, n))
        return NULL;
    gi_not_captured("gd_recomputed", "calls a function of the program in the backward pass");
    for (int i = 0; i < n; i++)
        if (!xs[i] || !gi_all_alive("gd_recomputed", "xs", xs, i + 1))
            return NULL;
    gd_arena *home = gi_current_scope();
    const gd_node *end = gi_thread.tape;
    recomputed r = { .function = function, .context = context, .n = n };
    memcpy(r.random, gi_random_state(), sizeof r.random);
    if (!gd_scope_begin())
        return NULL;
    inputs all = { NULL, 0 };
    gd_tensor *y = compute(&r, xs);
    const bool recorded = y && y->requires_grad;
    gd_tensor *copy = y && (!recorded || list_inputs(&all, home, end, y, xs, n)) ? copy_in(home, y) : NULL;
    if (copy && !recorded && !(gi_thread.no_grad & GI_IN_PASS))
        copy->path_end = y->path_end;
    gd_scope_end();
    return copy && recorded ? record(copy, &all, &r) : copy;
}
