/* params.h - the inside of gd_params, for the rooms that optimize and save it. */
#ifndef GRADUS_PARAMS_H
#define GRADUS_PARAMS_H

#include "gradus/nn.h"
#include "tensor/core.h"

typedef struct gd_entry {
    gd_tensor *tensor;
    bool       buffer;
} gd_entry;

struct gd_params {
    gd_entry *entries;                      /* in order of creation */
    int       count, room;
    gd_arena  arena;                        /* tensors, names and gradients */
    int       in_use;                       /* by steps whose closure runs */
};

#endif
