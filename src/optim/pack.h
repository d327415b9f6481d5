/* pack.h - the elements of a gradient in row-major order, as algorithms want them. */
#ifndef GRADUS_OPTIM_PACK_H
#define GRADUS_OPTIM_PACK_H

#include <stdbool.h>

#include "inside.h"

/* gi_pack_begin - makes sure that there is memory for them; gi_pack - they, where grad has them or in that memory. */
bool gi_pack_begin(gd_optimizer *o, const gd_tensor *grad);
const gd_real *gi_pack(gd_optimizer *o, const gd_tensor *grad);

#endif
