/* hooks.c - hooks on gradients: registering them, and calling them in a pass.
 *
 * The engine does not look for hooks at each node.  A result with hooks gets an operation of its own, a copy of its
 * gd_op whose rules call the hooks first.  Leaves have a mark, which is looked at once, at the end of a pass. */
#include "hooks.h"

#include "base/compiler.h"
#include "base/guest.h"
#include "base/start.h"
#include "base/memory.h"
#include "base/message.h"
#include "base/thread_state.h"
#include "gather.h"
#include "record.h"
#include "gradus/derivatives.h"
#include "gradus/tensor.h"
#include "tensor/alive.h"
#include "tensor/check.h"
#include "tensor/nest.h"
#include "tensor/new.h"
#include "tensor/shape.h"

struct gd_hook {                            /* in the memory of its tensor */
    struct gd_hook   *next;
    gd_gradient_hook *hook;                 /* one of the two; or neither: removed, to be used again */
    gd_post_hook     *post;
    void             *context;
};

static const char hook_guest[] = GI_GUEST("a backward pass", "a hook");

/* ---- Calling them ------------------------------------------------------------------------------------------------ */

static gd_tensor *called(const gi_pass *pass, const struct gd_hook *h, gd_tensor *x, gd_tensor *dx)
{
    gi_part_not_captured("a hook", "is a function of the program");
    const unsigned long failures = gi_failures();
    const uint64_t version = dx->base->version;
    const gi_guest before = gi_guest_enter(hook_guest);
    gd_tensor *given = h->hook(x, dx, h->context);
    const bool good = gi_guest_behaved(pass->function, given);
    gi_guest_restore(&before);
    if (!good && gi_failures() == failures)
        gd_fail("%s: a hook of %s returned NULL", pass->function, gi_text_of(x).s);
    if (!good || !gi_alive(pass->function, "the result of a hook", given))
        return NULL;
    if (!gi_same_shape(given, dx))
        return gd_fail("%s: a hook gave a gradient of shape %s for x, which is %s", pass->function,
                       gi_text_of(given).s, gi_text_of(x).s);
    if (dx->base->version != version)
        return gd_fail("%s: a hook of %s changed the gradient in place: it must return another one", pass->function,
                       gi_text_of(x).s);
    return given;
}

bool gi_run_hooks(gi_pass *pass, gd_tensor *x)
{
    gd_tensor *old = x->slot, *dx = old;
    if (x->marks & GI_HOOKS_RAN)
        return true;
    x->marks |= GI_HOOKS_RAN;
    for (const struct gd_hook *h = x->hooks; h; h = h->next)
        if (h->hook && !(dx = called(pass, h, x, dx)))
            return false;
    if (dx == old)
        return true;
    gi_hold(pass, dx);
    gi_let_go(pass, old);
    x->slot = dx;
    return true;
}

/* What is added to ->grad shares no memory with it, whatever a hook has returned. */
static bool make_private(const gi_pass *pass, gd_tensor *x)
{
    gd_tensor *dx = x->slot;
    if (pass->create_graph || (gi_is_scratch(pass, dx) && dx->base == dx))
        return true;
    gd_tensor *copy = gi_new_like(dx);
    if (!copy)
        return false;
    gi_copy(copy->data, dx);
    gi_hold(pass, copy);
    x->slot = copy;
    return true;
}

bool gi_run_leaf_hooks(gi_pass *pass)
{
    bool good = true;
    for (int64_t i = 0; i < pass->reached_count && good; i++) {
        gd_tensor *x = pass->reached[i];
        if (!(x->marks & GI_HOOKED))
            continue;
        good = (x->node || gi_run_hooks(pass, x)) && make_private(pass, x);
        x->marks &= (uint8_t)~GI_HOOKS_RAN;
        gi_let_go_of_temporaries(pass);
    }
    return good;
}

static bool call_post_hooks(const gi_pass *pass, gd_tensor *x)
{
    gi_part_not_captured("a hook", "is a function of the program");
    for (const struct gd_hook *h = x->hooks; h; h = h->next) {
        if (!h->post)
            continue;
        const unsigned long failures = gi_failures();
        const gi_guest before = gi_guest_enter(hook_guest);
        const bool good = gi_guest_behaved(pass->function, h->post(x, h->context));
        gi_guest_restore(&before);
        if (!good && gi_failures() == failures)
            gd_fail("%s: a post hook of %s returned false", pass->function, gi_text_of(x).s);
        if (!good)
            return false;
    }
    return true;
}

bool gi_run_post_hooks(gi_pass *pass)
{
    for (int64_t i = 0; i < pass->reached_count; i++) {
        gd_tensor *x = pass->reached[i];
        if (!x->node && (x->marks & GI_HOOKED) && !call_post_hooks(pass, x))
            return false;
        gi_let_go_of_temporaries(pass);
    }
    return true;
}

