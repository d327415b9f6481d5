/* test_gemm.c - the matrix product on raw numbers, at every level (instruction set) of this machine.
 *
 * Most tests fill a and b with small whole numbers, so that every order of summation gives exactly the same
 * and the result must equal the naive triple loop to the last bit.  All memory that belongs to no matrix
 * holds NaN: reading it would show in c, writing it is checked, and the blocks from malloc end where the
 * matrices end, so that AddressSanitizer and valgrind see the rest. */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/gemm.h"
#include "kernels/reference/reference.h"
#include "kernels/simd.h"
#include "support/suite.h"

/* ---- Matrices to try -------------------------------------------------------------------------------------- */

static uint64_t state = 1;

/* below - a random number 0 .. limit - 1. */
static int64_t below(int64_t limit)
{
    return (int64_t)draw(&state, (uint64_t)limit);
}

typedef struct matrix {
    gd_real *memory, *at;                       /* what malloc gave, and element [0, 0] */
    int64_t size, rows, columns, row, col;      /* size of memory; strides */
} matrix;

static gd_real *element(const matrix *x, int64_t i, int64_t j)
{
    return x->at + i * x->row + j * x->col;
}

/* matrix_new - rows x columns numbers; everything else in its memory is NaN. */
static matrix matrix_new(int64_t rows, int64_t columns, int64_t row, int64_t col, bool whole)
{
    matrix x = { NULL, NULL, 1, rows, columns, row, col };
    int64_t first = 0;
    if (rows > 0 && columns > 0) {
        x.size += (rows - 1) * llabs(row) + (columns - 1) * llabs(col);
        first = (row < 0 ? (1 - rows) * row : 0) + (col < 0 ? (1 - columns) * col : 0);
    }
    x.memory = malloc((size_t)x.size * sizeof *x.memory);
    ck_assert_ptr_nonnull(x.memory);
    x.at = x.memory + first;
    for (int64_t i = 0; i < x.size; i++)
        x.memory[i] = (gd_real)NAN;
    for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < columns; j++)
            *element(&x, i, j) = whole ? (gd_real)(below(17) - 8) : (gd_real)below(2000001) / 1000000 - 1;
    return x;
}

enum layout {
    PLAIN, TRANSPOSED, GAPS, TRANSPOSED_GAPS, BACKWARDS, ROW_REPEATED, COLUMN_REPEATED, NO_UNIT, LAYOUTS
};

static matrix matrix_in(enum layout layout, int64_t rows, int64_t columns, bool whole)
{
    switch (layout) {
    case TRANSPOSED:      return matrix_new(rows, columns, 1, rows, whole);
    case GAPS:            return matrix_new(rows, columns, columns + 1 + below(5), 1, whole);
    case TRANSPOSED_GAPS: return matrix_new(rows, columns, 1, rows + 1 + below(5), whole);
    case BACKWARDS:       return matrix_new(rows, columns, -columns, -1, whole);
    case ROW_REPEATED:    return matrix_new(rows, columns, 0, 1, whole);
    case COLUMN_REPEATED: return matrix_new(rows, columns, 1, 0, whole);
    case NO_UNIT:         return matrix_new(rows, columns, 2 * columns + 3, 2, whole);
    default:              return matrix_new(rows, columns, columns, 1, whole);
    }
}

/* view - rows i .. i + rows and columns j .. j + columns of x. */
static gi_matrix view(const matrix *x, int64_t i, int64_t j, int64_t rows, int64_t columns)
{
    return (gi_matrix){ element(x, i, j), rows, columns, x->row, x->col };
}

static gi_matrix all_of(const matrix *x)
{
    return view(x, 0, 0, x->rows, x->columns);
}

static void product(const matrix *a, const matrix *b, const matrix *c, bool accumulate)
{
    gi_gemm(all_of(a), all_of(b), c->at, c->row, accumulate);
}

/* ---- Against the reference -------------------------------------------------------------------------------- */

/* size_of - |old| + sum_p |a[i, p] b[p, j]|: what rounding errors are measured by. */
static double size_of(const matrix *a, const matrix *b, int64_t i, int64_t j, double old)
{
    double size = fabs(old);
    for (int64_t p = 0; p < a->columns; p++)
        size += fabs((double)*element(a, i, p) * (double)*element(b, p, j));
    return size;
}

/* check - multiplies in the given layouts and compares with the reference: exactly when whole, else up to k + 2
 * units in the last place of sum |a| |b|. */
