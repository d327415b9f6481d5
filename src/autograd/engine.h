/* engine.h - the tape's node, and recording.  Included by everything that has a derivative. */
#ifndef GRADUS_ENGINE_H
#define GRADUS_ENGINE_H

#include "gradus/operations.h"
#include "tensor/core.h"

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

static inline bool gd_recording(void)
{
    return gd_thread.no_grad == 0;
}

/* gd_needs, for the library's own rules: the walk has looked before it runs a rule. */
bool gd_wants(const gd_node *node, int i);
static inline bool gd_wanted(const gd_node *node, int i)
{
    return i < GD_WANTED_BITS ? gd_thread.wanted >> i & 1 : gd_wants(node, i);
}

/* gd_append - a new node at the head of the tape, its inputs and attributes still to be set; makes y the
 * node's output.  NULL when memory is out. */
static inline gd_node *gd_append(const gd_op *op, gd_tensor *y, int n, size_t attribute_bytes)
{
    size_t list = (size_t)n * sizeof(gd_tensor *);
    gd_node *node = gd_arena_take(gd_thread.scope, sizeof *node + list + attribute_bytes);
    if (GD_UNLIKELY(!node))
        return NULL;
    node->op = op;
    node->prev = gd_thread.tape;
    node->out = y;
    node->attributes = (char *)node->in + list;
    node->n = n;
    node->time = gd_thread.clock;
    gd_thread.tape = node;
    y->node = node;
    y->requires_grad = true;
    return node;
}

/* gd_record for one, two and three inputs: the frequent cases.  y is fresh, inputs are given; only c may be
 * NULL. */
static inline gd_tensor *gd_record1(const gd_op *op, gd_tensor *y, gd_tensor *x)
{
    if (!x->requires_grad || !gd_recording())
        return y;
    gd_node *node = gd_append(op, y, 1, 0);
    if (GD_UNLIKELY(!node))
        return NULL;
    node->in[0] = x;
    return y;
}

static inline gd_tensor *gd_record1_with(const gd_op *op, gd_tensor *y, gd_tensor *x, const void *attributes,
                                         size_t size)
{
    if (!x->requires_grad || !gd_recording())
        return y;
    gd_node *node = gd_append(op, y, 1, size);
    if (GD_UNLIKELY(!node))
        return NULL;
    node->in[0] = x;
    memcpy((void *)(uintptr_t)node->attributes, attributes, size);
    return y;
}

static inline gd_tensor *gd_record2(const gd_op *op, gd_tensor *y, gd_tensor *a, gd_tensor *b)
{
    if (!(a->requires_grad | b->requires_grad) || !gd_recording())
        return y;
    gd_node *node = gd_append(op, y, 2, 0);
    if (GD_UNLIKELY(!node))
        return NULL;
    node->in[0] = a;
    node->in[1] = b;
    return y;
}

static inline gd_tensor *gd_record2_with(const gd_op *op, gd_tensor *y, gd_tensor *a, gd_tensor *b,
                                         const void *attributes, size_t size)
{
    if (!(a->requires_grad | b->requires_grad) || !gd_recording())
        return y;
    gd_node *node = gd_append(op, y, 2, size);
    if (GD_UNLIKELY(!node))
        return NULL;
    node->in[0] = a;
    node->in[1] = b;
    memcpy((void *)(uintptr_t)node->attributes, attributes, size);
    return y;
}

static inline gd_tensor *gd_record3(const gd_op *op, gd_tensor *y, gd_tensor *a, gd_tensor *b, gd_tensor *c)
{
    if (!(a->requires_grad | b->requires_grad | (c && c->requires_grad)) || !gd_recording())
        return y;
    gd_node *node = gd_append(op, y, 3, 0);
    if (GD_UNLIKELY(!node))
        return NULL;
    node->in[0] = a;
    node->in[1] = b;
    node->in[2] = c;
    return y;
}

/* gd_constant - y, the result of an operation such as a comparison, whose value does not change when the
 * inputs change a little: no gradient flows through it, as in PyTorch.  The node only lets backward name the
 * operation when it is asked for a gradient of y itself. */
gd_tensor *gd_constant(const gd_op *op, gd_tensor *y, gd_tensor *a, gd_tensor *b);

/* gd_aim - the next big result is to be the gradient of input i: let it be written where ->grad is kept, if
 * that saves a copy.  For rules whose last step makes a whole weight matrix's gradient. */
void gd_aim(const gd_node *node, int i);

/* gd_gathered - for rules of one input: what an ordinary pass has gathered for it so far, if nobody else holds it.
 * The rule may add its gradient there, in place, and hand the same tensor back.  NULL otherwise. */
gd_tensor *gd_gathered(const gd_node *node, int i);

/* gd_sum_to - x summed over the axes along which the shape of like was broadcast to x's; has that shape. */
gd_tensor *gd_sum_to(gd_tensor *x, const gd_tensor *like);

/* sum += value, of the same shape. */
void gd_accumulate(gd_tensor *sum, const gd_tensor *value);
void gd_accumulate_loop(int64_t n, gd_real *sum, const gd_real *value);
void gd_accumulate_inner(int64_t n, gd_real *const p[], const int64_t step[], const void *context);

/* gd_graph_alive - in debug builds false, and a message, when y depends on a tensor that is dead. */
#ifdef GD_DEBUG
bool gd_graph_alive(const char *function, gd_tensor *y);
#else
#define gd_graph_alive(function, y) true
#endif

/* gd_forget_leaves - the leaves in this arena are about to die; scopes must not touch them when they close. */
void gd_forget_leaves(const gd_arena *owner);

#endif
