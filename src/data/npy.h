/* npy.h - arrays in NumPy's format, for files that hold several. */
#ifndef GRADUS_NPY_H
#define GRADUS_NPY_H

#include "gradus/tensor.h"
#include "input.h"

enum { GI_NPY_HEADER = 512 };

/* gi_npy_array - reads an array, header and numbers.  gi_npy_header - the header for t; its length. */
gd_tensor *gi_npy_array(gi_input *in);
size_t     gi_npy_header(char text[GI_NPY_HEADER], const gd_tensor *t);

#endif
