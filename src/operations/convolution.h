/* convolution.h - what transposed convolution takes from convolution.c. */
#ifndef GRADUS_CONVOLUTION_H
#define GRADUS_CONVOLUTION_H

#include "gradus/tensor.h"
#include "kernels/conv.h"

/* gi_conv2d_grad_input - [n, c, h, w] from dy [n, o, oh, ow] and w, the adjoint of a convolution by its input;
 * differentiable.  NULL for NULL. */
gd_tensor *gi_conv2d_grad_input(gd_tensor *dy, gd_tensor *w, const gi_conv *s);

#endif
