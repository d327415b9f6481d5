/* grad.h - gd_grad for other sources of the library. */
#ifndef GRADUS_GRAD_H
#define GRADUS_GRAD_H

#include <stdbool.h>

#include "gradus/tensor.h"

/* gi_grad_or_zero - gd_grad, but an xs[i] on which y does not depend is no error: its gradient is zero. */
bool gi_grad_or_zero(const char *function, gd_tensor *y, gd_tensor *dy, gd_tensor *const xs[], int n,
                     gd_tensor *dxs[], bool create_graph);

#endif
