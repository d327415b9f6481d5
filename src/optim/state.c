/* state.c - looking into an optimizer: state tensors and numbers by name. */
#include <stdio.h>
#include <string.h>

#include "base/guest.h"
#include "base/message.h"
#include "base/start.h"
#include "gradus/tensor.h"
#include "callbacks.h"
#include "nn/params.h"
#include "slots.h"
#include "state.h"
#include "tensor/check.h"
#include "tensor/new.h"

/* "exp_avg, exp_avg_sq", after what comes first (NULL: nothing), or "none". */
static gi_text names_text(const char *first, const char *const *names, int most)
{
    gi_text text = { "none" };
    size_t at = 0;
    for (int k = first ? -1 : 0; k < most && (k < 0 || names[k]) && at < sizeof text.s; k++)
        at += (size_t)snprintf(text.s + at, sizeof text.s - at, "%s%s", at > 0 ? ", " : "", k < 0 ? first : names[k]);
    return text;
}

gd_tensor *gd_optimizer_state(gd_optimizer *o, const gd_tensor *parameter, const char *state)
{
    struct gi_slot *slot = gi_slot_of("gd_optimizer_state", o, parameter);
    if (!slot || !gi_not_null("gd_optimizer_state", "state", state))
        return NULL;
    for (int k = 0; k < GD_MAX_STATES && o->algorithm->states[k]; k++)
        if (strcmp(o->algorithm->states[k], state) == 0)
            return slot->state[k];
    return gd_fail("gd_optimizer_state: %s has no state \"%s\": it has %s", o->algorithm->name, state,
                   names_text(NULL, o->algorithm->states, GD_MAX_STATES).s);
}

double *gd_optimizer_number(gd_optimizer *o, const gd_tensor *parameter, const char *number)
{
    gi_not_captured("gd_optimizer_number", GI_READS_NUMBERS);
    struct gi_slot *slot = gi_slot_of("gd_optimizer_number", o, parameter);
    if (!slot || !gi_not_null("gd_optimizer_number", "number", number))
        return NULL;
    if (strcmp(number, "step") == 0)
        return &slot->number[0];
    for (int k = 0; k < GD_MAX_NUMBERS && o->algorithm->numbers[k]; k++)
        if (strcmp(o->algorithm->numbers[k], number) == 0)
            return &slot->number[1 + k];
    return gd_fail("gd_optimizer_number: %s has no number \"%s\": it has %s", o->algorithm->name, number,
                   names_text("step", o->algorithm->numbers, GD_MAX_NUMBERS).s);
}

bool gd_optimizer_start(gd_optimizer *o, const gd_tensor *parameter)
{
    gi_not_captured("gd_optimizer_start", GI_ACTS_OUTSIDE);
    struct gi_slot *slot = gi_slot_of("gd_optimizer_start", o, parameter);
    if (slot && o->algorithm->step)
        return gd_fail("gd_optimizer_start: %s makes its state in its first step", o->algorithm->name);
    return slot && gi_slot_start(o, slot);
}

bool gi_has_shape(const gd_tensor *t, gd_shape shape)
{
    bool same = t && t->ndim == shape.ndim;
    for (int i = 0; same && i < shape.ndim; i++)
        same = t->shape[i] == shape.size[i];
    return same;
}

gd_tensor *gd_optimizer_shared_state(gd_optimizer *o, int k, gd_shape shape)
{
    static const char function[] = "gd_optimizer_shared_state";
    if (!gi_given(function, "o", o))
        return NULL;
    if (k < 0 || k >= GD_MAX_STATES || !o->algorithm->states[k])
        return gd_fail("%s: %s has no state %d", function, o->algorithm->name, k);
    if (gi_has_shape(o->inside->all->state[k], shape))
        return o->inside->all->state[k];
    gd_tensor *state = gi_new_in(&o->inside->arena, function, shape.ndim, shape.size);
    if (!state)
        return NULL;
    if (state->numel)
        memset(state->data, 0, (size_t)state->numel * sizeof *state->data);
    o->inside->all->data[k] = state->data;
    return o->inside->all->state[k] = gd_set_name(state, o->algorithm->states[k]);
}

/* ---- Visiting everything, for checkpoints ----------------------------------------------------------------------- */

static void visit_slot(struct gi_slot *slot, const gd_algorithm *a, const char *owner, gd_state_visitor *visit,
                       void *context)
{
    visit(context, owner, "step", NULL, &slot->number[0]);
    for (int k = 0; k < GD_MAX_NUMBERS && a->numbers[k]; k++)
        visit(context, owner, a->numbers[k], NULL, &slot->number[1 + k]);
    for (int k = 0; k < GD_MAX_STATES && a->states[k]; k++)
        if (slot->state[k] && (a->step || gi_keeps(a, slot->group->options, k)))
            visit(context, owner, a->states[k], slot->state[k], NULL);
}

bool gd_optimizer_visit(gd_optimizer *o, gd_state_visitor *visit, void *context)
{
    gi_not_captured("gd_optimizer_visit", GI_READS_NUMBERS);
    if (!gi_given("gd_optimizer_visit", "o", o) || !gi_model_alive("gd_optimizer_visit", o) ||
        !gi_not_null("gd_optimizer_visit", "visit", visit ? o : NULL) || !gi_adopt(o))
        return false;
    gi_guest before = gi_guest_enter(GI_GUEST("gd_optimizer_visit", "visit"));
    if (o->algorithm->step)
        visit_slot(o->inside->all, o->algorithm, "", visit, context);
    for (int i = 0; i < o->inside->count && !o->algorithm->step; i++)
        if (o->inside->slots[i])
            visit_slot(o->inside->slots[i], o->algorithm, o->inside->slots[i]->w->name, visit, context);
    return gi_guest_leave(&before, true);
}
