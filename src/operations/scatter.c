/* scatter.c - placing elements by index: scatter, where the last one counts, and scatter_add, where they add up. */
#include <math.h>

#include "autograd/record.h"
#include "base/memory.h"
#include "base/scopes.h"
#include "base/start.h"
#include "base/thread_state.h"
#include "gradus/operations.h"
#include "gradus/picking.h"
#include "pick.h"
#include "tensor/alive.h"
#include "tensor/check.h"
#include "tensor/nest.h"
#include "tensor/new.h"
#include "tensor/shape.h"

/* The axis, counted from the start; -1, and a message, where the arguments do not fit. */
static int place(const char *function, const gd_tensor *x, int axis, gd_tensor *index, const gd_tensor *source)
{
    const int at = gi_valid_axis(function, axis, x->ndim);
    if (at < 0)
        return -1;
    bool fits = index->ndim == x->ndim && source->ndim == x->ndim;
    for (int i = 0; i < x->ndim && fits; i++)
        fits = (i == at || index->shape[i] <= x->shape[i]) && index->shape[i] <= source->shape[i];
    if (fits)
        return gi_check_labels(function, "index", index, x->shape[at]) ? at : -1;
    gd_fail("%s: x is %s, index is %s and source is %s: index must have as many axes, none but axis %d longer than x's "
            "and none longer than source's", function, gi_text_of(x).s, gi_text_of(index).s, gi_text_of(source).s, at);
    return -1;
}

static bool all_alive(const char *function, const gd_tensor *x, const gd_tensor *index, const gd_tensor *source)
{
    (void)function;
    return x && index && source && gi_alive(function, "x", x) && gi_alive(function, "index", index)
           && gi_alive(function, "source", source);
}

/* source without what lies beyond index. */
static gd_tensor *used_part(gd_tensor *source, const gd_tensor *index)
{
    for (int i = 0; i < index->ndim && source; i++)
        if (index->shape[i] < source->shape[i])
            source = gd_slice(source, i, 0, index->shape[i], 1);
    return source;
}

gd_tensor *gd_scatter_add(gd_tensor *x, int axis, gd_tensor *index, gd_tensor *source)
{
    const char *function = "gd_scatter_add";
    const int at = all_alive(function, x, index, source) ? place(function, x, axis, index, source) : -1;
    if (at < 0)
        return NULL;
    return gd_add(x, gi_put_at(used_part(source, index), gd_shape_of_tensor(x), at, gd_detach(index)));
}

/* ---- scatter ------------------------------------------------------------------------------------------------ */

/* Which places of x are written, and which elements of index are the last ones to write there: 1, else 0. */
typedef struct writers {
    gd_tensor *hit, *last;
    bool      *repeated;                    /* are there others? */
} writers;

typedef struct writers_attributes {
    int   axis;
    bool *repeated;
} writers_attributes;

/* An element of index, row-major, and where in x, row-major, it points to but for the axis. */
typedef struct cursor {
    int64_t at[GD_MAX_DIMS], step[GD_MAX_DIMS], place;
} cursor;

static void advance(cursor *c, const gd_tensor *index, int axis)
{
    for (int i = index->ndim - 1; i >= 0; i--) {
        const int64_t step = i == axis ? 0 : c->step[i];
        c->place += step;
        if (++c->at[i] < index->shape[i])
            return;
        c->place -= step * index->shape[i];
        c->at[i] = 0;
    }
}

static void fill_with(const gd_tensor *t, gd_real value)
{
    for (int64_t i = 0; i < t->numel; i++)
        t->data[i] = value;
}

static bool writers_compute(gd_tensor *hit, gd_tensor *const inputs[], const void *attributes)
{
    const writers_attributes *a = attributes;
    const gd_tensor *index = inputs[0], *last = inputs[1];
    const gd_real *at = gi_contiguous_numbers(index);
    int64_t *owner = gi_arena_take(gi_current_scope(), (size_t)hit->numel * sizeof *owner);
    if (!at || !owner)
        return false;
    fill_with(hit, 0);
    fill_with(last, 1);
    *a->repeated = false;
    cursor c = { .place = 0 };
    gi_row_major_strides(hit->ndim, hit->shape, c.step);
    for (int64_t k = 0; k < index->numel; k++, advance(&c, index, a->axis)) {
        const int64_t to = c.place + (int64_t)at[k] * c.step[a->axis];
        if (hit->data[to] != 0) {
            last->data[owner[to]] = 0;
            *a->repeated = true;
        }
        hit->data[to] = 1;
        owner[to] = k;
    }
    return true;
}

static bool find_writers(const gd_tensor *x, int axis, gd_tensor *index, writers *w)
{
    *w = (writers){ gi_new_like(x), gi_new_like(index), gi_arena_take(gi_current_scope(), sizeof *w->repeated) };
    gd_tensor *const inputs[] = { index, w->last };
    const writers_attributes a = { axis, w->repeated };
    if (!w->hit || !w->last || !w->repeated
        || !gi_start("gd_scatter", writers_compute, w->hit, inputs, 2, &a, sizeof a))
        return false;
    gi_computed(w->last);
    return true;
}

gd_tensor *gd_scatter(gd_tensor *x, int axis, gd_tensor *index, gd_tensor *source)
{
    const char *function = "gd_scatter";
    writers w;
    const int at = all_alive(function, x, index, source) ? place(function, x, axis, index, source) : -1;
    gd_tensor *seen = at < 0 ? NULL : gd_detach(index);
    if (!seen || !find_writers(x, at, seen, &w))
        return NULL;
    gd_tensor *part = used_part(source, seen);
    if (*w.repeated || gi_capturing())
        part = gd_where(w.last, part, gd_scalar(0));
    return gd_where(w.hit, gi_put_at(part, gd_shape_of_tensor(x), at, seen), x);
}
