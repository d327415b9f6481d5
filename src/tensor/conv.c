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
 * so all three are matrix products.  Work space holds as many rows of those images as WORK bytes have room for.
 *
 * dx is a convolution of dy with the kernel turned around and the channels exchanged: dy spread out by the
 * stride, with a border as wide as the kernel's span (V. Dumoulin and F. Visin, "A guide to convolution arithmetic
 * for deep learning", 2016, chapter 4). */
#include "conv.h"

#include "core.h"
#include "gemm.h"

#if defined(__GNUC__) && !defined(GD_PLAIN)
#define HAVE_VECTORS 1
#define ALWAYS_INLINE __attribute__((always_inline))
#if defined(__clang__)
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 16")
#endif
#else
#define HAVE_VECTORS 0
#define ALWAYS_INLINE
#define UNROLL
#endif

enum { WORK = 512 * 1024 };                 /* bytes: within the second cache */

/* ---- What the kernels work on ------------------------------------------------------------------------------- */

/* A run of pixels of some channels of up to LANES images. */
typedef struct images {
    gd_real *data;                          /* of the first image and channel */
    int64_t  image, plane;                  /* from image to image, from channel to channel */
    int64_t  channels, run;
    int      count;                         /* of images */
} images;

/* Offsets are in elements of the interleaved images. */
typedef struct products {
    int64_t        channels, pixels, taps;
    const int64_t *pixel, *tap;
    const gd_real *x;
    const gd_real *w, *bias;                /* tile by tile [taps, rows] */
    gd_real       *y;                       /* [channels, pixels, lanes] */
    gd_real       *sum;                     /* [channels, taps, lanes] */
} products;

typedef struct kernel {
    int lanes, rows;
    void (*pack)(const images *from, const int64_t *map, gd_real *to, int64_t to_plane);
    void (*unpack)(const images *to, const gd_real *from);
    void (*all_taps)(const products *j);
    void (*all_pixels)(const products *j);
} kernel;

/* The rows of the next of the tiles that `left` rows are cut into, as equal as possible. */
static inline int64_t rows_of_tile(int64_t left, int64_t most)
{
    int64_t tiles = (left + most - 1) / most;
    return (left + tiles - 1) / tiles;
}

/* ---- The kernels for each instruction set ------------------------------------------------------------------- */

#define UP_TO_4(F) F(1) F(2) F(3) F(4)
#define UP_TO_6(F) UP_TO_4(F) F(5) F(6)

#define LANES_2(F, d)  F(0, d), F(1, d)
#define LANES_4(F, d)  LANES_2(F, d), F(2, d), F(3, d)
#define LANES_8(F, d)  LANES_4(F, d), F(4, d), F(5, d), F(6, d), F(7, d)
#define LANES_16(F, d) LANES_8(F, d), F(8, d), F(9, d), F(10, d), F(11, d), F(12, d), F(13, d), F(14, d), F(15, d)

#define NAME(x) x##_plain
#define TARGET
#define vec gd_real
#define LANES 1
#define EACH_LANE LANES_2
#define BROADCAST(s) (s)
#define MULTIPLY_ADD(x, y, z) ((x) * (y) + (z))
#define ROWS 4
#define EACH_ROW UP_TO_4
#define COLUMNS 2
#include "conv_kernel.h"

#if HAVE_VECTORS
#if defined(__clang__) || __GNUC__ >= 12
#define SHUFFLE(x, y, ...) __builtin_shufflevector(x, y, __VA_ARGS__)
#elif defined(GD_DOUBLE)
typedef int64_t lane_index;
#else
typedef int32_t lane_index;
#endif
#ifndef SHUFFLE
#define SHUFFLE(x, y, ...) \
    __builtin_shuffle(x, y, (lane_index __attribute__((vector_size(sizeof(x))))){ __VA_ARGS__ })
#endif

typedef gd_real vec_128 __attribute__((vector_size(16)));
#define NAME(x) x##_128
#define TARGET
#define vec vec_128
#ifdef GD_DOUBLE
#define LANES 2
#define EACH_LANE LANES_2
#define BROADCAST(s) (vec_128){ s, s }
#else
#define LANES 4
#define EACH_LANE LANES_4
#define BROADCAST(s) (vec_128){ s, s, s, s }
#endif
#define MULTIPLY_ADD(x, y, z) ((x) * (y) + (z))
#define ROWS 6
#define EACH_ROW UP_TO_6
#define COLUMNS 2
#include "conv_kernel.h"
#endif

#if HAVE_VECTORS && defined(__x86_64__)
#include <immintrin.h>
#define HAVE_AVX 1
#ifdef GD_DOUBLE
#define PACKED(operation) operation##_pd
#else
#define PACKED(operation) operation##_ps
#endif

