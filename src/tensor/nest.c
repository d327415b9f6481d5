/* nest.c - loops over strided data.  Every operation on views uses them; where all operands are contiguous there is a
 * single loop. */
#include <stdbool.h>
#include <string.h>

#include "nest.h"
#include "new.h"
#include "base/compiler.h"
#include "base/threads.h"
#include "gradus/tensor.h"

void gi_nest_init(gi_nest *nest, int ndim, const int64_t *shape, int operands, const int64_t *const strides[])
{
    int last = -1;
    for (int i = 0; i < ndim; i++) {
        if (shape[i] == 1)
            continue;
        bool merges = last >= 0;
        for (int k = 0; k < operands && merges; k++)
            merges = nest->step[k][last] == strides[k][i] * shape[i];
        if (merges) {
            nest->size[last] *= shape[i];
        } else {
            last++;
            nest->size[last] = shape[i];
        }
        for (int k = 0; k < operands; k++)
            nest->step[k][last] = strides[k][i];
    }
    if (last < 0) {
        last = 0;
        nest->size[0] = 1;
        for (int k = 0; k < operands; k++)
            nest->step[k][0] = 1;
    }
    nest->ndim = last + 1;
}

void gi_nest_run(const gi_nest *nest, int operands, gd_real *const start[], gi_inner_loop *inner,
                 const void *context)
{
    int inmost = nest->ndim - 1;
    int64_t index[GD_MAX_DIMS] = { 0 }, step[GI_OPERANDS];
    gd_real *p[GI_OPERANDS];
    for (int k = 0; k < operands; k++) {
        p[k] = start[k];
        step[k] = nest->step[k][inmost];
    }
    for (int i = 0; i <= inmost; i++)
        if (nest->size[i] == 0)
            return;
    for (;;) {
        inner(nest->size[inmost], p, step, context);
        int i = inmost - 1;
        while (i >= 0 && ++index[i] == nest->size[i]) {     /* an axis at its end starts again */
            for (int k = 0; k < operands; k++)
                p[k] -= nest->step[k][i] * (nest->size[i] - 1);
            index[i--] = 0;
        }
        if (i < 0)
            return;
        for (int k = 0; k < operands; k++)
            p[k] += nest->step[k][i];
    }
}

/* ---- In parallel: the outermost axis is split --------------------------------------------------------------- */

typedef struct spread_call {
    const gi_nest    *nest;
    int               operands;
    gd_real *const   *start;
    gi_inner_loop    *inner;
    const void       *context;
} spread_call;

static void spread_part(void *context, int64_t begin, int64_t end)
{
    const spread_call *call = context;
    gi_nest part = *call->nest;
    part.size[0] = end - begin;
    gd_real *start[GI_OPERANDS];
    for (int k = 0; k < call->operands; k++)
        start[k] = call->start[k] + begin * part.step[k][0];
    gi_nest_run(&part, call->operands, start, call->inner, call->context);
}

void gi_nest_spread(const gi_nest *nest, int operands, gd_real *const start[], gi_inner_loop *inner,
                    const void *context, int64_t work)
{
    int64_t each = work;                                    /* of one index of the outermost axis */
    for (int i = 1; i < nest->ndim; i++)
        each *= nest->size[i];
    if (GI_LIKELY(each * nest->size[0] <= GI_PART_ELEMENTS)) {
        gi_nest_run(nest, operands, start, inner, context);
        return;
    }
    gi_parallel(nest->size[0], gi_part_for(each, GI_PART_ELEMENTS, 1), spread_part,
                &(spread_call){ nest, operands, start, inner, context });
}

/* ---- Copying ------------------------------------------------------------------------------------------------
 * The two innermost axes are copied together, as a matrix, whose rows are often short, as for the heads of attention.
 * Where one side has strided rows, as in a transposition, the matrix is copied in tiles, so that a cache line that was
 * loaded for one row is still there for the next. */

enum { TILE = 16 };

typedef struct rows {
    int64_t n, to_step, from_step;          /* along a row */
} rows;

/* Pieces of constant length compile to vector moves, where memcpy would cost a call for each row. */
GI_KERNEL static void copy_short_rows(int64_t count, int64_t n, gd_real *restrict to, int64_t to_row,
                                      const gd_real *restrict from, int64_t from_row)
{
    for (int64_t r = 0; r < count; r++, to += to_row, from += from_row) {
        int64_t i = 0;
        for (; i + TILE <= n; i += TILE)
            memcpy(to + i, from + i, TILE * sizeof *to);
        for (; i < n; i++)
            to[i] = from[i];
    }
}

static void copy_tiles(int64_t count, const rows *row, gd_real *to, int64_t to_row, const gd_real *from,
                       int64_t from_row)
{
    for (int64_t r0 = 0; r0 < count; r0 += TILE)
        for (int64_t i0 = 0; i0 < row->n; i0 += TILE)
            for (int64_t r = r0; r < count && r < r0 + TILE; r++)
                for (int64_t i = i0; i < row->n && i < i0 + TILE; i++)
                    to[r * to_row + i * row->to_step] = from[r * from_row + i * row->from_step];
}

static void copy_inner(int64_t count, gd_real *const p[], const int64_t step[], const void *context)
{
    enum { SHORT = 256 };
    const rows *row = context;
    if (row->to_step != 1 || row->from_step != 1)
        copy_tiles(count, row, p[0], step[0], p[1], step[1]);
    else if (row->n <= SHORT)
        copy_short_rows(count, row->n, p[0], step[0], p[1], step[1]);
    else
        for (int64_t r = 0; r < count; r++)
            memcpy(p[0] + r * step[0], p[1] + r * step[1], (size_t)row->n * sizeof *p[0]);
}

void gi_copy_strided(int ndim, const int64_t *shape, gd_real *to, const int64_t *to_stride, const gd_real *from,
                     const int64_t *from_stride)
{
    gi_nest nest;
    const int64_t *const strides[] = { to_stride, from_stride };
    gi_nest_init(&nest, ndim, shape, 2, strides);
    const int last = nest.ndim - 1;
    const rows row = { nest.size[last], nest.step[0][last], nest.step[1][last] };
    if (row.n == 0)
        return;
    if (last > 0) {
        nest.ndim = last;
    } else {                                                /* one row */
        nest.size[0] = 1;
    }
    gd_real *const start[] = { to, (gd_real *)(uintptr_t)from };
    gi_nest_spread(&nest, 2, start, copy_inner, &row, row.n);
}

void gi_copy_into(const gd_tensor *y, const gd_tensor *x)
{
    gi_copy_strided(x->ndim, x->shape, y->data, y->stride, x->data, x->stride);
}

void gi_copy(gd_real *to, const gd_tensor *x)
{
    if (x->contiguous) {
        if (x->numel)
            memcpy(to, x->data, (size_t)x->numel * sizeof *to);
        return;
    }
    int64_t stride[GD_MAX_DIMS], step = 1;
    for (int i = x->ndim - 1; i >= 0; i--) {
        stride[i] = step;
        step *= x->shape[i];
    }
    gi_copy_strided(x->ndim, x->shape, to, stride, x->data, x->stride);
}

bool gi_copy_compute(gd_tensor *y, gd_tensor *const x[], const void *attributes)
{
    (void)attributes;
    gi_copy(y->data, x[0]);
    return true;
}

const gd_real *gi_contiguous_numbers(const gd_tensor *x)
{
    if (x->contiguous)
        return x->data;
    gd_tensor *copy = gi_new_like(x);
    if (!copy)
        return NULL;
    gi_copy(copy->data, x);
    return copy->data;
}
