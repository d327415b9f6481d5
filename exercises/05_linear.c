/* 05_linear - a linear model.
 *
 *     y = x w + b       x [n, d], w [d, k], b [k]  ->  y [n, k]
 *
 * Return y, recorded, so that gd_backward finds the gradients of w and b.
 *
 *     make grade-05                   docs/zh/exercises.md: the same in Chinese */
#include "exercises.h"

gd_tensor *linear(gd_tensor *x, gd_tensor *w, gd_tensor *b)
{
    not_yet();
}
