/* elements.h - the numbers in binary files: how they are stored, and their way into a tensor.  Shared by the
 * readers of IDX, NPY and safetensors. */
#ifndef GRADUS_ELEMENTS_H
#define GRADUS_ELEMENTS_H

#include "input.h"

typedef enum gd_element {
    GD_BOOL, GD_U8, GD_I8, GD_U16, GD_I16, GD_U32, GD_I32, GD_U64, GD_I64, GD_F16, GD_BF16, GD_F32, GD_F64,
    GD_ELEMENTS
} gd_element;

size_t gd_element_size(gd_element type);                        /* in bytes */

/* gd_elements_read - the next n numbers of the file to memory.  False, and a message, when the file ends, or
 * at a number that gd_real cannot hold: a whole number that would be rounded, a finite fraction that would become
 * infinite, one other than 0 that would become 0, a bool that is neither 0 nor 1. */
bool gd_elements_read(gd_input *in, gd_element type, bool big_endian, int64_t n, gd_real *to);

/* gd_elements_fit - the number of elements of a shape of unsigned sizes, if it and its bytes can be counted
 * and the file can hold them; false, and a message, otherwise. */
bool gd_elements_fit(gd_input *in, gd_element type, int ndim, const uint64_t *sizes, int64_t *n);

#endif
