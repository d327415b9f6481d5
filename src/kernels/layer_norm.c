/* layer_norm.c - layer normalization of rows, a few rows together: see rows.h.
 *
 * reference/layer_norm.c has the definitions, which -DGD_PLAIN uses. */
#include "layer_norm.h"
#include "base/compiler.h"
#include "gradus/tensor.h"
#include "reference/reference.h"
#include "rows.h"
#include "terms.h"

#ifndef GD_PLAIN

/* ---- Forward: y = z w + b ----------------------------------------------------------------------------------- */

#define SCALED(i)    (x[i] * scale)
#define DEVIATION(i) (SCALED(i) - mean)
#define SQUARE(i)    (DEVIATION(i) * DEVIATION(i))
#define CENTRED(i)   ((DEVIATION(i) - left) * (DEVIATION(i) - left))

REAL_INLINE gd_real mean_of(int64_t n, const gd_real scale, const gd_real *restrict x)
{
    gd_real sum;
    SUM_OF_TERMS(sum, n, SCALED)
    return sum / (gd_real)n;
}

/* The numbers of a row whose mean is known, up to rounding; returns the variance with eps. */
REAL_INLINE gd_real measured(const gi_layer_norm *s, const gd_real scale, const gd_real mean,
                             const gd_real *restrict x, gi_norm_row *row)
{
    const int64_t n = s->n;
    gd_real var, left = 0;
    SUM_OF_TERMS(var, n, SQUARE)
    var /= (gd_real)n;
    if (mean * mean > 4 * var) {            /* else a rounded mean does not matter */
        SUM_OF_TERMS(left, n, DEVIATION)
        left /= (gd_real)n;
        const gd_real most = var * (gd_real)0.01;
        var -= left * left;
        if (left * left > most) {           /* digits went lost in the difference */
            SUM_OF_TERMS(var, n, CENTRED)
            var /= (gd_real)n;
        }
    }
    var += (gd_real)(s->eps * (double)scale * (double)scale);
    const gd_real r = real_inverse_root(var);
    *row = (gi_norm_row){ scale, mean, r, -left * r };
    return var;
}

/* The same, scaled so that squares stay in range. */
GI_KERNEL static void measure_scaled(const gi_layer_norm *s, const gd_real *x, gi_norm_row *row)
{
    const gd_real scale = real_scale_for(real_largest(s->n, x, 1));
    if (scale != 1)
        measured(s, scale, mean_of(s->n, scale, x), x, row);
}

GI_KERNEL static void measure_rows(const gi_layer_norm *s, int64_t begin, int64_t end, const gd_real *x, gd_real *var)
{
    const int64_t n = s->n;
    for (int64_t i = begin; i < end; i++)
        s->row[i].mean = mean_of(n, 1, x + i * n);
    for (int64_t i = begin; i < end; i++)
        var[i - begin] = measured(s, 1, s->row[i].mean, x + i * n, &s->row[i]);
}

GI_KERNEL static void normalize(const gi_norm_row *row, int64_t n, const gd_real *restrict x,
                                const gd_real *restrict w, const gd_real *restrict b, gd_real *restrict y)
{
    const gd_real scale = row->scale, mean = row->mean, r = row->r, shift = row->shift;
    for (int64_t i = 0; i < n; i++)
        y[i] = (DEVIATION(i) * r + shift) * w[i] + b[i];
}

void gi_layer_norm_rows(const gi_layer_norm *s, int64_t begin, int64_t end, const gd_real *x, const gd_real *w,
                        const gd_real *b, gd_real *y)
{
    gd_real var[ROW_FEW];
    for (int64_t i = begin, rows; i < end; i += rows) {
        rows = row_few(i, end, s->n);
        measure_rows(s, i, i + rows, x, var);
        for (int64_t k = i; k < i + rows; k++) {
            if (!real_square_is_good(var[k - i]))
                measure_scaled(s, x + k * s->n, &s->row[k]);
            normalize(&s->row[k], s->n, x + k * s->n, w, b, y + k * s->n);
        }
    }
}

/* ---- Backward.  mean(g) is rounded, too, and corrected in the same way. --------------------------------------- */

typedef struct slope_means { gd_real g, left, gz; } slope_means;       /* of a row; left: of g - mean(g) */

#define Z(i)     (DEVIATION(i) * r + shift)
#define G(i)     (dy[i] * w[i])
#define LEFT(i)  (G(i) - mean_g)
#define LEFT_Z(i) (LEFT(i) * Z(i))

