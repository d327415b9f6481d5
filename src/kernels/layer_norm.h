/* layer_norm.h - layer normalization of rows of n numbers, z = (x - mean) / sqrt(var + eps), y = z w + b: the
 * arithmetic under gd_layer_norm.  reference/layer_norm.c has the definitions. */
#ifndef GRADUS_LAYER_NORM_H
#define GRADUS_LAYER_NORM_H

#include <stdint.h>

#include "gradus/tensor.h"

/* A row is standardised to z = (x scale - mean) r + shift.  The rounding error of the mean may be large relative to the
 * deviations; it is the mean of x scale - mean, and shift is -r times that.  scale is a power of 2, and 1 unless
 * squares of the deviations would overflow or underflow. */
typedef struct gi_norm_row {
    gd_real scale, mean, r, shift;
} gi_norm_row;

typedef struct gi_layer_norm {
    int64_t      rows, n;
    double       eps;
    gi_norm_row *row;                       /* one for each row, set by gi_layer_norm_rows, read by the others */
} gi_layer_norm;

/* Rows [begin, end); x, dy, y and dx are [rows, n], the others [n].
 *   gi_layer_norm_rows         y = z w + b
 *   gi_layer_norm_slope_rows   dx = (g - mean(g) - z mean(g z)) / sqrt(var + eps), with g = dy w
 *   gi_layer_norm_add_rows     dw += dy z, db += dy, one row after the other */
void gi_layer_norm_rows(const gi_layer_norm *s, int64_t begin, int64_t end, const gd_real *x, const gd_real *w,
                        const gd_real *b, gd_real *y);
void gi_layer_norm_slope_rows(const gi_layer_norm *s, int64_t begin, int64_t end, const gd_real *x, const gd_real *w,
                              const gd_real *dy, gd_real *dx);
void gi_layer_norm_add_rows(const gi_layer_norm *s, int64_t begin, int64_t end, const gd_real *x, const gd_real *dy,
                            gd_real *dw, gd_real *db);

#endif
