/* make.c - creating tensors with given contents.  Random ones are in random.c. */
#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "alive.h"
#include "base/start.h"
#include "check.h"
#include "gradus/tensor.h"
#include "nest.h"
#include "new.h"
#include "path.h"
#include "shape.h"

static bool fill(gd_tensor *t, gd_tensor *const x[], const void *attributes)
{
    (void)x;
    const double value = *(const double *)attributes;
    if (value == 0 && !signbit(value))
        memset(t->data, 0, (size_t)t->numel * sizeof *t->data);
    else
        for (int64_t i = 0; i < t->numel; i++)
            t->data[i] = (gd_real)value;
    return true;
}

static gd_tensor *filled(const char *function, int ndim, const int64_t *shape, double value)
{
    gd_tensor *t = gi_fits(function, "value", value) ? gi_new(function, ndim, shape) : NULL;
    if (!t || !gi_start(function, fill, t, NULL, 0, &value, sizeof value))
        return NULL;
    gi_created(t);
    return t;
}

gd_tensor *gd_zeros(gd_shape shape)              { return filled("gd_zeros", shape.ndim, shape.size, 0); }
gd_tensor *gd_ones(gd_shape shape)               { return filled("gd_ones", shape.ndim, shape.size, 1); }
gd_tensor *gd_full(gd_shape shape, double value) { return filled("gd_full", shape.ndim, shape.size, value); }
gd_tensor *gd_scalar(double value)               { return filled("gd_scalar", 0, NULL, value); }

gd_tensor *gd_zeros_like(const gd_tensor *t)
{
    return t && gi_alive("gd_zeros_like", "t", t) ? filled("gd_zeros_like", t->ndim, t->shape, 0) : NULL;
}

gd_tensor *gd_ones_like(const gd_tensor *t)
{
    return t && gi_alive("gd_ones_like", "t", t) ? filled("gd_ones_like", t->ndim, t->shape, 1) : NULL;
}

gd_tensor *gd_from(gd_shape shape, const gd_real *values)
{
    gd_tensor *t = gi_new("gd_from", shape.ndim, shape.size);
    if (!t)
        return NULL;
    if (!values && t->numel)
        return gd_fail("gd_from: values is NULL");
    if (t->numel)
        memcpy(t->data, values, (size_t)t->numel * sizeof *t->data);
    return gi_same_each_run("gd_from", t);
}

gd_tensor *gd_wrap(gd_shape shape, gd_real *data)
{
    gd_tensor *t = gi_new_header("gd_wrap", shape.ndim, shape.size);
    if (!t)
        return NULL;
    if (!data && t->numel)
        return gd_fail("gd_wrap: data is NULL");
    t->data = data;
    return t;
}

/* ---- Sequences ---------------------------------------------------------------------------------------------- */

static bool is_whole(double x)
{
    return floor(x) == x && fabs(x) < 0x1p53;
}

/* Sequences of integers count something and must be exact; those whose step gd_real cannot hold are rounded like other
 * numbers. */
static bool is_count(double start, double step)
{
    return is_whole(start) && is_whole(step) && gi_is_exact((int64_t)step);
}

/* All start + i step, i < n, are exact; else the message. */
static bool counts_exactly(const char *function, double start, double step, int64_t n)
{
    const int64_t first = (int64_t)start, by = (int64_t)step;
    if (fabs(start) + fabs(step) * (double)n <= (double)GI_WHOLE_MAX)
        return true;
    for (int64_t i = 0; i < n && fabs(start + step * (double)i) < 0x1p62; i++)
        if (!gi_is_exact(first + i * by))
            return gd_fail("%s: element %" PRId64 ", %" PRId64 ", is not exact in " GI_REAL_NAME ", which holds all "
                           "whole numbers up to %" PRId64 " only", function, i, first + i * by, GI_WHOLE_MAX);
    return true;
}

/* start + i step, computed from halves where i step overflows and the sum does not. */
static double step_by_step(double start, double step, int64_t i)
{
    const double way = (double)i * step;
    return isinf(way) ? 2 * (start / 2 + (double)i * (step / 2)) : start + way;
}

/* (stop - start) / step is 3 for 1, 1.3 and 0.1 as they are meant, but 3.0000000000000004 as they are rounded: what
 * differs from an integer by no more than the rounding of the three counts as that integer, so that stop itself is
 * never the last element. */
