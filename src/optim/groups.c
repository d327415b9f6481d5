/* groups.c - parameters with options of their own. */
#include <limits.h>
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/message.h"
#include "base/start.h"
#include "busy.h"
#include "callbacks.h"
#include "gradus/algorithms.h"
#include "gradus/tensor.h"
#include "groups.h"
#include "nn/params.h"
#include "options.h"
#include "slots.h"
#include "tensor/check.h"

void gi_options_changed(gd_group *group)
{
    gd_optimizer *o = group->optimizer;
    group->inside->scalars_t = 0;
    memset(group->inside->scalars, 0, GD_SCALARS_BYTES);
    group->inside->counter = GD_PER_PARAM;
    for (const gd_option *f = o->algorithm->options; f && f->name; f++)
        if (strcmp(f->name, "step_counter") == 0)
            group->inside->counter = (int)gd_group_get(group, "step_counter");
    for (int i = 0; i < o->inside->count; i++)      /* other options may need other states */
        if (o->inside->slots[i] && o->inside->slots[i]->group == group)
            o->inside->slots[i]->started = false;
}

bool gi_group_init(gd_group *group, gd_optimizer *o, const char *prefix, const void *options)
{
    gd_arena *arena = &o->inside->arena;
    size_t size = o->algorithm->options_size, length = prefix ? strlen(prefix) + 1 : 0;
    struct gd_group_inside *inside = gi_arena_take(arena, sizeof *inside);
    void *copy = gi_arena_take(arena, size), *scalars = gi_arena_take(arena, GD_SCALARS_BYTES);
    char *name = length > 1 ? gi_arena_take(arena, length) : NULL;
    if (!inside || !copy || !scalars || (length > 1 && !name))
        return false;
    memcpy(copy, options, size);
    *inside = (struct gd_group_inside){ .prefix = name ? memcpy(name, prefix, length) : NULL, .options = copy,
                                        .scalars = scalars };
    *group = (gd_group){ .lr = *(const double *)options, .optimizer = o, .options = copy, .inside = inside };
    gi_options_changed(group);
    return true;
}

static void move_to(struct gi_slot *slot, gd_group *group)
{
    slot->group = group;
    slot->started = false;
}

gd_group *gd_optimizer_group(gd_optimizer *o, const char *prefix, const void *options)
{
    if (!gi_given("gd_optimizer_group", "o", o) || gi_busy("gd_optimizer_group", o)
        || !gi_model_alive("gd_optimizer_group", o) || (options && !gi_check_options(o->algorithm, options))
        || !gi_adopt(o))
        return NULL;
    if (o->algorithm->step)
        return gd_fail("gd_optimizer_group: %s treats all parameters alike and has one group", o->algorithm->name);
    gd_group *group = gi_arena_take(&o->inside->arena, sizeof *group);
    if (!group || !gi_group_init(group, o, prefix, options ? options : o->first.options))
        return NULL;
    if (!options)
        group->lr = o->lr;
    gd_group *last = &o->first;
    while (last->next)
        last = last->next;
    last->next = group;
    const char *own = group->inside->prefix;
    for (int i = 0; own && i < o->inside->count; i++) {
        struct gi_slot *slot = o->inside->slots[i];
        if (slot && gi_params_begins(o->params, slot->w, own))
            move_to(slot, group);
    }
    return group;
}

bool gd_group_add(gd_group *group, const gd_tensor *parameter)
{
    if (!gi_given("gd_group_add", "group", group) || gi_busy("gd_group_add", group->optimizer))
        return false;
    struct gi_slot *slot = gi_slot_of("gd_group_add", group->optimizer, parameter);
    if (slot)
        move_to(slot, group);
    return slot != NULL;
}

bool gd_set_schedule(gd_group *group, gd_schedule schedule)
{
    gi_not_captured("gd_set_schedule", GI_ACTS_OUTSIDE);
    if (!gi_given("gd_set_schedule", "group", group))
        return false;
    group->schedule = schedule;
    return true;
}

/* ---- Options by their names ------------------------------------------------------------------------------------- */

static const gd_option *option_of(const char *function, const gd_group *group, const char *name)
{
    if (!gi_not_null(function, "option", name))
        return NULL;
    const gd_algorithm *algorithm = group->optimizer->algorithm;
    const gd_option *option = gi_option_find(algorithm, name, strlen(name));
    return option ? option : gd_fail("%s: %s has no option \"%s\"", function, algorithm->name, name);
}

bool gd_group_set(gd_group *group, const char *name, double value)
{
    gi_not_captured("gd_group_set", GI_ACTS_OUTSIDE);
    if (!gi_given("gd_group_set", "group", group))
        return false;
    if (name && strcmp(name, "lr") == 0) {
        if (!gi_check_rate("gd_group_set", value))
            return false;
        group->lr = value;
        return true;
    }
    const gd_option *option = option_of("gd_group_set", group, name);
    if (!option || gi_busy("gd_group_set", group->optimizer) ||
        !gi_check_number("gd_group_set", name, value, option->interval, option->low, option->high))
        return false;
    if (option->kind != GD_OPTION_REAL && value != floor(value))
        return gd_fail("gd_group_set: %s = %g must be a whole number", name, value);
    if (option->kind != GD_OPTION_REAL && !(value >= INT_MIN && value <= INT_MAX))
        return gd_fail("gd_group_set: %s = %g does not fit an int: it must lie in [%d, %d]", name, value, INT_MIN,
                       INT_MAX);
    const gd_algorithm *algorithm = group->optimizer->algorithm;
    double before = gi_option_read(option, group->options);
    gi_option_write(option, group->inside->options, value);
    if (!gi_passes_check(algorithm, group->options)) {
        gi_option_write(option, group->inside->options, before);
        return false;
    }
    gi_options_changed(group);
    return true;
}

double gd_group_get(const gd_group *group, const char *name)
{
    if (!gi_given("gd_group_get", "group", group))
        return NAN;
    if (name && strcmp(name, "lr") == 0)
        return group->lr;
    const gd_option *option = option_of("gd_group_get", group, name);
    return option ? gi_option_read(option, group->options) : NAN;
}
