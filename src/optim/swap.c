/* swap.c - the parameters that are to be evaluated, where they are not those that the steps move. */
#include <string.h>

#include "base/guest.h"
#include "base/memory.h"
#include "base/start.h"
#include "busy.h"
#include "gradus/tensor.h"
#include "slots.h"
#include "swap.h"
#include "tensor/check.h"
#include "tensor/new.h"

bool gi_swapped_message(const char *function)
{
    gd_fail("%s: the parameters to be evaluated are swapped in: call gd_optimizer_swap first", function);
    return true;
}

/* Everything that can fail: states as the present options need them, memory for the parameters. */
static bool ready(gd_optimizer *o)
{
    for (int i = 0; i < o->inside->count; i++) {
        struct gi_slot *slot = o->inside->slots[i];
        if (!slot || slot->number[0] == 0 || slot->w->numel == 0)
            continue;
        if (!slot->started && !gi_slot_start(o, slot))
            return false;
        if (!slot->held)
            slot->held = gi_arena_take(&o->inside->arena, (size_t)slot->w->numel * sizeof *slot->held);
        if (!slot->held)
            return false;
    }
    return true;
}

static void take_out(const gd_algorithm *a, struct gi_slot *slot)
{
    memcpy(slot->held, slot->w->data, (size_t)slot->w->numel * sizeof *slot->held);
    gd_update u = slot->update;
    u.w = slot->held;
    gi_guest before = gi_guest_enter(GI_GUEST("gd_optimizer_swap", "evaluated"));
    a->evaluated(&u, slot->w->data);
    (void)gi_guest_leave(&before, true);
    slot->swapped = true;
    gi_overwritten(slot->w);
}

static void put_back(struct gi_slot *slot)
{
    memcpy(slot->w->data, slot->held, (size_t)slot->w->numel * sizeof *slot->held);
    slot->swapped = false;
    gi_overwritten(slot->w);
}

bool gd_optimizer_swap(gd_optimizer *o)
{
    gi_not_captured("gd_optimizer_swap", GI_ACTS_OUTSIDE);
    if (!gi_given("gd_optimizer_swap", "o", o) || gi_busy("gd_optimizer_swap", o) ||
        !gi_model_alive("gd_optimizer_swap", o) || !gi_adopt(o))
        return false;
    if (!o->algorithm->evaluated)
        return gd_fail("gd_optimizer_swap: %s has no other parameters to be evaluated than those that it moves",
                       o->algorithm->name);
    struct gd_optimizer_inside *inside = o->inside;
    if (!inside->swapped && !ready(o))
        return false;
    for (int i = 0; i < inside->count; i++) {
        struct gi_slot *slot = inside->slots[i];
        if (slot && inside->swapped && slot->swapped)
            put_back(slot);
        else if (slot && !inside->swapped && slot->held && slot->number[0] > 0)
            take_out(o->algorithm, slot);
    }
    inside->swapped = !inside->swapped;
    return true;
}
