/* instructions.c - something to count instructions of: steps of linear regression, or operations of the chain.
 * instructions.sh runs it under callgrind and takes differences.
 *
 *     instructions linear-regression|chain count */
#include <stdlib.h>
#include <string.h>

#include <gradus.h>

static void linear_regression(int64_t steps)
{
    gd_tensor *x = gd_normal(GD_SHAPE(10, 5), 0, 1), *y = gd_normal(GD_SHAPE(10, 1), 0, 1);
    gd_params *net = gd_params_new();
    gd_tensor *w = gd_param(net, "w", gd_normal(GD_SHAPE(1, 5), 0, 0.01));
    gd_tensor *b = gd_param(net, "b", gd_zeros(GD_SHAPE(1)));
    gd_optimizer *adam = gd_adam(net, gd_adam_dialect(GD_D2L));
    for (int64_t i = 0; i < steps; i++) {
        GD_SCOPE;
        gd_backward(gd_mse_loss(gd_affine(x, w, b), y, GD_MEAN));
        gd_step(adam);
        gd_zero_grad(adam);
    }
    gd_optimizer_free(adam);
    gd_params_free(net);
}

static void chain(int64_t operations)
{
    enum { LENGTH = 1000 };
    gd_tensor *x = gd_requires_grad(gd_scalar(1)), *c = gd_scalar(1.001);
    for (int64_t i = 0; i < operations / LENGTH; i++) {
        GD_SCOPE;
        gd_tensor *y = x;
        for (int k = 0; k < LENGTH; k++)
            y = gd_mul(y, c);
        gd_backward(y);
        gd_zero_grad_of(x);
    }
}

int main(int count, char **argument)
{
    gd_on_error(gd_abort);
    const int64_t n = count > 2 ? strtoll(argument[2], NULL, 10) : 0;
    if (n > 0 && strcmp(argument[1], "linear-regression") == 0)
        linear_regression(n);
    else if (n > 0 && strcmp(argument[1], "chain") == 0)
        chain(n);
    else
        return fprintf(stderr, "instructions linear-regression|chain count\n"), 2;
    return 0;
}
