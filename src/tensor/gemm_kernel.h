/* gemm_kernel.h - the matrix product for one length of vector.  gemm.c includes it once for each
 * instruction set, after defining
 *
 *   NAME(x)                    x with a suffix, so that every set has its own functions
 *   TARGET                     the attribute that lets the compiler use the set
 *   vec, LANES                 a vector and how many numbers it holds (1: plain C)
 *   BROADCAST(s)               the vector s, s, .., s
 *   MULTIPLY_ADD(x, y, z)      x y + z, rounded once where the machine can
 *   MULTIPLY_ADD_1(x, y, z)    the same for one number
 *   LOAD_PART(p, count)        the first count of LANES numbers, the rest 0; touches no others
 *   STORE_PART(p, v, count)    writes the first count numbers only
 *   ROWS, ROWS_WIDE            rows of a tile of 2 vectors, of 4 vectors: as the registers allow
 *   EACH_ROW, EACH_ROW_WIDE    F(1) F(2) .. up to these
 *
 * How it goes.  A tile of c, ROWS x 2 vectors, stays in registers while p runs: each step loads two vectors
 * of b and multiplies them with ROWS numbers of a.  So one load feeds many multiplications, and the
 * machine's arithmetic is the limit, not its memory.  Around that, k and n are cut into blocks so that the
 * block of b stays in the second cache, and the strip of a, ROWS x DEPTH, in the first.  A block of b that
 * does not lie well is copied first, panel by panel.  The scheme is that of Goto and van de Geijn, "Anatomy
 * of high-performance matrix multiplication" (ACM TOMS 34, 2008), with the roles of a and b exchanged
 * because c is stored by rows. */

#define INLINE static inline TARGET ALWAYS_INLINE

INLINE vec NAME(load)(const gd_real *p)
{
    vec v;
    memcpy(&v, p, sizeof v);                /* p need not be aligned */
    return v;
}

INLINE void NAME(store)(gd_real *p, vec v)
{
    memcpy(p, &v, sizeof v);
}

/* ---- Tiles ---------------------------------------------------------------------------------------------- */

/* What a tile function gets: the strides, k and accumulate of x; where its piece of a, b and c begins; the
 * columns of its last vector.  All in registers. */
#define TILE_PARAMETERS \
    const operands *x, const gd_real *a, const gd_real *b, int64_t b_row, gd_real *c, int rest
typedef void NAME(tile_function)(TILE_PARAMETERS);

/* tile - c (+)= a b for rows x vectors, constants once this is inlined.  The last vector is not whole when
 * part. */
