/* 18_adadelta - no learning rate: steps are measured by the steps before (d2l 12.9).
 *
 *     s = rho s + (1 - rho) g^2,   d = sqrt(u + eps) / sqrt(s + eps) g,   x = x - d,   u = rho u + (1 - rho) d^2
 *
 * After M. Zeiler, "Adadelta: an adaptive learning rate method" (2012).  sqrt(u) / sqrt(s) has the unit of x over that
 * of g, as a learning rate has.  Since u begins with 0, eps decides how the first steps begin: it is the learning rate
 * in disguise, and the left panel shows how the rate grows from it.
 *
 *     cc -O2 18_adadelta.c $(pkg-config --cflags --libs gradus64) -o 18_adadelta
 *     18_adadelta [path of airfoil_self_noise.dat] */
#include "airfoil.h"

static gd_optimizer *adadelta(gd_params *parameters, const void *eps)
{
    gd_adadelta_options o = gd_adadelta_dialect(GD_D2L);    /* rho 0.9, eps 1e-5 */
    o.eps = *(const double *)eps;
    return gd_adadelta(parameters, o);
}

/* sqrt(u + eps) / sqrt(s + eps) while f = x^2/2 is descended from x = 1. */
static void show_rate(gd_plot *plot, const char *name, double eps)
{
    gd_params *parameters = gd_params_new();
    gd_tensor *x = gd_param(parameters, "x", gd_scalar(1));
    gd_optimizer *o = adadelta(parameters, &eps);
    for (int t = 1; t <= 200; t++) {
        GD_SCOPE;
        gd_backward(gd_scale(gd_square(x), 0.5));
        double g = (double)gd_item(x), before = g;          /* f'(x) = x */
        gd_step(o);
        gd_zero_grad(o);
        gd_plot_point(plot, name, t, (before - (double)gd_item(x)) / g);
    }
    printf("f = x^2/2 from 1, %s: x = %.6f after 200 steps\n", name, (double)gd_item(x));
    gd_optimizer_free(o);
    gd_params_free(parameters);
}

int main(int count, char **argument)
{
    const double eps = 1e-5;
    airfoil air = airfoil_load(count > 1 ? argument[1] : NULL);
    gd_plot *rate = gd_plot_new("The rate that Adadelta makes, x²/2 from 1", "step", "step / gradient");
    gd_plot_log_y(rate, true);
    show_rate(rate, "eps 1e-4", 1e-4);
    show_rate(rate, "eps 1e-5", 1e-5);
    show_rate(rate, "eps 1e-6", 1e-6);

    gd_plot *loss = airfoil_plot(&air, "Adadelta");
    airfoil_curves curves = airfoil_runs(&air, adadelta, &eps);
    airfoil_show(loss, "Adadelta, rho 0.9", &curves);

    gd_plot_save_grid((gd_plot *[]){ rate, loss }, 1, 2, "Adadelta", "out/18_adadelta.png");
    printf("\nEach step may be a little larger than those before: the rate climbs from what eps allows at first.\n");
    gd_plot_free(rate);
    gd_plot_free(loss);
    return 0;
}
