/* record.c - putting operations on the tape, and the switch that says whether. */
#include "engine.h"

static bool any_requires_grad(gd_tensor *const inputs[], int n)
{
    for (int i = 0; i < n; i++)
        if (inputs[i] && inputs[i]->requires_grad)
            return true;
    return false;
}

gd_tensor *gd_record(const gd_op *op, gd_tensor *y, gd_tensor *const inputs[], int n,
                     const void *attributes, size_t size)
{
    if (!y)
        return NULL;
    if (!gd_given("gd_record", "op", op))
        return NULL;
    if (n < 0 || (n > 0 && !inputs))
        return gd_fail("gd_record: %s: n = %d inputs at %p", op->name, n, (const void *)inputs);
    if (!gd_recording() || !any_requires_grad(inputs, n))
        return y;
    if (y->node || y->requires_grad)
        return gd_fail("gd_record: y of %s is already %s; it must be a fresh tensor", op->name,
                       y->node ? "the result of an operation" : "a leaf that requires a gradient");
    gd_current_scope();                     /* y may be another thread's, and the first thing that this one sees */
    gd_node *node = gd_append(op, y, n, size);
    if (!node)
        return NULL;
    for (int i = 0; i < n; i++)
        node->in[i] = inputs[i];
    if (size)
        memcpy((void *)(uintptr_t)node->attributes, attributes, size);
    return y;
}

gd_tensor *gd_constant(const gd_op *op, gd_tensor *y, gd_tensor *a, gd_tensor *b)
{
    if (!y || !gd_recording() || !(a->requires_grad || (b && b->requires_grad)))
        return y;
    gd_node *before = gd_thread.tape, *node = gd_append(op, y, 0, 0);
    gd_thread.tape = before;                /* not on the tape: nothing flows through it */
    y->requires_grad = false;
    return node ? y : NULL;
}

/* ---- Nodes, for rules defined outside ------------------------------------------------------------------- */

int          gd_node_inputs(const gd_node *node)          { return node->n; }
gd_tensor   *gd_node_input(const gd_node *node, int i)    { return i >= 0 && i < node->n ? node->in[i] : NULL; }
gd_tensor   *gd_node_output(const gd_node *node)          { return node->out; }
const void  *gd_node_attributes(const gd_node *node)      { return node->attributes; }
const gd_op *gd_node_op(const gd_node *node)              { return node->op; }
bool         gd_needs(const gd_node *node, int i)         { return i >= 0 && i < node->n && gd_wants(node, i); }

/* ---- Recording on and off --------------------------------------------------------------------------------- */

void gd_no_grad_begin(void)
{
    gd_thread.no_grad++;
}

void gd_no_grad_end(void)
{
    if (gd_thread.no_grad > gd_thread.no_grad_floor || (gd_thread.no_grad > 0 && !gd_guest_runs()))
        gd_thread.no_grad--;
    else if (gd_thread.no_grad > 0)
        gd_fail("gd_no_grad_end: recording is off, but not by %s, and stays off", gd_guest_text().s);
    else
        gd_fail("gd_no_grad_end: there was no gd_no_grad_begin");
}

int gd_no_grad_enter(void)
{
    return gd_thread.no_grad++;
}

void gd_no_grad_leave(int *depth)
{
    gd_thread.no_grad = *depth;
}

bool gd_is_recording(void)
{
    return gd_recording();
}

/* ---- Leaves ---------------------------------------------------------------------------------------------- */

gd_tensor *gd_requires_grad(gd_tensor *t)
{
    if (!t || !gd_alive("gd_requires_grad", "t", t))
        return NULL;
    t->requires_grad = true;
    if (t->node && t->node->n == 0)         /* a constant becomes a leaf */
        t->node = NULL;
    return t;
}

gd_tensor *gd_freeze(gd_tensor *t)
{
    if (!t)
        return NULL;
    if (t->node)
        return gd_fail("gd_freeze: t is the recorded result of %s; only leaves can be frozen", t->node->op->name);
    gd_zero_grad_of(t);
    t->requires_grad = false;
    return t;
}

gd_tensor *gd_detach(gd_tensor *t)
{
    if (!t)
        return NULL;
    gd_tensor *view = gd_new_view(t, t->ndim);
    return view ? gd_finish_view(view) : NULL;
}

gd_tensor *gd_retain_grad(gd_tensor *t)
{
    if (!t)
        return NULL;
    if (!t->requires_grad)
        return gd_fail("gd_retain_grad: t does not require a gradient");
    t->retain_grad = true;
    return t;
}

gd_tensor *gd_keep(gd_tensor *t)
{
    if (!t || !gd_alive("gd_keep", "t", t))
        return NULL;
    gd_arena *scope = gd_current_scope();
    gd_tensor *copy = gd_new_in(scope->parent ? scope->parent : scope, "gd_keep", t->ndim, t->shape);
    if (copy)
        gd_copy(copy->data, t);
    return copy;
}
