/* 31_learning_rates - the exercise "adjust the learning rate and observe the results" (d2l 12.10, exercise 1).
 *
 * A comparison of optimizers at one learning rate compares learning rates: each has good ones of its own.  So all of
 * them get the same grid, 10^-4 .. 10, three rates a power of ten, the same batches and the same seeds, and each is
 * judged at its best rate.  What is drawn is how far the loss after 2 epochs of airfoil noise lies above the optimum,
 * the mean over the seeds.  Too small a rate has not arrived yet; too large a one is scattered by the noise, or
 * diverges.
 *
 *     cc -O2 31_learning_rates.c $(pkg-config --cflags --libs gradus64) -o 31_learning_rates
 *     31_learning_rates [path of airfoil_self_noise.dat [seeds]] */
#include <stdlib.h>

#include "airfoil.h"

#define CONTESTANT(name, algorithm, options, ...)                                                        \
    static gd_optimizer *make_##name(gd_params *parameters, const void *lr)                              \
    {                                                                                                    \
        gd_##algorithm##_options o = options;                                                            \
        o.lr = *(const double *)lr;                                                                      \
        __VA_ARGS__;                                                                                     \
        return gd_##algorithm(parameters, o);                                                            \
    }

CONTESTANT(sgd,      sgd,      gd_sgd_dialect(GD_D2L),      (void)o)
CONTESTANT(momentum, sgd,      gd_sgd_dialect(GD_D2L),      o.momentum = 0.9)
CONTESTANT(adagrad,  adagrad,  gd_adagrad_dialect(GD_D2L),  (void)o)
CONTESTANT(rmsprop,  rmsprop,  gd_rmsprop_dialect(GD_D2L),  (void)o)
CONTESTANT(adadelta, adadelta, gd_adadelta_dialect(GD_D2L), (void)o)
CONTESTANT(adam,     adam,     gd_adam_dialect(GD_D2L),     (void)o)
CONTESTANT(yogi,     yogi,     gd_yogi_dialect(GD_D2L),     (void)o)

static const struct { const char *name; airfoil_optimizer *make; } contestants[] = {
    { "SGD", make_sgd },           { "momentum 0.9", make_momentum }, { "Adagrad", make_adagrad },
    { "RMSProp", make_rmsprop },   { "Adadelta", make_adadelta },     { "Adam", make_adam },
    { "Yogi", make_yogi },
};

enum { CONTESTANTS = sizeof contestants / sizeof contestants[0], RATES = 16 };

/* The mean loss after 2 epochs; infinite where one run has diverged. */
static double mean_end(const airfoil *air, airfoil_optimizer *make, double lr, int seeds)
{
    double sum = 0;
    for (int seed = 1; seed <= seeds; seed++) {
        double losses[AIRFOIL_RECORDS];
        airfoil_run(air, make, &lr, (uint64_t)seed, losses);
        sum += losses[AIRFOIL_RECORDS - 1] / seeds;
    }
    return isfinite(sum) ? sum : INFINITY;
}

int main(int count, char **argument)
{
    airfoil air = airfoil_load(count > 1 ? argument[1] : NULL);
    int seeds = count > 2 ? atoi(argument[2]) : 10;
    if (seeds < 1)
        gd_abort("31_learning_rates: the number of seeds must be 1 or more");
    char title[128];
    snprintf(title, sizeof title, "Loss after 2 epochs %s, mean of %d seeds", air.on, seeds);
    gd_plot *plot = gd_plot_new(title, "learning rate", "loss − optimum");
    gd_plot_log_x(plot, true);
    gd_plot_log_y(plot, true);
    gd_plot_ylim(plot, 3e-4, 1);

    printf("%s; grid 10^(k/3), k = -12 .. 3; the optimum is %.6f\n", title, air.optimum);
    printf("%-14s  best rate      loss   above the optimum   rates at most ten times as far above it\n", "");
    for (int i = 0; i < CONTESTANTS; i++) {
        double excess[RATES];
        int best = 0, good = 0;
        for (int k = 0; k < RATES; k++) {
            excess[k] = mean_end(&air, contestants[i].make, pow(10, (k - 12) / 3.0), seeds) - air.optimum;
            best = excess[k] < excess[best] ? k : best;
            gd_plot_point(plot, contestants[i].name, pow(10, (k - 12) / 3.0), excess[k] < 1 ? excess[k] : NAN);
        }
        for (int k = 0; k < RATES; k++)
            good += excess[k] <= 10 * excess[best];
        gd_plot_style(plot, contestants[i].name, (gd_plot_look){ .marker = (gd_marker)(GD_CIRCLE + i) });
        printf("%-14s   %8.5f  %8.6f   %17.6f   %8d of %d\n", contestants[i].name, pow(10, (best - 12) / 3.0),
               excess[best] + air.optimum, excess[best], good, RATES);
    }
    gd_plot_save(plot, "out/31_learning_rates.png");
    printf("\nTuned by the same grid they end almost equally low: what differs most is where the good rates lie.\n");
    gd_plot_free(plot);
    return 0;
}
