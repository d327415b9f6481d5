/* groups.c - parameters with options of their own. */
#include <string.h>

#include "base/memory.h"
#include "gradus/tensor.h"
#include "inside.h"
#include "tensor/check.h"

void gi_options_changed(gd_group *group)
{
    gd_optimizer *o = group->optimizer;
    group->scalars_t = 0;
    memset(group->scalars, 0, GD_SCALARS_BYTES);
    group->counter = GD_PER_PARAM;
    for (const gd_option *f = o->algorithm->options; f && f->name; f++)
        if (strcmp(f->name, "step_counter") == 0)
            group->counter = (int)gd_group_get(group, "step_counter");
    for (int i = 0; i < o->count; i++)      /* other options may need other states */
        if (o->slots[i] && o->slots[i]->group == group)
            o->slots[i]->started = false;
}

static void move_to(struct gd_slot *slot, gd_group *group)
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
    gd_group *group = gi_arena_take(o->arena, sizeof *group);
    if (!group || !gi_group_init(group, o, prefix, options ? options : o->first.options))
        return NULL;
    if (!options)
        group->lr = o->lr;
    gd_group *last = &o->first;
    while (last->next)
        last = last->next;
    last->next = group;
    for (int i = 0; group->prefix && i < o->count; i++)
        if (o->slots[i] && strncmp(o->slots[i]->w->name, group->prefix, strlen(group->prefix)) == 0)
            move_to(o->slots[i], group);
    return group;
}

bool gd_group_add(gd_group *group, const gd_tensor *parameter)
{
    if (!gi_given("gd_group_add", "group", group) || gi_busy("gd_group_add", group->optimizer))
        return false;
    struct gd_slot *slot = gi_slot_of("gd_group_add", group->optimizer, parameter);
    if (slot)
        move_to(slot, group);
    return slot != NULL;
}

bool gd_set_schedule(gd_group *group, gd_schedule schedule)
{
    if (!gi_given("gd_set_schedule", "group", group))
        return false;
    group->schedule = schedule;
    return true;
}
