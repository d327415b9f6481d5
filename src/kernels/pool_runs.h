/* pool_runs.h - the columns of windows as runs along lines, for the fast poolings.  Included by their .c files only. */
#ifndef GRADUS_POOL_RUNS_H
#define GRADUS_POOL_RUNS_H

#include "kernels/pool.h"

/* Windows whose k-th columns stand `stride` apart in v: from y[first] on, n of them, the first at v[column]. */
typedef struct run {
    int64_t first, n, column;
} run;

/* Where rows of windows tile x without a rest, the next row goes on where the last one stopped: one run in all. */
static inline bool rows_join(const gi_windows *s)
{
    return s->padding[1] == 0 && s->ow * s->stride[1] == s->w;
}

static inline int64_t run_rows(const gi_windows *s)
{
    return rows_join(s) ? 1 : s->oh;
}

/* The run of k-th columns in row r of run_rows. */
static inline run columns_inside(const gi_windows *s, int64_t r, int64_t k)
{
    if (rows_join(s))
        return (run){ 0, s->oh * s->ow, k };
    int64_t stride = s->stride[1], before = s->padding[1] - k, last = s->w - 1 + before;
    int64_t first = before > 0 ? (before + stride - 1) / stride : 0;
    int64_t end = last < 0 ? 0 : last / stride + 1 < s->ow ? last / stride + 1 : s->ow;
    return (run){ r * s->ow + first, end > first ? end - first : 0, r * s->w + first * stride - before };
}

#endif
