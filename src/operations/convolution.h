/* convolution.h - what transposed convolution, and captured steps, take from convolution.c. */
#ifndef GRADUS_CONVOLUTION_H
#define GRADUS_CONVOLUTION_H

#include "gradus/autograd.h"
#include "gradus/tensor.h"
#include "kernels/conv.h"

/* gi_conv2d_grad_input - [n, c, h, w] from dy [n, o, oh, ow] and w, the adjoint of a convolution by its input;
 * differentiable.  NULL for NULL. */
gd_tensor *gi_conv2d_grad_input(gd_tensor *dy, gd_tensor *w, const gi_conv *s);

/* gi_conv2d_compute - the computation of gd_conv2d: x[] = x, weight and bias or NULL, contiguous; attributes, as those
 * of the operation, a gi_conv. */
bool gi_conv2d_compute(gd_tensor *y, gd_tensor *const x[], const void *attributes);
extern const gd_op gi_conv2d_op;

#endif
