/* batches.c - parameters updated together: their elements are shared out among threads, across the borders between
 * parameters. */
#include <stddef.h>

#include "base/threads.h"
#include "batches.h"
#include "each.h"
#include "gradus/tensor.h"
#include "step.h"

/* o->inside->pending[from] .. [to - 1].  They share their groups' scalars. */
typedef struct batch {
    gd_optimizer *o;
    int           from, to;
    int64_t       elements;                 /* of these parameters together */
} batch;

/* The elements from begin to end of one parameter. */
static void update_piece(const gd_algorithm *a, const struct gi_slot *slot, int64_t begin, int64_t end)
{
    gd_update u = slot->update;
    gd_real *state[GD_MAX_STATES];
    for (int k = 0; k < GD_MAX_STATES; k++)
        state[k] = u.state[k] ? u.state[k] + begin : NULL;
    u.state = state;
    u.w += begin;
    u.g += begin;
    u.n = end - begin;
    a->update(&u);
}

/* Prefetches the first lines of a parameter's arrays: the hardware prefetcher only follows an array that it is in. */
static void prefetch(const gd_update *u)
{
    for (int64_t i = 0; i < GI_PREFETCH_BYTES / (int64_t)sizeof(gd_real) && i < u->n; i += GI_BLOCK) {
        GI_PREFETCH(u->w + i);
        GI_PREFETCH(u->g + i);
        for (int k = 0; k < GD_MAX_STATES && u->state[k]; k++)
            GI_PREFETCH(u->state[k] + i);
    }
}

/* The last parameter of the batch whose first element is not after the given one, by bisection. */
static int pending_at(const batch *b, int64_t element)
{
    int from = b->from, to = b->to;
    while (to - from > 1) {
        int middle = from + (to - from) / 2;
        if (b->o->inside->pending[middle].first <= element)
            from = middle;
        else
            to = middle;
    }
    return from;
}

/* The body of gi_parallel: updates elements begin .. end - 1 of a batch, numbered through all of its parameters. */
static void update_elements(void *context, int64_t begin, int64_t end)
{
    const batch *b = context;
    const gd_algorithm *a = b->o->algorithm;
    const struct gi_pending *item = b->o->inside->pending + (begin ? pending_at(b, begin) : b->from);
    for (; begin < end; item++) {
        const gd_update *u = &item->slot->update;
        int64_t from = begin - item->first, to = from + (end - begin);
        if (to > u->n) {                    /* more parameters follow */
            to = u->n;
            prefetch(&item[1].slot->update);
        }
        if (from == 0 && to == u->n)
            a->update(u);
        else
            update_piece(a, item->slot, from, to);
        begin += to - from;
    }
}

static void update_batch(batch *b)
{
    gi_parallel(b->elements, GI_PART_ELEMENTS, update_elements, b);
    b->from = b->to;
    b->elements = 0;
}

/* Before scalars and the memory for a packed gradient are written again, the parameters that use them are updated. */
void gi_update_in_batches(gd_optimizer *o)
{
    batch b = { .o = o };
    for (; b.to < o->inside->pending_count; b.to++) {
        struct gi_pending *item = &o->inside->pending[b.to];
        gi_begin_update(o, item->slot);
        if (gi_must_prepare(item->slot)) {
            update_batch(&b);
            gi_prepare(o, item->slot);
        }
        if (o->algorithm->advance)
            o->algorithm->advance(&item->slot->update);
        item->first = b.elements;
        b.elements += item->slot->update.n;
    }
    update_batch(&b);
}
