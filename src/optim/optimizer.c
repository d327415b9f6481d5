/* optimizer.c - optimizers, their groups, and the slot that each parameter has.  Not here: stepping (step.c),
 * algorithms (a file each). */
#include <string.h>

#include "autograd/node.h"
#include "base/memory.h"
#include "base/message.h"
#include "base/quarantine.h"
#include "base/thread_state.h"
#include "gradus/tensor.h"
#include "inside.h"
#include "tensor/alive.h"
#include "tensor/check.h"
#include "tensor/new.h"
#include "tensor/shape.h"

#include "base/utf8.h"

/* ---- Making and freeing ---------------------------------------------------------------------------------- */

/* Can a checkpoint hold it as part of a key?  others: the names before it. */
static bool valid_name(const gd_algorithm *a, const char *name, const char *const *others, int n)
{
    if (!*name || strchr(name, '/') || !gi_utf8_valid(name, strlen(name)))
        return gd_fail("gd_optimizer_new: %s: \"%s\" is no name for a state or a number: it must be UTF-8, not empty "
                       "and without a slash", a->name, name);
    for (int i = 0; i < n; i++)
        if (strcmp(others[i], name) == 0)
            return gd_fail("gd_optimizer_new: %s has \"%s\" twice", a->name, name);
    return true;
}

static bool valid_names(const gd_algorithm *a)
{
    if (!gi_utf8_valid(a->name, strlen(a->name)))
        return gd_fail("gd_optimizer_new: the algorithm's name is not UTF-8");
    if (a->states[GD_MAX_STATES] || a->numbers[GD_MAX_NUMBERS] || a->zeros[GD_MAX_ZEROS])
        return gd_fail("gd_optimizer_new: %s: at most %d states, %d numbers and %d sets of zeros are possible, and a "
                       "NULL behind them", a->name, (int)GD_MAX_STATES, (int)GD_MAX_NUMBERS, (int)GD_MAX_ZEROS);
    for (int k = 0; k < GD_MAX_STATES && a->states[k]; k++)
        if (!valid_name(a, a->states[k], a->states, k))
            return false;
    for (int k = 0; k < GD_MAX_NUMBERS && a->numbers[k]; k++)
        if (!valid_name(a, a->numbers[k], a->numbers, k))
            return false;
        else if (strcmp(a->numbers[k], "step") == 0)
            return gd_fail("gd_optimizer_new: %s: every algorithm has a number \"step\" already", a->name);
        else if (strspn(a->numbers[k], "0123456789") == strlen(a->numbers[k]))     /* as groups are in checkpoints */
            return gd_fail("gd_optimizer_new: %s: a number cannot be called \"%s\": digits stand for groups", a->name,
                           a->numbers[k]);
    return true;
}

/* Of an option, or of the range of a number or a state. */
static bool valid_interval(const gd_algorithm *a, const char *name, const char *interval, double low, double high)
{
    if (!interval)
        return gd_fail("gd_optimizer_new: %s: the interval of %s is NULL", a->name, name);
    if (!(*interval == '[' || *interval == '(') || !(interval[1] == ']' || interval[1] == ')') || interval[2])
        return gd_fail("gd_optimizer_new: %s: the interval of %s is \"%.8s\": \"[]\", \"[)\", \"(]\" or \"()\" was "
                       "expected", a->name, name, interval);
    return low <= high || gd_fail("gd_optimizer_new: %s: the interval of %s, from %g to %g, is empty", a->name, name,
                                  low, high);
}

static bool valid_option(const gd_algorithm *a, const gd_option *f)
{
    static const size_t bytes[] = {
        [GD_OPTION_REAL] = sizeof(double), [GD_OPTION_FLAG] = sizeof(bool), [GD_OPTION_WHOLE] = sizeof(int)
    };
    const size_t kinds = sizeof bytes / sizeof *bytes, kind = (size_t)f->kind;
    if (!*f->name || !gi_utf8_valid(f->name, strlen(f->name)))
        return gd_fail("gd_optimizer_new: %s: the name of an option is empty or not UTF-8", a->name);
    if (kind >= kinds)
        return gd_fail("gd_optimizer_new: %s: the kind of %s, %d, is not a gd_option_kind", a->name, f->name,
                       (int)f->kind);
    if (f->offset > a->options_size || a->options_size - f->offset < bytes[kind])
        return gd_fail("gd_optimizer_new: %s: the option %s does not lie within the options", a->name, f->name);
    return valid_interval(a, f->name, f->interval, f->low, f->high);
}