static void check(enum layout in_a, enum layout in_b, int64_t m, int64_t n, int64_t k, bool accumulate, bool whole)
{
    matrix a = matrix_in(in_a, m, k, whole), b = matrix_in(in_b, k, n, whole);
    const int64_t c_row = below(4) ? n + below(3) * below(7) : -n - below(3);
    matrix c = matrix_new(m, n, c_row, 1, whole);
    matrix expected = c;
    expected.memory = malloc((size_t)c.size * sizeof *c.memory);
    gd_real *before = malloc((size_t)c.size * sizeof *before);
    ck_assert(expected.memory && before);
    memcpy(before, c.memory, (size_t)c.size * sizeof *before);
    memcpy(expected.memory, c.memory, (size_t)c.size * sizeof *before);
    expected.at = expected.memory + (c.at - c.memory);
    gi_gemm_reference(all_of(&a), all_of(&b), expected.at, c_row, accumulate);
    if (!accumulate)                            /* what was there must not matter */
        for (int64_t i = 0; i < c.size; i++)
            c.memory[i] = (gd_real)NAN;
    product(&a, &b, &c, accumulate);

    const double ulp = sizeof(gd_real) == 4 ? 0x1p-23 : 0x1p-52;
    for (int64_t i = 0; i < m; i++) {
        for (int64_t j = 0; j < n; j++) {
            gd_real *got = element(&c, i, j), *right = element(&expected, i, j);
            const double old = accumulate ? (double)before[got - c.memory] : 0;
            const double allowed = whole ? 0 : (double)(k + 2) * ulp * size_of(&a, &b, i, j, old);
            if (!(fabs((double)*got - (double)*right) <= allowed))      /* ck_assert is too slow here */
                ck_abort_msg("level %d, layouts %d %d, m %d n %d k %d, accumulate %d: c[%d, %d] = %.9g, not %.9g",
                             (int)gi_simd_used(), (int)in_a, (int)in_b, (int)m, (int)n, (int)k, accumulate,
                             (int)i, (int)j, (double)*got, (double)*right);
            *got = (gd_real)NAN;                /* seen */
        }
    }
    for (int64_t i = 0; i < c.size; i++)
        if (!isnan(c.memory[i]))
            ck_abort_msg("level %d, m %d n %d k %d: a number beside c was written",
                         (int)gi_simd_used(), (int)m, (int)n, (int)k);
    free(expected.memory);
    free(before);
    free(a.memory);
    free(b.memory);
    free(c.memory);
}

/* level - makes the loop's number the level; false where this machine does not have it. */
static bool level(int number)
{
    state = 1;
    return gi_simd_use((gi_simd_level)number);
}

/* ---- Values ----------------------------------------------------------------------------------------------- */

START_TEST(small_sizes)                         /* every m and n up to 20: all tails of all vectors */
{
    static const int depths[] = { 0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 20 };
    if (!level(_i))
        return;
    for (int m = 0; m <= 20; m++)
        for (int n = 0; n <= 20; n++)
            for (int t = 0; t < 3; t++)
                check((enum layout)below(2), (enum layout)below(2), m, n, depths[below(13)], below(2), true);
}
END_TEST

START_TEST(layouts)
{
    static const int sizes[][3] = {             /* m, n, k */
        { 1, 1, 1 }, { 1, 1, 70 }, { 1, 40, 9 }, { 40, 1, 9 }, { 1, 70, 33 }, { 37, 1, 70 }, { 3, 5, 7 },
        { 15, 17, 31 }, { 29, 65, 40 }, { 5, 130, 20 },
    };
    if (!level(_i))
        return;
    for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++)
        for (int a = 0; a < LAYOUTS; a++)
            for (int b = 0; b < LAYOUTS; b++)
                check((enum layout)a, (enum layout)b, sizes[s][0], sizes[s][1], sizes[s][2], (a + b) % 2, true);
}
END_TEST

START_TEST(around_the_blocks)                   /* sizes just below, at and above where loops change */
{
    static const int rows[] = { 2, 3, 6, 7, 13, 14, 15, 28, 29, 47, 48, 57, 95, 97 };
    static const int columns[] = {
        15, 16, 17, 31, 32, 33, 47, 49, 63, 64, 65, 127, 128, 129, 191, 193, 383, 384, 385
    };
    static const int depths[] = { 31, 63, 64, 65, 127, 200, 255, 256, 257, 300, 512, 513 };
    if (!level(_i))
        return;
    for (int t = 0; t < 20; t++)
        check((enum layout)below(LAYOUTS), (enum layout)below(LAYOUTS), rows[below(14)], columns[below(19)],
              depths[below(12)], below(2), true);
    for (int way = 0; way < 4; way++)
        check((enum layout)(way & 1), (enum layout)(way >> 1), 50, 389, 259, true, true);
    check(TRANSPOSED, PLAIN, 300, 129, 130, true, true);           /* a packed in several groups */
}
END_TEST

