/* nest.h - loops over strided data. */
#ifndef GRADUS_NEST_H
#define GRADUS_NEST_H

#include <stdbool.h>

#include "gradus/tensor.h"

enum { GI_OPERANDS = 5 };

/* A nest of loops over every index of a shape, with adjacent axes merged where the strides of all operands allow it.
 * The innermost loop is axis ndim-1 of the nest, which has at least one axis. */
typedef struct gi_nest {
    int     ndim;
    int64_t size[GD_MAX_DIMS];
    int64_t step[GI_OPERANDS][GD_MAX_DIMS];
} gi_nest;

void gi_nest_init(gi_nest *nest, int ndim, const int64_t *shape, int operands, const int64_t *const strides[]);

/* The innermost loop: n indices, operand k starts at p[k] and advances by step[k]. */
typedef void gi_inner_loop(int64_t n, gd_real *const p[], const int64_t step[], const void *context);

/* gi_nest_run - runs the nest on the calling thread. */
void gi_nest_run(const gi_nest *nest, int operands, gd_real *const start[], gi_inner_loop *inner,
                 const void *context);

/* gi_nest_spread - the same, in parallel where it is large; no two indices may write to the same element.
 * work: the cost of an index in elements, 1 unless inner does more. */
void gi_nest_spread(const gi_nest *nest, int operands, gd_real *const start[], gi_inner_loop *inner,
                    const void *context, int64_t work);

/* gi_nest_spread_short - the same for an inner that writes operand 0 and only reads the others, of which it may get
 * copies: where lines are short, several of them go through inner at once. */
void gi_nest_spread_short(const gi_nest *nest, int operands, gd_real *const start[], gi_inner_loop *inner,
                          const void *context, int64_t work);

/* gi_copy - the elements of x, in row-major order, to contiguous memory. */
void gi_copy(gd_real *to, const gd_tensor *x);

/* gi_extent - how many elements before and after its first one x reaches. */
static inline void gi_extent(const gd_tensor *x, int64_t *below, int64_t *above)
{
    *below = *above = 0;
    for (int k = 0; k < x->ndim && x->numel; k++) {
        const int64_t reach = (x->shape[k] - 1) * x->stride[k];
        *(reach < 0 ? below : above) += reach < 0 ? -reach : reach;
    }
}

/* gi_contiguous_numbers - x's elements in row-major order: x's own, or a copy in the current scope; NULL when memory is
 * out. */
const gd_real *gi_contiguous_numbers(const gd_tensor *x);

/* gi_copy_strided - copies a shape from one layout to another.  gi_copy_into - y = x, of the same shape. */
void gi_copy_strided(int ndim, const int64_t *shape, gd_real *to, const int64_t *to_stride, const gd_real *from,
                     const int64_t *from_stride);
void gi_copy_into(const gd_tensor *y, const gd_tensor *x);

/* gi_copy_compute - y = x[0], y contiguous: for gi_start. */
bool gi_copy_compute(gd_tensor *y, gd_tensor *const x[], const void *attributes);

#endif
