/* record.h - putting an operation on the tape.  Included by everything that has a derivative. */
#ifndef GRADUS_RECORD_H
#define GRADUS_RECORD_H

#include <stdbool.h>
#include <string.h>

#include "base/compiler.h"
#include "base/memory.h"
#include "base/message.h"
#include "base/thread_state.h"
#include "gradus/operations.h"
#include "node.h"
#include "tensor/path.h"

static inline bool gi_recording(void)
{
    return (gi_thread.no_grad & GI_NO_GRAD_DEPTH) == 0;
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
    node->size = (unsigned)attribute_bytes;
    node->time = gi_thread.clock;
    gi_thread.tape = node;
    y->node = node;
    y->requires_grad = true;
    return node;
}

/* ---- The path from a result to leaves that require a gradient ----------------------------------------------
 *
 * A tensor that requires no gradient stores, in path_end, the function that cut it off from the leaves: an operation
 * under GD_NO_GRAD, gd_detach, a comparison.  When a gradient is asked for in vain, the message names it. */

/* True in the rules of an ordinary pass without anomaly detection: then there is nothing to record or to check. */
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

/* gi_result_not_given - the message for a NULL tensor, with a hint when a leaf was replaced by a result: see record.c.
 * gi_path_text - for messages, of a tensor that requires no gradient: ": the path ends at gd_detach", or "".
 * gi_not_a_leaf - " (it is the result of gd_sub, not a leaf)", or "". */
bool    gi_result_not_given(const char *function, const char *argument);
gi_text gi_path_text(const gd_tensor *t);
gi_text gi_not_a_leaf(const gd_tensor *t);

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

#endif
