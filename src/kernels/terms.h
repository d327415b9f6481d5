/* terms.h - accurate sums inside kernels (GI_KERNEL): like sums.h, but for terms that are computed in the loop instead
 * of read from memory, and for sums to which one term at a time is added. */
#ifndef GRADUS_TERMS_H
#define GRADUS_TERMS_H

#include <stdbool.h>
#include <string.h>

#include "gradus/tensor.h"
#include "real.h"

/* 16 terms, term(i), term(i + step), .., as a tree. */
#define TREE2(term, i, step)  (term(i) + term((i) + (step)))
#define TREE4(term, i, step)  (TREE2(term, i, step) + TREE2(term, (i) + 2 * (step), step))
#define TREE8(term, i, step)  (TREE4(term, i, step) + TREE4(term, (i) + 4 * (step), step))
#define TREE16(term, i, step) (TREE8(term, i, step) + TREE8(term, (i) + 8 * (step), step))

/* The same tree where only the first n terms are there, 0 < n <= 16: term(i), .., term(i + n - 1). */
#define TREE_TO_2(term, i, n)  ((n) > 1 ? TREE2(term, i, 1) : term(i))
#define TREE_TO_4(term, i, n)  ((n) > 2 ? TREE2(term, i, 1) + TREE_TO_2(term, (i) + 2, (n) - 2) : TREE_TO_2(term, i, n))
#define TREE_TO_8(term, i, n)  ((n) > 4 ? TREE4(term, i, 1) + TREE_TO_4(term, (i) + 4, (n) - 4) : TREE_TO_4(term, i, n))
#define TREE_TO_16(term, i, n) ((n) > 8 ? TREE8(term, i, 1) + TREE_TO_8(term, (i) + 8, (n) - 8) : TREE_TO_8(term, i, n))

/* ---- Sixteen lanes --------------------------------------------------------------------------------------------
 *
 * A sum is kept in 16 independent lanes: lane l adds the terms whose index is l modulo 16.  Compilers can vectorise
 * over lanes but not reorder the additions of one, so that every instruction set gives the same bits. */

enum { TERM_LANES = 16 };

/* lane[] += TERM(at) .. TERM(end - 1), TERM being a macro, one row of lanes after the other. */
#define ADD_TO_LANES(lane, at, end, TERM)                                                                   \
    for (; (at) + TERM_LANES <= (end); (at) += TERM_LANES)                                                  \
        for (int l = 0; l < TERM_LANES; l++)                                                                \
            (lane)[l] += TERM((at) + l);                                                                    \
    for (int l = 0; l < (end) - (at); l++)                                                                  \
        (lane)[l] += TERM((at) + l);

/* The same for whole blocks of 16 rows, each added up as a tree; at is then where the rest begins. */
#define ADD_TREES_TO_LANES(lane, at, end, TERM)                                                             \
    for (; (at) + 16 * TERM_LANES <= (end); (at) += 16 * TERM_LANES)                                        \
        for (int l = 0; l < TERM_LANES; l++)                                                                \
            (lane)[l] += TREE16(TERM, (at) + l, TERM_LANES);

/* ---- Compensated summation ----------------------------------------------------------------------------------
 *
 * sum and rest together are the sum with about twice the digits, rest less than an ulp of sum; both start at 0.  The
 * error of n terms is about n u^2 sum |x|, u half an ulp of 1.  (D. E. Knuth, The Art of Computer Programming, vol. 2,
 * section 4.2.2, and T. J. Dekker, "A floating-point technique for extending the available precision", Numerische
 * Mathematik 18, 1971.) */
REAL_INLINE void real_add_term(gd_real *sum, gd_real *rest, gd_real x)
{
    const gd_real old = *sum, all = old + x, added = all - old;
    const gd_real lost = (old - (all - added)) + (x - added) + *rest, less = all - all == 0 ? lost : 0;
    *sum = all + less;
    *rest = less - (*sum - all);
}

/* real_whole - sum + rest, rounded.  If sum is infinite or NaN, rest is NaN and is ignored. */
REAL_INLINE gd_real real_whole(gd_real sum, gd_real rest)
{
    return sum - sum == 0 ? sum + rest : sum;
}

/* ---- Numbers whose squares leave the range ------------------------------------------------------------------ */

#ifdef GD_DOUBLE
#define REAL_SMALL_SQUARE 0x1p-900          /* smaller squares may have lost digits to underflow */
#else
#define REAL_SMALL_SQUARE 0x1p-90f
#endif

/* real_square_is_good - is a sum or mean of squares neither infinite nor NaN, nor so small that terms of it may have
 * underflowed? */
REAL_INLINE bool real_square_is_good(gd_real square)
{
    return square >= REAL_SMALL_SQUARE && square <= 1 / REAL_SMALL_SQUARE;
}

/* real_scale_for - the power of 2 that brings `largest` near 1, so that scaling is exact; 1 for 0, infinities, NaN. */
REAL_INLINE gd_real real_scale_for(gd_real largest)
{
    int exponent;
    if (largest == 0 || !isfinite(largest))
        return 1;
    (void)frexp((double)largest, &exponent);
    const int most = (int)REAL_BIAS - 1;                    /* the scale, and its inverse, are normal numbers */
    exponent = exponent > most ? most : exponent < -most ? -most : exponent;
    return (gd_real)ldexp(1, -exponent);
}

