/* slots.c - the slot that each parameter has, and its state. */
#include <string.h>

#include "autograd/record.h"
#include "base/memory.h"
#include "base/message.h"
#include "busy.h"
#include "callbacks.h"
#include "gradus/tensor.h"
#include "nn/params.h"
#include "pack.h"
#include "slots.h"
#include "tensor/alive.h"
#include "tensor/check.h"
#include "tensor/new.h"
#include "tensor/shape.h"

/* The newest group whose prefix fits, else the first one. */
static gd_group *group_for(gd_optimizer *o, const gd_tensor *parameter)
{
    gd_group *found = &o->first;
    for (gd_group *g = o->first.next; g; g = g->next)
        if (g->inside->prefix && gi_params_begins(o->params, parameter, g->inside->prefix))
            found = g;
    return found;
}

bool gi_adopt(gd_optimizer *o)
{
    int count = o->params->count;
    if (count > o->inside->count && gi_busy("gd_param", o))
        return false;
    if (count > o->inside->capacity) {
        size_t capacity = (size_t)count + (size_t)o->inside->capacity;
        void *slots = gi_memory_resize(GI_OPTIMIZERS, o->inside->slots, capacity * sizeof *o->inside->slots);
        if (!slots)
            return false;
        o->inside->slots = slots;
        void *pending = gi_memory_resize(GI_OPTIMIZERS, o->inside->pending, capacity * sizeof *o->inside->pending);
        if (!pending)
            return false;
        o->inside->pending = pending;
        o->inside->capacity = (int)capacity;
    }
    while (o->inside->count < count) {
        const gi_entry *entry = &o->params->entries[o->inside->count];
        struct gi_slot *slot = NULL;        /* a buffer has none */
        if (!entry->buffer) {
            slot = gi_arena_take(&o->inside->arena, sizeof *slot);
            if (!slot)
                return false;
            *slot = (struct gi_slot){ .w = entry->tensor, .group = group_for(o, entry->tensor) };
        }
        o->inside->slots[o->inside->count++] = slot;
    }
    return true;
}

struct gi_slot *gi_slot_of(const char *function, gd_optimizer *o, const gd_tensor *parameter)
{
    if (!gi_given(function, "o", o))
        return NULL;
    if (o->algorithm->step && !parameter)
        return o->inside->all;
    if (!gi_given(function, "parameter", parameter) || !gi_alive(function, "parameter", parameter) ||
        !gi_model_alive(function, o) || !gi_adopt(o))
        return NULL;
    for (int i = 0; i < o->inside->count; i++)
        if (o->inside->slots[i] && o->inside->slots[i]->w == parameter)
            return o->inside->slots[i];
    return gd_fail("%s: %s, %s, is not a parameter of this optimizer's model%s", function,
                   parameter->name ? parameter->name : "the tensor",
                   gi_shape_text(parameter->ndim, parameter->shape).s, gi_not_a_leaf(parameter).s);
}

void gi_slot_set(struct gi_slot *slot, int k, gd_tensor *t)
{
    if (slot->state[k] && slot->state[k] != t && slot->w)
        slot->spare[k] = slot->state[k];
    slot->state[k] = t;
    slot->data[k] = t ? t->data : NULL;
}

void gi_slot_stop(struct gi_slot *slot)
{
    slot->started = false;
    for (int k = 0; k < GD_MAX_STATES; k++)
        gi_slot_set(slot, k, NULL);
    memset(slot->number, 0, sizeof slot->number);
}

static bool has_no_state(const struct gi_slot *slot)
{
    for (int k = 0; k < GD_MAX_STATES; k++)
        if (slot->state[k])
            return false;
    return true;
}

/* Allocates the states that the options need and that do not exist yet, filled with zeros, and removes those that are
 * not needed, since updates depend on which states exist.  A state that is needed again later starts from zeros in the
 * same memory, as it does in a run that was saved and loaded in between. */
static bool make_states(gd_optimizer *o, struct gi_slot *slot)
{
    const gd_algorithm *a = o->algorithm;
    for (int k = 0; k < GD_MAX_STATES && a->states[k]; k++) {
        gd_shape shape;
        if (!gi_state_shape(a, slot->group->options, k, slot->w, &shape))
            return false;
        if (shape.ndim < 0)
            gi_slot_set(slot, k, NULL);
        if (slot->state[k] || shape.ndim < 0)
            continue;
        gd_tensor *state = slot->spare[k];
        if (!state)
            state = gi_new_in(&o->inside->arena, "gd_step", shape.ndim, shape.size);
        if (!state)
            return false;
        if (state->numel)
            memset(state->data, 0, (size_t)state->numel * sizeof *state->data);
        gi_slot_set(slot, k, gd_set_name(state, a->states[k]));
    }
    return true;
}

/* The same work memory serves all parameters, one after the other, so that it is as large as the largest needs. */
static bool work_begin(gd_optimizer *o, size_t bytes)
{
    struct gd_optimizer_inside *inside = o->inside;
    if (bytes <= inside->work_bytes)
        return true;
    void *work = gi_memory_new(GI_OPTIMIZERS, bytes);
    if (!work)
        return false;
    gi_memory_free(inside->work);
    inside->work = work;
    inside->work_bytes = bytes;
    for (int i = 0; i < inside->count; i++)
        if (inside->slots[i])
            inside->slots[i]->update.work = work;
    return true;
}

bool gi_slot_start(gd_optimizer *o, struct gi_slot *slot)
{
    const gd_algorithm *a = o->algorithm;
    if (!gi_accepts(a, slot->w, slot->group->options) ||
        !work_begin(o, gi_work_bytes(a, slot->w, slot->group->options)))
        return false;
    bool fresh = has_no_state(slot), starts = a->start && fresh && slot->number[0] == 0;
    if (!make_states(o, slot) || (starts && slot->w->grad && !gi_pack_begin(o, slot->w->grad))) {
        for (int k = 0; k < GD_MAX_STATES && fresh; k++)        /* the next attempt starts from the beginning */
            gi_slot_set(slot, k, NULL);
        return false;
    }
    slot->update = (gd_update){ .n = slot->w->numel, .w = slot->w->data, .state = slot->data,
                                .number = slot->number + 1, .lr = slot->group->lr,
                                .options = slot->group->options, .scalars = slot->group->inside->scalars,
                                .parameter = slot->w, .work = o->inside->work };
    if (starts) {
        slot->update.g = slot->w->grad ? gi_pack(o, slot->w->grad) : NULL;
        gi_start_with(a, &slot->update);
    }
    slot->started = true;
    return true;
}
