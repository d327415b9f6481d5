/* nn.c - a model is named parameters and a function.
 *
 * It prints
 *
 *     13 parameters; y is [4, 1]
 *     hidden.weight
 *     hidden.bias
 *     output.weight
 *     output.bias
 *     equal: yes
 */
#include <gradus.h>

int main(void)
{
    GD_SCOPE;
    gd_on_error(gd_abort);
    gd_params *net = gd_params_new();
    gd_linear hidden = gd_linear_new(net, "hidden", 2, 3), output = gd_linear_new(net, "output", 3, 1);
    gd_tensor *y = gd_linear_apply(&output, gd_tanh(gd_linear_apply(&hidden, gd_ones(GD_SHAPE(4, 2)))));
    printf("%d parameters; y is [%d, %d]\n", (int)gd_params_count(net), (int)y->shape[0], (int)y->shape[1]);
    for (int i = 0; i < gd_params_tensors(net); i++)
        printf("%s\n", gd_params_at(net, i)->name);

    gd_params *best = gd_params_copy(net);              /* the best so far, without allocating in a loop: */
    gd_params_assign(best, net);
    printf("equal: %s\n", gd_params_equal(best, net, 0, NULL) ? "yes" : "no");
    gd_params_free(best);
    gd_params_free(net);
    return 0;
}
