/* shape.c - shapes: in messages, checks, broadcasting (the rule of NumPy). */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "shape.h"
#include "alive.h"
#include "base/compiler.h"
#include "base/message.h"
#include "gradus/tensor.h"

/* ---- Shapes in messages ------------------------------------------------------------------------------- */

gi_text gi_shape_text(int ndim, const int64_t *shape)
{
    gi_text text = { "[" };
    size_t used = 1;
    for (int i = 0; i < ndim && i < GD_MAX_DIMS && used < sizeof text.s - 24; i++)
        used += (size_t)snprintf(text.s + used, sizeof text.s - used, "%s%" PRId64, i ? ", " : "", shape[i]);
    snprintf(text.s + used, sizeof text.s - used, "]");
    return text;
}

gi_text gi_text_as(const gd_tensor *t, int ndim, const int64_t *shape)
{
    enum { LONGEST = 80 };                  /* of a longer name the end is shown, which says more: layer and tensor */
    gi_text text = gi_shape_text(ndim, shape);
    if (!t)
        return text;
    const gd_tensor *named = t->name ? t : t->base;
    if (!named || !named->name)
        return text;
    size_t used = strlen(text.s), length = strlen(named->name), cut = length > LONGEST ? length - LONGEST : 0;
    snprintf(text.s + used, sizeof text.s - used, " (%s\"%s%s\")", named == t ? "" : "a view of ", cut ? ".." : "",
             named->name + cut);
    return text;
}

gi_text gi_text_of(const gd_tensor *t)
{
    return gi_text_as(t, t->ndim, t->shape);
}

gd_shape gd_shape_of_tensor(const gd_tensor *t)
{
    gd_shape shape = { 0, { 0 } };
    if (!t || !gi_alive("gd_shape_of_tensor", "t", t))
        return shape;
    shape.ndim = t->ndim;
    memcpy(shape.size, t->shape, sizeof shape.size[0] * (size_t)t->ndim);
    return shape;
}

/* ---- Valid shapes ------------------------------------------------------------------------------------------ */

/* The product of the sizes in numel; false when it, or its bytes, cannot be counted. */
static bool product(int ndim, const int64_t *shape, int64_t *numel)
{
    const int64_t most = INT64_MAX / (int64_t)sizeof(gd_real);
    int64_t n = 1;
    bool empty = false;
    for (int i = 0; i < ndim; i++) {
        if (shape[i] == 0)
            empty = true;
        else if (((uint64_t)n | (uint64_t)shape[i]) >> 30 && n > most / shape[i])
            return false;
        else
            n *= shape[i];
    }
    *numel = empty ? 0 : n;
    return true;
}

static GI_COLD void bad_shape(const char *function, int ndim, const int64_t *shape)
{
    if (ndim < 0 || ndim > GD_MAX_DIMS) {
        gd_fail("%s: a shape with %d axes; at most %d are possible", function, ndim, GD_MAX_DIMS);
        return;
    }
    gi_text text = gi_shape_text(ndim, shape);
    for (int i = 0; i < ndim; i++)
        if (shape[i] < 0) {
            gd_fail("%s: shape %s has the negative size %" PRId64, function, text.s, shape[i]);
            return;
        }
    gd_fail("%s: shape %s has more elements than memory can hold", function, text.s);
}

int64_t gi_valid_shape(const char *function, int ndim, const int64_t *shape)
{
    int64_t numel;
    bool valid = ndim >= 0 && ndim <= GD_MAX_DIMS;
    for (int i = 0; valid && i < ndim; i++)
        valid = shape[i] >= 0;
    if (valid && product(ndim, shape, &numel))
        return numel;
    bad_shape(function, ndim, shape);
    return -1;
}

/* ---- Axes and broadcasting ---------------------------------------------------------------------------------- */

int gi_valid_axis(const char *function, int axis, int ndim)
{
    int from_start = axis < 0 ? axis + ndim : axis;
    if (from_start >= 0 && from_start < ndim)
        return from_start;
    if (ndim == 0)
        gd_fail("%s: axis %d of a scalar, which has no axes", function, axis);
    else
        gd_fail("%s: axis %d must lie in [%d, %d)", function, axis, -ndim, ndim);
    return -1;
}

/* The size of axis i of `all` axes, when shapes are aligned at their last ones; 1 where there is none. */
static inline int64_t size_at(int ndim, const int64_t *size, int i, int all)
{
    const int own = i - (all - ndim);
    return own < 0 ? 1 : size[own];
}

static inline bool broadcast(int a_ndim, const int64_t *a, int b_ndim, const int64_t *b, gd_shape *shape)
{
    const int all = a_ndim > b_ndim ? a_ndim : b_ndim;
    shape->ndim = all;
    for (int i = 0; i < all; i++) {
        const int64_t na = size_at(a_ndim, a, i, all), nb = size_at(b_ndim, b, i, all);
        if (na != nb && na != 1 && nb != 1)
            return false;
        shape->size[i] = na == 1 ? nb : na;
    }
    return true;
}

static GI_COLD bool cannot_broadcast(const char *function, gi_sizes a, gi_sizes b)
{
    const int all = a.ndim > b.ndim ? a.ndim : b.ndim;
    int64_t na = 1, nb = 1;
    for (int i = 0; i < all && (na == nb || na == 1 || nb == 1); i++) {
        na = size_at(a.ndim, a.size, i, all);
        nb = size_at(b.ndim, b.size, i, all);
    }
    return gd_fail("%s: a is %s and b is %s: sizes %" PRId64 " and %" PRId64 " do not broadcast", function,
                   gi_text_as(a.of, a.ndim, a.size).s, gi_text_as(b.of, b.ndim, b.size).s, na, nb);
}

bool gi_broadcast_sizes(const char *function, gi_sizes a, gi_sizes b, gd_shape *shape)
{
    return broadcast(a.ndim, a.size, b.ndim, b.size, shape) || cannot_broadcast(function, a, b);
}

bool gi_broadcast_shape(const char *function, const gd_tensor *a, const gd_tensor *b, gd_shape *shape)
{
    return broadcast(a->ndim, a->shape, b->ndim, b->shape, shape)
           || cannot_broadcast(function, gi_sizes_of(a), gi_sizes_of(b));
}

void gi_broadcast_strides_of(int axes, const int64_t *size, const int64_t *step, int ndim, const int64_t *shape,
                             int64_t *stride)
{
    for (int i = 0; i < ndim; i++) {
        const int own = i - (ndim - axes);
        stride[i] = own < 0 || (size[own] == 1 && shape[i] != 1) ? 0 : step[own];
    }
}
