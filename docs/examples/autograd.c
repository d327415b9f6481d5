/* autograd.c - a gradient, and the gradient of a gradient.
 *
 * It prints
 *
 *     dy/dx = 3 x^2 = 27
 *     d2y/dx2 = 6 x = 18
 *     x = 0.3
 */
#include <gradus.h>

int main(void)
{
    GD_SCOPE;
    gd_on_error(gd_abort);
    gd_tensor *x = gd_requires_grad(gd_scalar(3));
    gd_tensor *y = gd_pow(x, 3);
    gd_backward(y);
    printf("dy/dx = 3 x^2 = %g\n", (double)gd_item(x->grad));

    gd_tensor *dx, *ddx;
    gd_grad(gd_pow(x, 3), NULL, &x, 1, &dx, true);      /* recorded, so that it can be differentiated again */
    gd_grad(dx, NULL, &x, 1, &ddx, false);
    printf("d2y/dx2 = 6 x = %g\n", (double)gd_item(ddx));

    GD_NO_GRAD;                                         /* a step of descent, which is not to be recorded */
    gd_add_to(x, x->grad, -0.1);
    printf("x = %.4g\n", (double)gd_item(x));
    return 0;
}
