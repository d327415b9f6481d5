/* 04_newton_step - Newton's method: the curvature chooses the length of the step (d2l 12.3, "Adaptive Methods").
 *
 *     x = x - f'(x) / f''(x),      f(x) = cosh(x / 2),      from x = 10
 *
 * The second derivative is the derivative of the first one, which gd_grad records when it is told to create a graph.
 * Gradient descent beside it has the learning rate 0.1, just below 2 / f''(10): up to there no step between -10 and 10
 * can lead uphill.  At the end, where f is 74 times flatter than at the start, it crawls.
 *
 *     cc -O2 04_newton_step.c $(pkg-config --cflags --libs gradus64) -o 04_newton_step */
#include <gradus.h>
#include <math.h>
#include <stdlib.h>

static gd_tensor *f(gd_tensor *x)
{
    return gd_cosh(gd_scale(x, 0.5));
}

static gd_tensor *newton_step(gd_tensor *x)
{
    gd_tensor *slope, *curvature;
    gd_grad(f(x), NULL, &x, 1, &slope, true);               /* recorded: the slope is again a function of x */
    gd_grad(slope, NULL, &x, 1, &curvature, false);
    return gd_div(slope, curvature);
}

static gd_tensor *gradient_step(gd_tensor *x)
{
    gd_tensor *slope;
    gd_grad(f(x), NULL, &x, 1, &slope, false);
    return gd_scale(slope, 0.1);
}

typedef gd_tensor *step_rule(gd_tensor *x);

static void descend(step_rule *rule, const char *name, int steps, gd_plot *curve, gd_plot *distance)
{
    gd_tensor *x = gd_requires_grad(gd_scalar(10));
    printf("%s\n", name);
    for (int step = 0; step <= steps; step++) {
        GD_SCOPE;
        double at = (double)gd_item(x);
        gd_plot_point(curve, name, at, (double)gd_item(f(x)));
        gd_plot_point(distance, name, step, fabs(at));
        printf("  step %2d   x %.9f\n", step, at);
        gd_tensor *change = rule(x);
        GD_NO_GRAD;
        gd_add_to(x, change, -1);
    }
}

int main(int count, char **argument)
{
    int steps = count > 1 ? atoi(argument[1]) : 10;
    gd_on_error(gd_abort);
    gd_plot *curve = gd_plot_new("On the function", "x", "cosh(x / 2)");
    gd_plot *distance = gd_plot_new("Distance from the minimum", "step", "|x|");
    gd_tensor *x = gd_linspace(-1.5, 10.3, 200);
    gd_plot_style(curve, "f", (gd_plot_look){ .line = GD_SOLID, .colour = GD_GREY, .no_legend = true });
    gd_plot_tensor(curve, "f", x, f(x));
    gd_plot_log_y(distance, true);
    gd_plot_ylim(distance, 1e-12, 100);
    gd_plot *panels[] = { curve, distance };
    for (int i = 0; i < 2; i++) {
        gd_plot_style(panels[i], "Newton",
                      (gd_plot_look){ .line = GD_SOLID, .marker = GD_CIRCLE, .colour = GD_BLUE });
        gd_plot_style(panels[i], "gradient descent",
                      (gd_plot_look){ .line = GD_SOLID, .marker = GD_SQUARE, .colour = GD_ORANGE });
    }
    descend(newton_step, "Newton", steps, curve, distance);
    descend(gradient_step, "gradient descent", steps, curve, distance);

    gd_plot_save_grid(panels, 1, 2, "Newton's method and gradient descent", "out/04_newton_step.png");
    gd_plot_free(curve);
    gd_plot_free(distance);
    printf("wrote out/04_newton_step.png: once near, each of Newton's steps triples the number of right digits\n");
    return 0;
}
