/* step.h - the step count t of a rule. */
#ifndef GRADUS_OPTIM_STEP_H
#define GRADUS_OPTIM_STEP_H

#include <stdint.h>

#include "inside.h"

/* gi_slot_t - the t of the slot's latest step, as the group's step_counter says. */
int64_t gi_slot_t(const gd_optimizer *o, const struct gi_slot *slot);

#endif
