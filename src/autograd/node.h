/* node.h - a node of the tape: one recorded operation. */
#ifndef GRADUS_NODE_H
#define GRADUS_NODE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/thread_state.h"
#include "gradus/autograd.h"
#include "gradus/tensor.h"

/* One recorded operation.  The tape is the list of nodes through prev, newest first, across all open scopes:
 * every input of a node was made before it, so the list is already in topological order. */
struct gd_node {
    const gd_op *op;
    gd_node     *prev;
    gd_tensor   *out;
    const void  *attributes;
    uint64_t     time;                      /* the clock when recorded: data with a later version was overwritten */
    int          n;                         /* inputs */
    unsigned     size;                      /* of attributes, in bytes */
    gd_tensor   *in[];
};

/* Marks of a tensor: in gd_grad, see grad.c; with hooks, which have been called in this pass, see hooks.c; in
 * gd_recomputed, see recompute.c; of what is printed or counted, which may happen in a rule while gd_grad runs.  64 is
 * GI_COMPUTED, see base/start.h. */
enum { GI_WANTED = 1, GI_REACHED = 2, GI_ASKED = 4, GI_HOOKED = 8, GI_HOOKS_RAN = 16, GI_OUTSIDE = 32,
       GI_VISITED = 128 };

/* gi_needs - gd_needs inline, for rules of the library; gi_wants - does this input get a gradient? */
static inline bool gi_wants(const gd_tensor *x)
{
    return x && x->requires_grad && (!gi_thread.pruning || (x->marks & GI_WANTED));
}

static inline bool gi_needs(const gd_node *node, int i)
{
    return gi_wants(node->in[i]);
}

#endif