/* ---- The operation of a result with hooks ---------------------------------------------------------------------- */

typedef struct hooked_op {
    gd_op        op;                        /* first, so that a node's op is this one */
    const gd_op *of;
} hooked_op;

static const gd_op *original(const gd_node *node)
{
    return ((const hooked_op *)(const void *)node->op)->of;
}

static void hooked_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    (void)dy;
    if (gi_run_hooks(gi_thread.pass, node->out))
        original(node)->rule(node, node->out->slot, dx);
}

static gd_fast hooked_fast(const gd_node *node, const gd_tensor *dy, const gd_target dx[])
{
    (void)dy;
    return gi_run_hooks(gi_thread.pass, node->out) ? original(node)->fast(node, node->out->slot, dx) : GD_FAILED;
}

static bool give_hooked_op(gd_tensor *x)
{
    hooked_op *h = gi_arena_take(x->owner, sizeof *h);
    if (!h)
        return false;
    h->op = *x->node->op;
    h->of = x->node->op;
    h->op.rule = hooked_rule;
    h->op.fast = h->of->fast ? hooked_fast : NULL;
    x->node->op = &h->op;
    return true;
}

/* ---- Registering and removing ---------------------------------------------------------------------------------- */

static bool may_be_hooked(const char *function, gd_tensor *x)
{
    if (!gi_given_tensor(function, "x", x) || !gi_alive(function, "x", x))
        return false;
    if (!x->requires_grad)
        return gd_fail("%s: x, %s, does not require a gradient%s", function, gi_text_of(x).s, gi_path_text(x).s);
    return !x->owner->recycler
           || gd_fail("%s: x, %s, is a temporary result of a backward pass", function, gi_text_of(x).s);
}

/* A place at the end of x's list. */
static struct gd_hook *new_hook(gd_tensor *x)
{
    if (!(x->marks & GI_HOOKED))
        x->hooks = NULL;
    struct gd_hook **end = &x->hooks, *unused = NULL;
    for (; *end; end = &(*end)->next)
        unused = (*end)->hook || (*end)->post ? NULL : unused ? unused : *end;
    if (unused)                             /* all behind it are removed ones */
        return unused;
    struct gd_hook *h = gi_arena_take(x->owner, sizeof *h);
    if (!h || (x->node && !(x->marks & GI_HOOKED) && !give_hooked_op(x)))
        return NULL;
    *h = (struct gd_hook){ .next = NULL };
    *end = h;
    x->marks |= GI_HOOKED;
    return h;
}

static bool add(const char *function, gd_tensor *x, gd_gradient_hook *hook, gd_post_hook *post, void *context)
{
    if (!may_be_hooked(function, x))
        return false;
    if (!hook && !post)
        return gd_fail("%s: hook is NULL", function);
    struct gd_hook *h = new_hook(x);
    if (!h)
        return false;
    h->hook = hook;
    h->post = post;
    h->context = context;
    return true;
}

bool gd_register_hook(gd_tensor *x, gd_gradient_hook *hook, void *context)
{
    return add("gd_register_hook", x, hook, NULL, context);
}

bool gd_register_post_hook(gd_tensor *x, gd_post_hook *hook, void *context)
{
    static const char name[] = "gd_register_post_hook";
    if (x && gi_alive(name, "x", x) && x->node)
        return gd_fail("%s: x, %s, is the result of %s: only the ->grad of a leaf is added to", name, gi_text_of(x).s,
                       x->node->op->name);
    return add(name, x, NULL, hook, context);
}

static bool take_away(const char *function, gd_tensor *x, gd_gradient_hook *hook, gd_post_hook *post, void *context)
{
    if (!gi_given_tensor(function, "x", x) || !gi_alive(function, "x", x))
        return false;
    if (!hook && !post)
        return gd_fail("%s: hook is NULL", function);
    for (struct gd_hook *h = x->marks & GI_HOOKED ? x->hooks : NULL; h; h = h->next)
        if (h->hook == hook && h->post == post && h->context == context) {
            h->hook = NULL;
            h->post = NULL;
            return true;
        }
    return gd_fail("%s: x, %s, has no such hook with this context", function, gi_text_of(x).s);
}

bool gd_remove_hook(gd_tensor *x, gd_gradient_hook *hook, void *context)
{
    return take_away("gd_remove_hook", x, hook, NULL, context);
}

bool gd_remove_post_hook(gd_tensor *x, gd_post_hook *hook, void *context)
{
    return take_away("gd_remove_post_hook", x, NULL, hook, context);
}
