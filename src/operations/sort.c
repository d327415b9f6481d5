/* sort.c - sorting along an axis, and what follows from it: argsort, the k largest, different numbers.
 *
 * Merge sort from runs of a few elements upwards: stable, n log n for every input, without recursion.  NaN is the
 * largest number.  Sorted values are gathered by their indices, so that gradients find their way back. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "autograd/record.h"
#include "base/memory.h"
#include "base/start.h"
#include "base/thread_state.h"
#include "gradus/operations.h"
#include "gradus/picking.h"
#include "lines.h"
#include "tensor/alive.h"
#include "tensor/check.h"
#include "tensor/nest.h"
#include "tensor/new.h"
#include "tensor/shape.h"

/* ---- Merge sort --------------------------------------------------------------------------------------------- */

typedef struct item {
    gd_real key;
    int64_t at;                             /* where it stood */
} item;

enum { RUN = 16 };                          /* sorted by insertion */

static inline bool smaller(gd_real a, gd_real b)
{
    return a < b || (isnan(b) && !isnan(a));
}

static inline bool precedes(const item *a, const item *b, bool descending)
{
    return descending ? smaller(b->key, a->key) : smaller(a->key, b->key);
}

static void sort_run(item *x, int64_t n, bool descending)
{
    for (int64_t i = 1; i < n; i++) {
        const item moving = x[i];
        int64_t k = i;
        for (; k > 0 && precedes(&moving, &x[k - 1], descending); k--)
            x[k] = x[k - 1];
        x[k] = moving;
    }
}

/* Merges x[0 .. half) and x[half .. n), each in order; of equal ones those of the first half come first. */
static void merge(item *to, const item *x, int64_t half, int64_t n, bool descending)
{
    int64_t a = 0, b = half;
    if (half >= n || !precedes(&x[half], &x[half - 1], descending)) {   /* in order already */
        memcpy(to, x, (size_t)n * sizeof *to);
        return;
    }
    for (int64_t i = 0; i < n; i++)
        to[i] = a < half && (b == n || !precedes(&x[b], &x[a], descending)) ? x[a++] : x[b++];
}

/* Sorts n items; the result is in x or in work, which is as large. */
static item *sort_items(item *x, item *work, int64_t n, bool descending)
{
    for (int64_t i = 0; i < n; i += RUN)
        sort_run(x + i, n - i < RUN ? n - i : RUN, descending);
    for (int64_t width = RUN; width < n; width *= 2) {
        for (int64_t i = 0; i < n; i += 2 * width) {
            const int64_t both = n - i < 2 * width ? n - i : 2 * width;
            merge(work + i, x + i, width < both ? width : both, both, descending);
        }
        item *sorted = work;
        work = x;
        x = sorted;
    }
    return x;
}

/* Room for the items of one line, twice; it belongs to the current scope. */
static item *room_for(int64_t n)
{
    return gi_arena_take(gi_current_scope(), (size_t)n * 2 * sizeof(item));
}

static const item *sorted_line(item *room, const gd_real *x, int64_t n, int64_t step, bool descending)
{
    for (int64_t i = 0; i < n; i++)
        room[i] = (item){ x[i * step], i };
    return sort_items(room, room + n, n, descending);
}

/* The first k > 0 of the items in order, k <= FEW: a new one goes in front of those that it precedes.  The result is in
 * room. */
enum { FEW = 32 };

static const item *first_of_line(item *room, int64_t k, const gd_real *x, int64_t n, int64_t step, bool descending)
{
    int64_t held = 0;
    for (int64_t i = 0; i < n; i++) {
        const item next = { x[i * step], i };
        if (held == k && !precedes(&next, &room[k - 1], descending))
            continue;
        int64_t at = held < k ? held++ : k - 1;
        for (; at > 0 && precedes(&next, &room[at - 1], descending); at--)
            room[at] = room[at - 1];
        room[at] = next;
    }
    return room;
}

/* ---- argsort and sort --------------------------------------------------------------------------------------- */

typedef struct order {
    int  axis;
    bool descending;
} order;

/* y: the first indices along the axis in order, as many as y holds. */
static bool order_compute(gd_tensor *y, gd_tensor *const x[], const void *attributes)
{
    const order *o = attributes;
    const gi_lines l = gi_lines_along(x[0], o->axis), to = gi_lines_along(y, o->axis);
    const gd_real *from = gi_contiguous_numbers(x[0]);
    const int64_t k = to.n;
    item *room = from ? room_for(l.n) : NULL;
    if (!room)
        return false;
    for (int64_t i = 0; k > 0 && i < l.count; i++) {
        const gd_real *line = from + gi_line_start(&l, i);
        const item *sorted = k <= FEW && k < l.n ? first_of_line(room, k, line, l.n, l.after, o->descending)
                                                 : sorted_line(room, line, l.n, l.after, o->descending);
        for (int64_t j = 0; j < k; j++)
            y->data[gi_line_start(&to, i) + j * to.after] = (gd_real)sorted[j].at;
    }
    return true;
}

