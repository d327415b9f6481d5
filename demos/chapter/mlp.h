/* mlp.h - a network with one hidden layer on airfoil noise, for the programs whose point a linear model would not show:
 * its loss goes on falling for thousands of steps, and the noise of the minibatches decides where it stays.
 *
 *     x [n, 5] - 64 - tanh - 1,    loss mean (prediction - y)^2 / 2,    batches of 32 */
#ifndef CHAPTER_MLP_H
#define CHAPTER_MLP_H

#include "airfoil.h"

enum { MLP_RECORDS = 50 };                  /* losses that a run writes down, at equal distances */

typedef struct mlp {
    gd_params *parameters;
    gd_linear  hidden, output;
} mlp;

static inline mlp mlp_new(uint64_t seed)
{
    gd_seed(seed);
    mlp net = { .parameters = gd_params_new() };
    net.hidden = gd_linear_new(net.parameters, "hidden", 5, 64);
    net.output = gd_linear_new(net.parameters, "output", 64, 1);
    return net;
}

static inline gd_tensor *mlp_loss(const mlp *net, gd_tensor *x, gd_tensor *y)
{
    gd_tensor *prediction = gd_linear_apply(&net->output, gd_tanh(gd_linear_apply(&net->hidden, x)));
    return gd_scale(gd_mean(gd_square(gd_sub(prediction, y))), 0.5);
}

static inline double mlp_loss_of_all(const mlp *net, gd_dataset set)
{
    GD_SCOPE;
    GD_NO_GRAD;
    return (double)gd_item(mlp_loss(net, set.x, set.y));
}

static inline gd_loader *mlp_loader(const airfoil *air, uint64_t seed)
{
    return gd_loader_new(air->set, (gd_loader_options){ .batch = 32, .shuffle = true, .seed = seed });
}

/* The next batch, of the next epoch where one has ended. */
static inline gd_batch mlp_next(gd_loader *load)
{
    gd_batch batch;
    while (!gd_loader_next(load, &batch))
        continue;
    return batch;
}

/* One step on the next batch. */
static inline void mlp_step(const mlp *net, gd_optimizer *o, gd_loader *load)
{
    GD_SCOPE;
    const gd_batch batch = mlp_next(load);
    gd_backward(mlp_loss(net, batch.x, batch.y));
    gd_step(o);
    gd_zero_grad(o);
}

#endif
