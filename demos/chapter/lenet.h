/* lenet.h - LeNet with relu and max pooling, and the images that it learns; for 22_lenet_schedules.
 *
 *     1 x 28 x 28 - convolution, pool - 6 x 14 x 14 - convolution, pool - 400 - 120 - 84 - classes
 *
 * demos/11_lenet.c is the same network as a whole program. */
#ifndef CHAPTER_LENET_H
#define CHAPTER_LENET_H

#include <gradus.h>
#include <math.h>

typedef struct lenet {
    gd_conv2d_layer conv1, conv2;
    gd_linear       full1, full2, output;
} lenet;

static inline lenet lenet_new(gd_params *p, int classes)
{
    const gd_conv2d_options wide = { .padding = { 2, 2 } }, narrow = { .padding = { 0, 0 } };
    return (lenet){
        gd_conv2d_new(p, "conv1", 1, 6, 5, 5, wide), gd_conv2d_new(p, "conv2", 6, 16, 5, 5, narrow),
        gd_linear_new(p, "full1", 400, 120), gd_linear_new(p, "full2", 120, 84),
        gd_linear_new(p, "output", 84, classes),
    };
}

static inline gd_tensor *lenet_apply(const lenet *net, gd_tensor *x)
{
    const gd_pool2d_options halves = { .kernel = { 2, 2 } };
    x = gd_reshape(x, GD_SHAPE(-1, 1, 28, 28));
    x = gd_relu(gd_max_pool2d(gd_conv2d_apply(&net->conv1, x), halves));
    x = gd_relu(gd_max_pool2d(gd_conv2d_apply(&net->conv2, x), halves));
    x = gd_relu(gd_linear_apply(&net->full1, gd_flatten(x, 1)));
    return gd_linear_apply(&net->output, gd_relu(gd_linear_apply(&net->full2, x)));
}

/* How many of the labels [n] the logits [n, classes] tell. */
static inline double hits(gd_tensor *logits, gd_tensor *labels)
{
    GD_NO_GRAD;
    return (double)gd_item(gd_sum(gd_eq(gd_argmax(logits, 1), labels)));
}

static inline double lenet_accuracy(const lenet *net, gd_dataset set)
{
    gd_loader *load = gd_loader_new(set, (gd_loader_options){ .batch = 500 });
    gd_batch batch;
    double right = 0;
    while (gd_loader_next(load, &batch)) {
        GD_SCOPE;
        GD_NO_GRAD;
        right += hits(lenet_apply(net, batch.x), batch.y);
    }
    gd_loader_free(load);
    return right / (double)set.x->shape[0];
}

typedef struct image_task {
    gd_dataset  train, test;
    const char *on;                         /* "on Fashion-MNIST", for titles */
    int         classes;
} image_task;

/* Noisy waves that run in one of four directions, with a random phase and length. */
static inline gd_dataset stripes(int64_t n)
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

static inline gd_dataset first_rows(gd_dataset set, int64_t n)
{
    return (gd_dataset){ gd_slice(set.x, 0, 0, n, 1), gd_slice(set.y, 0, 0, n, 1) };
}

/* The first n images to train on, the first n/4 of others to test with.  Where Fashion-MNIST is not to be had, stripes
 * of four directions are made up, and that is said.  Errors end the program from here on. */
static inline image_task image_task_load(const char *folder, int64_t n)
{
    gd_on_error(NULL);
    gd_dataset train = gd_fashion_mnist(folder, true), test = gd_fashion_mnist(folder, false);
    gd_on_error(gd_abort);
    if (train.x && test.x)
        return (image_task){ first_rows(train, n), first_rows(test, n / 4), "on Fashion-MNIST", 10 };
    printf("%s\n\nLearning the directions of stripes instead, made up here.\n\n", gd_last_error());
    return (image_task){ stripes(n), stripes(n / 4), "on made-up stripes of four directions", 4 };
}

#endif
