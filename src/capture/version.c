/* version.c - writing a version down while the function runs: computations, guards, memory that stays. */
#include "program.h"

#include <stdlib.h>
#include <string.h>

#include "autograd/computations.h"
#include "autograd/node.h"
#include "base/scopes.h"
#include "debug/quarantine.h"

static inline gi_version *of_recorder(gi_recorder *recorder)
{
    return (gi_version *)(void *)recorder;
}

/* ---- Lists that grow --------------------------------------------------------------------------------------------- */

bool gi_list_room(void *place, int64_t count, int64_t *capacity, size_t element)
{
    if (count < *capacity)
        return true;
    void *list;
    memcpy(&list, place, sizeof list);      /* whatever it points to */
    const int64_t more = *capacity ? 2 * *capacity : 32;
    if (!(list = gi_memory_resize(GI_SCOPES, list, (size_t)more * element)))
        return false;
    memcpy(place, &list, sizeof list);
    *capacity = more;
    return true;
}

#define ROOM(v, list, count, capacity) gi_list_room(&(v)->list, (v)->count, &(v)->capacity, sizeof *(v)->list)

static const char no_memory[] = "has no memory left for what it writes down";

static void refuse(gi_recorder *recorder, const char *function, const char *why)
{
    gi_version *v = of_recorder(recorder);
    if (v->refused_by)
        return;
    v->refused_by = function;
    v->refused_why = why;
}

/* ---- Guards ------------------------------------------------------------------------------------------------------ */

static void settle(gi_recorder *recorder, const void *address)
{
    gi_version *v = of_recorder(recorder);
    if (ROOM(v, settled, settled_count, settled_capacity))
        v->settled[v->settled_count++] = address;
    else
        refuse(recorder, "gd_run", no_memory);
}

static void guard(gi_recorder *recorder, const void *address, size_t bytes)
{
    gi_version *v = of_recorder(recorder);
    for (int64_t i = 0; i < v->settled_count; i++)
        if (v->settled[i] == address)
            return;
    for (int64_t i = 0; i < v->guard_count; i++)
        if (v->guards[i].address == address)
            return;
    if (!ROOM(v, guards, guard_count, guard_capacity)) {
        refuse(recorder, "gd_run", no_memory);
        return;
    }
    gi_guard_on *g = &v->guards[v->guard_count++];
    *g = (gi_guard_on){ .address = address, .bytes = bytes };
    memcpy(&g->value, address, bytes);
}

void gi_guards_sort(gi_version *v)
{
    for (int64_t i = 0; i < v->guard_count; i++) {
        const gi_guard_on g = v->guards[i];
        if (g.bytes != sizeof g.value)
            continue;
        v->guards[i] = v->guards[v->guard_words];
        v->guards[v->guard_words++] = g;
    }
}

/* ---- Computations ------------------------------------------------------------------------------------------------ */

/* t as it is now.  Headers in the scratch memory of a backward pass are used again for other tensors, so that they are
 * copied; of tensors from outside, what the computation depends on is guarded. */
static gd_tensor *operand(gi_version *v, gd_tensor *t)
{
    if (!t)
        return NULL;
    const gd_tensor *base = t->base;
    if (!base->owner->captured) {
        guard(&v->recorder, &base->data, sizeof base->data);
        guard(&v->recorder, &base->requires_grad, sizeof base->requires_grad);
    }
    gd_tensor *kept = t;
    if (t->owner->recycler) {
        if (!(kept = gi_arena_take(&v->notes, sizeof *kept)))
            return NULL;
        *kept = *t;
        kept->base = kept;                  /* that of a view may be used again, too */
        kept->owner = &v->notes;
        gi_born(kept);
    }
    return gi_inputs_follow(v, &kept->data, t) ? kept : NULL;
}

static void line(gi_recorder *recorder, const gi_line *line, const void *of)
{
    gi_version *v = of_recorder(recorder);
    if (of != recorder->of)
        return;
    if (recorder->lines < GI_MOST_LINES)
        v->line[recorder->lines] = *line;
    recorder->lines++;
}

/* Is x the address of numbers of an input, and not of a parameter that shares them?  Then *t is the operand. */
static bool is_of_input(const gi_version *v, const gi_call *call, const gd_real *x, const gd_tensor **t)
{
    bool outside = false;
    *t = NULL;
    for (int k = 0; k < call->n; k++) {
        const gd_tensor *operand = call->x[k];
        if (!operand || operand->data != x)
            continue;
        if (operand->base->owner == &v->notes)
            *t = operand;
        else
            outside = true;
    }
    return *t && !outside;
}

/* Keeps the lines of which the call has been said to consist. */
static bool keep_lines(gi_version *v, gi_instruction *i, const gi_call *call)
{
    const int lines = v->recorder.lines;
    if (lines < 1 || lines > GI_MOST_LINES)
        return true;
    if (!(i->line = gi_arena_take(&v->notes, (size_t)lines * sizeof *i->line)))
        return false;
    for (int l = 0; l < lines; l++) {
        i->line[l] = v->line[l];
        for (int k = 0; k < GI_LINE_READS; k++) {
            const gd_tensor *t;
            if (is_of_input(v, call, i->line[l].x[k], &t)
                && !gi_inputs_follow(v, (gd_real **)(uintptr_t)&i->line[l].x[k], t))
                return false;
        }
    }
    i->lines = lines;
    return true;
}

