/* inplace.c - changing tensors in place: gd_assign, gd_fill, gd_add_to, gd_clamp_to.  Each change sets a new version of
 * the data, so that backward detects that a value it needs has been overwritten. */
#include <string.h>

#include "autograd/record.h"
#include "base/compiler.h"
#include "base/start.h"
#include "gradus/tensor.h"
#include "tensor/alive.h"
#include "tensor/check.h"
#include "tensor/nest.h"
#include "tensor/new.h"
#include "tensor/shape.h"

static bool changeable(const char *function, const gd_tensor *x, const gd_tensor *value)
{
    if (!gi_given_tensor(function, "x", x) || !gi_alive(function, "x", x))
        return false;
    if (!gi_alive(function, "value", value))
        return false;
    if (x->node)
        return gd_fail("%s: x is the recorded result of %s; only leaves can be changed", function,
                       x->node->op->name);
    for (int i = 0; i < x->ndim; i++)
        if (x->numel && x->shape[i] > 1 && x->stride[i] == 0)
            return gd_fail("%s: x is an expanded view: several of its elements are one number in memory",
                           function);
    if (gi_recording() && x->requires_grad)
        return gd_fail("%s: x, %s, requires a gradient; change it under GD_NO_GRAD", function, gi_text_of(x).s);
    if (gi_recording() && value && value->requires_grad)
        return gd_fail("%s: value, %s, requires a gradient, which the change would lose; use GD_NO_GRAD or gd_detach",
                       function, gi_text_of(value).s);
    return true;
}

typedef struct change {
    gi_inner_loop *inner;
    gd_real        number;                  /* where there is no value */
    gd_real        alpha, low, high;
} change;

static bool stretches_to(const gd_tensor *value, const gd_tensor *x)
{
    int extra = x->ndim - value->ndim;
    bool fits = extra >= 0;
    for (int i = 0; i < value->ndim && fits; i++)
        fits = value->shape[i] == 1 || value->shape[i] == x->shape[i + extra];
    return fits;
}

/* Runs inner over x and value, or a number, broadcast to x. */
static bool change_compute(gd_tensor *x, gd_tensor *const values[], const void *attributes)
{
    const change *how = attributes;
    gd_real number = how->number;
    const gd_tensor scalar = { .data = &number, .numel = 1 }, *value = values[0] ? values[0] : &scalar;
    int64_t value_stride[GD_MAX_DIMS];
    gi_broadcast_strides(value, x->ndim, x->shape, value_stride);
    gi_nest nest;
    const int64_t *const strides[] = { x->stride, value_stride };
    gi_nest_init(&nest, x->ndim, x->shape, 2, strides);
    gd_real *const start[] = { x->data, value->data };
    gi_nest_run(&nest, 2, start, how->inner, how);
    gi_overwritten(x);
    return true;
}

static bool run(const char *function, gd_tensor *x, gd_tensor *value, const change *how)
{
    if (value && !stretches_to(value, x))
        return gd_fail("%s: value is %s and does not broadcast to x, which is %s", function, gi_text_of(value).s,
                       gi_text_of(x).s);
    return gi_start_one(function, change_compute, x, value, how, sizeof *how);
}

/* value itself, or a copy if it overlaps x, so that writing x could change elements that are yet to be read. */
static gd_tensor *apart(gd_tensor *x, gd_tensor *value)
{
    if (value->base != x->base)
        return value;
    bool same_layout = value->data == x->data && gi_same_shape(x, value);
    for (int i = 0; i < x->ndim && same_layout; i++)
        same_layout = x->stride[i] == value->stride[i];
    if (same_layout)
        return value;
    gd_tensor *copy = gi_new_like(value);
    return copy && gi_start_one("a copy", gi_copy_compute, copy, value, NULL, 0) ? copy : NULL;
}

static bool change_with(const char *function, gd_tensor *x, gd_tensor *value, gi_inner_loop *inner, double alpha)
{
    if (!changeable(function, x, value) || !gi_given_tensor(function, "value", value))
        return false;
    gd_tensor *source = apart(x, value);
    const change how = { .inner = inner, .alpha = (gd_real)alpha };
    return source && run(function, x, source, &how);
}

/* ---- x = value ------------------------------------------------------------------------------------------- */

static void assign_inner(int64_t n, gd_real *const p[], const int64_t step[], const void *context)
{
    (void)context;
    if (step[0] == 1 && step[1] == 1)
        memmove(p[0], p[1], (size_t)n * sizeof *p[0]);
    else
        for (int64_t i = 0; i < n; i++)
            p[0][i * step[0]] = p[1][i * step[1]];
}

bool gd_assign(gd_tensor *x, gd_tensor *value)
{
    return change_with("gd_assign", x, value, assign_inner, 0);
}

/* ---- x = x + alpha value --------------------------------------------------------------------------------- */

/* x and value are the same memory or do not overlap. */
GI_KERNEL static void add_in_place(int64_t n, gd_real *x, const gd_real *value, gd_real alpha)
{
    for (int64_t i = 0; i < n; i++)
        x[i] += alpha * value[i];
}

static void add_inner(int64_t n, gd_real *const p[], const int64_t step[], const void *context)
{
    gd_real alpha = ((const change *)context)->alpha;
    if (step[0] == 1 && step[1] == 1)
        add_in_place(n, p[0], p[1], alpha);
    else
        for (int64_t i = 0; i < n; i++)
            p[0][i * step[0]] += alpha * p[1][i * step[1]];
}

bool gd_add_to(gd_tensor *x, gd_tensor *value, double alpha)
{
    return change_with("gd_add_to", x, value, add_inner, alpha);
}

/* ---- x = number, x = min(max(x, low), high) -------------------------------------------------------------- */

bool gd_fill(gd_tensor *x, double value)
{
    if (!changeable("gd_fill", x, NULL) || !gi_fits("gd_fill", "value", value))
        return false;
    return run("gd_fill", x, NULL, &(change){ .inner = assign_inner, .number = (gd_real)value });
}

GI_KERNEL static void clamp_in_place(int64_t n, gd_real *x, int64_t step, gd_real low, gd_real high)
{
    if (step == 1)
        for (int64_t i = 0; i < n; i++)
            x[i] = x[i] < low ? low : x[i] > high ? high : x[i];
    else
        for (int64_t i = 0; i < n; i++)
            x[i * step] = x[i * step] < low ? low : x[i * step] > high ? high : x[i * step];
}

static void clamp_inner(int64_t n, gd_real *const p[], const int64_t step[], const void *context)
{
    const change *how = context;
    clamp_in_place(n, p[0], step[0], how->low, how->high);
}

bool gd_clamp_to(gd_tensor *x, double low, double high)
{
    if (!(low <= high))
        return gd_fail("gd_clamp_to: low = %g must not be above high = %g", low, high);
    if (!changeable("gd_clamp_to", x, NULL))
        return false;
    const change how = { .inner = clamp_inner, .low = (gd_real)low, .high = (gd_real)high };
    return run("gd_clamp_to", x, x, &how);
}
