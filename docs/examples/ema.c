/* ema.c - an average of the parameters, swapped in for an evaluation.
 *
 * It prints
 *
 *     evaluated with 2.125
 *     goes on from 3
 */
#include <gradus.h>

int main(void)
{
    GD_SCOPE;
    gd_on_error(gd_abort);
    gd_params *net = gd_params_new();
    gd_tensor *w = gd_param(net, "w", gd_zeros(GD_SHAPE(1)));
    gd_ema *average = gd_ema_new(net, 0.5);
    for (int i = 1; i <= 3; i++) {
        gd_fill(gd_detach(w), i);                       /* a step */
        gd_ema_update(average);
    }
    gd_ema_swap(average);
    printf("evaluated with %g\n", (double)gd_item(w));
    gd_ema_swap(average);
    printf("goes on from %g\n", (double)gd_item(w));
    gd_ema_free(average);
    gd_params_free(net);
    return 0;
}
