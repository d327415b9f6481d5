/* conv_pool_simd.h - relu and pooling of a strip of images in lanes, and back.  Part of conv_simd.h: every number of
 * the formulas is a vector, one lane for each image.  as_written/conv_pool.c explains what they are for. */

INLINE vec NAME(relu)(vec x)
{
    return (vec)((NAME(lanes))x & ~(x <= 0));           /* NaN stays */
}

/* The mean of relu(x) over a window whose first pixel is p.  The order of the sums is that of gd_avg_pool2d: the rows
 * for each of the columns, then these.  kh and kw are those of s; 2 x 2 are known to the compiler. */
INLINE vec NAME(mean_of)(const windows_in_lanes *s, const int64_t kh, const int64_t kw, const gd_real *x, int64_t p,
                         vec share, uint16_t *passes)
{
    const int64_t *at = s->at;
    const int64_t w = s->w;
    vec mean = (vec){ 0 };
    for (int64_t v = 0; v < kw; v++) {
        vec column = (vec){ 0 };
        for (int64_t u = 0; u < kh; u++) {
            const vec h = NAME(load)(x + at[p + u * w + v]), kept = NAME(relu)(h);
            passes[p + u * w + v] = (uint16_t)BITS(h > 0);
            column = u == 0 ? kept : column + kept;
        }
        mean += column * share;
    }
    return mean;
}

/* The largest of relu(x) in the window, the first of equal ones. */
INLINE vec NAME(largest_of)(const windows_in_lanes *s, const int64_t kh, const int64_t kw, const gd_real *x, int64_t p,
                            uint16_t *passes)
{
    const int64_t *at = s->at;
    const int64_t w = s->w;
    vec most = NAME(relu)(NAME(load)(x + at[p]));
    for (int64_t u = 0; u < kh; u++)
        for (int64_t v = 0; v < kw; v++) {
            const vec h = NAME(relu)(NAME(load)(x + at[p + u * w + v]));
            const NAME(lanes) better = (h > most) | (h != h);
            most = (vec)(((NAME(lanes))h & better) | ((NAME(lanes))most & ~better));
        }
    unsigned left = BITS(most > 0);
    for (int64_t u = 0; u < kh; u++)
        for (int64_t v = 0; v < kw; v++) {
            const unsigned here = BITS(NAME(load)(x + at[p + u * w + v]) == most) & left;
            passes[p + u * w + v] = (uint16_t)here;
            left &= ~here;
        }
    return most;
}

/* pool - y[o, p] of the windows of relu(x); passes says which elements of x the gradient of y goes to.  False if one of
 * y is not finite. */
INLINE bool NAME(pool_windows)(const windows_in_lanes *s, const int64_t kh, const int64_t kw, const gd_real *x,
                               gd_real *y)
{
    const int64_t w = s->w, rows = s->rows;
    const vec share = BROADCAST(s->share);
    vec not_finite = (vec){ 0 };            /* y - y, which is 0 of finite numbers */
    for (int64_t o = 0; o < s->channels; o++, x += s->plane)
        for (int64_t r = 0; r < rows; r += kh)
            for (int64_t q = 0; q < w; q += kw, y += LANES) {
                uint16_t *passes = s->passes + o * s->passes_plane;
                const vec pooled = s->largest ? NAME(largest_of)(s, kh, kw, x, r * w + q, passes)
                                              : NAME(mean_of)(s, kh, kw, x, r * w + q, share, passes);
                not_finite += pooled - pooled;
                NAME(store)(y, pooled);
            }
    gd_real all[LANES];
    bool finite = true;
    NAME(store)(all, not_finite);
    for (int l = 0; l < LANES; l++)
        finite = finite && all[l] == 0;
    return finite;
}

static TARGET bool NAME(pool)(const windows_in_lanes *s, const gd_real *x, gd_real *y)
{
    return s->kh == 2 && s->kw == 2 ? NAME(pool_windows)(s, 2, 2, x, y) : NAME(pool_windows)(s, s->kh, s->kw, x, y);
}

#define BIT(l, d) (lane_index)1 << (l)

/* spread - x[o, p] = the share of p's window in dy where it passes, else 0. */
INLINE void NAME(spread_windows)(const windows_in_lanes *s, const int64_t kh, const int64_t kw, const gd_real *dy,
                                 gd_real *x)
{
    const int64_t w = s->w, rows = s->rows, windows = w / kw, skipped = s->skipped;
    const vec share = BROADCAST(s->share);
    const NAME(lanes) bit_of = { EACH_LANE(BIT, 0) };
    for (int64_t o = 0; o < s->channels; o++, x += s->plane, dy += s->pooled_plane) {
        const uint16_t *passes = s->passes + o * s->passes_plane;
        const int64_t *at = s->at;
        for (int64_t r = 0; r < rows; r++) {
            const gd_real *row = dy + (skipped + r) / kh * windows * LANES;
            for (int64_t q = 0; q < w; q += kw, row += LANES) {
                const vec part = NAME(load)(row) * share;
                for (int64_t v = 0; v < kw; v++, passes++, at++) {
                    const NAME(lanes) pass = (bit_of & (lane_index)*passes) != 0;
                    NAME(store)(x + *at, (vec)((NAME(lanes))part & pass));
                }
            }
        }
    }
}

static TARGET void NAME(spread)(const windows_in_lanes *s, const gd_real *dy, gd_real *x)
{
    if (s->kh == 2 && s->kw == 2)
        NAME(spread_windows)(s, 2, 2, dy, x);
    else
        NAME(spread_windows)(s, s->kh, s->kw, dy, x);
}

#undef BIT
