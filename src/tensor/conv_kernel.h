/* conv_kernel.h - the inner loops of convolution for one length of vector.  conv.c includes it once for each
 * instruction set, after defining
 *
 *   NAME(x)                    x with a suffix, so that every set has its own functions
 *   TARGET                     the attribute that lets the compiler use the set
 *   vec, LANES                 a vector and how many numbers it holds (1: plain C)
 *   EACH_LANE(F, d)            F(0, d), .., F(LANES - 1, d), where LANES > 1
 *   BROADCAST(s)               the vector s, s, .., s
 *   MULTIPLY_ADD(x, y, z)      x y + z
 *   ROWS, EACH_ROW             rows of a tile, F(1) F(2) .. up to that
 *   COLUMNS                    columns of a tile
 *
 * A tile of ROWS x COLUMNS sums stays in registers while its loop runs; each step loads ROWS + COLUMNS operands
 * and multiplies every one of the first with every one of the second. */

#define INLINE static inline TARGET ALWAYS_INLINE

INLINE vec NAME(load)(const gd_real *p)
{
    vec v;
    memcpy(&v, p, sizeof v);
    return v;
}

INLINE void NAME(store)(gd_real *p, vec v)
{
    memcpy(p, &v, sizeof v);
}

/* ---- From images to lanes and back -------------------------------------------------------------------------- */

/* transpose - the LANES x LANES matrix in r, in place: swap its off-diagonal quarters, then those of each
 * quarter, and so on (Eklundh 1972). */
INLINE void NAME(transpose)(vec r[LANES])
{
#if LANES > 1
#define UPPER(l, d) ((l) & (d) ? LANES + (l) - (d) : (l))
#define LOWER(l, d) ((l) & (d) ? LANES + (l) : (l) + (d))
#define SWAP_QUARTERS(d) \
    UNROLL for (int i = 0; i < LANES; i++) \
        if (!(i & (d))) { \
            const vec upper = r[i], lower = r[i + (d)]; \
            r[i] = SHUFFLE(upper, lower, EACH_LANE(UPPER, d)); \
            r[i + (d)] = SHUFFLE(upper, lower, EACH_LANE(LOWER, d)); \
        }
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
#undef UPPER
#undef LOWER
#else
    (void)r;
#endif
}

/* pack - pixel p of image l goes to lane l of the vector at map[p], for every channel.  Lanes without an image
 * are 0.  A run that is no multiple of LANES ends with some pixels done twice. */
static TARGET void NAME(pack)(const images *from, const int64_t *map, gd_real *to, int64_t to_plane)
{
    for (int64_t c = 0; c < from->channels; c++, to += to_plane) {
        const gd_real *x = from->data + c * from->plane;
        if (from->run < LANES) {
            for (int64_t p = 0; p < from->run; p++)
                for (int l = 0; l < LANES; l++)
                    to[map[p] + l] = l < from->count ? x[l * from->image + p] : 0;
            continue;
        }
        for (int64_t p = 0; p < from->run; p += LANES) {
            const int64_t at = p < from->run - LANES ? p : from->run - LANES;
            vec r[LANES];
            UNROLL for (int l = 0; l < LANES; l++)
                r[l] = l < from->count ? NAME(load)(x + l * from->image + at) : (vec){ 0 };
            NAME(transpose)(r);
            UNROLL for (int l = 0; l < LANES; l++)
                NAME(store)(to + map[at + l], r[l]);
        }
    }
}

/* unpack - its inverse for channels that lie one after the other, run vectors each. */
static TARGET void NAME(unpack)(const images *to, const gd_real *from)
{
    for (int64_t c = 0; c < to->channels; c++, from += to->run * LANES) {
        gd_real *y = to->data + c * to->plane;
        if (to->run < LANES) {
            for (int l = 0; l < to->count; l++)
                for (int64_t p = 0; p < to->run; p++)
                    y[l * to->image + p] = from[p * LANES + l];
            continue;
        }
        for (int64_t p = 0; p < to->run; p += LANES) {
            const int64_t at = p < to->run - LANES ? p : to->run - LANES;
            vec r[LANES];
            UNROLL for (int l = 0; l < LANES; l++)
                r[l] = NAME(load)(from + (at + l) * LANES);
            NAME(transpose)(r);
            UNROLL for (int l = 0; l < LANES; l++)
                if (l < to->count)
                    NAME(store)(y + l * to->image + at, r[l]);
        }
    }
}

/* ---- y[o, p] = bias[o] + sum_k w[o, k] x[pixel[p] + tap[k]]: rows are channels o, columns pixels p ---------- */

