/* gemm_cblas.h - matrix products by an external CBLAS: make CBLAS=openblas.  Part of gemm.c.
 *
 * For machines whose vendor's BLAS is faster than this library's kernels.  These still compute small products, and
 * those of matrices whose strides BLAS does not accept.  The BLAS decides about the order of summation, and about
 * whether results are the same bits for any number of threads. */
#include <cblas.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

enum { CBLAS_LEAST = 4096 };                    /* multiplications: less is faster without the call */

/* A matrix in the terms of BLAS: by rows, or by columns as a transposed one; false when it is neither. */
static bool blas_matrix(int64_t rows, int64_t columns, int64_t row, int64_t col, CBLAS_TRANSPOSE *way,
                        int *leading)
{
    const bool by_rows = col == 1 && row >= columns;
    const int64_t step = by_rows ? row : col;
    *way = by_rows ? CblasNoTrans : CblasTrans;
    *leading = (int)step;
    return (by_rows || (row == 1 && col >= rows)) && step > 0 && step <= INT_MAX;
}

/* False: not done, c is as it was. */
static bool product_by_blas(operands *x)
{
    CBLAS_TRANSPOSE ta, tb;
    int lda, ldb;
    const bool fits = x->m <= INT_MAX && x->n <= INT_MAX && x->k <= INT_MAX && x->c_row >= x->n
                   && x->c_row <= INT_MAX;
    if (!fits || (double)x->m * (double)x->n * (double)x->k < CBLAS_LEAST
        || !blas_matrix(x->m, x->k, x->a_row, x->a_col, &ta, &lda)
        || !blas_matrix(x->k, x->n, x->b_row, x->b_col, &tb, &ldb))
        return false;
    add_first(x);
#ifdef GD_DOUBLE
#define BLAS_GEMM cblas_dgemm
#else
#define BLAS_GEMM cblas_sgemm
#endif
    BLAS_GEMM(CblasRowMajor, ta, tb, (int)x->m, (int)x->n, (int)x->k, 1, x->a, lda, x->b, ldb,
              x->add ? 1 : 0, x->c, (int)x->c_row);
    return true;
}
