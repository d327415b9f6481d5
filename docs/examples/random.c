/* random.c - numbers are a function of the seed; a generator of one's own.
 *
 * It prints
 *
 *     the same: 1
 *     the same: 1
 *     a die: 1 to 6
 */
#include <gradus.h>

int main(void)
{
    GD_SCOPE;
    gd_on_error(gd_abort);
    gd_seed(7);
    gd_tensor *first = gd_normal(GD_SHAPE(4), 0, 1);
    gd_seed(7);
    gd_tensor *again = gd_normal(GD_SHAPE(4), 0, 1);
    printf("the same: %g\n", (double)gd_item(gd_all(gd_eq(first, again))));

    gd_generator *mine = gd_generator_new(7);
    gd_generator *before = gd_generator_use(mine);      /* the thread's own generator is left where it is */
    printf("the same: %g\n", (double)gd_item(gd_all(gd_eq(first, gd_normal(GD_SHAPE(4), 0, 1)))));
    gd_generator_use(before);
    gd_generator_free(mine);

    gd_tensor *dice = gd_randint(GD_SHAPE(6000), 1, 7);
    printf("a die: %g to %g\n", (double)gd_item(gd_min(dice)), (double)gd_item(gd_max(dice)));
    return 0;
}
