/* axes.c - sets of axes, and running along them. */
#include <string.h>

#include "axes.h"
#include "base/start.h"
#include "expand.h"
#include "gradus/tensor.h"
#include "tensor/alive.h"
#include "tensor/nest.h"
#include "tensor/new.h"
#include "tensor/shape.h"

bool gi_axes_of(const char *function, const gd_tensor *x, gd_shape list, bool keep, gi_axes *axes)
{
    *axes = (gi_axes){ 0, keep };
    if (!gi_alive(function, "x", x))
        return false;
    if (list.ndim < 0 || list.ndim > GD_MAX_DIMS)
        return gd_fail("%s: %d axes are listed; at most %d are possible", function, list.ndim, GD_MAX_DIMS);
    for (int i = 0; i < list.ndim; i++) {
        int64_t listed = list.size[i];
        bool far_off = listed < -GD_MAX_DIMS || listed > GD_MAX_DIMS;
        int axis = gi_valid_axis(function, far_off ? GD_MAX_DIMS : (int)listed, x->ndim);
        if (axis < 0)
            return false;
        if (axes->mask >> axis & 1)
            return gd_fail("%s: axis %d is listed twice in %s", function, axis,
                           gi_shape_text(list.ndim, list.size).s);
        axes->mask |= 1u << axis;
    }
    if (list.ndim == 0)
        axes->mask = gi_axes_all(x).mask;
    return true;
}

bool gi_axes_one(const char *function, const gd_tensor *x, int axis, bool keep, gi_axes *axes)
{
    int at = gi_alive(function, "x", x) ? gi_valid_axis(function, axis, x->ndim) : -1;
    *axes = (gi_axes){ at < 0 ? 0 : 1u << at, keep };
    return at >= 0;
}

int64_t gi_reduced_count(const gd_tensor *x, gi_axes axes)
{
    int64_t n = 1;
    for (int i = 0; i < x->ndim; i++)
        if (axes.mask >> i & 1)
            n *= x->shape[i];
    return n;
}

gd_tensor *gi_new_reduced(const char *function, const gd_tensor *x, gi_axes axes)
{
    int ndim = 0;
    int64_t shape[GD_MAX_DIMS];
    for (int i = 0; i < x->ndim; i++) {
        bool reduced = axes.mask >> i & 1;
        if (!reduced || axes.keep)
            shape[ndim++] = reduced ? 1 : x->shape[i];
    }
    return gi_new(function, ndim, shape);
}

gd_tensor *gi_with_axes(gd_tensor *dy, const gd_tensor *x, gi_axes axes)
{
    if (!dy || axes.keep)
        return dy;
    gd_shape shape = gd_shape_of_tensor(x);
    for (int i = 0; i < x->ndim; i++)
        if (axes.mask >> i & 1)
            shape.size[i] = 1;
    return gd_reshape(dy, shape);
}

gd_tensor *gi_spread(gd_tensor *dy, const gd_tensor *x, gi_axes axes)
{
    if (dy && dy->ndim == 0)
        return gi_expand_scalar(dy, x);
    return gd_expand(gi_with_axes(dy, x, axes), gd_shape_of_tensor(x));
}

/* ---- Lines ----------------------------------------------------------------------------------------------- */

typedef struct lines_call {
    gi_reduced_line *line;                  /* or, if that is NULL, */
    gi_many_lines   *lines;
    int64_t          n, step;
} lines_call;

static void lines_inner(int64_t n, gd_real *const p[], const int64_t step[], const void *context)
{
    const lines_call *call = context;
    if (!call->line) {
        call->lines(n, call->n, p[1], call->step, step[1], p[0], step[0]);
        return;
    }
    for (int64_t i = 0; i < n; i++)
        call->line(call->n, p[1] + i * step[1], call->step, p[0] + i * step[0]);
}

/* The kept axes of x with the strides of x and of y. */
static int kept_axes(const gd_tensor *y, const gd_tensor *x, gi_axes axes, int64_t *shape, int64_t *ys,
                     int64_t *xs)
{
    int kept = 0, of_y = 0;
    for (int i = 0; i < x->ndim; i++) {
        bool reduced = axes.mask >> i & 1;
        if (!reduced) {
            shape[kept] = x->shape[i];
            xs[kept] = x->stride[i];
            ys[kept++] = y->stride[of_y];
        }
        of_y += !reduced || axes.keep;
    }
    return kept;
}

bool gi_one_line(const gd_tensor *x, gi_axes axes, int64_t *n, int64_t *step)
{
    *n = 1;
    *step = 1;
    for (int i = x->ndim - 1; i >= 0; i--) {
        if (!(axes.mask >> i & 1) || x->shape[i] == 1)
            continue;
        if (*n == 1)
            *step = x->stride[i];
        else if (x->stride[i] != *step * *n)
            return false;
        *n *= x->shape[i];
    }
    return true;
}

/* A copy of x with the reduced axes last. */
static gd_tensor *reduced_last(const gd_tensor *x, gi_axes axes)
{
    gd_tensor view = *x;
    int to = 0;
    for (int last = 0; last < 2; last++)
        for (int i = 0; i < x->ndim; i++)
            if ((int)(axes.mask >> i & 1) == last) {
                view.shape[to] = x->shape[i];
                view.stride[to++] = x->stride[i];
            }
    view.contiguous = false;
    gd_tensor *copy = gi_new_like(&view);
    if (copy)
        gi_copy(copy->data, &view);
    return copy;
}

static bool reduce(gd_tensor *y, gd_tensor *x, gi_axes axes, lines_call call)
{
    int64_t shape[GD_MAX_DIMS], y_stride[GD_MAX_DIMS], x_stride[GD_MAX_DIMS];
    int kept = kept_axes(y, x, axes, shape, y_stride, x_stride);
    const gd_tensor *source = x;
    if (!gi_one_line(x, axes, &call.n, &call.step)) {
        if (!(source = reduced_last(x, axes)))
            return false;
        memcpy(x_stride, source->stride, sizeof x_stride);
        call.n = gi_reduced_count(x, axes);
        call.step = 1;
    }
    gi_nest nest;
    const int64_t *const strides[] = { y_stride, x_stride };
    gi_nest_init(&nest, kept, shape, 2, strides);
    gd_real *const start[] = { y->data, source->data };
    gi_nest_run(&nest, 2, start, lines_inner, &call);
    return true;
}

bool gi_reduce_lines(gd_tensor *y, gd_tensor *x, gi_axes axes, gi_reduced_line *line)
{
    return reduce(y, x, axes, (lines_call){ .line = line });
}

bool gi_reduce_many_lines(gd_tensor *y, gd_tensor *x, gi_axes axes, gi_many_lines *lines)
{
    return reduce(y, x, axes, (lines_call){ .lines = lines });
}

typedef struct lines_attributes {
    gi_axes  axes;
    gi_reduced_line *line;
} lines_attributes;

static bool lines_compute(gd_tensor *y, gd_tensor *const x[], const void *attributes)
{
    const lines_attributes *a = attributes;
    return gi_reduce_lines(y, x[0], a->axes, a->line);
}

bool gi_start_lines(const char *function, gd_tensor *y, gd_tensor *x, gi_axes axes, gi_reduced_line *line)
{
    const lines_attributes a = { axes, line };
    return gi_start_one(function, lines_compute, y, x, &a, sizeof a);
}