typedef gd_real vec_256 __attribute__((vector_size(32)));
#define NAME(x) x##_256
#define TARGET __attribute__((target("avx2,fma")))
#define vec vec_256
#ifdef GD_DOUBLE
#define LANES 4
#define EACH_LANE LANES_4
#else
#define LANES 8
#define EACH_LANE LANES_8
#endif
#define BROADCAST(s) PACKED(_mm256_set1)(s)
#define MULTIPLY_ADD(x, y, z) PACKED(_mm256_fmadd)(x, y, z)
#define ROWS 6
#define EACH_ROW UP_TO_6
#define COLUMNS 2
#include "conv_kernel.h"

typedef gd_real vec_512 __attribute__((vector_size(64)));
#define NAME(x) x##_512
#define TARGET __attribute__((target("avx512f,avx512vl,avx512dq,avx512bw,avx2,fma")))
#define vec vec_512
#ifdef GD_DOUBLE
#define LANES 8
#define EACH_LANE LANES_8
#else
#define LANES 16
#define EACH_LANE LANES_16
#endif
#define BROADCAST(s) PACKED(_mm512_set1)(s)
#define MULTIPLY_ADD(x, y, z) PACKED(_mm512_fmadd)(x, y, z)
#define ROWS 6
#define EACH_ROW UP_TO_6
#define COLUMNS 4
#include "conv_kernel.h"
#else
#define HAVE_AVX 0
#endif

static const kernel *best_kernel(void)
{
    switch (gd_gemm_used()) {
#if HAVE_AVX
    case GD_GEMM_512: return &kernel_512;
    case GD_GEMM_256: return &kernel_256;
#endif
#if HAVE_VECTORS
    case GD_GEMM_128: return &kernel_128;
#endif
    default:          return &kernel_plain;
    }
}

/* ---- The plane under the result ----------------------------------------------------------------------------- */

/* A convolution as the kernels see it, for one group of channels after the other.  Images lie in a plane in which
 * source pixel (i, j) stands at (i spread + before) in each direction, with zeros elsewhere; row r of the result
 * meets the plane's rows r stride + u dilation.  The plane under a strip of some rows is all that is stored. */
typedef struct scene {
    const kernel *use;
    int64_t  n, groups;
    int64_t  in, in_h, in_w;                /* channels of a group and size of the source, */
    int64_t  out, out_h, out_w;             /* and of the result */
    int64_t  kh, kw, taps;
    int64_t  stride[2], dilation[2], spread[2], before[2];
    int64_t  rows, plane_h, plane_w, plane; /* of a strip of the result; of the plane under it, and its elements */
    gd_arena arena;
    int64_t *map, *pixel, *straight, *tap;
    gd_real *x, *y;
} scene;

/* Space for some elements, aligned to the longest vector. */
static void *take(scene *s, int64_t count, size_t size)
{
    char *p = gd_arena_take(&s->arena, (size_t)count * size + 64);
    return p ? p + (-(uintptr_t)p & 63) : NULL;
}

/* Chooses the height of a strip. */
static void cut_into_strips(scene *s)
{
    const int64_t vector = s->use->lanes * (int64_t)sizeof(gd_real), span = (s->kh - 1) * s->dilation[0] + 1;
    s->taps = s->in * s->kh * s->kw;
    s->plane_w = (s->out_w - 1) * s->stride[1] + (s->kw - 1) * s->dilation[1] + 1;
    int64_t one_row = s->out * s->out_w * vector;
    int64_t first = s->in * span * s->plane_w * vector + one_row;
    int64_t another = s->in * s->stride[0] * s->plane_w * vector + one_row;
    int64_t more = another > 0 && first < WORK ? (WORK - first) / another : 0;
    s->rows = 1 + more < s->out_h ? 1 + more : s->out_h;
    s->plane_h = (s->rows - 1) * s->stride[0] + span;
    s->plane = (s->plane_h * s->plane_w + 1) * s->use->lanes;   /* one vector more: for pixels beyond its sides */
}

