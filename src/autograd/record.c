/* record.c - appending operations to the tape; turning recording on and off. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "anomaly.h"
#include "base/compiler.h"
#include "base/guest.h"
#include "base/memory.h"
#include "base/message.h"
#include "base/scopes.h"
#include "base/start.h"
#include "base/thread_state.h"
#include "gradus/tensor.h"
#include "record.h"
#include "tensor/alive.h"
#include "tensor/check.h"
#include "tensor/new.h"
#include "tensor/shape.h"

static bool any_requires_grad(gd_tensor *const inputs[], int n)
{
    for (int i = 0; i < n; i++)
        if (inputs[i] && inputs[i]->requires_grad)
            return true;
    return false;
}

/* Would y outlive its node, which belongs to the current scope? */
static bool outlives_node(const gd_tensor *y)
{
    if (y->owner->owner != GI_SCOPES && y->owner->owner != GI_PROGRAM)
        return true;
    for (const gd_arena *scope = gi_thread.scope->parent; scope; scope = scope->parent)
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
    gi_current_scope();                     /* starts the thread: y may be another thread's, and this its first call */
    if (GI_UNLIKELY(y->owner != gi_thread.scope) && outlives_node(y))
        return gd_fail("gd_record: y of %s was made outside of the current scope, and outlives what is recorded in it: "
                       "make and record it in the same scope", op->name);
    gd_node *node = gi_append(op, y, n, size);
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

static GI_COLD void *refuse(const gd_op *op, gd_tensor *const inputs[], int n, const void *attributes, size_t size)
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
    if (GI_UNLIKELY(!op || !op->name || n < 0 || (n > 0 && !inputs) || (size && !attributes) || size > most_attributes))
        return refuse(op, inputs, n, attributes, size);
    if (!gi_alive("gd_record", "y", y) || !gi_all_alive("gd_record", "inputs", inputs, n))
        return NULL;
    if (gi_thread.no_grad)
        return gi_records_nothing() ? y : gi_record_otherwise(op, y, inputs, n, attributes, size);
    return any_requires_grad(inputs, n) ? record(op, y, inputs, n, attributes, size) : path_continues(y, inputs, n);
}

/* While a step is captured: y, if it is no view, must have been computed by gi_start. */
static inline void must_be_written_down(const gd_op *op, gd_tensor *y)
{
    if (!gi_capturing() || y->base != y)
        return;
    if (!(y->marks & GI_COMPUTED))
        gi_not_captured(op->name, "computes in a way that cannot be run again");
    y->marks &= (uint8_t)~GI_COMPUTED;
}

gd_tensor *gi_record_otherwise(const gd_op *op, gd_tensor *y, gd_tensor *const inputs[], int n,
                               const void *attributes, size_t size)
{
    must_be_written_down(op, y);
    if (gi_thread.no_grad & GI_IN_PASS)
        return y;
    if ((gi_thread.no_grad & GI_ANOMALY) && !gi_finite_result(op, y, inputs, n))
        return NULL;
    if (!any_requires_grad(inputs, n))
        return path_continues(y, inputs, n);
    if (gi_recording())
        return record(op, y, inputs, n, attributes, size);
    y->path_end = op;
    return y;
}

gd_tensor *gi_record_few_otherwise(const gd_op *op, gd_tensor *y, int n, gd_tensor *a, gd_tensor *b, gd_tensor *c,
                                   const void *attributes, size_t size)
{
    return gi_record_otherwise(op, y, (gd_tensor *const[]){ a, b, c }, n, attributes, size);
}

gd_tensor *gi_constant(const gd_op *op, gd_tensor *y, gd_tensor *a, gd_tensor *b)
{
    if (!y || gi_records_nothing())
        return y;
    must_be_written_down(op, y);
    bool any = a->requires_grad || (b && b->requires_grad);
    if (!(gi_thread.no_grad & GI_IN_PASS)) {
        gi_path_continues(y, a, b, NULL);
        if (any)
            y->path_end = op;
    }
    if (!any || !gi_recording())
        return y;
    gd_node *before = gi_thread.tape, *node = gi_append(op, y, 0, 0);
    gi_thread.tape = before;                /* not on the tape, so that backward never visits it */
    y->requires_grad = false;
    return node ? y : NULL;
}

gi_text gi_path_text(const gd_tensor *t)
{
    gi_text text = { "" };
    const gd_op *op = t->requires_grad ? NULL : t->path_end;
    if (op)
        snprintf(text.s, sizeof text.s, op->rule ? ": the path ends at %s, which was not recorded: recording was off "
                 "(GD_NO_GRAD)" : ": the path ends at %s", op->name);
    else if (!gi_recording())
        snprintf(text.s, sizeof text.s, ": recording is off (GD_NO_GRAD)");
    return text;
}

