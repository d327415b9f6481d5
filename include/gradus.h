/* gradus.h - everything.  Compile and link with what pkg-config --cflags --libs says of gradus (float) or gradus64
 * (double); that is, where the library was built with zlib,
 *
 *     cc -std=c11 prog.c -lgradus -lz -lm -pthread
 *     cc -std=c11 -DGD_DOUBLE prog.c -lgradus64 -lz -lm -pthread
 *
 * Options.  Every gd_NAME_options begins as gd_NAME_defaults(), or as gd_NAME_dialect(d) where there are dialects:
 *
 *     gd_adam_options options = gd_adam_defaults();
 *     options.lr = 0.01;
 *
 * A struct whose declaration says that 0 stands for the default may also be written in place, as in
 * (gd_loader_options){ .batch = 10, .shuffle = true }.  In the others 0 is a choice, such as beta1 = 0, and options
 * that were not begun with their defaults are refused where that shows. */
#ifndef GRADUS_H
#define GRADUS_H

#include "gradus/version.h"     /* which Gradus this is */
#include "gradus/error.h"       /* what went wrong, in one message */
#include "gradus/tensor.h"      /* tensors, scopes, random numbers */
#include "gradus/autograd.h"    /* gradients: backward, grad, your own operations, gradient checks */
#include "gradus/derivatives.h" /* Jacobians, Hessians, hooks on gradients, recomputing */
#include "gradus/operations.h"  /* every differentiable operation, with its formula */
#include "gradus/nn.h"          /* a model: named parameters and layers */
#include "gradus/optim.h"       /* optimizers: SGD, Adam, Yogi and their family */
#include "gradus/data.h"        /* readers, data sets, minibatches */
#include "gradus/checkpoint.h"  /* saving and going on later */
#include "gradus/plot.h"        /* pictures of curves, as PNG */

#endif
