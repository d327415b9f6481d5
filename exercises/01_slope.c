/* 01_slope - the derivative of a function at one number.
 *
 * f is a function of a tensor, made of the library's operations.  Return f'(x).  A tensor that requires a gradient is
 * made by gd_requires_grad; y = f(p) is recorded; gd_backward(y) writes dy/dp to p->grad, a tensor like p; gd_item
 * reads its only element.  demos/01_derivative.c does this for one f.
 *
 *     make grade-01                   docs/zh/exercises.md: the same in Chinese */
#include "exercises.h"

double slope(function_of_one *f, double x)
{
    not_yet();
}
