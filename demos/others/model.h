/* model.h - what the programs of this folder minimize: the squared error of a small network that learns sin on [-3, 3],
 * from the same first values. */
#ifndef MODEL_H
#define MODEL_H

#include <gradus.h>

static gd_tensor *x, *y;
static gd_linear hidden, output;

static gd_tensor *error_of_network(void *context)
{
    (void)context;
    gd_tensor *guess = gd_linear_apply(&output, gd_tanh(gd_linear_apply(&hidden, x)));
    return gd_mean(gd_square(gd_sub(guess, y)));
}

static gd_objective make_model(void)
{
    gd_on_error(gd_abort);
    gd_seed(1);
    x = gd_reshape(gd_linspace(-3, 3, 100), GD_SHAPE(100, 1));
    y = gd_sin(x);
    gd_params *net = gd_params_new();
    hidden = gd_linear_new(net, "hidden", 1, 8);
    output = gd_linear_new(net, "output", 8, 1);
    return (gd_objective){ .params = net, .loss = error_of_network };
}

#endif
