/* mean_pool.c - the mean of each window, and each element shared among its window.
 *
 * reference/pooling.c has the definitions, which -DGD_PLAIN uses. */
#include <math.h>
#include <string.h>

#include "base/compiler.h"
#include "gradus/tensor.h"
#include "kernels/pool.h"
#include "kernels/pool_runs.h"
#include "kernels/reference/reference.h"
#include "kernels/sums.h"
#include "kernels/terms.h"

void gi_mean_pool_shares(const gi_windows *s, gd_real *share)
{
    for (int64_t r = 0; r < s->oh; r++)
        for (int64_t q = 0; q < s->ow; q++) {
            int64_t from, to, left, right;
            gi_rows_inside(s, r, &from, &to);
            gi_columns_of(s, q, &left, &right);
            *share++ = 1 / (gd_real)(s->count_padding ? s->kernel[0] * s->kernel[1] : (to - from) * (right - left));
        }
}

#ifndef GD_PLAIN

enum { LINE = 64 / sizeof(gd_real), AHEAD = 2048 };     /* elements of a cache line; bytes */
enum { FEW = 16 };                          /* terms that may be added one after the other */

/* ---- Lines of v from rows of x, and back ------------------------------------------------------------------------ */

/* v[r, j] = the sum of column j in the windows of row r. */
GI_KERNEL static void add_rows(const gi_windows *s, gd_real *restrict v, const gd_real *restrict x)
{
    const int64_t w = s->w;
    for (int64_t r = 0; r < s->oh; r++, v += w) {
        int64_t from, to;
        gi_rows_inside(s, r, &from, &to);
        const gd_real *first = x + from * w, *second = first + (to - from > 1 ? w : 0);
        for (int64_t j = 0; j < w; j++)
            v[j] = to - from > 1 ? first[j] + second[j] : first[j];
        for (int64_t i = from + 2; i < to; i++)
            for (int64_t j = 0; j < w; j++)
                v[j] += x[i * w + j];
    }
}

/* Windows of many rows: a sum of columns for each. */
static void add_many_rows(const gi_windows *s, gd_real *v, const gd_real *x)
{
    memset(v, 0, (size_t)(s->oh * s->w) * sizeof *v);
    for (int64_t r = 0; r < s->oh; r++, v += s->w) {
        int64_t from, to;
        gi_rows_inside(s, r, &from, &to);
        real_sum_columns(to - from, s->w, x + from * s->w, s->w, 1, v);
    }
}

/* The first of n windows along an axis, 0 or 1, that ends behind place i, and the last that begins before it, plus
 * one. */
static void windows_over(const gi_windows *s, int axis, int64_t n, int64_t i, int64_t *first, int64_t *end)
{
    const int64_t at = i + s->padding[axis], stride = s->stride[axis], early = at - s->kernel[axis];
    *first = early < 0 ? 0 : early / stride + 1;
    *end = at / stride + 1 < n ? at / stride + 1 : n;
}

/* x[i] = the sum of v[r] over the windows r that row i lies in, of which there are many. */
static void spread_many_rows(const gi_windows *s, const gd_real *v, gd_real *x)
{
    for (int64_t i = 0; i < s->h; i++) {
        int64_t first, end;
        windows_over(s, 0, s->oh, i, &first, &end);
        if (first < end)
            real_sum_columns(end - first, s->w, v + first * s->w, s->w, 1, x + i * s->w);
    }
}

/* The same along rows: y, of windows of many columns, from v, and v from y, each element of which is shared; work holds
 * a row of y. */
static void add_many_columns(const gi_windows *s, gd_real *y, const gd_real *v, const gd_real *share)
{
    for (int64_t r = 0; r < s->oh; r++, v += s->w)
        for (int64_t q = 0; q < s->ow; q++, y++) {
            const int64_t left = q * s->stride[1] - s->padding[1], right = left + s->kernel[1];
            const int64_t from = left > 0 ? left : 0, to = right < s->w ? right : s->w;
            *y = real_sum(to - from, v + from) * *share++;
        }
}

static void spread_many_columns(const gi_windows *s, const gd_real *y, gd_real *v, const gd_real *share, gd_real *work)
{
    for (int64_t r = 0; r < s->oh; r++, v += s->w, y += s->ow, share += s->ow) {
        for (int64_t q = 0; q < s->ow; q++)
            work[q] = y[q] * share[q];
        for (int64_t j = 0; j < s->w; j++) {
            int64_t first, end;
            windows_over(s, 1, s->ow, j, &first, &end);
            v[j] = real_sum(end - first, work + first);
        }
    }
}

GI_KERNEL static void spread_rows(const gi_windows *s, const gd_real *restrict v, gd_real *restrict x)
{
    const int64_t w = s->w;
    for (int64_t r = 0; r < s->oh; r++, v += w) {
        int64_t from, to;
        gi_rows_inside(s, r, &from, &to);
        for (int64_t i = from; i < to; i++)
            for (int64_t j = 0; j < w; j++)
                x[i * w + j] += v[j];
    }
}

GI_KERNEL static void add_columns(int64_t n, gd_real *restrict y, const gd_real *restrict v, int64_t stride,
                                  const gd_real *restrict share)
{
    if (stride == 2)
        for (int64_t q = 0; q < n; q++)
            y[q] += v[2 * q] * share[q];
    else
        for (int64_t q = 0; q < n; q++)
            y[q] += v[q * stride] * share[q];
}