/* Takes work space and fills the tables; everything up to `before` is set. */
static bool open_scene(scene *s)
{
    cut_into_strips(s);
    const int64_t lanes = s->use->lanes, pixels = s->rows * s->out_w;
    gd_arena_init(&s->arena, GD_SCOPES);
    s->map = take(s, (s->in_h < s->plane_h ? s->in_h : s->plane_h) * s->in_w, sizeof *s->map);
    s->pixel = take(s, pixels, sizeof *s->pixel);
    s->straight = take(s, pixels, sizeof *s->straight);
    s->tap = take(s, s->taps, sizeof *s->tap);
    s->x = take(s, s->in * s->plane, sizeof *s->x);
    s->y = take(s, s->out * pixels * lanes, sizeof *s->y);
    if (!s->map || !s->pixel || !s->straight || !s->tap || !s->x || !s->y)
        return false;
    for (int64_t p = 0; p < pixels; p++) {
        s->pixel[p] = (p / s->out_w * s->stride[0] * s->plane_w + p % s->out_w * s->stride[1]) * lanes;
        s->straight[p] = p * lanes;
    }
    int64_t *tap = s->tap;
    for (int64_t c = 0; c < s->in; c++)
        for (int64_t u = 0; u < s->kh; u++)
            for (int64_t v = 0; v < s->kw; v++)
                *tap++ = c * s->plane + (u * s->dilation[0] * s->plane_w + v * s->dilation[1]) * lanes;
    return true;
}

/* The source rows [*first, *end) that fall into the plane of the strip from row r, and where their pixels go. */
static void lay_out(scene *s, int64_t r, int64_t *first, int64_t *end)
{
    const int64_t spread = s->spread[0], top = r * s->stride[0] - s->before[0], bottom = top + s->plane_h - 1;
    *end = bottom < 0 ? 0 : bottom / spread + 1 < s->in_h ? bottom / spread + 1 : s->in_h;
    *first = top > 0 ? (top + spread - 1) / spread : 0;
    *first = *first < *end ? *first : *end;
    int64_t *map = s->map;
    for (int64_t i = *first; i < *end; i++)
        for (int64_t j = 0; j < s->in_w; j++) {
            int64_t column = j * s->spread[1] + s->before[1];
            bool within = column >= 0 && column < s->plane_w;
            *map++ = (within ? (i * spread - top) * s->plane_w + column : s->plane_h * s->plane_w) * s->use->lanes;
        }
    memset(s->x, 0, (size_t)(s->in * s->plane) * sizeof *s->x);
}

/* Rows [first, end) of some channels of up to LANES images of a tensor [n, all, h, w]. */
static images part(const scene *s, const gd_real *data, int64_t image, int64_t all, int64_t channel,
                   int64_t channels,
                   int64_t h, int64_t w, int64_t first, int64_t end)
{
    gd_real *start = (gd_real *)(uintptr_t)data + ((image * all + channel) * h + first) * w;
    int64_t left = s->n - image;
    return (images){ start, all * h * w, h * w, channels, (end - first) * w,
                     left < s->use->lanes ? (int)left : s->use->lanes };
}

/* ---- y, and dx ---------------------------------------------------------------------------------------------- */

/* The weights of every group in tiles [taps, rows]; row o, channel c, place t of the kernel stand at
 * o row + c channel + t in w, or t counted from the end when turned. */
static gd_real *in_tiles(scene *s, const gd_real *w, int64_t group, int64_t row, int64_t channel, bool turned)
{
    const int64_t places = s->kh * s->kw;
    gd_real *tiles = take(s, s->groups * s->out * s->taps, sizeof *tiles), *to = tiles;
    for (int64_t g = 0; g < s->groups && tiles; g++)
        for (int64_t o = 0, rows; o < s->out; o += rows) {
            rows = rows_of_tile(s->out - o, s->use->rows);
            for (int64_t c = 0; c < s->in; c++)
                for (int64_t t = 0; t < places; t++)
                    for (int64_t i = 0; i < rows; i++)
                        *to++ = w[g * group + (o + i) * row + c * channel + (turned ? places - 1 - t : t)];
        }
    return tiles;
}

static void correlate(scene *s, const gd_real *x, const gd_real *tiles, const gd_real *bias, gd_real *y)
{
    for (int64_t r = 0, end; r < s->out_h; r = end) {
        int64_t from_row, to_row;
        end = r + s->rows < s->out_h ? r + s->rows : s->out_h;
        lay_out(s, r, &from_row, &to_row);
        for (int64_t g = 0; g < s->groups; g++) {
            products j = { .channels = s->out, .pixels = (end - r) * s->out_w, .taps = s->taps, .pixel = s->pixel,
                           .tap = s->tap, .x = s->x, .w = tiles + g * s->out * s->taps,
                           .bias = bias ? bias + g * s->out : NULL, .y = s->y };
            for (int64_t i = 0; i < s->n; i += s->use->lanes) {
                images from = part(s, x, i, s->groups * s->in, g * s->in, s->in, s->in_h, s->in_w, from_row,
                                   to_row);
                images to = part(s, y, i, s->groups * s->out, g * s->out, s->out, s->out_h, s->out_w, r, end);
                s->use->pack(&from, s->map, s->x, s->plane);
                s->use->all_taps(&j);
                s->use->unpack(&to, s->y);
            }
        }
    }
}

