/* picking.h - sorting, searching, and taking or placing elements by index; reductions besides those of operations.h.
 *
 * What it says in operations.h of all operations holds here too: any view, NULL for NULL, negative axes, gradients of
 * gradients.  There are also gd_gather, gd_embedding, gd_argmax, gd_one_hot, gd_cumsum and gd_cumprod.
 *
 * An index is a whole number in [0, size) stored as a gd_real; results that are indices or counts are constants for
 * differentiation.  More positions than gd_real counts exactly, 2^24 + 1 in float, 2^53 + 1 in double, are an error. */
#ifndef GRADUS_PICKING_H
#define GRADUS_PICKING_H

#include "autograd.h"

#ifdef __cplusplus
extern "C" {
#endif
GD_API_BEGIN

/* Elements, and where along the axis they stood.  Both are NULL on failure. */
typedef struct gd_picked {
    gd_tensor *values, *indices;
} gd_picked;

/* ---- Order ---------------------------------------------------------------------------------------------------
 * NaN counts as the largest number, as in gd_argmax and in PyTorch: last in ascending order, first in descending order.
 * -0 and 0 are equal.  Sorting is stable, equal elements keep their order in both directions, and takes n log n steps
 * for any input. */

/* gd_sort - the elements along an axis in order; each dx is the dy of where the element went.
 * gd_argsort - their indices: gd_sort(x, axis, d) is gd_gather(x, axis, gd_argsort(x, axis, d)). */
gd_tensor *gd_sort(gd_tensor *x, int axis, bool descending);
gd_tensor *gd_argsort(gd_tensor *x, int axis, bool descending);

/* gd_topk - the k largest elements along an axis, the largest first; or the k smallest, the smallest first.  Of equal
 * ones the first come first.  dx is dy at those elements, else 0.  Error: k outside [0, size]. */
gd_picked gd_topk(gd_tensor *x, int64_t k, int axis, bool largest);

/* gd_median - the middle one of all elements in order, or along an axis; of an even number the lower one of the two in
 * the middle, as in PyTorch; NaN where there is one.  dy is shared evenly among elements equal to it, as in gd_max.
 * Error: no elements. */
gd_tensor *gd_median(gd_tensor *x);
gd_tensor *gd_median_axis(gd_tensor *x, int axis, bool keep);

/* gd_argmin - the index of the smallest element along an axis, the first of equal ones; the axis is removed.  NaN
 * wins here too, as in PyTorch.  Error: an empty axis. */
gd_tensor *gd_argmin(gd_tensor *x, int axis);

/* gd_cummax, gd_cummin - the largest, or smallest, element so far along an axis, and its index: of equal ones the
 * latest, and from the first NaN on the latest NaN.  dy goes to that element. */
gd_picked gd_cummax(gd_tensor *x, int axis);
gd_picked gd_cummin(gd_tensor *x, int axis);

/* gd_unique - the different numbers in x, ascending [m]; for each element of x the index of its number there, of x's
 * shape; and how often each number occurs [m].  Every NaN stands for itself, as in PyTorch.  The gradient of a value
 * goes to the first of the elements that are equal to it; PyTorch has none.  All three are NULL on failure. */
typedef struct gd_uniques {
    gd_tensor *values, *inverse, *counts;
} gd_uniques;

gd_uniques gd_unique(gd_tensor *x);

/* ---- Reductions ------------------------------------------------------------------------------------------------
 * Over all elements, or along one axis, which keep leaves as one of size 1. */

/* gd_prod - the product; 1 of nothing.  dx_j = dy times the product of the others, formed without a division, so that
 * zeros in x are no special case.  y has a relative error of n u and overflows, or becomes 0, only where it is itself
 * out of range; products inside the gradient may on the way. */
gd_tensor *gd_prod(gd_tensor *x);
gd_tensor *gd_prod_axis(gd_tensor *x, int axis, bool keep);

/* gd_nansum, gd_nanmean - of the elements that are not NaN; the sum of none is 0, their mean NaN.  A NaN has the
 * gradient 0. */
gd_tensor *gd_nansum(gd_tensor *x);
gd_tensor *gd_nansum_axis(gd_tensor *x, int axis, bool keep);
gd_tensor *gd_nanmean(gd_tensor *x);
gd_tensor *gd_nanmean_axis(gd_tensor *x, int axis, bool keep);

/* gd_var, gd_std - of all elements, as gd_var_axes and gd_std_axes.  Error: correction >= n. */
gd_tensor *gd_var(gd_tensor *x, double correction);
gd_tensor *gd_std(gd_tensor *x, double correction);

/* gd_any, gd_all - 1 where some element is not 0, or all are, else 0; NaN is not 0.  Of nothing: 0 and 1.
 * gd_count_nonzero - how many are not 0. */
gd_tensor *gd_any(gd_tensor *x);
gd_tensor *gd_any_axis(gd_tensor *x, int axis, bool keep);
gd_tensor *gd_all(gd_tensor *x);
gd_tensor *gd_all_axis(gd_tensor *x, int axis, bool keep);
gd_tensor *gd_count_nonzero(gd_tensor *x);
gd_tensor *gd_count_nonzero_axis(gd_tensor *x, int axis, bool keep);

/* gd_logcumsumexp - y_j = ln (e^x_0 + .. + e^x_j) along an axis, stable: neither overflows nor loses small terms.
 * dx_i = sum over j >= i of dy_j e^(x_i - y_j), by a recurrence all of whose factors are at most 1. */
gd_tensor *gd_logcumsumexp(gd_tensor *x, int axis);

/* ---- Picking ------------------------------------------------------------------------------------------------ */

/* gd_index_select - the slices of x at the indices: y has the shape of index in place of the axis.  x [a, n, b] with
 * axis 1 and index [i, j] gives y [a, i, j, b].  dx adds up where an index is repeated.  Errors: an index out of range,
 * more than GD_MAX_DIMS axes. */
gd_tensor *gd_index_select(gd_tensor *x, int axis, gd_tensor *index);

/* gd_masked_select - the elements of x where mask is not 0, in row-major order [m]; x and mask broadcast.
 * gd_masked_fill - value where mask is not 0, else x; both broadcast.  No gradient for mask. */
gd_tensor *gd_masked_select(gd_tensor *x, gd_tensor *mask);
gd_tensor *gd_masked_fill(gd_tensor *x, gd_tensor *mask, double value);

/* gd_nonzero - the indices of the elements that are not 0, one row for each: [m, axes of x]. */
gd_tensor *gd_nonzero(gd_tensor *x);

/* gd_scatter - x with other elements at the places that index names: for axis 0 y[index[i, j], j] = source[i, j], for
 * axis 1 y[i, index[i, j]] = source[i, j] and so on: the opposite of gd_gather.  Where an index is repeated the
 * last one in row-major order counts, and it alone gets a gradient.
 * gd_scatter_add - the same, but source is added to what is there; repeated ones add up.
 * x, index and source have equally many axes.  index may be shorter than source, and than x but along axis; what source
 * has beyond index is not used.  Errors: shapes, an index out of range. */
gd_tensor *gd_scatter(gd_tensor *x, int axis, gd_tensor *index, gd_tensor *source);
gd_tensor *gd_scatter_add(gd_tensor *x, int axis, gd_tensor *index, gd_tensor *source);

/* ---- Arranging ---------------------------------------------------------------------------------------------- */

/* gd_roll - moves every element by shift places along an axis, in a circle: y[i] = x[i - shift modulo size]. */
gd_tensor *gd_roll(gd_tensor *x, int64_t shift, int axis);

/* gd_diagonal - a view of the elements whose indices along axis0 and axis1 are i and i + offset; the two axes are
 * removed, and one along the diagonal comes last.  dx is dy there, else 0.
 * gd_diag - of a matrix its diagonal; of a vector the square matrix that has it as diagonal, else zeros.
 * gd_trace - the sum of the diagonal of the last two axes.
 * An offset beyond the borders gives an empty diagonal.  Errors: the axes are the same; x has too few or many axes. */
gd_tensor *gd_diagonal(gd_tensor *x, int64_t offset, int axis0, int axis1);
gd_tensor *gd_diag(gd_tensor *x, int64_t offset);
gd_tensor *gd_trace(gd_tensor *x);

/* gd_outer - y_ij = a_i b_j of two vectors.  Error: not vectors. */
gd_tensor *gd_outer(gd_tensor *a, gd_tensor *b);

/* gd_meshgrid - grid[k] holds the numbers of xs[k], a vector or a scalar, along axis k, and repeats them along all
 * others: views.  GD_XY exchanges the first two axes, so that x runs along the columns and y along the rows.
 * On failure all are NULL.  Errors: n outside [1, GD_MAX_DIMS], another shape. */
typedef enum gd_indexing { GD_IJ, GD_XY } gd_indexing;

typedef struct gd_grids {
    gd_tensor *grid[GD_MAX_DIMS];           /* n of them, then NULL */
} gd_grids;

gd_grids gd_meshgrid(gd_tensor *const xs[], int n, gd_indexing indexing);

GD_API_END
#ifdef __cplusplus
}
#endif
#endif