static bool valid_ranges(const gd_algorithm *a)
{
    for (const gd_range *r = a->ranges; r && r->name; r++)
        if (!valid_interval(a, r->name, r->interval, r->low, r->high))
            return false;
    return true;
}

/* Their names are part of a checkpoint's keys too. */
static bool valid_options(const gd_algorithm *a)
{
    for (const gd_option *f = a->options; f && f->name; f++) {
        if (!valid_option(a, f))
            return false;
        for (const gd_option *other = a->options; other < f; other++)
            if (strcmp(other->name, f->name) == 0)
                return gd_fail("gd_optimizer_new: %s has the option \"%s\" twice", a->name, f->name);
    }
    return true;
}

static bool valid_algorithm(const gd_algorithm *a)
{
    if (!gi_not_null("gd_optimizer_new", "algorithm", a))
        return false;
    if (!a->name || (!a->update && !a->step) || a->options_size < sizeof(double))
        return gd_fail("gd_optimizer_new: an algorithm needs a name, an update and options that begin with "
                       "double lr");
    return valid_names(a) && valid_options(a) && valid_ranges(a);
}

bool gi_group_init(gd_group *group, gd_optimizer *o, const char *prefix, const void *options)
{
    size_t size = o->algorithm->options_size, length = prefix ? strlen(prefix) + 1 : 0;
    *group = (gd_group){ .lr = *(const double *)options, .optimizer = o };
    group->options = gi_arena_take(o->arena, size);
    group->scalars = gi_arena_take(o->arena, GD_SCALARS_BYTES);
    char *copy = length > 1 ? gi_arena_take(o->arena, length) : NULL;
    if (!group->options || !group->scalars || (length > 1 && !copy))
        return false;
    memcpy(group->options, options, size);
    group->prefix = copy ? memcpy(copy, prefix, length) : NULL;
    gi_options_changed(group);
    return true;
}

gd_optimizer *gd_optimizer_new(gd_params *p, const gd_algorithm *algorithm, const void *options)
{
    if (!valid_algorithm(algorithm) || !gi_given(algorithm->name, "params", p) ||
        !gi_not_null(algorithm->name, "options", options) || !gi_check_options(algorithm, options))
        return NULL;
    gi_current_scope();
    gd_optimizer *o = gi_memory_new(GI_OPTIMIZERS, sizeof *o + sizeof *o->arena);
    if (!o)
        return NULL;
    *o = (gd_optimizer){ .algorithm = algorithm, .params = p, .arena = (gd_arena *)(void *)(o + 1) };
    gi_arena_init(o->arena, GI_OPTIMIZERS);
    o->all = gi_arena_take(o->arena, sizeof *o->all);
    if (!o->all || !gi_group_init(&o->first, o, NULL, options) || !gi_adopt(o)) {
        gd_optimizer_free(o);
        return NULL;
    }
    *o->all = (struct gd_slot){ .group = &o->first };
    return o;
}

void gd_optimizer_free(gd_optimizer *o)
{
    if (!o || !gi_given("gd_optimizer_free", "o", o) || gi_busy("gd_optimizer_free", o))
        return;
    if (o->trace)
        o->trace->free(o);
    gi_memory_free(o->slots);
    gi_memory_free(o->turns);
    gi_memory_free(o->packed);
    gi_arena_free(o->arena);
    gi_handle_free(o);
}

/* ---- Slots ------------------------------------------------------------------------------------------------- */

/* The newest group whose prefix fits, else the first one. */
static gd_group *group_for(gd_optimizer *o, const char *name)
{
    gd_group *found = &o->first;
    for (gd_group *g = o->first.next; g; g = g->next)
        if (g->prefix && strncmp(name, g->prefix, strlen(g->prefix)) == 0)
            found = g;
    return found;
}

