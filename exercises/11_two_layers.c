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
    not_yet();
}
