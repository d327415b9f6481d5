/* conv_scene.h - a convolution laid out for the kernels: the plane that images are put in, strip by strip, and the
 * tables that tell where which pixel stands and which taps meet it. */
#ifndef GRADUS_CONV_SCENE_H
#define GRADUS_CONV_SCENE_H

#include <stdbool.h>

#include "conv_kernels.h"
#include "gradus/tensor.h"

enum { GI_CONV_WORK = 512 * 1024 };         /* bytes of work space: within the second cache */

/* A tensor [n, channels, h, w]. */
typedef struct volume {
    gd_real *data;
    int64_t  channels, h, w;
} volume;

/* Places first, first + step, .. below end of the kernel, along one axis. */
typedef struct reach {
    int64_t first, end, step;
} reach;

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
    int64_t  rows;                          /* of a strip of the result */
    int64_t  plane_h, plane_w, plane;       /* of the plane under it, and its elements */
    int64_t  bundles, part;                 /* lanes full of images; how many are one thread's part */
    gd_arena arena;
    int64_t *map, *at, *pixel, *tap;        /* where pixels of source and result are put, see products */
    reach   *column;                        /* columns of the kernel that meet a column of the result, */
    reach  (*within)[2];                    /* rows and columns that meet a tile of pixels, */
    tap_list *list;                         /* the same as taps, and */
    int64_t *listed;                        /* where these stand */
    gd_real *x, *y;                         /* for each part the plane and the strip */

    int64_t  row, end;                      /* the strip's rows, */
    int64_t  from_row, from_end;            /* and those of the source that fall into its plane */
} scene;

/* gi_scene_open - takes work space for `count` pieces of so many bundles of images, of which s->part are one
 * thread's; everything before rows, and bundles, is set.  False, and a message, when memory is out.  In any case
 * gi_arena_free(&s->arena) afterwards. */
bool gi_scene_open(scene *s, int64_t count, int64_t bundles);

/* gi_scene_take - more of that space for some elements, aligned to the longest vector. */
void *gi_scene_take(scene *s, int64_t count, size_t size);

/* gi_scene_strip - fills the tables for the strip that begins with this row. */
void gi_scene_strip(scene *s, int64_t row);

/* gi_scene_products - the sums of that strip, x and what goes with it still to be set. */
products gi_scene_products(const scene *s);

/* gi_scene_images - rows [row, end) of some channels of a bundle of images of t. */
images gi_scene_images(const scene *s, const volume *t, int64_t bundle, int64_t channel, int64_t channels,
                       int64_t row, int64_t end);

#endif
