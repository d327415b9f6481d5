/* new.h - allocating tensors: headers, data, views. */
#ifndef GRADUS_NEW_H
#define GRADUS_NEW_H

#include "alive.h"
#include "base/compiler.h"
#include "base/memory.h"
#include "base/scopes.h"
#include "base/thread_state.h"
#include "fields.h"
#include "gradus/tensor.h"
#include "recycle.h"

/* gi_take_tensor - a contiguous tensor whose elements and shape are not set; NULL when memory is out. */
static inline gd_tensor *gi_take_tensor(gd_arena *arena, int64_t numel)
{
    if (GI_UNLIKELY(!gi_is_small(numel)))
        return gi_take_other(arena, numel);
    gd_tensor *t, *slot = NULL;
    gi_recycler *r = arena->recycler;
    if (r) {
        slot = r->temporaries;
        t = gi_take_small(arena);
        if (GI_UNLIKELY(!t))
            return NULL;
        r->temporaries = t;
    } else {
        t = gi_arena_take(arena, sizeof(gd_tensor) + (size_t)numel * sizeof(gd_real));
        if (GI_UNLIKELY(!t))
            return NULL;
    }
    t->data = (gd_real *)(void *)(t + 1);
    gi_init_fields(t, arena, numel, slot);
    if (r)
        gi_fence_data(t, (char *)(t + 1) + GI_SMALL_BYTES);
    return t;
}

/* gi_new_like - a contiguous tensor of x's shape in the current scope, elements not set. */
static inline gd_tensor *gi_new_like(const gd_tensor *x)
{
    gd_tensor *t = gi_take_tensor(gi_current_scope(), x->numel);
    if (GI_UNLIKELY(!t))
        return NULL;
    gi_set_row_major(t, x->ndim, x->shape);
    return t;
}

/* gi_new_in - a contiguous tensor in any arena; gi_new - in the current scope; elements not set.  NULL, and a message,
 * when the shape is not valid (see gi_valid_shape) or memory is out. */
gd_tensor *gi_new_in(gd_arena *arena, const char *function, int ndim, const int64_t *shape);
gd_tensor *gi_new(const char *function, int ndim, const int64_t *shape);

/* gi_new_header - the same in the current scope without data, which the caller sets. */
gd_tensor *gi_new_header(const char *function, int ndim, const int64_t *shape);

/* gi_same_each_run - t, a new tensor whose numbers follow from arguments alone: while a step is captured, each run
 * finds the same numbers there.  NULL when t is NULL, or memory is out. */
gd_tensor *gi_same_each_run(const char *function, gd_tensor *t);

/* gi_new_view - a view of x with ndim axes.  Its data, and the first sizes and strides, are those of x; the caller
 * changes them and then calls gi_finish_view. */
gd_tensor *gi_new_view(gd_tensor *x, int ndim);
gd_tensor *gi_finish_view(gd_tensor *view);

/* gi_overwritten - the data of t has changed: a graph that was recorded before must not read it any more. */
static inline void gi_overwritten(gd_tensor *t)
{
    t->base->version = ++gi_thread.clock;
}

#endif
