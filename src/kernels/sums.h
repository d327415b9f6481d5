/* sums.h - sums that are fast, accurate, and the same on every machine.
 *
 * The order of additions is fixed in as_written/sums.c and depends on n alone: not on the instruction set, alignment,
 * stride or number of threads.  It is pairwise, so that the rounding error grows with log n instead of n:
 * |error| <= about (20 + log2(n / 2048)) u sum |x_i|, u half an ulp of 1 (Higham, Accuracy and Stability of
 * Numerical Algorithms, 2nd ed. 2002, section 4.2), and in practice is far less.  reference/sums.c has the definitions,
 * which -DGD_PLAIN uses: another order, and sums in a wider type. */
#ifndef GRADUS_SUMS_H
#define GRADUS_SUMS_H

#include <stdbool.h>
#include <stdint.h>

#include "gradus/tensor.h"

/* In a static library global symbols can clash with the program's: these get the prefix gi_. */
#define real_sum         gi_real_sum
#define real_sum_strided gi_real_sum_strided
#define real_dot         gi_real_dot
#define real_squared_distance gi_real_squared_distance
#define real_sum_columns gi_real_sum_columns
#define real_sum_short_rows gi_real_sum_short_rows

/* real_sum - x[0] + .. + x[n-1]; 0 for n <= 0. */
gd_real real_sum(int64_t n, const gd_real *x);

/* real_sum_strided - x[0] + x[stride] + .. + x[(n-1) stride], the same bits as real_sum of a packed copy. */
gd_real real_sum_strided(int64_t n, const gd_real *x, int64_t stride);

/* real_dot - a[0] b[0] + .. + a[n-1] b[n-1]; the products are rounded, then added as in real_sum. */
gd_real real_dot(int64_t n, const gd_real *a, const gd_real *b);

/* real_squared_distance - (a[0] - b[0])^2 + .. + (a[n-1] - b[n-1])^2; differences and squares are rounded, then added
 * pairwise, too. */
gd_real real_squared_distance(int64_t n, const gd_real *a, const gd_real *b);

/* real_sum_columns - y[j] += x[j step] + x[row + j step] + .. + x[(rows-1) row + j step] for j in [0, columns):
 * adds up rows that lie row elements apart.  y must not overlap x. */
void real_sum_columns(int64_t rows, int64_t columns, const gd_real *x, int64_t row, int64_t step, gd_real *y);

/* real_sum_short_rows - y[r of_y] += real_sum of the n <= GI_SHORT_ROW numbers from x[r row] on, for r in [0, rows),
 * with the same bits where y holds 0.  y must not overlap x. */
enum { GI_SHORT_ROW = 16 };
void real_sum_short_rows(int64_t rows, int64_t n, const gd_real *x, int64_t row, gd_real *y, int64_t of_y);

/* gi_all_finite - are x[0 .. n) all finite?  True for n <= 0. */
bool gi_all_finite(int64_t n, const gd_real *x);

/* gi_sum_axes_into - y += sums of x, a view of any strides, pairwise along every axis that is summed.  y_stride has y's
 * strides along the axes of x, 0 along those that are summed; the caller has set y to zeros. */
void gi_sum_axes_into(gd_real *y, const int64_t *y_stride, const gd_tensor *x);

#endif
