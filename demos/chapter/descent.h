/* descent.h - what the programs share that draw the trace of an optimizer over a function of two variables.
 *
 *     gd_plot *plot = plot_2d("Gradient descent", f, -6, 1, -3, 1);            contours of f
 *     train_2d(plot, "lr 0.1", f, gd_sgd(start_2d(), options), 20);            20 steps, drawn over them
 *
 * The names are those of the book (d2l 12.3): all traces of the chapter begin at (-5, -2). */
#ifndef DEMOS_DESCENT_H
#define DEMOS_DESCENT_H

#include <gradus.h>

typedef gd_tensor *function_2d(gd_tensor *x1, gd_tensor *x2);

static inline double height_2d(double x1, double x2, void *f)
{
    GD_SCOPE;
    GD_NO_GRAD;
    return (double)gd_item((*(function_2d **)f)(gd_scalar(x1), gd_scalar(x2)));
}

/* plot_2d - contours of f over x1_low .. x1_high and x2_low .. x2_high. */
static inline gd_plot *plot_2d(const char *title, function_2d *f, double x1_low, double x1_high, double x2_low,
                               double x2_high)
{
    gd_plot *plot = gd_plot_new(title, "x₁", "x₂");
    gd_plot_contour(plot, height_2d, &f, x1_low, x1_high, x2_low, x2_high);
    return plot;
}

/* start_2d - two parameters, x1 = -5 and x2 = -2, both of shape []. */
static inline gd_params *start_2d(void)
{
    gd_params *start = gd_params_new();
    gd_param(start, "x1", gd_scalar(-5));
    gd_param(start, "x2", gd_scalar(-2));
    return start;
}

/* train_2d - takes steps of o, whose parameters are start_2d's, draws them as the series `name`, and prints where they
 * end.  o and its parameters are freed. */
static inline void train_2d(gd_plot *plot, const char *name, function_2d *f, gd_optimizer *o, int steps)
{
    gd_params *point = o->params;
    gd_tensor *x1 = gd_params_get(point, "x1"), *x2 = gd_params_get(point, "x2");
    gd_plot_point(plot, name, (double)gd_item(x1), (double)gd_item(x2));
    for (int step = 0; step < steps; step++) {
        GD_SCOPE;
        gd_backward(f(x1, x2));
        gd_step(o);
        gd_zero_grad(o);
        gd_plot_point(plot, name, (double)gd_item(x1), (double)gd_item(x2));
    }
    printf("%-32s after %d steps: x1 %f  x2 %f\n", name, steps, (double)gd_item(x1), (double)gd_item(x2));
    gd_optimizer_free(o);
    gd_params_free(point);
}

#endif
