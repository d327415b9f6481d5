/* gradus.h - includes all public headers.  Compile and link with the output of pkg-config --cflags --libs gradus
 * (float) or gradus64 (double); for a library that was built with zlib, that is
 *
 *     cc -std=c11 prog.c -lgradus -lz -lm -pthread
 *     cc -std=c11 -DGD_DOUBLE prog.c -lgradus64 -lz -lm -pthread
 *
 * Options.  Initialise every gd_NAME_options with gd_NAME_defaults(), or with gd_NAME_dialect(d) if it has dialects:
 *
 *     gd_adam_options options = gd_adam_defaults();
 *     options.lr = 0.01;
 *
 * A struct whose declaration says that 0 stands for the default may also be written in place, as in
 * (gd_loader_options){ .batch = 10, .shuffle = true }.  In the others 0 is a value like any other, such as beta1 = 0;
 * options that were not initialised with their defaults are refused where this can be detected. */
#ifndef GRADUS_H
#define GRADUS_H

#include "gradus/version.h"     /* which Gradus this is */
#include "gradus/error.h"       /* what went wrong, in one message */
#include "gradus/tensor.h"      /* tensors, scopes, random numbers */
#include "gradus/random.h"      /* more random numbers, generators */
#include "gradus/autograd.h"    /* gradients: backward, grad, your own operations, gradient checks */
#include "gradus/derivatives.h" /* Jacobians, Hessians, hooks on gradients, recomputing */
#include "gradus/operations.h"  /* every differentiable operation, with its formula */
#include "gradus/losses.h"      /* losses, with weights and labels to ignore */
#include "gradus/picking.h"     /* sorting, picking and placing elements */
#include "gradus/linalg.h"      /* systems of equations, factorizations, eigenvalues, einsum */
#include "gradus/nn.h"          /* a model: named parameters and layers */
#include "gradus/vector.h"      /* a model for optimizers of others: all parameters as one vector */
#include "gradus/recurrent.h"   /* RNN, LSTM and GRU over whole sequences */
#include "gradus/transformer.h" /* attention with masks, encoder and decoder blocks */
#include "gradus/optim.h"       /* optimizers: SGD, Adam, Yogi and their family */
#include "gradus/program.h"     /* a step captured once and run again */
#include "gradus/data.h"        /* readers, data sets, minibatches */
#include "gradus/checkpoint.h"  /* saving a model or a run, and resuming it */
#include "gradus/split.h"       /* training and validation, folds, subsets */
#include "gradus/table.h"       /* CSV with named columns, text and missing values */
#include "gradus/images.h"      /* PNG and JPEG, CIFAR-10, augmentation */
#include "gradus/plot.h"        /* pictures of curves, as PNG or SVG */
#include "gradus/charts.h"      /* scatter plots, bars, histograms, heat maps, images */
#include "gradus/animation.h"   /* animated PNG, and a live plot in the terminal */
#include "gradus/metrics.h"     /* scores, early stopping, the history of a run */

#endif
