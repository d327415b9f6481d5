/* 01_one_number - one number, a function of it, and its gradient.
 *
 *     cc -O2 01_one_number.c $(pkg-config --cflags --libs gradus) -o 01_one_number
 *     ./01_one_number [x]
 *
 * y = x^3 - 2 x + 1 is computed from x = 2; gd_backward finds dy/dx, and difference quotients come near to it.  The
 * picture shows the curve and its tangent at x, whose slope is the gradient. */
#include <gradus.h>
#include <stdlib.h>

static gd_tensor *f(gd_tensor *x)
{
    return gd_shift(gd_sub(gd_pow(x, 3), gd_scale(x, 2)), 1);           /* x^3 - 2 x + 1 */
}

static double f_of_number(double x)
{
    return x * x * x - 2 * x + 1;
}

static void draw(double x0, double y0, double slope)
{
    gd_tensor *x = gd_linspace(-2, 3, 201);
    gd_plot *plot = gd_plot_new("The gradient is the slope of the tangent", "x", "y");
    gd_plot_tensor(plot, "y = x³ − 2 x + 1", x, f(x));
    gd_plot_tensor(plot, "tangent", x, gd_shift(gd_scale(gd_shift(x, -x0), slope), y0));
    gd_plot_style(plot, "tangent", (gd_plot_look){ .line = GD_DASHED });
    gd_plot_point(plot, "(x, y)", x0, y0);
    gd_plot_size(plot, 720, 450);
    gd_plot_ylim(plot, -8, 20);
    gd_plot_save(plot, "01_one_number.png");
    gd_plot_free(plot);
}

int main(int count, char **argument)
{
    gd_on_error(gd_abort);
    double at = count > 1 ? atof(argument[1]) : 2;

    /* 1. The number, the function, the gradient */
    gd_tensor *x = gd_requires_grad(gd_scalar(at));
    gd_tensor *y = f(x);
    gd_backward(y);
    printf("x = %g   y = %.4f   dy/dx = x->grad = %.4f\n\n", at, (double)gd_item(y), (double)gd_item(x->grad));

    /* 2. The same by a difference quotient */
    for (double h = 0.1; h > 0.0005; h /= 10)
        printf("h = %5.3f   (f(x + h) - f(x)) / h = %.4f\n", h, (f_of_number(at + h) - f_of_number(at)) / h);

    /* 3. Gradients accumulate until they are set to zero */
    gd_backward(f(x));
    printf("\na second gd_backward: x->grad = %.4f\n", (double)gd_item(x->grad));
    gd_zero_grad_of(x);
    gd_backward(f(x));
    printf("zeroed before it:     x->grad = %.4f\n", (double)gd_item(x->grad));

    /* 4. The picture */
    draw(at, (double)gd_item(y), (double)gd_item(x->grad));
    return 0;
}
