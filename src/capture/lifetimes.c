/* lifetimes.c - large results that are not needed at the same time share their memory.
 *
 * A result is needed from the step that writes it to the last one that reads it.
 *
 *     step   a    b    c    d                       memory before: a, b, c, d; after: two places
 *      1     w                                      a and c in one: a is needed in steps 1 and 2, c in 3 and 4
 *      2     r    w                                 b and d in the other
 *      3          r    w
 *      4               r    w
 *
 * What is run together is one step.  Results stay where they are if they are read before they are written, as what is
 * carried over from run to run, and if the step returns them.
 *
 * Finding the places is a coloring of intervals with sizes: the largest first, each to the smallest place that is free
 * in its steps. */
#include <string.h>

#include "autograd/computations.h"
#include "autograd/node.h"
#include "debug/quarantine.h"
#include "program.h"
#include "tensor/recycle.h"

/* The data of a tensor that has a chunk of its own. */
typedef struct result {
    gd_tensor *y;
    gd_real   *data;                        /* where it was written down */
    int64_t    numel, first, last;          /* the steps in which it is needed; first is -1 before it is found */
    bool       stays, settled;              /* in its own memory; in the place that has been found */
    struct result *place;                   /* whose memory it has: its own, or another's */
} result;

typedef struct results {
    result *list;
    int64_t count;
} results;

/* ---- What is needed when ----------------------------------------------------------------------------------------- */

static bool lies_apart(const gi_version *v, const gd_tensor *y)
{
    return y && y->base == y && y->owner != &v->notes && gi_lies_apart(y->owner, y->numel) && !gi_is_small(y->numel);
}

static bool is_listed(const results *all, const gd_tensor *y)
{
    for (int64_t k = 0; k < all->count; k++)
        if (all->list[k].data == y->data)
            return true;
    return false;
}

static bool list_results(const gi_version *v, results *all)
{
    *all = (results){ gi_memory_new(GI_SCOPES, (size_t)(v->count + 1) * sizeof *all->list), 0 };
    for (int64_t i = 0; i < v->count && all->list; i++) {
        gd_tensor *y = v->list[i].y;
        if (lies_apart(v, y) && !is_listed(all, y)) {
            result *r = &all->list[all->count++];
            *r = (result){ .y = y, .data = y->data, .numel = y->numel, .first = -1, .place = r };
        }
    }
    return all->list != NULL;
}

static bool has(const result *r, const gd_real *data)
{
    return gi_overlap(r->data, r->numel, data, 1);
}

static bool writes(const gi_instruction *i, const result *r)
{
    for (int l = 0; l < i->lines; l++)
        if (gi_overlap(r->data, r->numel, i->line[l].y, i->line[l].n))
            return true;
    if (i->compute == gi_fast_again) {
        const gi_fast_call *call = i->attributes;
        for (int k = 0; k < GD_FAST_INPUTS; k++)
            if (call->to[k].data && has(r, call->to[k].data))
                return true;
    }
    return gi_reads_tensor(i->y, r->data, r->numel);
}

/* Does i write all of r, whatever was there? */
static bool writes_all(const gi_instruction *i, const result *r)
{
    if (gi_reads(i, r->data, r->numel) || i->y != r->y)
        return false;
    return !i->lines || (i->lines == 1 && !i->line->add && i->line->y == r->data && i->line->n == r->numel);
}

/* The step of computation i: the first one of those that are run together. */
static int64_t step_of(const gi_version *v, int64_t i)
{
    while (i > 0 && v->list[i].block && v->list[i - 1].block == v->list[i].block)
        i--;
    return i;
}

static void find_lifetime(const gi_version *v, result *r)
{
    r->stays = gi_reads_tensor(v->result, r->data, r->numel);
    for (int64_t k = 0; k < v->count && !r->stays; k++) {
        const gi_instruction *i = &v->list[k];
        if (i->unread)
            continue;
        if (!gi_reads(i, r->data, r->numel) && !writes(i, r))
            continue;
        if (r->first < 0) {
            r->first = step_of(v, k);
            r->stays |= !writes_all(i, r);
        }
        r->last = step_of(v, k);
    }
    r->stays |= r->first < 0;
}

/* ---- Places ------------------------------------------------------------------------------------------------------ */

static bool at_the_same_time(const result *a, const result *b)
{
    return a->first <= b->last && b->first <= a->last;
}

