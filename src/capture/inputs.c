/* inputs.c - the inputs of a version: tensors whose numbers lie elsewhere in each run. */
#include <string.h>

#include "debug/quarantine.h"
#include "program.h"
#include "tensor/nest.h"

/* The header by which the step knows x. */
static gd_tensor *header_for(gd_arena *notes, const gd_tensor *x)
{
    gd_tensor *t = gi_arena_take(notes, sizeof *t);
    if (!t)
        return NULL;
    *t = (gd_tensor){ .data = x->data, .ndim = x->ndim, .contiguous = x->contiguous, .name = x->name,
                      .numel = x->numel, .base = t, .owner = notes };
    memcpy(t->shape, x->shape, sizeof t->shape);
    memcpy(t->stride, x->stride, sizeof t->stride);
    gi_born(t);
    return t;
}

bool gi_inputs_begin(gi_version *v, gd_tensor *const inputs[])
{
    v->in = gi_arena_take(&v->notes, (size_t)v->n * sizeof *v->in);
    v->copy = gi_arena_take(&v->notes, (size_t)v->n * sizeof *v->copy);
    bool good = v->in && v->copy;
    for (int i = 0; i < v->n && good; i++) {
        v->copy[i] = NULL;
        good = (v->in[i] = header_for(&v->notes, inputs[i])) != NULL;
    }
    return good;
}

bool gi_inputs_follow(gi_version *v, gd_real **place, const gd_tensor *t)
{
    for (int i = 0; i < v->n; i++) {
        if (t->base != v->in[i] || place == &v->in[i]->data)
            continue;
        for (int64_t k = 0; k < v->follower_count; k++)
            if (v->followers[k].place == place)
                return true;
        if (!gi_list_room(&v->followers, v->follower_count, &v->follower_capacity, sizeof *v->followers))
            return false;
        v->followers[v->follower_count++] = (gi_follower){ place, i, t->data - t->base->data };
    }
    return true;
}

/* ---- For each run ------------------------------------------------------------------------------------------------ */

/* Is x a result of this version, whose memory the run writes again? */
static bool is_own(const gi_version *v, const gd_tensor *x)
{
    const gd_arena *owner = x->base->owner, *scope = v->kept;
    while (scope && scope != owner)
        scope = scope->parent;
    return scope || owner == &v->notes;
}

/* The numbers of x, with its strides, in memory of the version's own; the place of its first element.  The memory stays
 * for later runs. */
static gd_real *copied(gi_version *v, int i, const gd_tensor *x)
{
    int64_t below, above;
    gi_extent(x, &below, &above);
    if (!v->copy[i] && !(v->copy[i] = gi_arena_take(&v->notes, (size_t)(below + 1 + above) * sizeof *x->data)))
        return NULL;
    gd_tensor to = *x;
    to.data = v->copy[i] + below;
    if (x->numel)
        gi_copy_into(&to, x);
    return to.data;
}

GI_COLD gd_real *gi_input_data(gi_version *v, int i, const gd_tensor *x)
{
    return is_own(v, x) ? copied(v, i, x) : x->data;
}

void gi_input_moves(gi_version *v, int i, gd_real *data)
{
    v->in[i]->data = data;
    for (int64_t k = 0; k < v->follower_count; k++)
        if (v->followers[k].input == i)
            *v->followers[k].place = data + v->followers[k].offset;
}
