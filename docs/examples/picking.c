/* picking.c - sorting, the largest ones, picking by mask.
 *
 * It prints
 *
 *     [5]: [1, 1, 3, 4, 5]
 *     [2]: [5, 4]
 *     [2]: [4, 2]
 *     [3]: [3, 4, 5]
 *     [4]: [2, 1, 1, 1]
 */
#include <gradus.h>

int main(void)
{
    GD_SCOPE;
    gd_on_error(gd_abort);
    gd_tensor *x = gd_from(GD_SHAPE(5), (gd_real[]){ 3, 1, 4, 1, 5 });
    gd_picked two = gd_topk(x, 2, 0, true);
    gd_print(stdout, gd_sort(x, 0, false));
    gd_print(stdout, two.values);
    gd_print(stdout, two.indices);
    gd_print(stdout, gd_masked_select(x, gd_gt(x, gd_scalar(2))));
    gd_print(stdout, gd_unique(x).counts);
    return 0;
}
