/* gemm.h - the product of two matrices with any strides: the arithmetic under gd_matmul and convolution.
 *
 * Here: one product on raw numbers.  Not here: shapes, batches, gradients, errors (it cannot fail). */
#ifndef GRADUS_GEMM_H
#define GRADUS_GEMM_H

#include <stdbool.h>
#include <stdint.h>

#include "gradus/tensor.h"

/* gi_gemm - c[i, j] = sum_p a[i, p] b[p, j], plus the old c[i, j] when accumulate.
 *
 *   a [m, k] with strides a_row, a_col;  b [k, n] with strides b_row, b_col;  c [m, n] with c_row and 1
 *
 * Strides are counted in elements and may be anything, 0 and negative ones too, as long as the elements of
 * c do not overlap each other, a or b.  With k = 0 the sum is empty: c becomes zero, or stays when
 * accumulate.  A matrix without elements is never touched.
 *
 * The order in which c[i, j] is summed depends on k, on the strides and on the machine, and not on the
 * place in the matrix.  So the rows, or the columns, may be computed in parts, by several threads say, and
 * give the same bits as in one call.  Only a product with a vector (m = 1 or n = 1) has an order of its own:
 * a part of a product of matrices should keep two rows and two columns.
 *
 * Error: |c[i, j] - exact| <= 300 u sum_p |a[i, p] b[p, j]|, however long the sum is, with u half an ulp of 1: at most
 * 256 products, or 128 for each lane of a dot product, are added one after the other, then at most 32 such sums, and
 * what is longer without loss (terms.h).  With accumulate, u |c[i, j]| more. */
void gi_gemm(int64_t m, int64_t n, int64_t k,
             const gd_real *a, int64_t a_row, int64_t a_col,
             const gd_real *b, int64_t b_row, int64_t b_col,
             gd_real *c, int64_t c_row, bool accumulate);

/* The instruction sets that gi_gemm knows.  It takes the last one that the machine has. */
typedef enum gi_gemm_level {
    GI_GEMM_PLAIN,                          /* C, one number at a time */
    GI_GEMM_128,                            /* vectors of 16 bytes: NEON, SSE2 */
    GI_GEMM_256,                            /* AVX2 and FMA */
    GI_GEMM_512,                            /* AVX-512 */
    GI_GEMM_LEVELS
} gi_gemm_level;

/* gi_gemm_use - makes every thread use this level; GI_GEMM_LEVELS: the best one again.  False, and nothing
 * changes, where compiler or machine do not have it.  For tests and benchmarks. */
bool gi_gemm_use(gi_gemm_level level);

/* gi_gemm_used - the level that gi_gemm takes now. */
gi_gemm_level gi_gemm_used(void);

#endif
