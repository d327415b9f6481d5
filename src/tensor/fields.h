/* fields.h - the fields of a tensor that is being made. */
#ifndef GRADUS_FIELDS_H
#define GRADUS_FIELDS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/memory.h"
#include "debug/quarantine.h"
#include "gradus/tensor.h"

/* gi_init_fields - sets every field of a new tensor except data, ndim, shape and stride.  The zeros are adjacent, so
 * that a few vector stores write them. */
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

#endif