INLINE void NAME(sum_taps)(const int rows, const products *j, int64_t o, int64_t p)
{
    vec sum[ROWS][COLUMNS];
    const gd_real *x[COLUMNS], *w = j->w + o * j->taps;         /* of a tile: [taps, rows] */
    UNROLL for (int v = 0; v < COLUMNS; v++)
        x[v] = j->x + j->pixel[p + v < j->pixels ? p + v : j->pixels - 1];
    UNROLL for (int i = 0; i < rows; i++)
        UNROLL for (int v = 0; v < COLUMNS; v++)
            sum[i][v] = BROADCAST(j->bias ? j->bias[o + i] : 0);
    for (int64_t k = 0; k < j->taps; k++, w += rows) {
        const int64_t tap = j->tap[k];
        vec part[COLUMNS];
        UNROLL for (int v = 0; v < COLUMNS; v++)
            part[v] = NAME(load)(x[v] + tap);
        UNROLL for (int i = 0; i < rows; i++) {
            const vec s = BROADCAST(w[i]);
            UNROLL for (int v = 0; v < COLUMNS; v++)
                sum[i][v] = MULTIPLY_ADD(s, part[v], sum[i][v]);
        }
    }
    UNROLL for (int i = 0; i < rows; i++)
        UNROLL for (int v = 0; v < COLUMNS; v++)
            if (p + v < j->pixels)
                NAME(store)(j->y + ((o + i) * j->pixels + p + v) * LANES, sum[i][v]);
}

/* ---- sum[o, k] += sum_p y[o, p] x[pixel[p] + tap[k]], lane by lane: rows are channels o, columns taps k ----- */

INLINE void NAME(sum_pixels)(const int rows, const products *j, int64_t o, int64_t k)
{
    vec sum[ROWS][COLUMNS];
    const gd_real *x[COLUMNS], *y = j->y + o * j->pixels * LANES;
    const int64_t row = j->pixels * LANES;
    UNROLL for (int v = 0; v < COLUMNS; v++)
        x[v] = j->x + j->tap[k + v < j->taps ? k + v : j->taps - 1];
    UNROLL for (int i = 0; i < rows; i++)
        UNROLL for (int v = 0; v < COLUMNS; v++)
            sum[i][v] = (vec){ 0 };
    for (int64_t p = 0; p < j->pixels; p++) {
        const int64_t pixel = j->pixel[p];
        vec part[COLUMNS];
        UNROLL for (int v = 0; v < COLUMNS; v++)
            part[v] = NAME(load)(x[v] + pixel);
        UNROLL for (int i = 0; i < rows; i++) {
            const vec s = NAME(load)(y + i * row + p * LANES);
            UNROLL for (int v = 0; v < COLUMNS; v++)
                sum[i][v] = MULTIPLY_ADD(s, part[v], sum[i][v]);
        }
    }
    UNROLL for (int i = 0; i < rows; i++)
        UNROLL for (int v = 0; v < COLUMNS; v++)
            if (k + v < j->taps) {
                gd_real *total = j->sum + ((o + i) * j->taps + k + v) * LANES;
                NAME(store)(total, NAME(load)(total) + sum[i][v]);
            }
}

/* ---- All tiles ---------------------------------------------------------------------------------------------- */

#define TILE(rows) \
    static TARGET void NAME(sum_taps_##rows)(const products *j, int64_t o, int64_t p) \
    { NAME(sum_taps)(rows, j, o, p); } \
    static TARGET void NAME(sum_pixels_##rows)(const products *j, int64_t o, int64_t k) \
    { NAME(sum_pixels)(rows, j, o, k); }
EACH_ROW(TILE)
#define TAPS_TILE(rows) NAME(sum_taps_##rows),
#define PIXELS_TILE(rows) NAME(sum_pixels_##rows),
static void (*const NAME(tiles)[2][ROWS])(const products *, int64_t, int64_t) = {
    { EACH_ROW(TAPS_TILE) }, { EACH_ROW(PIXELS_TILE) },
};

static TARGET void NAME(all_taps)(const products *j)
{
    for (int64_t o = 0, rows; o < j->channels; o += rows) {
        rows = rows_of_tile(j->channels - o, ROWS);
        for (int64_t p = 0; p < j->pixels; p += COLUMNS)
            NAME(tiles)[0][rows - 1](j, o, p);
    }
}

static TARGET void NAME(all_pixels)(const products *j)
{
    for (int64_t o = 0, rows; o < j->channels; o += rows) {
        rows = rows_of_tile(j->channels - o, ROWS);
        for (int64_t k = 0; k < j->taps; k += COLUMNS)
            NAME(tiles)[1][rows - 1](j, o, k);
    }
}

static const kernel NAME(kernel) = {
    LANES, ROWS, NAME(pack), NAME(unpack), NAME(all_taps), NAME(all_pixels)
};

#undef INLINE
#undef TILE
#undef TAPS_TILE
#undef PIXELS_TILE
#undef NAME
#undef TARGET
#undef vec
#undef LANES
#undef EACH_LANE
#undef BROADCAST
#undef MULTIPLY_ADD
#undef ROWS
#undef EACH_ROW
#undef COLUMNS
