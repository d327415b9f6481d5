/* conv_layout.h - the memory layout of a convolution: the padded plane into which images are packed, strip by strip,
 * and the tables of offsets.  as_written/conv.c explains how the parts fit together. */
#ifndef GRADUS_CONV_LAYOUT_H
#define GRADUS_CONV_LAYOUT_H

#include <stdbool.h>

#include "base/memory.h"
#include "conv_loops.h"
#include "gradus/tensor.h"

enum { GI_CONV_WORK = 512 * 1024 };         /* bytes of work space: fits into the second-level cache */

/* A tensor [n, channels, h, w]; with pool, it is not stored, but what relu and pooling make of it: conv_pool.h. */
typedef struct image_batch {
    gd_real *data;
    int64_t  channels, h, w;
    const struct conv_pool *pool;
} image_batch;

/* A strip of it in lanes: rows [row, end) of some channels of a lane group, for the thread that has this part. */
typedef struct image_strip {
    int64_t part, lane_group, channel, channels, row, end;
    const int64_t *at;                      /* where its pixels stand */
    int64_t plane;                          /* from channel to channel */
} image_strip;

/* Rows, or columns, of the kernel: first, first + step, .. below end. */
typedef struct kernel_range {
    int64_t first, end, step;
} kernel_range;

/* A convolution from an input to an output, for one group of channels after the other.  In the padded plane, input
 * pixel (i, j) stands at i input_dilation + pad in each direction, with zeros elsewhere; output row r meets the plane's
 * rows r stride + u dilation.  Only the part of the plane under one strip of the output is stored. */
typedef struct conv_layout {
    const conv_loops *loops;
    int64_t  n, groups;
    int64_t  in, in_h, in_w;                /* channels of a group and size of the input, */
    int64_t  out, out_h, out_w;             /* and of the output */
    int64_t  kh, kw, positions;             /* of the kernel; in x kh x kw */
    int64_t  stride[2], dilation[2], input_dilation[2], pad[2];
    bool     in_order;                      /* pixels of y are summed up, in their order, without lists of positions */
    int64_t  rows;                          /* of a strip of the output */
    int64_t  plane_h, plane_w, plane;       /* of the plane under it, and its elements */
    int64_t  lane_groups, part, parts;      /* groups of as many images as lanes; how many a thread takes at a time */
    gd_arena arena;
    int64_t *packed_at, *result_at;         /* offsets at which input pixels are packed, and of the output pixels */
    int64_t *pixel, *offset;                /* see products in conv_loops.h */
    kernel_range *row_range, *column_range; /* for each output row or column: the kernel's that meet the image, */
    kernel_range (*pair_range)[2];          /* for each pair of pixels of y: its rows and columns that do, */
    position_list *pair_positions;          /* and the same as a list of positions, */
    int64_t *position_storage;              /* which are stored here */
    gd_real *x, *y;                         /* for each thread's part, the plane and the strip */

    int64_t  row, end;                      /* the strip's rows, */
    int64_t  in_row, in_end;                /* and those of the input that fall into its plane */
} conv_layout;

/* gi_conv_layout_open - allocates work space for `count` pieces of so many lane groups, of which s->part are one
 * thread's.  The caller has set the fields above rows, and lane_groups.  False, and a message, when out of memory.  The
 * caller calls gi_arena_free(&s->arena) in any case. */
bool gi_conv_layout_open(conv_layout *s, int64_t count, int64_t lane_groups);

/* gi_conv_layout_take - more of that space for some elements, aligned to the longest vector. */
void *gi_conv_layout_take(conv_layout *s, int64_t count, size_t size);

/* gi_conv_layout_strip - fills the tables for the strip that begins with this row. */
void gi_conv_layout_strip(conv_layout *s, int64_t row);

/* gi_conv_layout_products - the sums of that strip; x and what goes with it are still to be set. */
products gi_conv_layout_products(const conv_layout *s);

/* gi_conv_layout_images - a strip of t in memory. */
images gi_conv_layout_images(const conv_layout *s, const image_batch *t, const image_strip *strip);

#endif
