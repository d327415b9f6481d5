/* idioms.c - four ways out of a scope, none of which needs more memory from step to step; see docs/lifetimes.md.
 *
 * It prints
 *
 *     more memory after 200 steps than after 20: no
 *     the best model is back: yes
 */
#include <gradus.h>
#include <math.h>

typedef struct model {
    gd_cell   cell;
    gd_linear output;
} model;

/* Evaluate: a scope, no recording, and a number. */
static double error_of(const model *m, gd_tensor *h, gd_tensor *y)
{
    GD_SCOPE;
    GD_NO_GRAD;
    return (double)gd_item(gd_mse_loss(gd_linear_apply(&m->output, h), y, GD_MEAN));
}

/* Return a result from a function that has a scope of its own: gd_keep copies it to the scope of the caller. */
static gd_tensor *scores(const model *m, gd_tensor *h)
{
    GD_SCOPE;
    gd_tensor *y = gd_linear_apply(&m->output, gd_tanh(h));
    return gd_keep(y);
}

int main(void)
{
    gd_on_error(gd_abort);
    gd_params *net = gd_params_new();
    model m = { gd_rnn_new(net, "cell", 1, 4), gd_linear_new(net, "output", 4, 1) };
    gd_optimizer *adam = gd_adam(net, gd_adam_defaults());
    gd_tensor *x = gd_ones(GD_SHAPE(1, 1)), *y = gd_full(GD_SHAPE(1, 1), 0.5);

    gd_tensor *h = gd_zeros(GD_SHAPE(1, 4));            /* carry a state over: made outside, overwritten inside */
    gd_params *best = gd_params_copy(net);              /* keep the best: a second model */
    double lowest = INFINITY;
    size_t after_first_steps = 0;
    for (int step = 0; step < 200; step++) {
        GD_SCOPE;
        gd_tensor *next = gd_rnn_apply(&m.cell, x, h);
        gd_backward(gd_mse_loss(gd_linear_apply(&m.output, next), y, GD_MEAN));
        gd_step(adam);
        gd_zero_grad(adam);
        gd_assign(h, gd_detach(next));                  /* the state for the next step */
        double error = error_of(&m, h, y);
        if (error < lowest) {
            lowest = error;
            gd_params_assign(best, net);
        }
        scores(&m, h);
        if (step == 20)
            after_first_steps = gd_memory_live();
    }
    printf("more memory after 200 steps than after 20: %s\n", gd_memory_live() > after_first_steps ? "yes" : "no");
    gd_params_assign(net, best);
    printf("the best model is back: %s\n", gd_params_equal(net, best, 0, NULL) ? "yes" : "no");

    gd_optimizer_free(adam);
    gd_params_free(best);
    gd_params_free(net);
    return 0;
}
