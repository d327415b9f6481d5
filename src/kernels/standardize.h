/* standardize.h - bringing groups of numbers to mean 0 and variance 1, and the gradient of that: the arithmetic under
 * batch norm.  x is [a, groups, b]: the elements of a group stand along the first and the last axis.
 * reference/standardize.c has the definitions. */
#ifndef GRADUS_KERNELS_STANDARDIZE_H
#define GRADUS_KERNELS_STANDARDIZE_H

#include <stdbool.h>
#include <stdint.h>

#include "gradus/tensor.h"

/* The lists have one number for each group. */
typedef struct gi_groups {
    int64_t  a, groups, b;
    double   eps;
    gd_real *mean, *var, *r;                /* var is the population's; r = 1 / sqrt(var + eps) */
    gd_real *scale;                         /* a power of 2: 1, unless squares of x would overflow or vanish */
} gi_groups;

/* Work space: the computed mean of each group, and two means of the deviations d = x - mean: that of d, which is the
 * rounding error of the mean, and that of d y, or of d^2. */
typedef struct gi_group_means {
    gd_real *mean, *left, *product;
    gd_real *rest;                          /* 2 for each group: the rounding errors of the sums of left and product */
} gi_group_means;

/* gi_standardize - y = (x - mean) r, where x has been multiplied by s->scale; sets s->mean, s->var and s->r, which are
 * of the scaled numbers. */
void gi_standardize(gi_groups *s, gd_real *y, const gd_real *x, const gi_group_means *m);

/* gi_group_scales - sets s->scale for groups whose squares overflowed or underflowed; false when there is none.
 * gi_scaled_groups - scaled = x scale.  gi_unscale_groups - mean, var and r of x from those of the scaled numbers. */
bool gi_group_scales(gi_groups *s, const gd_real *x);
void gi_scaled_groups(const gi_groups *s, gd_real *scaled, const gd_real *x);
void gi_unscale_groups(gi_groups *s);

/* gi_standardize_grad - dx = r (dy - mean(dy) - y mean(dy y)), the means over the group. */
void gi_standardize_grad(const gi_groups *s, gd_real *dx, const gd_real *dy, const gd_real *y, const gi_group_means *m);

#endif
