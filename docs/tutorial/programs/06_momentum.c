/* 06_momentum - a valley that gradient descent zigzags through, and momentum.
 *
 *     cc -O2 06_momentum.c $(pkg-config --cflags --libs gradus) -o 06_momentum
 *     ./06_momentum [learning rate [beta]]
 *
 * f(x1, x2) = 0.1 x1^2 + 2 x2^2 from (-5, -2), twenty steps (d2l 12.6).  Momentum is written out once, v = beta v + g,
 * x = x - lr v, and then taken from the library as gd_sgd.  The picture shows three paths. */
#include <gradus.h>
#include <stdlib.h>

static double valley(double x1, double x2, void *context)
{
    (void)context;
    return 0.1 * x1 * x1 + 2 * x2 * x2;
}

static gd_tensor *f(gd_tensor *x)                       /* x [2] -> [] */
{
    gd_tensor *weights = gd_from(GD_SHAPE(2), (gd_real[]){ (gd_real)0.1, 2 });
    return gd_sum(gd_mul(weights, gd_square(x)));
}

static void written_out(double lr, double beta)
{
    gd_tensor *x = gd_requires_grad(gd_from(GD_SHAPE(2), (gd_real[]){ -5, -2 }));
    gd_tensor *v = gd_zeros(GD_SHAPE(2));
    for (int step = 0; step < 20; step++) {
        GD_SCOPE;
        gd_backward(f(x));
        GD_NO_GRAD;
        gd_assign(v, gd_add(gd_scale(v, beta), x->grad));       /* v = beta v + g */
        gd_add_to(x, v, -lr);                                   /* x = x - lr v */
        gd_zero_grad_of(x);
    }
    printf("written out   lr %.2f  beta %.2f   x1 = %9.6f   x2 = %12.6f\n", lr, beta, (double)x->data[0],
           (double)x->data[1]);
}

static void from_the_library(double lr, double beta, gd_plot *plot, const char *name)
{
    gd_params *params = gd_params_new();
    gd_tensor *x = gd_param(params, "x", gd_from(GD_SHAPE(2), (gd_real[]){ -5, -2 }));
    gd_sgd_options options = gd_sgd_defaults();
    options.lr = lr;
    options.momentum = beta;
    gd_optimizer *sgd = gd_sgd(params, options);
    gd_plot_point(plot, name, (double)x->data[0], (double)x->data[1]);
    for (int step = 0; step < 20; step++) {
        GD_SCOPE;
        gd_backward(f(x));
        gd_step(sgd);                                           /* the two lines of the rule, for every parameter */
        gd_zero_grad(sgd);
        gd_plot_point(plot, name, (double)x->data[0], (double)x->data[1]);
    }
    printf("gd_sgd        lr %.2f  beta %.2f   x1 = %9.6f   x2 = %12.6f\n", lr, beta, (double)x->data[0],
           (double)x->data[1]);
    gd_optimizer_free(sgd);
    gd_params_free(params);
}

int main(int count, char **argument)
{
    gd_on_error(gd_abort);
    if (count > 1) {
        written_out(atof(argument[1]), count > 2 ? atof(argument[2]) : 0);
        return 0;
    }
    /* 1. Descent, then momentum */
    written_out(0.4, 0);
    written_out(0.6, 0);
    written_out(0.6, 0.5);
    written_out(0.6, 0.25);

    /* 2. The library's optimizer */
    printf("\n");
    gd_plot *plot = gd_plot_new("0.1 x₁² + 2 x₂²: descent and momentum", "x₁", "x₂");
    gd_plot_contour(plot, valley, NULL, -5.4, 1, -4.4, 4.4);
    from_the_library(0.4, 0, plot, "η = 0.4");
    from_the_library(0.6, 0.25, plot, "η = 0.6, β = 0.25");
    from_the_library(0.6, 0.5, plot, "η = 0.6, β = 0.5");
    gd_plot_size(plot, 720, 480);
    gd_plot_save(plot, "06_momentum.png");
    gd_plot_free(plot);
    return 0;
}
