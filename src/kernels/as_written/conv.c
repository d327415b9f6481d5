/* conv.c - fast convolution and its two gradients.  reference/convolution.c defines, in plain loops, what is computed.
 *
 * Layout.  The lanes of a vector are images: pixel p of as many images as a vector has lanes, a lane group, is one
 * vector.  Every product of the convolution is then a vector times a number, whatever the channels, the kernel, stride,
 * padding and dilation are, and nothing is copied for each position of the kernel, as im2col would.
 *
 * Packing.  The images of a lane group are transposed, channel by channel, into a plane padded with zeros:
 *
 *     image 0    a0 b0 c0              0   0   0   0   0      A = (a0, a1, ..): one vector
 *                d0 e0 f0    pack      0   A [ B   C ] 0
 *     image 1    a1 b1 c1   ------>    0   D [ E   F ] 0      [ ] the window of output pixel p under a kernel of 2 x 2:
 *                d1 e1 f1              0   0   0   0   0      B stands at pixel[p], E at pixel[p] + offset[k]
 *     ..
 *
 * A position k of the kernel is a channel, a row and a column of it; two tables of offsets give the input vector by
 * which w[o, k] is multiplied for output pixel p:
 *
 *     y[o, p]  = sum over k of w[o, k] x[pixel[p] + offset[k]]             forward, and dx (see below)
 *     dw[o, k] = sum over p, and images, of dy[o, p] x[pixel[p] + offset[k]]
 *
 * So all three are matrix products whose second matrix is read through the tables.
 *
 * Tiles.  As in gemm_kernel.h, a tile of sums stays in registers: 6 output channels x 2 or 4 pixels (for dw, up to 4
 * positions), each a vector (conv_simd.h).  Weights are packed in the order in which the tiles read them.
 *
 * The strip.  The output is computed in strips of rows, such that a strip and the plane under it fit into the second-
 * level cache (conv_layout.h).  Only that part of the plane is stored; the tables are computed anew for each strip.
 *
 * Prefetch.  The output is transposed back and written to as many images at once as there are lanes: more streams than
 * hardware prefetchers follow, so unpack prefetches each cache line before it writes it.  The input needs no prefetch:
 * it was packed just before and is in the cache.
 *
 * dx is a transposed convolution: dy, with stride - 1 zeros between its pixels, is convolved with the flipped kernel,
 * and channels are exchanged (V. Dumoulin and F. Visin, "A guide to convolution arithmetic for deep learning", 2016,
 * chapter 4).  Positions at which the input is only zeros are left out, for a pair of pixels at a time (position_list);
 * for that, pixels with the same positions are stored together in y.
 *
 * Threads share the lane groups.  dw is summed within each of a fixed number of blocks of images, and then over the
 * blocks: the same bits for any number of threads.
 *
 * Errors, u half an ulp of 1, of an element that is a sum of terms: y and dx, the number of positions (1100 at most)
 * times u sum |term|; dw, about 1100 u sum |term| however many there are; db is as good as a pairwise sum. */
#include <string.h>

#include "base/memory.h"
#include "gradus/tensor.h"
#include "kernels/conv.h"

#include "kernels/conv_layout.h"
#include "kernels/conv_pool.h"
#include "kernels/reference/reference.h"
#include "kernels/simd.h"
#include "kernels/terms.h"
#include "base/threads.h"

enum {
    BLOCKS = 8,                             /* parts of the images whose sums for dw are kept apart */
    FEW_PIXELS = 1024,                      /* products that are added one after the other, for dw */
    FEW_SUMS = 16                           /* and such sums */
};

/* ---- y, and dx ---------------------------------------------------------------------------------------------- */

/* The weights of every group in tiles [positions, rows]; in w, row o, channel c and element t of the kernel stand at
 * o row + c channel + t, or t counted from the end when flipped. */
