/* step.c - gd_step: the loop over parameters that all algorithms share. */
#include "inside.h"

/* ---- What can fail comes first ---------------------------------------------------------------------------- */

static bool set_learning_rates(gd_optimizer *o, const char *function)
{
    for (gd_group *g = &o->first; g; g = g->next) {
        if (g->schedule.kind)
            g->lr = gd_lr_at(g->schedule, o->steps);
        if (GD_UNLIKELY(!(g->lr >= 0 && g->lr < INFINITY)))
            return gd_check_number(function, "lr", g->lr, "[)", 0, INFINITY);
    }
    return true;
}

bool gd_room_to_pack(gd_optimizer *o, const gd_tensor *grad)
{
    if (grad->contiguous || grad->numel <= o->packed_room)
        return true;
    gd_real *room = gd_memory_new(GD_OPTIMIZERS, (size_t)grad->numel * sizeof *room);
    if (!room)
        return false;
    gd_memory_free(o->packed);
    o->packed = room;
    o->packed_room = grad->numel;
    return true;
}

const gd_real *gd_packed(gd_optimizer *o, const gd_tensor *grad)
{
    if (grad->contiguous)
        return grad->data;
    gd_copy(o->packed, grad);
    return o->packed;
}

bool gd_ready(gd_optimizer *o, const char *function)
{
    if ((o->count < o->params->count && !gd_adopt(o)) || !set_learning_rates(o, function))
        return false;
    for (int i = 0; i < o->count; i++) {
        struct gd_slot *slot = o->slots[i];
        const gd_tensor *grad = slot ? slot->w->grad : NULL;
        if (!grad)
            continue;
        if (GD_UNLIKELY(!gd_same_shape(slot->w, grad)))
            return gd_fail("%s: %s is %s and its gradient is %s: they must have the same shape", function,
                           slot->w->name, gd_text_of(slot->w).s, gd_text_of(grad).s);
        if (!gd_room_to_pack(o, grad))
            return false;
        if (GD_UNLIKELY(!slot->started) && o->algorithm->update && !gd_slot_start(o, slot))
            return false;
    }
    return true;
}

/* ---- The step ----------------------------------------------------------------------------------------------- */

/* Late in a run beta^t <= e^(-t (1 - beta)) is so small that 1 - beta^t rounds to 1: pow need not be asked. */
double gd_correction(double beta, int64_t t, bool on)
{
    return on && (double)t * (1 - beta) < 38 ? 1 - pow(beta, (double)t) : 1;
}

int64_t gd_slot_t(const gd_optimizer *o, const struct gd_slot *slot)
{
    switch (slot->group->counter) {
    case GD_PER_PARAM: return (int64_t)slot->number[0];
    case GD_GLOBAL:    return o->steps;
    default:           return 1;
    }
}

void gd_slot_update(gd_optimizer *o, struct gd_slot *slot, const gd_real *g)
{
    gd_group *group = slot->group;
    slot->number[0]++;
    int64_t t = gd_slot_t(o, slot);
    gd_update u = { slot->w->numel, slot->w->data, g, slot->data, slot->number + 1, t, group->lr, group->options,
                    group->scalars };
    if (group->scalars_t != t || group->scalars_lr != group->lr) {
        if (o->algorithm->prepare)
            o->algorithm->prepare(&u, group->scalars);
        group->scalars_t = t;
        group->scalars_lr = group->lr;
    }
    o->algorithm->update(&u);
    gd_overwritten(slot->w);               /* backward refuses graphs that need the old values */
}

bool gd_step(gd_optimizer *o)
{
    if (!gd_given("gd_step", "o", o))
        return false;
    if (!o->algorithm->update)
        return gd_fail("gd_step: %s evaluates the loss several times in a step: use gd_step_closure",
                       o->algorithm->name);
    if (!gd_ready(o, "gd_step") || (o->trace && !gd_trace_before(o)))
        return false;
    o->steps++;
    for (int i = 0; i < o->count; i++)
        if (o->slots[i] && o->slots[i]->w->grad)
            gd_slot_update(o, o->slots[i], gd_packed(o, o->slots[i]->w->grad));
    if (o->trace)
        gd_trace_after(o);
    return true;
}

double gd_step_closure(gd_optimizer *o, gd_closure *closure, void *context)
{
    if (!gd_given("gd_step_closure", "o", o) || !gd_given("gd_step_closure", "closure", closure ? o : NULL))
        return NAN;
    if (o->algorithm->step)
        return gd_ready(o, "gd_step_closure") ? o->algorithm->step(o, closure, context) : NAN;
    double loss = closure(context);
    return !isnan(loss) && gd_step(o) ? loss : NAN;
}

void gd_zero_grad(gd_optimizer *o)
{
    if (!gd_given("gd_zero_grad", "o", o))
        return;
    for (int i = 0; i < o->params->count; i++)
        gd_zero_grad_of(o->params->entries[i].tensor);
}
