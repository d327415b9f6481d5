/* gradus.h - everything.  Compile and link with what pkg-config --cflags --libs says of gradus (float) or gradus64
 * (double); that is, where the library was built with zlib,
 *
 *     cc -std=c11 prog.c -lgradus -lz -lm -pthread
 *     cc -std=c11 -DGD_DOUBLE prog.c -lgradus64 -lz -lm -pthread */
#ifndef GRADUS_H
#define GRADUS_H

#include "gradus/version.h"     /* which Gradus this is */
#include "gradus/error.h"       /* what went wrong, in one message */
#include "gradus/tensor.h"      /* tensors, scopes, random numbers */
#include "gradus/autograd.h"    /* gradients: backward, grad, your own operations, gradient checks */
#include "gradus/operations.h"  /* every differentiable operation, with its formula */
#include "gradus/nn.h"          /* a model: named parameters and layers */
#include "gradus/optim.h"       /* optimizers: SGD, Adam, Yogi and their family */
#include "gradus/data.h"        /* readers, data sets, minibatches */
#include "gradus/checkpoint.h"  /* saving and going on later */
#include "gradus/plot.h"        /* pictures of curves, as PNG */

#endif
