/* slopes.c - an elementwise function whose slope is needed later, and costs little more beside its value, is computed
 * with it in one sweep.  The slope is left where x was.
 *
 *     h = x w'                               h = x w'
 *     y = gelu(h)                            y = gelu(h), h = gelu'(h)
 *     ..                                     ..
 *     rule of gelu: dh = dy gelu'(h)         rule of gelu: dh = dy h
 *
 * This needs an h that nobody else reads, and that each run computes anew. */
#include "program.h"

/* Of v's computations from `begin` to before `end`: does any read or write x? */
static bool is_used(const gi_version *v, int64_t begin, int64_t end, const gd_tensor *x)
{
    for (const gi_instruction *i = v->list + begin; i < v->list + end; i++)
        if (gi_reads(i, x->data, x->numel) || gi_writes(i, x->data, x->numel))
            return true;
    return false;
}

/* The computation after `at` that is the only one to use x from then on, and only reads it; or 0. */
static int64_t only_reader(const gi_version *v, int64_t at, const gd_tensor *x)
{
    for (int64_t k = at + 1; k < v->count; k++)
        if (is_used(v, k, k + 1, x))
            return is_used(v, k + 1, v->count, x) || gi_writes(&v->list[k], x->data, x->numel) ? 0 : k;
    return 0;
}

/* Is x written by a computation before `at`, in each run, before anybody uses it? */
static bool is_made_before(const gi_version *v, int64_t at, const gd_tensor *x)
{
    for (int64_t k = 0; k < at; k++)
        if (is_used(v, k, k + 1, x))
            return gi_writes_all(&v->list[k], x);
    return false;
}

/* What computation `at` of one operand reads, if that is all of a tensor that the step computes and does not return. */
static const gd_tensor *operand_of(const gi_version *v, const gi_instruction *i)
{
    if (i->unread || i->lines != 1 || i->n != 1 || !i->x[0]->owner->captured)
        return NULL;
    const gd_tensor *x = i->x[0]->base;
    const gi_line *line = i->line;
    const bool whole = line->x[0] == x->data && line->n == x->numel && x->contiguous;
    return whole && !gi_overlap(line->y, line->n, x->data, x->numel) && !gi_reads_tensor(v->result, x->data, x->numel)
         ? x : NULL;
}

void gi_slopes_with_values(gi_version *v)
{
    for (int64_t at = 0; at < v->count; at++) {
        gi_instruction *value = &v->list[at];
        const gd_tensor *x = operand_of(v, value);
        const int64_t reader = x ? only_reader(v, at, x) : 0;
        if (reader && v->list[reader].lines == 1 && is_made_before(v, at, x))
            gi_line_keep_slope(value->line, v->list[reader].line);
    }
}
