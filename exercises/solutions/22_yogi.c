/* 22_yogi - your own Yogi, as an algorithm of the library (M. Zaheer et al., 2018; the book's 12.10).
 *
 *     v = beta1 v + (1 - beta1) g                        v^ = v / (1 - beta1^t)
 *     s = s + (1 - beta2) sign(g^2 - s) g^2              s^ = s / (1 - beta2^t)
 *     w = w - lr v^ / (sqrt(s^) + eps)
 *
 * The library calls yogi_update for each parameter in each step: u->n elements, u->w[i] the weights, u->g[i] the
 * gradients, u->state[0][i] is v and u->state[1][i] is s, both 0 at first, u->t the step from 1, u->lr the learning
 * rate, u->options the rest.  With the algorithm at the end of this file an optimizer is made by
 * gd_optimizer_new(net, &my_yogi, &options); schedules, groups and checkpoints come with it.
 * demos/06_own_optimizer.c has another.
 *
 *     make grade-22                   docs/zh/exercises.md: the same in Chinese */
#include "exercises.h"

void yogi_update(const gd_update *u)
{
    const yogi_options *o = u->options;
    double v_correction = 1 - pow(o->beta1, (double)u->t), s_correction = 1 - pow(o->beta2, (double)u->t);
    gd_real *v = u->state[0], *s = u->state[1];
    for (int64_t i = 0; i < u->n; i++) {
        double g2 = u->g[i] * u->g[i], sign = (g2 > s[i]) - (g2 < s[i]);
        v[i] = o->beta1 * v[i] + (1 - o->beta1) * u->g[i];
        s[i] += (1 - o->beta2) * sign * g2;
        u->w[i] -= u->lr * (v[i] / v_correction) / (sqrt(s[i] / s_correction) + o->eps);
    }
}

static const gd_option fields[] = { GD_OPTION(yogi_options, beta1, "[)", 0, 1),
                                    GD_OPTION(yogi_options, beta2, "[)", 0, 1),
                                    GD_OPTION(yogi_options, eps, "(]", 0, 1),
                                    { NULL, 0, GD_OPTION_REAL, NULL, 0, 0 } };

const gd_algorithm my_yogi = { .name = "my_yogi", .options_size = sizeof(yogi_options), .options = fields,
                               .states = { "v", "s" }, .update = yogi_update };