static gd_real *pack_weights(conv_layout *s, const gd_real *w, int64_t group, int64_t row, int64_t channel,
                             bool flipped)
{
    const int64_t area = s->kh * s->kw;
    gd_real *tiles = gi_conv_layout_take(s, s->groups * s->out * s->positions, sizeof *tiles), *to = tiles;
    for (int64_t g = 0; g < s->groups && tiles; g++)
        for (int64_t o = 0, rows; o < s->out; o += rows) {
            rows = gi_conv_rows(s->out - o, s->loops->rows);
            for (int64_t c = 0; c < s->in; c++)
                for (int64_t t = 0; t < area; t++)
                    for (int64_t i = 0; i < rows; i++)
                        *to++ = w[g * group + (o + i) * row + c * channel + (flipped ? area - 1 - t : t)];
        }
    return tiles;
}

typedef struct correlation {
    const conv_layout *s;
    image_batch        x, y;
    const gd_real     *tiles, *bias;
} correlation;

/* A strip of images becomes lanes, and lanes become images. */
static void to_lanes(const conv_layout *s, const image_batch *t, const image_strip *strip, gd_real *lanes)
{
    const images from = gi_conv_layout_images(s, t, strip);
    if (t->pool)
        gi_pool_load(s, t, strip, lanes);
    else
        s->loops->pack(&from, strip->at, lanes, strip->plane);
}

static void to_images(const conv_layout *s, const image_batch *t, const image_strip *strip, const gd_real *lanes)
{
    const images to = gi_conv_layout_images(s, t, strip);
    if (t->pool)
        gi_pool_store(s, t, strip, lanes);
    else
        s->loops->unpack(&to, strip->at, lanes);
}

/* For gi_parallel: the strip of y for some lane groups. */
static void correlate_groups(void *context, int64_t begin, int64_t end)
{
    const correlation *c = context;
    const conv_layout *s = c->s;
    products j = gi_conv_layout_products(s);
    gd_real *x = s->x + begin / s->part * s->in * s->plane;
    j.x = x;
    j.y = s->y + begin / s->part * s->out * s->rows * s->out_w * s->loops->lanes;
    memset(x, 0, (size_t)(s->in * s->plane) * sizeof *x);
    for (int64_t i = begin; i < end; i++)
        for (int64_t g = 0; g < s->groups; g++) {
            const image_strip in = { begin / s->part, i, g * s->in, s->in, s->in_row, s->in_end, s->packed_at,
                                     s->plane };
            const image_strip out = { begin / s->part, i, g * s->out, s->out, s->row, s->end, s->result_at,
                                      j.pixels * s->loops->lanes };
            j.w = c->tiles + g * s->out * s->positions;
            j.bias = c->bias ? c->bias + g * s->out : NULL;
            to_lanes(s, &c->x, &in, x);
            s->loops->all_positions(&j);
            to_images(s, &c->y, &out, j.y);
        }
}

static void correlate(conv_layout *s, const gd_real *x, const conv_pool *x_pool, const gd_real *tiles,
                      const gd_real *bias, gd_real *y, const conv_pool *y_pool)
{
    correlation c = { s, { (gd_real *)(uintptr_t)x, s->groups * s->in, s->in_h, s->in_w, x_pool },
                      { y, s->groups * s->out, s->out_h, s->out_w, y_pool }, tiles, bias };
    for (int64_t row = 0; row < s->out_h && s->lane_groups > 0; row = s->end) {
        gi_conv_layout_strip(s, row);
        gi_parallel(s->lane_groups, s->part, correlate_groups, &c);
    }
}

static int64_t lane_groups_of(const gi_conv *c)
{
    return (c->n + gi_conv_loops()->lanes - 1) / gi_conv_loops()->lanes;
}

