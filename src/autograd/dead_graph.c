/* dead_graph.c - debug builds: does a recorded graph refer to a tensor that is dead?  A node lives as long as its
 * output, but an input may be a parameter of a model that has been freed. */
#include <stdio.h>

#include "dead_graph.h"
#include "gradus/tensor.h"
#include "tensor/alive.h"

#ifdef GD_DEBUG
enum { SEEN = 64 };                          /* a mark of its own, beside those of gd_grad */

static bool inputs_alive(const char *function, const gd_node *node)
{
    for (int i = 0; i < node->n; i++) {
        char which[96];
        snprintf(which, sizeof which, "y depends on input %d of %s, which", i, node->op->name);
        if (node->in[i] && !gi_alive(function, which, node->in[i]))
            return false;
    }
    return true;
}

bool gi_graph_alive(const char *function, gd_tensor *y)
{
    bool good = true;
    y->marks |= SEEN;
    for (gd_node *node = y->node; node && good; node = node->prev) {
        if (!(node->out->marks & SEEN))
            continue;
        good = inputs_alive(function, node);
        for (int i = 0; i < node->n && good; i++)
            if (node->in[i])
                node->in[i]->marks |= SEEN;
    }
    for (gd_node *node = y->node; node; node = node->prev) {
        node->out->marks &= (uint8_t)~SEEN;
        for (int i = 0; i < node->n; i++)
            if (gi_is_alive(node->in[i]))
                node->in[i]->marks &= (uint8_t)~SEEN;
    }
    y->marks &= (uint8_t)~SEEN;
    return good;
}

bool gi_gradient_alive(const char *function, const gd_node *node, int i, const gd_tensor *dx)
{
    char which[96];
    snprintf(which, sizeof which, "dx[%d] of the rule of %s", i, node->op->name);
    return gi_alive(function, which, dx);
}
#endif
