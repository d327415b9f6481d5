/* conv.c - convolution with images as vector lanes.
 *
 * Some images, as many as a vector has lanes, are interleaved, so that pixel p of all of them is one vector.
 * Then every product of the convolution is a vector times a number, whatever the channels, the kernel's size,
 * stride, padding or dilation are, and nothing is copied for each place of the kernel: where the element stands
 * that meets tap k (a channel and a place of the kernel) at pixel p is told by two tables,
 *
 *     y[o, p]  = sum over k of w[o, k] x[pixel[p] + tap[k]]          forward, and dx (see below)
 *     dw[o, k] = sum over p, and images, of dy[o, p] x[pixel[p] + tap[k]]
 *
 * so all three are matrix products (conv_kernels.h), for as many rows of those images at a time as the cache has
 * room for (conv_scene.h).
 *
 * dx is a convolution of dy with the kernel turned around and the channels exchanged: dy spread out by the
 * stride, with a border as wide as the kernel's span (V. Dumoulin and F. Visin, "A guide to convolution arithmetic
 * for deep learning", 2016, chapter 4).  Taps that meet nothing but the zeros between and around are left out;
 * for that, pixels that meet the same taps stand together in y: those whose row, and whose column, leave the same
 * remainder divided by the stride.
 *
 * Threads share the images.  dw is summed up over a fixed number of blocks of images, each by itself, and then
 * over the blocks: the same bits for any number of threads.
 *
 * Errors, u half an ulp of 1, of an element that is a sum of terms: y and dx, the number of taps (1100 at most)
 * times u sum |term|; dw, about 1100 u sum |term| however many there are; db is as good as a pairwise sum. */
#include <string.h>

#include "base/memory.h"
#include "gradus/tensor.h"
#include "kernels/conv.h"

#include "kernels/conv_scene.h"
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

/* The weights of every group in tiles [taps, rows]; row o, channel c, place t of the kernel stand at
 * o row + c channel + t in w, or t counted from the end when turned. */
static gd_real *in_tiles(scene *s, const gd_real *w, int64_t group, int64_t row, int64_t channel, bool turned)
{
    const int64_t places = s->kh * s->kw;
    gd_real *tiles = gi_scene_take(s, s->groups * s->out * s->taps, sizeof *tiles), *to = tiles;
    for (int64_t g = 0; g < s->groups && tiles; g++)
        for (int64_t o = 0, rows; o < s->out; o += rows) {
            rows = gi_conv_rows(s->out - o, s->use->rows);
            for (int64_t c = 0; c < s->in; c++)
                for (int64_t t = 0; t < places; t++)
                    for (int64_t i = 0; i < rows; i++)
                        *to++ = w[g * group + (o + i) * row + c * channel + (turned ? places - 1 - t : t)];
        }
    return tiles;
}

typedef struct correlation {
    const scene   *s;
    volume         x, y;
    const gd_real *tiles, *bias;
} correlation;

/* For gi_parallel: the strip of y for some bundles. */
static void correlate_bundles(void *context, int64_t begin, int64_t end)
{
    const correlation *c = context;
    const scene *s = c->s;
    products j = gi_scene_products(s);
    gd_real *x = s->x + begin / s->part * s->in * s->plane;
    j.x = x;
    j.y = s->y + begin / s->part * s->out * s->rows * s->out_w * s->use->lanes;
    memset(x, 0, (size_t)(s->in * s->plane) * sizeof *x);
    for (int64_t i = begin; i < end; i++)
        for (int64_t g = 0; g < s->groups; g++) {
            images from = gi_scene_images(s, &c->x, i, g * s->in, s->in, s->from_row, s->from_end);
            images to = gi_scene_images(s, &c->y, i, g * s->out, s->out, s->row, s->end);
            j.w = c->tiles + g * s->out * s->taps;
            j.bias = c->bias ? c->bias + g * s->out : NULL;
            s->use->pack(&from, s->map, x, s->plane);
            s->use->all_taps(&j);
            s->use->unpack(&to, s->at, j.y);
        }
}

