/* 03_mlp - the book's multilayer perceptron on Fashion-MNIST: 784-256-10, relu, cross-entropy, Adam.
 *
 *     03_mlp [--epochs n] [--seed n] [--train n] [folder with the four .gz files]
 *
 * Per epoch: mean training loss, training accuracy (as the batches came by) and test accuracy, printed and drawn in
 * one picture, the loss on the left axis and the accuracies on the right one.  Where the data are not found it trains
 * on two interleaved spirals. */
#include <gradus.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static gd_linear hidden, output;

static gd_tensor *forward(gd_tensor *x)
{
    return gd_linear_apply(&output, gd_relu(gd_linear_apply(&hidden, x)));
}

/* How many examples get their own label. */
static double hits(gd_tensor *logits, gd_tensor *labels)
{
    GD_NO_GRAD;
    return (double)gd_item(gd_sum(gd_eq(gd_argmax(logits, 1), labels)));
}

static double accuracy(gd_dataset set)
{
    gd_loader *load = gd_loader_new(set, (gd_loader_options){ .batch = 1000 });
    gd_batch batch;
    double right = 0;
    while (gd_loader_next(load, &batch)) {
        GD_SCOPE;
        GD_NO_GRAD;
        right += hits(forward(batch.x), batch.y);
    }
    gd_loader_free(load);
    return right / (double)set.x->shape[0];
}

/* ---- Data ------------------------------------------------------------------------------------------------ */

/* Two spirals, one turned by half a turn; points of class 1 are the mirror images of class 0. */
static gd_dataset spirals(int64_t n)
{
    gd_dataset set = { gd_zeros(GD_SHAPE(n, 2)), gd_zeros(GD_SHAPE(n)) };
    gd_tensor *noise = gd_normal(GD_SHAPE(n, 2), 0, 0.03), *along = gd_uniform(GD_SHAPE(n), 0.1, 1);
    for (int64_t i = 0; i < n; i++) {
        double angle = 9 * sqrt((double)along->data[i]), side = i % 2 ? -1 : 1, radius = angle / 9;
        set.x->data[2 * i]     = (gd_real)(side * radius * cos(angle)) + noise->data[2 * i];
        set.x->data[2 * i + 1] = (gd_real)(side * radius * sin(angle)) + noise->data[2 * i + 1];
        set.y->data[i] = (gd_real)(i % 2);
    }
    return set;
}

static gd_dataset first_rows(gd_dataset set, int64_t n)
{
    return (gd_dataset){ gd_slice(set.x, 0, 0, n, 1), gd_slice(set.y, 0, 0, n, 1) };
}

typedef struct task {
    gd_dataset  train, test;
    const char *title;
    int         classes, hidden_units;
    int64_t     batch;
    double      lr;
} task;

static task fashion_mnist_or_spirals(const char *folder)
{
    gd_on_error(NULL);
    gd_dataset train = gd_fashion_mnist(folder, true), test = gd_fashion_mnist(folder, false);
    gd_on_error(gd_abort);
    if (train.x && test.x)
        return (task){ train, test, "MLP 784-256-10 on Fashion-MNIST, Adam", 10, 256, 256, 1e-3 };
    printf("%s\n\nTraining on two spirals instead, made up here.\n\n", gd_last_error());
    return (task){ spirals(4000), spirals(1000), "MLP 2-256-2 on two made-up spirals, Adam", 2, 256, 64, 1e-2 };
}

/* ---- Training -------------------------------------------------------------------------------------------- */

static void train(task t, int epochs, uint64_t seed, gd_plot *plot)
{
    gd_params *net = gd_params_new();
    hidden = gd_linear_new(net, "hidden", t.train.x->shape[1], t.hidden_units);
    output = gd_linear_new(net, "output", t.hidden_units, t.classes);
    printf("%s: %lld parameters, %lld training examples\n", t.title, (long long)gd_params_count(net),
           (long long)t.train.x->shape[0]);
    gd_adam_options options = gd_adam_defaults();
    options.lr = t.lr;
    gd_optimizer *adam = gd_adam(net, options);
    gd_loader *load = gd_loader_new(t.train, (gd_loader_options){ .batch = t.batch, .shuffle = true, .seed = seed });

    printf("epoch   train loss   train accuracy   test accuracy\n");
    for (int epoch = 1; epoch <= epochs; epoch++) {
        gd_progress bar = gd_progress_start(stderr, "03_mlp");
        double loss_sum = 0, right = 0, seen = 0;
        gd_batch batch;
        while (gd_loader_next(load, &batch)) {
            GD_SCOPE;
            gd_tensor *logits = forward(batch.x);
            gd_tensor *loss = gd_cross_entropy(logits, batch.y, GD_MEAN);
            gd_backward(loss);
            gd_step(adam);
            gd_zero_grad(adam);
            loss_sum += (double)gd_item(loss) * (double)batch.size;
            right += hits(logits, batch.y);
            seen += (double)batch.size;
            gd_progress_show(&bar, gd_loader_epoch(load), batch.first / t.batch, loss_sum / seen, (int64_t)seen);
        }
        gd_progress_end(&bar);
        double test = accuracy(t.test);
        printf("%5d   %10.4f   %14.4f   %13.4f\n", epoch, loss_sum / seen, right / seen, test);
        gd_plot_point(plot, "train loss", epoch, loss_sum / seen);
        gd_plot_point(plot, "train accuracy", epoch, right / seen);
        gd_plot_point(plot, "test accuracy", epoch, test);
    }
    gd_loader_free(load);
    gd_optimizer_free(adam);
    gd_params_free(net);
}

int main(int count, char **argument)
{
    gd_on_error(gd_abort);
    int epochs = 10;
    int64_t rows = INT64_MAX;
    uint64_t seed = 1;
    const char *folder = NULL;
    for (int i = 1; i < count; i++) {
        if (strcmp(argument[i], "--epochs") == 0 && i + 1 < count)
            epochs = atoi(argument[++i]);
        else if (strcmp(argument[i], "--seed") == 0 && i + 1 < count)
            seed = strtoull(argument[++i], NULL, 10);
        else if (strcmp(argument[i], "--train") == 0 && i + 1 < count)
            rows = atoll(argument[++i]);
        else
            folder = argument[i];
    }
    gd_seed(seed);
    task t = fashion_mnist_or_spirals(folder);
    t.train = first_rows(t.train, rows);
    gd_plot *plot = gd_plot_new(t.title, "epoch", "loss");
    train(t, epochs, seed, plot);
    gd_plot_second_y(plot, "train accuracy", "accuracy");
    gd_plot_second_y(plot, "test accuracy", NULL);
    gd_plot_save(plot, "out/03_mlp.png");
    gd_plot_free(plot);
    printf("\nwrote out/03_mlp.png\n");
    return 0;
}