gi_text gi_not_a_leaf(const gd_tensor *t)
{
    gi_text text = { "" };
    if (t->node)
        snprintf(text.s, sizeof text.s, " (it is the result of %s, not a leaf)", t->node->op->name);
    return text;
}

/* The node of a common mistake, w = gd_sub(w, gd_scale(w->grad, lr)), after which w is a result: the newest gd_sub or
 * gd_add of a leaf with ->grad and a tensor that requires no gradient. */
static const gd_node *stepped_leaf(void)
{
    for (const gd_node *node = gi_thread.tape; node; node = node->prev)
        if (node->n == 2 && (strcmp(node->op->name, "gd_sub") == 0 || strcmp(node->op->name, "gd_add") == 0)
            && !node->in[0]->node && node->in[0]->grad && !node->in[1]->requires_grad && !node->out->grad
            && gi_same_shape(node->in[0], node->in[1]))
            return node;
    return NULL;
}

bool gi_result_not_given(const char *function, const char *argument)
{
    const gd_node *step = gd_last_error() ? NULL : stepped_leaf();
    if (!step)
        return gi_not_given(function, argument);
    return gd_fail("%s: %s is NULL; was it made with the ->grad of the result of %s on %s?  A result is not a leaf and "
                   "keeps no ->grad: change the leaf in place, or see gd_retain_grad", function, argument,
                   step->op->name, gi_text_of(step->in[0]).s);
}

/* ---- Nodes, for rules defined outside ------------------------------------------------------------------- */

int          gd_node_inputs(const gd_node *node)          { return node->n; }
gd_tensor   *gd_node_input(const gd_node *node, int i)    { return i >= 0 && i < node->n ? node->in[i] : NULL; }
gd_tensor   *gd_node_output(const gd_node *node)          { return node->out; }
const void  *gd_node_attributes(const gd_node *node)      { return node->attributes; }
const gd_op *gd_node_op(const gd_node *node)              { return node->op; }
bool         gd_needs(const gd_node *node, int i)         { return i >= 0 && i < node->n && gi_needs(node, i); }

/* ---- Recording on and off --------------------------------------------------------------------------------- */

void gd_no_grad_begin(void)
{
    gi_thread.no_grad++;
}

void gd_no_grad_end(void)
{
    const int depth = gi_thread.no_grad & GI_NO_GRAD_DEPTH, floor = gi_thread.no_grad_floor & GI_NO_GRAD_DEPTH;
    if (depth > floor || (depth > 0 && !gi_guest_runs()))
        gi_thread.no_grad--;
    else if (depth > 0)
        gd_fail("gd_no_grad_end: recording is off, but not by %s, and stays off", gi_guest_text().s);
    else
        gd_fail("gd_no_grad_end: there was no gd_no_grad_begin");
}

int gd_no_grad_enter(void)
{
    return gi_thread.no_grad++;
}

void gd_no_grad_leave(int *depth)
{
    const int flags = gi_thread.no_grad & ~GI_NO_GRAD_DEPTH;      /* may have been set or cleared meanwhile */
    gi_thread.no_grad = flags | (*depth & GI_NO_GRAD_DEPTH);
}

bool gd_is_recording(void)
{
    return gi_recording();
}

/* Functions that are no operations, but can be the end of a path (node.h). */
static const gd_op freeze_op = { .name = "gd_freeze" }, detach_op = { .name = "gd_detach" };

/* ---- Leaves ---------------------------------------------------------------------------------------------- */

gd_tensor *gd_requires_grad(gd_tensor *t)
{
    if (!t || !gi_alive("gd_requires_grad", "t", t))
        return NULL;
    t->requires_grad = true;
    if (t->node && t->node->n == 0)         /* a constant becomes a leaf */
        t->node = NULL;
    return t;
}

gd_tensor *gd_freeze(gd_tensor *t)
{
    gi_not_captured("gd_freeze", GI_ACTS_OUTSIDE);
    if (!t || !gi_alive("gd_freeze", "t", t))
        return NULL;
    if (t->node)
        return gd_fail("gd_freeze: t is the recorded result of %s; only leaves can be frozen", t->node->op->name);
    t->grad = NULL;
    t->requires_grad = false;
    t->marks &= (uint8_t)~GI_HOOKED;
    t->path_end = &freeze_op;
    return t;
}

gd_tensor *gd_detach(gd_tensor *t)
{
    if (!t || !gi_alive("gd_detach", "t", t))
        return NULL;
    gd_tensor *view = gi_new_view(t, t->ndim);
    if (!view)
        return NULL;
    gi_path_ends(view, t, &detach_op);
    return gi_finish_view(view);
}

gd_tensor *gd_retain_grad(gd_tensor *t)
{
    if (!t || !gi_alive("gd_retain_grad", "t", t))
        return NULL;
    if (!t->requires_grad)
        return gd_fail("gd_retain_grad: t does not require a gradient%s", gi_path_text(t).s);
    t->retain_grad = true;
    return t;
}
