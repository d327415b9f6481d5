/* gradus_mlp.c - the MLP 784-256-10 on Fashion-MNIST, 1 epoch of batches of 256, Adam; a whole program. */
#include <gradus.h>

#include "process.h"

int main(int count, char **argument)
{
    gd_on_error(gd_abort);
    gd_dataset train = gd_fashion_mnist(count > 1 ? argument[1] : NULL, true);
    gd_loader *load = gd_loader_new(train, (gd_loader_options){ .batch = 256 });
    gd_params *net = gd_params_new();
    gd_linear hidden = gd_linear_new(net, "hidden", 784, 256), output = gd_linear_new(net, "output", 256, 10);
    process_start(hidden.weight->data, 784 * 256, 1 / 28.0f);
    process_start(hidden.bias->data, 256, 1 / 28.0f);
    process_start(output.weight->data, 256 * 10, 1 / 16.0f);
    process_start(output.bias->data, 10, 1 / 16.0f);
    gd_optimizer *adam = gd_adam(net, gd_adam_defaults());
    gd_batch batch;
    double loss = 0;
    while (gd_loader_next(load, &batch)) {
        GD_SCOPE;
        gd_tensor *logits = gd_linear_apply(&output, gd_relu(gd_linear_apply(&hidden, batch.x)));
        gd_tensor *l = gd_cross_entropy(logits, batch.y, GD_MEAN);
        gd_backward(l);
        gd_step(adam);
        gd_zero_grad(adam);
        loss += (double)gd_item(l) * (double)batch.size / 60000;
    }
    gd_optimizer_free(adam);
    gd_params_free(net);
    gd_loader_free(load);
    return process_end(loss);
}
