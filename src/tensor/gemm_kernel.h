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

/* tile - c (+)= a b for rows x vectors, both constants once this is inlined.  Of the last vector only
 * x->n - (vectors - 1) LANES columns count when part. */
INLINE void NAME(tile)(const int rows, const int vectors, const bool part, const operands *x)
{
    const gd_real *a = x->a, *b = x->b;
    const int64_t a_row = x->a_row, a_col = x->a_col, b_row = x->b_row, k = x->k;
    const int rest = (int)x->n - (vectors - 1) * LANES;
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
    gd_real *const c = x->c;
    const int64_t c_row = x->c_row;
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
#define TILE(rows) \
    static TARGET void NAME(tile1_##rows)(const operands *x) { NAME(tile)(rows, 1, false, x); } \
    static TARGET void NAME(part1_##rows)(const operands *x) { NAME(tile)(rows, 1, true, x); } \
    static TARGET void NAME(tile2_##rows)(const operands *x) { NAME(tile)(rows, 2, false, x); } \
    static TARGET void NAME(part2_##rows)(const operands *x) { NAME(tile)(rows, 2, true, x); }
#define TILE_WIDE(rows) \
    static TARGET void NAME(tile4_##rows)(const operands *x) { NAME(tile)(rows, 4, false, x); }
EACH_ROW(TILE)
EACH_ROW_WIDE(TILE_WIDE)

#define TILE1(rows) NAME(tile1_##rows),
#define PART1(rows) NAME(part1_##rows),
#define TILE2(rows) NAME(tile2_##rows),
#define PART2(rows) NAME(part2_##rows),
#define TILE4(rows) NAME(tile4_##rows),
static void (*const NAME(tiles)[2][2][ROWS])(const operands *) = {         /* [vectors - 1][part][rows - 1] */
    { { EACH_ROW(TILE1) }, { EACH_ROW(PART1) } },
    { { EACH_ROW(TILE2) }, { EACH_ROW(PART2) } },
};
static void (*const NAME(tiles_wide)[ROWS_WIDE])(const operands *) = { EACH_ROW_WIDE(TILE4) };

/* panel_vectors - how many vectors the next panel of b has when `columns` are left and most > 2 says that all
 * panels are wide. */
INLINE int NAME(panel_vectors)(int most, int64_t columns)
{
    return most > 2 ? most : columns > LANES ? 2 : 1;
}

/* prefetch - asks for what is needed soon: the tile x->c, and its share of the strip of a after this one. */
INLINE void NAME(prefetch)(const operands *x, int64_t from, int64_t to, int64_t next_rows)
{
    for (int64_t i = 0; i < x->m; i++)
        for (int64_t j = 0; j < x->n; j += LANES)
            PREFETCH(x->c + i * x->c_row + j);
    for (int64_t i = x->m; i < x->m + next_rows; i++)
        for (int64_t p = from; p < to; p += LANES)
            PREFETCH(x->a + i * x->a_row + p);
}

/* strips - all tiles of a block of b whose panels have up to `vectors` vectors: strip by strip of at most
 * `rows` rows, the rows of a strip as equal as possible.  When packed, pack wrote b. */
static TARGET void NAME(strips)(const operands *x, int rows, int vectors, bool packed)
{
    operands t = *x;
    int64_t strips = (x->m + rows - 1) / rows;
    for (int64_t i = 0; i < x->m; i += t.m, strips--) {
        t.m = (x->m - i + strips - 1) / strips;
        t.a = x->a + i * x->a_row;
        const int64_t left = x->m - i - t.m, next_rows = x->a_col != 1 ? 0 : left < t.m ? left : t.m;
        for (int64_t j = 0; j < x->n; j += t.n) {
            const int count = NAME(panel_vectors)(vectors, x->n - j), full = count * LANES;
            t.n = x->n - j < full ? x->n - j : full;
            t.b = x->b + (packed ? j * x->k : j);
            t.b_row = packed ? full : x->b_row;
            t.c = x->c + i * x->c_row + j;
            if (x->k >= 128)
                NAME(prefetch)(&t, j * x->k / x->n, (j + t.n) * x->k / x->n, next_rows);
            if (count == 4)
                NAME(tiles_wide)[t.m - 1](&t);
            else
                NAME(tiles)[count - 1][t.n < full][t.m - 1](&t);
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

/* pack_panel - copies the panel b [k, n], n <= vectors LANES, to [k, vectors LANES] with zeros behind the last
 * column. */
INLINE void NAME(pack_panel)(const int vectors, const operands *x, gd_real *to)
{
    const int full = vectors * LANES, before = full - LANES, last = (int)x->n - before;
    const int64_t k = x->k, b_row = x->b_row, b_col = x->b_col;
    const gd_real *b = x->b;
    if (b_col == 1) {
        for (int64_t p = 0; p < k; p++) {
            UNROLL for (int v = 0; v < before; v += LANES)
                NAME(store)(to + p * full + v, NAME(load)(b + p * b_row + v));
            NAME(store)(to + p * full + before, LOAD_PART(b + p * b_row + before, last));
        }
    } else if (b_row == 1) {
        for (int v = 0; v < full; v += LANES)
            for (int64_t p = 0; p < k; p += LANES)
                NAME(pack_square)(k - p, x->n - v, b + v * b_col + p, b_col, to + p * full + v, full);
    } else {
        for (int64_t p = 0; p < k; p++)
            for (int j = 0; j < full; j++)
                to[p * full + j] = j < x->n ? b[p * b_row + j * b_col] : 0;
    }
}

/* pack - copies the block b [k, n] into panels of up to `vectors` vectors, one after another. */
static TARGET void NAME(pack)(const operands *x, int vectors, gd_real *to)
{
    operands t = *x;
    for (int64_t j = 0; j < x->n; j += t.n) {
        const int count = NAME(panel_vectors)(vectors, x->n - j);
        t.n = x->n - j < count * LANES ? x->n - j : count * LANES;
        t.b = x->b + j * x->b_col;
        if (count == 4)
            NAME(pack_panel)(4, &t, to + j * x->k);
        else if (count == 2)
            NAME(pack_panel)(2, &t, to + j * x->k);
        else
            NAME(pack_panel)(1, &t, to + j * x->k);
    }
}

/* ---- Products ------------------------------------------------------------------------------------------- */

/* block - c (+)= a b for k <= DEPTH and n <= COLUMNS. */
static TARGET void NAME(block)(const operands *x)
{
    const bool packed = x->b_col != 1
                     || (x->m >= PACK_ROWS && x->k * x->n > PACK_BLOCK && x->b_row >= 4 * LANES);
    const bool pack_a = x->a_row == 1 && x->n >= 8 * LANES && x->k >= 64
                     && x->a_col >= PACK_STRIDE / (int64_t)sizeof *x->a;
    operands wide = *x, rest = *x;
    wide.n = ROWS_WIDE >= 4 || x->m <= ROWS_WIDE ? x->n - x->n % (4 * LANES) : 0;
    rest.n = x->n - wide.n;
    rest.b = x->b + wide.n * x->b_col;
    if (packed) {
        NAME(pack)(&wide, 4, work.b);
        NAME(pack)(&rest, 2, work.b + wide.n * x->k);
        wide.b = work.b;
        rest.b = work.b + wide.n * x->k;
    }
    int64_t groups = (x->m + GROUP - 1) / GROUP, m;
    for (int64_t i = 0; i < x->m; i += m, groups--) {
        m = (x->m - i + groups - 1) / groups;
        const gd_real *a = x->a + i * x->a_row;
        int64_t a_col = x->a_col;
        if (pack_a) {
            for (int64_t p = 0; p < x->k; p++)
                memcpy(work.a + p * m, a + p * a_col, (size_t)m * sizeof *a);
            a = work.a;
            a_col = m;
        }
        wide.m = rest.m = m;
        wide.a = rest.a = a;
        wide.a_col = rest.a_col = a_col;
        wide.c = x->c + i * x->c_row;
        rest.c = wide.c + wide.n;
        NAME(strips)(&wide, ROWS_WIDE, 4, packed);
        NAME(strips)(&rest, ROWS, 2, packed);
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
    operands t = { x->n, 0, x->k, x->b, x->b_col, x->b_row, x->a, x->a_col, 1, work.c, COLUMNS, x->accumulate };
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
    const int64_t lanes = (x->n + LANES - 1) / LANES * LANES;
    if (x->a_row == 1 && (x->n == 1 || (x->n <= NARROW && 4 * x->n <= 3 * lanes && x->m >= 4 * LANES)))
        NAME(narrow)(x);
    else if (x->k <= DEPTH && x->n <= COLUMNS)
        NAME(block)(x);
    else
        NAME(blocks)(x);
}

/* ---- Products with a vector ------------------------------------------------------------------------------- */

/* dots - dot_products for `rows` rows from row i.  Four sums for each row, so that one addition need not wait for
 * the one before. */
INLINE void NAME(dots)(const int rows, const operands *x, int64_t i)
{
    const gd_real *a = x->a + i * x->a_row, *b = x->b;
    const int64_t k = x->k, a_row = x->a_row;
    vec sum[2][4];
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
        gd_real lane[LANES], *c = x->c + (i + r) * x->c_row;
        NAME(store)(lane, (sum[r][0] + sum[r][1]) + (sum[r][2] + sum[r][3]));
        UNROLL for (int half = LANES / 2; half > 0; half /= 2)
            UNROLL for (int l = 0; l < half; l++)
                lane[l] += lane[l + half];
        *c = x->accumulate ? *c + lane[0] : lane[0];
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
    for (; i + 2 <= x->m; i += 2)
        NAME(dots)(2, x, i);
    if (i < x->m)
        NAME(dots)(1, x, i);
}

#undef INLINE
#undef TILE
#undef TILE_WIDE
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
