/* 61_live - a training run, watched in the terminal while it goes on (d2l 3.6, 12.10).
 *
 * A network of 1, 64 and 1 units learns noisy values of sin(3 x) + x / 2 at 40 points; how well it does between them
 * is measured at 200 others.  gd_plot_live is called in every step: it draws the curves in braille, five times a
 * second, if the standard error stream is a terminal, and does nothing at all if it is a file or a pipe.
 *
 *     cc -O2 61_live.c $(pkg-config --cflags --libs gradus) -o 61_live */
#include <math.h>
#include <stdlib.h>

#include <gradus.h>

static gd_tensor *curve(gd_tensor *x)
{
    return gd_add(gd_sin(gd_scale(x, 3)), gd_scale(x, 0.5));
}

typedef struct network { gd_linear first, second; } network;

static gd_tensor *loss_of(network net, gd_tensor *x, gd_tensor *y)
{
    gd_tensor *prediction = gd_linear_apply(&net.second, gd_tanh(gd_linear_apply(&net.first, x)));
    return gd_mean(gd_square(gd_sub(prediction, y)));
}

static double measure(network net, gd_tensor *x, gd_tensor *y)
{
    GD_SCOPE;
    GD_NO_GRAD;
    return (double)gd_item(loss_of(net, x, y));
}

int main(int count, char **argument)
{
    int steps = count > 1 ? atoi(argument[1]) : 30000, every = steps > 300 ? steps / 300 : 1;
    gd_on_error(gd_abort);
    gd_seed(1);
    gd_tensor *x = gd_uniform(GD_SHAPE(40, 1), -2, 2), *y = gd_add(curve(x), gd_normal(GD_SHAPE(40, 1), 0, 0.2));
    gd_tensor *between = gd_uniform(GD_SHAPE(200, 1), -2, 2), *truth = curve(between);
    gd_params *params = gd_params_new();
    network net = { gd_linear_new(params, "first", 1, 64), gd_linear_new(params, "second", 64, 1) };
    gd_adam_options options = gd_adam_defaults();
    options.lr = 3e-3;
    gd_optimizer *adam = gd_adam(params, options);

    gd_plot *plot = gd_plot_new("A network learns a curve", "step", "mean squared error");
    gd_plot_log_y(plot, true);
    gd_plot_xlim(plot, 0, steps);
    double best = INFINITY;
    int at = 0;
    for (int step = 0; step <= steps; step++) {
        GD_SCOPE;
        gd_tensor *loss = loss_of(net, x, y);
        if (step % every == 0) {
            double test = measure(net, between, truth);
            gd_plot_point(plot, "at the 40 points, with noise", step, (double)gd_item(loss));
            gd_plot_point(plot, "between them, without noise", step, test);
            at = test < best ? step : at;
            best = fmin(best, test);
        }
        gd_plot_live(plot, stderr, step < steps ? 0.2 : 0);
        gd_backward(loss);
        gd_step(adam);
        gd_zero_grad(adam);
    }
    gd_plot_save(plot, "out/61_live.png");
    printf("error between the points: %.4f at best, in step %d, and %.4f at the end\n", best, at,
           measure(net, between, truth));
    printf("wrote out/61_live.png: the network goes on to learn the noise, and gets worse between the points\n");

    gd_plot_free(plot);
    gd_optimizer_free(adam);
    gd_params_free(params);
    return 0;
}
