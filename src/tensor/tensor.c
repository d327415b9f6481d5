/* tensor.c - shapes: checked, printed, broadcast; and the tensors that have them.
 * Broadcasting is NumPy's, in this one place. */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "alive.h"
#include "base/compiler.h"
#include "base/message.h"
#include "base/thread_state.h"
#include "check.h"
#include "gradus/tensor.h"
#include "new.h"
#include "shape.h"


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

gi_text gi_text_of(const gd_tensor *t)
{
    enum { LONGEST = 80 };                  /* of a name; of a longer one the end says more, layer and tensor */
    gi_text text = gi_shape_text(t->ndim, t->shape);
    const gd_tensor *named = t->name ? t : t->base;
    if (!named || !named->name)
        return text;
    size_t used = strlen(text.s), length = strlen(named->name), cut = length > LONGEST ? length - LONGEST : 0;
    snprintf(text.s + used, sizeof text.s - used, " (%s\"%s%s\")", named == t ? "" : "a view of ", cut ? ".." : "",
             named->name + cut);
    return text;
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

/* ---- New tensors ------------------------------------------------------------------------------------------ */

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

/* gi_valid_shape, with the everyday case in one look: few axes, all sizes and products below 2^31. */
static inline int64_t count_elements(const char *function, int ndim, const int64_t *shape)
{
    uint64_t numel = 1, bits = 0;
    if (GI_UNLIKELY((unsigned)ndim > GD_MAX_DIMS))
        return gi_valid_shape(function, ndim, shape);
    for (int i = 0; i < ndim; i++) {
        bits |= (uint64_t)shape[i] | numel;         /* a negative size has its highest bit set */
        numel *= (uint64_t)shape[i];
    }
    return GI_LIKELY((bits | numel) >> 31 == 0) ? (int64_t)numel : gi_valid_shape(function, ndim, shape);
}

gd_tensor *gi_new_in(gd_arena *arena, const char *function, int ndim, const int64_t *shape)
{
    int64_t numel = count_elements(function, ndim, shape);
    gd_tensor *t = numel < 0 ? NULL : gi_take_tensor(arena, numel);
    if (t)
        gi_set_row_major(t, ndim, shape);
    return t;
}

gd_tensor *gi_new(const char *function, int ndim, const int64_t *shape)
{
    return gi_new_in(gi_current_scope(), function, ndim, shape);
}

gd_tensor *gi_new_header(const char *function, int ndim, const int64_t *shape)
{
    int64_t numel = gi_valid_shape(function, ndim, shape);
    gd_tensor *t = numel < 0 ? NULL : gi_take_tensor(gi_current_scope(), 0);
    if (!t)
        return NULL;
    gi_set_row_major(t, ndim, shape);
    t->numel = numel;
    t->data = NULL;
    return t;
}

gd_tensor *gi_finish_view(gd_tensor *view)
{
    int64_t step = 1;
    view->contiguous = true;
    for (int i = view->ndim - 1; i >= 0; i--) {
        if (view->shape[i] != 1 && view->stride[i] != step)
            view->contiguous = false;
        step *= view->shape[i];
    }
    view->numel = step;
    if (step == 0)
        view->contiguous = true;
    return view;
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

bool gi_broadcast_shape(const char *function, const gd_tensor *a, const gd_tensor *b, gd_shape *shape)
{
    int ndim = a->ndim > b->ndim ? a->ndim : b->ndim;
    shape->ndim = ndim;
    for (int i = 0; i < ndim; i++) {
        int ia = i - (ndim - a->ndim), ib = i - (ndim - b->ndim);
        int64_t na = ia < 0 ? 1 : a->shape[ia], nb = ib < 0 ? 1 : b->shape[ib];
        if (na != nb && na != 1 && nb != 1)
            return gd_fail("%s: a is %s and b is %s: sizes %" PRId64 " and %" PRId64 " do not broadcast",
                           function, gi_text_of(a).s, gi_text_of(b).s, na, nb);
        shape->size[i] = na == 1 ? nb : na;
    }
    return true;
}

void gi_broadcast_strides(const gd_tensor *t, int ndim, const int64_t *shape, int64_t *stride)
{
    for (int i = 0; i < ndim; i++) {
        int it = i - (ndim - t->ndim);
        stride[i] = it < 0 || (t->shape[it] == 1 && shape[i] != 1) ? 0 : t->stride[it];
    }
}

/* ---- Checks of arguments --------------------------------------------------------------------------------- */

bool gi_not_given(const char *function, const char *argument)
{
    if (!gd_last_error())
        gd_fail("%s: %s is NULL", function, argument);
    return false;
}
