/* accumulate.h - adding the numbers of one tensor to those of another. */
#ifndef GRADUS_ACCUMULATE_H
#define GRADUS_ACCUMULATE_H

#include <stdint.h>

#include "gradus/tensor.h"

/* sum += value, of the same shape. */
void gi_accumulate(const gd_tensor *sum, const gd_tensor *value);
void gi_accumulate_numbers(int64_t n, gd_real *sum, const gd_real *value);

#endif
