/* gemm_kernel.h - the matrix product for one length of vector.  Compiled for each instruction set by simd_each.h, which
 * explains the names in capitals.
 *
 * A tile of c, say 6 rows of 4 vectors, stays in registers during the loop over p: each step loads 4 vectors of b and
 * multiplies them by 6 numbers of a.  Each load is used in several multiplications, so that arithmetic, not memory, is
 * the limit.  k and n are split into blocks so that a block of b, DEPTH x COLUMNS, stays in the second-level cache; a
 * strip of a, the rows of a tile, stays in the first-level cache while it is multiplied by the whole block, panel by
 * panel (the columns of a tile).  Operands that the tiles cannot read contiguously are packed first (gemm_pack.h).  The
 * scheme is that of Goto and van de Geijn, "Anatomy of high-performance matrix multiplication" (ACM TOMS 34, 2008),
 * with the roles of a and b exchanged because c is stored by rows. */

/* Rows of a tile of 2 vectors, and of a wide one of 4: as many as the registers hold, with the vectors of b and one
 * number of a. */
#if REGISTERS == 16
#define ROWS 6
#define ROWS_WIDE 2
#define EACH_ROW UP_TO_6
#define EACH_ROW_WIDE UP_TO_2
#elif HAVE_NEON
#define ROWS 12
#define ROWS_WIDE 6
#define EACH_ROW UP_TO_12
#define EACH_ROW_WIDE UP_TO_6
#else
#define ROWS 14
#define ROWS_WIDE 6
#define EACH_ROW UP_TO_14
#define EACH_ROW_WIDE UP_TO_6
#endif

/* ---- Tiles ---------------------------------------------------------------------------------------------- */

/* The parameters of a tile function: the strides and k of x; where its parts of a, b, c and what is added begin; the
 * columns of its last vector.  All but the last are passed in registers. */
#define TILE_PARAMETERS \
    const operands *x, const gd_real *a, const gd_real *b, int64_t b_row, gd_real *c, const gd_real *add, int rest
typedef void NAME(tile_function)(TILE_PARAMETERS);

/* store_few - the first count numbers of v, count < LANES, like STORE_PART but without a mask: a half of the vector, a
 * quarter, .. as count needs them.  A load that follows can take its numbers from a plain store before that has reached
 * the cache, not from a masked one: an optimizer would wait for the gradient of a single row. */
INLINE void NAME(store_few)(gd_real *p, vec v, int count)
{
#define STORE_FIRST(half) \
    if (count & (half)) { \
        memcpy(p, &v, (half) * sizeof *p); \
        p += (half); \
        v = SHUFFLE(v, v, EACH_LANE(FROM, half)); \
    }
#define FROM(l, d) (((l) + (d)) & (LANES - 1))
#if LANES > 8
    STORE_FIRST(8)
#endif
#if LANES > 4
    STORE_FIRST(4)
#endif
#if LANES > 2
    STORE_FIRST(2)
#endif
    if (count & 1)
        *p = v[0];
#undef STORE_FIRST
#undef FROM
}

/* tile - c = a b (+ add) for rows x vectors, constants once this is inlined.  The last vector is not whole when
 * part. */
INLINE void NAME(tile)(const int rows, const int vectors, const bool part, TILE_PARAMETERS)
{
    const int64_t a_row = x->a_row, a_col = x->a_col, c_row = x->c_row, k = x->k;
    vec sum[ROWS][4];
    const gd_real *four[(ROWS + 3) / 4];        /* every fourth row of a, to save registers: others by an offset */
    UNROLL for (int i = 0; i < rows; i += 4)
        four[i / 4] = a + i * a_row;
    UNROLL for (int i = 0; i < rows; i++)
        UNROLL for (int v = 0; v < vectors; v++)
            sum[i][v] = (vec){ 0 };
    for (int64_t p = 0; p < k; p++) {
        vec y[4];
        UNROLL for (int v = 0; v < vectors; v++)
            y[v] = part && v == vectors - 1 ? LOAD_PART(b + p * b_row + v * LANES, rest)
                                            : NAME(load)(b + p * b_row + v * LANES);
        UNROLL for (int i = 0; i < rows; i++) {
            const vec s = BROADCAST(four[i / 4][i % 4 * a_row]);
            UNROLL for (int v = 0; v < vectors; v++)
                sum[i][v] = MULTIPLY_ADD(s, y[v], sum[i][v]);
        }
        UNROLL for (int i = 0; i < rows; i += 4)
            four[i / 4] += a_col;
    }
    if (add)
        UNROLL for (int i = 0; i < rows; i++, add += x->add_row)
            UNROLL for (int v = 0; v < vectors; v++)
                sum[i][v] += part && v == vectors - 1 ? LOAD_PART(add + v * LANES, rest)
                                                      : NAME(load)(add + v * LANES);
    UNROLL for (int i = 0; i < rows; i++) {
        UNROLL for (int v = 0; v < vectors; v++) {
            if (part && v == vectors - 1 && rows == 1)
                NAME(store_few)(c + v * LANES, sum[0][v], rest);
            else if (part && v == vectors - 1)
                STORE_PART(c + i * c_row + v * LANES, sum[i][v], rest);
            else
                NAME(store)(c + i * c_row + v * LANES, sum[i][v]);
        }
    }
}

