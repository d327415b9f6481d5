/* pool.h - the windows of a pooling of one image, x [h, w]  ->  y [oh, ow], and the arithmetic under gd_max_pool2d and
 * gd_avg_pool2d.  reference/pooling.c has the definitions.
 *
 * A window is a product of rows and columns, so pooling takes two steps, each a loop over long lines: first the rows of
 * each window are reduced to one, v [oh, w], then the columns. */
#ifndef GRADUS_KERNELS_POOL_H
#define GRADUS_KERNELS_POOL_H

#include <stdbool.h>
#include <stdint.h>

#include "gradus/tensor.h"

typedef struct gi_windows {
    int64_t h, w, oh, ow;
    int64_t kernel[2], stride[2], padding[2];
    bool    count_padding;
} gi_windows;

/* The rows [*from, *to) of x inside the windows of row r. */
static inline void gi_rows_inside(const gi_windows *s, int64_t r, int64_t *from, int64_t *to)
{
    int64_t top = r * s->stride[0] - s->padding[0], bottom = top + s->kernel[0];
    *from = top > 0 ? top : 0;
    *to = bottom < s->h ? bottom : s->h;
}

/* The columns [*from, *to) of x inside the windows of column q. */
static inline void gi_columns_of(const gi_windows *s, int64_t q, int64_t *from, int64_t *to)
{
    int64_t left = q * s->stride[1] - s->padding[1], right = left + s->kernel[1];
    *from = left > 0 ? left : 0;
    *to = right < s->w ? right : s->w;
}

/* ---- Maximum: the first of the largest; the first NaN before all ------------------------------------------------ */

/* gi_max_pool - y, and where in x each element stands.  v and v_at have oh w elements of work space.
 * gi_max_pool_put - x = zeros, x[at] += y.  rest: work space of h w elements for sums of many terms, or NULL. */
void gi_max_pool(const gi_windows *s, const gd_real *x, gd_real *y, int32_t *at, gd_real *v, int32_t *v_at);
void gi_max_pool_put(const gi_windows *s, const int32_t *at, const gd_real *y, gd_real *x, gd_real *rest);

/* ---- Mean --------------------------------------------------------------------------------------------------- */

/* gi_mean_pool_shares - share [oh, ow]: 1 / (how many elements the window averages).
 * gi_mean_pool - y = the means; v has oh w elements of work space.
 * gi_mean_pool_spread - x = each element of y shared among its window; work has ow elements. */
void gi_mean_pool_shares(const gi_windows *s, gd_real *share);
void gi_mean_pool(const gi_windows *s, const gd_real *share, const gd_real *x, gd_real *v, gd_real *y);
void gi_mean_pool_spread(const gi_windows *s, const gd_real *share, const gd_real *y, gd_real *v, gd_real *work,
                         gd_real *x);

#endif
