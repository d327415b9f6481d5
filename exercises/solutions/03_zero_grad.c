/* 03_zero_grad - gradients add up until they are zeroed.
 *
 * w is one number that requires a gradient.  Write to slopes[0] the derivative of first at w, and to slopes[1] that of
 * second.  A backward pass adds to w->grad what it finds: see that the second derivative is not the sum of both, and
 * leave w without a gradient.
 *
 *     make grade-03                   docs/zh/exercises.md: the same in Chinese */
#include "exercises.h"

void two_slopes(gd_tensor *w, function_of_one *first, function_of_one *second, double slopes[2])
{
    gd_backward(first(w));
    slopes[0] = gd_item(w->grad);
    gd_zero_grad_of(w);
    gd_backward(second(w));
    slopes[1] = gd_item(w->grad);
    gd_zero_grad_of(w);
}