START_TEST(short_vectors)                       /* short rows times a vector; one row times few columns */
{
    if (!level(_i))
        return;
    for (int k = 1; k <= 9; k++)
        for (int m = 1; m <= 13; m++)
            for (int t = 0; t < 8; t++) {
                check(t & 1 ? GAPS : PLAIN, t & 4 ? NO_UNIT : PLAIN, m, 1, k, t & 2, true);
                check(t & 1 ? TRANSPOSED : PLAIN, t & 4 ? GAPS : PLAIN, 1, 2 * m + (k & 1), k, t & 2, true);
            }
}
END_TEST

START_TEST(long_vectors)                        /* products with a vector, beyond what is gathered at a time */
{
    if (!level(_i))
        return;
    for (int a = 0; a < LAYOUTS; a++) {
        check((enum layout)a, NO_UNIT, 2, 1, 70000, a % 2, true);
        check(NO_UNIT, (enum layout)a, 1, 3, 1000, a % 2, true);
        check((enum layout)a, PLAIN, 300, 1, 700, a % 2, true);
        check(PLAIN, (enum layout)a, 1, 300, 700, a % 2, true);
    }
}
END_TEST

START_TEST(rounding)                            /* numbers whose sums must be rounded */
{
    if (!level(_i))
        return;
    for (int t = 0; t < 20; t++)
        check((enum layout)below(LAYOUTS), (enum layout)below(LAYOUTS), 1 + below(40), 1 + below(70),
              1 + below(600), below(2), false);
}
END_TEST

START_TEST(nothing_to_do)
{
    if (!level(_i))
        return;
    gd_real c[3] = { 1, 2, 3 };
    gi_gemm((gi_matrix){ NULL, 0, 2, 2, 1 }, (gi_matrix){ NULL, 2, 3, 3, 1 }, NULL, 3, false);
    gi_gemm((gi_matrix){ NULL, 2, 2, 2, 1 }, (gi_matrix){ NULL, 2, 0, 0, 1 }, NULL, 0, false);
    gi_gemm((gi_matrix){ NULL, 1, 0, 0, 1 }, (gi_matrix){ NULL, 0, 2, 2, 1 }, c, 2, true);
    ck_assert(c[0] == 1 && c[1] == 2 && c[2] == 3);
    gi_gemm((gi_matrix){ NULL, 1, 0, 0, 1 }, (gi_matrix){ NULL, 0, 2, 2, 1 }, c, 2, false);
    ck_assert(c[0] == 0 && c[1] == 0 && c[2] == 3);
}
END_TEST

/* ---- NaN and infinity --------------------------------------------------------------------------------------- */

START_TEST(not_a_number)                        /* a NaN spoils its row or its column and nothing else */
{
    static const int sizes[][3] = { { 5, 1, 9 }, { 1, 6, 19 }, { 3, 3, 3 }, { 20, 35, 18 }, { 60, 70, 300 } };
    if (!level(_i))
        return;
    for (int t = 0; t < 80; t++) {
        const int64_t m = sizes[t % 5][0], n = sizes[t % 5][1], k = sizes[t % 5][2];
        matrix a = matrix_in((enum layout)below(2), m, k, true), b = matrix_in((enum layout)below(2), k, n, true);
        matrix c = matrix_new(m, n, n, 1, true);
        const int64_t i = below(m), j = below(n), p = below(k);
        const bool in_a = t % 2, infinite = t / 2 % 2;
        for (int64_t q = 0; infinite && q < (in_a ? n : m); q++)          /* 0 times infinity is NaN */
            *(in_a ? element(&b, p, q) : element(&a, q, p)) = 0;
        *(in_a ? element(&a, i, p) : element(&b, p, j)) = (gd_real)(infinite ? INFINITY : NAN);
        product(&a, &b, &c, false);
        for (int64_t row = 0; row < m; row++)
            for (int64_t column = 0; column < n; column++)
                if ((isnan(*element(&c, row, column)) != 0) != (in_a ? row == i : column == j))
                    ck_abort_msg("level %d, m %d n %d k %d: c[%d, %d] = %g", (int)gi_simd_used(), (int)m, (int)n,
                                 (int)k, (int)row, (int)column, (double)*element(&c, row, column));
        free(a.memory);
        free(b.memory);
        free(c.memory);
    }
}
END_TEST

