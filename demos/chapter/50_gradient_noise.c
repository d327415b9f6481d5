/* 50_gradient_noise - how large a batch is worth its cost: the gradient noise scale, as training goes on.
 *
 * S. McCandlish and others, "An empirical model of large-batch training" (2018).  With G the gradient of the whole loss
 * and S the sum of the variances of the examples' gradients, the simple noise scale is
 *
 *     B = S / |G|^2.
 *
 * Batches much smaller than B are mostly noise: twice the batch is nearly worth twice the steps.  Much larger ones say
 * what a batch of B has said already.  A batch of b has a gradient g with E|g|^2 = |G|^2 + S/b; sizes b < c give
 *
 *     |G|^2 = (c |g_c|^2 - b |g_b|^2) / (c - b),    S = (|g_b|^2 - |g_c|^2) / (1/b - 1/c)
 *
 * (appendix A.1), here from means of |g|^2 over batches of 16 and of 512 examples, drawn with replacement.
 *
 *     cc -O2 50_gradient_noise.c $(pkg-config --cflags --libs gradus64) -o 50_gradient_noise
 *     50_gradient_noise [epochs] [batches for each mean] [path of airfoil_self_noise.dat] */
#include <stdlib.h>

#include "mlp.h"

enum { SMALL = 16, LARGE = 512 };

/* The mean of |g|^2 over batches of this many examples. */
static double mean_square(const mlp *net, gd_dataset set, int size, int batches)
{
    double sum = 0;
    for (int i = 0; i < batches; i++) {
        GD_SCOPE;
        gd_tensor *rows = gd_floor(gd_uniform(GD_SHAPE(size), 0, (double)set.x->shape[0]));
        gd_backward(mlp_loss(net, gd_index_select(set.x, 0, rows), gd_index_select(set.y, 0, rows)));
        for (int k = 0; k < gd_params_tensors(net->parameters); k++) {
            gd_tensor *w = gd_params_at(net->parameters, k);
            sum += (double)gd_item(gd_sum(gd_square(w->grad)));
            gd_zero_grad_of(w);
        }
    }
    return sum / batches;
}

typedef struct noise {
    double square, variance;                /* |G|^2 and S */
} noise;

static noise measured(const mlp *net, gd_dataset set, int batches)
{
    const double small = mean_square(net, set, SMALL, batches), large = mean_square(net, set, LARGE, batches);
    return (noise){ (LARGE * large - SMALL * small) / (LARGE - SMALL),
                    (small - large) / (1.0 / SMALL - 1.0 / LARGE) };
}

/* The same from all gradients one by one. */
static noise exact(const mlp *net, gd_dataset set)
{
    const int n = (int)set.x->shape[0];
    double squares = 0, whole = 0;
    for (int i = 0; i <= n; i++) {          /* each example, then all of them */
        GD_SCOPE;
        const int from = i < n ? i : 0, to = i < n ? i + 1 : n;
        gd_backward(mlp_loss(net, gd_slice(set.x, 0, from, to, 1), gd_slice(set.y, 0, from, to, 1)));
        for (int k = 0; k < gd_params_tensors(net->parameters); k++) {
            gd_tensor *w = gd_params_at(net->parameters, k);
            *(i < n ? &squares : &whole) += (double)gd_item(gd_sum(gd_square(w->grad)));
            gd_zero_grad_of(w);
        }
    }
    return (noise){ whole, squares / n - whole };
}

int main(int count, char **argument)
{
    const int epochs = count > 1 ? atoi(argument[1]) : 40, batches = count > 2 ? atoi(argument[2]) : 500;
    airfoil air = airfoil_load(count > 3 ? argument[3] : NULL);
    mlp net = mlp_new(1);
    gd_optimizer *adam = gd_adam(net.parameters, gd_adam_defaults());
    gd_loader *load = mlp_loader(&air, 1);
    char title[96];
    snprintf(title, sizeof title, "Gradient noise scale of a network %s", air.on);
    gd_plot *plot = gd_plot_new(title, "epoch", "examples");
    printf("%s\nepoch   loss     |G|^2      S          measured B   exact B\n", title);
    for (int epoch = 0, next = 0; epoch <= epochs; epoch++) {
        if (epoch == next) {
            const noise m = measured(&net, air.set, batches), e = exact(&net, air.set);
            printf("%5d   %.4f   %-9.3g  %-9.3g  %-11.1f  %.1f\n", epoch, mlp_loss_of_all(&net, air.set), m.square,
                   m.variance, m.variance / m.square, e.variance / e.square);
            if (m.square > 0)               /* an estimate; few batches may put it below 0 */
                gd_plot_point(plot, "measured by two sizes of batches", epoch, m.variance / m.square);
            gd_plot_point(plot, "from every single gradient", epoch, e.variance / e.square);
            next += next < 4 ? 1 : next < 12 ? 2 : 4;
        }
        for (int i = 0; i < 47; i++)        /* batches of 32 in an epoch */
            mlp_step(&net, adam, load);
    }
    gd_plot_log_y(plot, true);
    gd_plot_legend(plot, GD_LEGEND_BOTTOM_RIGHT);
    gd_plot_save(plot, "out/50_gradient_noise.png");
    printf("\nAt first some twenty examples show the way; later it takes hundreds to see it through the noise.\n");
    gd_loader_free(load);
    gd_optimizer_free(adam);
    gd_params_free(net.parameters);
    gd_plot_free(plot);
    return 0;
}
