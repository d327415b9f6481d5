/* 51_averaging - the average of the iterates beside the last one.
 *
 * With a constant learning rate SGD does not settle: it walks about, driven by the noise of the minibatches.  Its mean
 * position is nearer to the minimum than where it happens to stand (Polyak and Juditsky 1992; Ruppert 1988).  One run
 * of SGD, evaluated at three points:
 *
 *     last        where it stands
 *     EMA         a = 0.99 a + 0.01 w, which forgets after some 100 steps (gd_ema)
 *     Polyak      the mean of all w since a quarter of the steps (gd_asgd with a constant rate, gd_optimizer_swap)
 *
 *     cc -O2 51_averaging.c $(pkg-config --cflags --libs gradus64) -o 51_averaging
 *     51_averaging [steps] [seeds] [path of airfoil_self_noise.dat] */
#include <stdlib.h>

#include "mlp.h"

enum { LAST, EMA, POLYAK, POINTS };

static void run(const airfoil *air, int steps, uint64_t seed, double losses[POINTS][MLP_RECORDS])
{
    mlp net = mlp_new(seed);
    gd_asgd_options options = gd_asgd_defaults();
    options.lr = 0.3;
    options.lambd = 0;                      /* the learning rate stays */
    options.t0 = steps / 4;
    gd_optimizer *sgd = gd_asgd(net.parameters, options);
    gd_ema *ema = gd_ema_new(net.parameters, 0.99);
    gd_loader *load = mlp_loader(air, seed);
    for (int t = 1, k = 0; t <= steps; t++) {
        mlp_step(&net, sgd, load);
        gd_ema_update(ema);
        if (t != (k + 1) * steps / MLP_RECORDS)
            continue;
        losses[LAST][k] += mlp_loss_of_all(&net, air->set);
        gd_ema_swap(ema);
        losses[EMA][k] += mlp_loss_of_all(&net, air->set);
        gd_ema_swap(ema);
        gd_optimizer_swap(sgd);
        losses[POLYAK][k++] += mlp_loss_of_all(&net, air->set);
        gd_optimizer_swap(sgd);
    }
    gd_loader_free(load);
    gd_ema_free(ema);
    gd_optimizer_free(sgd);
    gd_params_free(net.parameters);
}

int main(int count, char **argument)
{
    const int steps = count > 1 ? atoi(argument[1]) : 3000, seeds = count > 2 ? atoi(argument[2]) : 5;
    airfoil air = airfoil_load(count > 3 ? argument[3] : NULL);
    const char *names[POINTS] = { "last iterate", "exponential average", "mean since a quarter" };
    double losses[POINTS][MLP_RECORDS] = { { 0 } };
    for (int seed = 1; seed <= seeds; seed++)
        run(&air, steps, (uint64_t)seed, losses);
    char title[96];
    snprintf(title, sizeof title, "SGD with lr 0.3 %s, mean of %d seeds", air.on, seeds);
    gd_plot *plot = gd_plot_new(title, "step", "loss");
    printf("%s\n", title);
    for (int i = 0; i < POINTS; i++) {
        double late = 0;
        for (int k = 0; k < MLP_RECORDS; k++) {
            gd_plot_point(plot, names[i], (double)((k + 1) * steps / MLP_RECORDS), losses[i][k] / seeds);
            late += k < MLP_RECORDS - 10 ? 0 : losses[i][k] / seeds / 10;
        }
        printf("%-22s %.4f, mean of the last ten records\n", names[i], late);
    }
    gd_plot_log_y(plot, true);
    gd_plot_save(plot, "out/51_averaging.png");
    printf("\nAverages are lower and smoother than what they average; a long one lags while the loss still falls.\n");
    gd_plot_free(plot);
    return 0;
}