static void correlate(scene *s, const gd_real *x, const gd_real *tiles, const gd_real *bias, gd_real *y)
{
    correlation c = { s, { (gd_real *)(uintptr_t)x, s->groups * s->in, s->in_h, s->in_w },
                      { y, s->groups * s->out, s->out_h, s->out_w }, tiles, bias };
    for (int64_t row = 0; row < s->out_h && s->bundles > 0; row = s->end) {
        gi_scene_strip(s, row);
        gi_parallel(s->bundles, s->part, correlate_bundles, &c);
    }
}

static int64_t bundles_of(const gi_conv *c)
{
    return (c->n + gi_conv_kernel()->lanes - 1) / gi_conv_kernel()->lanes;
}

static scene forward_scene(const gi_conv *c)
{
    return (scene){ .use = gi_conv_kernel(), .n = c->n, .bundles = bundles_of(c), .groups = c->groups,
                    .in = c->c / c->groups, .in_h = c->h, .in_w = c->w, .out = c->o / c->groups, .out_h = c->oh,
                    .out_w = c->ow, .kh = c->kh, .kw = c->kw, .stride = { c->stride[0], c->stride[1] },
                    .dilation = { c->dilation[0], c->dilation[1] }, .spread = { 1, 1 },
                    .before = { c->padding[0], c->padding[1] } };
}

static scene turned_scene(const gi_conv *c)
{
    return (scene){ .use = gi_conv_kernel(), .n = c->n, .bundles = bundles_of(c), .groups = c->groups,
                    .in = c->o / c->groups, .in_h = c->oh, .in_w = c->ow, .out = c->c / c->groups, .out_h = c->h,
                    .out_w = c->w, .kh = c->kh, .kw = c->kw, .stride = { 1, 1 },
                    .dilation = { c->dilation[0], c->dilation[1] }, .spread = { c->stride[0], c->stride[1] },
                    .before = { (c->kh - 1) * c->dilation[0] - c->padding[0],
                                (c->kw - 1) * c->dilation[1] - c->padding[1] } };
}

bool gi_conv_forward(const gi_conv *c, const gd_real *x, const gd_real *w, const gd_real *bias, gd_real *y)
{
    if (gi_simd_used() == GI_SIMD_PLAIN) {
        gi_conv_forward_reference(c, x, w, bias, y);
        return true;
    }
    scene s = forward_scene(c);
    bool good = gi_scene_open(&s, s.bundles, 1);
    gd_real *tiles = good ? in_tiles(&s, w, s.out * s.taps, s.taps, s.kh * s.kw, false) : NULL;
    if (tiles)
        correlate(&s, x, tiles, bias, y);
    gi_arena_free(&s.arena);
    return tiles != NULL;
}

bool gi_conv_grad_input(const gi_conv *c, const gd_real *dy, const gd_real *w, gd_real *dx)
{
    if (gi_simd_used() == GI_SIMD_PLAIN) {
        gi_conv_grad_input_reference(c, dy, w, dx);
        return true;
    }
    scene s = turned_scene(c);
    const int64_t places = s.kh * s.kw;
    bool good = gi_scene_open(&s, s.bundles, 1);
    gd_real *tiles = good ? in_tiles(&s, w, s.in * s.out * places, places, s.out * places, true) : NULL;
    if (tiles)
        correlate(&s, dy, tiles, NULL, dx);
    gi_arena_free(&s.arena);
    return tiles != NULL;
}

/* ---- dw, and db --------------------------------------------------------------------------------------------- */

/* Sums of dw for channels [o, o + count) of group g, lane by lane for the bundles of a part, and then for each
 * block of bundles: sums [blocks, count taps], sums_y [blocks, count]. */
typedef struct gathering {
    const scene *s;
    volume   x, y;
    int64_t  g, o, count, block;
    gd_real *lane_sums, *sums, *sums_y;
    int64_t  to_rest;                       /* from a sum to what has been rounded off it, see terms.h */
} gathering;

/* The lanes' sums so far go to those of block b. */
static void gather_lanes(const gathering *c, const products *j, int64_t b)
{
    const kernel *use = c->s->use;
    const int64_t sums = c->count * c->s->taps;
    use->sum_lanes(sums, j->sum, c->sums + b * sums, c->sums + b * sums + c->to_rest);
    if (j->sum_y)
        use->sum_lanes(c->count, j->sum_y, c->sums_y + b * c->count, c->sums_y + b * c->count + c->to_rest);
    memset(j->sum, 0, (size_t)((sums + c->count) * use->lanes) * sizeof *j->sum);
}

