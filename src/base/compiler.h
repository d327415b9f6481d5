/* compiler.h - compiler extensions: branch hints, prefetching, kernels for several instruction sets. */
#ifndef GRADUS_COMPILER_H
#define GRADUS_COMPILER_H

#include <float.h>
#include <stdint.h>

#if FLT_EVAL_METHOD == 2 || FLT_EVAL_METHOD < 0
#error "double expressions have more bits than a double here: on 32-bit x86 compile with -msse2 -mfpmath=sse"
#elif FLT_EVAL_METHOD == 1 && !defined(GD_DOUBLE)
#error "float expressions have more bits than a float here: on s390x compile with -fexcess-precision=fast"
#endif

/* ---- The compiler ----------------------------------------------------------------------------------- */

#if defined(__GNUC__)
#define GI_LIKELY(condition)   __builtin_expect(!!(condition), 1)
#define GI_UNLIKELY(condition) __builtin_expect(!!(condition), 0)
#define GI_NOINLINE            __attribute__((noinline))
#define GI_COLD                __attribute__((noinline, cold))
#define GI_INLINE              static inline __attribute__((always_inline))
#else
#define GI_LIKELY(condition)   (condition)
#define GI_UNLIKELY(condition) (condition)
#define GI_NOINLINE
#define GI_COLD
#define GI_INLINE              static inline
#endif

/* GI_WILL_READ, GI_WILL_WRITE - prefetches the cache line `ahead` bytes after p, which need not exist.  Writing large
 * results in one sweep becomes up to a fifth faster. */
#if defined(__GNUC__)
#define GI_WILL_READ(p, ahead)  __builtin_prefetch((const void *)((uintptr_t)(p) + (ahead)), 0)
#define GI_WILL_WRITE(p, ahead) __builtin_prefetch((const void *)((uintptr_t)(p) + (ahead)), 1)
#else
#define GI_WILL_READ(p, ahead)  ((void)0)
#define GI_WILL_WRITE(p, ahead) ((void)0)
#endif

/* GI_KERNEL before a function compiles it for several instruction sets; one is selected when the program starts, so
 * that speed does not depend on the user's compiler flags.  The selection is made by a resolver that the dynamic linker
 * calls (GNU indirect functions), which glibc supports and musl does not, and which runs before ThreadSanitizer and
 * MemorySanitizer are initialized.
 * The function must be static, and its name unique in the library, because clang makes it a global symbol.
 * With -DGD_PLAIN, and on compilers and systems without support, GI_KERNEL is empty; with -DGI_ONE_KERNEL too, which
 * changes nothing else and makes the library compile sooner. */
#if defined(__has_feature)
#if __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define GI_EARLY_CALLS_CRASH
#endif
#elif defined(__SANITIZE_THREAD__)
#define GI_EARLY_CALLS_CRASH
#endif

#if !defined(__GNUC__) || !defined(__x86_64__) || !defined(__GLIBC__) || defined(__UCLIBC__) || \
    defined(GI_EARLY_CALLS_CRASH) || defined(GD_PLAIN) || defined(GI_ONE_KERNEL) || defined(__AVX512F__)
#define GI_KERNEL
#elif defined(__clang__)                    /* knows features, but not the levels -v3 and -v4 */
#define GI_KERNEL __attribute__((target_clones("avx512dq", "avx2", "default")))
#else
#define GI_KERNEL __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#endif

#endif
