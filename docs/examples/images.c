/* images.c - a random crop, and flips that change nothing or everything.
 *
 * It prints
 *
 *     [1, 2, 2]
 *     [1, 3, 3]:
 *     [[[2, 1, 0],
 *       [5, 4, 3],
 *       [8, 7, 6]]]
 */
#include <gradus.h>

int main(void)
{
    GD_SCOPE;
    gd_on_error(gd_abort);
    gd_tensor *x = gd_reshape(gd_arange(0, 9, 1), GD_SHAPE(1, 3, 3));
    gd_tensor *part = gd_random_crop(x, 2, 2, 0);
    printf("[%d, %d, %d]\n", (int)part->shape[0], (int)part->shape[1], (int)part->shape[2]);
    gd_random_flip(x, 1);
    gd_print(stdout, x);
    return 0;
}
