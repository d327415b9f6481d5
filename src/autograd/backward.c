/* backward.c - gd_backward: traverses the tape once, from the newest node to the oldest.
 *
 * The tape is already in topological order, so one traversal is enough: when it reaches a node, the gradient of the
 * node's output is complete.  Nothing that the caller can see changes until the traversal has succeeded; then the
 * gradients of leaves are added to ->grad (leaf_grad.c).  pass.c begins and ends a pass; gather.h accumulates gradients
 * and reuses their memory. */
#include "backward.h"

#include "anomaly.h"
#include "base/scopes.h"
#include "base/start.h"
#include "computations.h"
#include "dead_graph.h"
#include "gather.h"
#include "gradus/autograd.h"
#include "hooks.h"
#include "leaf_grad.h"
#include "recompute.h"
#include "sum_to.h"
#include "tensor/new.h"
#include "tensor/shape.h"

static inline bool run_rule(gi_pass *pass, gd_node *node, gd_tensor *dy);
static inline bool finish(gi_pass *pass, gd_tensor *out, gd_tensor *dy);

/* Runs the rules of all nodes that y depends on, down the tape to the node end, which is left out; dy is the gradient
 * of y. */
bool gi_walk(gi_pass *pass, gd_tensor *y, gd_tensor *dy, const gd_node *end)
{
    if (!gi_gather(pass, y, dy))
        return false;
    for (gd_node *node = y->node; node != end && pass->pending; node = node->prev) {
        dy = node->out->slot;
        if (!dy)                            /* y does not depend on it */
            continue;
        pass->pending--;
        if (!run_rule(pass, node, dy) || !finish(pass, node->out, dy))
            return false;
    }
    return true;
}

/* ---- May the rule run? ------------------------------------------------------------------------------------------ */

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

/* A version later than this thread's clock was set by another thread, before t was passed to this one. */
static inline bool changed(const gd_node *node, const gd_tensor *t)
{
    return t->base->version > node->time && t->base->version <= gi_thread.clock;
}

/* Some tensor has been overwritten since the node was recorded: true unless a gradient that is needed reads it. */
static GI_COLD bool unread(const gi_pass *pass, const gd_node *node)
{
    for (int i = 0; i < node->n; i++) {
        unsigned mask = (unsigned)(node->op->reads >> (8 * (i < 7 ? i : 7))) & 0xff;
        if (!mask || !gi_needs(node, i))
            continue;
        if ((mask & GD_THE_OUTPUT) && changed(node, node->out))
            return overwritten(pass, node, "the output", -1, node->out);
        for (int j = 0; j < node->n; j++)
            if ((mask & GD_INPUT(j < 6 ? j : 6)) && node->in[j] && changed(node, node->in[j]))
                return overwritten(pass, node, "input", j, node->in[j]);
    }
    return true;
}

/* May the rule of this node run?  Some input needs a gradient. */
static inline bool ready(const gi_pass *pass, const gd_node *node)
{
    if (GI_UNLIKELY(!node->op->rule))
        return gd_fail("%s: %s has no derivative", pass->function, node->op->name);
    return GI_LIKELY(node->time == gi_thread.clock) || !node->op->reads || unread(pass, node);
}

/* ---- Checking what the rule gave -------------------------------------------------------------------------------- */

static GI_COLD bool bad_gradient(const gi_pass *pass, const gd_node *node, int i, const gd_tensor *dx)
{
    if (dx)
        return gd_fail("%s: the rule of %s gave a gradient of shape %s for input %d, which is %s", pass->function,
                       node->op->name, gi_text_of(dx).s, i, gi_text_of(node->in[i]).s);
    if (gi_failures() == pass->failures)
        gd_fail("%s: the rule of %s gave no gradient for input %d", pass->function, node->op->name, i);
    return false;
}

/* dx, of the shape to which input i was broadcast, summed over the broadcast axes.  Any other shape, or no dx, is an
 * error of the rule. */
static GI_NOINLINE gd_tensor *summed_back(const gi_pass *pass, const gd_node *node, int i, gd_tensor *dx)
{
    gd_tensor *x = node->in[i];
    bool stretches = dx && x->ndim <= dx->ndim;
    for (int k = 0; stretches && k < x->ndim; k++)
        stretches = x->shape[k] == dx->shape[k + dx->ndim - x->ndim] || x->shape[k] == 1;
    if (stretches)
        return gi_sum_to(dx, x);
    bad_gradient(pass, node, i, dx);
    return NULL;
}

