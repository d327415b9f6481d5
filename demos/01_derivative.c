/* 01_derivative - p.grad in twenty lines.
 *
 * f(x, y) = sin(x) y^2 + exp(x y) is computed with tensors; one call of gd_backward gives both partial
 * derivatives, which are compared with difference quotients; the recorded graph is printed.  The picture
 * shows f along x together with df/dx, the slope. */
#include <gradus.h>
#include <math.h>

static gd_tensor *f(gd_tensor *x, gd_tensor *y)
{
    return gd_add(gd_mul(gd_sin(x), gd_square(y)), gd_exp(gd_mul(x, y)));
}

static double f_of_numbers(double x, double y)
{
    return sin(x) * y * y + exp(x * y);
}

int main(void)
{
    gd_on_error(gd_abort);
    gd_tensor *x = gd_set_name(gd_requires_grad(gd_scalar(0.5)), "x");
    gd_tensor *y = gd_set_name(gd_requires_grad(gd_scalar(-1.5)), "y");

    gd_tensor *z = gd_set_name(f(x, y), "f");
    gd_backward(z);
    printf("f(0.5, -1.5) = %.6f\n", (double)gd_item(z));
    printf("df/dx = x->grad = %.6f     df/dy = y->grad = %.6f\n\n", (double)gd_item(x->grad), (double)gd_item(y->grad));

    const double h = 1e-6;
    double dfdx = (f_of_numbers(0.5 + h, -1.5) - f_of_numbers(0.5 - h, -1.5)) / (2 * h);
    double dfdy = (f_of_numbers(0.5, -1.5 + h) - f_of_numbers(0.5, -1.5 - h)) / (2 * h);
    printf("by differences:   %.6f                       %.6f\n\n", dfdx, dfdy);
    double off = fmax(fabs(dfdx - (double)gd_item(x->grad)), fabs(dfdy - (double)gd_item(y->grad)));
    if (off > 1e-5)
        gd_abort("01_derivative: gradient and difference quotient do not agree");

    printf("What gd_backward did, in its order:\n");
    gd_graph_print(stdout, z);

    gd_plot *plot = gd_plot_new("f(x, y) = sin(x) y² + exp(x y) at y = −1.5", "x", "");
    gd_tensor *at = gd_requires_grad(gd_linspace(-1, 3, 201));
    gd_tensor *values = f(at, gd_detach(y));
    gd_backward(gd_sum(values));                /* each f depends on its own x alone: at->grad is df/dx everywhere */
    gd_plot_tensor(plot, "f", at, values);
    gd_plot_tensor(plot, "∂f/∂x", at, at->grad);
    gd_plot_hline(plot, 0, "");
    gd_plot_save(plot, "out/01_derivative.png");
    gd_plot_free(plot);
    printf("\nwrote out/01_derivative.png\n");
    return 0;
}
