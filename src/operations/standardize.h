/* standardize.h - y = (x - mean) / sqrt(var + eps) within groups: what layer and batch norm share. */
#ifndef GRADUS_STANDARDIZE_H
#define GRADUS_STANDARDIZE_H

#include "autograd/record.h"
#include "gradus/tensor.h"
#include "kernels/standardize.h"

/* gi_standardized - y; what was computed on the way goes to s, whose lists live as long as the node. */
gd_tensor *gi_standardized(gd_tensor *x, double eps, gi_groups *s);

/* gi_standardize_slope - dx of y = gi_standardized(x, eps, s), in operations. */
gd_tensor *gi_standardize_slope(gd_tensor *dy, gd_tensor *x, gd_tensor *y, const gi_groups *s);

#endif
