/* conv_kernels.c - the inner loops of convolution, compiled for each instruction set.  The loops themselves are in
 * conv_kernel.h, what they work on is told in conv_kernels.h. */
#include "gradus/tensor.h"
#include "kernels/conv_kernels.h"

#include "kernels/gemm.h"
#include "kernels/terms.h"
#include "kernels/vectors.h"

/* ---- The kernels for each instruction set ------------------------------------------------------------------- */

#define UP_TO_4(F) F(1) F(2) F(3) F(4)
#define UP_TO_6(F) UP_TO_4(F) F(5) F(6)

#define NAME(x) x##_plain
#define TARGET
#define vec gd_real
#define LANES 1
#define EACH_LANE LANES_2
#define BROADCAST(s) (s)
#define MULTIPLY_ADD(x, y, z) ((x) * (y) + (z))
#define ROWS 4
#define EACH_ROW UP_TO_4
#define COLUMNS 2
#include "kernels/conv_kernel.h"

#if HAVE_VECTORS
typedef gd_real vec_128 __attribute__((vector_size(16)));
#define NAME(x) x##_128
#define TARGET
#define vec vec_128
#ifdef GD_DOUBLE
#define LANES 2
#define EACH_LANE LANES_2
#define BROADCAST(s) (vec_128){ s, s }
#else
#define LANES 4
#define EACH_LANE LANES_4
#define BROADCAST(s) (vec_128){ s, s, s, s }
#endif
#define MULTIPLY_ADD(x, y, z) ((x) * (y) + (z))
#define ROWS 6
#define EACH_ROW UP_TO_6
#define COLUMNS 2
#include "kernels/conv_kernel.h"
#endif

#if HAVE_VECTORS && defined(__x86_64__)
#include <immintrin.h>
#define HAVE_AVX 1
#ifdef GD_DOUBLE
#define PACKED(operation) operation##_pd
#else
#define PACKED(operation) operation##_ps
#endif

typedef gd_real vec_256 __attribute__((vector_size(32)));
#define NAME(x) x##_256
#define TARGET __attribute__((target("avx2,fma")))
#define vec vec_256
#ifdef GD_DOUBLE
#define LANES 4
#define EACH_LANE LANES_4
#else
#define LANES 8
#define EACH_LANE LANES_8
#endif
#define BROADCAST(s) PACKED(_mm256_set1)(s)
#define MULTIPLY_ADD(x, y, z) PACKED(_mm256_fmadd)(x, y, z)
#define ROWS 6
#define EACH_ROW UP_TO_6
#define COLUMNS 2
#include "kernels/conv_kernel.h"

typedef gd_real vec_512 __attribute__((vector_size(64)));
#define NAME(x) x##_512
#define TARGET __attribute__((target("avx512f,avx512vl,avx512dq,avx512bw,avx2,fma")))
#define vec vec_512
#ifdef GD_DOUBLE
#define LANES 8
#define EACH_LANE LANES_8
#else
#define LANES 16
#define EACH_LANE LANES_16
#endif
#define BROADCAST(s) PACKED(_mm512_set1)(s)
#define MULTIPLY_ADD(x, y, z) PACKED(_mm512_fmadd)(x, y, z)
#define ROWS 6
#define EACH_ROW UP_TO_6
#define COLUMNS 4
#include "kernels/conv_kernel.h"
#else
#define HAVE_AVX 0
#endif

const kernel *gi_conv_kernel(void)
{
    switch (gi_gemm_used()) {
#if HAVE_AVX
    case GI_GEMM_512: return &kernel_512;
    case GI_GEMM_256: return &kernel_256;
#endif
#if HAVE_VECTORS
    case GI_GEMM_128: return &kernel_128;
#endif
    default:          return &kernel_plain;
    }
}