GI_KERNEL static void spread_columns(int64_t n, const gd_real *restrict y, gd_real *restrict v, int64_t stride,
                                     const gd_real *restrict share)
{
    if (stride == 2)
        for (int64_t q = 0; q < n; q++)
            v[2 * q] += y[q] * share[q];
    else
        for (int64_t q = 0; q < n; q++)
            v[q * stride] += y[q] * share[q];
}

/* Where each element of x stands in exactly one window, as is usual, nothing has to be added up: elements of y
 * are repeated along lines, v, and lines are repeated. */
static bool windows_tile(const gi_windows *s)
{
    return rows_join(s) && s->kernel[1] == s->stride[1]
        && s->padding[0] == 0 && s->kernel[0] == s->stride[0] && s->oh * s->stride[0] == s->h;
}

GI_KERNEL static void repeat(const gi_windows *s, const gd_real *restrict y, gd_real share, gd_real *restrict v,
                             gd_real *restrict x)
{
    const int64_t w = s->w, out = s->oh * s->ow, kw = s->kernel[1];
    if (kw == 2)
        for (int64_t q = 0; q < out; q++)
            v[2 * q] = v[2 * q + 1] = y[q];
    else
        for (int64_t q = 0; q < out; q++)
            for (int64_t k = 0; k < kw; k++)
                v[q * kw + k] = y[q];
    for (int64_t r = 0; r < s->oh; r++, v += w)
        for (int64_t i = 0; i < s->kernel[0]; i++, x += w) {
            for (int64_t j = 0; j < w; j += LINE)
                GI_WILL_WRITE(x + j, AHEAD);
            for (int64_t j = 0; j < w; j++)
                x[j] = v[j] * share;
        }
}

/* ---- A whole image ----------------------------------------------------------------------------------------------- */

static bool many(const gi_windows *s, int axis)
{
    return s->kernel[axis] > FEW;
}

static bool many_overlap(const gi_windows *s, int axis)
{
    return s->kernel[axis] > FEW * s->stride[axis];
}

static void means(const gi_windows *s, const gd_real *share, const gd_real *x, gd_real *v, gd_real *y)
{
    (many(s, 0) ? add_many_rows : add_rows)(s, v, x);
    if (many(s, 1)) {
        add_many_columns(s, y, v, share);
        return;
    }
    memset(y, 0, (size_t)(s->oh * s->ow) * sizeof *y);
    for (int64_t r = 0; r < run_rows(s); r++)
        for (int64_t k = 0; k < s->kernel[1]; k++) {
            run c = columns_inside(s, r, k);
            if (c.n > 0)
                add_columns(c.n, y + c.first, v + c.column, s->stride[1], share + c.first);
        }
}

/* Where a sum of finite numbers has overflowed the mean has not: the windows that need it one by one. */
static GI_COLD void mend_means(const gi_windows *s, const gd_real *x, gd_real *y)
{
    for (int64_t r = 0; r < s->oh; r++)
        for (int64_t q = 0; q < s->ow; q++, y++) {
            int64_t from, to, left, right;
            if (isfinite(*y))
                continue;
            gi_rows_inside(s, r, &from, &to);
            gi_columns_of(s, q, &left, &right);
            const int64_t whole = s->kernel[0] * s->kernel[1];
            const int64_t n = s->count_padding ? whole : (to - from) * (right - left);
            gd_real sum = 0, rest = 0;
            for (int64_t i = from; i < to; i++)
                for (int64_t k = left; k < right; k++)
                    real_add_term(&sum, &rest, x[i * s->w + k] / (gd_real)n);
            *y = real_whole(sum, rest);
        }
}

void gi_mean_pool(const gi_windows *s, const gd_real *share, const gd_real *x, gd_real *v, gd_real *y)
{
    means(s, share, x, v, y);
    if (GI_UNLIKELY(!gi_all_finite(s->oh * s->ow, y)))
        mend_means(s, x, y);
}

void gi_mean_pool_spread(const gi_windows *s, const gd_real *share, const gd_real *y, gd_real *v, gd_real *work,
                         gd_real *x)
{
    if (windows_tile(s)) {
        repeat(s, y, share[0], v, x);
        return;
    }
    memset(v, 0, (size_t)(s->oh * s->w) * sizeof *v);
    memset(x, 0, (size_t)(s->h * s->w) * sizeof *x);
    if (many_overlap(s, 1))
        spread_many_columns(s, y, v, share, work);
    else
        for (int64_t r = 0; r < run_rows(s); r++)
            for (int64_t k = 0; k < s->kernel[1]; k++) {
                run c = columns_inside(s, r, k);
                if (c.n > 0)
                    spread_columns(c.n, y + c.first, v + c.column, s->stride[1], share + c.first);
            }
    (many_overlap(s, 0) ? spread_many_rows : spread_rows)(s, v, x);
}

#else

void gi_mean_pool(const gi_windows *s, const gd_real *share, const gd_real *x, gd_real *v, gd_real *y)
{
    (void)share, (void)v;
    gi_mean_pool_reference(s, x, y);
}

void gi_mean_pool_spread(const gi_windows *s, const gd_real *share, const gd_real *y, gd_real *v, gd_real *work,
                         gd_real *x)
{
    (void)share, (void)v, (void)work;
    gi_mean_pool_spread_reference(s, y, x);
}

#endif
