/* pool.h - what the poolings share: shapes, errors, and planes for threads.  x [n, c, h, w]  ->  y [n, c, oh, ow];
 * threads share the planes [n c].  The windows of a plane are in kernels/pool.h. */
#ifndef GRADUS_POOL_H
#define GRADUS_POOL_H

#include <stdbool.h>

#include "autograd/record.h"
#include "base/threads.h"
#include "gradus/tensor.h"
#include "kernels/pool.h"

typedef struct pooling {
    gi_windows windows;                     /* of a plane */
    int64_t    planes;
    gd_shape   x_shape, y_shape;
    int32_t   *largest;                     /* of a max pooling: where each element of y comes from in its plane */
} pooling;

/* Shapes and errors of x and the options. */
bool gi_pooling_check(const char *function, const gd_tensor *x, const gd_pool2d_options *o, pooling *p);

/* The computations of poolings and of their gradients, of x or dy, which is contiguous; attributes: a pooling.
 * gi_max_pool_compute sets the list of places that largest points to, the others of max_pool.c read it; _again is the
 * gradient of the gradient. */
bool gi_mean_pool_compute(gd_tensor *y, gd_tensor *const x[], const void *attributes);
bool gi_mean_pool_grad_compute(gd_tensor *z, gd_tensor *const dy[], const void *attributes);
bool gi_max_pool_compute(gd_tensor *y, gd_tensor *const x[], const void *attributes);
bool gi_max_pool_grad_compute(gd_tensor *z, gd_tensor *const dy[], const void *attributes);
bool gi_max_pool_again_compute(gd_tensor *y, gd_tensor *const x[], const void *attributes);

/* How many planes a thread processes at a time. */
static inline int64_t gi_pooling_part(const pooling *p)
{
    return gi_part_for(p->windows.h * p->windows.w, GI_PART_ELEMENTS, 1);
}

#endif
