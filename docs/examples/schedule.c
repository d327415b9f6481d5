/* schedule.c - half a cosine after a warm-up; a rate that falls when the loss does not.
 *
 * It prints
 *
 *     0.000 0.300 0.256 0.150 0.044 0.000
 *     0.1 0.1 0.1 0.01 0.01
 */
#include <gradus.h>

int main(void)
{
    GD_SCOPE;
    gd_on_error(gd_abort);
    gd_schedule s = gd_lr_warmup(gd_lr_cosine(0.3, 0, 8), 2, 0);
    for (int t = 0; t <= 10; t += 2)
        printf("%.3f ", gd_lr_at(s, t));
    printf("\n");

    gd_plateau_options options = gd_plateau_defaults();
    options.patience = 1;
    gd_plateau plateau = gd_plateau_start(0.1, options);
    const double losses[] = { 3, 2, 2, 2, 1 };
    for (int i = 0; i < 5; i++)
        printf("%.3g ", gd_plateau_next(&plateau, losses[i]));
    printf("\n");
    return 0;
}
