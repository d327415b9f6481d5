/* max_pool.c - the largest element of each window: the first of equal ones, NaN before all.
 *
 * Once it is known where the largest elements stand the pooling is linear: its gradient puts dy back, and the
 * gradient of that is the pooling again, in the same places. */
#include <math.h>
#include <string.h>

#include "base/compiler.h"
#include "base/memory.h"
#include "base/thread_state.h"
#include "base/threads.h"
#include "gradus/tensor.h"
#include "kernels/terms.h"
#include "pool.h"
#include "tensor/alive.h"
#include "tensor/new.h"

enum { FEW = 16 };                          /* terms that may be added one after the other */

/* v[r, j] = the largest of column j in the windows of row r, and its place. */
GI_KERNEL static void max_of_rows(const windows *s, gd_real *restrict v, int32_t *restrict v_at,
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
static GI_COLD void take_first_nan(const windows *s, const gd_real *x, const gd_real *y, int32_t *at)
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

/* Planes for gi_parallel. */
typedef struct max_job {
    const windows *s;
    gd_real *x, *y, *v;                     /* each part has its own piece of v and v_at */
    int32_t *at, *v_at;
    int64_t  part;
} max_job;

static void max_planes(void *context, int64_t begin, int64_t end)
{
    const max_job *j = context;
    const windows *s = j->s;
    const int64_t in = s->h * s->w, out = s->oh * s->ow, slot = begin / j->part * s->oh * s->w;
    for (int64_t plane = begin; plane < end; plane++) {
        gd_real *y = j->y + plane * out;
        int32_t *at = j->at + plane * out;
        max_of_rows(s, j->v + slot, j->v_at + slot, j->x + plane * in);
        for (int64_t p = 0; p < out; p++) {
            y[p] = (gd_real)-INFINITY;
            at[p] = INT32_MAX;
        }
        for (int64_t r = 0; r < gi_run_rows(s); r++)
            for (int64_t k = 0; k < s->kernel[1]; k++) {
                run c = gi_columns_inside(s, r, k);
                if (c.n > 0)
                    max_of_columns(c.n, y + c.first, at + c.first, j->v + slot + c.column,
                                   j->v_at + slot + c.column, s->stride[1]);
            }
        if (GI_UNLIKELY(some_nan(out, y)))
            take_first_nan(s, j->x + plane * in, y, at);
    }
}

/* x = y where the largest stood, else 0.  Where that can be the same place for many windows, v has room for what the
 * additions round off, a plane for each part. */
static void put_planes(void *context, int64_t begin, int64_t end)
{
    const max_job *j = context;
    const int64_t in = j->s->h * j->s->w, out = j->s->oh * j->s->ow;
    for (int64_t plane = begin; plane < end; plane++) {
        const int32_t *at = j->s->largest + plane * out;
        gd_real *x = j->x + plane * in;
        memset(x, 0, (size_t)in * sizeof *x);
        if (!j->v) {
            for (int64_t p = 0; p < out; p++)
                x[at[p]] += j->y[plane * out + p];
            continue;
        }
        gd_real *rest = j->v + begin / j->part * in;
        memset(rest, 0, (size_t)in * sizeof *rest);
        for (int64_t p = 0; p < out; p++)
            real_add_term(&x[at[p]], &rest[at[p]], j->y[plane * out + p]);
        for (int64_t i = 0; i < in; i++)
            x[i] = real_whole(x[i], rest[i]);
    }
}

/* y = x where the largest stood. */
static void take_planes(void *context, int64_t begin, int64_t end)
{
    const max_job *j = context;
    const int64_t in = j->s->h * j->s->w, out = j->s->oh * j->s->ow;
    for (int64_t plane = begin; plane < end; plane++) {
        const int32_t *at = j->s->largest + plane * out;
        for (int64_t p = 0; p < out; p++)
            j->y[plane * out + p] = j->x[plane * in + at[p]];
    }
}

static gd_tensor *take(gd_tensor *x, const windows *s);

/* put: z = zeros of x's shape, z[largest] += dy. */

static void put_rule(const gd_node *node, gd_tensor *dz, gd_tensor **dx)
{
    dx[0] = take(dz, node->attributes);
}

static const gd_op put_op = {
    .name = "gd_max_pool2d_grad", .rule = put_rule, .reads = GD_NOTHING,
    .formula = "ddy = dz where the largest stood",
};

static gd_tensor *put(gd_tensor *dy, const windows *s)
{
    gd_tensor *z = dy ? gi_new("gd_max_pool2d_grad", 4, s->x_shape.size) : NULL;
    gd_tensor *from = gd_contiguous(gd_detach(dy));
    const int64_t part = gi_windows_part(s), parts = (s->planes + part - 1) / part;
    const bool many = (double)(s->kernel[0] * s->kernel[1]) > (double)FEW * (double)(s->stride[0] * s->stride[1]);
    gd_real *rest = many ? gi_arena_take(gi_current_scope(), (size_t)(parts * s->h * s->w) * sizeof *rest) : NULL;
    if (!z || !from || (many && !rest))
        return NULL;
    gi_parallel(s->planes, part, put_planes,
                &(max_job){ .s = s, .x = z->data, .y = from->data, .v = rest, .part = part });
    return gd_record(&put_op, z, &dy, 1, s, sizeof *s);
}

static void take_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    dx[0] = put(dy, node->attributes);
}

static const gd_op max_pool2d_op = {
    .name = "gd_max_pool2d", .rule = take_rule, .reads = GD_NOTHING,
    .formula = "dx = dy where the largest stood, else 0",
};

static gd_tensor *take(gd_tensor *x, const windows *s)
{
    gd_tensor *y = x ? gi_new("gd_max_pool2d", 4, s->y_shape.size) : NULL, *from = gd_contiguous(gd_detach(x));
    if (!y || !from)
        return NULL;
    gi_parallel(s->planes, gi_windows_part(s), take_planes, &(max_job){ .s = s, .x = from->data, .y = y->data });
    return gd_record(&max_pool2d_op, y, &x, 1, s, sizeof *s);
}

gd_tensor *gd_max_pool2d(gd_tensor *x, gd_pool2d_options options)
{
    windows s;
    if (!x || !gi_alive("gd_max_pool2d", "x", x) || !gi_windows_check("gd_max_pool2d", x, &options, &s))
        return NULL;
    gd_tensor *y = gi_new("gd_max_pool2d", 4, s.y_shape.size), *from = gd_contiguous(gd_detach(x));
    const int64_t part = gi_windows_part(&s), parts = (s.planes + part - 1) / part, line = s.oh * s.w;
    int32_t *largest = y ? gi_arena_take(gi_current_scope(), (size_t)y->numel * sizeof *largest) : NULL;
    int32_t *v_at = gi_arena_take(gi_current_scope(), (size_t)(parts * line) * sizeof *v_at);
    gd_real *v = gi_arena_take(gi_current_scope(), (size_t)(parts * line) * sizeof *v);
    if (!y || !from || !largest || !v_at || !v)
        return NULL;
    gi_parallel(s.planes, part, max_planes, &(max_job){ &s, from->data, y->data, v, largest, v_at, part });
    s.largest = largest;
    return gd_record(&max_pool2d_op, y, &x, 1, &s, sizeof s);
}
