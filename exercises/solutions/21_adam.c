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
    GD_NO_GRAD;
    gd_assign(v, gd_add(gd_scale(v, beta1), gd_scale(w->grad, 1 - beta1)));
    gd_assign(s, gd_add(gd_scale(s, beta2), gd_scale(gd_square(w->grad), 1 - beta2)));
    gd_tensor *v_hat = gd_scale(v, 1 / (1 - pow(beta1, t)));
    gd_tensor *s_hat = gd_scale(s, 1 / (1 - pow(beta2, t)));
    gd_add_to(w, gd_div(v_hat, gd_shift(gd_sqrt(s_hat), eps)), -lr);
    gd_zero_grad_of(w);
}
