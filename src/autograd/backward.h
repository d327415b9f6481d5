/* backward.h - the walk along the tape. */
#ifndef GRADUS_BACKWARD_H
#define GRADUS_BACKWARD_H

#include "pass.h"

/* gi_pass_run - runs the rules of all that y depends on.  If the pass is done afterwards, reached lists the leaves and
 * the kept results, with their gradients in their slots. */
void gi_pass_run(gi_pass *pass);

#endif
