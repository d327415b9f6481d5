/* 03_two_dimensions - gradient descent over two variables, drawn as a trace (d2l 12.3).
 *
 *     x = x - lr grad f(x),      f(x1, x2) = x1^2 + 2 x2^2,      from (-5, -2), lr = 0.1
 *
 * The gradient is perpendicular to the contour through the point: it leads straight downhill, which is not straight to
 * the minimum.  f is steeper along x2, so x2 arrives first, by a factor of 1 - 4 lr = 0.6 in each step; x1 follows
 * with 1 - 2 lr = 0.8.
 *
 *     cc -O2 03_two_dimensions.c $(pkg-config --cflags --libs gradus64) -o 03_two_dimensions */
#include <stdlib.h>

#include "descent.h"

static gd_tensor *f(gd_tensor *x1, gd_tensor *x2)
{
    return gd_add(gd_square(x1), gd_scale(gd_square(x2), 2));
}

int main(int count, char **argument)
{
    int steps = count > 1 ? atoi(argument[1]) : 20;
    gd_on_error(gd_abort);
    gd_plot *plot = plot_2d("Gradient descent on x₁² + 2 x₂²", f, -5.5, 1, -2.6, 1.15);

    gd_sgd_options options = gd_sgd_defaults();
    options.lr = 0.1;
    train_2d(plot, "learning rate 0.1", f, gd_sgd(start_2d(), options), steps);

    gd_plot_save(plot, "out/03_two_dimensions.png");
    gd_plot_free(plot);
    printf("wrote out/03_two_dimensions.png: steps at right angles to the contours, shorter where f is flatter\n");
    return 0;
}
