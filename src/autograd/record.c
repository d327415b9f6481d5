/* record.c - putting operations on the tape, and the switch that says whether. */
#include "engine.h"

static bool any_requires_grad(gd_tensor *const inputs[], int n)
{
    for (int i = 0; i < n; i++)
        if (inputs[i] && inputs[i]->requires_grad)
            return true;
    return false;
}

/* Would y still be there when the scope that its node lies in has ended? */
static bool outlives_node(const gd_tensor *y)
{
    if (y->owner->owner != GD_SCOPES && y->owner->owner != GD_PROGRAM)
        return true;
    for (const gd_arena *scope = gd_thread.scope->parent; scope; scope = scope->parent)
        if (y->owner == scope)
            return true;
    return false;
}

static gd_tensor *record(const gd_op *op, gd_tensor *y, gd_tensor *const inputs[], int n, const void *attributes,
                         size_t size)
{
    if (y->node || y->requires_grad)
        return gd_fail("gd_record: y of %s is already %s; it must be a fresh tensor", op->name,
                       y->node ? "the result of an operation" : "a leaf that requires a gradient");
    gd_current_scope();                     /* y may be another thread's, and the first thing that this one sees */
    if (GD_UNLIKELY(y->owner != gd_thread.scope) && outlives_node(y))
        return gd_fail("gd_record: y of %s was made outside of the current scope, and outlives what is recorded in it: "
                       "make and record it in the same scope", op->name);
    gd_node *node = gd_append(op, y, n, size);
    if (!node)
        return NULL;
    for (int i = 0; i < n; i++)
        node->in[i] = inputs[i];
    if (size)
        memcpy((void *)(uintptr_t)node->attributes, attributes, size);
    return y;
}

static gd_tensor *path_continues(gd_tensor *y, gd_tensor *const inputs[], int n)
{
    y->path_end = NULL;
    for (int i = 0; i < n && !y->path_end; i++)
        y->path_end = inputs[i] ? inputs[i]->path_end : NULL;
    return y;
}

static const size_t most_attributes = SIZE_MAX / 2;         /* bytes; so that sums of sizes do not overflow */

static GD_COLD void *refuse(const gd_op *op, gd_tensor *const inputs[], int n, const void *attributes, size_t size)
{
    if (!op || !op->name)
        return gd_fail("gd_record: %s is NULL", op ? "the name of op" : "op");
    if (n < 0)
        return gd_fail("gd_record: %s: n = %d must not be negative", op->name, n);
    if (n > 0 && !inputs)
        return gd_fail("gd_record: %s: inputs is NULL, and n = %d", op->name, n);
    if (!attributes)
        return gd_fail("gd_record: %s: attributes is NULL, and size = %zu", op->name, size);
    return gd_fail("gd_record: %s: size = %zu is more than memory can hold", op->name, size);
}

gd_tensor *gd_record(const gd_op *op, gd_tensor *y, gd_tensor *const inputs[], int n,
                     const void *attributes, size_t size)
{
    if (!y)
        return NULL;
    if (GD_UNLIKELY(!op || !op->name || n < 0 || (n > 0 && !inputs) || (size && !attributes) || size > most_attributes))
        return refuse(op, inputs, n, attributes, size);
    if (!gd_alive("gd_record", "y", y) || !gd_all_alive("gd_record", "inputs", inputs, n))
        return NULL;
    if (gd_thread.no_grad)
        return gd_records_nothing() ? y : gd_record_otherwise(op, y, inputs, n, attributes, size);
    return any_requires_grad(inputs, n) ? record(op, y, inputs, n, attributes, size) : path_continues(y, inputs, n);
}

gd_tensor *gd_record_otherwise(const gd_op *op, gd_tensor *y, gd_tensor *const inputs[], int n,
                               const void *attributes, size_t size)
{
    if (gd_thread.no_grad & GD_IN_PASS)
        return y;
    if ((gd_thread.no_grad & GD_ANOMALY) && !gd_finite_result(op, y, inputs, n))
        return NULL;
    if (!any_requires_grad(inputs, n))
        return path_continues(y, inputs, n);
    if (gd_recording())
        return record(op, y, inputs, n, attributes, size);
    y->path_end = op;
    return y;
}

gd_tensor *gd_record2_otherwise(const gd_op *op, gd_tensor *y, gd_tensor *a, gd_tensor *b)
{
    return gd_record_otherwise(op, y, (gd_tensor *const[]){ a, b }, 2, NULL, 0);
}

