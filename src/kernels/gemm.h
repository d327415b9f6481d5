/* gemm.h - the product of two matrices with any strides: the arithmetic of gd_matmul and convolution.
 *
 * Here: one product on raw memory.  Not here: shapes, batches, gradients, errors (it cannot fail).
 * reference/product.c has the definition as plain loops. */
#ifndef GRADUS_GEMM_H
#define GRADUS_GEMM_H

#include <stdbool.h>
#include <stdint.h>

#include "gradus/tensor.h"
#include "matrix.h"

/* gi_gemm - c[i, j] = sum_p a[i, p] b[p, j], plus the old c[i, j] when accumulate.
 *
 * c[i, j] stands at c[i c_stride + j].  Strides may be anything, 0 and negative ones too, as long as the elements of c
 * do not overlap each other, a or b.  Where a has no columns the sum is empty: c becomes zero, or stays when
 * accumulate.  A matrix without elements is never touched.
 *
 * The order in which c[i, j] is summed depends on a's columns, on the strides and on the machine, and not on the
 * place in the matrix.  So the rows, or the columns, may be computed in parts, for example by several threads, with the
 * same bits as in one call.  Only the product with a vector (a of one row, b of one column) is summed in another order:
 * a part of a matrix product should have at least two rows and two columns.
 *
 * Error: |c[i, j] - exact| <= 300 u sum_p |a[i, p] b[p, j]|, however long the sum is, with u half an ulp of 1: at most
 * 256 products, or 128 for each lane of a dot product, are added one after the other, then at most 32 such sums, and
 * what is longer by compensated summation (terms.h).  With accumulate, u |c[i, j]| more. */
static inline void gi_gemm(gi_matrix a, gi_matrix b, gd_real *c, int64_t c_stride, bool accumulate);

/* Memory to prefetch: count rows of length elements. */
typedef struct gi_rows_ahead {
    const gd_real *at;
    int64_t count, length, stride;
} gi_rows_ahead;

/* What gi_gemm calls: it gets the product by address, in the form in which the kernels read it, and may change it.  The
 * rows of a are a_row apart, and so on.  What follows add_row is gemm.c's own. */
typedef struct gi_product {
    int64_t m, n, k;                            /* a is [m, k], b is [k, n] */
    const gd_real *a;
    int64_t a_row, a_col;
    const gd_real *b;
    int64_t b_row, b_col;
    gd_real *c;
    int64_t c_row;
    const gd_real *add;                         /* [m, n], contiguous along rows, or NULL: is added to the product */
    int64_t add_row;
    gi_rows_ahead next;                         /* the part of a that comes after this one */
    struct work_space *work;
} gi_product;

void gi_gemm_of(gi_product *x);

/* gi_gemm_add - c[i, j] = sum_p a[i, p] b[p, j] + add[i add_stride + j]: a stride of 0 adds one row to all.  add is
 * NULL, c itself with c's stride, or does not overlap c. */
static inline void gi_gemm_add(gi_matrix a, gi_matrix b, const gd_real *add, int64_t add_stride, gd_real *c,
                               int64_t c_stride)
{
    gi_product x;
    x.m = a.rows;
    x.n = b.columns;
    x.k = a.columns;
    x.a = a.data;
    x.a_row = a.row_stride;
    x.a_col = a.column_stride;
    x.b = b.data;
    x.b_row = b.row_stride;
    x.b_col = b.column_stride;
    x.c = c;
    x.c_row = c_stride;
    x.add = add;
    x.add_row = add_stride;
    gi_gemm_of(&x);
}

static inline void gi_gemm(gi_matrix a, gi_matrix b, gd_real *c, int64_t c_stride, bool accumulate)
{
    gi_gemm_add(a, b, accumulate ? c : NULL, c_stride, c, c_stride);
}

#endif
