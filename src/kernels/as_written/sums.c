/* sums.c - sums, dot products and column sums in a fixed pairwise order.  See sums.h.
 *
 * Sixteen lanes run side by side (terms.h).  A block of 16 rows of lanes is added up as a tree of depth four, what is
 * left in blocks of 4 rows, filled up with zeros.  Blocks are added one after the other in pieces of 2048 elements, and
 * the pieces pairwise, the branches of that tree on several threads when it is large.  Products are rounded before they
 * are added: the compiler must not fuse the two (-ffp-contract=off, or gcc's -std=c11, and the pragma). */
#include <stdbool.h>

#include "base/compiler.h"
#include "gradus/tensor.h"
#include "kernels/reference/reference.h"
#include "kernels/sums.h"

#include "kernels/terms.h"
#include "kernels/vectors.h"
#include "base/threads.h"

#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#endif

#ifndef GD_PLAIN

enum { LANES = TERM_LANES, PIECE = 2048 };  /* elements of a piece; rows of a piece, for columns: PIECE / LANES */

/* split - where a sum of n elements is cut in two: a multiple of piece, near the middle. */
static int64_t split(int64_t n, int64_t piece)
{
    int64_t pieces = (n + piece - 1) / piece;
    return pieces / 2 * piece;
}

/* The sum of TERM(0) .. TERM(n - 1), n <= PIECE: the body of a function that returns it. */
#define SUM_OF_PIECE(n, TERM)                                                        \
    gd_real lane[LANES] = { 0 }, last[4 * LANES];                                    \
    int64_t i = 0;                                                                   \
    ADD_TREES_TO_LANES(lane, i, n, TERM)                                             \
    for (; i + 4 * LANES <= n; i += 4 * LANES)                                       \
        for (int l = 0; l < LANES; l++)                                              \
            lane[l] += TREE4(TERM, i + l, LANES);                                    \
    if (i < n) {                                                                     \
        const int rest = (int)(n - i);                                               \
        for (int l = 0; l < 4 * LANES; l++)                                          \
            last[l] = l < rest ? TERM(i + l) : 0;                                    \
        for (int l = 0; l < LANES; l++)                                              \
            lane[l] += TREE4(LAST, l, LANES);                                        \
    }                                                                                \
    return TREE16(LANE, 0, 1);
#define LAST(k) last[k]
#define LANE(l) lane[l]

/* A few terms, at most one for each lane, are their tree alone, which needs no kernel.  Leaving out the zeros beside
 * them changes no sum but -0, and adding one 0 makes that 0. */
static inline bool few(int64_t n)
{
    return n > 0 && n <= LANES;
}
#define SUM_OF_FEW(n, TERM) ((gd_real)0 + (TREE_TO_16(TERM, 0, n)))

/* ---- Sums -------------------------------------------------------------------------------------------- */

#define X(k) x[k]

REAL_INLINE gd_real one_piece(int64_t n, const gd_real *restrict x)
{
    SUM_OF_PIECE(n, X)
}

GI_KERNEL static gd_real sum_piece(int64_t n, const gd_real *restrict x)
{
    return one_piece(n, x);
}

/* The same for a whole one of many, which prefetches the numbers AHEAD bytes further on, whether or not there are any:
 * the processor's own prefetching lags behind. */
enum { AHEAD = 4096, LINE = 64 };

REAL_INLINE gd_real whole_piece(const gd_real *restrict x)
{
    enum { BLOCK = 16 * LANES };
    gd_real lane[LANES] = { 0 };
    for (int64_t i = 0; i < PIECE; i += BLOCK) {
        for (int at = 0; at < BLOCK * (int)sizeof *x; at += LINE)
            PREFETCH((const void *)((uintptr_t)(x + i) + AHEAD + (uintptr_t)at));
        for (int l = 0; l < LANES; l++)
            lane[l] += TREE16(X, i + l, LANES);
    }
    return TREE16(LANE, 0, 1);
}

/* Several pieces, in one call: while the lanes of one are added up, the processor reads the next one already. */
GI_KERNEL static void sum_pieces(int64_t n, const gd_real *restrict x, gd_real *restrict sums)
{
    for (; n >= PIECE; n -= PIECE, x += PIECE)
        *sums++ = whole_piece(x);
    if (n > 0)
        *sums = one_piece(n, x);
}

