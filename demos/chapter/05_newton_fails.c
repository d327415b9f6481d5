/* 05_newton_fails - where the second derivative is negative, Newton's method goes uphill (d2l 12.3).
 *
 *     x = x - f'(x) / f''(x),      f(x) = x cos(0.15 pi x)
 *
 * It looks for a point where f' is 0.  On a concave stretch such a point is a maximum; f'' < 0 turns the step around,
 * and the method climbs.  From 3 it does so at once; from 10 its first step leads from a valley onto a concave stretch.
 *
 *     cc -O2 05_newton_fails.c $(pkg-config --cflags --libs gradus64) -o 05_newton_fails */
#include <gradus.h>
#include <stdlib.h>

static gd_tensor *f(gd_tensor *x)
{
    const double pi = 3.14159265358979323846;
    return gd_mul(x, gd_cos(gd_scale(x, 0.15 * pi)));
}

static void newton(double start, int steps, gd_plot *plot, const char *name)
{
    gd_tensor *x = gd_requires_grad(gd_scalar(start));
    printf("%s\n", name);
    for (int step = 0; step <= steps; step++) {
        GD_SCOPE;
        gd_tensor *y = f(x), *slope, *curvature;
        gd_grad(y, NULL, &x, 1, &slope, true);              /* recorded: the slope is again a function of x */
        gd_grad(slope, NULL, &x, 1, &curvature, false);
        printf("  step %2d   x %.6f   f %.6f   f'' %.6f\n", step, (double)gd_item(x), (double)gd_item(y),
               (double)gd_item(curvature));
        gd_plot_point(plot, name, (double)gd_item(x), (double)gd_item(y));
        GD_NO_GRAD;
        gd_add_to(x, gd_div(slope, curvature), -1);
    }
}

int main(int count, char **argument)
{
    int steps = count > 1 ? atoi(argument[1]) : 10;
    gd_on_error(gd_abort);
    gd_plot *plot = gd_plot_new("Newton's method climbs where f is concave", "x", "x cos(0.15 π x)");
    gd_tensor *x = gd_linspace(0, 30, 600);
    gd_plot_style(plot, "f", (gd_plot_look){ .line = GD_SOLID, .colour = GD_GREY, .no_legend = true });
    gd_plot_style(plot, "from 10", (gd_plot_look){ .line = GD_SOLID, .marker = GD_CIRCLE, .colour = GD_BLUE });
    gd_plot_style(plot, "from 3", (gd_plot_look){ .line = GD_SOLID, .marker = GD_SQUARE, .colour = GD_ORANGE });
    gd_plot_tensor(plot, "f", x, f(x));
    newton(10, steps, plot, "from 10");
    newton(3, steps, plot, "from 3");
    gd_plot_save(plot, "out/05_newton_fails.png");
    gd_plot_free(plot);
    printf("wrote out/05_newton_fails.png: both runs end on top of a hill, where f' = 0 and f'' < 0\n");
    return 0;
}
