/* recompute.h - the node of gd_recomputed in a backward pass. */
#ifndef GRADUS_RECOMPUTE_H
#define GRADUS_RECOMPUTE_H

#include "pass.h"

/* gi_gathered - what a rule sets dx[0] to when it has put all gradients into their slots itself.
 * gi_walk - runs the rules of all that y depends on, down the tape to the node end, which is left out, from its
 * gradient dy; in backward.c. */
extern gd_tensor gi_gathered;
bool gi_walk(gi_pass *pass, gd_tensor *y, gd_tensor *dy, const gd_node *end);

#endif