/* Is t, or what it is a view of, made by the step? */
static bool made_here(const gi_version *v, const gd_tensor *t)
{
    return t->base->owner->captured && t->base->owner != &v->notes && t->numel;
}

static void computed(gi_recorder *recorder, const gd_real *data)
{
    gi_version *v = of_recorder(recorder);
    if (!data)
        return;
    if (ROOM(v, written, written_count, written_capacity))
        v->written[v->written_count++] = data;
    else
        refuse(recorder, "gd_run", no_memory);
}

static void reads(gi_version *v, const char *name, const gd_tensor *t)
{
    if (!t || !made_here(v, t))
        return;
    if (ROOM(v, reads, read_count, read_capacity))
        v->reads[v->read_count++] = (gi_read){ t->base->data, name };
    else
        refuse(&v->recorder, "gd_run", no_memory);
}

static int by_address(const void *a, const void *b)
{
    const uintptr_t x = (uintptr_t)*(const gd_real *const *)a, y = (uintptr_t)*(const gd_real *const *)b;
    return (x > y) - (x < y);
}

void gi_version_sort_written(gi_version *v)
{
    if (v->written_count)
        qsort(v->written, (size_t)v->written_count, sizeof *v->written, by_address);
}

void gi_version_check(gi_version *v)
{
    gi_version_sort_written(v);
    for (int64_t i = 0; i < v->read_count; i++)
        if (!v->written_count || !bsearch(&v->reads[i].data, v->written, (size_t)v->written_count, sizeof *v->written,
                                          by_address))
            refuse(&v->recorder, v->reads[i].name, "reads numbers that were written in a way that cannot be run again");
}

static bool write_down(gi_recorder *recorder, const gi_call *call)
{
    gi_version *v = of_recorder(recorder);
    gd_tensor *y = call->y;
    if (y && y->owner->captured && y->base == y)
        y->marks |= GI_COMPUTED;
    if (y)
        computed(recorder, y->base->data);
    if (call->compute == gi_put_gradient)
        computed(recorder, y->grad_memory->data);
    for (int k = 0; k < call->n; k++)
        reads(v, call->name, call->x[k]);
    if (v->refused_by)
        return true;
    if (y && y->base->owner == &v->notes)
        refuse(recorder, call->name, "changes an input of the step");
    if (!ROOM(v, list, count, capacity))
        return false;
    gi_instruction *i = &v->list[v->count];
    *i = (gi_instruction){ .compute = call->compute, .name = call->name, .formula = call->formula, .n = call->n,
                           .size = call->size, .allocates = call->allocates };
    i->x = gi_arena_take(&v->notes, (size_t)call->n * sizeof *i->x);
    void *attributes = gi_arena_take(&v->notes, call->size);
    if (!i->x || !attributes || (y && !(i->y = operand(v, y))))
        return false;
    if (call->size)
        memcpy(attributes, call->attributes, call->size);
    i->attributes = attributes;
    for (int k = 0; k < call->n; k++)
        if (!(i->x[k] = operand(v, call->x[k])) && call->x[k])
            return false;
    if (!keep_lines(v, i, call) || (call->out && !(i->out = operand(v, call->out))))
        return false;
    v->count++;
    return true;
}

static void keep(gi_recorder *recorder, gd_arena *scope)
{
    gi_version *v = of_recorder(recorder);
    gi_arena_unfence(scope);                /* what is free now is written again in each run */
    scope->parent = v->kept;
    v->kept = scope;
}

/* ---- Beginning and end ------------------------------------------------------------------------------------------- */

gi_version *gi_version_new(gd_tensor *const inputs[], int n)
{
    gi_version *v = gi_memory_new(GI_SCOPES, sizeof *v);
    if (!v)
        return NULL;
    *v = (gi_version){ .recorder = { .write = write_down, .line = line, .computed = computed, .guard = guard,
                                   .settle = settle, .refuse = refuse, .keep = keep }, .n = n };
    gi_arena_init(&v->notes, GI_SCOPES);
    v->notes.captured = true;
    if (gi_inputs_begin(v, inputs))
        return v;
    gi_version_free(v);
    return NULL;
}

void gi_version_free(gi_version *v)
{
    if (!v)
        return;
    for (gd_arena *scope = v->kept, *next; scope; scope = next) {
        next = scope->parent;
        gi_arena_free(scope);
    }
    gi_arena_free(&v->notes);
    gi_memory_free(v->planned);
    gi_memory_free(v->followers);
    gi_memory_free(v->list);
    gi_memory_free(v->steps);
    gi_memory_free(v->guards);
    gi_memory_free(v->settled);
    gi_memory_free(v->written);
    gi_memory_free(v->reads);
    gi_memory_free(v);
}

gd_tensor *gi_detached(gd_arena *arena, gd_tensor *y)
{
    static const gd_op run_op = { .name = "gd_run" };
    gd_tensor *t = gi_arena_take(arena, sizeof *t);
    if (!t)
        return NULL;
    *t = *y;
    t->requires_grad = t->retain_grad = false;
    t->marks = 0;
    t->grad = t->slot = t->grad_memory = NULL;
    t->node = NULL;
    t->path_end = y->requires_grad ? &run_op : y->path_end;
    gi_born(t);
    return t;
}
