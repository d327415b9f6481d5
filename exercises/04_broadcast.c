/* 04_broadcast - what was stretched forwards is summed backwards.
 *
 *     y = x s + b       x [n, d], s and b [d]: each row of x is multiplied by s, and b is added to it
 *
 * s and b are broadcast: each of their elements is used in n rows, and its gradient is the sum over these.  dy [n, d]
 * is the gradient of a loss with respect to y.  Return the gradients with respect to b and to s, [d] both, in
 * operations of the library (gd_sum_axis), without gd_backward.
 *
 *     make grade-04                   docs/zh/exercises.md: the same in Chinese */
#include "exercises.h"

gd_tensor *bias_gradient(gd_tensor *dy)
{
    not_yet();
}

gd_tensor *scale_gradient(gd_tensor *dy, gd_tensor *x)
{
    not_yet();
}
