/* 62_images_and_filters - what a convolutional network sees, and what it mistakes: test images with predicted labels,
 * the filters of its first layer, the confusion matrix (the pictures of d2l 4.2 and 7.6).
 *
 *     1 x 28 x 28 - convolution 7 x 7 - 12 x 22 x 22 - pool - 12 x 11 x 11 - relu - linear - 10
 *
 *     62_images_and_filters [training examples [folder with Fashion-MNIST]]
 *
 * Where the data are not found it learns made-up stripes of four directions.
 *
 *     cc -O2 62_images_and_filters.c $(pkg-config --cflags --libs gradus) -o 62_images_and_filters */
#include <gradus.h>
#include <math.h>
#include <stdlib.h>

enum { SHOWN = 18 };

typedef struct task {
    gd_dataset         train, test;
    const char        *title;
    const char *const *names;
    int                classes;
} task;

static const char *const clothes[] = { "T-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt",
                                       "sneaker", "bag", "ankle boot" };
static const char *const directions[] = { "|", "\\", "-", "/" };

static gd_conv2d_layer filters;
static gd_linear       output;

static gd_tensor *forward(gd_tensor *x)
{
    x = gd_conv2d_apply(&filters, gd_reshape(x, GD_SHAPE(-1, 1, 28, 28)));
    x = gd_relu(gd_max_pool2d(x, (gd_pool2d_options){ .kernel = { 2, 2 } }));
    return gd_linear_apply(&output, gd_flatten(x, 1));
}

/* Noisy waves in one of four directions. */
static gd_dataset stripes(int64_t n)
{
    gd_dataset set = { gd_normal(GD_SHAPE(n, 784), 0, 0.6), gd_zeros(GD_SHAPE(n)) };
    gd_tensor *phase = gd_uniform(GD_SHAPE(n), 0, 6.2831853);
    for (int64_t i = 0; i < n; i++) {
        double angle = 0.78539816 * (double)(i % 4);
        for (int64_t k = 0; k < 784; k++) {
            double along = cos(angle) * (double)(k % 28) + sin(angle) * (double)(k / 28);
            set.x->data[784 * i + k] += (gd_real)sin(along + (double)phase->data[i]);
        }
        set.y->data[i] = (gd_real)(i % 4);
    }
    return set;
}

static task fashion_mnist_or_stripes(const char *folder)
{
    gd_on_error(NULL);
    gd_dataset train = gd_fashion_mnist(folder, true), test = gd_fashion_mnist(folder, false);
    gd_on_error(gd_abort);
    if (train.x && test.x)
        return (task){ train, test, "A small convolutional network on Fashion-MNIST", clothes, 10 };
    printf("%s\n\nLearning stripes instead, made up here.\n\n", gd_last_error());
    return (task){ stripes(4000), stripes(1000), "A small convolutional network on made-up stripes", directions, 4 };
}

static void train(gd_dataset set, gd_params *params)
{
    gd_adamw_options options = gd_adamw_defaults();
    options.lr = 3e-3;
    options.weight_decay = 1;               /* what the filters do not need of their random start fades */
    gd_optimizer *adam = gd_adamw(params, options);
    gd_loader *load = gd_loader_new(set, (gd_loader_options){ .batch = 64, .shuffle = true });
    for (int epoch = 1; epoch <= 3; epoch++) {
        gd_batch batch;
        double sum = 0;
        while (gd_loader_next(load, &batch)) {
            GD_SCOPE;
            gd_tensor *loss = gd_cross_entropy(forward(batch.x), batch.y, GD_MEAN);
            gd_backward(loss);
            gd_step(adam);
            gd_zero_grad(adam);
            sum += (double)gd_item(loss) * (double)batch.size;
        }
        printf("epoch %d   training loss %.4f\n", epoch, sum / (double)set.x->shape[0]);
    }
    gd_loader_free(load);
    gd_optimizer_free(adam);
}

/* The first test images, below each its predicted label; wrong ones are marked. */
static gd_plot *images(task t, const gd_tensor *predicted)
{
    const char *captions[SHOWN];
    bool wrong[SHOWN];
    for (int i = 0; i < SHOWN; i++) {
        captions[i] = t.names[(int)predicted->data[i]];
        wrong[i] = predicted->data[i] != t.test.y->data[i];
    }
    gd_plot *plot = gd_plot_new("Test images and predicted labels", "", "");
    gd_plot_images(plot, gd_reshape(gd_slice(t.test.x, 0, 0, SHOWN, 1), GD_SHAPE(SHOWN, 28, 28)),
                   (gd_image_look){ .captions = captions, .marked = wrong });
    return plot;
}

int main(int count, char **argument)
{
    int64_t rows = count > 1 ? atoll(argument[1]) : 12000;
    gd_on_error(gd_abort);
    gd_seed(1);
    task t = fashion_mnist_or_stripes(count > 2 ? argument[2] : NULL);
    gd_params *params = gd_params_new();
    filters = gd_conv2d_new(params, "filters", 1, 12, 7, 7, (gd_conv2d_options){ .padding = { 0, 0 } });
    output = gd_linear_new(params, "output", 12 * 11 * 11, t.classes);
    train((gd_dataset){ gd_slice(t.train.x, 0, 0, rows, 1), gd_slice(t.train.y, 0, 0, rows, 1) }, params);

    GD_SCOPE;
    GD_NO_GRAD;
    gd_tensor *logits = forward(gd_slice(t.test.x, 0, 0, 2000, 1)), *labels = gd_slice(t.test.y, 0, 0, 2000, 1);
    gd_tensor *predicted = gd_argmax(logits, 1), *confusion = gd_confusion(predicted, labels, t.classes);
    printf("test accuracy %.4f over %lld images\n", gd_accuracy(logits, labels), (long long)labels->shape[0]);

    gd_plot *panels[3] = { images(t, predicted), gd_plot_new("Filters of the first layer", "", ""),
                           gd_plot_new("What is taken for what", "", "") };
    gd_plot_images(panels[1], filters.weight, (gd_image_look){ .together = true, .columns = 3 });
    gd_plot_confusion(panels[2], confusion, t.names);
    gd_plot_size(panels[0], 600, 440);
    gd_plot_size(panels[1], 300, 440);
    gd_plot_size(panels[2], 600, 440);
    gd_plot_save_grid(panels, 1, 3, t.title, "out/62_images_and_filters.png");
    for (int i = 0; i < 3; i++)
        gd_plot_free(panels[i]);
    gd_params_free(params);
    printf("wrote out/62_images_and_filters.png: filters become edges and blobs, and what looks alike is confused\n");
    return 0;
}
