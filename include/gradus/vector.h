/* vector.h - a model for optimizers of others: its parameters as one vector of doubles, and the loss with its gradient
 * as a function of such a vector.  demos/others has NLopt, GSL and liblbfgs, thirty lines each.
 *
 *     static gd_tensor *loss(void *data) { ..  return gd_mean(..); }
 *
 *     gd_objective f = { net, loss, &data };
 *     int64_t n = gd_params_vector_size(net);
 *     double *x = malloc(n * sizeof *x), *gradient = malloc(n * sizeof *gradient);
 *     gd_params_to_vector(net, x, n);                             where to begin
 *     double value = gd_value_and_grad(&f, x, gradient, n);       as often as the optimizer asks
 *     gd_vector_to_params(net, x, n);                             the end of its way
 *
 * The vector has the elements of all parameters that require a gradient, in the order of their creation, each in
 * row-major order; frozen ones and buffers are not in it.  (PyTorch: parameters_to_vector, vector_to_parameters.) */
#ifndef GRADUS_VECTOR_H
#define GRADUS_VECTOR_H

#include "nn.h"

#ifdef __cplusplus
extern "C" {
#endif
GD_API_BEGIN

/* gd_params_vector_size - how many elements the vector has: 0 when every parameter is frozen; -1, with a message, for
 * NULL.
 * gd_params_to_vector - writes the parameters to x [n].
 * gd_vector_to_params - the parameters become x [n], rounded to gd_real; graphs that were recorded with the old ones
 * and still need them are refused by gd_backward.
 * gd_grads_to_vector - writes the ->grad of each parameter to gradient [n], zeros where there is none.
 * False, and nothing has changed: NULL, an n that is not gd_params_vector_size, a finite number beyond the largest
 * gd_real; gd_vector_to_params also in a callback that needs the parameters as they are, such as a closure. */
int64_t gd_params_vector_size(const gd_params *p);
bool    gd_params_to_vector(const gd_params *p, double *x, int64_t n);
bool    gd_vector_to_params(gd_params *p, const double *x, int64_t n);
bool    gd_grads_to_vector(const gd_params *p, double *gradient, int64_t n);

/* A function to be minimized: the loss of a model. */
typedef gd_tensor *gd_loss(void *context);      /* one element, computed from the parameters; NULL: it failed */

typedef struct gd_objective {
    gd_params *params;
    gd_loss   *loss;
    void      *context;                         /* passed to loss */
} gd_objective;

/* gd_value_and_grad - the loss at x [n], and its gradient there in gradient [n]; NULL: the loss alone is computed,
 * without recording.  The parameters are x afterwards, and every ->grad is that gradient, or as it was without one.
 * What loss makes is freed: it runs in a scope of its own, and is a callback, see tensor.h.  An infinite or NaN loss is
 * returned as it is, without a message; its gradient, too.  NaN with a message, gradient as it was: as
 * gd_vector_to_params, loss is NULL, returns NULL or has another number of elements; gd_backward fails.
 * (JAX: value_and_grad.) */
double gd_value_and_grad(const gd_objective *f, const double *x, double *gradient, int64_t n);

GD_API_END
#ifdef __cplusplus
}
#endif
#endif
