/* 19_adagrad - a learning rate for each weight (the book's 12.7).
 *
 *     s = s + g^2
 *     w = w - lr g / sqrt(s + eps)
 *
 * All element by element, in place; w is left without a gradient.  Weights with large gradients make small steps, and
 * all steps get smaller.
 *
 *     make grade-19                   docs/zh/exercises.md: the same in Chinese */
#include "exercises.h"

void adagrad_step(gd_tensor *w, gd_tensor *s, double lr, double eps)
{
    GD_NO_GRAD;
    gd_add_to(s, gd_square(w->grad), 1);
    gd_add_to(w, gd_div(w->grad, gd_sqrt(gd_shift(s, eps))), -lr);
    gd_zero_grad_of(w);
}
