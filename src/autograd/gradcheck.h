/* gradcheck.h - what the checks of first and of second derivatives share. */
#ifndef GRADUS_GRADCHECK_H
#define GRADUS_GRADCHECK_H

#include "backward.h"

/* gd_can_check - are these leaves whose elements can be moved?  False, and a message, otherwise. */
bool gd_can_check(const char *name, gd_function *function, gd_tensor *const xs[], int n);

/* gd_compare_gradients - compares; name is the GD_GUEST of the function, which begins with the check's own. */
bool gd_compare_gradients(const char *name, gd_function *function, void *context, gd_tensor *const xs[], int n,
                          gd_gradcheck_options options);

/* gd_run_checked - the function as a guest: NULL when it left something behind, in which y may lie; in debug builds
 * also when y is dead. */
gd_tensor *gd_run_checked(const char *guest, gd_function *function, gd_tensor *const xs[], int n, void *context);

/* gd_random_weights - of t's shape, +-[0.5, 1.5), from a generator of its own: the caller's is left alone. */
gd_tensor *gd_random_weights(const gd_tensor *t, uint64_t seed);

#endif
