/* 10_ill_conditioned - gradient descent in a long valley: no learning rate suits both directions (d2l 12.6).
 *
 *     f(x1, x2) = 0.1 x1^2 + 2 x2^2,      from (-5, -2)
 *
 * The curvature is 0.2 along x1 and 4 along x2, twenty times as much.  A step multiplies x1 by 1 - 0.2 lr and x2 by
 * 1 - 4 lr: along x2 descent diverges beyond lr = 1/2, where x1 still loses only a tenth of itself in a step.
 *
 *     cc -O2 10_ill_conditioned.c $(pkg-config --cflags --libs gradus64) -o 10_ill_conditioned */
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
    gd_plot *slow = plot_2d("Learning rate 0.4", f, -5.5, 1, -6, 6);
    gd_plot *wild = plot_2d("Learning rate 0.6", f, -5.5, 1, -6, 6);
    gd_sgd_options options = gd_sgd_defaults();
    options.lr = 0.4;
    train_2d(slow, "learning rate 0.4", f, gd_sgd(start_2d(), options), steps);
    options.lr = 0.6;
    train_2d(wild, "learning rate 0.6", f, gd_sgd(start_2d(), options), steps);

    gd_plot *panels[] = { slow, wild };
    for (int i = 0; i < 2; i++) {
        gd_plot_legend(panels[i], GD_LEGEND_NONE);
        gd_plot_ylim(panels[i], -6, 6);
    }
    gd_plot_save_grid(panels, 1, 2, "Gradient descent on 0.1 x₁² + 2 x₂²", "out/10_ill_conditioned.png");
    gd_plot_free(slow);
    gd_plot_free(wild);
    printf("wrote out/10_ill_conditioned.png: slow along the valley, or thrown out across it\n");
    return 0;
}
