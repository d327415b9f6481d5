/* linalg.h - what the operations on matrices share: checks, batches, and a loop over their matrices. */
#ifndef GRADUS_OPERATIONS_LINALG_H
#define GRADUS_OPERATIONS_LINALG_H

#include <stdbool.h>

#include "base/message.h"
#include "gradus/tensor.h"

/* gi_matrix_given - a tensor of at least two axes, alive; square: the last two are equal.  False without a message for
 * NULL. */
bool gi_matrix_given(const char *function, const char *argument, gd_tensor *a, bool square);

/* gi_at_batch - "a[1, 0]", the k-th matrix of a batch, or "a" where there is only one. */
gi_text gi_at_batch(const char *argument, const gd_tensor *a, int64_t k);

/* gi_batch_count - how many matrices a holds: the product of all but the last two sizes. */
int64_t gi_batch_count(const gd_tensor *a);

/* gi_in_batch - t with the sizes of the leading axes of a batch before its last two; t itself where it has them.
 * gi_common_batch - the leading axes of two batches, broadcast. */
gd_tensor *gi_in_batch(gd_tensor *t, const gd_shape *leading);
bool gi_common_batch(const char *function, const gd_tensor *a, const gd_tensor *b, gd_shape *leading);

/* gi_like_batch - a new tensor of the leading axes of a, followed by `axes` sizes. */
gd_tensor *gi_like_batch(const char *function, const gd_tensor *a, int axes, const int64_t *size);

/* gi_work - memory of the current scope; NULL when it is out. */
void *gi_work(int64_t count, size_t size);

/* gi_symmetric_part - (a + a') / 2 as new numbers, row-major, in the current scope; NULL, and a message, where a matrix
 * is not symmetric to half of its digits. */
gd_real *gi_symmetric_part(const char *function, const gd_tensor *a);

/* gi_finite_matrices - false, and a message that names the matrix, where an element is infinite or NaN. */
bool gi_finite_matrices(const char *function, gd_tensor *a);

/* gi_diagonal_matrix - d [.., n] as the diagonal of [.., n, n], for finite d. */
gd_tensor *gi_diagonal_matrix(gd_tensor *d);

#endif
