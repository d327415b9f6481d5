/* keys.c - the names of what a checkpoint file holds. */
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/scopes.h"
#include "checkpoint.h"

const char *gi_joined(const char *a, const char *b, const char *c)
{
    if (!a || !b || !c)
        return NULL;
    size_t length = strlen(a) + strlen(b) + strlen(c) + 1;
    char *text = gi_arena_take(gi_current_scope(), length);
    if (text)
        snprintf(text, length, "%s%s%s", a, b, c);
    return text;
}

const char *gi_checkpoint_key(const char *owner, const char *name)
{
    return gi_joined(gi_joined("optimizer/", owner, "/"), name, "");
}

const char *gi_lr_key(int group)
{
    char number[16];
    snprintf(number, sizeof number, "%d", group);
    return gi_checkpoint_key("lr", number);
}

/* The first group is part of the optimizer; the others are linked behind it, newest first. */
gd_group *gi_checkpoint_group(gd_optimizer *o, int k)
{
    gd_group *group = &o->first;
    while (group && k-- > 0)
        group = group->next;
    return group;
}