/* The first k indices along an axis in order, of x's shape but for the axis. */
static gd_tensor *first_in_order(const char *function, gd_tensor *x, int axis, int64_t k, bool descending)
{
    if (!gi_countable(function, "the indices", x->shape[axis]))
        return NULL;
    gd_shape shape = gd_shape_of_tensor(x);
    shape.size[axis] = k;
    gd_tensor *y = gi_new(function, shape.ndim, shape.size);
    const order o = { axis, descending };
    return y && gi_start_one(function, order_compute, y, x, &o, sizeof o) ? y : NULL;
}

static gd_tensor *order_of(const char *function, gd_tensor *x, int axis, bool descending)
{
    return first_in_order(function, x, axis, x->shape[axis], descending);
}

static const gd_op argsort_op = { .name = "gd_argsort", .reads = GD_NOTHING };

gd_tensor *gd_argsort(gd_tensor *x, int axis, bool descending)
{
    const int at = x && gi_alive("gd_argsort", "x", x) ? gi_valid_axis("gd_argsort", axis, x->ndim) : -1;
    return at < 0 ? NULL : gi_constant(&argsort_op, order_of("gd_argsort", x, at, descending), x, NULL);
}

gd_tensor *gd_sort(gd_tensor *x, int axis, bool descending)
{
    const int at = x && gi_alive("gd_sort", "x", x) ? gi_valid_axis("gd_sort", axis, x->ndim) : -1;
    return at < 0 ? NULL : gd_gather(x, at, order_of("gd_sort", x, at, descending));
}

/* ---- topk --------------------------------------------------------------------------------------------------- */

static const gd_op topk_op = { .name = "gd_topk", .reads = GD_NOTHING };

gd_picked gd_topk(gd_tensor *x, int64_t k, int axis, bool largest)
{
    const gd_picked nothing = { NULL, NULL };
    const int at = x && gi_alive("gd_topk", "x", x) ? gi_valid_axis("gd_topk", axis, x->ndim) : -1;
    if (at < 0)
        return nothing;
    if (k < 0 || k > x->shape[at]) {
        gd_fail("gd_topk: k = %" PRId64 " must lie in [0, %" PRId64 "], the size of axis %d of x, %s", k, x->shape[at],
                at, gi_text_of(x).s);
        return nothing;
    }
    gd_tensor *indices = first_in_order("gd_topk", x, at, k, largest), *values = gd_gather(x, at, indices);
    if (!values || !gi_constant(&topk_op, indices, x, NULL))
        return nothing;
    return (gd_picked){ values, indices };
}

/* ---- unique ------------------------------------------------------------------------------------------------- */

static const gd_op unique_op = { .name = "gd_unique", .reads = GD_NOTHING };

static bool starts_anew(const item *sorted, int64_t i)
{
    return i == 0 || sorted[i].key != sorted[i - 1].key;        /* a NaN always does */
}

gd_uniques gd_unique(gd_tensor *x)
{
    const gd_uniques nothing = { NULL, NULL, NULL };
    if (!x || !gi_alive("gd_unique", "x", x) || !gi_countable("gd_unique", "inverse", x->numel))
        return nothing;
    gi_not_captured("gd_unique", "gives a result whose shape depends on numbers");
    const gd_real *from = gi_contiguous_numbers(x);
    item *room = from ? room_for(x->numel) : NULL;
    gd_uniques u = { NULL, gi_new_like(x), NULL };
    if (!room || !u.inverse)
        return nothing;
    const item *sorted = sorted_line(room, from, x->numel, 1, false);
    int64_t m = 0;
    for (int64_t i = 0; i < x->numel; i++)
        m += starts_anew(sorted, i);
    gd_tensor *first = gi_new("gd_unique", 1, &m);
    u.counts = gd_zeros(GD_SHAPE(m));
    if (!first || !u.counts)
        return nothing;
    m = 0;
    for (int64_t i = 0; i < x->numel; i++) {
        if (starts_anew(sorted, i))
            first->data[m++] = (gd_real)sorted[i].at;
        u.counts->data[m - 1]++;
        u.inverse->data[sorted[i].at] = (gd_real)(m - 1);
    }
    u.values = gd_gather(gd_reshape(x, GD_SHAPE(x->numel)), 0, first);
    if (!u.values || !gi_constant(&unique_op, u.inverse, x, NULL) || !gi_constant(&unique_op, u.counts, x, NULL))
        return nothing;
    return u;
}
