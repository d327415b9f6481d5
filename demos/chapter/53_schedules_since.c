/* 53_schedules_since - the schedules that large models are trained with: cosine, linear and warm-up-stable-decay, each
 * after a warm-up, beside a constant learning rate.
 *
 *     linear    Devlin and others, "BERT" (2019);  cosine: Loshchilov and Hutter, "SGDR" (2017), without restarts
 *     WSD       Hu and others, "MiniCPM" (2024): constant for most of the run, then a short decay
 *
 * As long as the rate is high, the noise of the minibatches keeps the loss up; when it falls, so does the loss.  With
 * WSD that drop comes in the last fifth, and the stable part need not know how long the run will be.
 *
 *     cc -O2 53_schedules_since.c $(pkg-config --cflags --libs gradus64) -o 53_schedules_since
 *     53_schedules_since [steps] [seeds] [path of airfoil_self_noise.dat] */
#include <stdlib.h>

#include "mlp.h"

enum { SCHEDULES = 4 };

static void run(const airfoil *air, gd_schedule schedule, int steps, uint64_t seed, double *losses)
{
    mlp net = mlp_new(seed);
    gd_optimizer *adam = gd_adam(net.parameters, gd_adam_defaults());
    gd_set_schedule(&adam->first, schedule);
    gd_loader *load = mlp_loader(air, seed);
    for (int t = 1, k = 0; t <= steps; t++) {
        mlp_step(&net, adam, load);
        if (t == (k + 1) * steps / MLP_RECORDS)
            losses[k++] += mlp_loss_of_all(&net, air->set);
    }
    gd_loader_free(load);
    gd_optimizer_free(adam);
    gd_params_free(net.parameters);
}

int main(int count, char **argument)
{
    const int steps = count > 1 ? atoi(argument[1]) : 3000, seeds = count > 2 ? atoi(argument[2]) : 5;
    airfoil air = airfoil_load(count > 3 ? argument[3] : NULL);
    const double lr = 0.03;
    const int warm = steps / 20, decay = steps / 5;
    const struct { const char *name; gd_schedule schedule; } all[SCHEDULES] = {
        { "constant", gd_lr_warmup(gd_lr_constant(lr), warm, 0) },
        { "cosine", gd_lr_warmup(gd_lr_cosine(lr, 0, steps - warm), warm, 0) },
        { "linear", gd_lr_linear_warmup(lr, 0, steps, warm) },
        { "warm-up, stable, decay", gd_lr_wsd(lr, 0, warm, steps - warm - decay, decay) },
    };
    char title[96];
    snprintf(title, sizeof title, "loss of a network %s, mean of %d seeds", air.on, seeds);
    gd_plot *panels[2] = { gd_plot_new("learning rates", "step", "learning rate"), gd_plot_new(title, "step", "loss") };
    gd_plot_legend(panels[0], GD_LEGEND_NONE);
    gd_plot_log_y(panels[1], true);
    printf("Adam %s, lr %g, %d steps, %d seeds\n%-24s at 3/4   at the end\n", air.on, lr, steps, seeds, "");
    for (int i = 0; i < SCHEDULES; i++) {
        double losses[MLP_RECORDS] = { 0 };
        for (int seed = 1; seed <= seeds; seed++)
            run(&air, all[i].schedule, steps, (uint64_t)seed, losses);
        for (int t = 0; t <= steps; t += t + 1 < steps / 100 ? 1 : steps / 100)
            gd_plot_point(panels[0], all[i].name, t, gd_lr_at(all[i].schedule, t));
        for (int k = 0; k < MLP_RECORDS; k++)
            gd_plot_point(panels[1], all[i].name, (double)((k + 1) * steps / MLP_RECORDS), losses[k] / seeds);
        printf("%-24s %.4f   %.4f\n", all[i].name, losses[MLP_RECORDS * 3 / 4 - 1] / seeds,
               losses[MLP_RECORDS - 1] / seeds);
    }
    gd_plot_save_grid(panels, 1, 2, "Schedules with a warm-up", "out/53_schedules_since.png");
    printf("\nOnce noise holds the loss up, a rate that falls to 0 ends lower than a constant one.\n");
    gd_plot_free(panels[0]);
    gd_plot_free(panels[1]);
    return 0;
}
