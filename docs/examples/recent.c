/* recent.c - schedule-free AdamW: the parameters to be evaluated are others than those that it steps.
 *
 * It prints
 *
 *     there
 */
#include <gradus.h>

static gd_tensor *bowl(gd_tensor *w)                    /* w0^2 + 10 w1^2 */
{
    return gd_sum(gd_mul(gd_square(w), gd_from(GD_SHAPE(2), (gd_real[]){ 1, 10 })));
}

int main(void)
{
    GD_SCOPE;
    gd_on_error(gd_abort);
    gd_schedule_free_options options = gd_schedule_free_defaults();
    options.lr = 0.1;
    gd_params *net = gd_params_new();
    gd_tensor *w = gd_param(net, "w", gd_ones(GD_SHAPE(2)));
    gd_optimizer *adamw = gd_schedule_free_adamw(net, options);
    for (int i = 0; i < 300; i++) {
        GD_SCOPE;
        gd_backward(bowl(w));
        gd_step(adamw);
        gd_zero_grad(adamw);
    }
    gd_optimizer_swap(adamw);                           /* the averages: evaluate, or save them */
    printf("%s\n", (double)gd_item(bowl(w)) < 1e-2 ? "there" : "still on its way");
    gd_optimizer_swap(adamw);                           /* and back, to go on */
    gd_optimizer_free(adamw);
    gd_params_free(net);
    return 0;
}
