/* 43_lamb - large batches: LAMB beside AdamW, with the same number of epochs whatever the batch.
 *
 *     u = m_hat/(sqrt(v_hat) + eps) + decay w,    w = w - lr |w|/|u| u        with the lengths of each whole tensor
 *
 * Since the book; You and others, "Large batch optimization for deep learning" (ICLR 2020).  Batches that are 8 times
 * as large leave an eighth of the steps, which must be larger, and the layers bear that differently: LAMB moves each
 * of them by the same part of its own length.  The network, 16-64-64-4, learns 2048 examples in 8 epochs; both
 * optimizers are tuned by the same grid of rates at every size of batch, and the rate falls to 0 along a line.
 *
 *     cc -O2 43_lamb.c $(pkg-config --cflags --libs gradus) -lm -o 43_lamb
 *     43_lamb [seeds] */
#include <gradus.h>
#include <math.h>
#include <stdlib.h>

enum { EXAMPLES = 2048, IN = 16, WIDTH = 64, CLASSES = 4, EPOCHS = 8, SIZES = 4, RATES = 6 };
static const int    sizes[SIZES] = { 16, 64, 256, 1024 };
static const double rates[RATES] = { 1e-3, 3e-3, 1e-2, 3e-2, 1e-1, 3e-1 };

typedef struct network { gd_linear first, second, head; } network;

static network network_new(gd_params *p)
{
    return (network){ gd_linear_new(p, "first", IN, WIDTH), gd_linear_new(p, "second", WIDTH, WIDTH),
                      gd_linear_new(p, "head", WIDTH, CLASSES) };
}

static gd_tensor *output(const network *n, gd_tensor *x)
{
    x = gd_relu(gd_linear_apply(&n->first, x));
    return gd_linear_apply(&n->head, gd_relu(gd_linear_apply(&n->second, x)));
}

/* Classes are told by a network with random weights. */
static gd_dataset data(void)
{
    GD_NO_GRAD;
    gd_seed(1);
    gd_params *p = gd_params_new();
    network teacher = network_new(p);
    gd_assign(teacher.second.weight, gd_scale(teacher.second.weight, 3));
    gd_tensor *x = gd_normal(GD_SHAPE(EXAMPLES, IN), 0, 1);
    gd_dataset set = { x, gd_argmax(output(&teacher, x), 1) };
    gd_params_free(p);
    return set;
}

/* The loss over all examples after 8 epochs. */
static double train(gd_dataset set, bool lamb, double lr, int size, int seed)
{
    gd_seed((uint64_t)seed + 2);
    gd_params *p = gd_params_new();
    network n = network_new(p);
    gd_lamb_options of_lamb = gd_lamb_defaults();
    gd_adamw_options of_adamw = gd_adamw_defaults();
    of_lamb.lr = of_adamw.lr = lr;
    of_lamb.weight_decay = of_adamw.weight_decay;
    gd_optimizer *o = lamb ? gd_lamb(p, of_lamb) : gd_adamw(p, of_adamw);
    gd_loader *load = gd_loader_new(set, (gd_loader_options){ .batch = size, .shuffle = true, .seed = (uint64_t)seed });
    for (int epoch = 0; epoch < EPOCHS; epoch++) {
        gd_batch batch;
        while (gd_loader_next(load, &batch)) {
            GD_SCOPE;
            o->lr = lr * (1 - (double)o->steps * size / (EPOCHS * EXAMPLES));
            gd_backward(gd_cross_entropy(output(&n, batch.x), batch.y, GD_MEAN));
            gd_step(o);
            gd_zero_grad(o);
        }
    }
    GD_SCOPE;
    GD_NO_GRAD;
    double loss = (double)gd_item(gd_cross_entropy(output(&n, set.x), set.y, GD_MEAN));
    gd_loader_free(load);
    gd_optimizer_free(o);
    gd_params_free(p);
    return loss;
}

int main(int count, char **argument)
{
    const int seeds = count > 1 ? atoi(argument[1]) : 3;
    gd_on_error(gd_abort);
    gd_dataset set = data();
    gd_plot *plot = gd_plot_new("8 epochs with batches of different size", "examples in a batch",
                                "loss at the best rate");
    for (int lamb = 0; lamb < 2; lamb++)
        gd_plot_style(plot, lamb ? "LAMB" : "AdamW", (gd_plot_look){ .line = lamb ? GD_DASHED : GD_SOLID,
                                                                     .marker = lamb ? GD_SQUARE : GD_CIRCLE });
    gd_plot_xlim(plot, 12, 1400);
    gd_plot_log_x(plot, true);
    gd_plot_log_y(plot, true);
    printf("batch  steps              ");
    for (int r = 0; r < RATES; r++)
        printf("  %8g", rates[r]);
    for (int i = 0; i < SIZES; i++)
        for (int lamb = 0; lamb < 2; lamb++) {
            double best = INFINITY, low = 0, high = 0;
            printf("\n%5d  %5d  %-10s  ", sizes[i], EPOCHS * EXAMPLES / sizes[i], lamb ? "LAMB" : "AdamW");
            for (int r = 0; r < RATES; r++) {
                double mean = 0, least = INFINITY, most = 0;
                for (int seed = 0; seed < seeds; seed++) {
                    const double loss = train(set, lamb, rates[r], sizes[i], seed);
                    mean += loss / seeds;
                    least = fmin(least, loss);
                    most = fmax(most, loss);
                }
                printf("  %8.4f", mean);
                if (mean < best) {
                    best = mean;
                    low = least;
                    high = most;
                }
            }
            gd_plot_point(plot, lamb ? "LAMB" : "AdamW", sizes[i], best);
            gd_plot_band_point(plot, lamb ? "LAMB" : "AdamW", sizes[i], low, high);
        }
    gd_plot_save(plot, "out/43_lamb.png");
    gd_plot_free(plot);
    printf("\nwrote out/43_lamb.png: the mean, and the range over %d seeds, at the best rate: with few large\n"
           "steps LAMB is ahead, with many small ones AdamW\n", seeds);
    return 0;
}
