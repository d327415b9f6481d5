/* groups.h - making a group, and changing its options. */
#ifndef GRADUS_OPTIM_GROUPS_H
#define GRADUS_OPTIM_GROUPS_H

#include <stdbool.h>

#include "gradus/optimizer.h"

/* gi_group_init - a group with a copy of options and of prefix, in the optimizer's arena. */
bool gi_group_init(gd_group *group, gd_optimizer *o, const char *prefix, const void *options);

/* gi_options_changed - the group's options are new: what was formed from them is formed anew, and other states may be
 * needed. */
void gi_options_changed(gd_group *group);

#endif
