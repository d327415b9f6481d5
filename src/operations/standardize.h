/* standardize.h - y = (x - mean) / sqrt(var + eps) within groups: what layer and batch norm share. */
#ifndef GRADUS_STANDARDIZE_H
#define GRADUS_STANDARDIZE_H

#include "autograd/record.h"
#include "gradus/tensor.h"

/* Of a standardization of x, [a, groups, b]: the elements of a group stand along the first and the last axis.  The
 * lists have one number for each group and live as long as the node. */
typedef struct gi_groups {
    int64_t  a, groups, b;
    double   eps;
    gd_real *mean, *var, *r;                /* var is the population's; r = 1 / sqrt(var + eps) */
    gd_real *scale;                         /* a power of 2: 1, unless squares of x would overflow or vanish */
} gi_groups;

/* gi_standardized - y; what was computed on the way goes to s. */
gd_tensor *gi_standardized(gd_tensor *x, double eps, gi_groups *s);

/* gi_standardize_slope - dx of y = gi_standardized(x, eps, s), in operations. */
gd_tensor *gi_standardize_slope(gd_tensor *dy, gd_tensor *x, gd_tensor *y, const gi_groups *s);

#endif
