/* lifetimes.c - large results get their places in one block of memory, where those that are not needed at the same time
 * may lie in the same place.
 *
 * A result is needed from the step that writes it to the last one that reads it.
 *
 *     step   a    b    c    d                       memory before: a, b, c, d; after: a block with two places
 *      1     w                                      a and c in one: a is needed in steps 1 and 2, c in 3 and 4
 *      2     r    w                                 b and d in the other
 *      3          r    w
 *      4               r    w
 *
 * What is run together is one step.  Results stay where they are if they are read before they are written, as what is
 * carried over from run to run, and if the step returns them.
 *
 * Places are found one result after the other, the largest first: the first gap between those placed before that are
 * needed at the same time (Y. Pisarchyk and J. Lee, "Efficient Memory Management for Deep Neural Net Inference", 2020,
 * greedy by size).  One block also has larger pages than many small ones: see gi_memory_new. */
#include <stdlib.h>
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
    bool       stays;                       /* where it is */
    int64_t    begin, end;                  /* its place in the block, in numbers */
} result;

typedef struct results {
    result  *list;                          /* when places are sought, by size, those that stay at the end */
    int64_t  count;
    result **placed;                        /* those that have a place, in the order of places */
    int64_t  moved;                         /* how many */
    gd_real *block;
    int64_t  numel;                         /* of the block */
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
    const size_t most = (size_t)(v->count + 1);
    *all = (results){ .list = gi_memory_new(GI_SCOPES, most * sizeof *all->list),
                      .placed = gi_memory_new(GI_SCOPES, most * sizeof *all->placed) };
    for (int64_t i = 0; i < v->count && all->list && all->placed; i++) {
        gd_tensor *y = v->list[i].y;
        if (lies_apart(v, y) && !is_listed(all, y)) {
            result *r = &all->list[all->count++];
            *r = (result){ .y = y, .data = y->data, .numel = y->numel, .first = -1 };
        }
    }
    return all->list && all->placed;
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
        if (!gi_reads(i, r->data, r->numel) && !gi_writes(i, r->data, r->numel))
            continue;
        if (r->first < 0) {
            r->first = step_of(v, k);
            r->stays |= !gi_writes_all(i, r->y);
        }
        r->last = step_of(v, k);
    }
    r->stays |= r->first < 0;
}

/* ---- Places ------------------------------------------------------------------------------------------------------ */

/* Between two places are some lines of the cache, so that results whose sizes are powers of 2 do not all begin at the
 * same place of a page: caches keep few lines of one place. */
enum { CACHE_LINE = 64 / sizeof(gd_real), BETWEEN = 5 * CACHE_LINE };

static int by_size(const void *a_, const void *b_)
{
    const result *a = a_, *b = b_;
    if (a->stays != b->stays)
        return a->stays - b->stays;
    if (a->numel != b->numel)
        return a->numel < b->numel ? 1 : -1;
    return (a->first > b->first) - (a->first < b->first);
}

static bool at_the_same_time(const result *a, const result *b)
{
    return a->first <= b->last && b->first <= a->last;
}

