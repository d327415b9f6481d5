/* new.c - new tensors: contiguous ones, and views of others. */
#include <stdbool.h>
#include <string.h>

#include "new.h"
#include "alive.h"
#include "base/compiler.h"
#include "base/memory.h"
#include "base/scopes.h"
#include "base/start.h"
#include "debug/quarantine.h"
#include "gradus/tensor.h"
#include "shape.h"

/* gi_valid_shape, with a short way for the usual case: few axes, all sizes and products below 2^31. */
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

static bool numbers_again(gd_tensor *t, gd_tensor *const x[], const void *attributes)
{
    (void)x;
    const gd_real *const *numbers = attributes;
    memcpy(t->data, *numbers, (size_t)t->numel * sizeof *t->data);
    return true;
}

gd_tensor *gi_same_each_run(const char *function, gd_tensor *t)
{
    if (!t || !gi_capturing() || t->numel == 0)
        return t;
    gd_real *numbers = gi_arena_take(gi_current_scope(), (size_t)t->numel * sizeof *numbers);
    if (!numbers)
        return NULL;
    memcpy(numbers, t->data, (size_t)t->numel * sizeof *numbers);
    return gi_start(function, numbers_again, t, NULL, 0, &numbers, sizeof numbers) ? t : NULL;
}

/* ---- Views ------------------------------------------------------------------------------------------------ */

gd_tensor *gi_new_view(gd_tensor *x, int ndim)
{
    gd_arena *arena = gi_current_scope();
    gd_tensor *t = arena->recycler ? gi_take_small(arena) : gi_arena_take(arena, sizeof *t);
    if (!t)
        return NULL;
    gi_init_tensor(t, arena, x->numel);
    if (arena->recycler)
        gi_fence(t + 1, (char *)(t + 1) + GI_SMALL_BYTES);
    t->base = x->base;
    t->data = x->data;
    t->ndim = ndim;
    memcpy(t->shape, x->shape, sizeof t->shape[0] * (size_t)x->ndim);
    memcpy(t->stride, x->stride, sizeof t->stride[0] * (size_t)x->ndim);
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
