/* pack.h - contiguous copies of gradients that are not contiguous, for the loops of algorithms. */
#ifndef GRADUS_OPTIM_PACK_H
#define GRADUS_OPTIM_PACK_H

#include <stdbool.h>

#include "inside.h"

/* gi_pack_begin - allocates the buffer for a copy of grad, if it needs one; false when memory is out.
 * gi_pack - grad's elements in row-major order: its own data if it is contiguous, else the copy in the buffer, which
 * the next call overwrites. */
bool gi_pack_begin(gd_optimizer *o, const gd_tensor *grad);
const gd_real *gi_pack(gd_optimizer *o, const gd_tensor *grad);

#endif
