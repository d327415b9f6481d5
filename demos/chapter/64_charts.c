/* 64_charts - a trained network in four charts: the data as a scatter plot, its weights as histograms, their
 * correlations as a heat map, and what it learns with each optimizer as bars.
 *
 *     64_charts [epochs]
 *
 *     cc -O2 64_charts.c $(pkg-config --cflags --libs gradus) -o 64_charts */
#include <gradus.h>
#include <stdlib.h>

enum { POINTS = 600, UNITS = 32, KINDS = 5 };

static const char *const names[KINDS] = { "SGD", "momentum", "Adagrad", "RMSProp", "Adam" };
static const char *const classes[] = { "inner", "outer" };

/* Points of two rings. */
static gd_dataset rings(void)
{
    gd_dataset set = { gd_normal(GD_SHAPE(POINTS, 2), 0, 0.12), gd_zeros(GD_SHAPE(POINTS)) };
    gd_tensor *angle = gd_uniform(GD_SHAPE(POINTS), 0, 6.2831853), *c = gd_cos(angle), *s = gd_sin(angle);
    for (int64_t i = 0; i < POINTS; i++) {
        gd_real radius = i % 2 ? 1 : (gd_real)0.5;
        set.x->data[2 * i] += radius * c->data[i];
        set.x->data[2 * i + 1] += radius * s->data[i];
        set.y->data[i] = (gd_real)(i % 2);
    }
    return set;
}

static gd_optimizer *optimizer(int kind, gd_params *params)
{
    gd_sgd_options sgd = gd_sgd_defaults(), momentum = gd_sgd_defaults();
    gd_adagrad_options adagrad = gd_adagrad_defaults();
    gd_rmsprop_options rmsprop = gd_rmsprop_defaults();
    gd_adam_options adam = gd_adam_defaults();
    sgd.lr = momentum.lr = adagrad.lr = 0.05;
    momentum.momentum = 0.9;
    rmsprop.lr = adam.lr = 0.01;
    switch (kind) {
    case 0:  return gd_sgd(params, sgd);
    case 1:  return gd_sgd(params, momentum);
    case 2:  return gd_adagrad(params, adagrad);
    case 3:  return gd_rmsprop(params, rmsprop);
    default: return gd_adam(params, adam);
    }
}

/* Trains one network; its accuracy, and the first layer before and after. */
static double train(gd_dataset data, int kind, int epochs, gd_tensor **before, gd_tensor **after)
{
    gd_seed(2);
    gd_params *params = gd_params_new();
    gd_linear first = gd_linear_new(params, "first", 2, UNITS), second = gd_linear_new(params, "second", UNITS, 2);
    gd_optimizer *by = optimizer(kind, params);
    gd_loader *load = gd_loader_new(data, (gd_loader_options){ .batch = 50, .shuffle = true, .seed = 3 });
    *before = gd_scale(gd_detach(first.weight), 1);
    for (int epoch = 0; epoch < epochs; epoch++) {
        gd_batch batch;
        while (gd_loader_next(load, &batch)) {
            GD_SCOPE;
            gd_tensor *logits = gd_linear_apply(&second, gd_tanh(gd_linear_apply(&first, batch.x)));
            gd_backward(gd_cross_entropy(logits, batch.y, GD_MEAN));
            gd_step(by);
            gd_zero_grad(by);
        }
    }
    *after = gd_scale(gd_detach(first.weight), 1);
    GD_SCOPE;
    GD_NO_GRAD;
    double accuracy = gd_accuracy(gd_linear_apply(&second, gd_tanh(gd_linear_apply(&first, data.x))), data.y);
    gd_loader_free(load);
    gd_optimizer_free(by);
    gd_params_free(params);
    return accuracy;
}

int main(int count, char **argument)
{
    int epochs = count > 1 ? atoi(argument[1]) : 40;
    gd_on_error(gd_abort);
    gd_seed(1);
    gd_dataset data = rings();
    gd_tensor *accuracies = gd_zeros(GD_SHAPE(KINDS)), *before, *after;
    for (int kind = 0; kind < KINDS; kind++) {
        accuracies->data[kind] = (gd_real)train(data, kind, epochs, &before, &after);
        printf("%-10s accuracy %.4f\n", names[kind], (double)accuracies->data[kind]);
    }
    gd_plot *panels[4] = { gd_plot_new("Two rings", "x₁", "x₂"),
                           gd_plot_new("First layer, before and after Adam", "weight", "count"),
                           gd_plot_new("Which units look the same way", "unit", "unit"),
                           gd_plot_new("After the same epochs", "", "accuracy") };
    gd_plot_scatter_classes(panels[0], gd_select(data.x, 1, 0), gd_select(data.x, 1, 1), data.y, classes, 2);
    gd_plot_histogram(panels[1], "before", before, 0);
    gd_plot_histogram(panels[1], "after", after, 0);
    gd_tensor *angle = gd_atan2(gd_select(after, 1, 1), gd_select(after, 1, 0));
    gd_tensor *rows = gd_index_select(after, 0, gd_argsort(angle, 0, false));       /* by direction */
    rows = gd_div(rows, gd_sqrt(gd_sum_axis(gd_square(rows), 1, true)));
    gd_plot_heat(panels[2], gd_matmul(rows, gd_transpose(rows, 0, 1)), (gd_heat_look){ 0 });
    gd_plot_z_label(panels[2], "cosine");
    gd_plot_bar(panels[3], "", names, accuracies);
    gd_plot_ylim(panels[3], 0, 1);
    gd_plot_save_grid(panels, 2, 2, "A network tells two rings apart", "out/64_charts.png");
    for (int i = 0; i < 4; i++)
        gd_plot_free(panels[i]);
    printf("wrote out/64_charts.png: the weights spread, and units pair off in opposite directions\n");
    return 0;
}
