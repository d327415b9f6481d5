/* attend.h - scaled dot-product attention on raw memory, and its gradients: the arithmetic of gd_attention.
 *
 * Here: matrices with any strides, so that heads are not copied out of the tensor that holds them side by side.  Not
 * here: shapes, errors, memory (it cannot fail), second derivatives.  reference/attention.c has the definition. */
#ifndef GRADUS_ATTEND_H
#define GRADUS_ATTEND_H

#include <stdbool.h>
#include <stdint.h>

#include "gradus/tensor.h"
#include "matrix.h"

enum { GI_ATTEND_BLOCK = 32 };              /* queries per block */

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

/* gi_attend - y = softmax(scale q k') v.  p, of count x queries x keys numbers, receives the softmax, which the
 * gradient needs. */
void gi_attend(const gi_attend_sizes *s, const gi_heads *q, const gi_heads *k, const gi_heads *v,
               const gi_heads *y, gd_real *p);

/* gi_attend_grad - dq, dk, dv from dy and p; those that are NULL are not computed.  work: a buffer of gi_attend_work(s)
 * numbers. */
typedef struct gi_attend_slopes { const gi_heads *dq, *dk, *dv; } gi_attend_slopes;
void gi_attend_grad(const gi_attend_sizes *s, const gi_heads *q, const gi_heads *k, const gi_heads *v,
                    const gi_heads *dy, const gd_real *p, gi_attend_slopes to, gd_real *work);
int64_t gi_attend_work(const gi_attend_sizes *s);

#endif
