/* batches.h - parameters updated together, by several threads. */
#ifndef GRADUS_OPTIM_BATCHES_H
#define GRADUS_OPTIM_BATCHES_H

#include "inside.h"

/* gi_update_in_batches - updates the parameters in o->inside->pending; for algorithms that are by_element. */
void gi_update_in_batches(gd_optimizer *o);

#endif
