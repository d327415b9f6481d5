/* standardize.c - bringing groups to mean 0 and variance 1, by its definition:  y = (x - mean) / sqrt(var + eps).
 * x is [a, groups, b], and group g has the elements x[i, g, j].
 *
 * As in layer_norm.c, the rounding error of a mean is the mean of the deviations from it, and is subtracted as well. */
#include "kernels/reference/reference.h"

/* Element k, 0 .. a b - 1, of group g. */
static gi_wide element(const gi_groups *s, const gd_real *x, int64_t g, int64_t k)
{
    return (gi_wide)x[(k / s->b * s->groups + g) * s->b + k % s->b];
}

/* x = mean + left + deviation, and the mean of all deviations is 0. */
typedef struct centre {
    gi_wide mean, left;
} centre;

static centre centre_of(const gi_groups *s, const gd_real *x, int64_t g)
{
    const int64_t n = s->a * s->b;
    centre c = { 0, 0 };
    for (int64_t k = 0; k < n; k++)
        c.mean += element(s, x, g, k) / (gi_wide)n;
    for (int64_t k = 0; k < n; k++)
        c.left += (element(s, x, g, k) - c.mean) / (gi_wide)n;
    return c;
}

void gi_standardize_reference(gi_groups *s, gd_real *y, const gd_real *x)
{
    const int64_t n = s->a * s->b;
    for (int64_t g = 0; g < s->groups; g++) {
        const centre c = centre_of(s, x, g);
        const gi_wide eps = (gi_wide)s->eps * (gi_wide)s->scale[g] * (gi_wide)s->scale[g];
        gi_wide var = 0;
        for (int64_t k = 0; k < n; k++) {
            const gi_wide deviation = element(s, x, g, k) - c.mean - c.left;
            var += deviation * deviation / (gi_wide)n;
        }
        const gi_wide r = var + eps == 0 ? 0 : 1 / gi_sqrt_reference(var + eps);
        for (int64_t k = 0; k < n; k++)
            y[(k / s->b * s->groups + g) * s->b + k % s->b] = (gd_real)((element(s, x, g, k) - c.mean - c.left) * r);
        s->mean[g] = (gd_real)(c.mean + c.left);
        s->var[g] = (gd_real)var;
        s->r[g] = (gd_real)r;
    }
}

void gi_standardize_grad_reference(const gi_groups *s, gd_real *dx, const gd_real *dy, const gd_real *y)
{
    const int64_t n = s->a * s->b;
    for (int64_t g = 0; g < s->groups; g++) {
        const centre c = centre_of(s, dy, g);
        gi_wide along_y = 0;
        for (int64_t k = 0; k < n; k++)
            along_y += (element(s, dy, g, k) - c.mean - c.left) * element(s, y, g, k) / (gi_wide)n;
        for (int64_t k = 0; k < n; k++) {
            const gi_wide deviation = element(s, dy, g, k) - c.mean - c.left;
            dx[(k / s->b * s->groups + g) * s->b + k % s->b] =
                (gd_real)((gi_wide)s->r[g] * (deviation - element(s, y, g, k) * along_y));
        }
    }
}
