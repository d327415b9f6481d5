/* dense.h - textbook algorithms of linear algebra on one dense matrix: row-major numbers without gaps. */
#ifndef GRADUS_DENSE_H
#define GRADUS_DENSE_H

#include <stdbool.h>
#include <stdint.h>

#include "gradus/tensor.h"

/* gi_lu - a [n, n] becomes l u of a with its rows exchanged: l below the diagonal, whose own is 1, u above.  Row i was
 * exchanged with row swap[i] when column i was eliminated.  Returns the first column whose pivot is 0, or -1; NaN is no
 * 0.  Elimination goes on in the other columns.
 * gi_lu_solve - b [n, k] becomes x with a x = b. */
int64_t gi_lu(int64_t n, gd_real *a, int64_t *swap);
void gi_lu_solve(int64_t n, const gd_real *lu, const int64_t *swap, int64_t k, gd_real *b);

/* gi_substitute - b [n, k] becomes x with a x = b, a being triangular.  Returns the first row with a 0 on the diagonal,
 * with b as it was, or -1. */
int64_t gi_substitute(int64_t n, const gd_real *a, bool upper, bool unit, int64_t k, gd_real *b);

/* gi_cholesky - a [n, n], of which the lower triangle is read, becomes l with zeros above.  Returns the first column
 * whose pivot is not positive, with that pivot in *pivot, or -1. */
int64_t gi_cholesky(int64_t n, gd_real *a, gd_real *pivot);

/* gi_householder - a [m, n], m >= n, becomes q [m, n]; r [n, n] with zeros below; tau [n] is for its own use. */
void gi_householder(int64_t m, int64_t n, gd_real *a, gd_real *r, gd_real *tau);

/* gi_jacobi_eigen - a [n, n], symmetric and finite, is destroyed; w [n] its eigenvalues, ascending; the columns of
 * v [n, n] its eigenvectors.
 * gi_jacobi_svd - a [m, n], m >= n, finite, becomes u; s [n] descending; the columns of v [n, n]. */
void gi_jacobi_eigen(int64_t n, gd_real *a, gd_real *w, gd_real *v);
void gi_jacobi_svd(int64_t m, int64_t n, gd_real *a, gd_real *s, gd_real *v);

#endif
