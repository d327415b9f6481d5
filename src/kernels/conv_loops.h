/* conv_loops.h - the inner loops of convolution and their arguments.  as_written/conv.c explains how they fit together.
 *
 * Images are interleaved: pixel p of as many images as a vector has lanes is one vector.  A position k of the kernel is
 * a channel and a row and column of the kernel; offsets count elements of these vectors. */
#ifndef GRADUS_CONV_LOOPS_H
#define GRADUS_CONV_LOOPS_H

#include <stdbool.h>
#include <stdint.h>

#include "gradus/tensor.h"

/* A run of pixels of some channels of up to LANES images of a tensor. */
typedef struct images {
    gd_real *data;                          /* of the first image and channel */
    int64_t  image, plane;                  /* from image to image, from channel to channel */
    int64_t  channels, run;
    int      count;                         /* of images */
} images;

enum { FEW_POSITIONS = 1024 };              /* products that are added without compensation */

/* Some of the positions: those at which the input is not only padding. */
typedef struct position_list {
    int64_t        n;
    const int64_t *k;
} position_list;

typedef struct products {
    int64_t         channels, pixels, positions;
    int64_t         first, end;             /* pixels that all_pixels is to add up */
    const int64_t  *pixel, *offset;         /* position k meets output pixel p at x[pixel[p] + offset[k]] */
    const position_list *pair_positions;    /* for each pair of pixels: 2 p and 2 p + 1 */
    position_list   some;                   /* instead of these, where n is not 0 */
    const gd_real  *x, *w, *bias;           /* w: tile by tile [positions, rows] */
    gd_real        *y;                      /* [channels, pixels, lanes] */
    gd_real        *sum, *sum_y;            /* [channels, positions, lanes] and, or NULL, [channels, lanes] */
} products;

/* Windows side by side, kh x kw, over rows of a strip: channels that lie `plane` elements apart, pixel p = r w + q of
 * which stands at at[p].  passes: see gi_conv_pool, from the strip's first pixel. */
typedef struct windows_in_lanes {
    bool           largest;                 /* of a window, else the mean, */
    gd_real        share;                   /* in which this is the share of an element */
    int64_t        channels, rows, w, kh, kw, plane, passes_plane;
    int64_t        skipped, pooled_plane;   /* of spread: rows of the first window above the strip; of dy, as plane */
    const int64_t *at;
    uint16_t      *passes;
} windows_in_lanes;

/* pack - pixel p of the images' channel c goes to at[p] in to + c to_plane; unpack - and comes from at[p].
 * all_positions - y[o, p] = bias[o] + sum over the listed k of w[o, k] x[pixel[p] + offset[k]].
 * all_pixels - sum[o, k] += sum over p of y[o, p] x[pixel[p] + offset[k]], sum_y[o] += sum over p of y[o, p].
 * sum_lanes - sum[i] + rest[i] += the sum of vector i of from, for i < n: see terms.h.
 * pool, spread - see conv_pool_simd.h. */
typedef struct conv_loops {
    int lanes, rows;                        /* of a tile: channels */
    void (*pack)(const images *from, const int64_t *at, gd_real *to, int64_t to_plane);
    void (*unpack)(const images *to, const int64_t *at, const gd_real *from);
    void (*all_positions)(const products *j);
    void (*all_pixels)(const products *j);
    void (*sum_lanes)(int64_t n, const gd_real *from, gd_real *sum, gd_real *rest);
    bool (*pool)(const windows_in_lanes *s, const gd_real *x, gd_real *y);
    void (*spread)(const windows_in_lanes *s, const gd_real *dy, gd_real *x);
} conv_loops;

/* The loops for the instruction set in use; NULL at GI_SIMD_PLAIN, where the references are called instead. */
const conv_loops *gi_conv_loops(void);

/* The height of the next tile when `left` rows are split into tiles of at most `most` rows, as equal as possible. */
static inline int64_t gi_conv_rows(int64_t left, int64_t most)
{
    int64_t tiles = (left + most - 1) / most;
    return (left + tiles - 1) / tiles;
}

#endif
