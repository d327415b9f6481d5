/* conv_kernels.c - the inner loops of convolution, compiled for each instruction set.  The loops themselves are in
 * conv_kernel.h, what they work on is told in conv_kernels.h. */
#include <string.h>

#include "base/compiler.h"
#include "gradus/tensor.h"
#include "kernels/conv_kernels.h"
#include "kernels/simd.h"
#include "kernels/terms.h"
#include "kernels/vectors.h"

#define KERNEL "kernels/conv_kernel.h"
#define ROUND_PRODUCTS_OF_128
#include "kernels/simd_each.h"

const kernel *gi_conv_kernel(void)
{
    switch (gi_simd_used()) {
#if HAVE_AVX
    case GI_SIMD_512: return &kernel_512;
    case GI_SIMD_256: return &kernel_256;
#endif
#if HAVE_VECTORS
    case GI_SIMD_128: return &kernel_128;
#endif
    default:          return NULL;
    }
}