INLINE void NAME(tile)(const int rows, const int vectors, const bool part, TILE_PARAMETERS)
{
    const int64_t a_row = x->a_row, a_col = x->a_col, c_row = x->c_row, k = x->k;
    vec sum[ROWS][4];
    const gd_real *four[(ROWS + 3) / 4];        /* every fourth row of a: the others are near it */
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
    if (x->accumulate)
        UNROLL for (int i = 0; i < rows; i++)
            UNROLL for (int v = 0; v < vectors; v++)
                sum[i][v] += part && v == vectors - 1 ? LOAD_PART(c + i * c_row + v * LANES, rest)
                                                      : NAME(load)(c + i * c_row + v * LANES);
    UNROLL for (int i = 0; i < rows; i++) {
        UNROLL for (int v = 0; v < vectors; v++) {
            if (part && v == vectors - 1)
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
        NAME(tile)(rows, vectors, part, x, a, b, b_row, c, rest); \
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
static NAME(tile_function) *const NAME(tiles)[2][2][ROWS] = {               /* [vectors - 1][part][rows - 1] */
    { { EACH_ROW(TILE1) }, { EACH_ROW(PART1) } },
    { { EACH_ROW(TILE2) }, { EACH_ROW(PART2) } },
};
static NAME(tile_function) *const NAME(tiles_wide)[ROWS_WIDE] = { EACH_ROW_WIDE(TILE4) };

/* panel_vectors - how many vectors the next panel of b has when `columns` are left and most > 2 says that all
 * panels are wide. */
INLINE int NAME(panel_vectors)(int most, int64_t columns)
{
    return most > 2 ? most : columns > LANES ? 2 : 1;
}

/* prefetch - asks for what is needed soon: the tile c [rows, columns], and the part from .. to (of 0 .. 1) of
 * the next piece of a, where it lies row by row: the next strip, or the next group of columns. */
INLINE void NAME(prefetch)(const operands *x, int64_t rows, int columns, const gd_real *c)
{
    for (int64_t i = 0; i < rows; i++)
        for (int j = 0; j < columns; j += LANES)
            PREFETCH(c + i * x->c_row + j);
}

/* prefetch_rows - the same for the columns from .. to of `rows` rows of a. */
INLINE void NAME(prefetch_rows)(const gd_real *a, int64_t row, int64_t rows, int64_t from, int64_t to)
{
    for (int64_t i = 0; i < rows; i++)
        for (int64_t p = from; p < to; p += LANES)
            PREFETCH(a + i * row + p);
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
        for (int64_t j = 0; j < n; ) {
            const int count = NAME(panel_vectors)(vectors, n - j), full = count * LANES;
            const int width = n - j < full ? (int)(n - j) : full;
            if (k >= 128) {
                NAME(prefetch)(x, height, width, c + j);
                if (x->next) {
                    const int64_t from = (i * n + j * height) * k / (x->m * n);
                    const int64_t to = (i * n + (j + width) * height) * k / (x->m * n);
                    NAME(prefetch_rows)(x->next + from * x->next_col, x->next_col, to - from, 0, x->next_m);
                } else if (x->a_col == 1 && s + 1 < strips)
                    NAME(prefetch_rows)(a + height * x->a_row, x->a_row, least, j * k / n, (j + width) * k / n);
            }
            (count == 4 ? NAME(tiles_wide) : NAME(tiles)[count - 1][width < full])[height - 1](
                x, a, packed ? b + j * k : b + j, packed ? full : x->b_row, c + j, width - (full - LANES));
            j += width;
        }
    }
}

/* ---- Packing -------------------------------------------------------------------------------------------- */

/* transpose - the LANES x LANES matrix in r, in place: swap the off-diagonal quarters, then the same within
 * each quarter (Eklundh 1972), all quarters of one size at once. */
INLINE void NAME(transpose)(vec r[LANES])
{
#if LANES > 1
#define SWAP_QUARTERS(d) \
    UNROLL for (int i = 0; i < LANES; i++) \
        if (!(i & (d))) { \
            const vec upper = r[i], lower = r[i + (d)]; \
            r[i] = SHUFFLE(upper, lower, EACH_LANE(LEFT, d)); \
            r[i + (d)] = SHUFFLE(upper, lower, EACH_LANE(RIGHT, d)); \
        }
#define LEFT(l, d)  ((l) & (d) ? LANES + (l) - (d) : (l))
#define RIGHT(l, d) ((l) & (d) ? LANES + (l) : (l) + (d))
#if LANES > 8
    SWAP_QUARTERS(8)
#endif
#if LANES > 4
    SWAP_QUARTERS(4)
#endif
#if LANES > 2
    SWAP_QUARTERS(2)
#endif
    SWAP_QUARTERS(1)
#undef SWAP_QUARTERS
#undef LEFT
#undef RIGHT
#else
    (void)r;
#endif
}

/* pack_square - to[p, 0 .. LANES) = from[p, 0 .. columns), zeros after; p < depth <= LANES.  In from the
 * numbers of one column lie next to each other. */
INLINE void NAME(pack_square)(int64_t depth, int64_t columns, const gd_real *from, int64_t col,
                              gd_real *to, int64_t to_row)
{
    vec r[LANES];
    if (depth >= LANES && columns >= LANES) {
        UNROLL for (int j = 0; j < LANES; j++)
            r[j] = NAME(load)(from + j * col);
        NAME(transpose)(r);
        UNROLL for (int p = 0; p < LANES; p++)
            NAME(store)(to + p * to_row, r[p]);
        return;
    }
    const int count = depth < LANES ? (int)depth : LANES;
    UNROLL for (int j = 0; j < LANES; j++)
        r[j] = j < columns ? LOAD_PART(from + j * col, count) : (vec){ 0 };
    NAME(transpose)(r);
    UNROLL for (int p = 0; p < LANES; p++)
        if (p < depth)
            NAME(store)(to + p * to_row, r[p]);
}

/* pack_panel - copies the panel b[.., j .. j + columns), columns <= vectors LANES, to [k, vectors LANES] with zeros
 * behind the last column. */
INLINE void NAME(pack_panel)(const int vectors, const operands *x, int64_t j, int columns, gd_real *to)
{
    const int full = vectors * LANES, before = full - LANES;
    const int64_t k = x->k, b_row = x->b_row, b_col = x->b_col;
    const gd_real *b = x->b + j * b_col;
    if (b_col == 1) {
        for (int64_t p = 0; p < k; p++) {
            UNROLL for (int v = 0; v < before; v += LANES)
                NAME(store)(to + p * full + v, NAME(load)(b + p * b_row + v));
            NAME(store)(to + p * full + before, LOAD_PART(b + p * b_row + before, columns - before));
        }
    } else if (b_row == 1) {
        for (int v = 0; v < full; v += LANES)
            for (int64_t p = 0; p < k; p += LANES)
                NAME(pack_square)(k - p, columns - v, b + v * b_col + p, b_col, to + p * full + v, full);
    } else {
        for (int64_t p = 0; p < k; p++)
            for (int l = 0; l < full; l++)
                to[p * full + l] = l < columns ? b[p * b_row + l * b_col] : 0;
    }
}

/* pack - copies the columns first .. last of b into panels of up to `vectors` vectors, one after another. */
static TARGET void NAME(pack)(const operands *x, int64_t first, int64_t last, int vectors, gd_real *to)
{
    for (int64_t j = first; j < last; ) {
        const int count = NAME(panel_vectors)(vectors, last - j), full = count * LANES;
        const int columns = last - j < full ? (int)(last - j) : full;
        if (count == 4)
            NAME(pack_panel)(4, x, j, columns, to);
        else if (count == 2)
            NAME(pack_panel)(2, x, j, columns, to);
        else
            NAME(pack_panel)(1, x, j, columns, to);
        j += columns;
        to += x->k * full;
    }
}

/* ---- Products ------------------------------------------------------------------------------------------- */

/* both_strips - the columns 0 .. wide in wide panels, the others in narrow ones of more rows.  When packed,
 * both lie in the work space. */
static TARGET void NAME(both_strips)(const operands *x, int64_t wide, bool packed)
{
    const gd_real *b = packed ? work.b : x->b;
    if (wide > 0)
        NAME(strips)(ROWS_WIDE, 4, x, 0, wide, b, packed);
    if (wide < x->n)
        NAME(strips)(ROWS, 2, x, wide, x->n, packed ? b + wide * x->k : b + wide, packed);
}

/* block - c (+)= a b for k <= DEPTH and n <= COLUMNS. */
static TARGET void NAME(block)(const operands *x)
{
    const bool packed = x->b_col != 1
                     || (x->m >= PACK_ROWS && x->k * x->n > PACK_BLOCK && x->b_row >= 4 * LANES);
    const bool pack_a = x->a_row == 1 && x->n >= 8 * LANES && x->k >= 64
                     && x->a_col >= PACK_STRIDE / (int64_t)sizeof *x->a;
    const int64_t wide = ROWS_WIDE >= 4 || x->m <= ROWS_WIDE ? x->n - x->n % (4 * LANES) : 0;
    if (packed) {
        NAME(pack)(x, 0, wide, 4, work.b);
        NAME(pack)(x, wide, x->n, 2, work.b + wide * x->k);
    }
    if (!pack_a) {
        NAME(both_strips)(x, wide, packed);
        return;
    }
    operands t = *x;
    for (int64_t i = 0; i < x->m; i += t.m) {
        const gd_real *a = x->a + i;
        t.m = x->m - i < GROUP ? x->m - i : GROUP;
        for (int64_t p = 0; p < x->k; p++)
            memcpy(work.a + p * t.m, a + p * x->a_col, (size_t)t.m * sizeof *a);
        t.a = work.a;
        t.a_col = t.m;
        t.c = x->c + i * x->c_row;
#ifndef NONEXT
        t.next_m = x->m - i - t.m < GROUP ? x->m - i - t.m : GROUP;
        t.next = t.next_m > 0 ? a + t.m : NULL;
        t.next_col = x->a_col;
#endif
        NAME(both_strips)(&t, wide, packed);
    }
}

/* blocks - the product, block by block. */
static TARGET void NAME(blocks)(const operands *x)
{
    operands t = *x;
    for (int64_t j = 0; j < x->n; j += COLUMNS) {
        for (int64_t p = 0; p < x->k; p += DEPTH) {
            t.n = x->n - j < COLUMNS ? x->n - j : COLUMNS;
            t.k = x->k - p < DEPTH ? x->k - p : DEPTH;
            t.a = x->a + p * x->a_col;
            t.b = x->b + p * x->b_row + j * x->b_col;
            t.c = x->c + j;
            t.accumulate = x->accumulate || p > 0;
            NAME(block)(&t);
        }
    }
}

/* narrow - a product with few columns, which would leave lanes empty, where the columns of a are contiguous:
 * c^T = b^T a^T has long rows.  A piece of c^T at a time is computed beside c. */
static TARGET void NAME(narrow)(const operands *x)
{
    const bool in_place = x->n == 1 && x->c_row == 1;
    operands t = { x->n, 0, x->k, x->b, x->b_col, x->b_row, x->a, x->a_col, 1, work.c, COLUMNS, x->accumulate, NULL, 0, 0 };
    for (int64_t i = 0; i < x->m; i += t.n) {
        gd_real *c = x->c + i * x->c_row;
        t.n = x->m - i < COLUMNS ? x->m - i : COLUMNS;
        t.b = x->a + i;
        if (in_place)
            t.c = c;
        for (int64_t r = 0; r < t.n && x->accumulate && !in_place; r++)
            for (int64_t j = 0; j < x->n; j++)
                work.c[j * COLUMNS + r] = c[r * x->c_row + j];
        NAME(blocks)(&t);
        for (int64_t r = 0; r < t.n && !in_place; r++)
            for (int64_t j = 0; j < x->n; j++)
                c[r * x->c_row + j] = work.c[j * COLUMNS + r];
    }
}

/* product - c (+)= a b. */
static TARGET void NAME(product)(const operands *x)
{
    const int64_t empty = (LANES - x->n % LANES) % LANES;
    if (x->a_row == 1 && x->n <= NARROW && (x->n == 1 || (4 * empty >= x->n && x->m >= 4 * LANES)))
        NAME(narrow)(x);
    else if (x->m <= ROWS && x->n <= LANES && x->b_col == 1 && x->k <= DEPTH)
        NAME(tiles)[0][x->n < LANES][x->m - 1](x, x->a, x->b, x->b_row, x->c, (int)x->n);
    else if (x->k <= DEPTH && x->n <= COLUMNS)
        NAME(block)(x);
    else
        NAME(blocks)(x);
}

/* ---- Products with a vector ------------------------------------------------------------------------------- */

/* total - the sum over the lanes of v, halves first. */
INLINE gd_real NAME(total)(vec v)
{
#if LANES > 1
#define OTHER(l, d) ((l) ^ (d))
#if LANES > 8
    v += SHUFFLE(v, v, EACH_LANE(OTHER, 8));
#endif
#if LANES > 4
    v += SHUFFLE(v, v, EACH_LANE(OTHER, 4));
#endif
#if LANES > 2
    v += SHUFFLE(v, v, EACH_LANE(OTHER, 2));
#endif
    v += SHUFFLE(v, v, EACH_LANE(OTHER, 1));
    return v[0];
#undef OTHER
#else
    return v;
#endif
}

/* dots - dot_products for `rows` rows from row i.  Four sums for each row, so that one addition need not wait for
 * the one before. */
INLINE void NAME(dots)(const int rows, const operands *x, int64_t i)
{
    const gd_real *a = x->a + i * x->a_row, *b = x->b;
    const int64_t k = x->k, a_row = x->a_row;
    vec sum[4][4];
    UNROLL for (int r = 0; r < rows; r++)
        UNROLL for (int u = 0; u < 4; u++)
            sum[r][u] = (vec){ 0 };
    int64_t p = 0;
    for (; p + 4 * LANES <= k; p += 4 * LANES)
        UNROLL for (int u = 0; u < 4; u++)
            UNROLL for (int r = 0; r < rows; r++)
                sum[r][u] = MULTIPLY_ADD(NAME(load)(a + r * a_row + p + u * LANES), NAME(load)(b + p + u * LANES),
                                         sum[r][u]);
    for (; p + LANES <= k; p += LANES)
        UNROLL for (int r = 0; r < rows; r++)
            sum[r][0] = MULTIPLY_ADD(NAME(load)(a + r * a_row + p), NAME(load)(b + p), sum[r][0]);
    if (p < k)
        UNROLL for (int r = 0; r < rows; r++)
            sum[r][1] = MULTIPLY_ADD(LOAD_PART(a + r * a_row + p, (int)(k - p)), LOAD_PART(b + p, (int)(k - p)),
                                     sum[r][1]);
    UNROLL for (int r = 0; r < rows; r++) {
        gd_real *c = x->c + (i + r) * x->c_row;
        const gd_real total = NAME(total)((sum[r][0] + sum[r][1]) + (sum[r][2] + sum[r][3]));
        *c = x->accumulate ? *c + total : total;
    }
}

/* dot_products - c[i] (+)= sum_p a[i, p] b[p] for a product with n = 1; a and b contiguous along p. */
static TARGET void NAME(dot_products)(const operands *x)
{
    int64_t i = 0;
    if (x->k < DOT_LEAST) {                     /* as a product of matrices would sum it */
        for (; i < x->m; i++) {
            gd_real total = 0, *c = x->c + i * x->c_row;
            for (int64_t p = 0; p < x->k; p++)
                total = MULTIPLY_ADD_1(x->a[i * x->a_row + p], x->b[p], total);
            *c = x->accumulate ? *c + total : total;
        }
        return;
    }
    for (; i + 4 <= x->m; i += 4)
        NAME(dots)(4, x, i);
    for (; i < x->m; i++)
        NAME(dots)(1, x, i);
}

#undef INLINE
#undef TILE_PARAMETERS
#undef TILE_AS
#undef TILES
#undef TILES_WIDE
#undef TILE1
#undef PART1
#undef TILE2
#undef PART2
#undef TILE4
#undef NAME
#undef TARGET
#undef vec
#undef LANES
#undef BROADCAST
#undef MULTIPLY_ADD
#undef MULTIPLY_ADD_1
#undef LOAD_PART
#undef STORE_PART
#undef ROWS
#undef ROWS_WIDE
#undef EACH_ROW
#undef EACH_ROW_WIDE
#undef EACH_LANE
