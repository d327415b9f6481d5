/* hooks.h - hooks on gradients, as a pass calls them.  See gradus/derivatives.h. */
#ifndef GRADUS_HOOKS_H
#define GRADUS_HOOKS_H

#include <stdbool.h>

#include "pass.h"

/* gi_run_hooks - calls the hooks of x, whose gradient is complete, and puts what they return into its slot: once in a
 * pass.  False, and a message, when one fails.
 * gi_run_leaf_hooks - the same of all leaves that were reached.  gi_run_post_hooks - after ->grad has been added to. */
bool gi_run_hooks(gi_pass *pass, gd_tensor *x);
bool gi_run_leaf_hooks(gi_pass *pass);
bool gi_run_post_hooks(gi_pass *pass);

#endif
