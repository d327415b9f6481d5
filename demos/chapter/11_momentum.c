/* 11_momentum - momentum in a long valley (d2l 12.6).
 *
 *     v = beta v + grad f(x),      x = x - lr v,      f(x1, x2) = 0.1 x1^2 + 2 x2^2
 *
 * Across the valley successive gradients have opposite signs and cancel in v; along it they add up.  With lr = 0.6, at
 * which plain descent diverges (10_ill_conditioned), both beta = 0.5 and beta = 0.25 converge.
 *
 *     cc -O2 11_momentum.c $(pkg-config --cflags --libs gradus64) -o 11_momentum */
#include <stdlib.h>

#include "descent.h"

static gd_tensor *f(gd_tensor *x1, gd_tensor *x2)
{
    return gd_add(gd_scale(gd_square(x1), 0.1), gd_scale(gd_square(x2), 2));
}

int main(int count, char **argument)
{
    int steps = count > 1 ? atoi(argument[1]) : 20;
    gd_on_error(gd_abort);
    gd_plot *half = plot_2d("Momentum 0.5", f, -5.5, 1.5, -3, 3);
    gd_plot *quarter = plot_2d("Momentum 0.25", f, -5.5, 1.5, -3, 3);
    gd_sgd_options options = gd_sgd_defaults();
    options.lr = 0.6;
    options.momentum = 0.5;
    train_2d(half, "momentum 0.5", f, gd_sgd(start_2d(), options), steps);
    options.momentum = 0.25;
    train_2d(quarter, "momentum 0.25", f, gd_sgd(start_2d(), options), steps);

    gd_plot_legend(half, GD_LEGEND_NONE);
    gd_plot_legend(quarter, GD_LEGEND_NONE);
    gd_plot_save_grid((gd_plot *[]){ half, quarter }, 1, 2, "Momentum on 0.1 x₁² + 2 x₂², learning rate 0.6",
                      "out/11_momentum.png");
    gd_plot_free(half);
    gd_plot_free(quarter);
    printf("wrote out/11_momentum.png: swings across the valley die out while speed along it builds up\n");
    return 0;
}
