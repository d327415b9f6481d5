/* 02_linear_regression - the book's airfoil protocol with Adam.
 *
 * Dive into Deep Learning, chapter "Optimization Algorithms": 1500 examples, 5 features, batches of 10, 2
 * epochs; after every 200 examples the loss over all 1500 is recorded.  The least-squares optimum, below which
 * no method can get, is 0.241688.
 *
 *     02_linear_regression [path of airfoil_self_noise.dat]
 *
 * Where the data are not found it trains on the book's synthetic line, w = [2, -3.4], b = 4.2, noise 0.01. */
#include <gradus.h>
#include <math.h>
#include <string.h>

static gd_tensor *w, *b;

/* mean (x w + b - y)^2 / 2 */
static gd_tensor *half_mse(gd_tensor *x, gd_tensor *y)
{
    gd_tensor *error = gd_sub(gd_add(gd_matmul(x, w), b), y);
    return gd_scale(gd_mean(gd_square(error)), 0.5);
}

static double loss_over(gd_dataset set)
{
    GD_SCOPE;
    GD_NO_GRAD;
    return (double)gd_item(half_mse(set.x, set.y));
}

/* y = X w + b + noise, as in the book's chapter on linear regression. */
static gd_dataset synthetic_line(int64_t n)
{
    gd_tensor *x = gd_normal(GD_SHAPE(n, 2), 0, 1);
    gd_tensor *truth = gd_from(GD_SHAPE(2, 1), (const gd_real[]){ 2, (gd_real)-3.4 });
    gd_tensor *y = gd_add(gd_shift(gd_matmul(x, truth), 4.2), gd_normal(GD_SHAPE(n, 1), 0, 0.01));
    return (gd_dataset){ x, y };
}

static gd_dataset data(const char *path, bool *airfoil)
{
    gd_on_error(NULL);
    gd_dataset set = gd_airfoil(path);
    gd_on_error(gd_abort);
    *airfoil = set.x != NULL;
    if (*airfoil)
        return set;
    printf("%s\n\nTraining on a synthetic line instead, made up here.\n\n", gd_last_error());
    return synthetic_line(1500);
}

int main(int count, char **argument)
{
    bool airfoil;
    gd_seed(1);
    gd_dataset   set    = data(count > 1 ? argument[1] : NULL, &airfoil);
    gd_loader   *load   = gd_loader_new(set, (gd_loader_options){ .batch = 10, .shuffle = true, .seed = 1 });
    gd_params   *net    = gd_params_new();
    w = gd_param(net, "w", gd_normal(GD_SHAPE(set.x->shape[1], 1), 0, 0.01));
    b = gd_param(net, "b", gd_zeros(GD_SHAPE(1)));
    gd_adam_options options = gd_adam_dialect(GD_D2L);
    options.lr = airfoil ? 0.01 : 0.05;         /* the line's weights are far from 0 */
    gd_optimizer *adam = gd_adam(net, options);
    gd_plot     *plot   = gd_plot_new(airfoil ? "Adam on airfoil noise" : "Adam on a synthetic line, made up", "epoch",
                                      "loss");
    if (airfoil) {
        gd_plot_xlim(plot, 0, 2);
        gd_plot_ylim(plot, 0.22, 0.35);         /* the book's frame */
        gd_plot_hline(plot, 0.241688, "least squares");
    } else {
        gd_plot_log_y(plot, true);
    }

    printf("examples      loss over all %d\n", (int)set.x->shape[0]);
    for (int64_t seen = 0; gd_loader_epoch(load) < 2;) {
        gd_batch batch;
        while (gd_loader_next(load, &batch)) {
            GD_SCOPE;
            gd_backward(half_mse(batch.x, batch.y));
            gd_step(adam);
            gd_zero_grad(adam);
            seen += batch.size;
            if (seen % 200 == 0) {
                double loss = loss_over(set);
                printf("%8d      %.6f\n", (int)seen, loss);
                gd_plot_point(plot, "adam", gd_loader_epoch(load), loss);
            }
        }
    }
    if (!airfoil) {
        double off = fmax(fmax(fabs((double)w->data[0] - 2), fabs((double)w->data[1] + 3.4)),
                          fabs((double)b->data[0] - 4.2));
        printf("\nw = [%.4f, %.4f], b = %.4f: from [2, -3.4] and 4.2 they are off by at most %.4f\n",
               (double)w->data[0], (double)w->data[1], (double)b->data[0], off);
    }
    gd_plot_save(plot, "out/02_linear_regression.png");
    printf("\nwrote out/02_linear_regression.png\n");

    gd_plot_free(plot);
    gd_optimizer_free(adam);
    gd_params_free(net);
    gd_loader_free(load);
    return 0;
}
