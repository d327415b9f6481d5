/* pool.h - the windows of a pooling:  x [n, c, h, w]  ->  y [n, c, oh, ow].
 *
 * A window is a product of rows and columns, so pooling takes two steps, each a loop over long lines: first the rows of
 * each window are reduced to one, v [oh, w], then the columns.  Threads share the planes [n c]. */
#ifndef GRADUS_POOL_H
#define GRADUS_POOL_H

#include <stdbool.h>

#include "autograd/node.h"
#include "base/threads.h"
#include "gradus/tensor.h"

typedef struct windows {
    int64_t planes, h, w, oh, ow;
    int64_t kernel[2], stride[2], padding[2];
    bool    count_padding;
    gd_shape x_shape, y_shape;
    const int32_t *largest;                 /* of a max pooling: where each element of y comes from in its plane */
} windows;

/* Shapes and errors of x and the options. */
bool gi_windows_check(const char *function, const gd_tensor *x, const gd_pool2d_options *o, windows *s);

/* How many planes a thread processes at a time. */
static inline int64_t gi_windows_part(const windows *s)
{
    return gi_part_for(s->h * s->w, GI_PART_ELEMENTS, 1);
}

/* The rows [*from, *to) of x inside the windows of row r. */
static inline void gi_rows_inside(const windows *s, int64_t r, int64_t *from, int64_t *to)
{
    int64_t top = r * s->stride[0] - s->padding[0], bottom = top + s->kernel[0];
    *from = top > 0 ? top : 0;
    *to = bottom < s->h ? bottom : s->h;
}

/* Windows whose k-th columns stand `stride` apart in v: from y[first] on, n of them, the first at v[column]. */
typedef struct run {
    int64_t first, n, column;
} run;

/* Where rows of windows tile x without a rest, the next row goes on where the last one stopped: one run in all. */
static inline bool gi_rows_join(const windows *s)
{
    return s->padding[1] == 0 && s->ow * s->stride[1] == s->w;
}

static inline int64_t gi_run_rows(const windows *s)
{
    return gi_rows_join(s) ? 1 : s->oh;
}

/* The run of k-th columns in row r of gi_run_rows. */
run gi_columns_inside(const windows *s, int64_t r, int64_t k);

#endif
