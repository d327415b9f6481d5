/* gemm_pack.h - copies a block of b in the order in which the tiles read it.  Part of gemm_kernel.h, which
 * explains the names in capitals, and like that compiled once for each instruction set.
 *
 * A packed block is a row of panels, each [k, 1, 2 or 4 vectors]: whole vectors, aligned, one behind the
 * other.  Where the columns of b are contiguous, this transposes b. */
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

/* pack_panel - copies `columns` columns of b, from j on, to [k, vectors LANES] with zeros behind the last. */
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

/* panel_vectors - how many vectors the next panel of b has when `columns` are left and most > 2 says that all
 * panels are wide. */
INLINE int NAME(panel_vectors)(int most, int64_t columns)
{
    return most > 2 ? most : columns > LANES ? 2 : 1;
}

/* pack - copies the columns first .. last of b into panels of up to `vectors` vectors, one after another. */
INLINE void NAME(pack)(const int vectors, const operands *x, int64_t first, int64_t last, gd_real *to)
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
