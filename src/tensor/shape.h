/* shape.h - shapes: in messages, checks, comparison, broadcasting. */
#ifndef GRADUS_SHAPE_H
#define GRADUS_SHAPE_H

#include <stdbool.h>

#include "base/message.h"
#include "gradus/tensor.h"

/* gi_valid_shape - the number of elements; -1, and a message, when a size is negative, there are too many axes, or the
 * elements or their bytes cannot be counted. */
int64_t gi_valid_shape(const char *function, int ndim, const int64_t *shape);

/* gi_shape_text - "[2, 3]".
 * gi_text_of - the shape of t with its name, [2] ("w"), or that of the tensor it is a view of.
 * gi_text_as - another shape with the name of t, which may be NULL. */
gi_text gi_shape_text(int ndim, const int64_t *shape);
gi_text gi_text_of(const gd_tensor *t);
gi_text gi_text_as(const gd_tensor *t, int ndim, const int64_t *shape);

static inline bool gi_same_shape(const gd_tensor *a, const gd_tensor *b)
{
    if (a->ndim != b->ndim)
        return false;
    for (int i = 0; i < a->ndim; i++)
        if (a->shape[i] != b->shape[i])
            return false;
    return true;
}

/* gi_valid_axis - the axis counted from the start, 0 .. ndim-1; -1, and a message, when it is out of range. */
int gi_valid_axis(const char *function, int axis, int ndim);

/* Sizes that need not be those of a tensor: its leading axes, or the shape of a result that is not made yet. */
typedef struct gi_sizes {
    int            ndim;
    const int64_t *size;
    const gd_tensor *of;                    /* for its name, in messages; or NULL */
} gi_sizes;

static inline gi_sizes gi_sizes_of(const gd_tensor *t)
{
    return (gi_sizes){ t->ndim, t->shape, t };
}

/* gi_broadcast_shape - NumPy's rule: shapes are aligned at the right, axes of size 1 stretch.  False, and a
 * message, when the two do not fit.  gi_broadcast_sizes - the same for sizes. */
bool gi_broadcast_shape(const char *function, const gd_tensor *a, const gd_tensor *b, gd_shape *shape);
bool gi_broadcast_sizes(const char *function, gi_sizes a, gi_sizes b, gd_shape *shape);

/* gi_row_major_strides - the strides of a contiguous tensor of this shape. */
static inline void gi_row_major_strides(int ndim, const int64_t *shape, int64_t *stride)
{
    int64_t step = 1;
    for (int i = ndim - 1; i >= 0; i--) {
        stride[i] = step;
        step *= shape[i];
    }
}

/* gi_broadcast_strides - strides of t seen as a tensor of the given shape; 0 along stretched axes.
 * gi_broadcast_strides_of - the same for the first axes of a tensor, with their sizes and steps. */
void gi_broadcast_strides_of(int axes, const int64_t *size, const int64_t *step, int ndim, const int64_t *shape,
                             int64_t *stride);

static inline void gi_broadcast_strides(const gd_tensor *t, int ndim, const int64_t *shape, int64_t *stride)
{
    gi_broadcast_strides_of(t->ndim, t->shape, t->stride, ndim, shape, stride);
}

#endif
