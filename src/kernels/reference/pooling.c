/* pooling.c - the largest element, and the mean, of each window of an image, by their definitions. */
#include <math.h>

#include "kernels/reference/reference.h"

/* y[r, q] = max over the window, at: its place in x.  The first of equal ones; the first NaN before all. */
void gi_max_pool_reference(const gi_windows *s, const gd_real *x, gd_real *y, int32_t *at)
{
    for (int64_t r = 0; r < s->oh; r++)
        for (int64_t q = 0; q < s->ow; q++) {
            int64_t top, bottom, left, right;
            gi_rows_inside(s, r, &top, &bottom);
            gi_columns_of(s, q, &left, &right);
            int64_t best = top * s->w + left;
            for (int64_t i = top; i < bottom; i++)
                for (int64_t j = left; j < right; j++)
                    if (!isnan(x[best]) && (isnan(x[i * s->w + j]) || x[i * s->w + j] > x[best]))
                        best = i * s->w + j;
            y[r * s->ow + q] = x[best];
            at[r * s->ow + q] = (int32_t)best;
        }
}

static int64_t averaged(const gi_windows *s, int64_t r, int64_t q)
{
    int64_t top, bottom, left, right;
    gi_rows_inside(s, r, &top, &bottom);
    gi_columns_of(s, q, &left, &right);
    return s->count_padding ? s->kernel[0] * s->kernel[1] : (bottom - top) * (right - left);
}

/* y[r, q] = mean over the window */
void gi_mean_pool_reference(const gi_windows *s, const gd_real *x, gd_real *y)
{
    for (int64_t r = 0; r < s->oh; r++)
        for (int64_t q = 0; q < s->ow; q++) {
            int64_t top, bottom, left, right;
            gi_wide sum = 0;
            gi_rows_inside(s, r, &top, &bottom);
            gi_columns_of(s, q, &left, &right);
            for (int64_t i = top; i < bottom; i++)
                sum += gi_sum_reference(right - left, x + i * s->w + left, 1);
            y[r * s->ow + q] = (gd_real)(sum / (gi_wide)averaged(s, r, q));
        }
}

/* x[i, j] = sum over the windows that it lies in of y / (how many elements the window averages) */
void gi_mean_pool_spread_reference(const gi_windows *s, const gd_real *y, gd_real *x)
{
    for (int64_t i = 0; i < s->h; i++)
        for (int64_t j = 0; j < s->w; j++) {
            gi_wide sum = 0;
            for (int64_t r = 0; r < s->oh; r++)
                for (int64_t q = 0; q < s->ow; q++) {
                    int64_t top, bottom, left, right;
                    gi_rows_inside(s, r, &top, &bottom);
                    gi_columns_of(s, q, &left, &right);
                    if (top <= i && i < bottom && left <= j && j < right)
                        sum += (gi_wide)y[r * s->ow + q] / (gi_wide)averaged(s, r, q);
                }
            x[i * s->w + j] = (gd_real)sum;
        }
}
