/* 06_newton_cured - three ways to keep Newton's method from climbing (d2l 12.3; Nocedal and Wright, "Numerical
 * Optimization", 2006, section 3.1 for the third).
 *
 *     half steps          x = x - 1/2 f'(x) / f''(x)            from 10 they stay in the valley; but no longer fast
 *     absolute value      x = x - f'(x) / |f''(x)|              always downhill; but it may go much too far
 *     halved on demand    x = x - s f'(x) / |f''(x)|            s = 1, 1/2, 1/4, .. until f is lower than it was
 *
 * The start and f are those of 05_newton_fails.
 *
 *     cc -O2 06_newton_cured.c $(pkg-config --cflags --libs gradus64) -o 06_newton_cured */
#include <gradus.h>
#include <math.h>
#include <stdlib.h>

static gd_tensor *f(gd_tensor *x)
{
    const double pi = 3.14159265358979323846;
    return gd_mul(x, gd_cos(gd_scale(x, 0.15 * pi)));
}

typedef struct cure {
    const char *name;
    double      scale;
    bool        absolute, on_demand;        /* |f''| for f''; is the step halved until f has fallen? */
    gd_colour   colour;
    gd_marker   marker;
} cure;

static void newton(cure c, int steps, gd_plot *curve, gd_plot *slopes)
{
    gd_tensor *x = gd_requires_grad(gd_scalar(10));
    gd_plot_style(curve, c.name, (gd_plot_look){ .line = GD_SOLID, .colour = c.colour, .marker = c.marker });
    gd_plot_style(slopes, c.name, (gd_plot_look){ .line = GD_SOLID, .colour = c.colour, .marker = c.marker });
    printf("%s\n", c.name);
    for (int step = 0; step <= steps; step++) {
        GD_SCOPE;
        gd_tensor *y = f(x), *slope, *curvature;
        gd_grad(y, NULL, &x, 1, &slope, true);
        gd_grad(slope, NULL, &x, 1, &curvature, false);
        printf("  step %2d   x %.6f   f %.6f   f'' %.6f\n", step, (double)gd_item(x), (double)gd_item(y),
               (double)gd_item(curvature));
        gd_plot_point(curve, c.name, (double)gd_item(x), (double)gd_item(y));
        gd_plot_point(slopes, c.name, step, fabs((double)gd_item(slope)));

        GD_NO_GRAD;
        gd_tensor *full = gd_div(slope, c.absolute ? gd_abs(curvature) : curvature);
        double scale = c.scale;
        while (c.on_demand && scale > 1e-9 && gd_item(f(gd_sub(x, gd_scale(full, scale)))) > gd_item(y))
            scale /= 2;
        gd_add_to(x, full, -scale);
    }
}

int main(int count, char **argument)
{
    int steps = count > 1 ? atoi(argument[1]) : 10;
    gd_on_error(gd_abort);
    gd_plot *curve = gd_plot_new("On the function", "x", "x cos(0.15 π x)");
    gd_plot *slopes = gd_plot_new("How far from a minimum", "step", "|f′(x)|");
    gd_tensor *x = gd_linspace(0, 30, 600);
    gd_plot_style(curve, "f", (gd_plot_look){ .line = GD_SOLID, .colour = GD_GREY, .no_legend = true });
    gd_plot_tensor(curve, "f", x, f(x));
    gd_plot_log_y(slopes, true);
    gd_plot_ylim(slopes, 1e-12, 100);
    newton((cure){ "half steps", 0.5, false, false, GD_GREEN, GD_CIRCLE }, steps, curve, slopes);
    newton((cure){ "absolute value", 1, true, false, GD_ORANGE, GD_SQUARE }, steps, curve, slopes);
    newton((cure){ "halved on demand", 1, true, true, GD_VERMILLION, GD_TRIANGLE }, steps, curve, slopes);
    gd_plot_ylim(curve, -25, 70);
    gd_plot_legend(curve, GD_LEGEND_TOP_LEFT);
    gd_plot_legend(slopes, GD_LEGEND_NONE);
    gd_plot_save_grid((gd_plot *[]){ curve, slopes }, 1, 2, "Newton's method from x = 10, cured in three ways",
                      "out/06_newton_cured.png");
    gd_plot_free(curve);
    gd_plot_free(slopes);
    printf("wrote out/06_newton_cured.png: all end in a valley, f'' > 0; the last one in the nearest, and fast\n");
    return 0;
}
