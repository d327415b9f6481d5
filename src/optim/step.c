/* step.c - gd_step: the loop over parameters that all algorithms share.
 *
 * Here: everything that can fail, step counts, schedules.  Not here: threads (batches.c), and the rule.  The
 * learning rate is only passed on, as u->lr; the algorithm's update multiplies by it (sgd.c, adam.c, ..). */
#include <math.h>

#include "autograd/leaf_grad.h"
#include "base/compiler.h"
#include "base/guest.h"
#include "base/memory.h"
#include "base/message.h"
#include "base/start.h"
#include "base/threads.h"
#include "batches.h"
#include "busy.h"
#include "finite.h"
#include "gradus/tensor.h"
#include "nn/params.h"
#include "options.h"
#include "pack.h"
#include "rule.h"
#include "slots.h"
#include "step.h"
#include "swap.h"
#include "tensor/alive.h"
#include "tensor/check.h"
#include "tensor/nest.h"
#include "tensor/new.h"
#include "tensor/shape.h"

/* ---- Everything that can fail ----------------------------------------------------------------------------------- */

static inline bool valid_rate(double lr)
{
    return lr >= 0 && lr <= GI_REAL_MAX;
}

/* The usual case: no group has a schedule, and nothing is wrong. */
static inline bool learning_rates_are_set(const gd_optimizer *o)
{
    for (const gd_group *g = &o->first; g; g = g->next)
        if (g->schedule.kind || !valid_rate(g->lr))
            return false;
    return o->steps >= 0 && o->steps < INT64_MAX;
}

/* Stores the learning rates of schedules in next_lr; ready() swaps them with lr, and back if the step then fails.
 * Returns the number of groups with a schedule; -1, with a message, if a learning rate is not valid. */
static GI_NOINLINE int next_learning_rates(gd_optimizer *o, const char *function)
{
    int scheduled = 0;
    if (o->steps < 0 || o->steps == INT64_MAX)
        return gd_fail("%s: o->steps = %lld must be a count of steps", function, (long long)o->steps), -1;
    for (gd_group *g = &o->first; g; g = g->next) {
        double lr = g->lr;
        if (g->schedule.kind) {
            lr = g->inside->next_lr = gd_lr_at(g->schedule, o->steps);
            scheduled++;
        }
        if (!valid_rate(lr))
            return gi_check_rate(function, lr), -1;
    }
    return scheduled;
}

static void swap_learning_rates(gd_optimizer *o)
{
    for (gd_group *g = &o->first; g; g = g->next) {
        double lr = g->lr;
        if (!g->schedule.kind)
            continue;
        g->lr = g->inside->next_lr;
        g->inside->next_lr = lr;
    }
}

/* Is the step count one that gd_step can have reached?  The program may have written another one to it. */
static inline bool counts(const struct gi_slot *slot)
{
    return slot->number[0] >= 0 && slot->number[0] < GI_MOST_STEPS;
}

/* The usual gradient, in the parameter's own memory for it, has its shape. */
static inline bool fits(const struct gi_slot *slot, const gd_tensor *grad)
{
    return (GI_LIKELY(grad == slot->w->grad_memory) || gi_same_shape(slot->w, grad)) && counts(slot);
}

GI_COLD static bool fails_to_fit(const char *function, const struct gi_slot *slot, const gd_tensor *grad)
{
    if (!gi_same_shape(slot->w, grad))
        return gd_fail("%s: %s is %s and its gradient is %s: they must have the same shape", function, slot->w->name,
                       gi_shape_text(slot->w->ndim, slot->w->shape).s, gi_text_of(grad).s);
    return gd_fail("%s: the step count of %s is %g: it must lie in [0, 2^53)", function, slot->w->name,
                   slot->number[0]);
}

/* Allocates what the last step did not need: states, and memory for contiguous copies of gradients.  A new state may be
 * computed from this gradient and lr, so it is discarded when a later parameter fails. */
static bool start_pending(gd_optimizer *o, int count)
{
    struct gi_pending *all = o->inside->pending;
    bool good = true;
    int k = 0;
    for (; k < count && good; k++) {
        struct gi_slot *slot = all[k].slot;
        bool fresh = slot->number[0] == 0 && !slot->started;
        for (int i = 0; i < GD_MAX_STATES && fresh; i++)
            fresh = !slot->state[i];
        all[k].first = fresh;
        good = gi_pack_begin(o, slot->w->grad) &&
               (slot->started || !o->algorithm->update || gi_slot_start(o, slot));
        slot->update.g = slot->w->grad->contiguous ? slot->w->grad->data : NULL;
    }
    while (!good && k-- > 0)
        if (all[k].first)
            gi_slot_stop(all[k].slot);
    return good;
}

/* Everything that can fail in a step, so that no parameter has changed when it does: slots, learning rates, step
 * counts, shapes of gradients, states.  Lists the parameters to be updated in pending. */
GI_INLINE bool ready(gd_optimizer *o, const char *function)
{
    struct gd_optimizer_inside *inside = o->inside;
    if (!gi_model_alive(function, o) || gi_are_swapped(function, o) ||
        (inside->count < o->params->count && !gi_adopt(o)))
        return false;
    struct gi_slot *const *slots = inside->slots;
    struct gi_pending *item = inside->pending;
    const int scheduled = learning_rates_are_set(o) ? 0 : next_learning_rates(o, function);
    const int count = scheduled < 0 ? 0 : inside->count;
    int64_t elements = 0;
    bool as_before = true;
    for (int i = 0; i < count; i++) {
        struct gi_slot *slot = slots[i];
        const gd_tensor *grad = slot ? slot->w->grad : NULL;
        if (!grad)
            continue;
        if (!gi_alive(function, "the gradient of a parameter", grad))       /* ->grad may have been assigned */
            return false;
        if (GI_UNLIKELY(!fits(slot, grad)))
            return fails_to_fit(function, slot, grad);
        as_before &= slot->started & grad->contiguous;
        slot->update.g = grad->data;
        slot->update.w = slot->w->data;
        elements += slot->w->numel;
        item++->slot = slot;
    }
    const int updates = (int)(item - inside->pending);
    if (scheduled > 0)                      /* now: a new state may be computed from lr */
        swap_learning_rates(o);
    if (scheduled < 0 || (!as_before && !start_pending(o, updates))) {
        if (scheduled > 0)
            swap_learning_rates(o);
        return false;
    }
    inside->pending_count = updates;
    inside->pending_elements = elements;
    return true;
}