gd_tensor *gd_arange(double start, double stop, double step)
{
    double quotient = isinf(stop - start) ? stop / step - start / step      /* of finite numbers */
                                          : (stop - start) / step;
    double rounding = 2 * DBL_EPSILON * (fabs(start / step) + fabs(stop / step) + fabs(quotient));
    double length = ceil(quotient - fmin(rounding, 0.25));
    if (!(step != 0) || !(fabs(length) < 0x1p53) || !isfinite(start) || !isfinite(step))
        return gd_fail("gd_arange: from %g to %g in steps of %g has no countable length", start, stop, step);
    int64_t n = length > 0 ? (int64_t)length : 0;
    if (n && (!gi_fits("gd_arange", "start", start)
              || !gi_fits("gd_arange", "the last element", step_by_step(start, step, n - 1))))
        return NULL;
    gd_tensor *t = gi_new("gd_arange", 1, &n);
    if (!t || (is_count(start, step) && !counts_exactly("gd_arange", start, step, n)))
        return NULL;
    for (int64_t i = 0; i < n; i++)
        t->data[i] = (gd_real)step_by_step(start, step, i);
    return gi_same_each_run("gd_arange", t);
}

/* Each half is computed from its own end, so that both ends are exact. */
gd_tensor *gd_linspace(double start, double stop, int64_t n)
{
    if (!isfinite(start) || !isfinite(stop))
        return gd_fail("gd_linspace: start = %g and stop = %g must be finite", start, stop);
    if (!gi_fits("gd_linspace", "start", start) || !gi_fits("gd_linspace", "stop", stop))
        return NULL;
    gd_tensor *t = gi_new("gd_linspace", 1, &n);
    if (!t)
        return NULL;
    double step = n > 1 ? (stop - start) / (double)(n - 1) : 0;
    if (isinf(step))
        step = stop / (double)(n - 1) - start / (double)(n - 1);
    if (is_count(start, step) && start + step * (double)(n - 1) == stop
        && !counts_exactly("gd_linspace", start, step, n))
        return NULL;
    for (int64_t i = 0; i < n; i++)
        t->data[i] = (gd_real)(i < (n + 1) / 2 ? start + (double)i * step : stop - (double)(n - 1 - i) * step);
    return gi_same_each_run("gd_linspace", t);
}

static bool eye_compute(gd_tensor *t, gd_tensor *const x[], const void *attributes)
{
    (void)x, (void)attributes;
    const int64_t n = t->shape[0];
    memset(t->data, 0, (size_t)t->numel * sizeof *t->data);
    for (int64_t i = 0; i < n; i++)
        t->data[i * n + i] = 1;
    return true;
}

gd_tensor *gd_eye(int64_t n)
{
    gd_tensor *t = gi_new("gd_eye", 2, (int64_t[]){ n, n });
    return t && gi_start("gd_eye", eye_compute, t, NULL, 0, NULL, 0) ? t : NULL;
}

static const gd_op one_hot_op = { .name = "gd_one_hot", .reads = GD_NOTHING };

/* The labels have been checked. */
static bool one_hot_compute(gd_tensor *t, gd_tensor *const x[], const void *attributes)
{
    (void)attributes;
    const gd_tensor *labels = x[0];
    const int64_t classes = t->shape[t->ndim - 1];
    const gd_real *label = gi_contiguous_numbers(labels);
    if (!label)
        return false;
    memset(t->data, 0, (size_t)t->numel * sizeof *t->data);
    for (int64_t i = 0; i < labels->numel; i++)
        t->data[i * classes + (int64_t)label[i]] = 1;
    return true;
}

gd_tensor *gd_one_hot(gd_tensor *labels, int64_t classes)
{
    if (!labels || !gi_alive("gd_one_hot", "labels", labels))
        return NULL;
    if (labels->ndim == GD_MAX_DIMS)
        return gd_fail("gd_one_hot: labels is %s: the result would have more than %d axes", gi_text_of(labels).s,
                       GD_MAX_DIMS);
    if (!gi_check_labels("gd_one_hot", "labels", labels, classes))
        return NULL;
    gd_shape shape = gd_shape_of_tensor(labels);
    shape.size[shape.ndim++] = classes;
    gd_tensor *t = gi_new("gd_one_hot", shape.ndim, shape.size);
    if (!t || !gi_start_one("gd_one_hot", one_hot_compute, t, labels, NULL, 0))
        return NULL;
    gi_path_ends(t, labels, &one_hot_op);
    return t;
}
