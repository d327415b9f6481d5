/* gemm.c - how fast the matrix product is, against the machine's peak and, with -DHAVE_CBLAS, another BLAS.
 *
 * Every line is one size and one way in which a and b lie in memory: n as they are multiplied, t transposed.
 * The contestants take turns, a fraction of a millisecond each, and so does a loop of independent
 * multiply-adds, the peak.  A machine changes its speed all the time, so they are compared within each round,
 * and the median over the rounds is printed: Gflop/s (2 m k n operations; below 0.01 Mflop nanoseconds), the
 * fraction of the peak, and how many times longer the other BLAS took.
 *
 *     gemm [level] [rounds] [size ...]      level 1 .. 4 as in kernels/simd.h, default the best; size like 32x784x256
 * */
#define _POSIX_C_SOURCE 199309L                 /* clock_gettime */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "kernels/gemm.h"
#include "kernels/simd.h"

#ifdef HAVE_CBLAS
#include <cblas.h>
#ifdef HAVE_OPENBLAS
extern void openblas_set_num_threads(int threads);
#endif
#endif
#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>
#elif defined(__aarch64__) && defined(__GNUC__)
#include <arm_neon.h>
#endif

enum { MOST_ROUNDS = 101, PEAK_TIMES = 8 };    /* the latter makes about 0.1 ms */

typedef struct problem {
    int64_t m, k, n;
    bool ta, tb;
    const gd_real *a, *b;
    gd_real *c;
} problem;

/* now - seconds of processor time: what other programs take does not count. */
static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* ---- The contestants: each does its work `times` times --------------------------------------------------- */

static void ours(const problem *x, int64_t times)
{
    for (int64_t i = 0; i < times; i++)
        gi_gemm((gi_matrix){ x->a, x->m, x->k, x->ta ? 1 : x->k, x->ta ? x->m : 1 },
                (gi_matrix){ x->b, x->k, x->n, x->tb ? 1 : x->n, x->tb ? x->k : 1 }, x->c, x->n, false);
}

#ifdef HAVE_CBLAS
static void blas(const problem *x, int64_t times)
{
    const CBLAS_TRANSPOSE ta = x->ta ? CblasTrans : CblasNoTrans, tb = x->tb ? CblasTrans : CblasNoTrans;
    const int m = (int)x->m, n = (int)x->n, k = (int)x->k;
    for (int64_t i = 0; i < times; i++)
#ifdef GD_DOUBLE
        cblas_dgemm(CblasRowMajor, ta, tb, m, n, k, 1, x->a, x->ta ? m : k, x->b, x->tb ? k : n, 0, x->c, n);
#else
        cblas_sgemm(CblasRowMajor, ta, tb, m, n, k, 1, x->a, x->ta ? m : k, x->b, x->tb ? k : n, 0, x->c, n);
#endif
}
#endif

/* The peak: ten chains of multiply-adds that do not wait for each other, in registers. */
#if defined(__GNUC__)
enum { CHAINS = 10, STEPS = 4096 };
static volatile gd_real keep;

#define EACH_CHAIN(F) F(0) F(1) F(2) F(3) F(4) F(5) F(6) F(7) F(8) F(9)
#define START(i) vec s##i = half;
#define STEP(i) s##i = MULTIPLY_ADD(s##i, half, half); __asm__ volatile("" : OPERAND(s##i));
#define END(i) keep = ((const gd_real *)&s##i)[0];
#define PEAK_LOOP \
    EACH_CHAIN(START) \
    for (int64_t t = 0; t < times * STEPS; t++) { \
        EACH_CHAIN(STEP) \
    } \
    EACH_CHAIN(END) \
    return 2.0 * (double)(sizeof(vec) / sizeof(gd_real)) * CHAINS * STEPS

#if defined(__x86_64__)
#define OPERAND(s) "+v"(s)
#ifdef GD_DOUBLE
#define PACKED(operation) operation##_pd
typedef __m512d vec_512;
typedef __m256d vec_256;
#else
#define PACKED(operation) operation##_ps
typedef __m512 vec_512;
typedef __m256 vec_256;
#endif

