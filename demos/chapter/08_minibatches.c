/* 08_minibatches - how many examples make a step?  The loss against the time that it took (d2l 12.5).
 *
 *     batch 1500, lr 1         all examples: 10 exact steps in 10 epochs
 *     batch 1, lr 0.005        3000 cheap and noisy steps in 2 epochs; most of their time is overhead
 *     batch 100, lr 0.4        30 steps in 2 epochs
 *     batch 10, lr 0.05        300 steps in 2 epochs
 *
 * Linear regression by plain gradient descent on airfoil noise.  Processor time of the training alone is counted, not
 * that of evaluating the loss over all examples.
 *
 *     cc -O2 08_minibatches.c $(pkg-config --cflags --libs gradus) -o 08_minibatches */
#include <stdlib.h>
#include <time.h>

#include "airfoil.h"

typedef struct method {
    const char *name;
    int64_t     batch;
    double      lr;
    int         epochs;
} method;

static double seconds(void)
{
    return (double)clock() / CLOCKS_PER_SEC;
}

static void train(method m, const airfoil *air, gd_plot *plot, uint64_t seed)
{
    gd_seed(seed);
    gd_params *net = gd_params_new();
    gd_tensor *w = gd_param(net, "w", gd_normal(GD_SHAPE(5, 1), 0, 0.01));
    gd_tensor *b = gd_param(net, "b", gd_zeros(GD_SHAPE(1)));
    gd_sgd_options options = gd_sgd_defaults();
    options.lr = m.lr;
    gd_optimizer *sgd = gd_sgd(net, options);
    gd_loader *load = gd_loader_new(air->set, (gd_loader_options){ .batch = m.batch, .shuffle = true, .seed = seed });

    {
        GD_SCOPE;                           /* not counted: the first pass asks the system for memory */
        gd_backward(half_mse(air->set.x, air->set.y, w, b));
        gd_zero_grad(sgd);
    }
    double spent = 0, loss = 0, begun = seconds();
    while (gd_loader_epoch(load) < m.epochs) {
        gd_batch batch;
        while (gd_loader_next(load, &batch)) {
            GD_SCOPE;
            gd_backward(half_mse(batch.x, batch.y, w, b));
            gd_step(sgd);
            gd_zero_grad(sgd);
            if ((batch.first + batch.size) % 100 == 0) {
                spent += seconds() - begun;
                GD_NO_GRAD;
                loss = (double)gd_item(half_mse(air->set.x, air->set.y, w, b));
                gd_plot_point(plot, m.name, 1000 * spent, loss);
                begun = seconds();
            }
        }
    }
    printf("%-28s %5lld steps  %8.3f ms  %8.4f ms an epoch  %.6f\n", m.name, (long long)sgd->steps, 1000 * spent,
           1000 * spent / m.epochs, loss);
    gd_loader_free(load);
    gd_optimizer_free(sgd);
    gd_params_free(net);
}

int main(int count, char **argument)
{
    airfoil air = airfoil_load(count > 1 ? argument[1] : NULL);
    uint64_t seed = count > 2 ? strtoull(argument[2], NULL, 10) : 1;
    char title[64];
    snprintf(title, sizeof title, "Gradient descent %s: size of the batches", air.on);
    gd_plot *plot = gd_plot_new(title, "processor time (ms)", "loss");
    printf("%s; the optimum is %.6f\n", title, air.optimum);
    gd_plot_log_x(plot, true);
    gd_plot_hline(plot, air.optimum, "least squares");

    const method methods[] = { { "batch 1500 (all), lr 1", 1500, 1, 10 }, { "batch 1, lr 0.005", 1, 0.005, 2 },
                               { "batch 100, lr 0.4", 100, 0.4, 2 }, { "batch 10, lr 0.05", 10, 0.05, 2 } };
    for (int i = 0; i < 4; i++)
        train(methods[i], &air, plot, seed);
    gd_plot_save(plot, "out/08_minibatches.png");
    gd_plot_free(plot);
    printf("wrote out/08_minibatches.png: single examples waste time on overhead, the whole set on exactness\n");
    return 0;
}