/* real_largest - the largest |x|; NaN where there is one. */
REAL_INLINE gd_real real_largest(int64_t n, const gd_real *x, int64_t step)
{
    gd_real most = 0;
    for (int64_t i = 0; i < n; i++)
        most = real_max(most, real_abs(x[i * step]));
    return most;
}

/* ---- Sums over i in [0, n) of TERM(i), a macro ----------------------------------------------------------------
 *
 * The lanes are added up after 512 terms, 16 such sums make a piece, and pieces are added by compensated summation. */

enum { TERM_BLOCK = 512, TERM_PIECE = 8192 };

/* real_fold - the sum of the lanes: l and l + 8 are added, then l and l + 4, l and l + 2, the last two.  Written as
 * vectors where there are any, since compilers do it number by number. */
#if defined(__GNUC__) && !defined(GD_PLAIN)
typedef gd_real real_lanes_8 __attribute__((vector_size(8 * sizeof(gd_real))));
typedef gd_real real_lanes_4 __attribute__((vector_size(4 * sizeof(gd_real))));

REAL_INLINE gd_real real_fold(const gd_real *lane)
{
    real_lanes_8 x, x_above;
    memcpy(&x, lane, sizeof x);
    memcpy(&x_above, lane + 8, sizeof x);
    x += x_above;
    real_lanes_4 y, y_above;
    memcpy(&y, &x, sizeof y);
    memcpy(&y_above, (const char *)&x + sizeof y, sizeof y);
    y += y_above;
    return (y[0] + y[2]) + (y[1] + y[3]);
}
#else
REAL_INLINE gd_real real_fold(gd_real *lane)
{
    for (int half = TERM_LANES / 2; half > 1; half /= 2)
        for (int l = 0; l < half; l++)
            lane[l] += lane[l + half];
    return lane[0] + lane[1];
}
#endif

/* all_ += the sum over a block. */
#define ADD_BLOCK_OF_TERMS(all_, begin_, end_, TERM)                                                        \
    {                                                                                                       \
        gd_real lane_[TERM_LANES] = { 0 };                                                                  \
        int64_t at_ = begin_;                                                                               \
        ADD_TO_LANES(lane_, at_, end_, TERM)                                                                \
        all_ += real_fold(lane_);                                                                           \
    }

#define SUM_OF_TERMS(total, n, TERM)                                                                        \
    if ((n) <= TERM_BLOCK) {                                                                                \
        total = 0;                                                                                          \
        ADD_BLOCK_OF_TERMS(total, 0, n, TERM)                                                               \
    } else {                                                                                                \
        gd_real sum_ = 0, rest_ = 0;                                                                        \
        for (int64_t piece_ = 0; piece_ < (n); piece_ += TERM_PIECE) {                                      \
            const int64_t last_ = (n) - piece_ < TERM_PIECE ? (n) : piece_ + TERM_PIECE;                    \
            gd_real all_ = 0;                                                                               \
            for (int64_t block_ = piece_; block_ < last_; block_ += TERM_BLOCK) {                           \
                const int64_t end_ = last_ - block_ < TERM_BLOCK ? last_ : block_ + TERM_BLOCK;             \
                ADD_BLOCK_OF_TERMS(all_, block_, end_, TERM)                                                \
            }                                                                                               \
            real_add_term(&sum_, &rest_, all_);                                                             \
        }                                                                                                   \
        total = real_whole(sum_, rest_);                                                                    \
    }

/* Two sums, block by block, so that what both read is still in the first-level cache.  (gcc does not vectorise both in
 * one loop.) */
#define SUMS_OF_TERMS(total_a, total_b, n, TERM_A, TERM_B)                                                  \
    if ((n) <= TERM_BLOCK) {                                                                                \
        total_a = total_b = 0;                                                                              \
        ADD_BLOCK_OF_TERMS(total_a, 0, n, TERM_A)                                                           \
        ADD_BLOCK_OF_TERMS(total_b, 0, n, TERM_B)                                                           \
    } else {                                                                                                \
        gd_real sum_a_ = 0, rest_a_ = 0, sum_b_ = 0, rest_b_ = 0;                                           \
        for (int64_t piece_ = 0; piece_ < (n); piece_ += TERM_PIECE) {                                      \
            const int64_t last_ = (n) - piece_ < TERM_PIECE ? (n) : piece_ + TERM_PIECE;                    \
            gd_real all_a_ = 0, all_b_ = 0;                                                                 \
            for (int64_t block_ = piece_; block_ < last_; block_ += TERM_BLOCK) {                           \
                const int64_t end_ = last_ - block_ < TERM_BLOCK ? last_ : block_ + TERM_BLOCK;             \
                ADD_BLOCK_OF_TERMS(all_a_, block_, end_, TERM_A)                                            \
                ADD_BLOCK_OF_TERMS(all_b_, block_, end_, TERM_B)                                            \
            }                                                                                               \
            real_add_term(&sum_a_, &rest_a_, all_a_);                                                       \
            real_add_term(&sum_b_, &rest_b_, all_b_);                                                       \
        }                                                                                                   \
        total_a = real_whole(sum_a_, rest_a_);                                                              \
        total_b = real_whole(sum_b_, rest_b_);                                                              \
    }

#endif
