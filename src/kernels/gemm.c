/* gemm.c - the matrix product: which instruction set, and which of three ways.
 *
 *   a product of matrices                          tiles in registers, gemm_kernel.h
 *   rows times a vector, all of them contiguous    one dot product for each row
 *   columns times a vector, the columns contiguous the same as one row of a product of matrices
 *
 * The kernels are written once, in gemm_kernel.h, with the vectors of GNU C, and compiled here for each
 * instruction set; the best one is chosen when the program runs.  -DGD_PLAIN, or a compiler without these
 * vectors, leaves one kernel in plain C. */
#include "gemm.h"
#include "base/compiler.h"
#include "gradus/tensor.h"

#include "terms.h"
#include "base/threads.h"
#include "vectors.h"

#include <math.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>

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

/* Pieces of memory that will be needed soon. */
typedef struct lines {
    const gd_real *at;
    int64_t count, length, stride;
} lines;

/* A product: what gi_gemm is called with, or a part of it. */
typedef struct operands {
    int64_t m, n, k;
    const gd_real *a;
    int64_t a_row, a_col;
    const gd_real *b;
    int64_t b_row, b_col;
    gd_real *c;
    int64_t c_row;
    bool accumulate;
    lines next;                                 /* of a, after this part */
    struct work_space *work;
} operands;

/* ---- Sizes ---------------------------------------------------------------------------------------------- */

enum {
    DEPTH = 256,                                /* of k in a block */
    COLUMNS = 1536 / (int)sizeof(gd_real),      /* of n in a block: 384 KiB of b, less than a usual second cache */
    GROUP = 384 / (int)sizeof(gd_real),         /* of m: rows of a that are packed, or fetched ahead, at a time */
    NARROW = 14,                                /* columns that a product done as c^T = b^T a^T may have */
    LONG = 32 * DEPTH,                          /* of k: blocks whose products are added one after the other */
    LONG_ROWS = 2 * GROUP,                      /* rows of c of a longer product that are done at a time */
    DOT_DEPTH = 128,                            /* terms that go to a lane of a dot product before lanes are added */
    DOT_LEAST = 8,                              /* k from which on dot products are summed in vectors */
    PACK_ROWS = 48,                             /* a b that lies well is packed for so many rows, */
    PACK_BLOCK = 4096,                          /* if it has more numbers than this */
    PACK_STRIDE = 1024,                         /* bytes between the columns of an a that is packed */
    PREFETCH_LEAST = 128                        /* k from which on there is time to fetch ahead */
};

#include "gemm_work.h"

/* ---- Adding products without loss, see terms.h ---------------------------------------------------------- */

GI_KERNEL static void add_product(int64_t n, gd_real *restrict sum, gd_real *restrict rest, const gd_real *restrict x)
{
    for (int64_t i = 0; i < n; i++)
        real_add_term(&sum[i], &rest[i], x[i]);
}

GI_KERNEL static void add_rest_of_product(int64_t n, gd_real *restrict sum, const gd_real *restrict rest)
{
    for (int64_t i = 0; i < n; i++)
        sum[i] = real_whole(sum[i], rest[i]);
}

/* ---- Numbers that depend on the size of gd_real --------------------------------------------------------- */

#define UP_TO_2(F)  F(1) F(2)
#define UP_TO_4(F)  UP_TO_2(F) F(3) F(4)
#define UP_TO_6(F)  UP_TO_4(F) F(5) F(6)
#define UP_TO_7(F)  UP_TO_6(F) F(7)
#define UP_TO_8(F)  UP_TO_7(F) F(8)
#define UP_TO_12(F) UP_TO_8(F) F(9) F(10) F(11) F(12)
#define UP_TO_14(F) UP_TO_12(F) F(13) F(14)

#if HAVE_VECTORS
#ifdef GD_DOUBLE
#define LANES_OF_16_BYTES 2
#define EACH_LANE_16_BYTES LANES_2
#define LANES_OF_32_BYTES 4
#define EACH_LANE_32_BYTES LANES_4
#define LANES_OF_64_BYTES 8
#define EACH_LANE_64_BYTES LANES_8
#define FMA_1(x, y, z) fma(x, y, z)
#else
#define LANES_OF_16_BYTES 4
#define EACH_LANE_16_BYTES LANES_4
#define LANES_OF_32_BYTES 8
#define EACH_LANE_32_BYTES LANES_8
#define LANES_OF_64_BYTES 16
#define EACH_LANE_64_BYTES LANES_16
#define FMA_1(x, y, z) fmaf(x, y, z)
#endif
#endif

/* ---- Plain C -------------------------------------------------------------------------------------------- */

#define NAME(x) x##_plain
#define TARGET
#define vec gd_real
#define LANES 1
#define BROADCAST(s) (s)
#define MULTIPLY_ADD(x, y, z) ((x) * (y) + (z))
#define MULTIPLY_ADD_1(x, y, z) ((x) * (y) + (z))
#define LOAD_PART(p, count) ((void)(count), *(p))            /* a vector of one is always whole */
#define STORE_PART(p, v, count) ((void)(count), *(p) = (v))
#define ROWS 4
#define ROWS_WIDE 2
#define EACH_ROW UP_TO_4
#define EACH_ROW_WIDE UP_TO_2
#include "gemm_kernel.h"