/* peak - operations done in one of the times. */
#define MULTIPLY_ADD(x, y, z) PACKED(_mm512_fmadd)(x, y, z)
__attribute__((target("avx512f"))) static double peak_512(int64_t times)
{
    typedef vec_512 vec;
    const vec half = PACKED(_mm512_set1)((gd_real)0.5);
    PEAK_LOOP;
}
#undef MULTIPLY_ADD

#define MULTIPLY_ADD(x, y, z) PACKED(_mm256_fmadd)(x, y, z)
__attribute__((target("avx2,fma"))) static double peak_256(int64_t times)
{
    typedef vec_256 vec;
    const vec half = PACKED(_mm256_set1)((gd_real)0.5);
    PEAK_LOOP;
}
#undef MULTIPLY_ADD
#elif defined(__aarch64__)
#define OPERAND(s) "+w"(s)
#else
#define OPERAND(s) "+m"(s)
#endif

#if defined(__aarch64__) && !defined(GD_DOUBLE)
#define MULTIPLY_ADD(x, y, z) vfmaq_f32(z, x, y)
#elif defined(__aarch64__)
#define MULTIPLY_ADD(x, y, z) vfmaq_f64(z, x, y)
#else
#define MULTIPLY_ADD(x, y, z) ((x) * (y) + (z))
#endif
static double peak_128(int64_t times)
{
    typedef gd_real vec __attribute__((vector_size(16)));
    const vec half = (vec){ 0 } + (gd_real)0.5;
    PEAK_LOOP;
}
#endif

static double peak(int64_t times)
{
#if defined(__x86_64__) && defined(__GNUC__)
    if (gi_simd_used() == GI_SIMD_512)
        return peak_512(times);
    if (gi_simd_used() == GI_SIMD_256)
        return peak_256(times);
#endif
#if defined(__GNUC__)
    return peak_128(times);
#else
    (void)times;
    return NAN;
#endif
}

/* ---- Rounds ------------------------------------------------------------------------------------------------ */

static int by_size(const void *x, const void *y)
{
    const double a = *(const double *)x, b = *(const double *)y;
    return (a > b) - (a < b);
}

static double median(double *values, int count)
{
    qsort(values, (size_t)count, sizeof *values, by_size);
    return values[count / 2];
}

typedef struct totals { double sum_log, worst; int count; } totals;

/* measure - prints one line. */
static void measure(const problem *x, int rounds, totals *against)
{
    static double seconds[MOST_ROUNDS], of_peak[MOST_ROUNDS];
#ifdef HAVE_CBLAS
    static double other_seconds[MOST_ROUNDS], ratios[MOST_ROUNDS];
#endif
    const double work = 2.0 * (double)x->m * (double)x->n * (double)x->k;
    double start = now(), once = 0;
    int64_t times = 1;
    for (;; times *= 2) {                       /* as often as fills a fifth of a millisecond */
        start = now();
        ours(x, times);
        once = now() - start;
        if (once > 2e-4)
            break;
    }
    for (int r = 0; r < rounds; r++) {
        start = now();
        const double operations = peak(PEAK_TIMES);
        const double fastest = work / operations * (now() - start) / PEAK_TIMES;
        start = now();
        ours(x, times);
        seconds[r] = (now() - start) / (double)times;
        of_peak[r] = fastest / seconds[r];
#ifdef HAVE_CBLAS
        start = now();
        blas(x, times);
        other_seconds[r] = (now() - start) / (double)times;
        ratios[r] = other_seconds[r] / seconds[r];
#endif
    }
    const double t = median(seconds, rounds);
    char name[64];
    (void)snprintf(name, sizeof name, "%lldx%lldx%lld", (long long)x->m, (long long)x->k, (long long)x->n);
    printf("%-14s %c%c ", name, x->ta ? 't' : 'n', x->tb ? 't' : 'n');
    if (work < 1e4)
        printf("%8.1f ns", t * 1e9);
    else
        printf("%8.2f   ", work / t * 1e-9);
    printf("  %5.1f %%", 100 * median(of_peak, rounds));
#ifdef HAVE_CBLAS
    const double other = median(other_seconds, rounds), ratio = median(ratios, rounds);
    if (work < 1e4)
        printf("  %8.1f ns", other * 1e9);
    else
        printf("  %8.2f   ", work / other * 1e-9);
    printf("  %6.2f%s", ratio, ratio < 1 ? " <" : "");
    against->sum_log += log(ratio);
    against->count++;
    if (against->worst == 0 || ratio < against->worst)
        against->worst = ratio;
#else
    (void)against;
#endif
    printf("\n");
    fflush(stdout);
}

