/* logsumexp_slope.c - the gradient of y = ln sum e^x along many lines, dx = dy e^(x - y) / sum e^(x - y).  See
 * softmax.h.
 *
 * The sum would be 1 but for the rounding of y, which dividing by it takes out.  A block of lines at a time stays in
 * the first caches while it is passed over three times: powers, sums, products.  Lines beside each other are the lanes
 * of vectors; of short rows the powers are taken as if they were one long row.  reference/softmax.c has the definition,
 * which -DGD_PLAIN uses. */
#include <math.h>

#include "softmax.h"
#include "base/compiler.h"
#include "gradus/tensor.h"
#include "reference/reference.h"
#include "rows.h"
#include "terms.h"

#ifndef GD_PLAIN

enum { BLOCK_LINES = 64, BLOCK_NUMBERS = 2048, LONG_ROW = 16 * TERM_LANES };

/* Where y is infinite, the elements that are equal to it share evenly, and the others have no part. */
static GI_COLD void slope_of_infinite(int64_t n, const gd_real *x, int64_t step, gd_real y, gd_real dy, gd_real *dx)
{
    double sum = 0;
    for (int64_t i = 0; i < n; i++) {
        const gd_real power = x[i * step] == y ? 1 : isnan(x[i * step]) ? x[i * step] : 0;
        sum += (double)power;
        dx[i * step] = power;
    }
    for (int64_t i = 0; i < n; i++)
        dx[i * step] *= dy / (gd_real)sum;
}

/* ---- Lines beside each other: number i of line j is x[i step + j] -------------------------------------------- */

GI_KERNEL static void powers_of_columns(int64_t lines, int64_t n, const gd_real *restrict x, int64_t step,
                                        const gd_real *restrict y, gd_real *restrict dx)
{
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < lines; j++)
            dx[i * step + j] = real_exp(x[i * step + j] - y[j]);
}

GI_KERNEL static void scale_columns(int64_t lines, int64_t n, int64_t step, const gd_real *restrict dy,
                                    gd_real *restrict dx)
{
    gd_real sum[BLOCK_LINES] = { 0 }, rest[BLOCK_LINES] = { 0 };
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < lines; j++)
            real_add_term(&sum[j], &rest[j], dx[i * step + j]);
    for (int64_t j = 0; j < lines; j++)
        sum[j] = dy[j] / real_whole(sum[j], rest[j]);
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < lines; j++)
            dx[i * step + j] *= sum[j];
}

static void slope_of_columns(int64_t count, int64_t n, int64_t step, const gd_real *x, const gd_real *y,
                             const gd_real *dy, gd_real *dx)
{
    for (int64_t at = 0; at < count; at += BLOCK_LINES) {
        const int64_t lines = count - at < BLOCK_LINES ? count - at : BLOCK_LINES;
        powers_of_columns(lines, n, x + at, step, y + at, dx + at);
        scale_columns(lines, n, step, dy + at, dx + at);
    }
}

/* ---- Rows: number i of line j is x[j n + i] ------------------------------------------------------------------- */

GI_KERNEL static void powers_of_short_rows(int64_t rows, int64_t n, const gd_real *restrict x,
                                           const gd_real *restrict y, gd_real *restrict dx)
{
    for (int64_t j = 0; j < rows; j++)
        for (int64_t i = 0; i < n; i++)
            dx[j * n + i] = x[j * n + i] - y[j];
    for (int64_t i = 0; i < rows * n; i++)
        dx[i] = real_exp(dx[i]);
}

GI_KERNEL static void scale_short_rows(int64_t rows, int64_t n, const gd_real *restrict dy, gd_real *restrict dx)
{
    for (int64_t j = 0; j < rows; j++, dx += n) {
        gd_real lane[TERM_LANES] = { 0 };
        int64_t at = 0;
#define POWER(k) dx[k]
        ADD_TO_LANES(lane, at, n, POWER)
#undef POWER
        const gd_real scale = dy[j] / real_fold(lane);
        for (int64_t i = 0; i < n; i++)
            dx[i] *= scale;
    }
}

GI_KERNEL static void slope_of_long_row(int64_t n, const gd_real *restrict x, gd_real y, gd_real dy,
                                        gd_real *restrict dx)
{
    const gd_real scale = dy / row_exp(n, dx, x, y);
    for (int64_t i = 0; i < n; i++)
        dx[i] *= scale;
}

static void slope_of_rows(int64_t count, int64_t n, const gd_real *x, const gd_real *y, const gd_real *dy,
                          gd_real *dx)
{
    if (n >= LONG_ROW) {
        for (int64_t j = 0; j < count; j++)
            slope_of_long_row(n, x + j * n, y[j], dy[j], dx + j * n);
        return;
    }
    for (int64_t at = 0; at < count; at += BLOCK_NUMBERS / n) {
        const int64_t rows = count - at < BLOCK_NUMBERS / n ? count - at : BLOCK_NUMBERS / n;
        powers_of_short_rows(rows, n, x + at * n, y + at, dx + at * n);
        scale_short_rows(rows, n, dy + at, dx + at * n);
    }
}

void gi_logsumexp_slope_lines(int64_t count, int64_t n, int64_t step, const gd_real *x, const gd_real *y,
                              const gd_real *dy, gd_real *dx)
{
    if (n == 0)
        return;
    if (step == 1)
        slope_of_rows(count, n, x, y, dy, dx);
    else
        slope_of_columns(count, n, step, x, y, dy, dx);
    const int64_t next = step == 1 ? n : 1;
    for (int64_t j = 0; j < count; j++)
        if (GI_UNLIKELY(isinf(y[j])))
            slope_of_infinite(n, x + j * next, step, y[j], dy[j], dx + j * next);
}

#else

void gi_logsumexp_slope_lines(int64_t count, int64_t n, int64_t step, const gd_real *x, const gd_real *y,
                              const gd_real *dy, gd_real *dx)
{
    (void)y;
    for (int64_t j = 0; j < count; j++) {
        const int64_t at = j * (step == 1 ? n : 1);
        gi_logsumexp_slope_reference(n, dx + at, x + at, step, dy[j]);
    }
}

#endif
