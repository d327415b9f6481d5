/* conv_simd.h - the inner loops of convolution for one length of vector.  Compiled for each instruction set by
 * simd_each.h, which explains the names in capitals.
 *
 * A tile of ROWS x COLUMNS sums stays in registers while its loop runs; each step loads ROWS + COLUMNS operands
 * and multiplies every one of the first with every one of the second. */

#define ROWS 6                              /* of a tile: channels */
#define EACH_ROW(F) F(1) F(2) F(3) F(4) F(5) F(6)
#if VECTOR_BYTES == 64
#define COLUMNS 4                           /* of a tile, at most: pixels or positions */
#define EACH_COLUMN(F, rows) F(rows, 1) F(rows, 2) F(rows, 3) F(rows, 4)
#define EACH_PAIR(F, rows)   F(rows, 2) F(rows, 4)
#else
#define COLUMNS 2
#define EACH_COLUMN(F, rows) F(rows, 1) F(rows, 2)
#define EACH_PAIR(F, rows)   F(rows, 2)
#endif

/* ---- From images to lanes and back -------------------------------------------------------------------------- */

/* pack - pixel p of image l goes to lane l of the vector at to + at[p], for every channel.  Lanes without an image
 * are 0.  A run that is no multiple of LANES ends with some pixels done twice.  count is LANES, known to the
 * compiler, or from->count. */
INLINE void NAME(pack_some)(const images *from, const int count, const int64_t *at, gd_real *to, int64_t to_plane)
{
    const int64_t run = from->run, image = from->image;
    for (int64_t c = 0; c < from->channels; c++, to += to_plane) {
        const gd_real *x = from->data + c * from->plane;
        for (int64_t p = 0; p < run && run < LANES; p++)
            for (int l = 0; l < LANES; l++)
                to[at[p] + l] = l < count ? x[l * image + p] : 0;
        for (int64_t p = 0; p < run && run >= LANES; p += LANES) {
            const int64_t first = p < run - LANES ? p : run - LANES;
            vec r[LANES];
            UNROLL for (int l = 0; l < LANES; l++)
                r[l] = l < count ? NAME(load)(x + l * image + first) : (vec){ 0 };
            NAME(transpose)(r);
            UNROLL for (int l = 0; l < LANES; l++)
                NAME(store)(to + at[first + l], r[l]);
        }
    }
}

static TARGET void NAME(pack)(const images *from, const int64_t *at, gd_real *to, int64_t to_plane)
{
    if (from->count == LANES)
        NAME(pack_some)(from, LANES, at, to, to_plane);
    else
        NAME(pack_some)(from, from->count, at, to, to_plane);
}

/* unpack - its inverse for channels that lie one after the other, run vectors each. */
INLINE void NAME(unpack_some)(const images *to, const int count, const int64_t *at, const gd_real *from)
{
    const int64_t run = to->run, image = to->image;
    for (int64_t c = 0; c < to->channels; c++, from += run * LANES) {
        gd_real *y = to->data + c * to->plane;
        for (int64_t p = 0; p < run && run < LANES; p++)
            for (int l = 0; l < count; l++)
                y[l * image + p] = from[at[p] + l];
        for (int64_t p = 0; p < run && run >= LANES; p += LANES) {
            const int64_t first = p < run - LANES ? p : run - LANES;
            vec r[LANES];
            UNROLL for (int l = 0; l < LANES; l++)
                r[l] = NAME(load)(from + at[first + l]);
            NAME(transpose)(r);
            UNROLL for (int l = 0; l < LANES; l++)
                if (l < count) {
                    GI_WILL_WRITE(y + l * image + first, 256);
                    NAME(store)(y + l * image + first, r[l]);
                }
        }
    }
}

static TARGET void NAME(unpack)(const images *to, const int64_t *at, const gd_real *from)
{
    if (to->count == LANES)
        NAME(unpack_some)(to, LANES, at, from);
    else
        NAME(unpack_some)(to, to->count, at, from);
}

/* ---- y[o, p] = bias[o] + sum_k w[o, k] x[pixel[p] + offset[k]]: rows are channels o, columns pixels p ---------- */