/* The sums of so many pieces, added as split says. */
static gd_real halves_of(int64_t pieces, const gd_real *sums)
{
    const int64_t half = pieces / 2;
    return pieces == 1 ? sums[0] : pieces == 2 ? sums[0] + sums[1]
                       : halves_of(half, sums) + halves_of(pieces - half, sums + half);
}

enum { PIECES = 16 };

static GI_NOINLINE gd_real sum_halves(int64_t n, const gd_real *x)
{
    if (n <= PIECE)
        return sum_piece(n, x);
    if (n <= PIECES * PIECE) {
        gd_real sums[PIECES];
        sum_pieces(n, x, sums);
        return halves_of((n + PIECE - 1) / PIECE, sums);
    }
    int64_t half = split(n, PIECE);
    return sum_halves(half, x) + sum_halves(n - half, x + half);
}

/* Long sums on several threads: the branches at depth BRANCH_DEPTH of the same tree, then the rest of it. */
enum { BRANCH_DEPTH = 4, BRANCHES = 1 << BRANCH_DEPTH, LONG_SUM = 4 * GI_PART_ELEMENTS };

typedef struct branches {
    int64_t        n[BRANCHES];
    const gd_real *x[BRANCHES];
    gd_real        sum[BRANCHES];
} branches;

static void list_branches(branches *b, int first, int count, int64_t n, const gd_real *x)
{
    if (count == 1) {
        b->n[first] = n;
        b->x[first] = x;
        return;
    }
    int64_t half = split(n, PIECE);
    list_branches(b, first, count / 2, half, x);
    list_branches(b, first + count / 2, count / 2, n - half, x + half);
}

static void add_branches(void *context, int64_t begin, int64_t end)
{
    branches *b = context;
    for (int64_t i = begin; i < end; i++)
        b->sum[i] = sum_halves(b->n[i], b->x[i]);
}

static GI_NOINLINE gd_real sum_branches(int64_t n, const gd_real *x)
{
    branches b;
    list_branches(&b, 0, BRANCHES, n, x);
    gi_parallel(BRANCHES, 4, add_branches, &b);
#define BRANCH(i) b.sum[i]
    return TREE16(BRANCH, 0, 1);
}

gd_real real_sum(int64_t n, const gd_real *x)
{
    return few(n) ? SUM_OF_FEW(n, X) : n < LONG_SUM ? sum_halves(n, x) : sum_branches(n, x);
}

gd_real real_sum_strided(int64_t n, const gd_real *x, int64_t stride)
{
    if (stride == 1)
        return real_sum(n, x);
    if (n <= PIECE) {
        gd_real packed[PIECE];
        for (int64_t i = 0; i < n; i++)
            packed[i] = x[i * stride];
        return sum_piece(n, packed);
    }
    int64_t half = split(n, PIECE);
    return real_sum_strided(half, x, stride) + real_sum_strided(n - half, x + half * stride, stride);
}

/* ---- Dot products -------------------------------------------------------------------------------------- */

#define PRODUCT(k) a[k] * b[k]

GI_KERNEL static gd_real dot_piece(int64_t n, const gd_real *restrict a, const gd_real *restrict b)
{
    SUM_OF_PIECE(n, PRODUCT)
}

static GI_NOINLINE gd_real dot_halves(int64_t n, const gd_real *a, const gd_real *b)
{
    if (n <= PIECE)
        return dot_piece(n, a, b);
    int64_t half = split(n, PIECE);
    return dot_halves(half, a, b) + dot_halves(n - half, a + half, b + half);
}

gd_real real_dot(int64_t n, const gd_real *a, const gd_real *b)
{
    return few(n) ? SUM_OF_FEW(n, PRODUCT) : dot_halves(n, a, b);
}

/* ---- Squared distances ----------------------------------------------------------------------------------- */

enum { SQUARES = 512 };                     /* elements of their pieces */

#define SQUARE(k) (a[k] - b[k]) * (a[k] - b[k])

GI_KERNEL static gd_real squares_piece(int64_t n, const gd_real *restrict a, const gd_real *restrict b)
{
    SUM_OF_PIECE(n, SQUARE)
}

static GI_NOINLINE gd_real squares_halves(int64_t n, const gd_real *a, const gd_real *b)
{
    if (n <= SQUARES)
        return squares_piece(n, a, b);
    int64_t half = (n / 2 + SQUARES - 1) / SQUARES * SQUARES;
    return squares_halves(half, a, b) + squares_halves(n - half, a + half, b + half);
}

