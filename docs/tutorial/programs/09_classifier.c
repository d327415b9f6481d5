/* 09_classifier - pictures of clothes: a classifier on Fashion-MNIST, and its accuracy.
 *
 *     cc -O2 09_classifier.c $(pkg-config --cflags --libs gradus) -o 09_classifier
 *     ./09_classifier [hidden units]
 *
 * A network 784-64-10 (d2l 4.3 and 5.2) learns from the first 10000 pictures, six epochs with Adam. Printed are loss
 * and accuracy, and which classes are taken for each other. The picture shows the accuracy on pictures that the network
 * has learnt from, and on those that it has not. */
#include <gradus.h>
#include <stdlib.h>

static const char *const classes[] = { "t-shirt", "trouser", "pullover", "dress", "coat",
                                       "sandal", "shirt", "sneaker", "bag", "ankle boot" };
static gd_linear hidden, output;

static gd_tensor *scores(gd_tensor *x)                  /* x [n, 784] -> [n, 10] */
{
    return gd_linear_apply(&output, gd_relu(gd_linear_apply(&hidden, x)));
}

/* The share of pictures whose own class has the highest score. */
static double accuracy(gd_dataset set)
{
    GD_SCOPE;
    GD_NO_GRAD;
    return gd_accuracy(scores(set.x), set.y);
}

static gd_dataset first_rows(gd_dataset set, int64_t n)
{
    return (gd_dataset){ gd_slice(set.x, 0, 0, n, 1), gd_slice(set.y, 0, 0, n, 1) };
}

/* The pair of classes that is confused most often. */
static void print_confusion(gd_dataset test)
{
    GD_SCOPE;
    GD_NO_GRAD;
    gd_tensor *confusion = gd_confusion(gd_argmax(scores(test.x), 1), test.y, 10);
    printf("\nclass        right, of 1000   most often taken for\n");
    for (int64_t i = 0; i < 10; i++) {
        int64_t worst = i == 0 ? 1 : 0;
        for (int64_t j = 0; j < 10; j++)
            if (j != i && gd_at(confusion, GD_SHAPE(i, j)) > gd_at(confusion, GD_SHAPE(i, worst)))
                worst = j;
        printf("%-12s %14d   %s\n", classes[i], (int)gd_at(confusion, GD_SHAPE(i, i)), classes[worst]);
    }
}

int main(int count, char **argument)
{
    gd_on_error(gd_abort);
    int64_t units = count > 1 ? atoi(argument[1]) : 64;

    /* 1. Data and model */
    gd_dataset training = first_rows(gd_fashion_mnist(NULL, true), 10000);      /* x [10000, 784], y [10000] */
    gd_dataset test = gd_fashion_mnist(NULL, false);                            /* x [10000, 784], y [10000] */
    gd_seed(1);
    gd_params *net = gd_params_new();
    hidden = gd_linear_new(net, "hidden", 784, units);
    output = gd_linear_new(net, "output", units, 10);
    gd_optimizer *adam = gd_adam(net, gd_adam_defaults());                      /* lr 0.001 */
    gd_loader *load = gd_loader_new(training, (gd_loader_options){ .batch = 50, .shuffle = true, .seed = 1 });
    gd_plot *plot = gd_plot_new("Fashion-MNIST", "epoch", "accuracy");

    /* 2. Training */
    printf("%d parameters\n\nepoch    loss   training accuracy   test accuracy\n", (int)gd_params_count(net));
    for (int epoch = 1; epoch <= 6; epoch++) {
        gd_running mean = gd_running_start();
        gd_batch batch;
        while (gd_loader_next(load, &batch)) {
            GD_SCOPE;
            gd_tensor *loss = gd_cross_entropy(scores(batch.x), batch.y, GD_MEAN);
            gd_backward(loss);
            gd_step(adam);
            gd_zero_grad(adam);
            gd_running_add(&mean, (double)gd_item(loss), (double)batch.size);
        }
        double known = accuracy(training), unknown = accuracy(test);
        printf("%5d   %.3f   %17.3f   %13.3f\n", epoch, gd_running_mean(&mean), known, unknown);
        gd_plot_point(plot, "10000 pictures for training", epoch, known);
        gd_plot_point(plot, "10000 pictures for test", epoch, unknown);
    }

    /* 3. Which classes are confused? */
    print_confusion(test);
    gd_plot_style(plot, "10000 pictures for training", (gd_plot_look){ .marker = GD_CIRCLE });
    gd_plot_style(plot, "10000 pictures for test", (gd_plot_look){ .marker = GD_CIRCLE });
    gd_plot_ylim(plot, 0.7, 0.9);
    gd_plot_size(plot, 720, 450);
    gd_plot_save(plot, "09_classifier.png");
    gd_plot_free(plot);
    gd_loader_free(load);
    gd_optimizer_free(adam);
    gd_params_free(net);
    return 0;
}
