/* node.h - a node of the tape, and recording one.  Included by everything that has a derivative. */
#ifndef GRADUS_NODE_H
#define GRADUS_NODE_H

#include <stdbool.h>
#include <string.h>

#include "base/compiler.h"
#include "base/memory.h"
#include "base/message.h"
#include "base/thread_state.h"
#include "gradus/operations.h"
#include "tensor/path.h"

/* One recorded operation.  The tape is the list of nodes through prev, newest first, across all open scopes:
 * every input of a node was made before it, so the list is in topological order as it stands. */
struct gd_node {
    const gd_op *op;
    gd_node     *prev;
    gd_tensor   *out;
    const void  *attributes;
    uint64_t     time;                      /* when it was recorded: data with a later version was overwritten */
    int          n;                         /* inputs */
    gd_tensor   *in[];
};

static inline bool gi_recording(void)
{
    return (gi_thread.no_grad & GI_NO_GRAD_DEPTH) == 0;
}

/* Marks of a tensor: in gd_grad, see grad.c; with hooks, which have been called in this pass, see hooks.c; in
 * gd_recomputed, see recompute.c. */
enum { GI_WANTED = 1, GI_REACHED = 2, GI_ASKED = 4, GI_HOOKED = 8, GI_HOOKS_RAN = 16, GI_OUTSIDE = 32 };

/* gi_needs - gd_needs inline, for rules of the library; gi_wants - does this input get a gradient? */
static inline bool gi_wants(const gd_tensor *x)
{
    return x && x->requires_grad && (!gi_thread.pruning || (x->marks & GI_WANTED));
}

static inline bool gi_needs(const gd_node *node, int i)
{
    return gi_wants(node->in[i]);
}

/* gi_append - a new node at the head of the tape, its inputs and attributes still to be set; makes y the
 * node's output.  NULL when memory is out. */
static inline gd_node *gi_append(const gd_op *op, gd_tensor *y, int n, size_t attribute_bytes)
{
    size_t list = (size_t)n * sizeof(gd_tensor *);
    gd_node *node = gi_arena_take(gi_thread.scope, sizeof *node + list + attribute_bytes);
    if (GI_UNLIKELY(!node))
        return NULL;
    node->op = op;
    node->prev = gi_thread.tape;
    node->out = y;
    node->attributes = (char *)node->in + list;
    node->n = n;
    node->time = gi_thread.clock;
    gi_thread.tape = node;
    y->node = node;
    y->requires_grad = true;
    return node;
}

/* ---- The path from a result to leaves that require a gradient ----------------------------------------------
 *
 * A tensor that requires none remembers the first operation behind which no gradient flows: one that was not recorded
 * under GD_NO_GRAD, gd_detach, a comparison.  It is for the message of a backward pass that finds nothing. */

/* The rules of an ordinary pass: nothing to record, to check or to remember, the everyday case beside recording. */
static inline bool gi_records_nothing(void)
{
    return gi_thread.no_grad == (GI_IN_PASS | 1);
}

/* y, the result of inputs that require no gradient. */
static inline gd_tensor *gi_path_continues(gd_tensor *y, const gd_tensor *a, const gd_tensor *b, const gd_tensor *c)
{
    y->path_end = a->path_end;
    if (b && !y->path_end)
        y->path_end = b->path_end;
    if (c && !y->path_end)
        y->path_end = c->path_end;
    return y;
}

/* gi_result_not_given - the message for a missing tensor, with a hint where a result was made from a leaf.
 * gi_path_text - for messages, of a tensor that requires no gradient: ": the path ends at gd_detach", or "".
 * gi_not_a_leaf - " (it is the result of gd_sub, not a leaf)", or "". */
bool    gi_result_not_given(const char *function, const char *argument);
gi_text gi_path_text(const gd_tensor *t);
gi_text gi_not_a_leaf(const gd_tensor *t);

/* gi_finite_result, gi_finite_gradient - the checks of gd_detect_anomaly, see anomaly.c. */
bool gi_finite_result(const gd_op *op, const gd_tensor *y, gd_tensor *const inputs[], int n);
bool gi_finite_gradient(const char *function, const gd_node *node);

