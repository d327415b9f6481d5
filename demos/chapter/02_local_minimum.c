/* 02_local_minimum - a function with many minima: which one gradient descent finds depends on the learning rate
 * (d2l 12.3).
 *
 *     x = x - lr f'(x),      f(x) = x cos(0.15 pi x),      from x = 10
 *
 * With small steps the search goes down the slope on which it began.  With steps of a large learning rate it jumps out
 * of that valley and comes to rest in another one, which is less deep.
 *
 *     cc -O2 02_local_minimum.c $(pkg-config --cflags --libs gradus64) -o 02_local_minimum */
#include <gradus.h>
#include <stdlib.h>

static gd_tensor *f(gd_tensor *x)
{
    const double pi = 3.14159265358979323846;
    return gd_mul(x, gd_cos(gd_scale(x, 0.15 * pi)));
}

static void descend(gd_plot *plot, const char *name, double lr, int steps)
{
    gd_tensor *x = gd_requires_grad(gd_scalar(10));
    for (int step = 0; step <= steps; step++) {
        GD_SCOPE;
        gd_tensor *y = f(x);
        gd_plot_point(plot, name, (double)gd_item(x), (double)gd_item(y));
        if (step == steps) {
            printf("%-17s   after %d steps: x %f  f %f\n", name, steps, (double)gd_item(x), (double)gd_item(y));
            break;
        }
        gd_backward(y);
        GD_NO_GRAD;
        gd_add_to(x, x->grad, -lr);
        gd_zero_grad_of(x);
    }
}

int main(int count, char **argument)
{
    int steps = count > 1 ? atoi(argument[1]) : 10;
    gd_on_error(gd_abort);
    gd_plot *plot = gd_plot_new("Two learning rates, two minima", "x", "x cos(0.15 π x)");
    gd_tensor *x = gd_linspace(-10.5, 10.5, 400);
    gd_plot_style(plot, "f", (gd_plot_look){ .line = GD_SOLID, .colour = GD_GREY, .no_legend = true });
    gd_plot_style(plot, "learning rate 2",
                  (gd_plot_look){ .line = GD_SOLID, .marker = GD_SQUARE, .colour = GD_ORANGE });
    gd_plot_style(plot, "learning rate 0.2",
                  (gd_plot_look){ .line = GD_SOLID, .marker = GD_CIRCLE, .colour = GD_BLUE });
    gd_plot_tensor(plot, "f", x, f(x));
    descend(plot, "learning rate 2", 2, steps);
    descend(plot, "learning rate 0.2", 0.2, steps);
    gd_plot_save(plot, "out/02_local_minimum.png");
    gd_plot_free(plot);
    printf("wrote out/02_local_minimum.png: large steps leave the deep valley and end in a shallow one\n");
    return 0;
}