/* ---- Bits ------------------------------------------------------------------------------------------------- */

START_TEST(parts_give_the_same_bits)            /* rows, or columns, in two calls as in one */
{
    static const int sizes[][3] = {
        { 4, 4, 50 }, { 9, 33, 17 }, { 33, 64, 300 }, { 100, 10, 270 }, { 120, 300, 270 }, { 40, 1, 100 },
        { 1, 90, 100 }, { 2, 1, 100 }, { 1, 2, 100 }, { 2, 1, 5 }, { 7, 520, 300 }, { 10, 1, 5 }, { 13, 1, 7 },
        { 1, 13, 10 },
    };
    enum { SIZES = sizeof sizes / sizeof *sizes };
    if (!level(_i))
        return;
    for (int t = 0; t < SIZES * 16; t++) {
        const int64_t m = sizes[t % SIZES][0], n = sizes[t % SIZES][1], k = sizes[t % SIZES][2];
        const enum layout in_a = (enum layout)(t / SIZES % 4), in_b = (enum layout)(t / SIZES / 4 % 4);
        matrix a = matrix_in(in_a, m, k, false), b = matrix_in(in_b, k, n, false);
        matrix whole = matrix_new(m, n, n, 1, false), parts = matrix_new(m, n, n, 1, false);
        const bool accumulate = below(2);
        memcpy(parts.memory, whole.memory, (size_t)whole.size * sizeof *parts.memory);
        product(&a, &b, &whole, accumulate);
        if (m > 1 && (n == 1 || below(2))) {
            const int64_t r = n == 1 ? 1 + below(m - 1) : 2 + below(m - 3);
            gi_gemm(view(&a, 0, 0, r, k), all_of(&b), parts.at, n, accumulate);
            gi_gemm(view(&a, r, 0, m - r, k), all_of(&b), element(&parts, r, 0), n, accumulate);
        } else {
            const int64_t r = m == 1 ? 1 + below(n - 1) : 2 + below(n - 3);
            gi_gemm(all_of(&a), view(&b, 0, 0, k, r), parts.at, n, accumulate);
            gi_gemm(all_of(&a), view(&b, 0, r, k, n - r), parts.at + r, n, accumulate);
        }
        ck_assert_msg(memcmp(parts.memory, whole.memory, (size_t)whole.size * sizeof *parts.memory) == 0,
                      "level %d, layouts %d %d, m %d n %d k %d: parts differ", (int)gi_simd_used(), (int)in_a,
                      (int)in_b, (int)m, (int)n, (int)k);
        free(a.memory);
        free(b.memory);
        free(whole.memory);
        free(parts.memory);
    }
}
END_TEST

START_TEST(place_in_memory_does_not_matter)
{
    enum { M = 31, N = 45, K = 67, SHIFTS = 19 };
    static gd_real a[M * K + SHIFTS], b[K * N + SHIFTS], c[M * N + SHIFTS], first[M * N];
    if (!level(_i))
        return;
    for (int shift = 0; shift < SHIFTS; shift++) {
        state = 7;
        for (int i = 0; i < M * K; i++)
            a[i + shift] = (gd_real)below(1000) / 999;
        for (int i = 0; i < K * N; i++)
            b[i + SHIFTS - shift] = (gd_real)below(1000) / 999;
        gi_gemm((gi_matrix){ a + shift, M, K, K, 1 }, (gi_matrix){ b + SHIFTS - shift, K, N, N, 1 }, c + shift / 2, N,
                false);
        if (shift == 0)
            memcpy(first, c, sizeof first);
        ck_assert_int_eq(memcmp(first, c + shift / 2, sizeof first), 0);
    }
}
END_TEST

/* ---- Levels ----------------------------------------------------------------------------------------------- */

START_TEST(levels)
{
    ck_assert(gi_simd_use(GI_SIMD_PLAIN));      /* every machine */
    ck_assert_int_eq(gi_simd_used(), GI_SIMD_PLAIN);
    ck_assert(!gi_simd_use((gi_simd_level)(GI_SIMD_LEVELS + 1)));
    ck_assert(!gi_simd_use((gi_simd_level)-1));
    ck_assert_int_eq(gi_simd_used(), GI_SIMD_PLAIN);
    ck_assert(gi_simd_use(GI_SIMD_LEVELS));
    const gi_simd_level best = gi_simd_used();
    for (int l = (int)best + 1; l < GI_SIMD_LEVELS; l++)
        ck_assert(!gi_simd_use((gi_simd_level)l));
#if defined(__x86_64__) && defined(__GNUC__) && !defined(GD_PLAIN)
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        ck_assert_int_ge(best, GI_SIMD_256);
    else
        ck_assert_int_eq(best, GI_SIMD_128);
#elif defined(__GNUC__) && !defined(GD_PLAIN)
    ck_assert_int_eq(best, GI_SIMD_128);
#endif
}
END_TEST

