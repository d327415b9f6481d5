/* gradcheck.h - what the checks of first and of second derivatives share. */
#ifndef GRADUS_GRADCHECK_H
#define GRADUS_GRADCHECK_H

#include <stdbool.h>

#include "gradus/autograd.h"
#include "gradus/tensor.h"

/* gi_can_check - are the xs leaves whose elements can be perturbed?  False, and a message, otherwise. */
bool gi_can_check(const char *name, gd_function *function, gd_tensor *const xs[], int n);

/* gi_compare_gradients - compares; name is the GI_GUEST of the function, which begins with the check's own. */
bool gi_compare_gradients(const char *name, gd_function *function, void *context, gd_tensor *const xs[], int n,
                          gd_gradcheck_options options);

#endif
