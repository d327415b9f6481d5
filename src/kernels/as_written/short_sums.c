/* short_sums.c - sums of many rows of at most 16 numbers: one loop over rows instead of a call for each.  See sums.h.
 *
 * The additions are those of sums.c: where there are no more numbers than lanes, each lane has one number or 0, and the
 * lanes are added up as a tree.  Adding a 0 changes no sum but -0, and that is added to y like 0. */
#include "base/compiler.h"
#include "gradus/tensor.h"
#include "kernels/reference/reference.h"
#include "kernels/sums.h"
#include "kernels/terms.h"

#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#endif

#ifndef GD_PLAIN

#define X(i)  x[i]
#define TREE3 (TREE2(X, 0, 1) + x[2])
#define TREE5 (TREE4(X, 0, 1) + x[4])
#define TREE6 (TREE4(X, 0, 1) + TREE2(X, 4, 1))
#define TREE7 (TREE4(X, 0, 1) + (TREE2(X, 4, 1) + x[6]))

/* Rows that go on from each other are a loop of constant length, which compilers turn into vectors. */
#define ROWS_OF(length, tree)                                                        \
    case length:                                                                     \
        if (row == (length) && of_y == 1)                                            \
            for (int64_t r = 0; r < rows; r++, x += (length))                        \
                y[r] += tree;                                                        \
        else                                                                         \
            for (int64_t r = 0; r < rows; r++, x += row)                             \
                y[r * of_y] += tree;                                                 \
        return;

GI_KERNEL static void sum_short_rows(int64_t rows, int64_t n, const gd_real *restrict x, int64_t row,
                                     gd_real *restrict y, int64_t of_y)
{
    switch (n) {
        ROWS_OF(2, TREE2(X, 0, 1))
        ROWS_OF(3, TREE3)
        ROWS_OF(4, TREE4(X, 0, 1))
        ROWS_OF(5, TREE5)
        ROWS_OF(6, TREE6)
        ROWS_OF(7, TREE7)
        ROWS_OF(8, TREE8(X, 0, 1))
    }
    gd_real lane[TERM_LANES] = { 0 };
#define LANE(l) lane[l]
    for (int64_t r = 0; r < rows; r++, x += row) {
        for (int l = 0; l < TERM_LANES; l++)
            lane[l] = l < n ? x[l] : 0;
        y[r * of_y] += TREE16(LANE, 0, 1);
    }
}

#else

static void sum_short_rows(int64_t rows, int64_t n, const gd_real *x, int64_t row, gd_real *y, int64_t of_y)
{
    for (int64_t r = 0; r < rows; r++)
        y[r * of_y] += (gd_real)gi_sum_reference(n, x + r * row, 1);
}

#endif

void real_sum_short_rows(int64_t rows, int64_t n, const gd_real *x, int64_t row, gd_real *y, int64_t of_y)
{
    sum_short_rows(rows, n, x, row, y, of_y);
}
