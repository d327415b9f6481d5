/* dead_graph.h - debug builds: does a recorded graph still stand on living tensors?  In others this is nothing. */
#ifndef GRADUS_DEAD_GRAPH_H
#define GRADUS_DEAD_GRAPH_H

#include <stdbool.h>

#include "node.h"

/* gi_graph_alive - in debug builds false, and a message, when y depends on a tensor that is dead.
 * gi_gradient_alive - the same for dx, which node's rule gave for input i. */
#ifdef GD_DEBUG
bool gi_graph_alive(const char *function, gd_tensor *y);
bool gi_gradient_alive(const char *function, const gd_node *node, int i, const gd_tensor *dx);
#else
#define gi_graph_alive(function, y) true
#define gi_gradient_alive(function, node, i, dx) true
#endif

#endif
