/* shape.h - shapes: checked, compared, broadcast, and in messages. */
#ifndef GRADUS_SHAPE_H
#define GRADUS_SHAPE_H

#include <stdbool.h>

#include "base/message.h"
#include "gradus/tensor.h"

/* gi_valid_shape - the number of elements of a shape that passes these checks, else -1 and the message. */
int64_t gi_valid_shape(const char *function, int ndim, const int64_t *shape);

gi_text gi_shape_text(int ndim, const int64_t *shape);       /* "[2, 3]" */
gi_text gi_text_of(const gd_tensor *t);                      /* of a tensor, with its name: [2] ("w"), or that
                                                              * of the tensor it is a view of */

static inline bool gi_same_shape(const gd_tensor *a, const gd_tensor *b)
{
    if (a->ndim != b->ndim)
        return false;
    for (int i = 0; i < a->ndim; i++)
        if (a->shape[i] != b->shape[i])
            return false;
    return true;
}

/* gi_valid_axis - axis counted from the start, in 0 .. ndim-1; -1 and a message when it is out of range. */
int gi_valid_axis(const char *function, int axis, int ndim);

/* gi_broadcast_shape - NumPy's rule: shapes are aligned at the right, axes of size 1 stretch.  False, and a
 * message, when the two do not fit. */
bool gi_broadcast_shape(const char *function, const gd_tensor *a, const gd_tensor *b, gd_shape *shape);

/* gi_broadcast_strides - strides of t seen as a tensor of the given shape; 0 along stretched axes. */
void gi_broadcast_strides(const gd_tensor *t, int ndim, const int64_t *shape, int64_t *stride);

#endif