/* columns, 2 or 4: pixels with the same positions.  There are fewer where p is the last one. */
INLINE void NAME(sum_positions)(const int rows, const int columns, const products *j, int64_t o, int64_t p)
{
    vec sum[ROWS][COLUMNS];
    const int64_t pixels = j->pixels, *offsets = j->offset;
    const gd_real *x[COLUMNS], *tile = j->w + o * j->positions;      /* [positions, rows] */
    const position_list list = j->some.n ? j->some : j->pair_positions[p / 2];
    gd_real *y = j->y + (o * pixels + p) * LANES;
    UNROLL for (int v = 0; v < columns; v++)
        x[v] = j->x + j->pixel[p + v < pixels ? p + v : pixels - 1];
    UNROLL for (int i = 0; i < rows; i++)
        UNROLL for (int v = 0; v < columns; v++)
            sum[i][v] = BROADCAST(j->bias ? j->bias[o + i] : 0);
    for (int64_t n = 0; n < list.n; n++) {
        const int64_t offset = offsets[list.k[n]];
        const gd_real *w = tile + list.k[n] * rows;
        vec part[COLUMNS];
        UNROLL for (int v = 0; v < columns; v++)
            part[v] = NAME(load)(x[v] + offset);
        UNROLL for (int i = 0; i < rows; i++) {
            const vec s = BROADCAST(w[i]);
            UNROLL for (int v = 0; v < columns; v++)
                sum[i][v] = MULTIPLY_ADD(s, part[v], sum[i][v]);
        }
    }
    UNROLL for (int v = 0; v < columns; v++)
        if (p + v < pixels)
            UNROLL for (int i = 0; i < rows; i++)
                NAME(store)(y + (i * pixels + v) * LANES, sum[i][v]);
}

/* ---- sum[o, k] += sum_p y[o, p] x[pixel[p] + offset[k]], by lanes: rows are channels o, columns positions k --- */

INLINE void NAME(sum_pixels)(const int rows, const int columns, const products *j, int64_t o, int64_t k)
{
    vec sum[ROWS][COLUMNS];
    const gd_real *x[COLUMNS], *y = j->y + o * j->pixels * LANES;
    const int64_t row = j->pixels * LANES, positions = j->positions;
    gd_real *total = j->sum + (o * positions + k) * LANES;
    UNROLL for (int v = 0; v < columns; v++)
        x[v] = j->x + j->offset[k + v];
    UNROLL for (int i = 0; i < rows; i++)
        UNROLL for (int v = 0; v < columns; v++)
            sum[i][v] = (vec){ 0 };
    for (int64_t p = j->first; p < j->end; p++) {
        const int64_t pixel = j->pixel[p];
        vec part[COLUMNS];
        UNROLL for (int v = 0; v < columns; v++)
            part[v] = NAME(load)(x[v] + pixel);
        UNROLL for (int i = 0; i < rows; i++) {
            const vec s = NAME(load)(y + i * row + p * LANES);
            UNROLL for (int v = 0; v < columns; v++)
                sum[i][v] = MULTIPLY_ADD(s, part[v], sum[i][v]);
        }
    }
    UNROLL for (int i = 0; i < rows; i++)
        UNROLL for (int v = 0; v < columns; v++) {
            gd_real *to = total + (i * positions + v) * LANES;
            NAME(store)(to, NAME(load)(to) + sum[i][v]);
        }
}

/* sum_y[o] += sum_p y[o, p], lane by lane: 8 pixels at a time as a tree, for two sums in turn. */
static TARGET void NAME(sum_rows)(const products *j)
{
    for (int64_t o = 0; o < j->channels; o++) {
        const gd_real *y = j->y + o * j->pixels * LANES;
        vec even = (vec){ 0 }, odd = (vec){ 0 };
        int64_t p = j->first;
        for (; p + 8 <= j->end; p += 8) {
            vec r[8];
            UNROLL for (int i = 0; i < 8; i++)
                r[i] = NAME(load)(y + (p + i) * LANES);
            const vec eight = ((r[0] + r[1]) + (r[2] + r[3])) + ((r[4] + r[5]) + (r[6] + r[7]));
            if ((p - j->first) & 8)
                odd += eight;
            else
                even += eight;
        }
        for (; p < j->end; p++)
            even += NAME(load)(y + p * LANES);
        gd_real *total = j->sum_y + o * LANES;
        NAME(store)(total, NAME(load)(total) + (even + odd));
    }
}

/* LANES vectors at a time are transposed, and added. */
static TARGET void NAME(sum_lanes)(int64_t n, const gd_real *from, gd_real *sum, gd_real *rest)
{
    int64_t i = 0;
    for (; i + LANES <= n; i += LANES) {
        vec r[LANES];
        gd_real all[LANES];
        UNROLL for (int l = 0; l < LANES; l++)
            r[l] = NAME(load)(from + (i + l) * LANES);
        NAME(transpose)(r);
        UNROLL for (int l = 1; l < LANES; l++)
            r[0] += r[l];
        NAME(store)(all, r[0]);
        for (int l = 0; l < LANES; l++)
            real_add_term(&sum[i + l], &rest[i + l], all[l]);
    }
    for (; i < n; i++) {
        gd_real all = 0;
        for (int l = 0; l < LANES; l++)
            all += from[i * LANES + l];
        real_add_term(&sum[i], &rest[i], all);
    }
}

/* ---- What follows a convolution, and its gradient ------------------------------------------------------------ */

typedef lane_index NAME(lanes) __attribute__((vector_size(VECTOR_BYTES)));
#include "kernels/conv_pool_simd.h"

/* ---- All tiles ---------------------------------------------------------------------------------------------- */

