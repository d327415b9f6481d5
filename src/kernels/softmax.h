/* softmax.h - softmax and its relatives over contiguous rows of numbers: the arithmetic under gd_softmax,
 * gd_log_softmax, gd_logsumexp and gd_cross_entropy.  reference/softmax.c has the definitions. */
#ifndef GRADUS_SOFTMAX_H
#define GRADUS_SOFTMAX_H

#include <stdint.h>

#include "gradus/tensor.h"

/* A row of n numbers, y from x and other, which some do not read.
 *   gi_softmax_row             y = e^(x - max x) / sum
 *   gi_softmax_slope_row       y = other (x - sum(x other)):   x is dy, other the softmax
 *   gi_log_softmax_row         y = x - max x - ln sum e^(x - max x)
 *   gi_log_softmax_slope_row   y = x - e^other sum(x):         x is dy, other the log-softmax
 * Where max x is infinite the elements equal to it share evenly, and beside +infinity the others are 0. */
typedef void gi_row_map(int64_t n, gd_real *y, const gd_real *x, const gd_real *other);
gi_row_map gi_softmax_row, gi_softmax_slope_row, gi_log_softmax_row, gi_log_softmax_slope_row;

/* gi_logsumexp_lines - y[i of_y] = ln sum e^x over the n numbers x[i next], x[i next + step], ..; -infinity for n = 0,
 * i in [0, count). */
void gi_logsumexp_lines(int64_t count, int64_t n, const gd_real *x, int64_t step, int64_t next, gd_real *y,
                        int64_t of_y);

/* gi_logsumexp_slope_lines - its gradient dx = dy e^(x - y) / sum e^(x - y) of count lines of n numbers: of rows one
 * behind the other for step = 1, otherwise of lines beside each other, whose numbers are step apart.  dx is laid out
 * as x; line j has y[j] and dy[j]. */
void gi_logsumexp_slope_lines(int64_t count, int64_t n, int64_t step, const gd_real *x, const gd_real *y,
                              const gd_real *dy, gd_real *dx);

/* Cross-entropy of rows [begin, end) of x, [rows, classes], each with its label.
 *   gi_cross_entropy_rows        y[i] = ln sum_c e^(x_ic) - x_i,label
 *   gi_cross_entropy_slope_rows  y[i, c] = g[i] (softmax(x)_ic - [c = label]) */
typedef struct gi_loss_rows {
    int64_t        classes;
    gd_real       *y;                       /* [rows], or [rows, classes] */
    const gd_real *x, *g;
    const int64_t *label;
} gi_loss_rows;

void gi_cross_entropy_rows(const gi_loss_rows *r, int64_t begin, int64_t end);
void gi_cross_entropy_slope_rows(const gi_loss_rows *r, int64_t begin, int64_t end);

#endif
