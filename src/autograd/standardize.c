/* standardize.c - layer and batch normalisation: x is brought to mean 0 and variance 1 within groups, then
 * scaled and shifted by learned numbers.
 *
 *   layer norm   a group is one example's last axes      (J. L. Ba, J. R. Kiros, G. E. Hinton 2016)
 *   batch norm   a group is one channel of all examples  (S. Ioffe, C. Szegedy 2015)
 *
 * Both see x as [a, groups, b], the elements of a group standing along the first and last axis. */
#include <inttypes.h>

#include "engine.h"
#include "internal_operations.h"
#include "tensor/real.h"
#include "tensor/sums.h"

typedef struct layout {
    int64_t a, groups, b;
    double  eps;
    gd_real *mean, *var, *r;                /* of each group; r = 1 / sqrt(var + eps) */
} layout;

/* sum[g] += sum of x u over the group; a NULL u counts as ones. */
GD_KERNEL static void add_groups(const layout *l, const gd_real *x, const gd_real *u, gd_real *sum)
{
    if (l->b == 1) {
        for (int64_t i = 0; i < l->a; i++)
            for (int64_t g = 0; g < l->groups; g++)
                sum[g] += u ? x[i * l->groups + g] * u[i * l->groups + g] : x[i * l->groups + g];
        return;
    }
    for (int64_t i = 0, at = 0; i < l->a; i++)
        for (int64_t g = 0; g < l->groups; g++, at += l->b)
            sum[g] += u ? real_dot(l->b, x + at, u + at) : real_sum(l->b, x + at);
}

/* y = (x - shift) scale, or y = scale (x - shift - y tilt): shift, scale, tilt belong to the group. */
GD_KERNEL static void map_groups(const layout *l, gd_real *y, const gd_real *x, const gd_real *shift, const gd_real *scale)
{
    for (int64_t i = 0, at = 0; i < l->a; i++)
        for (int64_t g = 0; g < l->groups; g++, at += l->b) {
            const gd_real m = shift[g], s = scale ? scale[g] : 1;
            for (int64_t j = 0; j < l->b; j++)
                y[at + j] = (x[at + j] - m) * s;
        }
}
