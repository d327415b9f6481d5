/* step.h - the step count t of a rule, and how the update of a parameter begins. */
#ifndef GRADUS_OPTIM_STEP_H
#define GRADUS_OPTIM_STEP_H

#include <stdint.h>

#include "base/compiler.h"
#include "gradus/algorithms.h"
#include "inside.h"
#include "tensor/new.h"

/* gi_slot_t - the t of the slot's latest step, as the group's step_counter says. */
static inline int64_t gi_slot_t(const gd_optimizer *o, const struct gi_slot *slot)
{
    const int counter = slot->group->inside->counter;
    if (GI_LIKELY(counter == GD_PER_PARAM))
        return (int64_t)slot->number[0];
    return counter == GD_GLOBAL ? o->steps : 1;
}

/* gi_begin_update - what is done once a step for a parameter, before its elements are updated. */
static inline void gi_begin_update(gd_optimizer *o, struct gi_slot *slot)
{
    slot->number[0]++;
    slot->update.t = gi_slot_t(o, slot);
    slot->update.lr = slot->group->lr;
    gi_overwritten(slot->w);                /* backward refuses graphs that need the old values */
}

/* gi_must_prepare - is there a new t or lr, from which scalars are computed, or a gradient that is not contiguous?
 * gi_prepare - computes these scalars, and packs this gradient. */
static inline bool gi_must_prepare(const struct gi_slot *slot)
{
    const struct gd_group_inside *group = slot->group->inside;
    return group->scalars_t != slot->update.t || group->scalars_lr != slot->update.lr || !slot->update.g;
}

void gi_prepare(gd_optimizer *o, struct gi_slot *slot);

#endif
