/* optimizer.c - a group with a learning rate of its own; the state of an optimizer.
 *
 * It prints
 *
 *     3 steps; lr 0.001 and 0.1
 *     exp_avg [1, 2], after 3 gradients
 */
#include <gradus.h>

int main(void)
{
    GD_SCOPE;
    gd_on_error(gd_abort);
    gd_params *net = gd_params_new();
    gd_linear layer = gd_linear_new(net, "layer", 2, 1);
    gd_optimizer *adam = gd_adam(net, gd_adam_defaults());
    gd_group *biases = gd_optimizer_group(adam, "layer.bias", NULL);
    biases->lr = 0.1;
    gd_group_set(biases, "weight_decay", 0);
    for (int i = 0; i < 3; i++) {
        GD_SCOPE;
        gd_backward(gd_sum(gd_square(gd_linear_apply(&layer, gd_ones(GD_SHAPE(4, 2))))));
        gd_step(adam);
        gd_zero_grad(adam);
    }
    printf("%d steps; lr %g and %g\n", (int)adam->steps, adam->lr, biases->lr);
    gd_tensor *m = gd_optimizer_state(adam, layer.weight, "exp_avg");
    printf("exp_avg [%d, %d], after %g gradients\n", (int)m->shape[0], (int)m->shape[1],
           *gd_optimizer_number(adam, layer.weight, "step"));
    gd_optimizer_free(adam);
    gd_params_free(net);
    return 0;
}
