/* rows.h - a few rows together, and the two passes that softmax and its relatives make over a row: its largest element,
 * and the sum of e^(x - largest).  Inline, for kernels (GI_KERNEL) of contiguous rows.
 *
 * Both passes run in lanes, as sums.c does: lane l takes the elements whose index is l modulo the number of lanes,
 * which depends on neither the instruction set nor the thread. */
#ifndef GRADUS_ROWS_H
#define GRADUS_ROWS_H

#include <math.h>

#include "base/compiler.h"
#include "gradus/tensor.h"
#include "terms.h"

enum { ROW_MAX_LANES = 64, ROW_PIECE = 2048 };

/* ---- A few rows together ---------------------------------------------------------------------------------------
 *
 * What is computed of a row waits for sums over it, but not for the other rows: a kernel does one step for a few rows,
 * then the next one, while they are in the first-level cache. */

enum { ROW_FEW = 16, ROW_FEW_NUMBERS = 2048 };

/* row_few - how many of the rows [i, end) of n numbers are done together: at least one. */
static inline int64_t row_few(int64_t i, int64_t end, int64_t n)
{
    const int64_t most = n * ROW_FEW <= ROW_FEW_NUMBERS ? ROW_FEW : n < ROW_FEW_NUMBERS ? ROW_FEW_NUMBERS / n : 1;
    return end - i < most ? end - i : most;
}

/* ---- One row --------------------------------------------------------------------------------------------------- */

/* row_larger - one instruction, which real_max is not: with NaN it may give either. */
REAL_INLINE gd_real row_larger(gd_real a, gd_real b)
{
    return a > b ? a : b;
}

/* row_largest - of n > 0 elements.  A NaN among them may be passed over; e^(x - largest) brings it back. */
REAL_INLINE gd_real row_largest(int64_t n, const gd_real *x)
{
    gd_real lane[ROW_MAX_LANES], most = x[0];
    if (n < TERM_LANES) {
        for (int64_t i = 1; i < n; i++)
            most = row_larger(x[i], most);
        return most;
    }
    for (int l = 0; l < ROW_MAX_LANES; l++)
        lane[l] = most;
    int64_t i = 0;
    for (; i + ROW_MAX_LANES <= n; i += ROW_MAX_LANES)
        for (int l = 0; l < ROW_MAX_LANES; l++)
            lane[l] = row_larger(x[i + l], lane[l]);
    for (int l = 0; l < n - i; l++)
        lane[l] = row_larger(x[i + l], lane[l]);
    for (int half = ROW_MAX_LANES / 2; half > 0; half /= 2)
        for (int l = 0; l < half; l++)
            lane[l] = row_larger(lane[l], lane[l + half]);
    return lane[0];
}

/* row_exp_piece - y = e^(x - most) for n <= ROW_PIECE elements; returns the sum. */
REAL_INLINE gd_real row_exp_piece(int64_t n, gd_real *restrict y, const gd_real *restrict x, gd_real most)
{
    gd_real lane[TERM_LANES] = { 0 };
    int64_t i = 0;
    for (int64_t k = 0; k < n; k++)
        y[k] = real_exp(x[k] - most);
#define POWER(k) y[k]
    ADD_TREES_TO_LANES(lane, i, n, POWER)
    ADD_TO_LANES(lane, i, n, POWER)
#undef POWER
    return real_fold(lane);
}

/* row_exp_infinite - for an infinite most: elements equal to it share, as equal finite ones do; beside infinity the
 * others are 0.  y may be NULL. */
static GI_COLD gd_real row_exp_infinite(int64_t n, gd_real *y, const gd_real *x, gd_real most)
{
    double sum = 0;
    for (int64_t i = 0; i < n; i++) {
        const gd_real power = x[i] == most ? 1 : isnan(x[i]) ? x[i] : 0;
        sum += (double)power;
        if (y)
            y[i] = power;
    }
    return (gd_real)sum;
}

/* row_exp - y = e^(x - most), and returns the sum. */
REAL_INLINE gd_real row_exp(int64_t n, gd_real *y, const gd_real *x, gd_real most)
{
    if (GI_UNLIKELY(isinf(most)))
        return row_exp_infinite(n, y, x, most);
    gd_real sum = 0, rest = 0;
    for (int64_t i = 0; i < n; i += ROW_PIECE)
        real_add_term(&sum, &rest, row_exp_piece(n - i < ROW_PIECE ? n - i : ROW_PIECE, y + i, x + i, most));
    return real_whole(sum, rest);
}

/* row_exp_sum - the sum alone. */
REAL_INLINE gd_real row_exp_sum(int64_t n, const gd_real *x, gd_real most)
{
    if (GI_UNLIKELY(isinf(most)))
        return row_exp_infinite(n, NULL, x, most);
    gd_real work[ROW_PIECE], sum = 0, rest = 0;
    for (int64_t i = 0; i < n; i += ROW_PIECE)
        real_add_term(&sum, &rest, row_exp_piece(n - i < ROW_PIECE ? n - i : ROW_PIECE, work, x + i, most));
    return real_whole(sum, rest);
}

#endif
