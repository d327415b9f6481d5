/* resample.h - each place along an axis of y is a weighted sum of adjacent places of x: resizing, mean pooling. */
#ifndef GRADUS_RESAMPLE_H
#define GRADUS_RESAMPLE_H

#include <stdbool.h>
#include <stdint.h>

#include "gradus/tensor.h"

/* Place i of y is the sum over k < count of weight[k] x[first + k].  The weights belong to the current scope. */
typedef struct gi_window {
    int64_t  first, count;
    gd_real *weight;
} gi_window;

/* gi_windows_new - n windows in the current scope with weights for `width` places each; NULL when memory is out. */
gi_window *gi_windows_new(int64_t n, int64_t width);

/* gi_resample - x with its axis of m places become one of n; windows lie in [0, m) and live as long as the scope. */
gd_tensor *gi_resample(gd_tensor *x, int axis, int64_t n, const gi_window *windows);

/* gi_resizable - checks of x [n, c, d..] and the sizes that d.. are to get; false, and a message. */
bool gi_resizable(const char *function, const gd_tensor *x, gd_shape size);

#endif
