/* layer_norm.c - layer normalization of a row, by its definition:
 *
 *     z = (x - mean) / sqrt(var + eps),  y = z w + b
 *
 * and with it, for g = dy w:  dx = (g - mean(g) - z mean(g z)) / sqrt(var + eps),  dw += dy z,  db += dy.
 *
 * A computed mean has a rounding error, which may be large relative to the deviations from it.  It is the mean of the
 * deviations, and is subtracted as well: left. */
#include "kernels/reference/reference.h"

/* What brings a row to z; r is 0 where var + eps is. */
typedef struct moments {
    gi_wide mean, left, r;
} moments;

static moments of_row(int64_t n, double eps, const gd_real *x)
{
    moments m = { gi_sum_reference(n, x, 1) / (gi_wide)n, 0, 0 };
    gi_wide var = 0;
    for (int64_t i = 0; i < n; i++)
        m.left += ((gi_wide)x[i] - m.mean) / (gi_wide)n;
    for (int64_t i = 0; i < n; i++) {
        const gi_wide deviation = (gi_wide)x[i] - m.mean - m.left;
        var += deviation * deviation / (gi_wide)n;
    }
    var += (gi_wide)eps;
    m.r = var == 0 ? 0 : 1 / gi_sqrt_reference(var);
    return m;
}

void gi_layer_norm_reference(int64_t n, double eps, const gd_real *x, const gd_real *w, const gd_real *b, gd_real *y)
{
    const moments m = of_row(n, eps, x);
    for (int64_t i = 0; i < n; i++)
        y[i] = (gd_real)(((gi_wide)x[i] - m.mean - m.left) * m.r * (gi_wide)w[i] + (gi_wide)b[i]);
}

void gi_layer_norm_slope_reference(int64_t n, double eps, const gd_real *x, const gd_real *w, const gd_real *dy,
                                   gd_real *dx)
{
#define G(i) ((gi_wide)dy[i] * (gi_wide)w[i])
#define Z(i) (((gi_wide)x[i] - m.mean - m.left) * m.r)
    const moments m = of_row(n, eps, x);
    gi_wide mean_g = 0, left_g = 0, mean_gz = 0;
    for (int64_t i = 0; i < n; i++)
        mean_g += G(i) / (gi_wide)n;
    for (int64_t i = 0; i < n; i++)
        left_g += (G(i) - mean_g) / (gi_wide)n;
    for (int64_t i = 0; i < n; i++)
        mean_gz += (G(i) - mean_g - left_g) * Z(i) / (gi_wide)n;
    for (int64_t i = 0; i < n; i++)
        dx[i] = (gd_real)(m.r * (G(i) - mean_g - left_g - Z(i) * mean_gz));
}

void gi_layer_norm_add_reference(int64_t n, double eps, const gd_real *x, const gd_real *dy, gd_real *dw, gd_real *db)
{
    const moments m = of_row(n, eps, x);
    for (int64_t i = 0; i < n; i++) {
        dw[i] += (gd_real)((gi_wide)dy[i] * Z(i));
        db[i] += dy[i];
    }
}
