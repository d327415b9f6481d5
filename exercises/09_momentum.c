/* 09_momentum - gradient descent with momentum (the book's 12.6).
 *
 *     v = beta v + g
 *     w = w - lr v
 *
 * v is a tensor like w that stays from step to step: change it in place (gd_assign, gd_add_to), as w, and leave w
 * without a gradient.
 *
 *     make grade-09                   docs/zh/exercises.md: the same in Chinese */
#include "exercises.h"

void momentum_step(gd_tensor *w, gd_tensor *v, double lr, double beta)
{
    not_yet();
}