static conv_layout forward_layout(const gi_conv *c)
{
    return (conv_layout){
        .loops = gi_conv_loops(), .n = c->n, .lane_groups = lane_groups_of(c), .groups = c->groups,
        .in = c->c / c->groups, .in_h = c->h, .in_w = c->w, .out = c->o / c->groups, .out_h = c->oh, .out_w = c->ow,
        .kh = c->kh, .kw = c->kw, .stride = { c->stride[0], c->stride[1] },
        .dilation = { c->dilation[0], c->dilation[1] }, .input_dilation = { 1, 1 },
        .pad = { c->padding[0], c->padding[1] },
    };
}

/* From dy to dx: the stride becomes the input's dilation, and the padding what is missing to a full one. */
static conv_layout transposed_layout(const gi_conv *c)
{
    return (conv_layout){
        .loops = gi_conv_loops(), .n = c->n, .lane_groups = lane_groups_of(c), .groups = c->groups,
        .in = c->o / c->groups, .in_h = c->oh, .in_w = c->ow, .out = c->c / c->groups, .out_h = c->h, .out_w = c->w,
        .kh = c->kh, .kw = c->kw, .stride = { 1, 1 },
        .dilation = { c->dilation[0], c->dilation[1] }, .input_dilation = { c->stride[0], c->stride[1] },
        .pad = { (c->kh - 1) * c->dilation[0] - c->padding[0], (c->kw - 1) * c->dilation[1] - c->padding[1] },
    };
}

/* y; or, with pool, what it makes of y. */
static bool forward(const gi_conv *c, const gd_real *x, const gd_real *w, const gd_real *bias, gd_real *y,
                    gi_conv_pool *pool)
{
    conv_layout s = forward_layout(c);
    conv_pool after = { .of = pool };
    bool good = gi_conv_layout_open(&s, s.lane_groups, 1) && (!pool || gi_pool_open(&after, &s, s.out, s.rows, c->ow));
    const bool fits = !pool || s.rows % pool->kh == 0 || s.rows == c->oh;
    gd_real *tiles = good ? pack_weights(&s, w, s.out * s.positions, s.positions, s.kh * s.kw, false) : NULL;
    if (tiles && fits)
        correlate(&s, x, NULL, tiles, bias, y, pool ? &after : NULL);
    if (pool)
        pool->kept = tiles && fits && gi_pool_finite(&after, &s);
    gi_arena_free(&s.arena);
    return tiles != NULL;
}

bool gi_conv_forward(const gi_conv *c, const gd_real *x, const gd_real *w, const gd_real *bias, gd_real *y)
{
    if (gi_simd_used() != GI_SIMD_PLAIN)
        return forward(c, x, w, bias, y, NULL);
    gi_conv_forward_reference(c, x, w, bias, y);
    return true;
}

/* dx from dy; or, with pool, from the gradient of what that makes of y. */
static bool grad_input(const gi_conv *c, const gd_real *dy, const gd_real *w, gd_real *dx, const gi_conv_pool *pool)
{
    conv_layout s = transposed_layout(c);
    conv_pool before = { .of = pool };
    const int64_t area = s.kh * s.kw;
    bool good = gi_conv_layout_open(&s, s.lane_groups, 1)
             && (!pool || gi_pool_open(&before, &s, s.in, s.plane_h, c->ow));
    gd_real *tiles = good ? pack_weights(&s, w, s.in * s.out * area, area, s.out * area, true) : NULL;
    if (tiles)
        correlate(&s, dy, pool ? &before : NULL, tiles, NULL, dx, NULL);
    gi_arena_free(&s.arena);
    return tiles != NULL;
}

bool gi_conv_grad_input(const gi_conv *c, const gd_real *dy, const gd_real *w, gd_real *dx)
{
    if (gi_simd_used() != GI_SIMD_PLAIN)
        return grad_input(c, dy, w, dx, NULL);
    gi_conv_grad_input_reference(c, dy, w, dx);
    return true;
}

/* ---- dw, and db --------------------------------------------------------------------------------------------- */

