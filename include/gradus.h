/* gradus.h - everything: #include <gradus.h> and link with -lgradus -lm -pthread (float)
 * or compile with -DGD_DOUBLE and link with -lgradus64 -lm (double). */
#ifndef GRADUS_H
#define GRADUS_H

#include "gradus/error.h"       /* what went wrong, in one sentence */
#include "gradus/tensor.h"      /* tensors, scopes, random numbers */
#include "gradus/autograd.h"    /* gradients: backward, grad, your own operations, gradient checks */
#include "gradus/operations.h"  /* every differentiable operation, with its formula */
#include "gradus/nn.h"          /* a model: named parameters and layers */
#include "gradus/optim.h"       /* optimizers: SGD, Adam, Yogi and their family */
#include "gradus/data.h"        /* readers, data sets, minibatches */
#include "gradus/checkpoint.h"  /* saving and going on later */
#include "gradus/plot.h"        /* pictures of curves, as PNG */

#endif
