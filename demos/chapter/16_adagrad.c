/* 16_adagrad - a learning rate for each coordinate, which falls by itself (d2l 12.7).
 *
 *     s = s + g^2,   x = x - lr g / sqrt(s + eps)
 *
 * After J. Duchi, E. Hazan, Y. Singer, "Adaptive subgradient methods" (2011).  On f = 0.1 x1^2 + 2 x2^2 the first step
 * is lr along both coordinates, however different their slopes.  But s only grows, so with lr 0.4 the trace comes
 * almost to a halt far from the minimum; lr 2, hopeless for gradient descent here, arrives.
 *
 *     cc -O2 16_adagrad.c $(pkg-config --cflags --libs gradus64) -o 16_adagrad
 *     16_adagrad [path of airfoil_self_noise.dat] */
#include "airfoil.h"
#include "descent.h"

static gd_tensor *f(gd_tensor *x1, gd_tensor *x2)
{
    return gd_add(gd_scale(gd_square(x1), 0.1), gd_scale(gd_square(x2), 2));
}

static gd_optimizer *adagrad(gd_params *parameters, const void *lr)
{
    gd_adagrad_options o = gd_adagrad_dialect(GD_D2L);      /* eps 1e-6, inside the root */
    o.lr = *(const double *)lr;
    return gd_adagrad(parameters, o);
}

int main(int count, char **argument)
{
    const double slow = 0.4, fast = 2, rate = 0.1;
    airfoil air = airfoil_load(count > 1 ? argument[1] : NULL);
    gd_plot *trace = plot_2d("0.1 x₁² + 2 x₂², 20 steps", f, -5.5, 1, -2.6, 1.5);
    train_2d(trace, "learning rate 0.4", f, adagrad(start_2d(), &slow), 20);
    train_2d(trace, "learning rate 2", f, adagrad(start_2d(), &fast), 20);

    gd_plot *loss = airfoil_plot(&air, "Adagrad");
    airfoil_curves curves = airfoil_runs(&air, adagrad, &rate);
    airfoil_show(loss, "Adagrad, lr 0.1", &curves);

    gd_plot_save_grid((gd_plot *[]){ trace, loss }, 1, 2, "Adagrad", "out/16_adagrad.png");
    printf("\nThe rate falls by itself: too soon for the trace with lr 0.4, at the right time among noise.\n");
    gd_plot_free(trace);
    gd_plot_free(loss);
    return 0;
}
