/* mean_pool.c - the mean of each window.  It is linear: its gradient shares dy among the window, and the gradient
 * of that is the pooling again. */
#include <math.h>
#include <string.h>

#include "base/compiler.h"
#include "base/memory.h"
#include "base/thread_state.h"
#include "base/threads.h"
#include "gradus/tensor.h"
#include "kernels/sums.h"
#include "kernels/terms.h"
#include "pool.h"
#include "tensor/alive.h"
#include "tensor/new.h"

enum { LINE = 64 / sizeof(gd_real), AHEAD = 2048 };     /* elements of a line of the cache; bytes */

/* share[r, q] = 1 / (how many elements the window averages). */
static void set_shares(const windows *s, gd_real *share)
{
    for (int64_t r = 0; r < s->oh; r++)
        for (int64_t q = 0; q < s->ow; q++) {
            int64_t from, to, left = q * s->stride[1] - s->padding[1], right = left + s->kernel[1];
            gi_rows_inside(s, r, &from, &to);
            int64_t columns = (right < s->w ? right : s->w) - (left > 0 ? left : 0);
            *share++ = 1 / (gd_real)(s->count_padding ? s->kernel[0] * s->kernel[1] : (to - from) * columns);
        }
}

/* v[r, j] = the sum of column j in the windows of row r. */
GI_KERNEL static void add_rows(const windows *s, gd_real *restrict v, const gd_real *restrict x)
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
static void add_many_rows(const windows *s, gd_real *v, const gd_real *x)
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
static void windows_over(const windows *s, int axis, int64_t n, int64_t i, int64_t *first, int64_t *end)
{
    const int64_t at = i + s->padding[axis], stride = s->stride[axis], early = at - s->kernel[axis];
    *first = early < 0 ? 0 : early / stride + 1;
    *end = at / stride + 1 < n ? at / stride + 1 : n;
}

/* x[i] = the sum of v[r] over the windows r that row i lies in, of which there are many. */
static void spread_many_rows(const windows *s, const gd_real *v, gd_real *x)
{
    for (int64_t i = 0; i < s->h; i++) {
        int64_t first, end;
        windows_over(s, 0, s->oh, i, &first, &end);
        if (first < end)
            real_sum_columns(end - first, s->w, v + first * s->w, s->w, 1, x + i * s->w);
    }
}

/* The same along rows: y, of windows of many columns, from v, and v from y, each element of which is shared; work has
 * room for a row of y. */
static void add_many_columns(const windows *s, gd_real *y, const gd_real *v, const gd_real *share)
{
    for (int64_t r = 0; r < s->oh; r++, v += s->w)
        for (int64_t q = 0; q < s->ow; q++, y++) {
            const int64_t left = q * s->stride[1] - s->padding[1], right = left + s->kernel[1];
            const int64_t from = left > 0 ? left : 0, to = right < s->w ? right : s->w;
            *y = real_sum(to - from, v + from) * *share++;
        }
}

static void spread_many_columns(const windows *s, const gd_real *y, gd_real *v, const gd_real *share, gd_real *work)
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

GI_KERNEL static void spread_rows(const windows *s, const gd_real *restrict v, gd_real *restrict x)
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
static bool windows_tile(const windows *s)
{
    return gi_rows_join(s) && s->kernel[1] == s->stride[1]
        && s->padding[0] == 0 && s->kernel[0] == s->stride[0] && s->oh * s->stride[0] == s->h;
}

