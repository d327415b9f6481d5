/* 04_descent - gradient descent and its learning rate.
 *
 *     cc -O2 04_descent.c $(pkg-config --cflags --libs gradus) -o 04_descent
 *     ./04_descent [learning rate]
 *
 * First f(x) = x^2 from x = 10, with learning rates that are too small, good, and too large (d2l 12.3.1); then
 * f(x1, x2) = x1^2 + 2 x2^2 from (-5, -2) (d2l 12.3.2).  The picture shows the second function's contours and the path
 * of the iterates. */
#include <gradus.h>
#include <stdlib.h>

/* Ten steps on x^2; returns where they end. */
static double descend_in_one_dimension(double lr)
{
    gd_tensor *x = gd_requires_grad(gd_scalar(10));
    for (int step = 0; step < 10; step++) {
        GD_SCOPE;
        gd_backward(gd_square(x));
        GD_NO_GRAD;
        gd_add_to(x, x->grad, -lr);
        gd_zero_grad_of(x);
    }
    return (double)gd_item(x);
}

static double bowl(double x1, double x2, void *context)
{
    (void)context;
    return x1 * x1 + 2 * x2 * x2;
}

static gd_tensor *f(gd_tensor *x)                       /* x [2] -> [] */
{
    gd_tensor *weights = gd_from(GD_SHAPE(2), (gd_real[]){ 1, 2 });
    return gd_sum(gd_mul(weights, gd_square(x)));
}

/* Twenty steps on the bowl, drawn as a path. */
static void descend_in_two_dimensions(double lr, gd_plot *plot, const char *name)
{
    gd_tensor *x = gd_requires_grad(gd_from(GD_SHAPE(2), (gd_real[]){ -5, -2 }));
    for (int step = 0; step <= 20; step++) {
        GD_SCOPE;
        gd_plot_point(plot, name, (double)x->data[0], (double)x->data[1]);
        if (step == 20)
            break;
        gd_backward(f(x));
        GD_NO_GRAD;
        gd_add_to(x, x->grad, -lr);
        gd_zero_grad_of(x);
    }
    printf("lr %.2f   x1 = %9.6f   x2 = %9.6f\n", lr, (double)x->data[0], (double)x->data[1]);
}

int main(int count, char **argument)
{
    gd_on_error(gd_abort);
    if (count > 1) {
        printf("lr %g   x after ten steps = %.6f\n", atof(argument[1]), descend_in_one_dimension(atof(argument[1])));
        return 0;
    }

    /* 1. One dimension */
    const double rates[] = { 0.05, 0.2, 1.1 };
    for (int i = 0; i < 3; i++)
        printf("lr %.2f   x after ten steps = %9.6f\n", rates[i], descend_in_one_dimension(rates[i]));

    /* 2. Two dimensions */
    printf("\n");
    gd_plot *plot = gd_plot_new("Gradient descent on x₁² + 2 x₂²", "x₁", "x₂");
    gd_plot_contour(plot, bowl, NULL, -5.5, 4, -2.6, 1.8);
    descend_in_two_dimensions(0.1, plot, "η = 0.1");
    descend_in_two_dimensions(0.45, plot, "η = 0.45");
    gd_plot_size(plot, 720, 450);
    gd_plot_save(plot, "04_descent.png");
    gd_plot_free(plot);
    return 0;
}
