/* numbers_out.h - writing the elements of a tensor to a file; shared by the writers of NPY and safetensors. */
#ifndef GRADUS_NUMBERS_OUT_H
#define GRADUS_NUMBERS_OUT_H

#include <stdbool.h>

#include "files/files.h"
#include "gradus/tensor.h"

/* gi_numbers_out - all elements of t (any view), row-major, each in sizeof(gd_real) little-endian bytes. */
bool gi_numbers_out(gi_output *out, const gd_tensor *t);

#endif
