/* 15_momentum_airfoil - momentum on airfoil noise with the book's three settings of learning rate and beta.
 *
 * Dive into Deep Learning, "Momentum": v = beta v + g, w = w - eta v.  A gradient that stays the same adds up to
 * 1 + beta + beta^2 + .. = 1/(1 - beta) times itself, so the steps are those of a learning rate eta/(1 - beta): 0.04,
 * 0.1 and 0.05 here.  What counts for the noise at the end is that quotient, not eta.
 *
 *     cc -O2 15_momentum_airfoil.c $(pkg-config --cflags --libs gradus64) -o 15_momentum_airfoil
 *     15_momentum_airfoil [path of airfoil_self_noise.dat] */
#include "airfoil.h"

typedef struct setting {
    double      lr, beta;
    const char *name;
} setting;

static gd_optimizer *momentum(gd_params *parameters, const void *chosen)
{
    const setting *s = chosen;
    gd_sgd_options o = gd_sgd_dialect(GD_D2L);
    o.lr = s->lr;
    o.momentum = s->beta;
    return gd_sgd(parameters, o);
}

int main(int count, char **argument)
{
    const setting settings[] = { { 0.02, 0.5, "lr 0.02, beta 0.5" },
                                 { 0.01, 0.9, "lr 0.01, beta 0.9" },
                                 { 0.005, 0.9, "lr 0.005, beta 0.9" } };
    airfoil air = airfoil_load(count > 1 ? argument[1] : NULL);
    gd_plot *plot = airfoil_plot(&air, "Momentum");
    for (int i = 0; i < 3; i++) {
        airfoil_curves curves = airfoil_runs(&air, momentum, &settings[i]);
        airfoil_show(plot, settings[i].name, &curves);
    }
    gd_plot_save(plot, "out/15_momentum_airfoil.png");
    printf("\nThe larger eta/(1 - beta), the sooner the loss is down, and the farther above the optimum it stays.\n");
    gd_plot_free(plot);
    return 0;
}
