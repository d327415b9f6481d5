/* gemm.c - the matrix product: which instruction set, and which of three ways.
 *
 *   a product of matrices                          tiles in registers, gemm_kernel.h; of few columns, gemm_few.h
 *   rows times a vector, all of them contiguous    one dot product for each row, gemm_dot.h
 *   columns times a vector, the columns contiguous the same as one row of a product of matrices
 *
 * reference/product.c is the definition of what is computed, and computes it where there are no vectors of GNU C. */
#include <math.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>

#include "base/compiler.h"
#include "base/threads.h"
#include "gemm.h"
#include "gradus/tensor.h"
#include "reference/reference.h"
#include "simd.h"
#include "terms.h"
#include "vectors.h"

typedef gi_product operands;                    /* a product, or a part of it */

/* ---- Sizes ---------------------------------------------------------------------------------------------- */

enum {
    DEPTH = 256,                                /* of k in a block */
    COLUMNS = 1536 / (int)sizeof(gd_real),      /* of n in a block: 384 KiB of b, less than a usual second cache */
    GROUP = 384 / (int)sizeof(gd_real),         /* of m: rows of a that are packed, or prefetched, at a time */
    NARROW = 14,                                /* columns that a product done as c^T = b^T a^T may have */
    LONG = 32 * DEPTH,                          /* of k: blocks whose products are added one after the other */
    LONG_ROWS = 2 * GROUP,                      /* rows of c of a longer product that are done at a time */
    DOT_DEPTH = 128,                            /* terms that go to a lane of a dot product before lanes are added */
    DOT_LEAST = 8,                              /* k from which on dot products are summed in vectors */
    PACK_ROWS = 48,                             /* m from which on b is packed even if its rows are contiguous, */
    PACK_BLOCK = 4096,                          /* if it has more elements than this */
    PACK_STRIDE = 1024,                         /* bytes between columns of a from which on a is packed */
    PREFETCH_LEAST = 128                        /* k from which on a prefetch arrives in time */
};

#if HAVE_VECTORS
#include "gemm_work.h"

/* ---- Compensated sums of the parts of a long product, see terms.h ---------------------------------------- */

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

#if HAVE_AVX
#include "gemm_few.h"
#endif

typedef gd_real four_numbers __attribute__((vector_size(4 * sizeof(gd_real))));
#define KERNEL "kernels/gemm_kernel.h"
#include "simd_each.h"
#endif

typedef struct kernel {
    void (*product)(operands *x);
    void (*dot_products)(operands *x);
} kernel;

/* What is added is written to c, for products that can only add to c. */
static void add_first(operands *x)
{
    for (int64_t i = 0; i < x->m && x->add && x->add != x->c; i++)
        for (int64_t j = 0; j < x->n; j++)
            x->c[i * x->c_row + j] = x->add[i * x->add_row + j];
    if (x->add) {
        x->add = x->c;
        x->add_row = x->c_row;
    }
}

static void product_reference(operands *x)
{
    add_first(x);
    gi_gemm_reference((gi_matrix){ x->a, x->m, x->k, x->a_row, x->a_col },
                      (gi_matrix){ x->b, x->k, x->n, x->b_row, x->b_col }, x->c, x->c_row, x->add != NULL);
}

static void first_product(operands *x);
static void first_dot_products(operands *x);

/* By gi_simd_chosen, which is GI_SIMD_UNKNOWN before the first product. */
static const kernel kernels[GI_SIMD_LEVELS] = {
    [GI_SIMD_UNKNOWN] = { first_product, first_dot_products },
    [GI_SIMD_PLAIN] = { product_reference, product_reference },
#if HAVE_VECTORS
    [GI_SIMD_128] = { product_128, dot_products_128 },
#endif
#if HAVE_AVX
    [GI_SIMD_256] = { product_256, dot_products_256 },
    [GI_SIMD_512] = { product_512, dot_products_512 },
#endif
};

static GI_COLD void first_product(operands *x)
{
    kernels[gi_simd_used()].product(x);
}

static GI_COLD void first_dot_products(operands *x)
{
    kernels[gi_simd_used()].dot_products(x);
}

#ifdef GD_CBLAS
#include "gemm_cblas.h"
#endif

/* ---- On several threads -------------------------------------------------------------------------------- */

/* c is split along its longer side: every part reads, and packs, all of the other operand again, so that should be the
 * smaller one.  Where that costs little beside the arithmetic there are two parts for each thread, for balance.  Each
 * element of c is summed in the same order wherever it is split. */
typedef struct split {
    const operands *x;
    void          (*product)(operands *x);
    bool            columns;
} split;

static void part_of_product(void *context, int64_t begin, int64_t end)
{
    const split *whole = context;
    operands x = *whole->x;
    if (whole->columns) {
        x.n = end - begin;
        x.b += begin * x.b_col;
        x.c += begin;
        x.add = x.add ? x.add + begin : NULL;
    } else {
        x.m = end - begin;
        x.a += begin * x.a_row;
        x.c += begin * x.c_row;
        x.add = x.add ? x.add + begin * x.add_row : NULL;
    }
    whole->product(&x);
}

enum { SPLIT_ROWS = 12, SPLIT_COLUMNS = 64, SPLIT_AGAIN = 192 };

static GI_NOINLINE void product_in_parts(const operands *x, void (*product)(operands *x))
{
    split whole = { x, product, x->n > x->m };
    const int64_t longer = whole.columns ? x->n : x->m, each = x->m * x->n / longer * x->k;
    const int64_t step = whole.columns ? SPLIT_COLUMNS : SPLIT_ROWS, threads = gd_threads();
    const int64_t parts = longer / (2 * threads) >= SPLIT_AGAIN ? 2 * threads : threads;
    const int64_t least = gi_part_for(each, GI_PART_PRODUCTS, step), even = (longer + parts - 1) / parts;
    const int64_t part = (even + step - 1) / step * step;
    gi_parallel(longer, part > least ? part : least, part_of_product, &whole);
}

/* ---- The product ---------------------------------------------------------------------------------------- */

/* transpose_vector - the same product as c^T = b^T a^T, c and what is added being one row, or a column without gaps. */
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
    x->c_row = x->add_row = 1;
}

/* c has elements, and each is an empty sum; or it has none. */
static GI_COLD void empty_product(operands *x)
{
    product_reference(x);
}

void gi_gemm_of(gi_product *x)
{
    const kernel *use = &kernels[atomic_load_explicit(&gi_simd_chosen, memory_order_relaxed)];
    const int64_t m = x->m, n = x->n, k = x->k;
    if (GI_UNLIKELY(m <= 0 || n <= 0 || k <= 0)) {
        empty_product(x);
        return;
    }
    if (n == 1)
        x->b_col = 1;                                       /* the stride of an axis of one element is free */
#ifdef GD_CBLAS
    if (product_by_blas(x))
        return;
#endif
    const bool contiguous = x->a_col == 1 && x->b_row == 1;         /* along p */
    if (contiguous && m == 1 && n > 1)
        transpose_vector(x);
    const bool dots = contiguous && x->n == 1;
    if (!dots && x->n == 1 && x->a_row == 1 && x->c_row == 1 && x->m > 1) {
        if (x->add_row != 1)
            add_first(x);
        transpose_vector(x);
    }
    void (*product)(operands *) = dots ? use->dot_products : use->product;
    if (GI_UNLIKELY((m | n | k) >= 128) && ((m | n | k) >> 20 || m * n * k >= 2 * GI_PART_PRODUCTS))
        product_in_parts(x, product);
    else
        product(x);
}
