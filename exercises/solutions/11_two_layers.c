/* 11_two_layers - the backward pass of a network with one hidden layer, by hand (the book's 5.3).
 *
 *     a = x w1 + b1        x [n, inputs]
 *     h = relu(a)
 *     o = h w2 + b2        o, y [n, outputs]
 *     loss = sum of (o - y)^2 / (2 n)
 *
 * Write the gradients of the four parameters to *gradient: from the loss back, do = (o - y)/n, then that of w2, b2, h,
 * a, w1, b1.  The gradient of a product x w is x' dy for w and dy w' for x (gd_transpose(x, 0, 1) is x'); relu lets the
 * gradient pass where a > 0 (gd_gt).  Nothing here requires a gradient: gd_backward does not help.
 *
 *     make grade-11                   docs/zh/exercises.md: the same in Chinese */
#include "exercises.h"

void two_layers_backward(const two_layers *net, gd_tensor *x, gd_tensor *y, two_layers *gradient)
{
    gd_tensor *a = gd_add(gd_matmul(x, net->w1), net->b1);
    gd_tensor *h = gd_relu(a);
    gd_tensor *o = gd_add(gd_matmul(h, net->w2), net->b2);

    gd_tensor *d_o = gd_scale(gd_sub(o, y), 1.0 / (double)x->shape[0]);
    gradient->w2 = gd_matmul(gd_transpose(h, 0, 1), d_o);
    gradient->b2 = gd_sum_axis(d_o, 0, false);
    gd_tensor *d_h = gd_matmul(d_o, gd_transpose(net->w2, 0, 1));
    gd_tensor *d_a = gd_mul(d_h, gd_gt(a, gd_scalar(0)));
    gradient->w1 = gd_matmul(gd_transpose(x, 0, 1), d_a);
    gradient->b1 = gd_sum_axis(d_a, 0, false);
}
