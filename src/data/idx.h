/* idx.h - the header of an IDX file, for data sets that read the numbers in their own way. */
#ifndef GRADUS_IDX_H
#define GRADUS_IDX_H

#include "elements.h"

typedef struct gd_idx {
    gd_element type;
    int        ndim;
    int64_t    shape[GD_MAX_DIMS], numel;
} gd_idx;

/* gd_idx_header - reads it, and checks that the numbers can follow. */
bool gd_idx_header(gd_input *in, gd_idx *idx);

#endif
