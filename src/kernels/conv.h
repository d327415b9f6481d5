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

#endif
