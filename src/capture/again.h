/* again.h - what a program asks and moves before it runs a version again: are the inputs, and everything else, as the
 * version was captured for?  In a header, because the step of a small model takes no longer than some tens of calls. */
#ifndef GRADUS_CAPTURE_AGAIN_H
#define GRADUS_CAPTURE_AGAIN_H

#include <string.h>

#include "base/compiler.h"
#include "program.h"

/* gi_same_layout - have a and b the same shape, and the same strides? */
static inline bool gi_same_layout(const gd_tensor *a, const gd_tensor *b)
{
    if ((a->ndim != b->ndim) | (a->contiguous != b->contiguous))
        return false;
    for (int k = 0; k < a->ndim; k++)
        if (a->shape[k] != b->shape[k] || (!a->contiguous && a->stride[k] != b->stride[k]))
            return false;
    return true;
}

/* Compilers turn a memcmp of constant length into one comparison of two numbers. */
static inline bool gi_guard_holds(const gi_guard_on *g)
{
    switch (g->bytes) {
    case sizeof(bool): return memcmp(g->address, &g->value, sizeof(bool)) == 0;
    case sizeof(int):  return memcmp(g->address, &g->value, sizeof(int)) == 0;
    default:           return memcmp(g->address, &g->value, g->bytes) == 0;
    }
}

/* gi_guards_hold - is everything as it was? */
static inline bool gi_guards_hold(const gi_version *v)
{
    const gi_guard_on *g = v->guards, *words = g + v->guard_words, *end = g + v->guard_count;
    for (; g < words; g++)
        if (memcmp(g->address, &g->value, sizeof g->value) != 0)
            return false;
    for (; g < end; g++)
        if (!gi_guard_holds(g))
            return false;
    return true;
}

/* gi_inputs_move - v and the followers read these inputs; false when memory is out. */
static inline bool gi_inputs_move(gi_version *v, gd_tensor *const inputs[])
{
    for (int i = 0; i < v->n; i++) {
        const gd_tensor *x = inputs[i];
        gd_real *data = x->data;
        if (GI_UNLIKELY(x->base->owner->captured) && !(data = gi_input_data(v, i, x)))
            return false;
        if (data != v->in[i]->data)
            gi_input_moves(v, i, data);
    }
    return true;
}

#endif