/* ---- Vectors of 16 bytes -------------------------------------------------------------------------------- */

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

#define NAME(x) x##_128
#define TARGET
#define vec vec_128
#define LANES LANES_OF_16_BYTES
#define EACH_LANE EACH_LANE_16_BYTES
#define LOAD_PART load_part_128
#define STORE_PART store_part_128
#if HAVE_NEON
#ifdef GD_DOUBLE
#define BROADCAST vdupq_n_f64
#define MULTIPLY_ADD(x, y, z) vfmaq_f64(z, x, y)
#else
#define BROADCAST vdupq_n_f32
#define MULTIPLY_ADD(x, y, z) vfmaq_f32(z, x, y)
#endif
#define MULTIPLY_ADD_1 FMA_1
#define ROWS 12
#define ROWS_WIDE 6
#define EACH_ROW UP_TO_12
#define EACH_ROW_WIDE UP_TO_6
#else
#ifdef GD_DOUBLE
#define BROADCAST(s) (vec_128){ s, s }
#else
#define BROADCAST(s) (vec_128){ s, s, s, s }
#endif
#define MULTIPLY_ADD(x, y, z) ((x) * (y) + (z))
#define MULTIPLY_ADD_1(x, y, z) ((x) * (y) + (z))
#define ROWS 6
#define ROWS_WIDE 2
#define EACH_ROW UP_TO_6
#define EACH_ROW_WIDE UP_TO_2
#endif
#include "gemm_kernel.h"
#endif

/* ---- AVX2 and AVX-512 ------------------------------------------------------------------------------------ */

#if HAVE_AVX
#ifdef GD_DOUBLE
#define PACKED(operation) operation##_pd
#else
#define PACKED(operation) operation##_ps
#endif

#define TARGET_256 __attribute__((target("avx2,fma")))
typedef gd_real vec_256 __attribute__((vector_size(32)));

/* mask_256 - all bits in the first count lanes. */
static inline TARGET_256 ALWAYS_INLINE __m256i mask_256(int count)
{
    static const lane_index ones[2 * LANES_OF_32_BYTES] = {
#define MINUS_1(l, d) -1
        EACH_LANE_32_BYTES(MINUS_1, 0)
#undef MINUS_1
    };
    __m256i mask;
    memcpy(&mask, ones + LANES_OF_32_BYTES - count, sizeof mask);
    return mask;
}

#ifdef GD_DOUBLE
#define LOAD_PART(p, count) ((vec_256)_mm256_maskload_pd(p, mask_256(count)))
#else
#define LOAD_PART(p, count) ((vec_256)_mm256_maskload_ps(p, mask_256(count)))
#endif
#define STORE_PART(p, v, count) PACKED(_mm256_maskstore)(p, mask_256(count), v)
#define NAME(x) x##_256
#define TARGET TARGET_256
#define vec vec_256
#define LANES LANES_OF_32_BYTES
#define EACH_LANE EACH_LANE_32_BYTES
#define BROADCAST(s) PACKED(_mm256_set1)(s)
#define MULTIPLY_ADD(x, y, z) PACKED(_mm256_fmadd)(x, y, z)
#define MULTIPLY_ADD_1 FMA_1
#define ROWS 6
#define ROWS_WIDE 2
#define EACH_ROW UP_TO_6
#define EACH_ROW_WIDE UP_TO_2
#include "gemm_kernel.h"

typedef gd_real vec_512 __attribute__((vector_size(64)));
#ifdef GD_DOUBLE
#define MASK_512(count) ((__mmask8)((1u << (count)) - 1))
#else
#define MASK_512(count) ((__mmask16)((1u << (count)) - 1))
#endif

#define NAME(x) x##_512
#define TARGET __attribute__((target("avx512f,avx512vl,avx512dq,avx512bw,avx2,fma")))
#define vec vec_512
#define LANES LANES_OF_64_BYTES
#define EACH_LANE EACH_LANE_64_BYTES
#define BROADCAST(s) PACKED(_mm512_set1)(s)
#define MULTIPLY_ADD(x, y, z) PACKED(_mm512_fmadd)(x, y, z)
#define MULTIPLY_ADD_1 FMA_1
#define LOAD_PART(p, count) ((vec_512)PACKED(_mm512_maskz_loadu)(MASK_512(count), p))
#define STORE_PART(p, v, count) PACKED(_mm512_mask_storeu)(p, MASK_512(count), v)
#define ROWS 14
#define ROWS_WIDE 6
#define EACH_ROW UP_TO_14
#define EACH_ROW_WIDE UP_TO_6
#include "gemm_kernel.h"
#endif

/* ---- Which one ------------------------------------------------------------------------------------------ */

typedef struct kernel {
    void (*product)(operands *x);
    void (*dot_products)(operands *x);
} kernel;

