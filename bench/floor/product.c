/* product.c - matrix products for the floors: the fastest kernels at hand.  gd_gemm is the library's own, on raw
 * numbers; OpenBLAS is the yardstick. */
#include "floor.h"

#include "tensor/gemm.h"

#ifdef HAVE_OPENBLAS
#include <cblas.h>
#endif

void floor_product_gradus(int64_t m, int64_t n, int64_t k, const float *a, bool a_transposed,
                          const float *b, bool b_transposed, float *c, bool accumulate)
{
    gd_gemm(m, n, k, a, a_transposed ? 1 : k, a_transposed ? m : 1,
            b, b_transposed ? 1 : n, b_transposed ? k : 1, c, n, accumulate);
}

#ifdef HAVE_OPENBLAS
void floor_product_openblas(int64_t m, int64_t n, int64_t k, const float *a, bool a_transposed,
                            const float *b, bool b_transposed, float *c, bool accumulate)
{
    cblas_sgemm(CblasRowMajor, a_transposed ? CblasTrans : CblasNoTrans, b_transposed ? CblasTrans : CblasNoTrans,
                (int)m, (int)n, (int)k, 1, a, (int)(a_transposed ? m : k), b, (int)(b_transposed ? k : n),
                accumulate ? 1 : 0, c, (int)n);
}
#endif
