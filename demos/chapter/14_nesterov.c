/* 14_nesterov - Nesterov's momentum takes the gradient where the momentum is about to carry it (d2l 12.6; I. Sutskever
 * et al., "On the importance of initialization and momentum in deep learning", 2013, eq. 3 and 4).
 *
 *     v = beta v - lr grad f(x + beta v),      x = x + v,      f(x1, x2) = 0.1 x1^2 + 2 x2^2
 *
 * Momentum alone takes grad f(x).  gd_sgd with nesterov = true keeps y = x + beta v, where it needs the gradient, as
 * its parameter: the two are compared.
 *
 *     cc -O2 14_nesterov.c $(pkg-config --cflags --libs gradus64) -o 14_nesterov */
#include <math.h>
#include <stdlib.h>

#include "descent.h"

static gd_tensor *f(gd_tensor *x1, gd_tensor *x2)
{
    return gd_add(gd_scale(gd_square(x1), 0.1), gd_scale(gd_square(x2), 2));
}

/* The formulas above as they stand, ahead = beta for Nesterov and 0 for momentum alone.  y receives where the
 * next gradient will be taken. */
static void descend(gd_plot *plot, gd_plot *heights, const char *name, double lr, double beta, double ahead, int steps,
                    double y[2])
{
    gd_tensor *x[2] = { gd_requires_grad(gd_scalar(-5)), gd_requires_grad(gd_scalar(-2)) };
    gd_tensor *v[2] = { gd_scalar(0), gd_scalar(0) };
    for (int step = 0; step <= steps; step++) {
        GD_SCOPE;
        gd_plot_point(plot, name, (double)gd_item(x[0]), (double)gd_item(x[1]));
        gd_plot_point(heights, name, step, (double)gd_item(f(x[0], x[1])));
        gd_tensor *at[2] = { gd_add(x[0], gd_scale(v[0], ahead)), gd_add(x[1], gd_scale(v[1], ahead)) };
        for (int i = 0; i < 2; i++)
            y[i] = (double)gd_item(at[i]);
        if (step == steps)
            break;
        gd_backward(f(at[0], at[1]));
        GD_NO_GRAD;
        for (int i = 0; i < 2; i++) {
            gd_assign(v[i], gd_sub(gd_scale(v[i], beta), gd_scale(x[i]->grad, lr)));
            gd_add_to(x[i], v[i], 1);
            gd_zero_grad_of(x[i]);
        }
    }
    printf("%-32s after %d steps: x1 %f  x2 %f\n", name, steps, (double)gd_item(x[0]), (double)gd_item(x[1]));
}

int main(int count, char **argument)
{
    int steps = count > 1 ? atoi(argument[1]) : 20;
    double lr = 0.3, beta = 0.8, y[2];
    gd_on_error(gd_abort);
    gd_plot *plane = plot_2d("Traces", f, -5.5, 3.5, -3, 3);
    gd_plot *heights = gd_plot_new("Height", "step", "f(x)");
    gd_plot_log_y(heights, true);
    gd_plot_style(plane, "momentum", (gd_plot_look){ .colour = GD_BLUE });
    gd_plot_style(plane, "Nesterov", (gd_plot_look){ .colour = GD_ORANGE });
    gd_plot_style(plane, "gd_sgd", (gd_plot_look){ .line = GD_NO_LINE, .marker = GD_NO_MARKER, .no_legend = true });
    descend(plane, heights, "momentum", lr, beta, 0, steps, y);
    descend(plane, heights, "Nesterov", lr, beta, beta, steps, y);
    printf("its next gradient is taken at    y1 %f  y2 %f\n", y[0], y[1]);
    gd_sgd_options options = gd_sgd_defaults();
    options.lr = lr;
    options.momentum = beta;
    options.nesterov = true;
    train_2d(plane, "gd_sgd", f, gd_sgd(start_2d(), options), steps);

    gd_plot_save_grid((gd_plot *[]){ plane, heights }, 1, 2, "Momentum 0.8, learning rate 0.3", "out/14_nesterov.png");
    gd_plot_free(plane);
    gd_plot_free(heights);
    printf("wrote out/14_nesterov.png: looking ahead damps the swings across the valley\n");
    return 0;
}
