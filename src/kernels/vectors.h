/* vectors.h - the vectors of GNU C, for kernels that are written once and compiled for several instruction sets.
 * Without them, or with -DGD_PLAIN, HAVE_VECTORS is 0 and kernels are plain C.  Included by their .c files only. */
#ifndef GRADUS_VECTORS_H
#define GRADUS_VECTORS_H

#include <stdint.h>

#if defined(__GNUC__) && !defined(GD_PLAIN)
#define HAVE_VECTORS 1
#define PREFETCH(p) __builtin_prefetch(p)
#define ALWAYS_INLINE __attribute__((always_inline))
#if defined(__clang__)
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 16")
#endif
#else
#define HAVE_VECTORS 0
#define PREFETCH(p) (void)(p)
#define ALWAYS_INLINE
#define UNROLL
#endif

#if HAVE_VECTORS && defined(__x86_64__)
#include <immintrin.h>
#define HAVE_AVX 1
#else
#define HAVE_AVX 0
#endif
#if HAVE_VECTORS && defined(__aarch64__)
#include <arm_neon.h>
#define HAVE_NEON 1
#else
#define HAVE_NEON 0
#endif

/* F(lane, d) for each lane of a vector. */
#define LANES_2(F, d)  F(0, d), F(1, d)
#define LANES_4(F, d)  LANES_2(F, d), F(2, d), F(3, d)
#define LANES_8(F, d)  LANES_4(F, d), F(4, d), F(5, d), F(6, d), F(7, d)
#define LANES_16(F, d) LANES_8(F, d), F(8, d), F(9, d), F(10, d), F(11, d), F(12, d), F(13, d), F(14, d), F(15, d)

#if HAVE_VECTORS
#ifdef GD_DOUBLE
typedef int64_t lane_index;
#else
typedef int32_t lane_index;
#endif

/* SHUFFLE - the listed lanes of x and y; the lanes of y are numbered after those of x. */
#if defined(__clang__) || __GNUC__ >= 12
#define SHUFFLE(x, y, ...) __builtin_shufflevector(x, y, __VA_ARGS__)
#else
#define SHUFFLE(x, y, ...) \
    __builtin_shuffle(x, y, (lane_index __attribute__((vector_size(sizeof(x))))){ __VA_ARGS__ })
#endif
#endif

#endif
