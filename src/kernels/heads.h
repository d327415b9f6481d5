/* heads.h - what attention is made of: matrices with any strides, one for each head, and their sizes. */
#ifndef GRADUS_HEADS_H
#define GRADUS_HEADS_H

#include <stdbool.h>
#include <stdint.h>

#include "gradus/tensor.h"
#include "matrix.h"

/* A matrix for each index of the batch.  Strides are in elements; in matrices that are written, column is 1. */
typedef struct gi_heads {
    gd_real *data;
    int64_t  row, column;
    int64_t  step[GD_MAX_DIMS];             /* along the axes of the batch */
} gi_heads;

typedef struct gi_attend_sizes {
    int      axes;                          /* of the batch */
    int64_t  batch[GD_MAX_DIMS];
    int64_t  count;                         /* matrices: the product of batch */
    int64_t  queries, keys, d, e;           /* q [queries, d]  k [keys, d]  v [keys, e]  y [queries, e] */
    double   scale;                         /* of the scores, above 0 */
    bool     causal;                        /* query i sees the keys 0 .. i only */
} gi_attend_sizes;

/* gi_head_data - where matrix `index` of the batch begins; gi_head - that matrix. */
static inline gd_real *gi_head_data(const gi_attend_sizes *s, const gi_heads *x, int64_t index)
{
    gd_real *data = x->data;
    for (int i = s->axes - 1; i >= 0; i--) {
        data += index % s->batch[i] * x->step[i];
        index /= s->batch[i];
    }
    return data;
}

static inline gi_matrix gi_head(const gi_attend_sizes *s, const gi_heads *x, int64_t index, int64_t rows,
                                int64_t columns)
{
    return (gi_matrix){ gi_head_data(s, x, index), rows, columns, x->row, x->column };
}

/* Where gradients go; those that are NULL are left out. */
typedef struct gi_attend_slopes { const gi_heads *dq, *dk, *dv; } gi_attend_slopes;

#endif
