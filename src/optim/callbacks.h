/* callbacks.h - the functions of an algorithm that are called outside of a step. */
#ifndef GRADUS_OPTIM_CALLBACKS_H
#define GRADUS_OPTIM_CALLBACKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gradus/plug.h"

/* The algorithm's functions keeps, check, valid, start, accepts, work_bytes and correction, or what holds where it has
 * none.
 * gi_fault_in - the first fault that valid finds; NULL: none.
 * gi_state_shape - the shape of state k of the parameter w; its ndim is -1 where none is kept.  False, with a message,
 * when the algorithm's state_shape makes no sense. */
bool        gi_keeps(const gd_algorithm *a, const void *options, int k);
bool        gi_state_shape(const gd_algorithm *a, const void *options, int k, const gd_tensor *w, gd_shape *shape);
bool        gi_passes_check(const gd_algorithm *a, const void *options);
const char *gi_fault_in(const gd_algorithm *a, const gd_kept *kept);
void        gi_start_with(const gd_algorithm *a, const gd_update *u);
bool        gi_accepts(const gd_algorithm *a, const gd_tensor *parameter, const void *options);
size_t      gi_work_bytes(const gd_algorithm *a, const gd_tensor *parameter, const void *options);
double      gi_correction_of(const gd_algorithm *a, const void *options, int k, int64_t t);

#endif
