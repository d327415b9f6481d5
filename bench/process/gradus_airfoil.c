/* gradus_airfoil.c - linear regression on the airfoil data, 2 epochs of batches of 10, Adam; a whole program. */
#include <gradus.h>

#include "process.h"

static gd_tensor *w, *b;

static gd_tensor *squared_error(gd_tensor *x, gd_tensor *y)
{
    return gd_mse_loss(gd_affine(x, w, b), y, GD_MEAN);
}

int main(int count, char **argument)
{
    gd_on_error(gd_abort);
    gd_dataset air = gd_airfoil(count > 1 ? argument[1] : NULL);
    gd_loader *load = gd_loader_new(air, (gd_loader_options){ .batch = 10 });
    gd_params *net = gd_params_new();
    w = gd_param(net, "w", gd_zeros(GD_SHAPE(1, 5)));
    b = gd_param(net, "b", gd_zeros(GD_SHAPE(1)));
    gd_optimizer *adam = gd_adam(net, gd_adam_dialect(GD_D2L));
    for (int epoch = 0; epoch < 2; epoch++) {
        gd_batch batch;
        while (gd_loader_next(load, &batch)) {
            GD_SCOPE;
            gd_backward(squared_error(batch.x, batch.y));
            gd_step(adam);
            gd_zero_grad(adam);
        }
    }
    double loss = 0;
    {
        GD_SCOPE;
        GD_NO_GRAD;
        loss = (double)gd_item(squared_error(air.x, air.y));
    }
    gd_optimizer_free(adam);
    gd_params_free(net);
    gd_loader_free(load);
    return process_end(loss);
}
