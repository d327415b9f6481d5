/* 19_adam - momentum divided by the root of the mean square, both corrected for their start (d2l 12.10).
 *
 *     v = beta1 v + (1 - beta1) g        s = beta2 s + (1 - beta2) g^2
 *     x = x - lr v' / (sqrt(s') + eps),  v' = v/(1 - beta1^t),  s' = s/(1 - beta2^t)
 *
 * After D. Kingma and J. Ba, "Adam: a method for stochastic optimization" (2015), algorithm 1.  While the gradient
 * keeps its sign, v' / sqrt(s') is near 1: both coordinates move by lr a step whatever their slopes, the trace begins
 * along a diagonal, and lr is a length, not a rate.  Line by line: demos/04_adam_from_scratch.c.
 *
 *     cc -O2 19_adam.c $(pkg-config --cflags --libs gradus64) -o 19_adam
 *     19_adam [path of airfoil_self_noise.dat] */
#include "airfoil.h"
#include "descent.h"

static gd_tensor *f(gd_tensor *x1, gd_tensor *x2)
{
    return gd_add(gd_scale(gd_square(x1), 0.1), gd_scale(gd_square(x2), 2));
}

static gd_optimizer *adam(gd_params *parameters, const void *lr)
{
    gd_adam_options o = gd_adam_dialect(GD_D2L);            /* beta 0.9 and 0.999, eps 1e-6 */
    o.lr = *(const double *)lr;
    return gd_adam(parameters, o);
}

int main(int count, char **argument)
{
    const double fast = 0.4, rate = 0.01;
    airfoil air = airfoil_load(count > 1 ? argument[1] : NULL);
    gd_plot *trace = plot_2d("0.1 x₁² + 2 x₂², 40 steps", f, -5.5, 1.5, -2.6, 1.5);
    train_2d(trace, "learning rate 0.4", f, adam(start_2d(), &fast), 40);

    gd_plot *loss = airfoil_plot(&air, "Adam");
    airfoil_curves curves = airfoil_runs(&air, adam, &rate);
    airfoil_show(loss, "Adam, lr 0.01", &curves);

    gd_plot_save_grid((gd_plot *[]){ trace, loss }, 1, 2, "Adam", "out/19_adam.png");
    printf("\nBoth coordinates start with the same speed lr; momentum carries the trace past the minimum and back.\n");
    gd_plot_free(trace);
    gd_plot_free(loss);
    return 0;
}
