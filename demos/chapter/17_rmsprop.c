/* 17_rmsprop - Adagrad that forgets (d2l 12.8).
 *
 *     s = gamma s + (1 - gamma) g^2,   x = x - lr g / sqrt(s + eps)
 *
 * After T. Tieleman and G. Hinton, "Lecture 6.5: RMSProp" (2012).  The gradient of t steps ago counts in s with weight
 * (1 - gamma) gamma^t: s looks back over about 1/(1 - gamma) steps, the learning rate no longer falls by itself, and
 * the trace that Adagrad leaves half way with lr 0.4 arrives.
 *
 *     cc -O2 17_rmsprop.c $(pkg-config --cflags --libs gradus64) -o 17_rmsprop
 *     17_rmsprop [path of airfoil_self_noise.dat] */
#include "airfoil.h"
#include "descent.h"

static gd_tensor *f(gd_tensor *x1, gd_tensor *x2)
{
    return gd_add(gd_scale(gd_square(x1), 0.1), gd_scale(gd_square(x2), 2));
}

static gd_optimizer *rmsprop(gd_params *parameters, const void *lr)
{
    gd_rmsprop_options o = gd_rmsprop_dialect(GD_D2L);      /* gamma 0.9, called rho here; eps 1e-6, inside the root */
    o.lr = *(const double *)lr;
    return gd_rmsprop(parameters, o);
}

static gd_plot *weights(void)
{
    const double gammas[] = { 0.95, 0.9, 0.8, 0.7 };
    gd_plot *plot = gd_plot_new("Weight of a past gradient in s", "t steps ago", "(1 − γ) γᵗ");
    for (int i = 0; i < 4; i++) {
        char name[16];
        snprintf(name, sizeof name, "γ = %.4g", gammas[i]);
        for (int t = 0; t < 40; t++)
            gd_plot_point(plot, name, t, (1 - gammas[i]) * pow(gammas[i], t));
    }
    return plot;
}

int main(int count, char **argument)
{
    const double fast = 0.4, rate = 0.01;
    airfoil air = airfoil_load(count > 1 ? argument[1] : NULL);
    gd_plot *weight = weights();
    gd_plot *trace = plot_2d("0.1 x₁² + 2 x₂², 20 steps", f, -5.5, 1, -2.6, 1.5);
    train_2d(trace, "learning rate 0.4", f, rmsprop(start_2d(), &fast), 20);

    gd_plot *loss = airfoil_plot(&air, "RMSProp");
    airfoil_curves curves = airfoil_runs(&air, rmsprop, &rate);
    airfoil_show(loss, "RMSProp, lr 0.01", &curves);

    gd_plot_save_grid((gd_plot *[]){ weight, trace, loss }, 1, 3, "RMSProp", "out/17_rmsprop.png");
    printf("\nSince s forgets, it falls with the gradients: the steps do not die out, and the trace arrives.\n");
    gd_plot_free(weight);
    gd_plot_free(trace);
    gd_plot_free(loss);
    return 0;
}
