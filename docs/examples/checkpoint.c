/* checkpoint.c - a model and its optimizer, saved and resumed.
 *
 * It prints
 *
 *     w 0.999, 1 step
 *     w 0.999
 */
#include <gradus.h>

int main(void)
{
    GD_SCOPE;
    gd_on_error(gd_abort);
    gd_params *net = gd_params_new();
    gd_tensor *w = gd_param(net, "w", gd_ones(GD_SHAPE(2)));
    gd_optimizer *adam = gd_adam(net, gd_adam_defaults());
    gd_backward(gd_sum(gd_square(w)));
    gd_step(adam);
    gd_save("run.safetensors", net, adam);

    gd_fill(gd_detach(w), 7);
    adam->steps = 0;
    if (!gd_load("run.safetensors", net, adam))
        return 1;
    printf("w %.3f, %d step\n", (double)w->data[0], (int)adam->steps);

    gd_on_error(NULL);
    gd_load("nowhere.safetensors", net, adam);          /* false: nothing has changed, and a message says why */
    printf("w %.3f\n", (double)w->data[0]);
    gd_optimizer_free(adam);
    gd_params_free(net);
    return 0;
}
