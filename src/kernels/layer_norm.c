/* layer_norm.c - layer normalization of rows.  A row stays in the first-level cache, so that it is read from memory
 * once for y, and once for the gradients.
 *
 * reference/layer_norm.c has the definitions, which -DGD_PLAIN uses. */
#include "layer_norm.h"
#include "base/compiler.h"
#include "gradus/tensor.h"
#include "reference/reference.h"
#include "terms.h"

#ifndef GD_PLAIN

/* ---- Forward: y = z w + b ----------------------------------------------------------------------------------- */

/* The numbers of a row, and the variance with eps. */
REAL_INLINE gd_real measured(const gi_layer_norm *s, const gd_real scale, const gd_real *restrict x, gi_norm_row *row)
{
    const int64_t n = s->n;
    gd_real sum, var, left = 0;
#define SCALED(i)    (x[i] * scale)
#define DEVIATION(i) (SCALED(i) - mean)
#define SQUARE(i)    (DEVIATION(i) * DEVIATION(i))
    SUM_OF_TERMS(sum, n, SCALED)
    const gd_real mean = sum / (gd_real)n;
    SUM_OF_TERMS(var, n, SQUARE)
    var /= (gd_real)n;
    if (mean * mean > 4 * var) {            /* else a rounded mean does not matter */
        SUM_OF_TERMS(left, n, DEVIATION)
        left /= (gd_real)n;
        const gd_real most = var * (gd_real)0.01;
        var -= left * left;
        if (left * left > most) {           /* digits went lost in the difference */
#define CENTRED(i)   ((DEVIATION(i) - left) * (DEVIATION(i) - left))
            SUM_OF_TERMS(var, n, CENTRED)
            var /= (gd_real)n;
        }
    }
    var += (gd_real)(s->eps * (double)scale * (double)scale);
    const gd_real r = real_inverse_root(var);
    *row = (gi_norm_row){ scale, mean, r, -left * r };
    return var;
}

GI_KERNEL static gd_real measure(const gi_layer_norm *s, const gd_real *x, gi_norm_row *row)
{
    return measured(s, 1, x, row);
}

GI_KERNEL static void measure_scaled(const gi_layer_norm *s, const gd_real *x, gi_norm_row *row)
{
    const gd_real scale = real_scale_for(real_largest(s->n, x, 1));
    if (scale != 1)
        measured(s, scale, x, row);
}

GI_KERNEL static void normalize(const gi_norm_row *row, int64_t n, const gd_real *restrict x,
                                const gd_real *restrict w, const gd_real *restrict b, gd_real *restrict y)
{
    const gd_real scale = row->scale, mean = row->mean, r = row->r, shift = row->shift;
    for (int64_t i = 0; i < n; i++)
        y[i] = (DEVIATION(i) * r + shift) * w[i] + b[i];
}

void gi_layer_norm_row(const gi_layer_norm *s, int64_t i, const gd_real *x, const gd_real *w, const gd_real *b,
                       gd_real *y)
{
    if (!real_square_is_good(measure(s, x + i * s->n, &s->row[i])))
        measure_scaled(s, x + i * s->n, &s->row[i]);
    normalize(&s->row[i], s->n, x + i * s->n, w, b, y + i * s->n);
}

/* ---- Backward.  mean(g) is rounded, too, and corrected in the same way. --------------------------------------- */

GI_KERNEL static void row_slope(const gi_norm_row *row, int64_t n, const gd_real *restrict x,
                                const gd_real *restrict w, const gd_real *restrict dy, gd_real *restrict dx)
{
    const gd_real scale = row->scale, mean = row->mean, r = row->r, shift = row->shift;
    gd_real sum, left = 0, mean_gz;
#define Z(i)     (DEVIATION(i) * r + shift)
#define G(i)     (dy[i] * w[i])
#define LEFT(i)  (G(i) - mean_g)
#define LEFT_Z(i) (LEFT(i) * Z(i))
    SUM_OF_TERMS(sum, n, G)
    const gd_real mean_g = sum / (gd_real)n;
    SUM_OF_TERMS(mean_gz, n, LEFT_Z)
    mean_gz /= (gd_real)n;
    const gd_real some = real_abs(LEFT(0)) + real_abs(LEFT(n / 3)) + real_abs(LEFT(n / 2)) + real_abs(LEFT(n - 1));
    if (real_abs(mean_g) > some) {          /* else the largest of what is left is at least a quarter of the mean */
        SUM_OF_TERMS(left, n, LEFT)
        left /= (gd_real)n;
    }
    const gd_real slope = r * scale;
    for (int64_t i = 0; i < n; i++)
        dx[i] = slope * (LEFT(i) - left - Z(i) * mean_gz);
}

GI_KERNEL static void add_row(const gi_norm_row *row, int64_t n, const gd_real *restrict x,
                              const gd_real *restrict dy, gd_real *restrict dw, gd_real *restrict db)
{
    const gd_real scale = row->scale, mean = row->mean, r = row->r, shift = row->shift;
    for (int64_t i = 0; i < n; i++) {
        dw[i] += dy[i] * Z(i);
        db[i] += dy[i];
    }
}

void gi_layer_norm_slope_row(const gi_layer_norm *s, int64_t i, const gd_real *x, const gd_real *w, const gd_real *dy,
                             gd_real *dx)
{
    row_slope(&s->row[i], s->n, x + i * s->n, w, dy + i * s->n, dx + i * s->n);
}

void gi_layer_norm_add_row(const gi_layer_norm *s, int64_t i, const gd_real *x, const gd_real *dy, gd_real *dw,
                           gd_real *db)
{
    add_row(&s->row[i], s->n, x + i * s->n, dy + i * s->n, dw, db);
}

#else

void gi_layer_norm_row(const gi_layer_norm *s, int64_t i, const gd_real *x, const gd_real *w, const gd_real *b,
                       gd_real *y)
{
    gi_layer_norm_reference(s->n, s->eps, x + i * s->n, w, b, y + i * s->n);
}

void gi_layer_norm_slope_row(const gi_layer_norm *s, int64_t i, const gd_real *x, const gd_real *w, const gd_real *dy,
                             gd_real *dx)
{
    gi_layer_norm_slope_reference(s->n, s->eps, x + i * s->n, w, dy + i * s->n, dx + i * s->n);
}

void gi_layer_norm_add_row(const gi_layer_norm *s, int64_t i, const gd_real *x, const gd_real *dy, gd_real *dw,
                           gd_real *db)
{
    gi_layer_norm_add_reference(s->n, s->eps, x + i * s->n, dy + i * s->n, dw, db);
}

#endif
