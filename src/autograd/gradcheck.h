/* gradcheck.h - what the checks of first and of second derivatives share. */
#ifndef GRADUS_GRADCHECK_H
#define GRADUS_GRADCHECK_H

#include <stdbool.h>

#include "pass.h"
#include "gradus/tensor.h"

/* gi_can_check - are the xs leaves whose elements can be perturbed?  False, and a message, otherwise. */
bool gi_can_check(const char *name, gd_function *function, gd_tensor *const xs[], int n);

/* gi_compare_gradients - compares; name is the GI_GUEST of the function, which begins with the check's own. */
bool gi_compare_gradients(const char *name, gd_function *function, void *context, gd_tensor *const xs[], int n,
                          gd_gradcheck_options options);

/* gi_run_checked - calls the function as a guest.  NULL also when it left a scope open, to which y may belong, or, in
 * debug builds, when y or one of the xs is dead. */
gd_tensor *gi_run_checked(const char *guest, gd_function *function, gd_tensor *const xs[], int n, void *context);

/* gi_random_weights - of t's shape, +-[0.5, 1.5), from a generator of its own: the caller's is left alone. */
gd_tensor *gi_random_weights(const gd_tensor *t, uint64_t seed);

#endif
