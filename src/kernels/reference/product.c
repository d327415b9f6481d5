/* product.c - the product of two matrices, by its definition. */
#include "kernels/reference/reference.h"

/* c[i, j] = sum_p a[i, p] b[p, j] */
void gi_gemm_reference(gi_matrix a, gi_matrix b, gd_real *c, int64_t c_stride, bool accumulate)
{
    for (int64_t i = 0; i < a.rows; i++)
        for (int64_t j = 0; j < b.columns; j++) {
            gi_wide sum = accumulate ? (gi_wide)c[i * c_stride + j] : 0;
            for (int64_t p = 0; p < a.columns; p++)
                sum += (gi_wide)a.data[i * a.row_stride + p * a.column_stride]
                     * (gi_wide)b.data[p * b.row_stride + j * b.column_stride];
            c[i * c_stride + j] = (gd_real)sum;
        }
}
