/* full_batch.c - L-BFGS asks for the loss as often as it needs.
 *
 * It prints
 *
 *     1.000 1.000
 */
#include <gradus.h>

typedef struct problem {
    gd_tensor    *w;
    gd_optimizer *lbfgs;
} problem;

static double loss(void *context)                       /* Rosenbrock's valley, 100 (y - x^2)^2 + (1 - x)^2 */
{
    GD_SCOPE;
    problem *p = context;
    gd_tensor *x = gd_select(p->w, 0, 0), *y = gd_select(p->w, 0, 1);
    gd_tensor *value = gd_add(gd_scale(gd_square(gd_sub(y, gd_square(x))), 100), gd_square(gd_shift(gd_neg(x), 1)));
    gd_zero_grad(p->lbfgs);
    gd_backward(value);
    return (double)gd_item(value);
}

int main(void)
{
    GD_SCOPE;
    gd_on_error(gd_abort);
    gd_params *net = gd_params_new();
    problem p = { gd_param(net, "w", gd_from(GD_SHAPE(2), (gd_real[]){ -2, 1 })), NULL };
    p.lbfgs = gd_lbfgs(net, gd_lbfgs_defaults());
    for (int i = 0; i < 5; i++)
        gd_step_closure(p.lbfgs, loss, &p);
    printf("%.3f %.3f\n", (double)p.w->data[0], (double)p.w->data[1]);
    gd_optimizer_free(p.lbfgs);
    gd_params_free(net);
    return 0;
}