static bool is_free_for(const results *all, const result *place, const result *r)
{
    for (const result *b = all->list, *end = b + all->count; b < end; b++)
        if (b->place == place && b != r && at_the_same_time(b, r))
            return false;
    return true;
}

/* The next one in order of size, of those not yet settled. */
static result *largest_of(const results *all)
{
    result *most = NULL;
    for (result *r = all->list, *end = r + all->count; r < end; r++)
        if (!r->settled && !r->stays && (!most || r->numel > most->numel))
            most = r;
    return most;
}

/* Places are results that have been settled in their own memory. */
static void find_places(results *all)
{
    for (result *r; (r = largest_of(all)) != NULL; r->settled = true) {
        result *best = NULL;
        for (result *p = all->list, *end = p + all->count; p < end; p++)
            if (p->settled && p->place == p && p->numel >= r->numel && (!best || p->numel < best->numel)
                && is_free_for(all, p, r))
                best = p;
        if (best)
            r->place = best;
    }
}

/* ---- Moving ------------------------------------------------------------------------------------------------------ */

static void move_address(gd_real **place, const result *r)
{
    if (*place && has(r, *place))
        *place = r->place->data + (*place - r->data);
}

static void move_tensor(gd_tensor *t, const result *r)
{
    if (t && t->numel)
        move_address(&t->data, r);
}

static void move_operands(gi_instruction *i, const result *r)
{
    move_tensor(i->y, r);
    for (int k = 0; k < i->n; k++)
        move_tensor(i->x[k], r);
    move_tensor((gd_tensor *)(uintptr_t)i->out, r);
    for (int l = 0; l < i->lines; l++) {
        move_address(&i->line[l].y, r);
        for (int k = 0; k < GI_LINE_READS; k++)
            move_address((gd_real **)(uintptr_t)&i->line[l].x[k], r);
    }
    if (i->compute != gi_fast_again)
        return;
    gi_fast_call *call = (gi_fast_call *)(uintptr_t)i->attributes;          /* the version's own copy */
    for (int k = 0; k < GD_FAST_INPUTS; k++)
        move_address(&call->to[k].data, r);
    for (int k = 0; k < call->node->n; k++)
        move_tensor(call->node->in[k], r);
    move_tensor(call->node->out, r);
}

static void move(gi_version *v, const result *r)
{
    for (int64_t k = 0; k < v->count; k++)
        move_operands(&v->list[k], r);
    for (int64_t k = 0; k < v->written_count; k++)
        move_address((gd_real **)(uintptr_t)&v->written[k], r);
    gi_arena_drop(r->y->owner, r->data);
    v->shared_bytes += r->numel * (int64_t)sizeof(gd_real);
}

/* ---- All of it --------------------------------------------------------------------------------------------------- */

static void share(gi_version *v, results *all)
{
    for (int64_t k = 0; k < all->count; k++)
        find_lifetime(v, &all->list[k]);
    find_places(all);
    for (int64_t k = 0; k < all->count; k++)
        if (all->list[k].place != &all->list[k])
            move(v, &all->list[k]);
    gi_version_sort_written(v);
}

/* Is an address in r among these bytes? */
static bool mentions(const void *bytes, size_t size, const result *r)
{
    const gd_real *word;
    for (size_t at = 0; at + sizeof word <= size; at += sizeof word) {
        memcpy(&word, (const char *)bytes + at, sizeof word);
        if (has(r, word))
            return true;
    }
    return false;
}

static bool in_attributes(const gi_instruction *i, const result *r)
{
    if (i->compute != gi_fast_again)
        return mentions(i->attributes, i->size, r);
    const gd_node *node = ((const gi_fast_call *)i->attributes)->node;
    return mentions(node->attributes, node->size, r);
}

/* Debug builds, which leave results where they are, look for what would keep others from moving them. */
static bool may_be_moved(const gi_version *v, const results *all)
{
    for (int64_t i = 0; i < v->count; i++)
        for (int64_t k = 0; k < all->count; k++)
            if (in_attributes(&v->list[i], &all->list[k]))
                return gd_fail("gd_run: the attributes of %s hold the address of a result, which must be an operand",
                               v->list[i].name);
    return true;
}

bool gi_share_memory(gi_version *v)
{
    results all;
    if (!list_results(v, &all))
        return false;
    const bool good = !GI_QUARANTINES || may_be_moved(v, &all);
    if (!GI_QUARANTINES)
        share(v, &all);
    gi_memory_free(all.list);
    return good;
}