bool gi_adopt(gd_optimizer *o)
{
    int count = o->params->count;
    if (count > o->count && gi_busy("gd_param", o))
        return false;
    if (count > o->room) {
        size_t room = (size_t)count + (size_t)o->room;
        void *slots = gi_memory_resize(GI_OPTIMIZERS, o->slots, room * sizeof *o->slots);
        if (!slots)
            return false;
        o->slots = slots;
        void *turns = gi_memory_resize(GI_OPTIMIZERS, o->turns, room * sizeof *o->turns);
        if (!turns)
            return false;
        o->turns = turns;
        o->room = (int)room;
    }
    while (o->count < count) {
        const gi_entry *entry = &o->params->entries[o->count];
        struct gd_slot *slot = NULL;        /* a buffer has none */
        if (!entry->buffer) {
            slot = gi_arena_take(o->arena, sizeof *slot);
            if (!slot)
                return false;
            *slot = (struct gd_slot){ .w = entry->tensor, .group = group_for(o, entry->tensor->name) };
        }
        o->slots[o->count++] = slot;
    }
    return true;
}

struct gd_slot *gi_slot_of(const char *function, gd_optimizer *o, const gd_tensor *parameter)
{
    if (!gi_given(function, "o", o))
        return NULL;
    if (o->algorithm->step && !parameter)
        return o->all;
    if (!gi_given(function, "parameter", parameter) || !gi_alive(function, "parameter", parameter) ||
        !gi_model_alive(function, o) || !gi_adopt(o))
        return NULL;
    for (int i = 0; i < o->count; i++)
        if (o->slots[i] && o->slots[i]->w == parameter)
            return o->slots[i];
    return gd_fail("%s: %s, %s, is not a parameter of this optimizer's model%s", function,
                   parameter->name ? parameter->name : "the tensor",
                   gi_shape_text(parameter->ndim, parameter->shape).s, gi_not_a_leaf(parameter).s);
}

void gi_slot_set(struct gd_slot *slot, int k, gd_tensor *t)
{
    if (slot->state[k] && slot->state[k] != t && slot->w)
        slot->spare[k] = slot->state[k];
    slot->state[k] = t;
    slot->data[k] = t ? t->data : NULL;
}

void gi_slot_stop(struct gd_slot *slot)
{
    slot->started = false;
    for (int k = 0; k < GD_MAX_STATES; k++)
        gi_slot_set(slot, k, NULL);
    memset(slot->number, 0, sizeof slot->number);
}

static bool has_no_state(const struct gd_slot *slot)
{
    for (int k = 0; k < GD_MAX_STATES; k++)
        if (slot->state[k])
            return false;
    return true;
}

/* The states that the options ask for and that are not there, of zeros.  Updates go by the states that are there: one
 * that other options needed is no longer there, and if it is needed again it begins anew, in the same memory, as it
 * does in a run that was saved and loaded meanwhile. */
static bool make_states(gd_optimizer *o, struct gd_slot *slot)
{
    const gd_algorithm *a = o->algorithm;
    for (int k = 0; k < GD_MAX_STATES && a->states[k]; k++) {
        if (!gi_keeps(a, slot->group->options, k))
            gi_slot_set(slot, k, NULL);
        if (slot->state[k] || !gi_keeps(a, slot->group->options, k))
            continue;
        gd_tensor *state = slot->spare[k];
        if (!state)
            state = gi_new_in(o->arena, "gd_step", slot->w->ndim, slot->w->shape);
        if (!state)
            return false;
        if (state->numel)
            memset(state->data, 0, (size_t)state->numel * sizeof *state->data);
        gi_slot_set(slot, k, gd_set_name(state, a->states[k]));
    }
    return true;
}

bool gi_slot_start(gd_optimizer *o, struct gd_slot *slot)
{
    const gd_algorithm *a = o->algorithm;
    bool fresh = has_no_state(slot), starts = a->start && fresh && slot->number[0] == 0;
    if (!make_states(o, slot) || (starts && slot->w->grad && !gi_room_to_pack(o, slot->w->grad))) {
        for (int k = 0; k < GD_MAX_STATES && fresh; k++)        /* the next attempt starts it, and not half of it */
            gi_slot_set(slot, k, NULL);
        return false;
    }
    slot->update = (gd_update){ .n = slot->w->numel, .w = slot->w->data, .state = slot->data,
                                .number = slot->number + 1, .lr = slot->group->lr,
                                .options = slot->group->options, .scalars = slot->group->scalars };
    if (starts) {
        slot->update.g = slot->w->grad ? gi_packed(o, slot->w->grad) : NULL;
        gi_start_with(a, &slot->update);
    }
    slot->started = true;
    return true;
}
