/* slots.h - the slot that each parameter has, and its state. */
#ifndef GRADUS_OPTIM_SLOTS_H
#define GRADUS_OPTIM_SLOTS_H

#include <stdbool.h>

#include "inside.h"

/* gi_adopt - makes slots for parameters that the model got since the last call. */
bool gi_adopt(gd_optimizer *o);

/* gi_slot_of - the slot of a parameter; NULL with a message when it is not in the optimizer's model. */
struct gi_slot *gi_slot_of(const char *function, gd_optimizer *o, const gd_tensor *parameter);

/* gi_slot_start - makes the states that the options need, named as the algorithm says, and drops the others.  False,
 * with a message, where the algorithm does not accept the parameter or memory is out.
 * gi_slot_stop - undoes gi_slot_start for a slot that had no state before it.
 * gi_slot_set - state k is t from now on; NULL: it is not kept. */
bool gi_slot_start(gd_optimizer *o, struct gi_slot *slot);
void gi_slot_stop(struct gi_slot *slot);
void gi_slot_set(struct gi_slot *slot, int k, gd_tensor *t);

#endif
