/* layer_operations.c - pooling to a given size, resizing, a norm over groups.
 *
 * It prints
 *
 *     [1, 1, 2, 2]:
 *     [[[[2.5, 4.5],
 *        [10.5, 12.5]]]]
 *     [1, 1]:
 *     [[15]]
 *     [1, 1, 4]:
 *     [[[0, 0, 1, 1]]]
 *     0.849 1.131
 */
#include <gradus.h>

int main(void)
{
    GD_SCOPE;
    gd_on_error(gd_abort);
    gd_tensor *x = gd_reshape(gd_arange(0, 16, 1), GD_SHAPE(1, 1, 4, 4));
    gd_print(stdout, gd_adaptive_avg_pool(x, GD_SHAPE(2, 2)));
    gd_print(stdout, gd_global_max_pool(x));
    gd_print(stdout, gd_interpolate(gd_reshape(gd_arange(0, 2, 1), GD_SHAPE(1, 1, 2)), GD_SHAPE(4), GD_NEAREST, false));
    gd_tensor *scaled = gd_rms_norm(gd_from(GD_SHAPE(1, 2), (gd_real[]){ 3, 4 }), NULL, 0);
    printf("%.3f %.3f\n", (double)scaled->data[0], (double)scaled->data[1]);
    return 0;
}
