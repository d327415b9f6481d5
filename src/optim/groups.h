/* groups.h - making a group, and changing its options. */
#ifndef GRADUS_OPTIM_GROUPS_H
#define GRADUS_OPTIM_GROUPS_H

#include <stdbool.h>

#include "gradus/optimizer.h"

/* gi_group_init - a group with a copy of options and of prefix, in the optimizer's arena. */
bool gi_group_init(gd_group *group, gd_optimizer *o, const char *prefix, const void *options);

/* gi_options_changed - to be called when the group's options have changed: what was computed from them is computed
 * again, and states are made or dropped as the new options need them. */
void gi_options_changed(gd_group *group);

#endif