/* ---- The step --------------------------------------------------------------------------------------------------- */

GI_NOINLINE void gi_prepare(gd_optimizer *o, struct gi_slot *slot)
{
    struct gd_group_inside *group = slot->group->inside;
    if (!slot->update.g)
        slot->update.g = gi_pack(o, slot->w->grad);
    group->scalars_t = slot->update.t;
    group->scalars_lr = slot->update.lr;
    if (o->algorithm->prepare)
        o->algorithm->prepare(&slot->update, group->scalars);
}

static void update_one_by_one(gd_optimizer *o)
{
    const gd_algorithm *a = o->algorithm;
    struct gi_pending *item = o->inside->pending, *end = item + o->inside->pending_count;
    for (; item < end; item++) {
        struct gi_slot *slot = item->slot;
        gi_begin_update(o, slot);
        if (gi_must_prepare(slot))
            gi_prepare(o, slot);
        if (a->advance)
            a->advance(&slot->update);
        a->update(&slot->update);
    }
}

/* ---- The public functions --------------------------------------------------------------------------------------- */

static bool step_again(gd_tensor *y, gd_tensor *const x[], const void *attributes)
{
    (void)y;
    (void)x;
    const gi_again *again = attributes;
    *again->good = gd_step(again->object);
    return true;
}

bool gd_step(gd_optimizer *o)
{
    if (!gi_given("gd_step", "o", o))
        return false;
    if (gi_capturing())
        return gi_start_object("gd_step", step_again, o);
    if (!o->algorithm->update)
        return gd_fail("gd_step: %s evaluates the loss several times in a step: use gd_step_closure",
                       o->algorithm->name);
    struct gd_optimizer_inside *inside = o->inside;
    const gi_watcher *watcher = inside->watcher;
    if (gi_busy("gd_step", o) || !ready(o, "gd_step") ||
        (inside->pending_count == 0 && !gi_any_gradient("gd_step", o)) ||
        (o->check_finite && !gi_check_all("gd_step", o)) || (watcher && !watcher->before(o)))
        return false;
    o->steps++;
    inside->busy = true;
    gi_guest before = gi_guest_enter(GI_GUEST("gd_step", "the algorithm"));
    if (o->algorithm->by_element && inside->pending_elements > GI_PART_ELEMENTS)
        gi_update_in_batches(o);
    else
        update_one_by_one(o);
    (void)gi_guest_leave(&before, true);    /* the step is made: what the algorithm left open is only reported */
    inside->busy = false;
    if (watcher)
        watcher->after(o);
    return true;
}

/* An algorithm that evaluates the loss by itself. */
static GI_NOINLINE double step_of(gd_optimizer *o, gd_closure *closure, void *context)
{
    gi_guest before = gi_guest_enter(GI_GUEST("gd_step_closure", "the algorithm"));
    double loss = o->algorithm->step(o, closure, context);
    return gi_guest_leave(&before, !isnan(loss)) ? loss : NAN;
}

static GI_NOINLINE double step_closure(gd_optimizer *o, gd_closure *closure, void *context)
{
    if (o->algorithm->step)
        return ready(o, "gd_step_closure") ? step_of(o, closure, context) : NAN;
    unsigned long failures = gi_failures();
    double loss = gi_closure_call(o, closure, context);
    if (isnan(loss) && gi_failures() == failures)
        gd_fail("gd_step_closure: the closure's loss is nan");
    return !isnan(loss) && gd_step(o) ? loss : NAN;
}

double gd_step_closure(gd_optimizer *o, gd_closure *closure, void *context)
{
    gi_not_captured("gd_step_closure", GI_ACTS_OUTSIDE);
    if (!gi_given("gd_step_closure", "o", o) || !gi_not_null("gd_step_closure", "closure", closure ? o : NULL)
        || gi_busy("gd_step_closure", o) || !gi_model_alive("gd_step_closure", o))
        return NAN;
    return step_closure(o, closure, context);
}

static bool zero_again(gd_tensor *y, gd_tensor *const x[], const void *attributes)
{
    (void)y;
    (void)x;
    gd_zero_grad(*(gd_optimizer *const *)attributes);
    return true;
}

static GI_COLD void capture_zero_grad(gd_optimizer *o)
{
    gi_guard(&o->params->count, sizeof o->params->count);
    for (int i = 0; i < o->params->count; i++)
        gi_settled(&o->params->entries[i].tensor->grad);
    gi_start_again("gd_zero_grad", zero_again, &o, sizeof o);
}

void gd_zero_grad(gd_optimizer *o)
{
    if (!gi_given("gd_zero_grad", "o", o) || !gi_model_alive("gd_zero_grad", o))
        return;
    if (gi_capturing()) {
        capture_zero_grad(o);
        return;
    }
    for (int i = 0; i < o->params->count; i++) {
        gd_tensor *t = o->params->entries[i].tensor;
        if (gi_alive("gd_zero_grad", "a parameter", t))
            gi_zero_grad(t);
    }
}