static void measure_size(int64_t m, int64_t k, int64_t n, int rounds, totals *against)
{
    gd_real *a = malloc((size_t)(m * k) * sizeof *a), *b = malloc((size_t)(k * n) * sizeof *b);
    gd_real *c = malloc((size_t)(m * n) * sizeof *c);
    if (!a || !b || !c) {
        fprintf(stderr, "gemm: out of memory\n");
        exit(1);
    }
    for (int64_t i = 0; i < m * k; i++)
        a[i] = (gd_real)(i % 17) / 17 - (gd_real)0.5;
    for (int64_t i = 0; i < k * n; i++)
        b[i] = (gd_real)(i % 19) / 19 - (gd_real)0.5;
    if (2.0 * (double)m * (double)n * (double)k > 1e9 && rounds > 7)
        rounds = 7;
    for (int way = 0; way < 4; way++) {
        const problem x = { m, k, n, way & 2, way & 1, a, b, c };
        measure(&x, rounds, against);
    }
    free(a);
    free(b);
    free(c);
}

int main(int argc, char **argv)
{
    static const int64_t sizes[][3] = {
        { 1, 1, 1 }, { 1, 5, 1 }, { 10, 5, 1 }, { 5, 10, 1 }, { 5, 1, 10 }, { 1, 256, 1 }, { 1, 256, 256 },
        { 256, 256, 1 }, { 2, 256, 256 }, { 4, 4, 4 }, { 8, 8, 8 }, { 16, 16, 16 }, { 32, 64, 32 }, { 64, 64, 64 },
        { 128, 128, 128 }, { 256, 256, 256 }, { 32, 784, 256 }, { 256, 784, 256 }, { 1024, 784, 256 },
        { 256, 256, 10 }, { 784, 256, 32 }, { 768, 64, 256 }, { 512, 512, 512 }, { 1024, 1024, 1024 },
        { 2048, 2048, 2048 },
    };
    const int level = argc > 1 ? atoi(argv[1]) : GI_SIMD_LEVELS;
    int rounds = argc > 2 ? atoi(argv[2]) : 21;
    rounds = rounds < 1 ? 1 : rounds > MOST_ROUNDS ? MOST_ROUNDS : rounds;
    if (level < 0 || level > GI_SIMD_LEVELS || !gi_simd_use((gi_simd_level)level)) {
        fprintf(stderr, "gemm: level %d is not available here\n", level);
        return 1;
    }
#ifdef HAVE_OPENBLAS
    openblas_set_num_threads(1);
#endif
    totals against = { 0, 0, 0 };
    printf("level %d, %zu-byte numbers, one thread, median of %d rounds\n"
           "m x k x n      ab  Gflop/s       of peak"
#ifdef HAVE_CBLAS
           "  CBLAS        CBLAS time / ours"
#endif
           "\n", (int)gi_simd_used(), sizeof(gd_real), rounds);
    for (int i = 3; i < argc; i++) {
        long long m, k, n;
        if (sscanf(argv[i], "%lldx%lldx%lld", &m, &k, &n) != 3 || m < 1 || k < 1 || n < 1) {
            fprintf(stderr, "gemm: %s is not a size like 32x784x256\n", argv[i]);
            return 1;
        }
        measure_size(m, k, n, rounds, &against);
    }
    for (size_t i = 0; argc <= 3 && i < sizeof sizes / sizeof sizes[0]; i++)
        measure_size(sizes[i][0], sizes[i][1], sizes[i][2], rounds, &against);
    if (against.count)
        printf("CBLAS time / ours: geometric mean %.2f, worst %.2f\n",
               exp(against.sum_log / against.count), against.worst);
    return 0;
}
