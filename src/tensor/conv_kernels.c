/* conv_kernels.c - the inner loops of convolution, compiled for each instruction set.  The loops themselves are in
 * conv_kernel.h, what they work on is told in conv_kernels.h. */
#include "conv_kernels.h"

#include "core.h"
#include "gemm.h"

#if defined(__GNUC__) && !defined(GD_PLAIN)
#define HAVE_VECTORS 1
#define ALWAYS_INLINE __attribute__((always_inline))
#if defined(__clang__)
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 16")
#endif
#else
#define HAVE_VECTORS 0
#define ALWAYS_INLINE
#define UNROLL
#endif

/* ---- The kernels for each instruction set ------------------------------------------------------------------- */

#define UP_TO_4(F) F(1) F(2) F(3) F(4)
#define UP_TO_6(F) UP_TO_4(F) F(5) F(6)

#define LANES_2(F, d)  F(0, d), F(1, d)
#define LANES_4(F, d)  LANES_2(F, d), F(2, d), F(3, d)
#define LANES_8(F, d)  LANES_4(F, d), F(4, d), F(5, d), F(6, d), F(7, d)
#define LANES_16(F, d) LANES_8(F, d), F(8, d), F(9, d), F(10, d), F(11, d), F(12, d), F(13, d), F(14, d), F(15, d)

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
#include "conv_kernel.h"

#if HAVE_VECTORS
#if defined(__clang__) || __GNUC__ >= 12
#define SHUFFLE(x, y, ...) __builtin_shufflevector(x, y, __VA_ARGS__)
#elif defined(GD_DOUBLE)
typedef int64_t lane_index;
#else
typedef int32_t lane_index;
#endif
#ifndef SHUFFLE
#define SHUFFLE(x, y, ...) \
    __builtin_shuffle(x, y, (lane_index __attribute__((vector_size(sizeof(x))))){ __VA_ARGS__ })
#endif

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
#include "conv_kernel.h"
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
#include "conv_kernel.h"

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
#include "conv_kernel.h"
#else
#define HAVE_AVX 0
#endif

const kernel *gd_conv_kernel(void)
{
    switch (gd_gemm_used()) {
#if HAVE_AVX
    case GD_GEMM_512: return &kernel_512;
    case GD_GEMM_256: return &kernel_256;
#endif
#if HAVE_VECTORS
    case GD_GEMM_128: return &kernel_128;
#endif
    default:          return &kernel_plain;
    }
}
