/* operations.c - a hand-written layer: product, sum, activation, reduction.
 *
 * It prints
 *
 *     [2, 2]:
 *     [[2, 0],
 *      [8, 0]]
 *     [2]: [10, 0]
 *     [2]: [0, 0]
 *     [2, 5]:
 *     [[1, 2, 3, 2, 0],
 *      [4, 5, 6, 8, 0]]
 */
#include <gradus.h>

int main(void)
{
    GD_SCOPE;
    gd_on_error(gd_abort);
    gd_tensor *x = gd_from(GD_SHAPE(2, 3), (gd_real[]){ 1, 2, 3, 4, 5, 6 });
    gd_tensor *w = gd_from(GD_SHAPE(3, 2), (gd_real[]){ 1, -1, 0, 1, 1, 0 });
    gd_tensor *hidden = gd_relu(gd_shift(gd_matmul(x, w), -2));
    gd_print(stdout, hidden);
    gd_print(stdout, gd_sum_axis(hidden, 0, false));
    gd_print(stdout, gd_argmax(hidden, 1));
    gd_print(stdout, gd_concat((gd_tensor *[]){ x, hidden }, 2, 1));
    return 0;
}
