/* function.h - calling a program's gd_function. */
#ifndef GRADUS_FUNCTION_H
#define GRADUS_FUNCTION_H

#include "gradus/autograd.h"
#include "gradus/tensor.h"

/* gi_run_checked - calls the function as a guest.  NULL also when it left a scope open, to which y may belong, or, in
 * debug builds, when y or one of the xs is dead. */
gd_tensor *gi_run_checked(const char *guest, gd_function *function, gd_tensor *const xs[], int n, void *context);

#endif