/* r's place, after those of the first all->moved. */
static void place(results *all, result *r)
{
    const int64_t numel = (r->numel + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE + BETWEEN;
    int64_t begin = 0, k = all->moved;
    for (int64_t i = 0; i < all->moved && all->placed[i]->begin < begin + numel; i++)
        if (at_the_same_time(all->placed[i], r) && all->placed[i]->end > begin)
            begin = all->placed[i]->end;
    r->begin = begin;
    r->end = begin + numel;
    all->numel = r->end > all->numel ? r->end : all->numel;
    for (; k > 0 && all->placed[k - 1]->begin > begin; k--)
        all->placed[k] = all->placed[k - 1];
    all->placed[k] = r;
}

static bool find_places(results *all)
{
    qsort(all->list, (size_t)all->count, sizeof *all->list, by_size);
    for (; all->moved < all->count && !all->list[all->moved].stays; all->moved++)
        place(all, &all->list[all->moved]);
    return !all->moved || (all->block = gi_memory_new(GI_SCOPES, (size_t)all->numel * sizeof *all->block)) != NULL;
}

/* ---- Moving ------------------------------------------------------------------------------------------------------ */

static int by_address(const void *a_, const void *b_)
{
    const result *const *a = a_, *const *b = b_;
    const uintptr_t x = (uintptr_t)(*a)->data, y = (uintptr_t)(*b)->data;
    return (x > y) - (x < y);
}

/* Moves an address within a result.  placed is in the order of addresses. */
static void move_address(const results *all, gd_real **place)
{
    int64_t low = 0, high = all->moved;
    while (high - low > 1) {
        const int64_t middle = low + (high - low) / 2;
        if ((uintptr_t)all->placed[middle]->data <= (uintptr_t)*place)
            low = middle;
        else
            high = middle;
    }
    const result *r = all->placed[low];
    if (*place && gi_overlap(r->data, r->numel, *place, 1))
        *place = all->block + r->begin + (*place - r->data);
}

static void move_tensor(const results *all, gd_tensor *t)
{
    if (t && t->numel)
        move_address(all, &t->data);
}

static void move_operands(const results *all, gi_instruction *i)
{
    move_tensor(all, i->y);
    for (int k = 0; k < i->n; k++)
        move_tensor(all, i->x[k]);
    move_tensor(all, (gd_tensor *)(uintptr_t)i->out);
    for (int l = 0; l < i->lines; l++) {
        move_address(all, &i->line[l].y);
        for (int k = 0; k < GI_LINE_READS; k++)
            move_address(all, (gd_real **)(uintptr_t)&i->line[l].x[k]);
    }
    if (i->compute != gi_fast_again)
        return;
    gi_fast_call *call = (gi_fast_call *)(uintptr_t)i->attributes;          /* the version's own copy */
    for (int k = 0; k < GD_FAST_INPUTS; k++)
        move_address(all, &call->to[k].data);
    for (int k = 0; k < call->node->n; k++)
        move_tensor(all, call->node->in[k]);
    move_tensor(all, call->node->out);
}

static void move(gi_version *v, results *all)
{
    qsort(all->placed, (size_t)all->moved, sizeof *all->placed, by_address);
    for (int64_t k = 0; k < v->count; k++)
        move_operands(all, &v->list[k]);
    for (int64_t k = 0; k < v->written_count; k++)
        move_address(all, (gd_real **)(uintptr_t)&v->written[k]);
    int64_t numel = -all->numel;
    for (int64_t k = 0; k < all->moved; k++) {
        numel += all->placed[k]->end - all->placed[k]->begin;
        gi_arena_drop(all->placed[k]->y->owner, all->placed[k]->data);
    }
    v->shared_bytes = numel * (int64_t)sizeof(gd_real);
    gi_version_sort_written(v);
}

/* ---- All of it --------------------------------------------------------------------------------------------------- */

static bool share(gi_version *v, results *all)
{
    for (int64_t k = 0; k < all->count; k++)
        find_lifetime(v, &all->list[k]);
    if (!find_places(all))
        return false;
    if (all->moved)
        move(v, all);
    v->planned = all->block;
    return true;
}

/* Is an address in r among these bytes? */
static bool mentions(const void *bytes, size_t size, const result *r)
{
    const gd_real *word;
    for (size_t at = 0; at + sizeof word <= size; at += sizeof word) {
        memcpy(&word, (const char *)bytes + at, sizeof word);
        if (gi_overlap(r->data, r->numel, word, 1))
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
    if (!list_results(v, &all)) {
        gi_memory_free(all.placed);
        gi_memory_free(all.list);
        return false;
    }
    const bool good = GI_QUARANTINES ? may_be_moved(v, &all) : share(v, &all);
    gi_memory_free(all.placed);
    gi_memory_free(all.list);
    return good;
}
