/* algorithms.c - SGD with momentum and Adam on the same valley.
 *
 * It prints
 *
 *     gd_sgd: there
 *     gd_adam: there
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
    gd_sgd_options with_momentum = gd_sgd_defaults();
    with_momentum.lr = 0.02;
    with_momentum.momentum = 0.9;
    gd_adam_options fast = gd_adam_defaults();
    fast.lr = 0.1;
    gd_params *net = gd_params_new();
    gd_tensor *w = gd_param(net, "w", gd_ones(GD_SHAPE(2)));
    gd_optimizer *optimizers[] = { gd_sgd(net, with_momentum), gd_adam(net, fast) };
    for (int k = 0; k < 2; k++) {
        gd_fill(gd_detach(w), 1);
        for (int i = 0; i < 300; i++) {
            GD_SCOPE;
            gd_backward(bowl(w));
            gd_step(optimizers[k]);
            gd_zero_grad(optimizers[k]);
        }
        bool there = gd_item(bowl(w)) < 1e-4;
        printf("%s: %s\n", optimizers[k]->algorithm->name, there ? "there" : "still on its way");
        gd_optimizer_free(optimizers[k]);
    }
    gd_params_free(net);
    return 0;
}