/* The product and an addition after it, of whole numbers. */
static void check_addition(int64_t m, int64_t n, int64_t k, enum layout in_a, enum layout in_b, int64_t add_row)
{
    matrix a = matrix_in(in_a, m, k, true), b = matrix_in(in_b, k, n, true);
    matrix add = matrix_new(m, n, add_row, 1, true), c = matrix_new(m, n, n + 2, 1, true);
    matrix expected = matrix_new(m, n, n + 2, 1, true);
    product(&a, &b, &expected, false);
    gi_gemm_add(all_of(&a), all_of(&b), add.at, add.row, c.at, c.row);
    for (int64_t i = 0; i < m; i++)
        for (int64_t j = 0; j < n; j++) {
            const gd_real sum = *element(&expected, i, j) + *element(&add, i, j);
            ck_assert_msg(sum == *element(&c, i, j),
                          "%lld x %lld x %lld, layouts %d and %d, rows %lld apart, c[%lld, %lld]: %g instead of %g",
                          (long long)m, (long long)n, (long long)k, (int)in_a, (int)in_b, (long long)add_row,
                          (long long)i, (long long)j, (double)*element(&c, i, j), (double)sum);
        }
    free(a.memory);
    free(b.memory);
    free(add.memory);
    free(c.memory);
    free(expected.memory);
}

START_TEST(adds_a_row_or_a_matrix)
{
    static const int64_t sizes[][3] = {
        { 1, 1, 1 }, { 10, 1, 5 }, { 10, 1, 30 }, { 1, 7, 40 }, { 5, 3, 4 }, { 40, 3, 9 }, { 6, 16, 8 }, { 30, 70, 33 },
        { 100, 64, 64 }, { 100, 64, 300 }, { 70, 500, 260 }, { 50, 9, 8300 }, { 200, 40, 64 }, { 3, 2, 0 },
    };
    static const enum layout ways[] = { PLAIN, TRANSPOSED, GAPS, NO_UNIT };
    if (!level(_i))
        return;
    for (int threads = 1; threads <= 2; threads++) {
        gd_set_threads(threads);
        for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
            for (size_t l = 0; l < 16; l++)
                for (int64_t apart = 0; apart < 2; apart++)
                    check_addition(sizes[s][0], sizes[s][1], sizes[s][2], ways[l / 4], ways[l % 4],
                                   apart * (sizes[s][1] + 3));
    }
    gd_set_threads(1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("kernels: gemm");
    TCase *each = tcase_create("at every level"), *once = tcase_create("levels");
    tcase_set_timeout(each, 600);
    tcase_add_loop_test(each, small_sizes, GI_SIMD_PLAIN, GI_SIMD_LEVELS);
    tcase_add_loop_test(each, layouts, GI_SIMD_PLAIN, GI_SIMD_LEVELS);
    tcase_add_loop_test(each, around_the_blocks, GI_SIMD_PLAIN, GI_SIMD_LEVELS);
    tcase_add_loop_test(each, short_vectors, GI_SIMD_PLAIN, GI_SIMD_LEVELS);
    tcase_add_loop_test(each, long_vectors, GI_SIMD_PLAIN, GI_SIMD_LEVELS);
    tcase_add_loop_test(each, rounding, GI_SIMD_PLAIN, GI_SIMD_LEVELS);
    tcase_add_loop_test(each, nothing_to_do, GI_SIMD_PLAIN, GI_SIMD_LEVELS);
    tcase_add_loop_test(each, not_a_number, GI_SIMD_PLAIN, GI_SIMD_LEVELS);
    tcase_add_loop_test(each, parts_give_the_same_bits, GI_SIMD_PLAIN, GI_SIMD_LEVELS);
    tcase_add_loop_test(each, adds_a_row_or_a_matrix, GI_SIMD_PLAIN, GI_SIMD_LEVELS);
    tcase_add_loop_test(each, place_in_memory_does_not_matter, GI_SIMD_PLAIN, GI_SIMD_LEVELS);
    tcase_add_test(once, levels);
    suite_add_tcase(suite, each);
    suite_add_tcase(suite, once);
    return run_suite(suite);
}
