/* layer.h - shared by the layers. */
#ifndef GRADUS_LAYER_H
#define GRADUS_LAYER_H

#include <stdbool.h>

#include "gradus/tensor.h"
#include "params.h"

/* gi_layer_begin - checks p, name and the sizes, and opens a scope for temporary tensors.  If it is true, the caller
 * must call gi_layer_end with mark, which ends the scope and, unless good, removes from p what the layer has added;
 * returns good. */
bool gi_layer_begin(const char *function, const gd_params *p, const char *name, int n, const int64_t *sizes,
                    const char *const *what, gi_params_place *mark);
bool gi_layer_end(gd_params *p, const gi_params_place *mark, bool good);

/* gi_layer_param, gi_layer_buffer - "NAME.suffix", a copy of value; NULL for a NULL value. */
gd_tensor *gi_layer_param(gd_params *p, const char *name, const char *suffix, gd_tensor *value);
gd_tensor *gi_layer_buffer(gd_params *p, const char *name, const char *suffix, gd_tensor *value);

#endif