typedef void NAME(tile)(const products *j, int64_t o, int64_t first);

#define POSITIONS_TILE(rows, columns) \
    static TARGET void NAME(sum_positions_##rows##_##columns)(const products *j, int64_t o, int64_t p) \
    { NAME(sum_positions)(rows, columns, j, o, p); }
#define PIXELS_TILE(rows, columns) \
    static TARGET void NAME(sum_pixels_##rows##_##columns)(const products *j, int64_t o, int64_t k) \
    { NAME(sum_pixels)(rows, columns, j, o, k); }
#define TILES(rows) EACH_PAIR(POSITIONS_TILE, rows) EACH_COLUMN(PIXELS_TILE, rows)
EACH_ROW(TILES)

#define POSITIONS_NAME(rows, columns) NAME(sum_positions_##rows##_##columns),
#define POSITIONS_NAMES(rows)         { EACH_PAIR(POSITIONS_NAME, rows) },
#define PIXELS_NAME(rows, columns)    NAME(sum_pixels_##rows##_##columns),
#define PIXELS_NAMES(rows)            { EACH_COLUMN(PIXELS_NAME, rows) },
static NAME(tile) *const NAME(positions_tiles)[ROWS][COLUMNS / 2] = { EACH_ROW(POSITIONS_NAMES) };
static NAME(tile) *const NAME(pixels_tiles)[ROWS][COLUMNS] = { EACH_ROW(PIXELS_NAMES) };

/* A tile with more than FEW_POSITIONS positions: some at a time; their sums are added by compensated summation. */
static TARGET void NAME(many_positions)(const products *j, int64_t o, int64_t rows, int64_t p, int64_t columns)
{
    gd_real sum[ROWS * COLUMNS * LANES] = { 0 }, rest[ROWS * COLUMNS * LANES] = { 0 };
    const position_list all = j->pair_positions[p / 2];
    const int64_t row = (j->pixels - p < columns ? j->pixels - p : columns) * LANES;
    products some = *j;
    for (int64_t n = 0; n < all.n; n += FEW_POSITIONS) {
        some.some = (position_list){ all.n - n < FEW_POSITIONS ? all.n - n : FEW_POSITIONS, all.k + n };
        some.bias = n == 0 ? j->bias : NULL;
        NAME(positions_tiles)[rows - 1][columns / 2 - 1](&some, o, p);
        for (int64_t i = 0; i < rows; i++)
            for (int64_t l = 0; l < row; l++)
                real_add_term(&sum[i * row + l], &rest[i * row + l], j->y[((o + i) * j->pixels + p) * LANES + l]);
    }
    for (int64_t i = 0; i < rows; i++)
        for (int64_t l = 0; l < row; l++)
            j->y[((o + i) * j->pixels + p) * LANES + l] = real_whole(sum[i * row + l], rest[i * row + l]);
}

/* As many pixels from p on as a tile takes and have the same positions. */
static TARGET int64_t NAME(alike)(const products *j, int64_t p)
{
    const position_list *pair = &j->pair_positions[p / 2];
    return COLUMNS == 4 && p + 4 <= j->pixels && pair[0].k == pair[1].k && pair[0].n == pair[1].n ? 4 : 2;
}

static TARGET void NAME(all_positions)(const products *j)
{
    for (int64_t o = 0, rows; o < j->channels; o += rows) {
        rows = gi_conv_rows(j->channels - o, ROWS);
        for (int64_t p = 0, columns; p < j->pixels; p += columns) {
            columns = NAME(alike)(j, p);
            if (j->pair_positions[p / 2].n > FEW_POSITIONS)
                NAME(many_positions)(j, o, rows, p, columns);
            else
                NAME(positions_tiles)[rows - 1][columns / 2 - 1](j, o, p);
        }
    }
}

static TARGET void NAME(all_pixels)(const products *j)
{
    for (int64_t o = 0, rows; o < j->channels; o += rows) {
        rows = gi_conv_rows(j->channels - o, ROWS);
        for (int64_t k = 0, columns; k < j->positions; k += columns) {
            columns = gi_conv_rows(j->positions - k, COLUMNS);
            NAME(pixels_tiles)[rows - 1][columns - 1](j, o, k);
        }
    }
    if (j->sum_y)
        NAME(sum_rows)(j);
}

static const conv_loops NAME(loops) = {
    LANES, ROWS, NAME(pack), NAME(unpack), NAME(all_positions), NAME(all_pixels), NAME(sum_lanes),
    NAME(pool), NAME(spread)
};

#undef POSITIONS_TILE
#undef PIXELS_TILE
#undef TILES
#undef POSITIONS_NAME
#undef POSITIONS_NAMES
#undef PIXELS_NAME
#undef PIXELS_NAMES
#undef ROWS
#undef EACH_ROW
#undef COLUMNS
#undef EACH_COLUMN
#undef EACH_PAIR
