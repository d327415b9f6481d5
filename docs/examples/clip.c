/* clip.c - the norm of all gradients together, and clipping to it.
 *
 * It prints
 *
 *     norm 5
 *     clipped to 0.600 0.800
 */
#include <gradus.h>

int main(void)
{
    GD_SCOPE;
    gd_on_error(gd_abort);
    gd_params *net = gd_params_new();
    gd_tensor *w = gd_param(net, "w", gd_from(GD_SHAPE(2), (gd_real[]){ 3, 4 }));
    gd_backward(gd_scale(gd_sum(gd_square(w)), 0.5));   /* the gradient is w itself */
    printf("norm %g\n", gd_clip_grad_norm(net, 1));
    printf("clipped to %.3f %.3f\n", (double)w->grad->data[0], (double)w->grad->data[1]);
    gd_params_free(net);
    return 0;
}
