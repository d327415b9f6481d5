/* new.h - allocating tensors: headers, data, views. */
#ifndef GRADUS_NEW_H
#define GRADUS_NEW_H

#include <string.h>
#include "alive.h"
#include "base/compiler.h"
#include "base/memory.h"
#include "base/poison.h"
#include "base/quarantine.h"
#include "base/scopes.h"
#include "base/thread_state.h"
#include "gradus/tensor.h"

enum { GI_SMALL_BYTES = 64 };               /* data of at most this size follows the header: a small tensor */

/* The scratch memory of a backward pass, an arena, hands out again what nobody holds any more: see recycle.c. */
typedef struct gi_recycler {
    gd_tensor *temporaries;                 /* made by the running rule, linked by slot */
    gd_tensor *small;                       /* free small tensors, linked by slot */
    gd_tensor **others;                     /* free others, by size class; NULL before the first */
} gi_recycler;

static inline bool gi_is_small(int64_t numel)
{
    return (uint64_t)numel <= GI_SMALL_BYTES / sizeof(gd_real);
}

/* gi_take_other - gi_take_tensor for tensors that are not small; in recycle.c. */
gd_tensor *gi_take_other(gd_arena *arena, int64_t numel);

/* gi_init_fields - sets every field of a new tensor except data, ndim, shape and stride.  The zeros are adjacent, so
 * that a few vector stores write them.  gi_init_tensor - the same, and adds a tensor in the scratch memory of a
 * backward pass to the list of temporaries. */
static inline void gi_init_fields(gd_tensor *t, gd_arena *arena, int64_t numel, gd_tensor *slot)
{
    t->requires_grad = false;
    t->contiguous = true;
    t->retain_grad = false;
    t->marks = 0;
    t->grad = NULL;
    t->node = NULL;
    t->slot = slot;
    t->grad_memory = NULL;
    t->name = NULL;
    t->version = 0;
    t->uses = 0;
    t->numel = numel;
    t->base = t;
    t->owner = arena;
    gi_born(t);
}

static inline void gi_init_tensor(gd_tensor *t, gd_arena *arena, int64_t numel)
{
    gi_recycler *r = arena->recycler;
    gi_init_fields(t, arena, numel, r ? r->temporaries : NULL);
    if (r)
        r->temporaries = t;
}

/* gi_set_row_major - sets ndim, shape and the strides of a contiguous tensor. */
static inline void gi_set_row_major(gd_tensor *t, int ndim, const int64_t *size)
{
    t->ndim = ndim;
    int64_t step = 1;
    if (GI_UNLIKELY(ndim > 2)) {
        for (int i = ndim - 1; i > 1; i--) {
            t->shape[i] = size[i];
            t->stride[i] = step;
            step *= size[i];
        }
    }
    if (ndim > 1) {
        t->shape[1] = size[1];
        t->stride[1] = step;
        step *= size[1];
    }
    if (ndim > 0) {
        t->shape[0] = size[0];
        t->stride[0] = step;
    }
}

/* gi_take_small - memory for a small tensor from the scratch memory of a backward pass. */
static inline gd_tensor *gi_take_small(gd_arena *arena)
{
    gd_tensor *t = arena->recycler->small;
    if (GI_UNLIKELY(!t))
        return gi_arena_take(arena, sizeof(gd_tensor) + GI_SMALL_BYTES);
    arena->recycler->small = t->slot;
    gi_unpoison(t, sizeof(gd_tensor) + GI_SMALL_BYTES);
    return t;
}

/* gi_take_held - a small tensor of scratch memory that is not listed with the temporaries; shape not set. */
static inline gd_tensor *gi_take_held(gd_arena *arena, int64_t numel)
{
    gd_tensor *t = gi_take_small(arena);
    if (GI_UNLIKELY(!t))
        return NULL;
    t->data = (gd_real *)(void *)(t + 1);
    gi_init_fields(t, arena, numel, NULL);
    gi_fence_data(t, (char *)(t + 1) + GI_SMALL_BYTES);
    return t;
}

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
