/* shapes - a convolutional network with batch norm and dropout tells made-up shapes apart.
 *
 * Circles, squares, triangles and crosses of any size, in 20 x 20 pixels with noise.  Few are shown, 40 of each, so
 * that the network would learn them by heart: dropout and random shifts and flips of the images, made anew in every
 * epoch by the loader, keep it from that.  It is judged by 400 others. */
#include <gradus.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SIDE = 20, KINDS = 4 };
static const char *const kinds[KINDS] = { "circle", "square", "triangle", "cross" };

/* Is (x, y), relative to the middle of a shape of radius 1, part of its outline? */
static bool outlined(int kind, double x, double y, double width)
{
    const double size = fmax(fabs(x), fabs(y));
    switch (kind) {
    case 0:  return fabs(hypot(x, y) - 0.9) < width;
    case 1:  return fabs(size - 0.8) < width;
    case 2:  return fabs(fmax(-y - 0.5, 0.87 * fabs(x) + 0.5 * y - 0.5)) < width;
    default: return size < 0.9 && fabs(fabs(x) - fabs(y)) < width;
    }
}

static gd_dataset made(int64_t n)
{
    gd_dataset set = { gd_normal(GD_SHAPE(n, 1, SIDE, SIDE), 0, 0.25), gd_zeros(GD_SHAPE(n)) };
    gd_tensor *place = gd_uniform(GD_SHAPE(n, 3), 0, 1);
    for (int64_t i = 0; i < n; i++) {
        const double radius = 4.5 + 3.5 * (double)place->data[3 * i], free = SIDE - 1 - 2 * radius;
        const double cx = radius + free * (double)place->data[3 * i + 1];
        const double cy = radius + free * (double)place->data[3 * i + 2];
        set.y->data[i] = (gd_real)(i % KINDS);
        for (int r = 0; r < SIDE; r++)
            for (int c = 0; c < SIDE; c++)
                if (outlined((int)(i % KINDS), (c - cx) / radius, (cy - r) / radius, 1 / radius))
                    set.x->data[(i * SIDE + r) * SIDE + c] += 1;
    }
    return set;
}

typedef struct model {
    gd_params          *params;
    gd_conv2d_layer     conv[2];
    gd_batch_norm_layer norm[2];
    gd_linear           hidden, output;
} model;

static model model_new(void)
{
    gd_params *p = gd_params_new();
    const gd_conv2d_options same = { .padding = { 1, 1 } };
    return (model){ p, { gd_conv2d_new(p, "conv1", 1, 12, 3, 3, same), gd_conv2d_new(p, "conv2", 12, 24, 3, 3, same) },
                    { gd_batch_norm_new(p, "norm1", 12), gd_batch_norm_new(p, "norm2", 24) },
                    gd_linear_new(p, "hidden", 24 * SIDE * SIDE / 16, 48), gd_linear_new(p, "output", 48, KINDS) };
}

static gd_tensor *forward(const model *m, gd_tensor *x, bool training)     /* [n, 1, SIDE, SIDE] -> logits [n, KINDS] */
{
    for (int i = 0; i < 2; i++) {
        x = gd_relu(gd_batch_norm_apply(&m->norm[i], gd_conv2d_apply(&m->conv[i], x), training));
        x = gd_max_pool2d(x, (gd_pool2d_options){ .kernel = { 2, 2 } });
    }
    x = gd_relu(gd_linear_apply(&m->hidden, gd_flatten(x, 1)));
    return gd_linear_apply(&m->output, gd_dropout(x, 0.3, training));
}

static bool augment(void *context, gd_batch *batch)
{
    (void)context;
    return gd_random_shift(batch->x, 2) && gd_random_flip(batch->x, 0.5);
}

static gd_tensor *judged(const model *m, gd_dataset set)
{
    GD_NO_GRAD;
    return forward(m, set.x, false);
}

static void train(const model *m, gd_dataset set, gd_dataset others, int epochs, gd_history *history)
{
    gd_optimizer *adam = gd_adam(m->params, gd_adam_defaults());
    gd_loader *load = gd_loader_new(set, (gd_loader_options){ .batch = 32, .shuffle = true, .seed = 1,
                                                              .change = augment, .prefetch = 2 });
    for (int epoch = 1; epoch <= epochs; epoch++) {
        gd_running loss = gd_running_start();
        gd_batch batch;
        while (gd_loader_next(load, &batch)) {
            GD_SCOPE;
            gd_tensor *l = gd_cross_entropy(forward(m, batch.x, true), batch.y, GD_MEAN);
            gd_backward(l);
            gd_step(adam);
            gd_zero_grad(adam);
            gd_running_add(&loss, (double)gd_item(l), (double)batch.size);
        }
        GD_SCOPE;
        gd_history_add(history, "loss", epoch, gd_running_mean(&loss));
        gd_history_add(history, "accuracy, shown", epoch, gd_accuracy(judged(m, set), set.y));
        gd_history_add(history, "accuracy, others", epoch, gd_accuracy(judged(m, others), others.y));
    }
    gd_loader_free(load);
    gd_optimizer_free(adam);
}

static void print_confusion(const gd_tensor *confusion)
{
    printf("\n%-10s taken for\n%-10s", "", "");
    for (int k = 0; k < KINDS; k++)
        printf("%10s", kinds[k]);
    printf("\n");
    for (int i = 0; i < KINDS; i++) {
        printf("%-10s", kinds[i]);
        for (int k = 0; k < KINDS; k++)
            printf("%10.0f", (double)gd_at(confusion, GD_SHAPE(i, k)));
        printf("\n");
    }
}

int main(int count, char **argument)
{
    gd_on_error(gd_abort);
    int epochs = count > 2 && strcmp(argument[1], "--epochs") == 0 ? atoi(argument[2]) : 25;
    gd_seed(1);
    gd_dataset shown = made(40 * KINDS), others = made(100 * KINDS);
    model m = model_new();
    gd_params_print(stdout, m.params);
    gd_history *history = gd_history_new("epoch");
    train(&m, shown, others, epochs, history);

    gd_tensor *scores = judged(&m, others);
    print_confusion(gd_confusion(gd_argmax(scores, 1), others.y, KINDS));
    printf("\naccuracy on the others: %.3f\n", gd_accuracy(scores, others.y));
    gd_plot *loss = gd_plot_new("Cross-entropy while training", "epoch", "");
    gd_plot *accuracy = gd_plot_new("Accuracy", "epoch", "");
    gd_history_plot(history, "loss", loss);
    gd_history_plot(history, "accuracy, shown", accuracy);
    gd_history_plot(history, "accuracy, others", accuracy);
    gd_plot_log_y(loss, true);
    gd_plot_legend(loss, GD_LEGEND_NONE);
    gd_plot_save_grid((gd_plot *[]){ loss, accuracy }, 1, 2, "Four made-up shapes", "out/shapes.png");
    printf("wrote out/shapes.png\n");

    gd_plot_free(loss);
    gd_plot_free(accuracy);
    gd_history_free(history);
    gd_params_free(m.params);
    return 0;
}
