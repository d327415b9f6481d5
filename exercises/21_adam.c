/* 21_adam - Adam with bias correction (D. Kingma and J. Ba, 2015; the book's 12.10).
 *
 *     v = beta1 v + (1 - beta1) g            v^ = v / (1 - beta1^t)
 *     s = beta2 s + (1 - beta2) g^2          s^ = s / (1 - beta2^t)
 *     w = w - lr v^ / (sqrt(s^) + eps)
 *
 * t = 1, 2, .. counts the steps.  v and s are kept as they are; v^ and s^ are for this step alone.  w is
 * left without a gradient.
 *
 *     make grade-21                   docs/zh/exercises.md: the same in Chinese */
#include "exercises.h"

void adam_step(gd_tensor *w, gd_tensor *v, gd_tensor *s, int t, double lr, double beta1, double beta2, double eps)
{
    not_yet();
}
