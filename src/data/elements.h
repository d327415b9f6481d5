/* elements.h - reading numbers of binary files; shared by the readers of IDX, NPY and safetensors. */
#ifndef GRADUS_ELEMENTS_H
#define GRADUS_ELEMENTS_H

#include <stdbool.h>

#include "gradus/tensor.h"
#include "input.h"

typedef enum gi_element {
    GI_BOOL, GI_U8, GI_I8, GI_U16, GI_I16, GI_U32, GI_I32, GI_U64, GI_I64, GI_F16, GI_BF16, GI_F32, GI_F64,
    GI_ELEMENTS
} gi_element;

size_t gi_element_size(gi_element type);                        /* in bytes */

/* gi_elements_read - reads the next n numbers of the file.  False, and a message, when the file ends, or at a number
 * that gd_real cannot hold: an integer that would be rounded, a finite number that would become infinite, one other
 * than 0 that would become 0, a bool that is neither 0 nor 1. */
bool gi_elements_read(gi_input *in, gi_element type, bool big_endian, int64_t n, gd_real *to);

/* gi_elements_fit - computes the number of elements of a shape.  False, and a message, when it, or the number of bytes,
 * overflows, or the file is too short for them. */
bool gi_elements_fit(gi_input *in, gi_element type, int ndim, const uint64_t *sizes, int64_t *n);

#endif