/* Sums of dw for channels [o, o + count) of group g, lane by lane for the lane groups of a part, and then for each
 * block of lane groups: sums [blocks, count positions], sums_y [blocks, count]. */
typedef struct weight_gradient {
    const conv_layout *s;
    image_batch   x, y;
    int64_t  g, o, count, block;
    gd_real *lane_sums, *sums, *sums_y;
    int64_t  to_rest;                       /* from a sum to what has been rounded off it, see terms.h */
} weight_gradient;

/* The lanes' sums so far go to those of block b. */
static void reduce_lanes(const weight_gradient *c, const products *j, int64_t b)
{
    const conv_loops *loops = c->s->loops;
    const int64_t sums = c->count * c->s->positions;
    loops->sum_lanes(sums, j->sum, c->sums + b * sums, c->sums + b * sums + c->to_rest);
    if (j->sum_y)
        loops->sum_lanes(c->count, j->sum_y, c->sums_y + b * c->count, c->sums_y + b * c->count + c->to_rest);
    memset(j->sum, 0, (size_t)((sums + c->count) * loops->lanes) * sizeof *j->sum);
}

/* For gi_parallel: adds the strip of some blocks' images. */
static void gradient_of_blocks(void *context, int64_t begin, int64_t end)
{
    const weight_gradient *c = context;
    const conv_layout *s = c->s;
    const int64_t lanes = s->loops->lanes, slot = begin / s->part, sums = c->count * s->positions;
    products j = gi_conv_layout_products(s);
    gd_real *x = s->x + slot * s->in * s->plane;
    j.x = x;
    j.y = s->y + slot * s->out * s->rows * s->out_w * lanes;
    j.channels = c->count;
    j.sum = c->lane_sums + slot * (sums + c->count) * lanes;
    j.sum_y = c->sums_y ? j.sum + sums * lanes : NULL;
    memset(x, 0, (size_t)(s->in * s->plane) * sizeof *x);
    memset(j.sum, 0, (size_t)((sums + c->count) * lanes) * sizeof *j.sum);
    for (int64_t b = begin; b < end; b++) {
        int added = 0;
        for (int64_t i = b * c->block; i < (b + 1) * c->block && i < s->lane_groups; i++) {
            const image_strip in = { slot, i, c->g * s->in, s->in, s->in_row, s->in_end, s->packed_at, s->plane };
            const image_strip out = { slot, i, c->g * s->out + c->o, c->count, s->row, s->end, s->result_at,
                                      j.pixels * lanes };
            to_lanes(s, &c->x, &in, x);
            to_lanes(s, &c->y, &out, j.y);
            for (j.first = 0; j.first < j.pixels; j.first += FEW_PIXELS) {
                j.end = j.pixels - j.first < FEW_PIXELS ? j.pixels : j.first + FEW_PIXELS;
                if (added++ == FEW_SUMS) {
                    reduce_lanes(c, &j, b);
                    added = 1;
                }
                s->loops->all_pixels(&j);
            }
        }
        reduce_lanes(c, &j, b);
    }
}

static void add_block(int64_t n, const gd_real *restrict block, const gd_real *restrict block_rest,
                      gd_real *restrict sum, gd_real *restrict rest)
{
    for (int64_t i = 0; i < n; i++) {
        real_add_term(&sum[i], &rest[i], block[i]);
        rest[i] += block_rest[i];
    }
}

/* total[i] = the sum over blocks of sums[block, i], and of their rests; what is left in sums is of no use. */
static void add_blocks(int64_t blocks, int64_t n, gd_real *sums, gd_real *rests, gd_real *total)
{
    for (int64_t b = 1; b < blocks; b++)
        add_block(n, sums + b * n, rests + b * n, sums, rests);
    for (int64_t i = 0; i < n; i++)
        total[i] = blocks > 0 ? real_whole(sums[i], rests[i]) : 0;
}

