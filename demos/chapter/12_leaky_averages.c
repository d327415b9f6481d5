/* 12_leaky_averages - what momentum remembers: a sum of past gradients with weights beta^age (d2l 12.6).
 *
 *     v_t = beta v_(t-1) + g_t = g_t + beta g_(t-1) + beta^2 g_(t-2) + ..
 *
 * All weights together are 1 / (1 - beta): so many gradients does v add up, and (1 - beta) v is their average.  The
 * right picture shows it for noisy gradients; the momentum buffer of gd_sgd, printed beside the sum, is the same v.
 *
 *     cc -O2 12_leaky_averages.c $(pkg-config --cflags --libs gradus64) -o 12_leaky_averages */
#include <gradus.h>
#include <stdlib.h>

/* v after the last of the gradients g [n], as the optimizer computes it: the gradient of g_t w is g_t.  The averages
 * (1 - beta) v_t are drawn. */
static double buffer_of_sgd(const gd_tensor *g, double beta, gd_plot *plot, const char *name)
{
    gd_params *net = gd_params_new();
    gd_tensor *w = gd_param(net, "w", gd_zeros(GD_SHAPE()));
    gd_sgd_options options = gd_sgd_defaults();
    options.momentum = beta;
    gd_optimizer *o = gd_sgd(net, options);
    double v = 0;
    for (int64_t t = 0; t < gd_numel(g); t++) {
        GD_SCOPE;
        gd_backward(gd_scale(w, (double)g->data[t]));
        gd_step(o);
        gd_zero_grad(o);
        v = beta > 0 ? (double)gd_item(gd_optimizer_state(o, w, "momentum_buffer")) : (double)g->data[t];
        gd_plot_point(plot, name, (double)t, (1 - beta) * v);
    }
    gd_optimizer_free(o);
    gd_params_free(net);
    return v;
}

int main(int count, char **argument)
{
    int steps = count > 1 ? atoi(argument[1]) : 200, ages = 40;
    const double betas[] = { 0, 0.6, 0.9, 0.95 };
    const gd_colour colours[] = { GD_GREY, GD_ORANGE, GD_BLUE, GD_VERMILLION };
    const char *names[] = { "β = 0", "β = 0.6", "β = 0.9", "β = 0.95" };
    gd_on_error(gd_abort);
    if (steps < 1)
        gd_abort("12_leaky_averages: steps must be at least 1");
    gd_plot *weights = gd_plot_new("Weights", "age of the gradient", "weight");
    gd_plot *averages = gd_plot_new("Averages of noisy gradients", "step", "(1 − β) v");
    gd_tensor *g = gd_add(gd_cos(gd_linspace(0, 6, steps)), gd_normal(GD_SHAPE(steps), 0, 0.5));

    printf("beta   weights of 40 gradients   1/(1 - beta)   v as a sum    v of gd_sgd\n");
    for (int i = 0; i < 4; i++) {
        double total = 0, v = 0, weight = 1;
        for (int age = 0; age < steps || age < ages; age++, weight *= betas[i]) {
            total += age < ages ? weight : 0;
            v += age < steps ? weight * (double)g->data[steps - 1 - age] : 0;
            if (age < ages)
                gd_plot_point(weights, names[i], age, weight);
        }
        gd_plot_look look = { .line = GD_SOLID, .colour = colours[i], .width = i == 0 ? 1 : 2 };
        gd_plot_style(averages, names[i], look);
        gd_plot_style(weights, names[i], look);
        printf("%-4g   %23.4f   %12.4f   %10.6f   %12.6f\n", betas[i], total, 1 / (1 - betas[i]), v,
               buffer_of_sgd(g, betas[i], averages, names[i]));
    }
    gd_plot_legend(averages, GD_LEGEND_NONE);
    gd_plot_save_grid((gd_plot *[]){ weights, averages }, 1, 2, "Leaky averages", "out/12_leaky_averages.png");
    gd_plot_free(weights);
    gd_plot_free(averages);
    printf("wrote out/12_leaky_averages.png: the larger beta, the longer the memory: smoother, and later\n");
    return 0;
}
