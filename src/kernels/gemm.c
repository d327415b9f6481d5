/* gemm.c - the matrix product: which instruction set, and which of three ways.
 *
 *   a product of matrices                          tiles in registers, gemm_kernel.h
 *   rows times a vector, all of them contiguous    one dot product for each row, gemm_dot.h
 *   columns times a vector, the columns contiguous the same as one row of a product of matrices
 *
 * What is computed is told by reference/product.c, and without the vectors of GNU C that is what computes it. */
#include "gemm.h"
#include "base/compiler.h"
#include "gradus/tensor.h"

#include "base/threads.h"
#include "reference/reference.h"
#include "simd.h"
#include "terms.h"
#include "vectors.h"

#include <math.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>

#if HAVE_VECTORS

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

/* ---- The kernels, for each instruction set --------------------------------------------------------------- */

#define UP_TO_2(F)  F(1) F(2)
#define UP_TO_4(F)  UP_TO_2(F) F(3) F(4)
#define UP_TO_6(F)  UP_TO_4(F) F(5) F(6)
#define UP_TO_7(F)  UP_TO_6(F) F(7)
#define UP_TO_8(F)  UP_TO_7(F) F(8)
#define UP_TO_12(F) UP_TO_8(F) F(9) F(10) F(11) F(12)
#define UP_TO_14(F) UP_TO_12(F) F(13) F(14)

#define KERNEL "kernels/gemm_kernel.h"
#include "simd_each.h"

typedef struct kernel {
    void (*product)(operands *x);
    void (*dot_products)(operands *x);
} kernel;

static const kernel kernels[GI_SIMD_LEVELS] = {
    [GI_SIMD_128] = { product_128, dot_products_128 },
#if HAVE_AVX
    [GI_SIMD_256] = { product_256, dot_products_256 },
    [GI_SIMD_512] = { product_512, dot_products_512 },
#endif
};

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

void gi_gemm(gi_matrix a, gi_matrix b, gd_real *c, int64_t c_stride, bool accumulate)
{
    const int64_t m = a.rows, n = b.columns, k = a.columns;
    if (m <= 0 || n <= 0)
        return;
    const gi_simd_level level = gi_simd_used();
    if (k <= 0 || level == GI_SIMD_PLAIN) {
        gi_gemm_reference(a, b, c, c_stride, accumulate);
        return;
    }
    const kernel *use = &kernels[level];
    operands x = { m, n, k, a.data, a.row_stride, a.column_stride, b.data, b.row_stride, b.column_stride, c, c_stride,
                   accumulate, { NULL, 0, 0, 0 }, NULL };
#ifdef GD_CBLAS
    if (product_by_blas(&x))
        return;
#endif
    if (n == 1)                                 /* the stride of an axis of one element is free */
        x.b_col = 1;
    const bool contiguous = a.column_stride == 1 && b.row_stride == 1;          /* along p */
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

#else

void gi_gemm(gi_matrix a, gi_matrix b, gd_real *c, int64_t c_stride, bool accumulate)
{
    gi_gemm_reference(a, b, c, c_stride, accumulate);
}

#endif
