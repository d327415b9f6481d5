/* optim.h - optimizers: what happens to the parameters once their gradients are known.
 *
 *     gd_adam_options options = gd_adam_defaults();        lr 1e-3, betas 0.9 and 0.999, eps 1e-8
 *     options.lr = 0.01;
 *     gd_optimizer *adam = gd_adam(net, options);
 *     ..
 *     gd_backward(loss);
 *     gd_step(adam);                                       uses p->grad of every parameter that has one
 *     gd_zero_grad(adam);
 *     ..
 *     gd_optimizer_free(adam);
 *
 * All of it is in the headers that this one includes; each can be included alone. */
#ifndef GRADUS_OPTIM_H
#define GRADUS_OPTIM_H

#include "optimizer.h"      /* stepping, groups of parameters, state */
#include "algorithms.h"     /* SGD, Adam, Yogi and the rest, with their options and dialects */
#include "whole_tensor.h"   /* LAMB and Muon */
#include "recent.h"         /* Adafactor, schedule-free AdamW */
#include "full_batch.h"     /* Rprop and L-BFGS */
#include "schedule.h"       /* learning rates as functions of the step */
#include "clip.h"           /* clipping of gradients */
#include "ema.h"            /* averages of parameters */
#include "trace.h"          /* an algorithm at work, step by step */
#include "plug.h"           /* algorithms of your own */

#endif