static scene forward_scene(const gd_conv *c)
{
    return (scene){ .use = best_kernel(), .n = c->n, .groups = c->groups,
                    .in = c->c / c->groups, .in_h = c->h, .in_w = c->w, .out = c->o / c->groups, .out_h = c->oh,
                    .out_w = c->ow, .kh = c->kh, .kw = c->kw, .stride = { c->stride[0], c->stride[1] },
                    .dilation = { c->dilation[0], c->dilation[1] }, .spread = { 1, 1 },
                    .before = { c->padding[0], c->padding[1] } };
}

static scene turned_scene(const gd_conv *c)
{
    return (scene){ .use = best_kernel(), .n = c->n, .groups = c->groups,
                    .in = c->o / c->groups, .in_h = c->oh, .in_w = c->ow, .out = c->c / c->groups, .out_h = c->h,
                    .out_w = c->w, .kh = c->kh, .kw = c->kw, .stride = { 1, 1 },
                    .dilation = { c->dilation[0], c->dilation[1] }, .spread = { c->stride[0], c->stride[1] },
                    .before = { (c->kh - 1) * c->dilation[0] - c->padding[0],
                                (c->kw - 1) * c->dilation[1] - c->padding[1] } };
}

bool gd_conv_forward(const gd_conv *c, const gd_real *x, const gd_real *w, const gd_real *bias, gd_real *y)
{
    scene s = forward_scene(c);
    bool good = open_scene(&s);
    gd_real *tiles = good ? in_tiles(&s, w, s.out * s.taps, s.taps, s.kh * s.kw, false) : NULL;
    if (tiles)
        correlate(&s, x, tiles, bias, y);
    gd_arena_free(&s.arena);
    return tiles != NULL;
}

bool gd_conv_grad_input(const gd_conv *c, const gd_real *dy, const gd_real *w, gd_real *dx)
{
    scene s = turned_scene(c);
    const int64_t places = s.kh * s.kw;
    bool good = open_scene(&s);
    gd_real *tiles = good ? in_tiles(&s, w, s.in * s.out * places, places, s.out * places, true) : NULL;
    if (tiles)
        correlate(&s, dy, tiles, NULL, dx);
    gd_arena_free(&s.arena);
    return tiles != NULL;
}

/* ---- dw ----------------------------------------------------------------------------------------------------- */

/* sum[o, k, lane] += over all images and pixels, for channels [o, o + count) of group g. */
static void sum_strips(scene *s, const gd_real *dy, const gd_real *x, int64_t g, int64_t o, int64_t count,
                       gd_real *sum)
{
    for (int64_t r = 0, end; r < s->out_h; r = end) {
        int64_t from_row, to_row;
        end = r + s->rows < s->out_h ? r + s->rows : s->out_h;
        lay_out(s, r, &from_row, &to_row);
        products j = { .channels = count, .pixels = (end - r) * s->out_w, .taps = s->taps, .pixel = s->pixel,
                       .tap = s->tap, .x = s->x, .y = s->y, .sum = sum };
        for (int64_t i = 0; i < s->n; i += s->use->lanes) {
            images from = part(s, x, i, s->groups * s->in, g * s->in, s->in, s->in_h, s->in_w, from_row, to_row);
            images with = part(s, dy, i, s->groups * s->out, g * s->out + o, count, s->out_h, s->out_w, r, end);
            s->use->pack(&from, s->map, s->x, s->plane);
            s->use->pack(&with, s->straight, s->y, j.pixels * s->use->lanes);
            s->use->all_pixels(&j);
        }
    }
}

/* As many channels at a time as WORK has room for sums of all lanes. */
bool gd_conv_grad_weight(const gd_conv *c, const gd_real *dy, const gd_real *x, gd_real *dw)
{
    scene s = forward_scene(c);
    bool good = open_scene(&s);
    const int64_t lanes = s.use->lanes, room = WORK / (int64_t)sizeof(gd_real) / (lanes * (s.taps ? s.taps : 1));
    const int64_t most = room < 1 ? 1 : room < s.out ? room : s.out;
    gd_real *sum = good ? take(&s, most * s.taps * lanes, sizeof *sum) : NULL;
    for (int64_t g = 0; g < s.groups && sum; g++)
        for (int64_t o = 0; o < s.out; o += most) {
            int64_t count = s.out - o < most ? s.out - o : most;
            memset(sum, 0, (size_t)(count * s.taps * lanes) * sizeof *sum);
            sum_strips(&s, dy, x, g, o, count, sum);
            for (int64_t i = 0; i < count * s.taps; i++, dw++) {
                *dw = 0;
                for (int64_t l = 0; l < lanes; l++)
                    *dw += sum[i * lanes + l];
            }
        }
    gd_arena_free(&s.arena);
    return sum != NULL;
}
