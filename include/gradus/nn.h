/* nn.h - a model is a set of named parameters and an ordinary C function.
 *
 *     gd_params *net    = gd_params_new();
 *     gd_linear  hidden = gd_linear_new(net, "hidden", 784, 256);
 *     gd_linear  output = gd_linear_new(net, "output", 256, 10);
 *
 *     y = gd_linear_apply(&output, gd_relu(gd_linear_apply(&hidden, x)));
 *
 * Layers are small structs by value; their tensors belong to the parameters they were made in. */
#ifndef GRADUS_NN_H
#define GRADUS_NN_H

#include "operations.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Parameters --------------------------------------------------------------------------------------- */

typedef struct gd_params gd_params;

gd_params *gd_params_new(void);             /* NULL when memory is out */
void       gd_params_free(gd_params *p);    /* with every tensor in it, and their gradients; NULL is fine */

/* gd_param - a new parameter: a copy of value that requires a gradient and lives as long as p.  The name is
 * copied.  Errors: NULL, an empty name, a name that p has already. */
gd_tensor *gd_param(gd_params *p, const char *name, gd_tensor *value);

/* gd_buffer - the same for what is saved with the model but has no gradient: running statistics. */
gd_tensor *gd_buffer(gd_params *p, const char *name, gd_tensor *value);

gd_tensor *gd_params_get(gd_params *p, const char *name);   /* error: there is none of that name */
int64_t    gd_params_count(const gd_params *p);             /* numbers to be learned: elements of all parameters */
int        gd_params_tensors(const gd_params *p);           /* tensors, buffers included */
gd_tensor *gd_params_at(const gd_params *p, int i);         /* the i-th in order of creation; its name is t->name */
bool       gd_params_is_buffer(const gd_params *p, int i);

/* ---- Layers ---------------------------------------------------------------------------------------------- */

typedef struct gd_linear {
    gd_tensor *weight;                      /* [out, in], "NAME.weight" */
    gd_tensor *bias;                        /* [out],     "NAME.bias" */
} gd_linear;

/* gd_linear_new - weight and bias uniform in +-1/sqrt(in), as PyTorch's nn.Linear.  On failure both are NULL,
 * and gd_linear_apply gives NULL.
 * gd_linear_apply - y = x weight' + bias:  x [.., in]  ->  y [.., out] */
gd_linear  gd_linear_new(gd_params *p, const char *name, int64_t in, int64_t out);
gd_tensor *gd_linear_apply(const gd_linear *layer, gd_tensor *x);

#ifdef __cplusplus
}
#endif
#endif
