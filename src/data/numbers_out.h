/* numbers_out.h - the numbers of a tensor on their way into a file: shared by the writers of NPY and
 * safetensors. */
#ifndef GRADUS_NUMBERS_OUT_H
#define GRADUS_NUMBERS_OUT_H

#include "../tensor/core.h"
#include "../tensor/files.h"

/* gd_numbers_out - all elements of t (any view), row-major, each in sizeof(gd_real) little-endian bytes. */
bool gd_numbers_out(gd_output *out, const gd_tensor *t);

#endif
