/* 63_seeds - one run proves little: three optimizers from many seeds, drawn as medians in shaded ranges.
 *
 * The task is a small network on noisy points of a sine.  A seed decides the initial weights and the order of the
 * batches, and nothing else.  The dark line is the median over the seeds, the shade goes from the first to the third
 * quartile: where two shades overlap, the seed decides which optimizer looks better.
 *
 *     63_seeds [seeds [epochs]]
 *
 *     cc -O2 63_seeds.c $(pkg-config --cflags --libs gradus) -o 63_seeds */
#include <gradus.h>
#include <stdlib.h>

enum { POINTS = 200, KINDS = 3 };

static const char *const names[KINDS] = { "SGD", "momentum", "Adam" };

static gd_dataset noisy_sine(void)
{
    gd_seed(0);
    gd_tensor *x = gd_uniform(GD_SHAPE(POINTS, 1), -3, 3);
    return (gd_dataset){ x, gd_add(gd_sin(x), gd_normal(GD_SHAPE(POINTS, 1), 0, 0.1)) };
}

static gd_optimizer *optimizer(int kind, gd_params *params)
{
    gd_sgd_options sgd = gd_sgd_defaults();
    gd_adam_options adam = gd_adam_defaults();
    sgd.lr = kind == 0 ? 0.1 : 0.03;
    sgd.momentum = kind == 0 ? 0 : 0.9;
    adam.lr = 0.01;
    return kind < 2 ? gd_sgd(params, sgd) : gd_adam(params, adam);
}

/* The loss over all points after each epoch, into losses[0 .. epochs-1]. */
static void train(gd_dataset data, int kind, uint64_t seed, int epochs, gd_real *losses)
{
    gd_seed(seed);
    gd_params *params = gd_params_new();
    gd_linear hidden = gd_linear_new(params, "hidden", 1, 32), out = gd_linear_new(params, "out", 32, 1);
    gd_optimizer *by = optimizer(kind, params);
    gd_loader *load = gd_loader_new(data, (gd_loader_options){ .batch = 20, .shuffle = true, .seed = seed });
    for (int epoch = 0; epoch < epochs; epoch++) {
        gd_batch batch;
        while (gd_loader_next(load, &batch)) {
            GD_SCOPE;
            gd_tensor *y = gd_linear_apply(&out, gd_tanh(gd_linear_apply(&hidden, batch.x)));
            gd_backward(gd_mse_loss(y, batch.y, GD_MEAN));
            gd_step(by);
            gd_zero_grad(by);
        }
        GD_SCOPE;
        GD_NO_GRAD;
        gd_tensor *y = gd_linear_apply(&out, gd_tanh(gd_linear_apply(&hidden, data.x)));
        losses[epoch] = gd_item(gd_mse_loss(y, data.y, GD_MEAN));
    }
    gd_loader_free(load);
    gd_optimizer_free(by);
    gd_params_free(params);
}

int main(int count, char **argument)
{
    int seeds = count > 1 ? atoi(argument[1]) : 15, epochs = count > 2 ? atoi(argument[2]) : 60;
    gd_on_error(gd_abort);
    if (seeds < 4 || epochs < 1)
        return fprintf(stderr, "63_seeds: at least 4 seeds and 1 epoch expected\n"), 1;
    gd_dataset data = noisy_sine();
    gd_plot *plot = gd_plot_new("A network on a noisy sine, median and quartiles over the seeds", "epoch", "loss");
    gd_plot_log_y(plot, true);
    gd_plot_hline(plot, 0.01, "variance of the noise");
    printf("loss after %d epochs, %d seeds\n%-10s %10s %10s %10s %10s %10s\n", epochs, seeds, "", "least", "quartile",
           "median", "quartile", "greatest");
    for (int kind = 0; kind < KINDS; kind++) {
        gd_tensor *losses = gd_zeros(GD_SHAPE(seeds, epochs));
        for (int k = 0; k < seeds; k++)
            train(data, kind, 1 + (uint64_t)k, epochs, losses->data + k * epochs);
        gd_tensor *ordered = gd_sort(losses, 0, false), *x = gd_arange(1, epochs + 1, 1);
        const int at[] = { 0, seeds / 4, seeds / 2, seeds - 1 - seeds / 4, seeds - 1 };
        gd_plot_style(plot, names[kind], (gd_plot_look){ .line = GD_SOLID });
        gd_plot_band(plot, names[kind], x, gd_select(ordered, 0, at[1]), gd_select(ordered, 0, at[3]));
        gd_plot_tensor(plot, names[kind], x, gd_select(ordered, 0, at[2]));
        printf("%-10s", names[kind]);
        for (int i = 0; i < 5; i++)
            printf(" %10.5f", (double)ordered->data[at[i] * epochs + epochs - 1]);
        printf("\n");
    }
    gd_plot_save(plot, "out/63_seeds.png");
    gd_plot_free(plot);
    printf("wrote out/63_seeds.png: a difference counts where the shades are apart\n");
    return 0;
}
