/* conv_kernels.h - what the inner loops of convolution work on; conv.c prepares it.
 *
 * Images are interleaved: pixel p of as many images as a vector has lanes is one vector.  Offsets are in elements
 * of these vectors. */
#ifndef GRADUS_CONV_KERNELS_H
#define GRADUS_CONV_KERNELS_H

#include <stdint.h>

#include "gradus/tensor.h"

/* A run of pixels of some channels of up to LANES images of a tensor. */
typedef struct images {
    gd_real *data;                          /* of the first image and channel */
    int64_t  image, plane;                  /* from image to image, from channel to channel */
    int64_t  channels, run;
    int      count;                         /* of images */
} images;

enum { FEW_TAPS = 1024 };                   /* products that are added one after the other */

/* Some of the taps: those that meet more than zeros. */
typedef struct tap_list {
    int64_t        n;
    const int64_t *k;
} tap_list;

typedef struct products {
    int64_t         channels, pixels, taps;
    int64_t         first, end;             /* pixels that all_pixels is to add up */
    const int64_t  *pixel, *tap;            /* tap k meets pixel p at x[pixel[p] + tap[k]] */
    const tap_list *list;                   /* for each tile of pixels */
    tap_list        few;                    /* instead of these, where n is not 0 */
    const gd_real  *x, *w, *bias;           /* w: tile by tile [taps, rows] */
    gd_real        *y;                      /* [channels, pixels, lanes] */
    gd_real        *sum, *sum_y;            /* [channels, taps, lanes] and, or NULL, [channels, lanes] */
} products;

/* pack - pixel p of the images' channel c goes to map[p] in to + c to_plane; unpack - and comes from map[p].
 * all_taps - y[o, p] = bias[o] + sum over the listed k of w[o, k] x[pixel[p] + tap[k]].
 * all_pixels - sum[o, k] += sum over p of y[o, p] x[pixel[p] + tap[k]], sum_y[o] += sum over p of y[o, p].
 * sum_lanes - sum[i] + rest[i] += the sum of vector i of from, for i < n: see terms.h. */
typedef struct kernel {
    int lanes, rows, columns;               /* of a tile: channels, and pixels or taps */
    void (*pack)(const images *from, const int64_t *map, gd_real *to, int64_t to_plane);
    void (*unpack)(const images *to, const int64_t *map, const gd_real *from);
    void (*all_taps)(const products *j);
    void (*all_pixels)(const products *j);
    void (*sum_lanes)(int64_t n, const gd_real *from, gd_real *sum, gd_real *rest);
} kernel;

/* The best one for this machine; NULL at GI_SIMD_PLAIN, which has the references. */
const kernel *gi_conv_kernel(void);

/* The rows of the next of the tiles that `left` rows are cut into, as equal as possible. */
static inline int64_t gi_conv_rows(int64_t left, int64_t most)
{
    int64_t tiles = (left + most - 1) / most;
    return (left + tiles - 1) / tiles;
}

#endif
