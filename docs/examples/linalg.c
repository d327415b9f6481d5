/* linalg.c - a system of equations, least squares, eigenvalues, a product by an equation.
 *
 * It prints
 *
 *     [2]: [1, 1]
 *     [2]: [1, 3]
 *     [2]: [9, 9]
 *     determinant 3
 */
#include <gradus.h>

int main(void)
{
    GD_SCOPE;
    gd_on_error(gd_abort);
    gd_tensor *a = gd_from(GD_SHAPE(2, 2), (gd_real[]){ 2, 1, 1, 2 });
    gd_tensor *b = gd_from(GD_SHAPE(2), (gd_real[]){ 3, 3 });
    gd_print(stdout, gd_solve(a, b));
    gd_print(stdout, gd_eigh(a).w);
    gd_print(stdout, gd_einsum("ij,j->i", (gd_tensor *[]){ a, b }, 2));
    printf("determinant %g\n", (double)gd_item(gd_det(a)));
    return 0;
}
