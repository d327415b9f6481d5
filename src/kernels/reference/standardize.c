/* standardize.c - bringing groups to mean 0 and variance 1, by its definition:  y = (x - mean) / sqrt(var + eps).
 * x is [a, groups, b], and group g has the elements x[i, g, j]. */
#include "kernels/reference/reference.h"

/* The mean over group g of u v, or of u where v is NULL. */
static gi_wide group_mean(const gi_groups *s, int64_t g, const gd_real *u, const gd_real *v)
{
    gi_wide sum = 0;
    for (int64_t i = 0; i < s->a; i++) {
        const int64_t at = (i * s->groups + g) * s->b;
        sum += v ? gi_dot_reference(s->b, u + at, v + at) : gi_sum_reference(s->b, u + at, 1);
    }
    return sum / (gi_wide)(s->a * s->b);
}

void gi_standardize_reference(gi_groups *s, gd_real *y, const gd_real *x)
{
    for (int64_t g = 0; g < s->groups; g++) {
        const gi_wide eps = (gi_wide)s->eps * (gi_wide)s->scale[g] * (gi_wide)s->scale[g];
        const gi_wide mean = group_mean(s, g, x, NULL);
        gi_wide var = 0;
        for (int64_t i = 0; i < s->a; i++)
            for (int64_t j = 0; j < s->b; j++) {
                const gi_wide deviation = (gi_wide)x[(i * s->groups + g) * s->b + j] - mean;
                var += deviation * deviation / (gi_wide)(s->a * s->b);
            }
        const gi_wide r = var + eps == 0 ? 0 : 1 / gi_sqrt_reference(var + eps);
        for (int64_t i = 0; i < s->a; i++)
            for (int64_t j = 0; j < s->b; j++) {
                const int64_t at = (i * s->groups + g) * s->b + j;
                y[at] = (gd_real)(((gi_wide)x[at] - mean) * r);
            }
        s->mean[g] = (gd_real)mean;
        s->var[g] = (gd_real)var;
        s->r[g] = (gd_real)r;
    }
}

void gi_standardize_grad_reference(const gi_groups *s, gd_real *dx, const gd_real *dy, const gd_real *y)
{
    for (int64_t g = 0; g < s->groups; g++) {
        const gi_wide mean = group_mean(s, g, dy, NULL), along_y = group_mean(s, g, dy, y);
        for (int64_t i = 0; i < s->a; i++)
            for (int64_t j = 0; j < s->b; j++) {
                const int64_t at = (i * s->groups + g) * s->b + j;
                dx[at] = (gd_real)((gi_wide)s->r[g] * ((gi_wide)dy[at] - mean - (gi_wide)y[at] * along_y));
            }
    }
}
