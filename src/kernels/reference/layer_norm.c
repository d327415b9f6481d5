/* layer_norm.c - layer normalization of a row, by its definition:
 *
 *     z = (x - mean) / sqrt(var + eps),  y = z w + b
 *
 * and with it, for g = dy w:  dx = (g - mean(g) - z mean(g z)) / sqrt(var + eps),  dw += dy z,  db += dy. */
#include "kernels/reference/reference.h"

/* What brings a row to z; r is 0 where var + eps is. */
typedef struct moments {
    gi_wide mean, r;
} moments;

static moments of_row(int64_t n, double eps, const gd_real *x)
{
    const gi_wide mean = gi_sum_reference(n, x, 1) / (gi_wide)n;
    gi_wide var = (gi_wide)eps * (gi_wide)n;
    for (int64_t i = 0; i < n; i++)
        var += ((gi_wide)x[i] - mean) * ((gi_wide)x[i] - mean);
    return (moments){ mean, var == 0 ? 0 : 1 / gi_sqrt_reference(var / (gi_wide)n) };
}

void gi_layer_norm_reference(int64_t n, double eps, const gd_real *x, const gd_real *w, const gd_real *b, gd_real *y)
{
    const moments m = of_row(n, eps, x);
    for (int64_t i = 0; i < n; i++)
        y[i] = (gd_real)(((gi_wide)x[i] - m.mean) * m.r * (gi_wide)w[i] + (gi_wide)b[i]);
}

void gi_layer_norm_slope_reference(int64_t n, double eps, const gd_real *x, const gd_real *w, const gd_real *dy,
                                   gd_real *dx)
{
    const moments m = of_row(n, eps, x);
    gi_wide mean_g = 0, mean_gz = 0;
    for (int64_t i = 0; i < n; i++) {
        mean_g += (gi_wide)dy[i] * (gi_wide)w[i] / (gi_wide)n;
        mean_gz += (gi_wide)dy[i] * (gi_wide)w[i] * ((gi_wide)x[i] - m.mean) * m.r / (gi_wide)n;
    }
    for (int64_t i = 0; i < n; i++) {
        const gi_wide z = ((gi_wide)x[i] - m.mean) * m.r, g = (gi_wide)dy[i] * (gi_wide)w[i];
        dx[i] = (gd_real)(m.r * (g - mean_g - z * mean_gz));
    }
}

void gi_layer_norm_add_reference(int64_t n, double eps, const gd_real *x, const gd_real *dy, gd_real *dw, gd_real *db)
{
    const moments m = of_row(n, eps, x);
    for (int64_t i = 0; i < n; i++) {
        dw[i] += (gd_real)((gi_wide)dy[i] * ((gi_wide)x[i] - m.mean) * m.r);
        db[i] += dy[i];
    }
}