static inline gd_tensor *fitted(const gi_pass *pass, const gd_node *node, int i, gd_tensor *dx)
{
    if (!gi_gradient_alive(pass->function, node, i, dx))
        return NULL;
    return GI_LIKELY(dx && gi_same_shape(dx, node->in[i])) ? dx : summed_back(pass, node, i, dx);
}

/* Two gradients of one rule may belong to the same tensor or share memory, so all are held before the first is
 * accumulated. */
static GI_NOINLINE bool gather_several(gi_pass *pass, gd_node *node, gd_tensor **dx)
{
    for (int i = 0; i < node->n; i++) {
        if (!gi_needs(node, i))
            continue;
        if (!(dx[i] = fitted(pass, node, i, dx[i])))
            return false;
        gi_hold(pass, dx[i]);
    }
    gi_let_go_of_temporaries(pass);
    for (int i = 0; i < node->n; i++) {
        if (!gi_needs(node, i))
            continue;
        if (!gi_gather(pass, node->in[i], dx[i]))
            return false;
        gi_let_go(pass, dx[i]);
    }
    gi_let_go_of_temporaries(pass);
    return true;
}

/* ---- Fast rules: the engine allocates the results -------------------------------------------------------------- */

/* Is x an input in one place only? */
static inline bool once(const gd_node *node, int i)
{
    for (int k = 0; k < node->n; k++)
        if (k != i && node->in[k] == node->in[i])
            return false;
    return true;
}

/* For a leaf without ->grad: a tensor over the memory of its future ->grad, so that nothing is copied at the end. */
static GI_NOINLINE gd_tensor *over_grad_memory(gi_pass *pass, gd_tensor *x)
{
    if (!gi_grad_memory(x))
        return NULL;
    gi_overwritten(x->grad_memory);         /* a graph that was recorded with the old gradient is refused */
    return gi_new_over(pass->scratch, x, x->grad_memory->data);
}

/* A contiguous tensor of x's shape in scratch memory; no slot refers to it yet. */
static inline gd_tensor *new_gradient(gi_pass *pass, const gd_tensor *x)
{
    gd_tensor *t = GI_LIKELY(gi_is_small(x->numel)) ? gi_take_held(pass->scratch, x->numel)
                                                    : gi_take_other(pass->scratch, x->numel);
    if (GI_LIKELY(t))
        gi_set_row_major(t, x->ndim, x->shape);
    return t;
}

/* Where the fast rule writes the gradient of input i: to its slot, if it can add to that, or to new memory.  NULL when
 * memory is out. */
static inline gd_tensor *place(gi_pass *pass, const gd_node *node, int i, gd_target *to)
{
    gd_tensor *x = node->in[i], *t = x->slot;
    to->add = GI_UNLIKELY(t) && node->op->adds && gi_may_add_to(pass, t);
    if (GI_LIKELY(!to->add)) {
        const bool kept = !x->node && !t && !x->grad && !gi_is_small(x->numel) && !gi_thread.pruning && once(node, i);
        t = GI_UNLIKELY(kept) ? over_grad_memory(pass, x) : new_gradient(pass, x);
    }
    to->data = GI_LIKELY(t) ? t->data : NULL;
    return t;
}

/* Releases the memory that place() took for a gradient, because the fast rule has not written it. */
static GI_COLD void give_back(gi_pass *pass, gd_tensor *t, const gd_target *to)
{
    if (t && !to->add && gi_is_small(t->numel) && t->uses == 0)
        gi_recycle(&pass->recycler, t);
}

static inline bool gather_placed(gi_pass *pass, gd_tensor *x, gd_tensor *t, const gd_target *to)
{
    if (GI_UNLIKELY(to->add))
        return true;
    if (GI_UNLIKELY(x->slot || !x->node))
        return gi_gather_other(pass, x, t);
    t->uses = 1;
    x->slot = t;
    pass->pending++;
    return true;
}

static GI_COLD gd_fast failed(const gi_pass *pass, const gd_node *node)
{
    if (gi_failures() == pass->failures)
        gd_fail("%s: the fast rule of %s failed", pass->function, node->op->name);
    return GD_FAILED;
}