gd_real real_squared_distance(int64_t n, const gd_real *a, const gd_real *b)
{
    return few(n) ? SUM_OF_FEW(n, SQUARE) : squares_halves(n, a, b);
}

/* ---- Column sums ----------------------------------------------------------------------------------------- */

#define WIDTH 128                           /* columns done at a time */
#define ROWS  (PIECE / LANES)               /* rows of a piece */

/* The sums of the columns over a few rows; column j stands at x[j * step].  width <= WIDTH. */
#define COLUMNS_PIECE(step)                                                          \
    int64_t i = 0;                                                                   \
    for (; i + LANES <= rows; i += LANES) {                                          \
        const gd_real *block = x + i * row;                                          \
        for (int64_t j = 0; j < width; j++)                                          \
            sum[j] += TREE16(TERM, 0, 1);                                            \
    }                                                                                \
    for (; i < rows; i++)                                                            \
        for (int64_t j = 0; j < width; j++)                                          \
            sum[j] += x[i * row + j * (step)];

GI_KERNEL static void columns_piece(int64_t rows, int64_t width, const gd_real *restrict x, int64_t row,
                                    int64_t step, gd_real *restrict sum)
{
    for (int64_t j = 0; j < width; j++)
        sum[j] = 0;
    if (step == 1) {
#define TERM(r) block[(r) * row + j]
        COLUMNS_PIECE(1)
#undef TERM
    } else {
#define TERM(r) block[(r) * row + j * step]
        COLUMNS_PIECE(step)
#undef TERM
    }
}

static void columns_sum(int64_t rows, int64_t width, const gd_real *x, int64_t row, int64_t step, gd_real *sum)
{
    if (rows <= ROWS) {
        columns_piece(rows, width, x, row, step, sum);
        return;
    }
    int64_t half = split(rows, ROWS);
    gd_real other[WIDTH];
    columns_sum(half, width, x, row, step, sum);
    columns_sum(rows - half, width, x + half * row, row, step, other);
    for (int64_t j = 0; j < width; j++)
        sum[j] += other[j];
}

typedef struct columns_call {
    int64_t        rows, row, step;
    const gd_real *x;
    gd_real       *y;
} columns_call;

static void some_columns(void *context, int64_t begin, int64_t end)
{
    const columns_call *call = context;
    for (int64_t start = begin; start < end; start += WIDTH) {
        int64_t width = end - start < WIDTH ? end - start : WIDTH;
        gd_real sum[WIDTH];
        columns_sum(call->rows, width, call->x + start * call->step, call->row, call->step, sum);
        for (int64_t j = 0; j < width; j++)
            call->y[start + j] += sum[j];
    }
}

/* A column is added up in the same way whichever others go along with it: threads may share them out. */
void real_sum_columns(int64_t rows, int64_t columns, const gd_real *x, int64_t row, int64_t step, gd_real *y)
{
    gi_parallel(columns, gi_part_for(rows, GI_PART_ELEMENTS, LANES), some_columns,
                &(columns_call){ rows, row, step, x, y });
}

#else

gd_real real_sum(int64_t n, const gd_real *x)
{
    return (gd_real)gi_sum_reference(n, x, 1);
}

gd_real real_sum_strided(int64_t n, const gd_real *x, int64_t stride)
{
    return (gd_real)gi_sum_reference(n, x, stride);
}

gd_real real_dot(int64_t n, const gd_real *a, const gd_real *b)
{
    return (gd_real)gi_dot_reference(n, a, b);
}

gd_real real_squared_distance(int64_t n, const gd_real *a, const gd_real *b)
{
    return (gd_real)gi_squared_distance_reference(n, a, b);
}

void real_sum_columns(int64_t rows, int64_t columns, const gd_real *x, int64_t row, int64_t step, gd_real *y)
{
    gi_sum_columns_reference(rows, columns, x, row, step, y);
}

#endif

/* ---- What sums ask about their results ------------------------------------------------------------------------ */

GI_KERNEL static bool no_infinity_or_nan(int64_t n, const gd_real *x)
{
    int bad = 0;
    for (int64_t i = 0; i < n; i++)
        bad |= !(x[i] - x[i] == 0);
    return !bad;
}

bool gi_all_finite(int64_t n, const gd_real *x)
{
    return no_infinity_or_nan(n, x);
}
