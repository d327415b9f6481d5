/* simd.h - the instruction set that the kernels use, detected when the first one runs. */
#ifndef GRADUS_SIMD_H
#define GRADUS_SIMD_H

#include <stdatomic.h>
#include <stdbool.h>

/* The sets for which products and convolution are compiled.  The last one that the machine supports is used. */
typedef enum gi_simd_level {
    GI_SIMD_UNKNOWN,                        /* not detected yet */
    GI_SIMD_PLAIN,                          /* none: the references, see reference/reference.h */
    GI_SIMD_128,                            /* vectors of 16 bytes: NEON, SSE2 */
    GI_SIMD_256,                            /* AVX2 and FMA */
    GI_SIMD_512,                            /* AVX-512 */
    GI_SIMD_LEVELS
} gi_simd_level;

/* gi_simd_use - makes every thread use this level; GI_SIMD_LEVELS: the best one again.  False, and nothing
 * changes, where compiler or machine do not support it.  For tests and benchmarks. */
bool gi_simd_use(gi_simd_level level);

/* gi_simd_used - the level that is used now. */
gi_simd_level gi_simd_used(void);

/* What gi_simd_used returns, or GI_SIMD_UNKNOWN: for gemm.c, which saves the call. */
extern _Atomic int gi_simd_chosen;

#endif
