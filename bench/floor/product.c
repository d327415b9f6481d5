/* product.c - matrix products for the floors by gi_gemm, the library's own kernel, on raw numbers. */
#include "floor.h"

#include "kernels/gemm.h"

void floor_product_gradus(int64_t m, int64_t n, int64_t k, const float *a, bool a_transposed,
                          const float *b, bool b_transposed, float *c, bool accumulate)
{
    gi_gemm((gi_matrix){ a, m, k, a_transposed ? 1 : k, a_transposed ? m : 1 },
            (gi_matrix){ b, k, n, b_transposed ? 1 : n, b_transposed ? k : 1 }, c, n, accumulate);
}