/* While a step is captured: the call of a fast rule is written down if the rule has computed something. */
bool gi_fast_again(gd_tensor *y, gd_tensor *const dy[], const void *attributes)
{
    (void)y;
    const gi_fast_call *call = attributes;
    return call->node->op->fast(call->node, dy[0], call->to) == GD_DONE;
}

static GI_COLD gd_fast captured_fast(gd_node *node, gd_tensor *dy, const gd_target *to, int n)
{
    gi_fast_call call = { node, { { NULL, false } } };
    gd_tensor *x[GD_FAST_INPUTS + 1] = { dy };
    for (int i = 0; i < n; i++) {
        call.to[i] = to[i];
        x[i + 1] = node->in[i];
    }
    const unsigned long failures = gi_failures();
    if (!gi_start_captured(&(gi_call){ node->op->name, gi_fast_again, NULL, x, n + 1, &call, sizeof call, node, false,
                                       node->op->formula, node->out }))
        return gi_failures() == failures ? GD_DECLINED : GD_FAILED;
    for (int i = 0; i < n; i++)
        gi_thread.recorder->computed(gi_thread.recorder, to[i].data);
    return GD_DONE;
}

static inline gd_fast call_fast(gd_node *node, gd_tensor *dy, const gd_target *to, int n)
{
    return gi_capturing() ? captured_fast(node, dy, to, n) : node->op->fast(node, dy, to);
}

/* The fast rule of a node with one or two inputs, the common case.  GD_DECLINED: the caller runs the rule instead. */
static inline gd_fast run_fast(gi_pass *pass, gd_node *node, gd_tensor *dy, bool first, bool second)
{
    gd_target to[2];
    gd_tensor *da = NULL, *db = NULL;
    to[0].data = to[1].data = NULL;
    if (first && !(da = place(pass, node, 0, &to[0])))
        return GD_FAILED;
    if (second && !(db = place(pass, node, 1, &to[1])))
        return GD_FAILED;
    const gd_fast done = call_fast(node, dy, to, node->n);
    if (GI_UNLIKELY(done != GD_DONE)) {
        give_back(pass, da, &to[0]);
        give_back(pass, db, &to[1]);
    } else if ((da && !gather_placed(pass, node->in[0], da, &to[0]))
               || (db && !gather_placed(pass, node->in[1], db, &to[1]))) {
        return GD_FAILED;
    }
    gi_let_go_of_temporaries(pass);
    return GI_UNLIKELY(done == GD_FAILED) ? failed(pass, node) : done;
}

/* The same for more inputs, up to GD_FAST_INPUTS. */
static GI_NOINLINE gd_fast run_long_fast(gi_pass *pass, gd_node *node, gd_tensor *dy)
{
    gd_target to[GD_FAST_INPUTS] = { { NULL, false } };
    gd_tensor *dx[GD_FAST_INPUTS] = { NULL };
    if (node->n > GD_FAST_INPUTS)
        return GD_DECLINED;
    for (int i = 0; i < node->n; i++)
        if (gi_needs(node, i) && !(dx[i] = place(pass, node, i, &to[i])))
            return GD_FAILED;
    const gd_fast done = call_fast(node, dy, to, node->n);
    for (int i = 0; i < node->n; i++)
        if (done != GD_DONE)
            give_back(pass, dx[i], &to[i]);
        else if (dx[i] && !gather_placed(pass, node->in[i], dx[i], &to[i]))
            return GD_FAILED;
    gi_let_go_of_temporaries(pass);
    return done == GD_FAILED ? failed(pass, node) : done;
}

/* ---- One node --------------------------------------------------------------------------------------------------- */

/* Runs the rule of a node that has more than two inputs, some of which need a gradient. */
static GI_NOINLINE bool run_long_rule(gi_pass *pass, gd_node *node, gd_tensor *dy)
{
    enum { FEW = 4 };
    gd_tensor *few[FEW] = { NULL }, **dx = few;
    if (node->n > FEW) {
        if (!(dx = gi_arena_take(gi_thread.scope, (size_t)node->n * sizeof *dx)))
            return false;
        for (int i = 0; i < node->n; i++)
            dx[i] = NULL;
    }
    node->op->rule(node, dy, dx);
    return dx[0] == &gi_gathered || gather_several(pass, node, dx);
}

