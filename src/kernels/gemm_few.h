/* gemm_few.h - products of so few columns that they fill half of a vector of the instruction set, or less: in vectors
 * of 16 or 32 bytes.  Stores then need no mask, and seldom reach into a second cache line.  The products of an element
 * are added in the same order as in the tiles of gemm_kernel.h.  Part of gemm.c, for AVX2 and AVX-512.
 *
 * The number of columns is a constant in each function, which compilers make from the general one. */

enum { FEW_ROWS = 8 };                        /* of c at a time: enough sums to hide the latency of additions */

typedef gd_real few_16 __attribute__((vector_size(16)));
typedef gd_real few_32 __attribute__((vector_size(32)));

#ifdef GD_DOUBLE
#define FEW_INTRINSIC(operation) operation##_pd
#else
#define FEW_INTRINSIC(operation) operation##_ps
#endif
#define FEW_TARGET __attribute__((target("avx2,fma")))

/* rows_of_few_BYTES - `rows` rows of c from row i on; b is packed, each row of it a whole vector. */
#define ROWS_OF_FEW(bytes, fma, broadcast)                                                                         \
    static inline FEW_TARGET ALWAYS_INLINE void rows_of_few_##bytes(const int rows, const int columns,             \
                                                                    const operands *x, int64_t i, const gd_real *b) \
    {                                                                                                              \
        const int64_t a_row = x->a_row, a_col = x->a_col, k = x->k;                                                \
        const gd_real *a = x->a + i * a_row;                                                                       \
        gd_real *c = x->c + i * x->c_row;                                                                          \
        few_##bytes sum[FEW_ROWS];                                                                                 \
        UNROLL for (int r = 0; r < rows; r++)                                                                      \
            sum[r] = (few_##bytes){ 0 };                                                                           \
        for (int64_t p = 0; p < k; p++, a += a_col) {                                                              \
            few_##bytes y;                                                                                         \
            memcpy(&y, b + p * (int64_t)(sizeof y / sizeof *b), sizeof y);                                         \
            UNROLL for (int r = 0; r < rows; r++)                                                                  \
                sum[r] = FEW_INTRINSIC(fma)(FEW_INTRINSIC(broadcast)(a[r * a_row]), y, sum[r]);                    \
        }                                                                                                          \
        const gd_real *add = x->add ? x->add + i * x->add_row : NULL;                                              \
        UNROLL for (int r = 0; r < rows; r++, c += x->c_row) {                                                     \
            few_##bytes total = sum[r];                                                                            \
            if (add)                                                                                               \
                UNROLL for (int j = 0; j < columns; j++)                                                           \
                    total[j] += add[r * x->add_row + j];                                                           \
            memcpy(c, &total, (size_t)columns * sizeof *c);                                                        \
        }                                                                                                          \
    }
ROWS_OF_FEW(16, _mm_fmadd, _mm_set1)
ROWS_OF_FEW(32, _mm256_fmadd, _mm256_set1)

/* few_COLUMNS - c = a b (+ add) for k <= DEPTH and so many columns.  b is read where it lies if its rows fill vectors:
 * of a view of fewer columns nothing beyond the last one may be read. */
#define FEW_COLUMNS(columns, bytes)                                                                                \
    static FEW_TARGET void few_##columns(const operands *x)                                                        \
    {                                                                                                              \
        enum { LANES_OF_B = bytes / (int)sizeof(gd_real) };                                                        \
        gd_real packed[DEPTH * LANES_OF_B] __attribute__((aligned(bytes)));                                        \
        const gd_real *b = x->b;                                                                                   \
        if (columns != LANES_OF_B || x->b_col != 1 || x->b_row != LANES_OF_B) {                                    \
            for (int64_t p = 0; p < x->k; p++)                                                                     \
                for (int j = 0; j < LANES_OF_B; j++)                                                               \
                    packed[p * LANES_OF_B + j] = j < columns ? x->b[p * x->b_row + j * x->b_col] : 0;              \
            b = packed;                                                                                            \
        }                                                                                                          \
        int64_t i = 0;                                                                                             \
        for (; i + FEW_ROWS <= x->m; i += FEW_ROWS)                                                                \
            rows_of_few_##bytes(FEW_ROWS, columns, x, i, b);                                                       \
        for (; i < x->m; i++)                                                                                      \
            rows_of_few_##bytes(1, columns, x, i, b);                                                              \
    }

#ifdef GD_DOUBLE
FEW_COLUMNS(1, 16) FEW_COLUMNS(2, 16) FEW_COLUMNS(3, 32) FEW_COLUMNS(4, 32)
static void (*const few_columns[])(const operands *) = { NULL, few_1, few_2, few_3, few_4 };
#else
FEW_COLUMNS(1, 16) FEW_COLUMNS(2, 16) FEW_COLUMNS(3, 16) FEW_COLUMNS(4, 16)
FEW_COLUMNS(5, 32) FEW_COLUMNS(6, 32) FEW_COLUMNS(7, 32) FEW_COLUMNS(8, 32)
static void (*const few_columns[])(const operands *) = {
    NULL, few_1, few_2, few_3, few_4, few_5, few_6, few_7, few_8
};
#endif
