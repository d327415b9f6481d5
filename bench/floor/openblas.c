/* openblas.c - matrix products for the floors by OpenBLAS, the yardstick. */
#include "floor.h"

#ifdef HAVE_OPENBLAS
#include <cblas.h>

void floor_product_openblas(int64_t m, int64_t n, int64_t k, const float *a, bool a_transposed,
                            const float *b, bool b_transposed, float *c, bool accumulate)
{
    cblas_sgemm(CblasRowMajor, a_transposed ? CblasTrans : CblasNoTrans, b_transposed ? CblasTrans : CblasNoTrans,
                (int)m, (int)n, (int)k, 1, a, (int)(a_transposed ? m : k), b, (int)(b_transposed ? k : n),
                accumulate ? 1 : 0, c, (int)n);
}
#endif
