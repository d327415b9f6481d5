/* 13_eigenvalues - when momentum converges, and how fast: one eigenvalue tells (d2l 12.6, "Scalar Functions").
 *
 * On f(x) = curvature / 2 x^2 a step with momentum is a matrix, with r = lr curvature:
 *
 *     [ lr v ]     [  beta     r   ] [ lr v ]
 *     [  x   ]  =  [ -beta   1 - r ] [  x   ]
 *
 * Its eigenvalues are the roots of z^2 - (1 + beta - r) z + beta.  The larger absolute value of the two is what x is
 * multiplied by in a step, in the long run: below 1 for 0 < r < 2 + 2 beta, and sqrt(beta) wherever they are complex.
 * It is compared with what gd_sgd does.
 *
 *     cc -O2 13_eigenvalues.c $(pkg-config --cflags --libs gradus64) -o 13_eigenvalues */
#include <gradus.h>
#include <math.h>
#include <stdlib.h>

static double spectral_radius(double beta, double r)
{
    double sum = 1 + beta - r, discriminant = sum * sum - 4 * beta;
    return discriminant < 0 ? sqrt(beta) : (fabs(sum) + sqrt(discriminant)) / 2;
}

/* sqrt((lr v)^2 + x^2) after each of two steps of gd_sgd on x^2 / 2, from x = 1; the factor by which it changes in a
 * step between them. */
static double factor_of_sgd(double beta, double lr, int first, int last)
{
    gd_params *net = gd_params_new();
    gd_tensor *x = gd_param(net, "x", gd_ones(GD_SHAPE()));
    gd_sgd_options options = gd_sgd_defaults();
    options.lr = lr;
    options.momentum = beta;
    gd_optimizer *o = gd_sgd(net, options);
    double size[2] = { 1, 1 };
    for (int step = 1; step <= last; step++) {
        GD_SCOPE;
        gd_backward(gd_scale(gd_square(x), 0.5));
        gd_step(o);
        gd_zero_grad(o);
        double v = beta > 0 ? (double)gd_item(gd_optimizer_state(o, x, "momentum_buffer")) : 0;
        if (step == first || step == last)
            size[step == last] = hypot(lr * v, (double)gd_item(x));
    }
    gd_optimizer_free(o);
    gd_params_free(net);
    return pow(size[1] / size[0], 1.0 / (last - first));
}

int main(int count, char **argument)
{
    int steps = count > 1 ? atoi(argument[1]) : 400;
    const double betas[] = { 0, 0.25, 0.5, 0.9 }, rates[] = { 0.1, 0.5, 1.5, 2.5, 3.5 };
    const char *names[] = { "β = 0", "β = 0.25", "β = 0.5", "β = 0.9" };
    gd_on_error(gd_abort);
    if (steps < 4)
        gd_abort("13_eigenvalues: steps must be at least 4");
    gd_plot *plot = gd_plot_new("Momentum on a quadratic function: the factor of a step", "learning rate × curvature",
                                "largest |eigenvalue|");
    for (int i = 0; i < 4; i++)
        for (int k = 1; k <= 400; k++)
            gd_plot_point(plot, names[i], 0.01 * k, spectral_radius(betas[i], 0.01 * k));
    printf("beta   lr curvature   largest |eigenvalue|   factor of gd_sgd\n");
    for (int i = 0; i < 4; i++) {
        for (int k = 0; k < 5; k++) {
            double measured = factor_of_sgd(betas[i], rates[k], steps / 2, steps);
            printf("%-4g   %12g   %20.4f   %16.4f\n", betas[i], rates[k], spectral_radius(betas[i], rates[k]),
                   measured);
            gd_plot_point(plot, "gd_sgd", rates[k], measured);
        }
    }
    gd_plot_style(plot, "gd_sgd", (gd_plot_look){ .line = GD_NO_LINE, .marker = GD_RING, .colour = GD_BLACK });
    gd_plot_ylim(plot, 0, 2);
    gd_plot_hline(plot, 1, "above: diverges");
    gd_plot_save(plot, "out/13_eigenvalues.png");
    gd_plot_free(plot);
    printf("wrote out/13_eigenvalues.png: with momentum more rates converge, all those of the flat part as fast\n");
    return 0;
}
