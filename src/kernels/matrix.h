/* matrix.h - a matrix as the kernels see it: numbers in memory, and how far apart they are. */
#ifndef GRADUS_MATRIX_H
#define GRADUS_MATRIX_H

#include <stdint.h>

#include "gradus/tensor.h"

/* Element [i, j] stands at data[i row_stride + j column_stride].  Strides are counted in elements and may be anything,
 * 0 and negative ones too. */
typedef struct gi_matrix {
    const gd_real *data;
    int64_t        rows, columns;
    int64_t        row_stride, column_stride;
} gi_matrix;

/* The same numbers, transposed. */
static inline gi_matrix gi_transposed(gi_matrix a)
{
    return (gi_matrix){ a.data, a.columns, a.rows, a.column_stride, a.row_stride };
}

#endif