/* gi_record_few - gd_record for up to three inputs, inline: the frequent cases.  y is fresh, inputs are given; only c
 * may be NULL.  gi_record1, 2 and 3 - for so many inputs, .._with - with attributes. */
gd_tensor *gi_record_otherwise(const gd_op *op, gd_tensor *y, gd_tensor *const inputs[], int n,
                               const void *attributes, size_t size);
gd_tensor *gi_record_few_otherwise(const gd_op *op, gd_tensor *y, int n, gd_tensor *a, gd_tensor *b, gd_tensor *c,
                                   const void *attributes, size_t size);

static inline gd_tensor *gi_record_few(const gd_op *op, gd_tensor *y, const int n, gd_tensor *a, gd_tensor *b,
                                       gd_tensor *c, const void *attributes, const size_t size)
{
    if (gi_thread.no_grad)
        return gi_records_nothing() ? y : gi_record_few_otherwise(op, y, n, a, b, c, attributes, size);
    if (!(a->requires_grad | (n > 1 && b->requires_grad) | (n > 2 && c && c->requires_grad)))
        return gi_path_continues(y, a, b, c);
    gd_node *node = gi_append(op, y, n, size);
    if (GI_UNLIKELY(!node))
        return NULL;
    node->in[0] = a;
    if (n > 1)
        node->in[1] = b;
    if (n > 2)
        node->in[2] = c;
    if (size)
        memcpy((void *)(uintptr_t)node->attributes, attributes, size);
    return y;
}

static inline gd_tensor *gi_record1(const gd_op *op, gd_tensor *y, gd_tensor *x)
{
    return gi_record_few(op, y, 1, x, NULL, NULL, NULL, 0);
}

static inline gd_tensor *gi_record1_with(const gd_op *op, gd_tensor *y, gd_tensor *x, const void *attributes,
                                         size_t size)
{
    return gi_record_few(op, y, 1, x, NULL, NULL, attributes, size);
}

static inline gd_tensor *gi_record2(const gd_op *op, gd_tensor *y, gd_tensor *a, gd_tensor *b)
{
    return gi_record_few(op, y, 2, a, b, NULL, NULL, 0);
}

static inline gd_tensor *gi_record2_with(const gd_op *op, gd_tensor *y, gd_tensor *a, gd_tensor *b,
                                         const void *attributes, size_t size)
{
    return gi_record_few(op, y, 2, a, b, NULL, attributes, size);
}

static inline gd_tensor *gi_record3(const gd_op *op, gd_tensor *y, gd_tensor *a, gd_tensor *b, gd_tensor *c)
{
    return gi_record_few(op, y, 3, a, b, c, NULL, 0);
}

/* gi_constant - y, the result of an operation such as a comparison, whose value does not change when the
 * inputs change a little: no gradient flows through it, as in PyTorch.  The node only lets backward name the
 * operation when it is asked for a gradient of y itself. */
gd_tensor *gi_constant(const gd_op *op, gd_tensor *y, gd_tensor *a, gd_tensor *b);

/* gi_sum_to - x summed over the axes along which the shape of like was broadcast to x's; has that shape. */
gd_tensor *gi_sum_to(gd_tensor *x, const gd_tensor *like);
void gi_sum_to_numbers(gd_real *y, const gd_tensor *x, const gd_tensor *like);      /* y: contiguous, like like */

/* sum += value, of the same shape. */
void gi_accumulate(const gd_tensor *sum, const gd_tensor *value);
void gi_accumulate_numbers(int64_t n, gd_real *sum, const gd_real *value);

/* gi_graph_alive - in debug builds false, and a message, when y depends on a tensor that is dead.
 * gi_gradient_alive - the same for dx, which node's rule gave for input i. */
#ifdef GD_DEBUG
bool gi_graph_alive(const char *function, gd_tensor *y);
bool gi_gradient_alive(const char *function, const gd_node *node, int i, const gd_tensor *dx);
#else
#define gi_graph_alive(function, y) true
#define gi_gradient_alive(function, node, i, dx) true
#endif

/* gi_forget_leaves - the leaves in this arena are about to die; scopes must not touch them when they close. */
void gi_forget_leaves(const gd_arena *owner);

#endif