static inline bool run_plain(gi_pass *pass, gd_node *node, gd_tensor *dy, bool first, bool second)
{
    gd_tensor *dx[2] = { NULL, NULL };
    if (GI_UNLIKELY(node->n > 2))
        return run_long_rule(pass, node, dy);
    node->op->rule(node, dy, dx);
    if (first & second)
        return gather_several(pass, node, dx);
    gd_tensor *fit = fitted(pass, node, second, dx[second]);
    bool gathered = fit && gi_gather(pass, node->in[second], fit);
    gi_let_go_of_temporaries(pass);
    return gathered;
}

static GI_NOINLINE bool wants_any_from(const gd_node *node, int i)
{
    for (; i < node->n; i++)
        if (gi_needs(node, i))
            return true;
    return false;
}

/* Computes the gradients of a node's inputs from dy, that of its output, and accumulates them in the inputs' slots. */
static inline bool run_rule(gi_pass *pass, gd_node *node, gd_tensor *dy)
{
    const bool first = node->n > 0 && gi_needs(node, 0), second = node->n > 1 && gi_needs(node, 1);
    if (!(first | second) && (node->n < 3 || !wants_any_from(node, 2)))
        return true;
    if (!ready(pass, node))
        return false;
    gi_thread.running = node->op->name;
    gd_fast fast = GD_DECLINED;
    if (node->op->fast && !pass->create_graph)
        fast = GI_LIKELY(node->n <= 2) ? run_fast(pass, node, dy, first, second) : run_long_fast(pass, node, dy);
    if (fast == GD_DECLINED ? !run_plain(pass, node, dy, first, second) : fast == GD_FAILED)
        return false;
    return !(gi_thread.no_grad & GI_ANOMALY) || gi_finite_gradient(pass->function, node);
}

/* Of a result with marks.  Its hooks have not been called where its own rule had nothing to do. */
static GI_NOINLINE bool finish_marked(gi_pass *pass, gd_tensor *out)
{
    if ((out->marks & GI_HOOKED) && !gi_run_hooks(pass, out))
        return false;
    gi_let_go_of_temporaries(pass);
    out->marks &= (uint8_t)~GI_HOOKS_RAN;
    if ((out->retain_grad && !gi_thread.pruning) || (out->marks & GI_ASKED))
        return gi_reach(pass, out);
    gd_tensor *dy = out->slot;
    out->slot = NULL;
    gi_let_go(pass, dy);
    return true;
}

/* The traversal no longer needs dy, the gradient of out: it is released, or kept for gd_retain_grad or gd_grad. */
static inline bool finish(gi_pass *pass, gd_tensor *out, gd_tensor *dy)
{
    if (GI_UNLIKELY(out->retain_grad | out->marks))
        return finish_marked(pass, out);
    out->slot = NULL;
    gi_let_go(pass, dy);
    return true;
}

/* ---- A pass ----------------------------------------------------------------------------------------------------- */

static bool write_one(gd_tensor *one, gd_tensor *const x[], const void *attributes)
{
    (void)x;
    (void)attributes;
    one->data[0] = 1;
    return true;
}

/* The default gradient of y, which has one element: 1. */
static gd_tensor *one_like(const gd_tensor *y)
{
    gd_tensor *one = gi_new_like(y);
    return one && gi_start("1", write_one, one, NULL, 0, NULL, 0) ? one : NULL;
}

GI_NOINLINE void gi_pass_run(gi_pass *pass)
{
    pass->guest = gi_guest_enter(gi_rule_guest);
    gd_tensor *dy = pass->dy ? pass->dy : one_like(pass->y);
    pass->done = gi_guest_behaved(pass->function, dy && gi_walk(pass, pass->y, dy, NULL));
    gi_thread.running = NULL;
}

/* ---- The public functions ---------------------------------------------------------------------------------------- */

static GI_NOINLINE bool backward(const char *function, gd_tensor *y, gd_tensor *dy, bool create_graph)
{
    gi_pass *pass = gi_pass_begin(function, y, dy, create_graph);
    if (!pass)
        return false;
    gi_pass_run(pass);
    bool good = pass->done && gi_add_to_grads(pass);
    gi_pass_end(pass);
    return good;
}

static inline bool may_begin(const char *function)
{
    return !(gi_thread.pass && gi_pass_runs(function));
}

bool gd_backward_from(gd_tensor *y, gd_tensor *dy, bool create_graph)
{
    return may_begin("gd_backward_from") && backward("gd_backward_from", y, dy, create_graph);
}

bool gd_backward(gd_tensor *y)
{
    return may_begin("gd_backward") && backward("gd_backward", y, NULL, false);
}
