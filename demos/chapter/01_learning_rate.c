/* 01_learning_rate - gradient descent in one dimension, with three learning rates (d2l 12.3).
 *
 *     x = x - lr f'(x),      f(x) = x^2,      from x = 10
 *
 * Here each step multiplies x by 1 - 2 lr: the minimum is approached for 0 < lr < 1, fast near 1/2, and left behind
 * beyond 1.  The derivative is x->grad, which gd_backward computes; no formula for it is written down.
 *
 *     cc -O2 01_learning_rate.c $(pkg-config --cflags --libs gradus64) -o 01_learning_rate */
#include <gradus.h>
#include <stdlib.h>

static gd_tensor *f(gd_tensor *x)
{
    return gd_square(x);
}

static void descend(gd_plot *plot, double lr, int steps)
{
    gd_tensor *x = gd_requires_grad(gd_scalar(10));
    for (int step = 0; step <= steps; step++) {
        GD_SCOPE;
        gd_tensor *y = f(x);
        gd_plot_point(plot, "steps", (double)gd_item(x), (double)gd_item(y));
        if (step == steps)
            break;
        gd_backward(y);
        GD_NO_GRAD;
        gd_add_to(x, x->grad, -lr);
        gd_zero_grad_of(x);
    }
    printf("learning rate %-4g   after %d steps: x %f\n", lr, steps, (double)gd_item(x));
}

int main(int count, char **argument)
{
    int steps = count > 1 ? atoi(argument[1]) : 10;
    const char *titles[] = { "0.05: too small", "0.2: about right", "1.1: diverges" };
    const double rates[] = { 0.05, 0.2, 1.1 }, widths[] = { 11, 11, 66 };
    gd_plot *panels[3];

    gd_on_error(gd_abort);
    for (int i = 0; i < 3; i++) {
        panels[i] = gd_plot_new(titles[i], "x", i == 0 ? "x²" : "");
        gd_tensor *x = gd_linspace(-widths[i], widths[i], 200);
        gd_plot_style(panels[i], "f", (gd_plot_look){ .line = GD_SOLID, .colour = GD_GREY });
        gd_plot_style(panels[i], "steps", (gd_plot_look){ .line = GD_SOLID, .marker = GD_CIRCLE, .colour = GD_BLUE });
        gd_plot_tensor(panels[i], "f", x, f(x));
        gd_plot_legend(panels[i], GD_LEGEND_NONE);
        gd_plot_size(panels[i], 400, 330);
        descend(panels[i], rates[i], steps);
    }
    gd_plot_save_grid(panels, 1, 3, "Gradient descent with three learning rates", "out/01_learning_rate.png");
    for (int i = 0; i < 3; i++)
        gd_plot_free(panels[i]);
    printf("wrote out/01_learning_rate.png: it crawls, it arrives, or it jumps across the minimum ever farther\n");
    return 0;
}