/* One function for each number of rows, and tables of them. */
#define TILE_AS(name, rows, vectors, part) \
    static TARGET void NAME(name##rows)(TILE_PARAMETERS) \
    { \
        NAME(tile)(rows, vectors, part, x, a, b, b_row, c, add, rest); \
    }
#define TILES(rows) \
    TILE_AS(tile1_, rows, 1, false) TILE_AS(part1_, rows, 1, true) \
    TILE_AS(tile2_, rows, 2, false) TILE_AS(part2_, rows, 2, true)
#define TILES_WIDE(rows) TILE_AS(tile4_, rows, 4, false)
EACH_ROW(TILES)
EACH_ROW_WIDE(TILES_WIDE)

#define TILE1(rows) NAME(tile1_##rows),
#define PART1(rows) NAME(part1_##rows),
#define TILE2(rows) NAME(tile2_##rows),
#define PART2(rows) NAME(part2_##rows),
#define TILE4(rows) NAME(tile4_##rows),
static NAME(tile_function) *const NAME(tiles)[2][2][ROWS + 1] = {           /* [vectors - 1][part][rows] */
    { { NULL, EACH_ROW(TILE1) }, { NULL, EACH_ROW(PART1) } },
    { { NULL, EACH_ROW(TILE2) }, { NULL, EACH_ROW(PART2) } },
};
static NAME(tile_function) *const NAME(tiles_wide)[ROWS_WIDE + 1] = { NULL, EACH_ROW_WIDE(TILE4) };

#include "gemm_pack.h"

/* ---- Products of matrices -------------------------------------------------------------------------------- */

/* prefetch - prefetches the tile c [rows, columns], and rows from .. to of the next part of a. */
INLINE void NAME(prefetch)(const operands *x, int64_t rows, int columns, const gd_real *c,
                           int64_t from, int64_t to)
{
    for (int64_t i = 0; i < rows; i++)
        for (int j = 0; j < columns; j += LANES)
            PREFETCH(c + i * x->c_row + j);
    for (int64_t i = from; i < to; i++)
        for (int64_t j = 0; j < x->next.length; j += LANES)
            PREFETCH(x->next.at + i * x->next.stride + j);
}

/* strips - all tiles of the columns first .. last of c, with panels of up to `vectors` vectors: strip by strip
 * of at most `rows` rows, the rows of a strip as equal as possible.  b is where these columns begin; when
 * packed, pack wrote it. */
INLINE void NAME(strips)(const int rows, const int vectors, const operands *x, int64_t first, int64_t last,
                         const gd_real *b, bool packed)
{
    const int64_t k = x->k, n = last - first;
    const int64_t strips = (x->m + rows - 1) / rows, least = x->m / strips, taller = x->m % strips;
    for (int64_t i = 0, s = 0, height; s < strips; i += height, s++) {
        height = least + (s < taller);
        const gd_real *a = x->a + i * x->a_row;
        gd_real *c = x->c + i * x->c_row + first;
        const gd_real *add = x->add ? x->add + i * x->add_row + first : NULL;
        for (int64_t j = 0; j < n; ) {
            const int count = NAME(panel_vectors)(vectors, n - j), full = count * LANES;
            const int width = n - j < full ? (int)(n - j) : full;
            if (k >= PREFETCH_LEAST)
                NAME(prefetch)(x, height, width, c + j, (i * n + j * height) * x->next.count / (x->m * n),
                               (i * n + (j + width) * height) * x->next.count / (x->m * n));
            (count == 4 ? NAME(tiles_wide) : NAME(tiles)[count - 1][width < full])[height](
                x, a, packed ? b + j * k : b + j, packed ? full : x->b_row, c + j, add ? add + j : NULL,
                width - (full - LANES));
            j += width;
        }
    }
}

/* both_strips - the columns 0 .. wide in wide panels, the others in narrow ones of more rows.  When packed,
 * both lie in the work space. */
static TARGET void NAME(both_strips)(const operands *x, int64_t wide, bool packed)
{
    const gd_real *b = packed ? x->work->b : x->b;
    if (wide > 0)
        NAME(strips)(ROWS_WIDE, 4, x, 0, wide, b, packed);
    if (wide < x->n)
        NAME(strips)(ROWS, 2, x, wide, x->n, packed ? b + wide * x->k : b + wide, packed);
}

/* packs_a, packs_b - is that operand of a block packed first? */
INLINE bool NAME(packs_a)(const operands *x)
{
    return x->a_row == 1 && x->n >= 8 * LANES && x->k >= 64 && x->a_col >= PACK_STRIDE / (int64_t)sizeof *x->a;
}

/* A b of as many columns as a wide panel, one row behind the other, is packed as it is. */
INLINE bool NAME(packs_b)(const operands *x)
{
    const bool is_panel = ROWS_WIDE >= 4 && x->n == 4 * LANES && x->b_row == 4 * LANES && x->b_col == 1;
    if (is_panel && (uintptr_t)x->b % VECTOR_BYTES == 0)
        return false;
    return x->b_col != 1 || (x->m >= PACK_ROWS && x->k * x->n > PACK_BLOCK && x->b_row >= 4 * LANES);
}

/* block - c = a b (+ add) for k <= DEPTH and n <= COLUMNS: group by group of rows. */
static TARGET void NAME(block)(const operands *x)
{
    const bool packed = NAME(packs_b)(x), pack_a = NAME(packs_a)(x);
    const int64_t wide = ROWS_WIDE >= 4 || x->m <= ROWS_WIDE ? x->n - x->n % (4 * LANES) : 0;
    if (packed) {
        NAME(pack)(4, x, 0, wide, x->work->b);
        NAME(pack)(2, x, wide, x->n, x->work->b + wide * x->k);
    }
    if (!pack_a && x->m <= GROUP) {
        NAME(both_strips)(x, wide, packed);
        return;
    }
    operands t = *x;
    for (int64_t i = 0; i < x->m; i += t.m) {
        t.m = x->m - i < GROUP ? x->m - i : GROUP;
        t.a = x->a + i * x->a_row;
        t.c = x->c + i * x->c_row;
        t.add = x->add ? x->add + i * x->add_row : NULL;
        const int64_t left = x->m - i - t.m, next_m = left < GROUP ? left : GROUP;
        if (next_m > 0 && x->a_row == 1)
            t.next = (gi_rows_ahead){ t.a + t.m, x->k, next_m, x->a_col };
        else if (next_m > 0 && x->a_col == 1)
            t.next = (gi_rows_ahead){ t.a + t.m * x->a_row, next_m, x->k, x->a_row };
        else
            t.next = (gi_rows_ahead){ NULL, 0, 0, 0 };
        if (pack_a) {
            for (int64_t p = 0; p < x->k; p++)
                memcpy(x->work->a + p * t.m, t.a + p * x->a_col, (size_t)t.m * sizeof *t.a);
            t.a = x->work->a;
            t.a_col = t.m;
        }
        NAME(both_strips)(&t, wide, packed);
    }
}

/* some_blocks - c = a b (+ add) for k up to LONG and n <= COLUMNS, block by block. */
INLINE void NAME(some_blocks)(const operands *x)
{
    operands t = *x;
    for (int64_t p = 0; p < x->k; p += DEPTH) {
        t.k = x->k - p < DEPTH ? x->k - p : DEPTH;
        t.a = x->a + p * x->a_col;
        t.b = x->b + p * x->b_row;
        if (p > 0) {
            t.add = x->c;
            t.add_row = x->c_row;
        }
        NAME(block)(&t);
    }
}

/* long_blocks - the same for any k: the products of LONG of k at a time are added by compensated summation. */
INLINE void NAME(long_blocks)(const operands *x)
{
    operands t = *x;
    for (int64_t i = 0; i < x->m; i += t.m) {
        t.m = x->m - i < LONG_ROWS ? x->m - i : LONG_ROWS;
        gd_real *c = x->c + i * x->c_row;
        memset(x->work->rest, 0, (size_t)(t.m * COLUMNS) * sizeof *c);
        for (int64_t p = 0; p < x->k; p += LONG) {
            t.k = x->k - p < LONG ? x->k - p : LONG;
            t.a = x->a + i * x->a_row + p * x->a_col;
            t.b = x->b + p * x->b_row;
            t.c = p == 0 ? c : x->work->part;
            t.c_row = p == 0 ? x->c_row : COLUMNS;
            t.add = p == 0 && x->add ? x->add + i * x->add_row : NULL;
            NAME(some_blocks)(&t);
            for (int64_t r = 0; r < t.m && p > 0; r++)
                add_product(x->n, c + r * x->c_row, x->work->rest + r * COLUMNS, x->work->part + r * COLUMNS);
        }
        for (int64_t r = 0; r < t.m; r++)
            add_rest_of_product(x->n, c + r * x->c_row, x->work->rest + r * COLUMNS);
    }
}

/* blocks - the product, block by block. */
static TARGET void NAME(blocks)(const operands *x)
{
    operands t = *x;
    for (int64_t j = 0; j < x->n; j += COLUMNS) {
        t.n = x->n - j < COLUMNS ? x->n - j : COLUMNS;
        t.b = x->b + j * x->b_col;
        t.c = x->c + j;
        t.add = x->add ? x->add + j : NULL;
        if (x->k <= LONG)
            NAME(some_blocks)(&t);
        else
            NAME(long_blocks)(&t);
    }
}

/* narrow - a product with few columns, which would leave lanes empty, where the columns of a are contiguous:
 * c^T = b^T a^T has long rows.  A piece of c^T at a time is computed beside c. */
static TARGET void NAME(narrow)(const operands *x)
{
    operands t = { x->n, 0, x->k, x->b, x->b_col, x->b_row, NULL, x->a_col, 1, x->work->c, COLUMNS,
                   x->add ? x->work->c : NULL, COLUMNS, { NULL, 0, 0, 0 }, x->work };
    for (int64_t i = 0; i < x->m; i += t.n) {
        gd_real *c = x->c + i * x->c_row;
        t.n = x->m - i < COLUMNS ? x->m - i : COLUMNS;
        t.b = x->a + i;
        for (int64_t r = 0; r < t.n && x->add; r++)
            for (int64_t j = 0; j < x->n; j++)
                x->work->c[j * COLUMNS + r] = x->add[(i + r) * x->add_row + j];
        NAME(blocks)(&t);
        for (int64_t r = 0; r < t.n; r++)
            for (int64_t j = 0; j < x->n; j++)
                c[r * x->c_row + j] = x->work->c[j * COLUMNS + r];
    }
}

/* large_product - c = a b (+ add) in one block, or many. */
static TARGET GI_NOINLINE void NAME(large_product)(operands *x)
{
    const int64_t empty = -x->n & (LANES - 1);  /* lanes in the last vector */
    const bool transpose = x->a_row == 1 && x->n <= NARROW && 4 * empty >= x->n && x->m >= 4 * LANES;
#if VECTOR_BYTES > 16
    if (2 * x->n <= LANES && x->k <= DEPTH && !transpose) {
        few_columns[x->n](x);
        return;
    }
#endif
    x->next = (gi_rows_ahead){ NULL, 0, 0, 0 };
    const bool one = !transpose && x->k <= DEPTH && x->n <= COLUMNS;
    if (one && !NAME(packs_a)(x) && !NAME(packs_b)(x)) {    /* needs no work space, which costs as much as 100 sums */
        NAME(block)(x);
        return;
    }
    x->work = acquire_work_space();
    if (one)
        NAME(block)(x);
    else if (transpose)
        NAME(narrow)(x);
    else
        NAME(blocks)(x);
    release_work_space(x->work);
}

/* product - c = a b (+ add): one tile, one block, or many.  Whichever it is, c[i, j] is summed in the same order. */
static TARGET void NAME(product)(operands *x)
{
    if (x->m <= ROWS && x->n <= LANES && x->b_col == 1 && x->k <= DEPTH)
        NAME(tiles)[0][x->n < LANES][x->m](x, x->a, x->b, x->b_row, x->c, x->add, (int)x->n);
    else
        NAME(large_product)(x);
}

#include "gemm_dot.h"

#undef TILE_PARAMETERS
#undef TILE_AS
#undef TILES
#undef TILES_WIDE
#undef TILE1
#undef PART1
#undef TILE2
#undef PART2
#undef TILE4
#undef ROWS
#undef ROWS_WIDE
#undef EACH_ROW
#undef EACH_ROW_WIDE