REAL_INLINE void slope_sums(const gi_norm_row *row, int64_t n, const gd_real *restrict x, const gd_real *restrict w,
                            const gd_real *restrict dy, slope_means *mean_of_row)
{
    const gd_real scale = row->scale, mean = row->mean, r = row->r, shift = row->shift, mean_g = mean_of_row->g;
    gd_real mean_gz, left = 0;
    SUM_OF_TERMS(mean_gz, n, LEFT_Z)
    const gd_real some = real_abs(LEFT(0)) + real_abs(LEFT(n / 3)) + real_abs(LEFT(n / 2)) + real_abs(LEFT(n - 1));
    if (real_abs(mean_g) > some) {          /* else the largest of what is left is at least a quarter of the mean */
        SUM_OF_TERMS(left, n, LEFT)
    }
    mean_of_row->gz = mean_gz / (gd_real)n;
    mean_of_row->left = left / (gd_real)n;
}

REAL_INLINE void slope(const gi_norm_row *row, int64_t n, const gd_real *restrict x, const gd_real *restrict w,
                       const gd_real *restrict dy, const slope_means *means, gd_real *restrict dx)
{
    const gd_real scale = row->scale, mean = row->mean, r = row->r, shift = row->shift, of_row = r * scale;
    const gd_real mean_g = means->g, left = means->left, mean_gz = means->gz;
    for (int64_t i = 0; i < n; i++)
        dx[i] = of_row * (LEFT(i) - left - Z(i) * mean_gz);
}

GI_KERNEL static void slope_few_rows(const gi_norm_row *row, int64_t rows, int64_t n, const gd_real *x,
                                     const gd_real *w, const gd_real *dy_, gd_real *dx)
{
    slope_means means[ROW_FEW];
    for (int64_t k = 0; k < rows; k++) {
        const gd_real *dy = dy_ + k * n;
        gd_real sum;
        SUM_OF_TERMS(sum, n, G)
        means[k].g = sum / (gd_real)n;
    }
    for (int64_t k = 0; k < rows; k++)
        slope_sums(&row[k], n, x + k * n, w, dy_ + k * n, &means[k]);
    for (int64_t k = 0; k < rows; k++)
        slope(&row[k], n, x + k * n, w, dy_ + k * n, &means[k], dx + k * n);
}

GI_KERNEL static void add_norm_rows(const gi_norm_row *row, int64_t rows, int64_t n, const gd_real *x_,
                                    const gd_real *dy_, gd_real *restrict dw, gd_real *restrict db)
{
    for (int64_t k = 0; k < rows; k++) {
        const gd_real scale = row[k].scale, mean = row[k].mean, r = row[k].r, shift = row[k].shift;
        const gd_real *restrict x = x_ + k * n, *restrict dy = dy_ + k * n;
        for (int64_t i = 0; i < n; i++) {
            dw[i] += dy[i] * Z(i);
            db[i] += dy[i];
        }
    }
}

void gi_layer_norm_slope_rows(const gi_layer_norm *s, int64_t begin, int64_t end, const gd_real *x, const gd_real *w,
                              const gd_real *dy, gd_real *dx)
{
    for (int64_t i = begin, rows; i < end; i += rows) {
        rows = row_few(i, end, s->n);
        slope_few_rows(s->row + i, rows, s->n, x + i * s->n, w, dy + i * s->n, dx + i * s->n);
    }
}

void gi_layer_norm_add_rows(const gi_layer_norm *s, int64_t begin, int64_t end, const gd_real *x, const gd_real *dy,
                            gd_real *dw, gd_real *db)
{
    add_norm_rows(s->row + begin, end - begin, s->n, x + begin * s->n, dy + begin * s->n, dw, db);
}

#else

void gi_layer_norm_rows(const gi_layer_norm *s, int64_t begin, int64_t end, const gd_real *x, const gd_real *w,
                        const gd_real *b, gd_real *y)
{
    for (int64_t i = begin; i < end; i++)
        gi_layer_norm_reference(s->n, s->eps, x + i * s->n, w, b, y + i * s->n);
}

void gi_layer_norm_slope_rows(const gi_layer_norm *s, int64_t begin, int64_t end, const gd_real *x, const gd_real *w,
                              const gd_real *dy, gd_real *dx)
{
    for (int64_t i = begin; i < end; i++)
        gi_layer_norm_slope_reference(s->n, s->eps, x + i * s->n, w, dy + i * s->n, dx + i * s->n);
}

void gi_layer_norm_add_rows(const gi_layer_norm *s, int64_t begin, int64_t end, const gd_real *x, const gd_real *dy,
                            gd_real *dw, gd_real *db)
{
    for (int64_t i = begin; i < end; i++)
        gi_layer_norm_add_reference(s->n, s->eps, x + i * s->n, dy + i * s->n, dw, db);
}

#endif
