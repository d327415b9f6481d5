/* tensor.c - views share their data; smaller tensors broadcast.
 *
 * It prints
 *
 *     [3, 2]:
 *     [[0, 3],
 *      [1, 4],
 *      [2, 5]]
 *     [2]: [2, 5]
 *     [2, 3]:
 *     [[10, 21, 32],
 *      [13, 24, 35]]
 *     2 axes, 6 elements, x[1, -1] = 5
 */
#include <gradus.h>

int main(void)
{
    GD_SCOPE;
    gd_on_error(gd_abort);
    gd_tensor *x = gd_reshape(gd_arange(0, 6, 1), GD_SHAPE(2, 3));
    gd_tensor *column = gd_select(x, 1, 2);             /* a view: no numbers are copied */
    gd_tensor *row = gd_from(GD_SHAPE(3), (gd_real[]){ 10, 20, 30 });
    gd_print(stdout, gd_transpose(x, 0, 1));
    gd_print(stdout, column);
    gd_print(stdout, gd_add(x, row));                   /* [2, 3] + [3] */
    printf("%d axes, %d elements, x[1, -1] = %g\n", x->ndim, (int)gd_numel(x), (double)gd_at(x, GD_SHAPE(1, -1)));
    return 0;
}
