/* reduce.c - sums over any axes of any view, as accurate as those of contiguous numbers.  See sums.h.
 *
 * The axes are split into those that are summed and those that are kept.  The last kept axis, if it is contiguous in
 * memory, is processed together with the summed ones, as columns; a loop iterates over the others.  Each sum is
 * pairwise along every axis that is summed, in an order that depends on the sizes and strides alone. */
#include <stdbool.h>
#include <string.h>

#include "base/memory.h"
#include "base/scopes.h"
#include "base/threads.h"
#include "gradus/tensor.h"
#include "kernels/sums.h"
#include "kernels/terms.h"
#include "tensor/nest.h"

enum { SHORT = 128, PACKED = 2048, WIDTH = 128 };

typedef struct summed {
    int     ndim;                           /* of the summed axes, the innermost last */
    int64_t size[GD_MAX_DIMS], step[GD_MAX_DIMS], count[GD_MAX_DIMS];   /* count: elements from this axis on */
    int64_t width, column;                  /* of the kept axis: columns, their distance in x, */
    int64_t of_y;                           /* and in y */
} summed;

/* ---- One sum ---------------------------------------------------------------------------------------------- */

static void pack(const summed *s, int axis, int64_t size, const gd_real *x, gd_real **to)
{
    for (int64_t i = 0; i < size; i++)
        if (axis == s->ndim - 1)
            *(*to)++ = x[i * s->step[axis]];
        else
            pack(s, axis + 1, s->size[axis + 1], x + i * s->step[axis], to);
}

/* The sum over size indices of an axis and all of the axes inside.  Short lines are packed first. */
static gd_real sum_lines(const summed *s, int axis, int64_t size, const gd_real *x)
{
    const int last = s->ndim - 1;
    if (axis == last)
        return real_sum_strided(size, x, s->step[axis]);
    const int64_t inside = s->count[axis + 1];
    if (size * inside <= PACKED && (s->size[last] < SHORT || s->step[last] != 1)) {
        gd_real packed[PACKED], *to = packed;
        pack(s, axis, size, x, &to);
        return real_sum(size * inside, packed);
    }
    if (size == 1)
        return sum_lines(s, axis + 1, s->size[axis + 1], x);
    const int64_t half = size / 2;
    return sum_lines(s, axis, half, x) + sum_lines(s, axis, size - half, x + half * s->step[axis]);
}

/* ---- Columns: a sum for each index of a kept axis ----------------------------------------------------------- */

/* y[j] += the sum of column j over size indices of an axis, and the axes inside.  y is 0 before. */
static void sum_columns(const summed *s, int axis, int64_t size, int64_t width, const gd_real *x, gd_real *y)
{
    if (axis == s->ndim - 1) {
        real_sum_columns(size, width, x, s->step[axis], s->column, y);
        return;
    }
    if (size == 1) {
        sum_columns(s, axis + 1, s->size[axis + 1], width, x, y);
        return;
    }
    const int64_t half = size / 2;
    gd_real other[WIDTH] = { 0 };
    sum_columns(s, axis, half, width, x, y);
    sum_columns(s, axis, size - half, width, x + half * s->step[axis], other);
    for (int64_t j = 0; j < width; j++)
        y[j] += other[j];
}

static void sum_all_columns(const summed *s, const gd_real *x, gd_real *y)
{
    if (s->ndim == 1 && s->of_y == 1) {
        real_sum_columns(s->size[0], s->width, x, s->step[0], s->column, y);
        return;
    }
    for (int64_t first = 0; first < s->width; first += WIDTH) {
        const int64_t width = s->width - first < WIDTH ? s->width - first : WIDTH;
        gd_real sum[WIDTH] = { 0 };
        sum_columns(s, 0, s->size[0], width, x + first * s->column, sum);
        for (int64_t j = 0; j < width; j++)
            y[(first + j) * s->of_y] += sum[j];
    }
}

/* ---- All of them -------------------------------------------------------------------------------------------- */

static void sum_inner(int64_t n, gd_real *const p[], const int64_t step[], const void *context)
{
    const summed *s = context;
    if (s->width == 1 && s->ndim == 1 && s->step[0] == 1 && s->size[0] <= GI_SHORT_ROW) {
        real_sum_short_rows(n, s->size[0], p[1], step[1], p[0], step[0]);
        return;
    }
    for (int64_t i = 0; i < n; i++) {
        gd_real *y = p[0] + i * step[0];
        const gd_real *x = p[1] + i * step[1];
        if (s->width > 1 && s->column == 0) {               /* an expanded view: all columns are the same */
            const gd_real sum = sum_lines(s, 0, s->size[0], x);
            for (int64_t j = 0; j < s->width; j++)
                y[j * s->of_y] += sum;
        } else if (s->width > 1) {
            sum_all_columns(s, x, y);
        } else {
            *y += sum_lines(s, 0, s->size[0], x);
        }
    }
}

static int64_t distance(int64_t step)
{
    return step < 0 ? -step : step;
}

