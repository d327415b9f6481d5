/* resample.c - weighted sums of adjacent places along an axis, and their adjoint: y = W x and dx = W' dy, each the
 * gradient of the other. */
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "resample.h"
#include "autograd/record.h"
#include "base/compiler.h"
#include "base/start.h"
#include "base/threads.h"
#include "kernels/terms.h"
#include "tensor/new.h"
#include "tensor/shape.h"

gi_window *gi_windows_new(int64_t n, int64_t width)
{
    if (width < 1 || n > INT64_MAX / 16 / width)
        return gd_fail("out of memory: %" PRId64 " windows of %" PRId64 " elements", n, width);
    gi_window *windows = gi_arena_take(gi_current_scope(), (size_t)(n > 0 ? n : 1) * sizeof *windows);
    gd_real *weight = gi_arena_take(gi_current_scope(), (size_t)(n * width + 1) * sizeof *weight);
    if (!windows || !weight)
        return NULL;
    for (int64_t i = 0; i < n; i++)
        windows[i] = (gi_window){ 0, 0, weight + i * width };
    return windows;
}

bool gi_resizable(const char *function, const gd_tensor *x, gd_shape size)
{
    if (x->ndim < 3 || size.ndim != x->ndim - 2)
        return gd_fail("%s: x is %s and size has %d number%s: x must be [n, channels, ..], with a size for each "
                       "further axis", function, gi_text_of(x).s, size.ndim, size.ndim == 1 ? "" : "s");
    for (int i = 0; i < size.ndim; i++) {
        if (x->shape[i + 2] < 1)
            return gd_fail("%s: x is %s: its axis %d is empty", function, gi_text_of(x).s, i + 2);
        if (size.size[i] < 1)
            return gd_fail("%s: size is %s: sizes must be at least 1", function,
                           gi_shape_text(size.ndim, size.size).s);
        if (size.size[i] > INT32_MAX || x->shape[i + 2] > INT32_MAX)    /* so that products of both can be counted */
            return gd_fail("%s: x is %s and size is %s: no size may be above %d", function, gi_text_of(x).s,
                           gi_shape_text(size.ndim, size.size).s, INT32_MAX);
    }
    return true;
}

/* x [outer, m, inner], y [outer, n, inner] */
typedef struct resampling {
    int              axis;
    int64_t          m, n, outer, inner;
    const gi_window *windows;
    bool             adjoint;               /* y = W' x: the windows are those of x's places */
} resampling;

typedef struct job {
    const resampling *s;
    const gd_real    *x;
    gd_real          *y, *rest;             /* rest: what rounding takes from a line of y; one for each outer index */
} job;

GI_KERNEL static void add_weighted_line(int64_t n, gd_real *restrict sum, gd_real *restrict rest,
                                        const gd_real *restrict x, gd_real weight)
{
    for (int64_t i = 0; i < n; i++)
        real_add_term(&sum[i], &rest[i], weight * x[i]);
}

GI_KERNEL static void add_line_rests(int64_t n, gd_real *restrict sum, const gd_real *restrict rest)
{
    for (int64_t i = 0; i < n; i++)
        sum[i] = real_whole(sum[i], rest[i]);
}

/* The same where the places of the axis lie next to each other. */
static void resample_line(const resampling *s, const gd_real *x, gd_real *y, gd_real *rest)
{
    const int64_t lines = s->adjoint ? s->m : s->n;
    for (int64_t i = 0; i < lines; i++) {
        const gi_window w = s->windows[i];
        for (int64_t k = 0; k < w.count; k++)
            if (s->adjoint)
                real_add_term(&y[w.first + k], &rest[w.first + k], w.weight[k] * x[i]);
            else
                real_add_term(&y[i], &rest[i], w.weight[k] * x[w.first + k]);
    }
}

static void resample_planes(void *context, int64_t begin, int64_t end)
{
    const job *j = context;
    const resampling *s = j->s;
    const int64_t inner = s->inner, lines = s->adjoint ? s->m : s->n;
    for (int64_t plane = begin; plane < end; plane++) {
        const gd_real *x = j->x + plane * s->m * inner;
        gd_real *y = j->y + plane * s->n * inner, *rest = j->rest + plane * s->n * inner;
        if (inner == 1)
            resample_line(s, x, y, rest);
        for (int64_t i = 0; i < lines && inner > 1; i++) {
            const gi_window *w = &s->windows[i];
            for (int64_t k = 0; k < w->count; k++) {
                const int64_t to = s->adjoint ? w->first + k : i, from = s->adjoint ? i : w->first + k;
                add_weighted_line(inner, y + to * inner, rest + to * inner, x + from * inner, w->weight[k]);
            }
        }
        add_line_rests(s->n * inner, y, rest);
    }
}

static gd_tensor *run(gd_tensor *x, const resampling *s);

static void resample_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    resampling back = *(const resampling *)node->attributes;
    back.adjoint = !back.adjoint;
    back.m = ((const resampling *)node->attributes)->n;
    back.n = ((const resampling *)node->attributes)->m;
    dx[0] = run(dy, &back);
}

static const gd_op resample_op = {
    .name = "gd_resample", .rule = resample_rule, .reads = GD_NOTHING,
    .formula = "y is a weighted sum of x along an axis; dx = dy with the same weights, from there to here",
};

static bool resample_compute(gd_tensor *y, gd_tensor *const x[], const void *attributes)
{
    const resampling *s = attributes;
    const gd_tensor *rest = gi_new_like(y);
    if (!rest)
        return false;
    memset(y->data, 0, (size_t)y->numel * sizeof *y->data);
    memset(rest->data, 0, (size_t)y->numel * sizeof *y->data);
    const int64_t larger = s->m > s->n ? s->m : s->n;
    gi_parallel(s->outer, gi_part_for(larger * s->inner, GI_PART_ELEMENTS, 1), resample_planes,
                &(job){ s, x[0]->data, y->data, rest->data });
    return true;
}

static gd_tensor *run(gd_tensor *x, const resampling *s)
{
    gd_tensor *from = gd_contiguous(gd_detach(x));
    if (!from)
        return NULL;
    int64_t shape[GD_MAX_DIMS];
    memcpy(shape, x->shape, sizeof shape);
    shape[s->axis] = s->n;
    gd_tensor *y = gi_new("gd_resample", x->ndim, shape);
    if (!y || !gi_start_one("gd_resample", resample_compute, y, from, s, sizeof *s))
        return NULL;
    return gd_record(&resample_op, y, &x, 1, s, sizeof *s);
}

gd_tensor *gi_resample(gd_tensor *x, int axis, int64_t n, const gi_window *windows)
{
    resampling s = { .axis = axis, .m = x->shape[axis], .n = n, .outer = 1, .inner = 1, .windows = windows };
    for (int i = 0; i < x->ndim; i++)
        if (i != axis)
            *(i < axis ? &s.outer : &s.inner) *= x->shape[i];
    return run(x, &s);
}
