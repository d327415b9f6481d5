/* derivatives.c - Jacobian and Hessian of a function, and a product with the Hessian without forming it.
 *
 * It prints
 *
 *     [2]: [4, 1]
 *     [2, 2]:
 *     [[4, 2],
 *      [2, 0]]
 *     [2]: [4, 2]
 */
#include <gradus.h>

static gd_tensor *f(gd_tensor *const xs[], int n, void *context)        /* x0^2 x1 */
{
    (void)n, (void)context;
    return gd_mul(gd_square(gd_select(xs[0], 0, 0)), gd_select(xs[0], 0, 1));
}

int main(void)
{
    GD_SCOPE;
    gd_on_error(gd_abort);
    gd_tensor *x = gd_from(GD_SHAPE(2), (gd_real[]){ 1, 2 }), *v = gd_from(GD_SHAPE(2), (gd_real[]){ 1, 0 });
    gd_tensor *jacobian, *hessian, *product;
    gd_jacobian(f, NULL, &x, 1, &jacobian, false);
    gd_hessian(f, NULL, &x, 1, &hessian, false);
    gd_hvp(f, NULL, &x, 1, &v, &product, false);
    gd_print(stdout, jacobian);
    gd_print(stdout, hessian);
    gd_print(stdout, product);
    return 0;
}