/* The summed axes in the order of their steps, the largest first, and merged where they go on from each other. */
static void nearest_last(summed *s)
{
    int ndim = 0;
    for (int i = 1; i < s->ndim; i++)
        for (int k = i; k > 0 && distance(s->step[k - 1]) < distance(s->step[k]); k--) {
            const int64_t size = s->size[k], step = s->step[k];
            s->size[k] = s->size[k - 1];
            s->step[k] = s->step[k - 1];
            s->size[k - 1] = size;
            s->step[k - 1] = step;
        }
    for (int i = 0; i < s->ndim; i++) {
        if (ndim > 0 && s->step[ndim - 1] == s->step[i] * s->size[i]) {
            s->size[ndim - 1] *= s->size[i];
            s->step[ndim - 1] = s->step[i];
        } else {
            s->size[ndim] = s->size[i];
            s->step[ndim++] = s->step[i];
        }
    }
    s->ndim = ndim;
}

/* Sorts the axes of nest: the summed ones to s, with the kept one whose neighbours lie nearest to each other if they
 * lie nearer than those of the innermost summed axis; the others stay in nest. */
static void sort_axes(gi_nest *nest, summed *s)
{
    int column = -1, kept = 0;
    *s = (summed){ .ndim = 0, .width = 1 };
    for (int i = 0; i < nest->ndim; i++) {
        if (nest->step[0][i] == 0) {
            s->size[s->ndim] = nest->size[i];
            s->step[s->ndim++] = nest->step[1][i];
        } else if (column < 0 || distance(nest->step[1][i]) <= distance(nest->step[1][column])) {
            column = i;
        }
    }
    nearest_last(s);
    const bool none = s->ndim == 0;                         /* summed: one row of columns */
    if (none) {
        s->size[0] = 1;
        s->step[0] = 1;
        s->ndim = 1;
    }
    s->count[s->ndim - 1] = s->size[s->ndim - 1];
    for (int i = s->ndim - 2; i >= 0; i--)
        s->count[i] = s->size[i] * s->count[i + 1];
    const int64_t nearest = distance(s->step[s->ndim - 1]);
    if (column >= 0 && (none || nest->step[1][column] == 0 || distance(nest->step[1][column]) < nearest)) {
        s->width = nest->size[column];
        s->of_y = nest->step[0][column];
        s->column = nest->step[1][column];
    } else {
        column = -1;
    }
    for (int i = 0; i < nest->ndim; i++)
        if (nest->step[0][i] != 0 && i != column) {
            nest->size[kept] = nest->size[i];
            nest->step[0][kept] = nest->step[0][i];
            nest->step[1][kept++] = nest->step[1][i];
        }
    if (kept == 0) {
        nest->size[0] = 1;
        nest->step[0][0] = nest->step[1][0] = 1;
        kept = 1;
    }
    nest->ndim = kept;
}

/* Long lines of several summed axes with a kept one in between: in the order of memory, each sum as sum + rest. */
typedef struct in_order {
    const gd_real *y;
    gd_real       *rest;
} in_order;

static void add_line(int64_t n, gd_real *const p[], const int64_t step[], const void *context)
{
    const in_order *o = context;
    real_add_term(p[0], o->rest + (p[0] - o->y), real_sum_strided(n, p[1], step[1]));
}

static bool sum_in_order(const gi_nest *nest, const gd_tensor *x, gd_real *y, int64_t numel)
{
    in_order o = { y, gi_arena_take(gi_current_scope(), (size_t)numel * sizeof *y) };
    if (!o.rest)
        return false;
    memset(o.rest, 0, (size_t)numel * sizeof *y);
    gd_real *const start[] = { y, x->data };
    gi_nest_run(nest, 2, start, add_line, &o);
    for (int64_t i = 0; i < numel; i++)
        y[i] = real_whole(y[i], o.rest[i]);
    return true;
}

void gi_sum_axes_into(gd_real *y, const int64_t *y_stride, const gd_tensor *x)
{
    if (x->numel == 0)
        return;
    gi_nest nest;
    const int64_t *const strides[] = { y_stride, x->stride };
    gi_nest_init(&nest, x->ndim, x->shape, 2, strides);
    if (nest.ndim == 2 && nest.step[0][0] == 0 && nest.step[0][1] == 1 && nest.step[1][1] == 1) {
        real_sum_columns(nest.size[0], nest.size[1], x->data, nest.step[1][0], 1, y);
        return;
    }
    const gi_nest all = nest;
    const int last = nest.ndim - 1;
    summed s;
    sort_axes(&nest, &s);
    if (s.ndim > 1 && s.width == 1 && all.step[0][last] == 0 && all.step[0][0] == 0 && all.size[last] >= SHORT) {
        const int64_t numel = x->numel / s.count[0];
        if (numel * SHORT <= x->numel && sum_in_order(&all, x, y, numel))
            return;
    }
    gd_real *const start[] = { y, x->data };
    gi_nest_spread(&nest, 2, start, sum_inner, &s, s.count[0] * s.width);
}
