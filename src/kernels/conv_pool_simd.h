/* conv_pool_simd.h - relu and mean pooling of a strip of images in lanes, and back.  Part of conv_simd.h: every number
 * of the formulas is a vector, one lane for each image.  as_written/conv_pool.c explains what they are for. */

/* kept[.] = relu(x[at[.]]) for the columns of a window in one row, added to column[.] unless it is the first row. */
INLINE void NAME(add_row)(const windows_in_lanes *s, bool first, const int64_t *at, const gd_real *x,
                          uint16_t *positive, vec *column)
{
    const int64_t kw = s->kw;
    for (int64_t v = 0; v < kw; v++) {
        const vec h = NAME(load)(x + at[v]), kept = (vec)((NAME(lanes))h & ~(h < 0));      /* NaN stays */
        positive[v] = (uint16_t)POSITIVE(h);
        column[v] = first ? kept : column[v] + kept;
    }
}

/* means - y[o, p] = the mean of relu(x) in window p; positive says where x > 0.  The order of the sums is that of
 * gd_avg_pool2d: the rows of a window for each of its columns, then the columns.  False if one of the means is not
 * finite. */
static TARGET bool NAME(means)(const windows_in_lanes *s, const gd_real *x, gd_real *y)
{
    const int64_t kh = s->kh, kw = s->kw, w = s->w, rows = s->rows;
    const vec share = BROADCAST(1 / (gd_real)(kh * kw));
    vec not_finite = (vec){ 0 };            /* y - y, which is 0 of finite numbers */
    for (int64_t o = 0; o < s->channels; o++, x += s->plane) {
        uint16_t *positive = s->positive + o * s->positive_plane;
        for (int64_t r = 0; r < rows; r += kh)
            for (int64_t q = 0; q < w; q += kw, y += LANES) {
                vec column[MOST_OF_WINDOW], mean = (vec){ 0 };
                for (int64_t u = 0; u < kh; u++) {
                    const int64_t p = (r + u) * w + q;
                    NAME(add_row)(s, u == 0, s->at + p, x, positive + p, column);
                }
                for (int64_t v = 0; v < kw; v++)
                    mean += column[v] * share;
                not_finite += mean - mean;
                NAME(store)(y, mean);
            }
    }
    gd_real all[LANES];
    bool finite = true;
    NAME(store)(all, not_finite);
    for (int l = 0; l < LANES; l++)
        finite = finite && all[l] == 0;
    return finite;
}

#define BIT(l, d) (lane_index)1 << (l)

/* spread - x[o, p] = the share of p's window in dy where x was positive, else 0. */
static TARGET void NAME(spread)(const windows_in_lanes *s, const gd_real *dy, gd_real *x)
{
    const int64_t kh = s->kh, kw = s->kw, w = s->w, rows = s->rows, windows = w / kw, skipped = s->skipped;
    const vec share = BROADCAST(1 / (gd_real)(kh * kw));
    const NAME(lanes) bit_of = { EACH_LANE(BIT, 0) };
    for (int64_t o = 0; o < s->channels; o++, x += s->plane, dy += s->pooled_plane) {
        const uint16_t *positive = s->positive + o * s->positive_plane;
        const int64_t *at = s->at;
        for (int64_t r = 0; r < rows; r++) {
            const gd_real *row = dy + (skipped + r) / kh * windows * LANES;
            for (int64_t q = 0; q < w; q += kw, row += LANES) {
                const vec part = NAME(load)(row) * share;
                for (int64_t v = 0; v < kw; v++, positive++, at++) {
                    const NAME(lanes) above = (bit_of & (lane_index)*positive) != 0;
                    NAME(store)(x + *at, (vec)((NAME(lanes))part & above));
                }
            }
        }
    }
}

#undef BIT
