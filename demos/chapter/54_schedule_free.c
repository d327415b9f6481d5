/* 54_schedule_free - schedule-free AdamW beside AdamW with a cosine and with a constant learning rate, each at the best
 * rate of the same grid.
 *
 * A. Defazio and others, "The road less scheduled" (NeurIPS 2024).  A cosine must be told the number of steps, and its
 * loss is good at the end only.  Schedule-free AdamW averages instead, and needs no plan: one may stop anywhere.
 * gd_optimizer_swap puts the average into the model for evaluation, and takes it out again.
 *
 *     cc -O2 54_schedule_free.c $(pkg-config --cflags --libs gradus64) -o 54_schedule_free
 *     54_schedule_free [steps] [seeds] [path of airfoil_self_noise.dat] */
#include <stdlib.h>

#include "mlp.h"

enum { CONSTANT, COSINE, FREE, METHODS, RATES = 5 };

static gd_optimizer *optimizer(gd_params *parameters, int method, double lr, int steps)
{
    if (method == FREE) {
        gd_schedule_free_options o = gd_schedule_free_adamw_defaults();
        o.lr = lr;
        return gd_schedule_free_adamw(parameters, o);
    }
    gd_adamw_options o = gd_adamw_defaults();
    o.weight_decay = 0;
    gd_optimizer *adamw = gd_adamw(parameters, o);
    adamw->lr = lr;
    if (method == COSINE)
        gd_set_schedule(&adamw->first, gd_lr_cosine(lr, 0, steps));
    return adamw;
}

/* Adds MLP_RECORDS losses. */
static void run(const airfoil *air, int method, double lr, int steps, uint64_t seed, double *losses)
{
    mlp net = mlp_new(seed);
    gd_optimizer *o = optimizer(net.parameters, method, lr, steps);
    gd_loader *load = mlp_loader(air, seed);
    for (int t = 1, k = 0; t <= steps; t++) {
        mlp_step(&net, o, load);
        if (t != (k + 1) * steps / MLP_RECORDS)
            continue;
        if (method == FREE)
            gd_optimizer_swap(o);           /* the average */
        losses[k++] += mlp_loss_of_all(&net, air->set);
        if (method == FREE)
            gd_optimizer_swap(o);           /* what the steps move */
    }
    gd_loader_free(load);
    gd_optimizer_free(o);
    gd_params_free(net.parameters);
}

int main(int count, char **argument)
{
    const int steps = count > 1 ? atoi(argument[1]) : 3000, seeds = count > 2 ? atoi(argument[2]) : 3;
    airfoil air = airfoil_load(count > 3 ? argument[3] : NULL);
    const double rates[RATES] = { 0.01, 0.03, 0.1, 0.3, 1 };
    const char *names[METHODS] = { "AdamW, constant rate", "AdamW, cosine", "schedule-free AdamW" };
    char title[96];
    snprintf(title, sizeof title, "A network %s, best rates, mean of %d seeds", air.on, seeds);
    gd_plot *plot = gd_plot_new(title, "step", "loss");
    printf("%s: loss after %d steps\n%-20s", title, steps, "learning rate");
    for (int i = 0; i < RATES; i++)
        printf("   %6g", rates[i]);
    printf("\n");
    for (int method = 0; method < METHODS; method++) {
        double losses[RATES][MLP_RECORDS] = { { 0 } };
        int best = 0;
        printf("%-20s", names[method]);
        for (int i = 0; i < RATES; i++) {
            for (int seed = 1; seed <= seeds; seed++)
                run(&air, method, rates[i], steps, (uint64_t)seed, losses[i]);
            if (losses[i][MLP_RECORDS - 1] < losses[best][MLP_RECORDS - 1])
                best = i;
            printf("   %.4f", losses[i][MLP_RECORDS - 1] / seeds);
        }
        printf("   best: lr %g\n", rates[best]);
        for (int k = 0; k < MLP_RECORDS; k++)
            gd_plot_point(plot, names[method], (double)((k + 1) * steps / MLP_RECORDS), losses[best][k] / seeds);
    }
    gd_plot_log_y(plot, true);
    gd_plot_save(plot, "out/54_schedule_free.png");
    printf("\nThe average is low all the time; the cosine becomes so at the end, which it must know.\n");
    gd_plot_free(plot);
    return 0;
}
