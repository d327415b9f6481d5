/* 07_descent - one step of gradient descent, by hand.
 *
 *     w = w - lr g      g is w->grad
 *
 * w is a parameter: change it in place (gd_add_to(x, value, alpha) is x = x + alpha value), while nothing is recorded
 * (GD_NO_GRAD;), and leave it without a gradient, so that the next pass begins anew.
 *
 *     make grade-07                   docs/zh/exercises.md: the same in Chinese */
#include "exercises.h"

void descent_step(gd_tensor *w, double lr)
{
    not_yet();
}
