/* program.c - a step of training that is captured once and run again.
 *
 * It prints
 *
 *     the loss has fallen: yes; 100 steps
 */
#include <gradus.h>

typedef struct training {
    gd_linear     layer;
    gd_optimizer *sgd;
} training;

static gd_tensor *step(gd_tensor *const in[], int n, void *context)
{
    (void)n;
    training *t = context;
    gd_tensor *loss = gd_mse_loss(gd_linear_apply(&t->layer, in[0]), in[1], GD_MEAN);
    gd_backward(loss);
    gd_step(t->sgd);
    gd_zero_grad(t->sgd);
    return loss;
}

int main(void)
{
    GD_SCOPE;
    gd_on_error(gd_abort);
    gd_params *net = gd_params_new();
    gd_linear layer = gd_linear_new(net, "layer", 2, 1);
    training t = { layer, gd_sgd(net, gd_sgd_defaults()) };
    gd_program *program = gd_capture(step, &t);
    gd_tensor *x = gd_from(GD_SHAPE(2, 2), (gd_real[]){ 1, 0, 0, 1 }), *y = gd_ones(GD_SHAPE(2, 1));
    double first = 0, last = 0;
    for (int i = 0; i < 100; i++) {
        last = (double)gd_item(gd_run(program, (gd_tensor *[]){ x, y }, 2));
        if (i == 0)
            first = last;
    }
    printf("the loss has fallen: %s; %d steps\n", last < first ? "yes" : "no", (int)t.sgd->steps);
    gd_program_free(program);
    gd_optimizer_free(t.sgd);
    gd_params_free(net);
    return 0;
}
