/* simd.c - asks the machine which vector instructions it has. */
#include "simd.h"
#include "vectors.h"

_Atomic int gi_simd_chosen = -1;

static bool machine_has(gi_simd_level level)
{
    switch (level) {
    case GI_SIMD_PLAIN:
        return true;
    case GI_SIMD_128:
        return HAVE_VECTORS;
#if HAVE_AVX
    case GI_SIMD_256:
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    case GI_SIMD_512:
        return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl")
            && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw");
#endif
    default:
        return false;
    }
}

bool gi_simd_use(gi_simd_level level)
{
    if (level == GI_SIMD_LEVELS)
        while (!machine_has(--level))
            continue;
    if ((int)level < 0 || level >= GI_SIMD_LEVELS || !machine_has(level))
        return false;
    gi_simd_chosen = (int)level;
    return true;
}
