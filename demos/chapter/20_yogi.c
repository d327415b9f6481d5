/* 20_yogi - Adam whose second moment does not collapse (d2l 12.10).
 *
 *     Adam:  s = s + (1 - beta2) (g^2 - s)           Yogi:  s = s + (1 - beta2) sign(g^2 - s) g^2
 *
 * After M. Zaheer et al., "Adaptive methods for nonconvex optimization" (2018).  Both raise s alike; but when gradients
 * are small after a large one, Adam's s falls by a fixed share of itself, Yogi's by the square of the small gradient,
 * hence hardly at all.  The left panel shows it: g = 100 in the first step, then 1.  Line by line: demos/05_yogi.c.
 *
 *     cc -O2 20_yogi.c $(pkg-config --cflags --libs gradus64) -o 20_yogi
 *     20_yogi [path of airfoil_self_noise.dat] */
#include "airfoil.h"

static gd_optimizer *yogi(gd_params *parameters, const void *lr)
{
    gd_yogi_options o = gd_yogi_dialect(GD_D2L);            /* beta 0.9 and 0.999, eps 1e-3 */
    o.lr = *(const double *)lr;
    return gd_yogi(parameters, o);
}

static gd_optimizer *adam(gd_params *parameters, const void *lr)
{
    gd_adam_options o = gd_adam_dialect(GD_D2L);
    o.lr = *(const double *)lr;
    return gd_adam(parameters, o);
}

/* s while the gradients are 100, 1, 1, 1, .. */
static void show_second_moment(gd_plot *plot, const char *name, airfoil_optimizer *make)
{
    const double lr = 0.01;
    gd_params *parameters = gd_params_new();
    gd_tensor *x = gd_param(parameters, "x", gd_scalar(0));
    gd_optimizer *o = make(parameters, &lr);
    double s = 0;
    for (int t = 1; t <= 6000; t++) {
        GD_SCOPE;
        gd_set_grad(x, gd_scalar(t == 1 ? 100 : 1));
        gd_step(o);
        s = (double)gd_item(gd_optimizer_state(o, x, "exp_avg_sq"));
        if (t % 50 == 1)
            gd_plot_point(plot, name, t, s);
    }
    printf("second moment of %s 6000 steps after the large gradient: %.3f\n", name, s);
    gd_optimizer_free(o);
    gd_params_free(parameters);
}

int main(int count, char **argument)
{
    const double rate = 0.01;
    airfoil air = airfoil_load(count > 1 ? argument[1] : NULL);
    gd_plot *moment = gd_plot_new("Second moment: g = 100 once, then 1", "step", "s");
    show_second_moment(moment, "Adam", adam);
    show_second_moment(moment, "Yogi", yogi);

    gd_plot *loss = airfoil_plot(&air, "Adam and Yogi");
    airfoil_curves curves = airfoil_runs(&air, adam, &rate);
    airfoil_show(loss, "Adam, lr 0.01", &curves);
    curves = airfoil_runs(&air, yogi, &rate);
    airfoil_show(loss, "Yogi, lr 0.01", &curves);

    gd_plot_save_grid((gd_plot *[]){ moment, loss }, 1, 2, "Yogi", "out/20_yogi.png");
    printf("\nYogi remembers a large gradient for long; where none is rare and large, the two hardly differ.\n");
    gd_plot_free(moment);
    gd_plot_free(loss);
    return 0;
}
