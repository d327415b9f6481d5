/* 20_rmsprop - Adagrad that forgets (the book's 12.8).
 *
 *     s = gamma s + (1 - gamma) g^2
 *     w = w - lr g / sqrt(s + eps)
 *
 * All in place, as in 19; w is left without a gradient.
 *
 *     make grade-20                   docs/zh/exercises.md: the same in Chinese */
#include "exercises.h"

void rmsprop_step(gd_tensor *w, gd_tensor *s, double lr, double gamma, double eps)
{
    GD_NO_GRAD;
    gd_assign(s, gd_add(gd_scale(s, gamma), gd_scale(gd_square(w->grad), 1 - gamma)));
    gd_add_to(w, gd_div(w->grad, gd_sqrt(gd_shift(s, eps))), -lr);
    gd_zero_grad_of(w);
}
