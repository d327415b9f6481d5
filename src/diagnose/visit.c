/* visit.c - looking at each node of a recorded graph once. */
#include "visit.h"

void gi_visit_nodes(gd_tensor *y, gi_node_visitor *visit, void *context)
{
    y->marks |= GI_VISITED;
    for (gd_node *node = y->node; node; node = node->prev) {
        if (!(node->out->marks & GI_VISITED))
            continue;
        for (int i = 0; i < node->n; i++)
            if (node->in[i] && node->in[i]->requires_grad)
                node->in[i]->marks |= GI_VISITED;
        visit(context, node);
    }
    for (gd_node *node = y->node; node; node = node->prev) {
        node->out->marks &= (uint8_t)~GI_VISITED;
        for (int i = 0; i < node->n; i++)
            if (node->in[i])
                node->in[i]->marks &= (uint8_t)~GI_VISITED;
    }
    y->marks &= (uint8_t)~GI_VISITED;
}
