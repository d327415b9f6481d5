/* trace.c - what Adam does to one weight, step by step.
 *
 * It prints
 *
 *     step 1: g 2.000, moved -0.100
 *     step 2: g 1.800, moved -0.100
 *     step 3: g 1.601, moved -0.099
 */
#include <gradus.h>

int main(void)
{
    GD_SCOPE;
    gd_on_error(gd_abort);
    gd_adam_options options = gd_adam_defaults();
    options.lr = 0.1;
    gd_params *net = gd_params_new();
    gd_tensor *w = gd_param(net, "w", gd_ones(GD_SHAPE(1)));
    gd_optimizer *adam = gd_adam(net, options);
    gd_optimizer_trace(adam, w, GD_SHAPE(0));
    for (int i = 0; i < 3; i++) {
        GD_SCOPE;
        gd_backward(gd_sum(gd_square(w)));
        gd_step(adam);
        gd_zero_grad(adam);
    }
    for (int i = 0; i < (int)gd_trace_rows(adam); i++) {
        const gd_trace_row *row = gd_trace_at(adam, i);
        printf("step %d: g %.3f, moved %.3f\n", (int)row->step, row->g, row->moved);
    }
    gd_trace_picture(adam, "trace.png");
    gd_optimizer_free(adam);
    gd_params_free(net);
    return 0;
}
