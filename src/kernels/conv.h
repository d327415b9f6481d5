/* conv.h - the arithmetic of convolution and of its two gradients, on raw contiguous numbers.
 *
 * Not here: shapes and errors (operations/convolution.c checks them).  reference/convolution.c has the definition as
 * code, as_written/conv.c explains how it is computed fast. */
#ifndef GRADUS_CONV_H
#define GRADUS_CONV_H

#include <stdbool.h>
#include <stdint.h>

#include "gradus/tensor.h"

typedef struct gi_conv {
    int64_t n, c, h, w;                     /* x [n, c, h, w] */
    int64_t o, kh, kw;                      /* weight [o, c / groups, kh, kw] */
    int64_t oh, ow;                         /* y [n, o, oh, ow] */
    int64_t stride[2], padding[2], dilation[2], groups;
} gi_conv;

/* With j running over the channels of o's group, and x zero outside the image:
 *
 *   y[n, o, r, q] = bias[o] + sum_j sum_u sum_v w[o, j, u, v] x[n, j, r stride + u dilation - padding, q .. v ..]
 *
 * gi_conv_forward gives y (bias may be NULL); gi_conv_grad_input the gradient dx for a given dy, and
 * gi_conv_grad_weight dw and, where db is not NULL, db[o] = sum of dy[n, o, r, q] over all but o.
 * False, and a message, when out of memory. */
bool gi_conv_forward(const gi_conv *s, const gd_real *x, const gd_real *w, const gd_real *bias, gd_real *y);
bool gi_conv_grad_input(const gi_conv *s, const gd_real *dy, const gd_real *w, gd_real *dx);
bool gi_conv_grad_weight(const gi_conv *s, const gd_real *dy, const gd_real *x, gd_real *dw, gd_real *db);

/* relu of a convolution's result, and the pooling of that: z = pool(relu(y)), computed while y is in the cache.  y is
 * not stored: where the gradient of z goes to is all that its own gradient needs.  Windows kh x kw stand side by side;
 * those of 1 x 1 are no pooling. */
typedef struct gi_conv_pool {
    bool      largest;                      /* of a window, else the mean */
    int64_t   kh, kw;
    uint16_t *passes;                       /* gi_conv_pool_passes elements: a bit for each lane of a pixel of y */
    bool      kept;                         /* z and passes hold the results */
} gi_conv_pool;

/* gi_conv_pool_fits - can this be computed for such windows?  gi_conv_pool_passes - how many elements passes has.
 * gi_conv_pool_forward - z; the same bits as one after the other.  kept is false, and z is not, where some element is
 *   not finite, or where this processor or the size of an image do not allow it.
 * gi_conv_pool_back - where kept is true: dx, dw and db, of which the first and the last, or the last two, may be NULL,
 *   from dz.  Both false, and a message, when out of memory. */
bool gi_conv_pool_fits(const gi_conv *s, const gi_conv_pool *p);
int64_t gi_conv_pool_passes(const gi_conv *s);
bool gi_conv_pool_forward(const gi_conv *s, gi_conv_pool *p, const gd_real *x, const gd_real *w, const gd_real *bias,
                          gd_real *z);
bool gi_conv_pool_back(const gi_conv *s, const gi_conv_pool *p, const gd_real *dz, const gd_real *x, const gd_real *w,
                       gd_real *dx, gd_real *dw, gd_real *db);

#endif
