/* lines.h - the lines of contiguous numbers along an axis. */
#ifndef GRADUS_LINES_H
#define GRADUS_LINES_H

#include <stdint.h>

#include "gradus/tensor.h"

/* count lines of n elements, which lie `after` apart, in the order of the elements of a result without the axis. */
typedef struct gi_lines {
    int64_t n, after, count;
} gi_lines;

static inline gi_lines gi_lines_along(const gd_tensor *x, int axis)
{
    gi_lines l = { x->shape[axis], 1, 1 };
    for (int i = 0; i < x->ndim; i++) {
        l.count *= i == axis ? 1 : x->shape[i];
        l.after *= i > axis ? x->shape[i] : 1;
    }
    return l;
}

/* gi_line_start - where the first element of a line is. */
static inline int64_t gi_line_start(const gi_lines *l, int64_t line)
{
    return line / l->after * l->after * l->n + line % l->after;
}

#endif
