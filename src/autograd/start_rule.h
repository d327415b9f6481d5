/* start_rule.h - rules that decide by numbers. */
#ifndef GRADUS_START_RULE_H
#define GRADUS_START_RULE_H

#include "gradus/autograd.h"

/* gi_start_rule - runs a rule that looks at numbers and does one thing or another.  While a step is captured, the rule
 * as a whole is one computation, which decides again in each run; it cannot be differentiated then.  Each dx that is
 * needed has the shape of its input, or of one to which that was broadcast. */
void gi_start_rule(gd_rule *rule, const gd_node *node, gd_tensor *dy, gd_tensor **dx);

#endif
