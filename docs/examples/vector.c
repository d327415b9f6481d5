/* vector.c - all parameters as one vector, and loss and gradient as a function of it.
 *
 * It prints
 *
 *     3.000 3.000
 */
#include <gradus.h>

static gd_tensor *distance(void *w)                     /* (w0 - 3)^2 + (w1 - 3)^2 */
{
    return gd_sum(gd_square(gd_shift(w, -3)));
}

int main(void)
{
    GD_SCOPE;
    gd_on_error(gd_abort);
    gd_params *net = gd_params_new();
    gd_tensor *w = gd_param(net, "w", gd_zeros(GD_SHAPE(2)));
    gd_objective f = { net, distance, w };
    double x[2], gradient[2];
    gd_params_to_vector(net, x, 2);
    for (int i = 0; i < 50; i++) {                      /* the optimizer of others: plain descent */
        gd_value_and_grad(&f, x, gradient, 2);
        for (int k = 0; k < 2; k++)
            x[k] -= 0.4 * gradient[k];
    }
    gd_vector_to_params(net, x, 2);
    printf("%.3f %.3f\n", (double)w->data[0], (double)w->data[1]);
    gd_params_free(net);
    return 0;
}
