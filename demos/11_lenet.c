/* 11_lenet - a convolutional network on Fashion-MNIST, after LeNet-5 (Y. LeCun, L. Bottou, Y. Bengio, P. Haffner,
 * "Gradient-based learning applied to document recognition", 1998), with relu and max pooling.
 *
 *     1 x 28 x 28 - convolution - 6 x 28 x 28 - pool - 6 x 14 x 14 - convolution - 16 x 10 x 10 - pool - 400
 *     - 120 - 84 - 10
 *
 *     11_lenet [--epochs n] [--seed n] [--train examples] [folder with the four .gz files]
 *
 * Where the data are not found it learns to tell stripes of four directions apart.  The picture shows loss, on
 * the left axis, and accuracy, on the right one, by epoch. */
#include <gradus.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct lenet {
    gd_conv2d_layer conv1, conv2;
    gd_linear       full1, full2, output;
} lenet;

static lenet lenet_new(gd_params *p, int classes)
{
    const gd_conv2d_options wide = { .padding = { 2, 2 } }, narrow = { .padding = { 0, 0 } };
    return (lenet){
        gd_conv2d_new(p, "conv1", 1, 6, 5, 5, wide), gd_conv2d_new(p, "conv2", 6, 16, 5, 5, narrow),
        gd_linear_new(p, "full1", 400, 120), gd_linear_new(p, "full2", 120, 84),
        gd_linear_new(p, "output", 84, classes),
    };
}

/* Pooling before relu gives the same numbers as relu before pooling, from a quarter of the elements. */
static gd_tensor *forward(const lenet *net, gd_tensor *x)
{
    const gd_pool2d_options halves = { .kernel = { 2, 2 } };
    x = gd_reshape(x, GD_SHAPE(-1, 1, 28, 28));
    x = gd_relu(gd_max_pool2d(gd_conv2d_apply(&net->conv1, x), halves));
    x = gd_relu(gd_max_pool2d(gd_conv2d_apply(&net->conv2, x), halves));
    x = gd_relu(gd_linear_apply(&net->full1, gd_flatten(x, 1)));
    return gd_linear_apply(&net->output, gd_relu(gd_linear_apply(&net->full2, x)));
}

static double hits(gd_tensor *logits, gd_tensor *labels)
{
    GD_NO_GRAD;
    return (double)gd_item(gd_sum(gd_eq(gd_argmax(logits, 1), labels)));
}

static double accuracy(const lenet *net, gd_dataset set)
{
    gd_loader *load = gd_loader_new(set, (gd_loader_options){ .batch = 500 });
    gd_batch batch;
    double right = 0;
    while (gd_loader_next(load, &batch)) {
        GD_SCOPE;
        GD_NO_GRAD;
        right += hits(forward(net, batch.x), batch.y);
    }
    gd_loader_free(load);
    return right / (double)set.x->shape[0];
}

/* ---- Data --------------------------------------------------------------------------------------------------- */

/* Noisy waves that run in one of four directions, with a random phase and length. */
static gd_dataset stripes(int64_t n)
{
    gd_dataset set = { gd_normal(GD_SHAPE(n, 784), 0, 0.5), gd_zeros(GD_SHAPE(n)) };
    gd_tensor *random = gd_uniform(GD_SHAPE(n, 2), 0, 1);
    for (int64_t i = 0; i < n; i++) {
        double angle = 0.78539816 * (double)(i % 4), length = 4 + 4 * (double)random->data[2 * i];
        for (int64_t k = 0; k < 784; k++) {
            double along = cos(angle) * (double)(k / 28) + sin(angle) * (double)(k % 28);
            double phase = along / length + (double)random->data[2 * i + 1];
            set.x->data[784 * i + k] += (gd_real)sin(6.2831853 * phase);
        }
        set.y->data[i] = (gd_real)(i % 4);
    }
    return set;
}

typedef struct task {
    gd_dataset  train, test;
    const char *title;
    int         classes;
    double      aim;                        /* test accuracy of the full training */
} task;

static task fashion_mnist_or_stripes(const char *folder)
{
    gd_on_error(NULL);
    gd_dataset train = gd_fashion_mnist(folder, true), test = gd_fashion_mnist(folder, false);
    gd_on_error(gd_abort);
    if (train.x && test.x)
        return (task){ train, test, "LeNet on Fashion-MNIST, Adam", 10, 0.88 };
    printf("%s\n\nLearning the directions of stripes instead, made up here.\n\n", gd_last_error());
    return (task){ stripes(6000), stripes(1000), "LeNet on made-up stripes of four directions, Adam", 4, 0.95 };
}

/* ---- Training ----------------------------------------------------------------------------------------------- */

/* The test accuracy of the last epoch. */
static double train(task t, int epochs, uint64_t seed, gd_plot *plot)
{
    gd_params *params = gd_params_new();
    lenet net = lenet_new(params, t.classes);
    printf("%s: %lld parameters, %lld training examples\n", t.title, (long long)gd_params_count(params),
           (long long)t.train.x->shape[0]);
    gd_adam_options options = gd_adam_defaults();
    options.lr = 2e-3;
    gd_optimizer *adam = gd_adam(params, options);
    gd_loader *load = gd_loader_new(t.train, (gd_loader_options){ .batch = 256, .shuffle = true, .seed = seed });

    double test = 0;
    printf("epoch   train loss   train accuracy   test accuracy   ms a step\n");
    for (int epoch = 1; epoch <= epochs; epoch++) {
        double loss_sum = 0, right = 0, seen = 0;
        int steps = 0;
        adam->lr = options.lr * (epoch > 3 * epochs / 4 ? 0.3 : 1);     /* smaller steps at the end */
        clock_t start = clock();
        gd_batch batch;
        while (gd_loader_next(load, &batch)) {
            GD_SCOPE;
            gd_tensor *logits = forward(&net, batch.x);
            gd_tensor *loss = gd_cross_entropy(logits, batch.y, GD_MEAN);
            gd_backward(loss);
            gd_step(adam);
            gd_zero_grad(adam);
            loss_sum += (double)gd_item(loss) * (double)batch.size;
            right += hits(logits, batch.y);
            seen += (double)batch.size;
            steps++;
        }
        double ms = 1e3 * (double)(clock() - start) / CLOCKS_PER_SEC / steps;
        test = accuracy(&net, t.test);
        printf("%5d   %10.4f   %14.4f   %13.4f   %9.1f\n", epoch, loss_sum / seen, right / seen, test, ms);
        gd_plot_point(plot, "train loss", epoch, loss_sum / seen);
        gd_plot_point(plot, "train accuracy", epoch, right / seen);
        gd_plot_point(plot, "test accuracy", epoch, test);
    }
    gd_loader_free(load);
    gd_optimizer_free(adam);
    gd_params_free(params);
    return test;
}

int main(int count, char **argument)
{
    gd_on_error(gd_abort);
    int epochs = 8;
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
    task t = fashion_mnist_or_stripes(folder);
    t.train.x = gd_slice(t.train.x, 0, 0, rows, 1);
    t.train.y = gd_slice(t.train.y, 0, 0, rows, 1);
    gd_plot *plot = gd_plot_new(t.title, "epoch", "loss");
    double test = train(t, epochs, seed, plot);
    gd_plot_second_y(plot, "train accuracy", "accuracy");
    gd_plot_second_y(plot, "test accuracy", NULL);
    gd_plot_save(plot, "out/11_lenet.png");
    gd_plot_free(plot);
    printf("\ntest accuracy %.4f; %.2f is the aim of 8 epochs over all examples\n", test, t.aim);
    printf("wrote out/11_lenet.png\n");
    return 0;
}
