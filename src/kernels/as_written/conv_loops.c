/* conv_loops.c - the inner loops of convolution, conv_simd.h, compiled for each instruction set. */
#include <string.h>

#include "base/compiler.h"
#include "gradus/tensor.h"
#include "kernels/conv_loops.h"
#include "kernels/simd.h"
#include "kernels/terms.h"
#include "kernels/vectors.h"

#define KERNEL "kernels/conv_simd.h"
#define ROUND_PRODUCTS_OF_128              /* NEON gives the bits of SSE2 */
#include "kernels/simd_each.h"

const conv_loops *gi_conv_loops(void)
{
    switch (gi_simd_used()) {
#if HAVE_AVX
    case GI_SIMD_512: return &loops_512;
    case GI_SIMD_256: return &loops_256;
#endif
#if HAVE_VECTORS
    case GI_SIMD_128: return &loops_128;
#endif
    default:          return NULL;
    }
}
