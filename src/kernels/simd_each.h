/* simd_each.h - compiles a kernel that is written once, in the file KERNEL, for each instruction set.  To be included
 * by a .c file after vectors.h, with KERNEL defined as that file's name.  The kernel finds
 *
 *   NAME(x)                    x with a suffix, so that every set has its own functions
 *   TARGET                     the attribute that lets the compiler use the set
 *   VECTOR_BYTES, REGISTERS    the size of a vector, and how many the processor holds
 *   vec, LANES                 a vector and how many numbers it holds
 *   EACH_LANE(F, d)            F(0, d), .., F(LANES - 1, d)
 *   BROADCAST(s)               the vector s, s, .., s
 *   MULTIPLY_ADD(x, y, z)      x y + z, rounded once where the machine can
 *   MULTIPLY_ADD_1(x, y, z)    the same for one number
 *   LOAD_PART(p, count)        the first count of LANES numbers, the rest 0; touches no others
 *   STORE_PART(p, v, count)    writes the first count numbers only
 *   BITS(mask)                 an integer: its bit l is set where all bits of lane l of the mask are, as of a < b
 *
 * and, from simd_vector.h, INLINE, load, store and transpose.  Level GI_SIMD_PLAIN has no kernels but the references.
 *
 *   level          vectors     registers
 *   GI_SIMD_128    16 bytes    16 (SSE2) or 32 (NEON)
 *   GI_SIMD_256    32 bytes    16 (AVX2 and FMA)
 *   GI_SIMD_512    64 bytes    32 (AVX-512) */
#include "kernels/vectors.h"

#ifdef GD_DOUBLE
#define REAL_BYTES 8
#define EACH_LANE_OF_16 LANES_2
#define EACH_LANE_OF_32 LANES_4
#define EACH_LANE_OF_64 LANES_8
#define FMA_1(x, y, z) fma(x, y, z)
#define PACKED(operation) operation##_pd
#else
#define REAL_BYTES 4
#define EACH_LANE_OF_16 LANES_4
#define EACH_LANE_OF_32 LANES_8
#define EACH_LANE_OF_64 LANES_16
#define FMA_1(x, y, z) fmaf(x, y, z)
#define PACKED(operation) operation##_ps
#endif

#define LANES (VECTOR_BYTES / REAL_BYTES)
#define INLINE static inline TARGET ALWAYS_INLINE

/* ---- Vectors of 16 bytes: SSE2 and NEON ----------------------------------------------------------------- */

#if HAVE_VECTORS
typedef gd_real vec_128 __attribute__((vector_size(16)));

static inline ALWAYS_INLINE vec_128 load_part_128(const gd_real *p, int count)
{
    vec_128 v = { 0 };
    for (int l = 0; l < count; l++)
        v[l] = p[l];
    return v;
}

static inline ALWAYS_INLINE void store_part_128(gd_real *p, vec_128 v, int count)
{
    for (int l = 0; l < count; l++)
        p[l] = v[l];
}

typedef lane_index mask_128 __attribute__((vector_size(16)));

static inline ALWAYS_INLINE unsigned bits_128(mask_128 mask)
{
    unsigned bits = 0;
    for (unsigned l = 0; l < sizeof mask / sizeof mask[0]; l++)
        bits |= (unsigned)(mask[l] != 0) << l;
    return bits;
}

