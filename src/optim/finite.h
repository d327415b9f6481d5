/* finite.h - are there gradients, and are they and the parameters finite? */
#ifndef GRADUS_OPTIM_FINITE_H
#define GRADUS_OPTIM_FINITE_H

#include <stdbool.h>

#include "inside.h"

/* gi_any_gradient - false, with a message, when no parameter has a gradient.
 * gi_check_gradients - false, with a message, when an element of a gradient is not finite; gi_check_all - of a
 * parameter or a gradient. */
bool gi_any_gradient(const char *function, const gd_optimizer *o);
bool gi_check_gradients(const char *function, const gd_optimizer *o);
bool gi_check_all(const char *function, const gd_optimizer *o);

#endif
