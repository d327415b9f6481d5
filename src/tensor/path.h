/* path.h - where the path from a tensor back to leaves that require a gradient ends.
 *
 * A tensor that requires no gradient remembers the operation behind which none flows: one that was not recorded under
 * GD_NO_GRAD, gd_detach, a comparison.  It is for the message of a backward pass that finds nothing. */
#ifndef GRADUS_PATH_H
#define GRADUS_PATH_H

#include "base/thread_state.h"
#include "gradus/autograd.h"

/* gi_path_ends - y is made from x by op, through which no gradient flows. */
static inline void gi_path_ends(gd_tensor *y, const gd_tensor *x, const gd_op *op)
{
    if (!(gi_thread.no_grad & GI_IN_PASS))
        y->path_end = x->requires_grad ? op : x->path_end;
}

#endif