#define NAME(x) x##_128
#define TARGET
#define VECTOR_BYTES 16
#define vec vec_128
#define EACH_LANE EACH_LANE_OF_16
#define LOAD_PART load_part_128
#define STORE_PART store_part_128
#define BITS bits_128
#if HAVE_NEON
#define REGISTERS 32
#ifdef GD_DOUBLE
#define BROADCAST vdupq_n_f64
#define NEON_FMA(x, y, z) vfmaq_f64(z, x, y)
#else
#define BROADCAST vdupq_n_f32
#define NEON_FMA(x, y, z) vfmaq_f32(z, x, y)
#endif
#ifdef ROUND_PRODUCTS_OF_128                /* a kernel's choice: x y is rounded, as with SSE2 */
#define MULTIPLY_ADD(x, y, z) ((x) * (y) + (z))
#else
#define MULTIPLY_ADD NEON_FMA
#endif
#define MULTIPLY_ADD_1 FMA_1
#else
#define REGISTERS 16
#ifdef GD_DOUBLE
#define BROADCAST(s) (vec_128){ s, s }
#else
#define BROADCAST(s) (vec_128){ s, s, s, s }
#endif
#define MULTIPLY_ADD(x, y, z) ((x) * (y) + (z))
#define MULTIPLY_ADD_1(x, y, z) ((x) * (y) + (z))
#endif
#include "kernels/simd_vector.h"
#include KERNEL
#include "kernels/simd_undefine.h"
#endif

/* ---- AVX2 and AVX-512 ------------------------------------------------------------------------------------ */

#if HAVE_AVX
#define TARGET_256 __attribute__((target("avx2,fma")))
typedef gd_real vec_256 __attribute__((vector_size(32)));

/* mask_256 - all bits in the first count lanes. */
static inline TARGET_256 ALWAYS_INLINE __m256i mask_256(int count)
{
    static const lane_index ones[2 * 32 / REAL_BYTES] = {
#define MINUS_1(l, d) -1
        EACH_LANE_OF_32(MINUS_1, 0)
#undef MINUS_1
    };
    __m256i mask;
    memcpy(&mask, ones + 32 / REAL_BYTES - count, sizeof mask);
    return mask;
}

#ifdef GD_DOUBLE
#define LOAD_PART(p, count) ((vec_256)_mm256_maskload_pd(p, mask_256(count)))
#else
#define LOAD_PART(p, count) ((vec_256)_mm256_maskload_ps(p, mask_256(count)))
#endif
#define STORE_PART(p, v, count) PACKED(_mm256_maskstore)(p, mask_256(count), v)
#define BITS(mask) ((unsigned)PACKED(_mm256_movemask)((vec_256)(mask)))
#define NAME(x) x##_256
#define TARGET TARGET_256
#define VECTOR_BYTES 32
#define REGISTERS 16
#define vec vec_256
#define EACH_LANE EACH_LANE_OF_32
#define BROADCAST(s) PACKED(_mm256_set1)(s)
#define MULTIPLY_ADD(x, y, z) PACKED(_mm256_fmadd)(x, y, z)
#define MULTIPLY_ADD_1 FMA_1
#include "kernels/simd_vector.h"
#include KERNEL
#include "kernels/simd_undefine.h"

typedef gd_real vec_512 __attribute__((vector_size(64)));
#ifdef GD_DOUBLE
#define MASK_512(count) ((__mmask8)((1u << (count)) - 1))
#else
#define MASK_512(count) ((__mmask16)((1u << (count)) - 1))
#endif

#define NAME(x) x##_512
#define TARGET __attribute__((target("avx512f,avx512vl,avx512dq,avx512bw,avx2,fma")))
#define VECTOR_BYTES 64
#define REGISTERS 32
#define vec vec_512
#define EACH_LANE EACH_LANE_OF_64
#define BROADCAST(s) PACKED(_mm512_set1)(s)
#define MULTIPLY_ADD(x, y, z) PACKED(_mm512_fmadd)(x, y, z)
#define MULTIPLY_ADD_1 FMA_1
#define LOAD_PART(p, count) ((vec_512)PACKED(_mm512_maskz_loadu)(MASK_512(count), p))
#define STORE_PART(p, v, count) PACKED(_mm512_mask_storeu)(p, MASK_512(count), v)
#ifdef GD_DOUBLE
#define BITS(mask) ((unsigned)_mm512_movepi64_mask((__m512i)(mask)))
#else
#define BITS(mask) ((unsigned)_mm512_movepi32_mask((__m512i)(mask)))
#endif
#include "kernels/simd_vector.h"
#include KERNEL
#include "kernels/simd_undefine.h"
#endif
