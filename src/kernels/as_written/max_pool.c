/* max_pool.c - the largest element of each window: the first of equal ones, NaN before all.
 *
 * reference/pooling.c has the definition, which -DGD_PLAIN uses. */
#include <math.h>
#include <string.h>

#include "base/compiler.h"
#include "gradus/tensor.h"
#include "kernels/pool.h"
#include "kernels/pool_runs.h"
#include "kernels/reference/reference.h"
#include "kernels/terms.h"

#ifndef GD_PLAIN

/* v[r, j] = the largest of column j in the windows of row r, and its place. */
GI_KERNEL static void max_of_rows(const gi_windows *s, gd_real *restrict v, int32_t *restrict v_at,
                                  const gd_real *restrict x)
{
    const int64_t w = s->w;
    for (int64_t r = 0; r < s->oh; r++, v += w, v_at += w) {
        int64_t from, to;
        gi_rows_inside(s, r, &from, &to);
        for (int64_t j = 0; j < w; j++) {
            v[j] = x[from * w + j];
            v_at[j] = (int32_t)(from * w + j);
        }
        for (int64_t i = from + 1; i < to; i++)
            for (int64_t j = 0; j < w; j++) {
                gd_real rival = x[i * w + j];
                bool better = (rival > v[j]) | (rival != rival);
                v[j] = better ? rival : v[j];
                v_at[j] = better ? (int32_t)(i * w + j) : v_at[j];
            }
    }
}

static inline bool is_better(gd_real rival, int32_t rival_at, gd_real y, int32_t at)
{
    return (rival > y) | (rival != rival) | ((rival == y) & (rival_at < at));
}

/* y[q] = max(y[q], v[q stride]), and its place. */
GI_KERNEL static void max_of_columns(int64_t n, gd_real *restrict y, int32_t *restrict at,
                                     const gd_real *restrict v,
                                     const int32_t *restrict v_at, int64_t stride)
{
    if (stride == 2)
        for (int64_t q = 0; q < n; q++) {
            bool better = is_better(v[2 * q], v_at[2 * q], y[q], at[q]);
            y[q] = better ? v[2 * q] : y[q];
            at[q] = better ? v_at[2 * q] : at[q];
        }
    else
        for (int64_t q = 0; q < n; q++) {
            bool better = is_better(v[q * stride], v_at[q * stride], y[q], at[q]);
            y[q] = better ? v[q * stride] : y[q];
            at[q] = better ? v_at[q * stride] : at[q];
        }
}

GI_KERNEL static bool some_nan(int64_t n, const gd_real *y)
{
    int found = 0;
    for (int64_t p = 0; p < n; p++)
        found |= y[p] != y[p];
    return found;
}

/* Above, the last NaN of a window has won: here the first one does. */
static GI_COLD void take_first_nan(const gi_windows *s, const gd_real *x, const gd_real *y, int32_t *at)
{
    for (int64_t p = 0; p < s->oh * s->ow; p++) {
        if (!isnan(y[p]))
            continue;
        const int64_t left = p % s->ow * s->stride[1] - s->padding[1], right = left + s->kernel[1];
        const int64_t first = left > 0 ? left : 0, end = right < s->w ? right : s->w;
        int64_t i, to, j = end;
        gi_rows_inside(s, p / s->ow, &i, &to);
        for (; i < to && j == end; i += j == end)
            for (j = first; j < end && !isnan(x[i * s->w + j]);)
                j++;
        at[p] = (int32_t)(i * s->w + j);
    }
}

void gi_max_pool(const gi_windows *s, const gd_real *x, gd_real *y, int32_t *at, gd_real *v, int32_t *v_at)
{
    const int64_t out = s->oh * s->ow;
    max_of_rows(s, v, v_at, x);
    for (int64_t p = 0; p < out; p++) {
        y[p] = (gd_real)-INFINITY;
        at[p] = INT32_MAX;
    }
    for (int64_t r = 0; r < run_rows(s); r++)
        for (int64_t k = 0; k < s->kernel[1]; k++) {
            run c = columns_inside(s, r, k);
            if (c.n > 0)
                max_of_columns(c.n, y + c.first, at + c.first, v + c.column, v_at + c.column, s->stride[1]);
        }
    if (GI_UNLIKELY(some_nan(out, y)))
        take_first_nan(s, x, y, at);
}

#else

void gi_max_pool(const gi_windows *s, const gd_real *x, gd_real *y, int32_t *at, gd_real *v, int32_t *v_at)
{
    (void)v, (void)v_at;
    gi_max_pool_reference(s, x, y, at);
}

#endif

void gi_max_pool_put(const gi_windows *s, const int32_t *at, const gd_real *y, gd_real *x, gd_real *rest)
{
    const int64_t in = s->h * s->w, out = s->oh * s->ow;
    memset(x, 0, (size_t)in * sizeof *x);
    if (!rest) {
        for (int64_t p = 0; p < out; p++)
            x[at[p]] += y[p];
        return;
    }
    memset(rest, 0, (size_t)in * sizeof *rest);
    for (int64_t p = 0; p < out; p++)
        real_add_term(&x[at[p]], &rest[at[p]], y[p]);
    for (int64_t i = 0; i < in; i++)
        x[i] = real_whole(x[i], rest[i]);
}