static const kernel kernels[GI_GEMM_LEVELS] = {
    [GI_GEMM_PLAIN] = { product_plain, dot_products_plain },
#if HAVE_VECTORS
    [GI_GEMM_128] = { product_128, dot_products_128 },
#endif
#if HAVE_AVX
    [GI_GEMM_256] = { product_256, dot_products_256 },
    [GI_GEMM_512] = { product_512, dot_products_512 },
#endif
};

static _Atomic int used = -1;                   /* index into kernels; -1 before the first product */

static bool machine_has(gi_gemm_level level)
{
#if HAVE_AVX
    if (level == GI_GEMM_512)
        return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl")
            && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw");
    if (level == GI_GEMM_256)
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#endif
    return kernels[level].product != NULL;
}

bool gi_gemm_use(gi_gemm_level level)
{
    if (level == GI_GEMM_LEVELS)
        while (!machine_has(--level))
            continue;
    if ((int)level < 0 || level >= GI_GEMM_LEVELS || !machine_has(level))
        return false;
    used = (int)level;
    return true;
}

gi_gemm_level gi_gemm_used(void)
{
    if (used < 0)
        (void)gi_gemm_use(GI_GEMM_LEVELS);
    return (gi_gemm_level)used;
}

#ifdef GD_CBLAS
#include "gemm_cblas.h"
#endif

/* ---- On several threads -------------------------------------------------------------------------------- */

/* Cut along the longer side of c, so that the shorter strip of a or b is what every part reads, and packs, anew;
 * where that is little beside the products, in two parts for each thread, so that one that is held up does not
 * hold up the others.  Each number of c is summed in the same order wherever the cuts are. */
typedef struct cut {
    const operands *x;
    void          (*product)(operands *x);
    bool            columns;
} cut;

static void part_of_product(void *context, int64_t begin, int64_t end)
{
    const cut *whole = context;
    operands x = *whole->x;
    if (whole->columns) {
        x.n = end - begin;
        x.b += begin * x.b_col;
        x.c += begin;
    } else {
        x.m = end - begin;
        x.a += begin * x.a_row;
        x.c += begin * x.c_row;
    }
    whole->product(&x);
}

enum { CUT_ROWS = 12, CUT_COLUMNS = 64, CUT_AGAIN = 192 };

static void product_in_parts(const operands *x, void (*product)(operands *x))
{
    cut whole = { x, product, x->n > x->m };
    const int64_t longer = whole.columns ? x->n : x->m, each = x->m * x->n / longer * x->k;
    const int64_t step = whole.columns ? CUT_COLUMNS : CUT_ROWS, threads = gd_threads();
    const int64_t parts = longer / (2 * threads) >= CUT_AGAIN ? 2 * threads : threads;
    const int64_t least = gi_part_for(each, GI_PART_PRODUCTS, step), even = (longer + parts - 1) / parts;
    const int64_t part = (even + step - 1) / step * step;
    gi_parallel(longer, part > least ? part : least, part_of_product, &whole);
}

/* ---- The product ---------------------------------------------------------------------------------------- */

/* transpose_vector - the same product as c^T = b^T a^T, c being one row, or one column without gaps. */
static void transpose_vector(operands *x)
{
    const operands t = *x;
    x->m = t.n;
    x->n = t.m;
    x->a = t.b;
    x->a_row = t.b_col;
    x->a_col = t.b_row;
    x->b = t.a;
    x->b_row = t.a_col;
    x->b_col = t.a_row;
    x->c_row = 1;
}

void gi_gemm(int64_t m, int64_t n, int64_t k,
             const gd_real *a, int64_t a_row, int64_t a_col,
             const gd_real *b, int64_t b_row, int64_t b_col,
             gd_real *c, int64_t c_row, bool accumulate)
{
    if (m <= 0 || n <= 0)
        return;
    if (k <= 0) {
        for (int64_t i = 0; i < m && !accumulate; i++)
            memset(c + i * c_row, 0, (size_t)n * sizeof *c);
        return;
    }
    const kernel *use = &kernels[gi_gemm_used()];
    operands x = { m, n, k, a, a_row, a_col, b, b_row, b_col, c, c_row, accumulate, { NULL, 0, 0, 0 }, NULL };
#ifdef GD_CBLAS
    if (product_by_blas(&x))
        return;
#endif
    if (n == 1)                                 /* the stride of an axis of one element is free */
        x.b_col = 1;
    const bool contiguous = a_col == 1 && b_row == 1;           /* along p */
    if (contiguous && m == 1 && n > 1)
        transpose_vector(&x);
    const bool dots = contiguous && x.n == 1;
    if (!dots && x.n == 1 && x.a_row == 1 && x.c_row == 1 && x.m > 1)
        transpose_vector(&x);
    void (*product)(operands *) = dots ? use->dot_products : use->product;
    if ((m | n | k) >> 20 || m * n * k >= 2 * GI_PART_PRODUCTS)
        product_in_parts(&x, product);
    else
        product(&x);
}
