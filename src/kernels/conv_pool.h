/* conv_pool.h - what conv.c calls where relu and pooling follow the convolution: in place of y, or of dy, there are the
 * pooled images and the bits that say where its gradient goes to.  as_written/conv_pool.c. */
#ifndef GRADUS_CONV_POOL_H
#define GRADUS_CONV_POOL_H

#include "conv.h"
#include "conv_layout.h"

typedef struct conv_pool {
    const gi_conv_pool *of;
    gd_real      *lanes;                    /* of each thread's part: pooled pixels of a strip */
    int64_t       lanes_of_part;
    int64_t      *at;                       /* where these stand: one after the other */
    bool         *finite;                   /* of each part */
} conv_pool;

/* gi_pool_open - work space for strips of so many channels and rows, w wide; false, and a message, when out of memory.
 * gi_pool_store - z, which is y->data, from a strip of y in lanes.  gi_pool_load - a strip of dy in lanes from dz.
 * gi_pool_finite - were all means finite? */
bool gi_pool_open(conv_pool *p, conv_layout *s, int64_t channels, int64_t rows, int64_t w);
void gi_pool_store(const conv_layout *s, const image_batch *y, const image_strip *strip, const gd_real *lanes);
void gi_pool_load(const conv_layout *s, const image_batch *dy, const image_strip *strip, gd_real *lanes);
bool gi_pool_finite(const conv_pool *p, const conv_layout *s);

#endif
