/* 52_clipping - a loss that explodes, and gradients that are clipped.
 *
 * R. Pascanu, T. Mikolov and Y. Bengio, "On the difficulty of training recurrent neural networks" (ICML 2013); d2l 9.5.
 * A recurrence h = a h + x over 40 steps is to become a leaky average: a = 0.9, and the output b h with b = 0.1.  Its
 * output contains a^39, whose derivative 39 a^38 is 8e3 at a = 1.15, where a starts, and 0.7 at 0.9: a cliff.  One step
 * of gradient descent from there leaves the valley for good.  Clipping keeps the direction and shortens the step:
 *
 *     g = g min(1, theta/|g|),    |g| the length of all gradients together
 *
 *     cc -O2 52_clipping.c $(pkg-config --cflags --libs gradus64) -o 52_clipping
 *     52_clipping [steps] */
#include <gradus.h>
#include <math.h>
#include <stdlib.h>

enum { LENGTH = 40, EXAMPLES = 100 };

/* x [EXAMPLES, LENGTH] -> b h [EXAMPLES, 1] after the last step */
static gd_tensor *recurrence(gd_tensor *a, gd_tensor *b, gd_tensor *x)
{
    gd_tensor *h = gd_zeros(GD_SHAPE(EXAMPLES, 1));
    for (int t = 0; t < LENGTH; t++)
        h = gd_add(gd_mul(a, h), gd_slice(x, 1, t, t + 1, 1));
    return gd_mul(b, h);
}

static void run(const char *name, double theta, int steps, gd_plot *losses, gd_plot *norms)
{
    gd_seed(1);
    gd_tensor *x = gd_normal(GD_SHAPE(EXAMPLES, LENGTH), 0, 1);
    gd_tensor *y = recurrence(gd_scalar(0.9), gd_scalar(0.1), x);
    gd_params *net = gd_params_new();
    gd_tensor *a = gd_param(net, "a", gd_scalar(1.15)), *b = gd_param(net, "b", gd_scalar(0.1));
    gd_sgd_options options = gd_sgd_defaults();
    options.lr = 0.02;
    gd_optimizer *sgd = gd_sgd(net, options);
    double last = NAN, largest = 0;
    int step = 1;
    for (; step <= steps; step++) {
        GD_SCOPE;
        gd_tensor *loss = gd_mean(gd_square(gd_sub(recurrence(a, b, x), y)));
        last = (double)gd_item(loss);
        if (!isfinite(last))
            break;
        gd_backward(loss);
        const double norm = gd_clip_grad_norm(net, theta);      /* the length before; INFINITY: none is clipped */
        largest = fmax(largest, norm);
        gd_plot_point(losses, name, step, last);
        gd_plot_point(norms, name, step, norm);
        gd_step(sgd);
        gd_zero_grad(sgd);
    }
    printf("%-14s step %3d: loss %-10.4g a %-10.4g b %-10.4g largest |g| %.3g\n", name,
           step > steps ? steps : step, last, (double)gd_item(a), (double)gd_item(b), largest);
    gd_optimizer_free(sgd);
    gd_params_free(net);
}

int main(int count, char **argument)
{
    gd_on_error(gd_abort);
    const int steps = count > 1 ? atoi(argument[1]) : 100;
    gd_plot *losses = gd_plot_new("loss", "step", ""), *norms = gd_plot_new("length of the gradient", "step", "");
    gd_plot_log_y(losses, true);
    gd_plot_log_y(norms, true);
    gd_plot_ylim(losses, 1e-6, 1e10);       /* the run that is not clipped leaves the picture */
    gd_plot_ylim(norms, 1e-3, 1e10);
    printf("to be found: a 0.9, b 0.1\n");
    run("as it is", INFINITY, steps, losses, norms);
    run("clipped at 1", 1, steps, losses, norms);
    gd_plot_save_grid((gd_plot *[]){ losses, norms }, 1, 2, "A recurrence over 40 steps", "out/52_clipping.png");
    printf("\nOne long step ends the first run; short steps in the same directions come down the cliff.\n");
    gd_plot_free(losses);
    gd_plot_free(norms);
    return 0;
}