/* As many channels at a time as GI_CONV_WORK can hold the sums of all lanes for. */
static int64_t channels_at_once(const conv_layout *s)
{
    const int64_t vector = s->loops->lanes * (int64_t)sizeof(gd_real), fit = GI_CONV_WORK / vector / (s->positions + 1);
    return fit < 1 ? 1 : fit < s->out ? fit : s->out;
}

static bool grad_weight(const gi_conv *c, const gd_real *dy, const gd_real *x, gd_real *dw, gd_real *db,
                        const gi_conv_pool *pool)
{
    conv_layout s = forward_layout(c);
    s.in_order = true;
    const int64_t block = s.lane_groups > BLOCKS ? (s.lane_groups + BLOCKS - 1) / BLOCKS : 1;
    const int64_t blocks = (s.lane_groups + block - 1) / block;
    conv_pool before = { .of = pool };
    bool good = gi_conv_layout_open(&s, blocks, block) && (!pool || gi_pool_open(&before, &s, s.out, s.rows, c->ow));
    const int64_t most = channels_at_once(&s);
    const int64_t in_lanes = s.parts * most * (s.positions + 1) * s.loops->lanes;
    gd_real *lane_sums = good ? gi_conv_layout_take(&s, in_lanes, sizeof *dw) : NULL;
    const int64_t to_rest = blocks * most * (s.positions + 1);
    gd_real *sums = lane_sums ? gi_conv_layout_take(&s, 2 * to_rest, sizeof *dw) : NULL;
    for (int64_t g = 0; g < s.groups && sums; g++)
        for (int64_t o = 0, count; o < s.out; o += count) {
            count = s.out - o < most ? s.out - o : most;
            gd_real *sums_y = sums + blocks * count * s.positions;
            const image_batch in = { (gd_real *)(uintptr_t)x, c->c, c->h, c->w, NULL };
            const image_batch out = { (gd_real *)(uintptr_t)dy, c->o, c->oh, c->ow, pool ? &before : NULL };
            weight_gradient job = { &s, in, out, g, o, count, block, lane_sums, sums, db ? sums_y : NULL, to_rest };
            memset(sums, 0, (size_t)(2 * to_rest) * sizeof *sums);
            for (int64_t row = 0; row < s.out_h && s.lane_groups > 0; row = s.end) {
                gi_conv_layout_strip(&s, row);
                gi_parallel(blocks, s.part, gradient_of_blocks, &job);
            }
            add_blocks(blocks, count * s.positions, sums, sums + to_rest, dw + (g * s.out + o) * s.positions);
            if (db)
                add_blocks(blocks, count, sums_y, sums_y + to_rest, db + g * s.out + o);
        }
    gi_arena_free(&s.arena);
    return sums != NULL;
}

bool gi_conv_grad_weight(const gi_conv *c, const gd_real *dy, const gd_real *x, gd_real *dw, gd_real *db)
{
    if (gi_simd_used() != GI_SIMD_PLAIN)
        return grad_weight(c, dy, x, dw, db, NULL);
    gi_conv_grad_weight_reference(c, dy, x, dw, db);
    return true;
}

/* ---- With relu and pooling: see conv_pool.c ------------------------------------------------------------------ */

bool gi_conv_pool_forward(const gi_conv *c, gi_conv_pool *p, const gd_real *x, const gd_real *w, const gd_real *bias,
                          gd_real *z)
{
    p->kept = false;
    return gi_simd_used() == GI_SIMD_PLAIN || forward(c, x, w, bias, z, p);
}

bool gi_conv_pool_back(const gi_conv *c, const gi_conv_pool *p, const gd_real *dz, const gd_real *x, const gd_real *w,
                       gd_real *dx, gd_real *dw, gd_real *db)
{
    return (!dx || grad_input(c, dz, w, dx, p)) && (!dw || grad_weight(c, dz, x, dw, db, p));
}
