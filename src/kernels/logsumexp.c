/* logsumexp.c - y = m + ln sum e^(x - m), m = max x, of one line of numbers and of many.  See softmax.h.
 *
 * Lines of fewer than LONG numbers go 16 at a time, with a vector for the same term of all of them.  The terms of a
 * line are added in the order of rows.h, so that it gets the same bits alone and among others.  reference/softmax.c has
 * the definition, which -DGD_PLAIN uses. */
#include <math.h>

#include "softmax.h"
#include "base/compiler.h"
#include "gradus/tensor.h"
#include "reference/reference.h"
#include "rows.h"
#include "terms.h"

#ifndef GD_PLAIN

GI_KERNEL static gd_real logsumexp_row(int64_t n, const gd_real *x)
{
    gd_real m = row_largest(n, x), shift = isinf(m) ? 0 : m;
    return shift + real_log(row_exp_sum(n, x, shift));
}

GI_KERNEL static gd_real exp_sum(int64_t n, const gd_real *x, gd_real shift)
{
    return row_exp_sum(n, x, shift);
}

/* Strided elements are packed, a piece at a time. */
static gd_real logsumexp_line(int64_t n, const gd_real *x, int64_t step)
{
    if (n == 0)
        return (gd_real)-INFINITY;
    if (step == 1)
        return logsumexp_row(n, x);
    gd_real m = x[0], sum = 0, rest = 0, packed[ROW_PIECE];
    for (int64_t i = 1; i < n; i++)
        m = real_max(m, x[i * step]);
    gd_real shift = isfinite(m) ? m : 0;
    for (int64_t i = 0; i < n; i += ROW_PIECE) {
        const int64_t piece = n - i < ROW_PIECE ? n - i : ROW_PIECE;
        for (int64_t k = 0; k < piece; k++)
            packed[k] = x[(i + k) * step];
        real_add_term(&sum, &rest, exp_sum(piece, packed, shift));
    }
    return shift + real_log(real_whole(sum, rest));
}

/* ---- Many lines ------------------------------------------------------------------------------------------------
 *
 * Powers and sums are functions of their own: in one, the last multiplication of e^x would be fused with the addition,
 * which the lines alone do not. */

enum { WIDTH = 16, LONG = 16 * TERM_LANES };    /* from LONG terms on rows.h adds blocks of them as trees */

typedef gd_real wide[WIDTH];                /* a number of each line */

/* Line j begins at x[j next].  Where next is 1, compilers are told: loads become vectors. */
#define LARGEST(next)                                                                                       \
    for (int j = 0; j < WIDTH; j++)                                                                         \
        m[j] = x[j * (next)];                                                                               \
    for (int64_t i = 1; i < n; i++)                                                                         \
        for (int j = 0; j < WIDTH; j++)                                                                     \
            m[j] = real_max(m[j], x[i * step + j * (next)]);                                                \
    for (int j = 0; j < WIDTH; j++)                                                                         \
        m[j] = isfinite(m[j]) ? m[j] : 0;

#define POWERS(next)                                                                                        \
    for (int64_t i = 0; i < n; i++)                                                                         \
        for (int j = 0; j < WIDTH; j++)                                                                     \
            power[i][j] = real_exp(x[i * step + j * (next)] - m[j]);

GI_KERNEL static void largest_of_lines(int64_t n, const gd_real *restrict x, int64_t step, int64_t next,
                                       gd_real *restrict m)
{
    if (next == 1) {
        LARGEST(1)
    } else {
        LARGEST(next)
    }
}

GI_KERNEL static void powers_of_lines(int64_t n, const gd_real *restrict x, int64_t step, int64_t next,
                                      const gd_real *restrict m, wide *restrict power)
{
    if (next == 1) {
        POWERS(1)
    } else {
        POWERS(next)
    }
}

/* Lane l of a line is l rows down; from `lanes` on they would hold 0.  Added as real_fold does. */
GI_KERNEL static void fold_lanes(int lanes, wide *lane)
{
    for (int half = TERM_LANES / 2; half > 0; half /= 2) {
        for (int l = half; l < lanes; l++)
            for (int j = 0; j < WIDTH; j++)
                lane[l - half][j] += lane[l][j];
        lanes = lanes < half ? lanes : half;
    }
}

GI_KERNEL static void add_to_lanes(int lanes, wide *restrict lane, wide *restrict power)
{
    for (int l = 0; l < lanes; l++)
        for (int j = 0; j < WIDTH; j++)
            lane[l][j] += power[l][j];
}

GI_KERNEL static void add_logs_of_rows(const gd_real *restrict sum, gd_real *restrict y)
{
    for (int j = 0; j < WIDTH; j++)
        y[j] += real_log(sum[j]);
}

/* As for a strided line alone: for every processor, that is without fused operations. */
static void add_logs(const gd_real *restrict sum, gd_real *restrict y)
{
    for (int j = 0; j < WIDTH; j++)
        y[j] += real_log(sum[j]);
}

/* y of WIDTH lines of 0 < n < LONG numbers. */
static void logsumexp_wide(int64_t n, const gd_real *x, int64_t step, int64_t next, gd_real *y)
{
    wide lane[TERM_LANES], power[TERM_LANES];
    const int lanes = n < TERM_LANES ? (int)n : TERM_LANES;
    largest_of_lines(n, x, step, next, y);
    powers_of_lines(lanes, x, step, next, y, lane);
    for (int64_t i = lanes; i < n; i += TERM_LANES) {
        const int terms = n - i < TERM_LANES ? (int)(n - i) : TERM_LANES;
        powers_of_lines(terms, x + i * step, step, next, y, power);
        add_to_lanes(terms, lane, power);
    }
    fold_lanes(lanes, lane);
    if (step == 1)
        add_logs_of_rows(lane[0], y);
    else
        add_logs(lane[0], y);
}

void gi_logsumexp_lines(int64_t count, int64_t n, const gd_real *x, int64_t step, int64_t next, gd_real *y,
                        int64_t of_y)
{
    int64_t i = 0;
    if (n > 0 && n < LONG)
        for (; i + WIDTH <= count; i += WIDTH) {
            gd_real result[WIDTH];
            logsumexp_wide(n, x + i * next, step, next, result);
            for (int j = 0; j < WIDTH; j++)
                y[(i + j) * of_y] = result[j];
        }
    for (; i < count; i++)
        y[i * of_y] = logsumexp_line(n, x + i * next, step);
}

#else

void gi_logsumexp_lines(int64_t count, int64_t n, const gd_real *x, int64_t step, int64_t next, gd_real *y,
                        int64_t of_y)
{
    for (int64_t i = 0; i < count; i++)
        y[i * of_y] = gi_logsumexp_reference(n, x + i * next, step);
}

#endif