/* For gi_parallel: adds the strip of some blocks' images. */
static void gather_blocks(void *context, int64_t begin, int64_t end)
{
    const gathering *c = context;
    const scene *s = c->s;
    const int64_t lanes = s->use->lanes, slot = begin / s->part, sums = c->count * s->taps;
    products j = gi_scene_products(s);
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
        for (int64_t i = b * c->block; i < (b + 1) * c->block && i < s->bundles; i++) {
            images from = gi_scene_images(s, &c->x, i, c->g * s->in, s->in, s->from_row, s->from_end);
            images with = gi_scene_images(s, &c->y, i, c->g * s->out + c->o, c->count, s->row, s->end);
            s->use->pack(&from, s->map, x, s->plane);
            s->use->pack(&with, s->at, j.y, j.pixels * lanes);
            for (j.first = 0; j.first < j.pixels; j.first += FEW_PIXELS) {
                j.end = j.pixels - j.first < FEW_PIXELS ? j.pixels : j.first + FEW_PIXELS;
                if (added++ == FEW_SUMS) {
                    gather_lanes(c, &j, b);
                    added = 1;
                }
                s->use->all_pixels(&j);
            }
        }
        gather_lanes(c, &j, b);
    }
}

/* total[i] = the sum over blocks of sums[block, i], and of their rests */
static void add_blocks(int64_t blocks, int64_t n, const gd_real *sums, const gd_real *rests, gd_real *total)
{
    for (int64_t i = 0; i < n; i++) {
        gd_real sum = 0, rest = 0;
        for (int64_t b = 0; b < blocks; b++) {
            real_add_term(&sum, &rest, sums[b * n + i]);
            rest += rests[b * n + i];
        }
        total[i] = real_whole(sum, rest);
    }
}

/* As many channels at a time as GI_CONV_WORK has room for sums of all lanes. */
static int64_t channels_at_once(const scene *s)
{
    const int64_t vector = s->use->lanes * (int64_t)sizeof(gd_real), room = GI_CONV_WORK / vector / (s->taps + 1);
    return room < 1 ? 1 : room < s->out ? room : s->out;
}

bool gi_conv_grad_weight(const gi_conv *c, const gd_real *dy, const gd_real *x, gd_real *dw, gd_real *db)
{
    if (gi_simd_used() == GI_SIMD_PLAIN) {
        gi_conv_grad_weight_reference(c, dy, x, dw, db);
        return true;
    }
    scene s = forward_scene(c);
    const int64_t block = s.bundles > BLOCKS ? (s.bundles + BLOCKS - 1) / BLOCKS : 1;
    const int64_t blocks = (s.bundles + block - 1) / block;
    bool good = gi_scene_open(&s, blocks, block);
    const int64_t most = channels_at_once(&s), parts = (blocks + s.part - 1) / s.part;
    gd_real *lane_sums = good ? gi_scene_take(&s, parts * most * (s.taps + 1) * s.use->lanes, sizeof *dw) : NULL;
    const int64_t to_rest = blocks * most * (s.taps + 1);
    gd_real *sums = lane_sums ? gi_scene_take(&s, 2 * to_rest, sizeof *dw) : NULL;
    for (int64_t g = 0; g < s.groups && sums; g++)
        for (int64_t o = 0, count; o < s.out; o += count) {
            count = s.out - o < most ? s.out - o : most;
            gd_real *sums_y = sums + blocks * count * s.taps;
            gathering job = { &s, { (gd_real *)(uintptr_t)x, c->c, c->h, c->w },
                              { (gd_real *)(uintptr_t)dy, c->o, c->oh, c->ow }, g, o, count, block,
                              lane_sums, sums, db ? sums_y : NULL, to_rest };
            memset(sums, 0, (size_t)(2 * to_rest) * sizeof *sums);
            for (int64_t row = 0; row < s.out_h && s.bundles > 0; row = s.end) {
                gi_scene_strip(&s, row);
                gi_parallel(blocks, s.part, gather_blocks, &job);
            }
            add_blocks(blocks, count * s.taps, sums, sums + to_rest, dw + (g * s.out + o) * s.taps);
            if (db)
                add_blocks(blocks, count, sums_y, sums_y + to_rest, db + g * s.out + o);
        }
    gi_arena_free(&s.arena);
    return sums != NULL;
}
