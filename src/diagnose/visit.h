/* visit.h - looking at each node of a recorded graph once. */
#ifndef GRADUS_VISIT_H
#define GRADUS_VISIT_H

#include "autograd/node.h"
#include "gradus/tensor.h"

/* gi_visit_nodes - calls visit for each node that y depends on, in the order of gd_backward. */
typedef void gi_node_visitor(void *context, const gd_node *node);
void gi_visit_nodes(gd_tensor *y, gi_node_visitor *visit, void *context);

#endif