GI_KERNEL static void repeat(const windows *s, const gd_real *restrict y, gd_real share, gd_real *restrict v,
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

/* Planes for gi_parallel; each part of them has its own piece of v, and of work. */
typedef struct mean_job {
    const windows *s;
    gd_real *x, *y, *v, *work;
    const gd_real *share;
    int64_t  part;
} mean_job;

enum { FEW = 16 };                          /* terms that may be added one after the other */

static bool many(const windows *s, int axis)
{
    return s->kernel[axis] > FEW;
}

static bool many_overlap(const windows *s, int axis)
{
    return s->kernel[axis] > FEW * s->stride[axis];
}

/* y = the means of one plane of x; v is work space. */
static void mean_plane(const mean_job *j, const gd_real *x, gd_real *v, gd_real *y)
{
    const windows *s = j->s;
    (many(s, 0) ? add_many_rows : add_rows)(s, v, x);
    if (many(s, 1)) {
        add_many_columns(s, y, v, j->share);
        return;
    }
    memset(y, 0, (size_t)(s->oh * s->ow) * sizeof *y);
    for (int64_t r = 0; r < gi_run_rows(s); r++)
        for (int64_t k = 0; k < s->kernel[1]; k++) {
            run c = gi_columns_inside(s, r, k);
            if (c.n > 0)
                add_columns(c.n, y + c.first, v + c.column, s->stride[1], j->share + c.first);
        }
}

/* Where a sum of finite numbers has overflowed the mean has not: the windows that need it one by one. */
static GI_COLD void mend_means(const windows *s, const gd_real *x, gd_real *y)
{
    for (int64_t r = 0; r < s->oh; r++)
        for (int64_t q = 0; q < s->ow; q++, y++) {
            int64_t from, to, left = q * s->stride[1] - s->padding[1], right = left + s->kernel[1];
            if (isfinite(*y))
                continue;
            gi_rows_inside(s, r, &from, &to);
            left = left > 0 ? left : 0;
            right = right < s->w ? right : s->w;
            const int64_t whole = s->kernel[0] * s->kernel[1];
            const int64_t n = s->count_padding ? whole : (to - from) * (right - left);
            gd_real sum = 0, rest = 0;
            for (int64_t i = from; i < to; i++)
                for (int64_t k = left; k < right; k++)
                    real_add_term(&sum, &rest, x[i * s->w + k] / (gd_real)n);
            *y = real_whole(sum, rest);
        }
}

/* y = the means of x. */
static void mean_planes(void *context, int64_t begin, int64_t end)
{
    const mean_job *j = context;
    const windows *s = j->s;
    const int64_t in = s->h * s->w, out = s->oh * s->ow;
    gd_real *v = j->v + begin / j->part * s->oh * s->w;
    for (int64_t plane = begin; plane < end; plane++) {
        gd_real *y = j->y + plane * out;
        mean_plane(j, j->x + plane * in, v, y);
        if (GI_UNLIKELY(!gi_all_finite(out, y)))
            mend_means(s, j->x + plane * in, y);
    }
}

/* x = each element of y shared among its window. */
static void spread_plane(const mean_job *j, const gd_real *y, gd_real *v, gd_real *work, gd_real *x)
{
    const windows *s = j->s;
    if (windows_tile(s)) {
        repeat(s, y, j->share[0], v, x);
        return;
    }
    memset(v, 0, (size_t)(s->oh * s->w) * sizeof *v);
    memset(x, 0, (size_t)(s->h * s->w) * sizeof *x);
    if (many_overlap(s, 1))
        spread_many_columns(s, y, v, j->share, work);
    else
        for (int64_t r = 0; r < gi_run_rows(s); r++)
            for (int64_t k = 0; k < s->kernel[1]; k++) {
                run c = gi_columns_inside(s, r, k);
                if (c.n > 0)
                    spread_columns(c.n, y + c.first, v + c.column, s->stride[1], j->share + c.first);
            }
    (many_overlap(s, 0) ? spread_many_rows : spread_rows)(s, v, x);
}

static void spread_planes(void *context, int64_t begin, int64_t end)
{
    const mean_job *j = context;
    const windows *s = j->s;
    const int64_t slot = begin / j->part;
    for (int64_t plane = begin; plane < end; plane++)
        spread_plane(j, j->y + plane * s->oh * s->ow, j->v + slot * s->oh * s->w, j->work + slot * s->ow,
                     j->x + plane * s->h * s->w);
}

static bool over_planes(const windows *s, gd_real *x, gd_real *y, gi_body *body)
{
    const int64_t part = gi_windows_part(s), parts = (s->planes + part - 1) / part;
    gd_real *share = gi_arena_take(gi_current_scope(), (size_t)(s->oh * s->ow) * sizeof *share);
    gd_real *v = gi_arena_take(gi_current_scope(), (size_t)(parts * s->oh * s->w) * sizeof *v);
    gd_real *work = gi_arena_take(gi_current_scope(), (size_t)(parts * s->ow) * sizeof *work);
    if (!share || !v || !work)
        return false;
    set_shares(s, share);
    gi_parallel(s->planes, part, body, &(mean_job){ s, x, y, v, work, share, part });
    return true;
}

static gd_tensor *mean_pool(gd_tensor *x, const windows *s);

/* spread: z of x's shape, each element of dy shared among its window. */

static void spread_rule(const gd_node *node, gd_tensor *dz, gd_tensor **dx)
{
    dx[0] = mean_pool(dz, node->attributes);
}

static const gd_op spread_op = {
    .name = "gd_avg_pool2d_grad", .rule = spread_rule, .reads = GD_NOTHING,
    .formula = "ddy = gd_avg_pool2d(dz)",
};

static gd_tensor *spread(gd_tensor *dy, const windows *s)
{
    gd_tensor *z = dy ? gi_new("gd_avg_pool2d_grad", 4, s->x_shape.size) : NULL;
    gd_tensor *from = gd_contiguous(gd_detach(dy));
    if (!z || !from || !over_planes(s, z->data, from->data, spread_planes))
        return NULL;
    return gd_record(&spread_op, z, &dy, 1, s, sizeof *s);
}

static void mean_pool_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    dx[0] = spread(dy, node->attributes);
}

static const gd_op avg_pool2d_op = {
    .name = "gd_avg_pool2d", .rule = mean_pool_rule, .reads = GD_NOTHING,
    .formula = "dx = dy shared among each window",
};

static gd_tensor *mean_pool(gd_tensor *x, const windows *s)
{
    gd_tensor *y = x ? gi_new("gd_avg_pool2d", 4, s->y_shape.size) : NULL;
    gd_tensor *from = gd_contiguous(gd_detach(x));
    if (!y || !from || !over_planes(s, from->data, y->data, mean_planes))
        return NULL;
    return gd_record(&avg_pool2d_op, y, &x, 1, s, sizeof *s);
}

gd_tensor *gd_avg_pool2d(gd_tensor *x, gd_pool2d_options options)
{
    windows s;
    return x && gi_alive("gd_avg_pool2d", "x", x) && gi_windows_check("gd_avg_pool2d", x, &options, &s)
               ? mean_pool(x, &s) : NULL;
}
