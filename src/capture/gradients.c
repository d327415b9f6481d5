/* gradients.c - gradients of leaves are written where they end.
 *
 *     rule of gd_affine ..  writes dw to scratch memory      rule of gd_affine ..  writes dw to w->grad_memory
 *     becomes ->grad        copies it to w->grad_memory      becomes ->grad        w->grad = w->grad_memory
 *
 * Eagerly this does not pay for small tensors. */
#include "autograd/computations.h"
#include "program.h"

/* Where computation i says that it writes what lies at data: up to three addresses. */
typedef struct writer {
    gd_real **place[1 + GI_MOST_LINES];
    int       count;
} writer;

static writer places_of(gi_instruction *i, const gd_real *data, const gd_arena *notes)
{
    writer w = { .count = 0 };
    if (i->compute == gi_fast_again) {
        gi_fast_call *call = (gi_fast_call *)(uintptr_t)i->attributes;     /* the version's own copy */
        for (int k = 0; k < GD_FAST_INPUTS; k++)
            if (call->to[k].data == data && !call->to[k].add && w.count < 1)
                w.place[w.count++] = &call->to[k].data;
    } else if (i->lines && i->y && i->y->data == data && i->y->owner == notes) {       /* others may add to y */
        w.place[w.count++] = &i->y->data;
    }
    for (int l = 0; l < i->lines && w.count; l++)
        if (i->line[l].y == data)
            w.place[w.count++] = &i->line[l].y;
    return w;
}

/* Does i write at this address in any way? */
static bool writes(const gi_instruction *i, const gd_real *data)
{
    if (i->compute == gi_fast_again) {
        const gi_fast_call *call = i->attributes;
        for (int k = 0; k < GD_FAST_INPUTS; k++)
            if (call->to[k].data == data)
                return true;
    }
    return i->y && i->y->base->data == data;
}

/* The computation before put that has written the value, if nobody else uses that or the memory of the gradient.  Both
 * are of one backward pass, in which gd_step and the like, whose operands are not listed, cannot be called. */
static gi_instruction *writer_of(const gi_version *v, gi_instruction *put, gd_tensor *to)
{
    const gd_tensor *value = put->x[0];
    for (gi_instruction *i = put + 1, *end = v->list + v->count; i < end; i++)
        if (gi_reads(i, value->data, value->numel))
            return NULL;
    for (int64_t at = put - v->list - 1; at >= 0; at--) {
        gi_instruction *i = &v->list[at];
        if (writes(i, value->data))
            return i;
        if (gi_reads(i, value->data, value->numel) || gi_reads(i, to->data, to->numel) || writes(i, to->data))
            return NULL;
    }
    return NULL;
}

void gi_gradients_in_place(gi_version *v)
{
    for (gi_instruction *put = v->list, *end = put + v->count; put < end; put++) {
        if (put->compute != gi_put_gradient || put->y->owner->captured || !put->x[0]->contiguous)
            continue;
        gd_tensor *to = put->y->grad_memory, *value = put->x[0];
        put->in_place = to->data == value->data;
        gi_instruction *by = value->owner == &v->notes && !put->in_place ? writer_of(v, put, to) : NULL;
        if (!by || gi_reads(by, value->data, value->numel) || gi_reads(by, to->data, to->numel))
            continue;
        const writer w = places_of(by, value->data, &v->notes);
        for (int k = 0; k < w.count; k++)
            *w.place[k] = to->data;
        if (w.count) {
            value->data = to->data;
            put->in_place = true;
        }
    }
}
