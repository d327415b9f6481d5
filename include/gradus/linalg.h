/* linalg.h - linear algebra: systems of equations, factorizations, eigenvalues, and sums of products by an equation.
 *
 * Matrices are the last two axes; all others are a batch, and broadcast where there are two inputs.  Names, shapes and
 * conventions are those of torch.linalg.  Plain textbook algorithms on one thread, for matrices of up to a few hundred
 * rows.  Results belong to the current scope; an input that is NULL gives NULL, without a message.
 *
 * Gradients are written in operations of the library and can be differentiated again.  They are those of M. Giles,
 * "Collected matrix derivative results for forward and reverse mode algorithmic differentiation" (2008), and
 * M. Seeger, A. Hetzel, Z. Dai, N. Lawrence, "Auto-differentiating linear algebra" (2017).
 * ' swaps the last two axes, dx is d(loss)/dx.  Errors beside those that are named: fewer than two axes, a matrix that
 * is not square where it must be, batches that do not broadcast.  A message names the matrix of a batch by its index:
 * "gd_inverse: a[1, 0] is singular: pivot 2 is 0". */
#ifndef GRADUS_LINALG_H
#define GRADUS_LINALG_H

#include "autograd.h"

#ifdef __cplusplus
extern "C" {
#endif
GD_API_BEGIN

/* ---- Systems of equations ----------------------------------------------------------------------------- */

/* gd_solve_triangular - x with a x = b, by substitution:  a [.., n, n]  b [.., n, k]  ->  x [.., n, k].  Only the
 * triangle of a that upper says is read; with unit its diagonal counts as ones and is not read either.
 * db = y with a' y = dx, da = -db x' in the triangle, 0 elsewhere.  Error: sizes differ, an element of the diagonal
 * is 0. */
gd_tensor *gd_solve_triangular(gd_tensor *a, gd_tensor *b, bool upper, bool unit);

/* gd_solve - x with a x = b, by Gaussian elimination with partial pivoting:  a [.., n, n]  b [.., n, k] or a vector
 * ->  x like b.  b is one vector, or a batch of them, where it has one axis, or the shape of a without the last axis.
 * db = y with a' y = dx, da = -db x'.  Error: sizes differ, a is singular: a pivot is 0. */
gd_tensor *gd_solve(gd_tensor *a, gd_tensor *b);

/* gd_inverse - y = a^-1.  da = -y' dy y'.  Error: a is singular. */
gd_tensor *gd_inverse(gd_tensor *a);

/* gd_lstsq - x for which the Euclidean norm of a x - b is smallest, and among several the smallest x, by a QR
 * factorization:  a [.., m, n] of full rank  b [.., m, k]  ->  x [.., n, k].  Made of gd_qr and gd_solve_triangular.
 * Errors: sizes differ; an infinite or NaN element of a; the rank is not full: an element of r's diagonal is not larger
 * than max(m, n) ulps of the largest one. */
gd_tensor *gd_lstsq(gd_tensor *a, gd_tensor *b);

/* ---- Determinants ------------------------------------------------------------------------------------- */

/* gd_det - the determinant:  a [.., n, n]  ->  y [..]; 1 for n = 0.  It overflows only where it is itself too large.
 * da = dy y (a^-1)'; where a matrix is singular, dy times the cofactors, for which n n smaller determinants are
 * computed. */
gd_tensor *gd_det(gd_tensor *a);

/* gd_slogdet - the sign of the determinant, 1, -1 or 0, and ln |determinant|, -infinity where it is 0:
 * a [.., n, n]  ->  both [..].  da = dlogabsdet (a^-1)'; sign is a constant.  A backward pass through a singular matrix
 * is an error. */
typedef struct gd_slogdet_result {
    gd_tensor *sign, *logabsdet;            /* both NULL when it fails */
} gd_slogdet_result;

gd_slogdet_result gd_slogdet(gd_tensor *a);

/* ---- Factorizations ----------------------------------------------------------------------------------- */

/* gd_cholesky - lower triangular l with a = l l', and a positive diagonal:  a [.., n, n]  ->  l [.., n, n].
 * a is symmetric; what counts is (a + a') / 2, also for the gradient, which is symmetric.
 * da = s + s' over 2 with l' s l = p, p = the lower triangle of l' dl with half of its diagonal.  (I. Murray,
 * "Differentiation of the Cholesky decomposition", 2016.)  Error: a is not symmetric to half of its digits, not
 * positive definite: a pivot is not positive. */
gd_tensor *gd_cholesky(gd_tensor *a);

/* gd_qr - a = q r, reduced:  a [.., m, n]  ->  q [.., m, k] with orthonormal columns, r [.., k, n] upper triangular,
 * k = min(m, n).  By Householder reflections, with LAPACK's signs.
 * m >= n: da = (dq + q copyltu(r dr' - dq' q)) (r^-1)', copyltu(x) = the lower triangle of x, and it mirrored.  Where r
 * is singular, a backward pass is an error.
 * m < n: the first m columns are factorized, and the rest of r is q' times the others.
 * Error: infinity or NaN in a. */
typedef struct gd_qr_result {
    gd_tensor *q, *r;
} gd_qr_result;

gd_qr_result gd_qr(gd_tensor *a);

/* gd_eigh - eigenvalues w, ascending, and eigenvectors, the columns of v, of a symmetric matrix, a = v diag(w) v':
 * a [.., n, n]  ->  w [.., n], v [.., n, n].  What counts is (a + a') / 2, as for gd_cholesky.  By Jacobi's rotations.
 * The largest element of each column of v is positive.
 * da = v (diag(dw) + f (v' dv)) v', f_ij = 1 / (w_j - w_i), 0 on the diagonal, made symmetric.
 * Where eigenvalues are equal, their eigenvectors have no derivative: f is 0 there, which is right for losses that do
 * not use them, and for losses that do, the backward pass is an error.  dw is then one choice of a subgradient, and the
 * gradient of a loss that treats equal eigenvalues alike.  Nearly equal ones give large and inexact gradients.
 * Error: a is not symmetric to half of its digits; infinity or NaN in a. */
typedef struct gd_eigh_result {
    gd_tensor *w, *v;
} gd_eigh_result;

gd_eigh_result gd_eigh(gd_tensor *a);

/* gd_svd - a = u diag(s) vh, thin:  a [.., m, n]  ->  u [.., m, k], s [.., k], descending and not negative,
 * vh [.., k, n],  k = min(m, n).  By one-sided Jacobi rotations, which find small singular values to a high
 * relative accuracy.  The largest element of each row of vh (m >= n), or column of u, is positive.
 * m >= n: da = u (f (u' du - du' u) s + s f (v' dv - dv' v) + diag(ds)) v' + (1 - u u') du s^-1 v',
 * f_ij = 1 / (s_j^2 - s_i^2); m < n: that of a'.  Equal singular values, and zeros where du is used, as for gd_eigh.
 * Error: infinity or NaN in a. */
typedef struct gd_svd_result {
    gd_tensor *u, *s, *vh;
} gd_svd_result;

gd_svd_result gd_svd(gd_tensor *a);

/* ---- Sums of products --------------------------------------------------------------------------------- */

/* gd_einsum - Einstein's summation, as numpy.einsum and torch.einsum: "ij,jk->ik" is a matrix product.  A letter names
 * an axis; equal letters run together, and those that the result does not have are summed over.  "ii->i" is a diagonal,
 * "ij->" a sum, "ij->ji" a transpose.  Without an arrow the result has the letters that occur once, in alphabetical
 * order.  "..." stands for any number of axes, which broadcast, and come first in such a result; an axis of size 1
 * stretches to others of its letter.  Blanks do not count.
 * Operands are multiplied by pairs from the left, by gd_matmul, or gd_mul where nothing is summed; the equation's order
 * decides about the cost.  Gradients come from these.
 * Error: equation is NULL or not one, n < 1 or not its number of operands, axes or sizes that do not fit. */
gd_tensor *gd_einsum(const char *equation, gd_tensor *const xs[], int n);

GD_API_END
#ifdef __cplusplus
}
#endif
#endif
