/* idx.h - the header of an IDX file, for data sets that read the numbers themselves. */
#ifndef GRADUS_IDX_H
#define GRADUS_IDX_H

#include <stdbool.h>

#include "elements.h"
#include "gradus/tensor.h"

typedef struct gi_idx {
    gi_element type;
    int        ndim;
    int64_t    shape[GD_MAX_DIMS], numel;
} gi_idx;

/* gi_idx_header - reads it, and checks that the file is long enough for the numbers. */
bool gi_idx_header(gi_input *in, gi_idx *idx);

#endif