gd_tensor *gd_constant(const gd_op *op, gd_tensor *y, gd_tensor *a, gd_tensor *b)
{
    if (!y || gd_records_nothing())
        return y;
    bool any = a->requires_grad || (b && b->requires_grad);
    if (!(gd_thread.no_grad & GD_IN_PASS)) {
        gd_path_continues(y, a, b, NULL);
        if (any)
            y->path_end = op;
    }
    if (!any || !gd_recording())
        return y;
    gd_node *before = gd_thread.tape, *node = gd_append(op, y, 0, 0);
    gd_thread.tape = before;                /* not on the tape: nothing flows through it */
    y->requires_grad = false;
    return node ? y : NULL;
}

gd_text gd_path_text(const gd_tensor *t)
{
    gd_text text = { "" };
    const gd_op *op = t->requires_grad ? NULL : t->path_end;
    if (op)
        snprintf(text.s, sizeof text.s, op->rule ? ": the path ends at %s, which was not recorded: recording was off "
                 "(GD_NO_GRAD)" : ": the path ends at %s", op->name);
    else if (!gd_recording())
        snprintf(text.s, sizeof text.s, ": recording is off (GD_NO_GRAD)");
    return text;
}

gd_text gd_not_a_leaf(const gd_tensor *t)
{
    gd_text text = { "" };
    if (t->node)
        snprintf(text.s, sizeof text.s, " (it is the result of %s, not a leaf)", t->node->op->name);
    return text;
}

/* w = gd_sub(w, gd_scale(w->grad, lr)): a leaf with a gradient, and what requires none beside it. */
static const gd_node *stepped_leaf(void)
{
    for (const gd_node *node = gd_thread.tape; node; node = node->prev)
        if (node->n == 2 && (strcmp(node->op->name, "gd_sub") == 0 || strcmp(node->op->name, "gd_add") == 0)
            && !node->in[0]->node && node->in[0]->grad && !node->in[1]->requires_grad && !node->out->grad
            && gd_same_shape(node->in[0], node->in[1]))
            return node;
    return NULL;
}

bool gd_tensor_not_given(const char *function, const char *argument)
{
    const gd_node *step = gd_last_error() ? NULL : stepped_leaf();
    if (!step)
        return gd_not_given(function, argument);
    return gd_fail("%s: %s is NULL; was it made with the ->grad of the result of %s on %s?  A result is not a leaf and "
                   "keeps no ->grad: change the leaf in place, or see gd_retain_grad", function, argument,
                   step->op->name, gd_text_of(step->in[0]).s);
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
    const int depth = gd_thread.no_grad & GD_NO_GRAD_DEPTH, floor = gd_thread.no_grad_floor & GD_NO_GRAD_DEPTH;
    if (depth > floor || (depth > 0 && !gd_guest_runs()))
        gd_thread.no_grad--;
    else if (depth > 0)
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
    const int flags = gd_thread.no_grad & ~GD_NO_GRAD_DEPTH;      /* may have been set or cleared meanwhile */
    gd_thread.no_grad = flags | (*depth & GD_NO_GRAD_DEPTH);
}

bool gd_is_recording(void)
{
    return gd_recording();
}

/* Where a path can end that is no operation. */
static const gd_op freeze_op = { .name = "gd_freeze" }, detach_op = { .name = "gd_detach" },
                   keep_op = { .name = "gd_keep" };

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
    if (!t || !gd_alive("gd_freeze", "t", t))
        return NULL;
    if (t->node)
        return gd_fail("gd_freeze: t is the recorded result of %s; only leaves can be frozen", t->node->op->name);
    t->grad = NULL;
    t->requires_grad = false;
    t->path_end = &freeze_op;
    return t;
}

gd_tensor *gd_detach(gd_tensor *t)
{
    if (!t || !gd_alive("gd_detach", "t", t))
        return NULL;
    gd_tensor *view = gd_new_view(t, t->ndim);
    if (!view)
        return NULL;
    gd_path_ends(view, t, &detach_op);
    return gd_finish_view(view);
}

gd_tensor *gd_retain_grad(gd_tensor *t)
{
    if (!t || !gd_alive("gd_retain_grad", "t", t))
        return NULL;
    if (!t->requires_grad)
        return gd_fail("gd_retain_grad: t does not require a gradient%s", gd_path_text(t).s);
    t->retain_grad = true;
    return t;
}

gd_tensor *gd_keep(gd_tensor *t)
{
    if (!t || !gd_alive("gd_keep", "t", t))
        return NULL;
    gd_arena *scope = gd_current_scope();
    gd_tensor *copy = gd_new_in(scope->parent ? scope->parent : scope, "gd_keep", t->ndim, t->shape);
    if (!copy)
        return NULL;
    gd_copy(copy->data, t);
    gd_path_ends(copy, t, &keep_op);
    return copy;
}
