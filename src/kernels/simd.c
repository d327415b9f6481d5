/* simd.c - asks the machine which vector instructions it has. */
#include "simd.h"
#include "vectors.h"

_Atomic int gi_simd_chosen = GI_SIMD_UNKNOWN;

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
    if (!machine_has(level))
        return false;
    gi_simd_chosen = (int)level;
    return true;
}

gi_simd_level gi_simd_used(void)
{
    if (gi_simd_chosen == GI_SIMD_UNKNOWN)
        (void)gi_simd_use(GI_SIMD_LEVELS);
    return (gi_simd_level)gi_simd_chosen;
}
