/* 56_batch_size - what the gradient noise scale says about the batch: steps until a loss is reached, by size of batch.
 *
 * S. McCandlish and others, "An empirical model of large-batch training" (2018), equation 2.8: with the best learning
 * rate for each size b, a loss is reached after
 *
 *     steps(b) = least (1 + B/b),    hence after b steps(b) = least (b + B) examples.
 *
 * Well below B, a batch of twice the size saves half the steps; well above it saves none and costs twice the examples.
 * Here every size gets the same grid of rates and the same seeds, B is fitted to the steps, and beside it stands the
 * simple noise scale tr(S)/|G|^2 (see 50_gradient_noise), measured on the way with both means taken over all steps.
 * That one leaves out the curvature and depends on the run: here it tells B within a factor of about four.
 *
 *     cc -O2 56_batch_size.c $(pkg-config --cflags --libs gradus64) -lm -o 56_batch_size
 *     56_batch_size [seeds] [most steps] [path of airfoil_self_noise.dat]            3 1000 */
#include <stdlib.h>
#include <string.h>

#include "mlp.h"

enum { SIZES = 9, SMALLEST = 2, RATES = 6, EVERY = 2, PROBE = 16 };
static double target;                       /* of the loss over all examples */

typedef struct noise {
    double square, variance;                /* sums of |G|^2 and of tr(S) */
} noise;

/* |gradient|^2 over `size` random examples, or all of them for 0; the gradients stay. */
static double square_of_gradient(const mlp *net, gd_dataset set, int size)
{
    GD_SCOPE;
    gd_tensor *rows = gd_floor(gd_uniform(GD_SHAPE(size), 0, (double)set.x->shape[0]));
    gd_backward(size ? mlp_loss(net, gd_index_select(set.x, 0, rows), gd_index_select(set.y, 0, rows)) :
                       mlp_loss(net, set.x, set.y));
    double sum = 0;
    for (int k = 0; k < gd_params_tensors(net->parameters); k++)
        sum += (double)gd_item(gd_sum(gd_square(gd_params_at(net->parameters, k)->grad)));
    return sum;
}

/* Steps until the loss is reached, `most` if it is not; what is measured on the way is added to n, if there is one. */
static int steps_to_target(gd_dataset set, int size, double rate, int seed, int most, noise *n)
{
    mlp net = mlp_new((uint64_t)seed);
    gd_sgd_options options = gd_sgd_defaults();
    options.lr = rate;
    gd_optimizer *sgd = gd_sgd(net.parameters, options);
    int step = 0;
    double loss = 1;
    for (; step < most && loss < 1e3 && loss > target; step++) {
        if (n) {                            /* E|g|^2 = |G|^2 + tr(S)/PROBE */
            const double whole = square_of_gradient(&net, set, 0);
            gd_zero_grad(sgd);
            n->variance += PROBE * (square_of_gradient(&net, set, PROBE) - whole);
            n->square += whole;
            gd_zero_grad(sgd);
        }
        (void)square_of_gradient(&net, set, size);
        gd_step(sgd);
        gd_zero_grad(sgd);
        if (step % EVERY == 0)
            loss = mlp_loss_of_all(&net, set);
    }
    gd_optimizer_free(sgd);
    gd_params_free(net.parameters);
    return loss <= target ? step : most;
}

int main(int count, char **argument)
{
    const int seeds = count > 1 ? atoi(argument[1]) : 3, most = count > 2 ? atoi(argument[2]) : 1000;
    airfoil air = airfoil_load(count > 3 ? argument[3] : NULL);
    double steps[SIZES], a = 0, b = 0, aa = 0, ab = 0, bb = 0, best_rate = 0;
    target = air.optimum * (strstr(air.on, "made-up") ? 1.05 : 0.97);     /* airfoil noise: below any linear model */
    printf("steps until the loss is %.4f, %s, mean of %d seeds\n batch    rate     steps   examples\n", target, air.on,
           seeds);
    for (int i = 0; i < SIZES; i++) {
        const int size = SMALLEST << i;
        steps[i] = most;
        for (int r = 0; r < RATES; r++) {
            double mean = 0, rate = 0.8 / (1 << r);
            for (int seed = 1; seed <= seeds; seed++)
                mean += (double)steps_to_target(air.set, size, rate, seed, most, NULL) / seeds;
            if (mean < steps[i])
                steps[i] = mean, best_rate = rate;
        }
        printf("%6d  %6g  %8.1f  %9.0f\n", size, best_rate, steps[i], size * steps[i]);
        /* relative errors of least + least B / b: minimise sum (p + q/b - steps)^2 / steps^2 */
        const double u = 1 / steps[i], v = u / size;
        aa += u * u, ab += u * v, bb += v * v, a += u, b += v;
    }
    const double det = aa * bb - ab * ab, least = (a * bb - b * ab) / det, fitted = (b * aa - a * ab) / det / least;
    noise n = { 0, 0 };
    for (int seed = 1; seed <= seeds; seed++)
        (void)steps_to_target(air.set, SMALLEST << (SIZES - 1), best_rate, seed, most, &n);
    printf("\nsteps = %.1f (1 + B/b) with B = %.1f; simple noise scale on the way: %.1f\n", least, fitted,
           n.variance / n.square);
    char title[96];
    (void)snprintf(title, sizeof title, "Steps to a loss of %.3f %s", target, air.on);
    gd_plot *plot = gd_plot_new(title, "examples in a batch, b", "steps");
    for (int i = 0; i < SIZES; i++)
        gd_plot_point(plot, "at the best rate of each b", SMALLEST << i, steps[i]);
    for (double size = SMALLEST; size < 2 << SIZES; size *= 1.1) {
        gd_plot_point(plot, "least (1 + B/b)", size, least * (1 + fitted / size));
        if (size < 2 * fitted)
            gd_plot_point(plot, "half the steps for twice the batch", size, least * fitted / size);
    }
    gd_plot_style(plot, "at the best rate of each b", (gd_plot_look){ .line = GD_NO_LINE, .marker = GD_CIRCLE });
    gd_plot_log_x(plot, true);
    gd_plot_log_y(plot, true);
    if (least > 0)                          /* few steps or seeds may give a fit that is none */
        gd_plot_hline(plot, least, "least");
    gd_plot_save(plot, "out/56_batch_size.png");
    gd_plot_free(plot);
    printf("wrote out/56_batch_size.png: the steps fall as 1/b up to about B, and no further beyond it\n");
    return 0;
}
