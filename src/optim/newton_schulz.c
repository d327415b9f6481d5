/* newton_schulz.c - orthogonalization by Newton-Schulz iteration, with a polynomial of degree 5.
 *
 *     A = X X',   X = a X + (b A + c A A) X                   k times, for X with no more rows than columns
 *     A = X' X,   X = a X + X (b A + c A A)                   with more rows: the smaller of both products
 *
 * With X = U S V', A is U S^2 U' and the step U (a S + b S^3 + c S^5) V': each singular value goes through the
 * polynomial, and the singular vectors stay.  For a, b, c = 15/8, -5/4, 3/8 all singular values in (0, 1.52)
 * tend to 1.  Muon's 3.4445, -4.7750, 2.0315 enlarge small ones faster, and let the larger ones wander: after five
 * iterations those of 0.006 and more lie in [0.68, 1.13], smaller ones up to 1.20.  (Jordan, "Muon: an optimizer for
 * hidden layers in neural networks", 2024.)
 *
 * a is added to the diagonal of b A + c A A, so that an iteration is three matrix products and one loop over A.
 * Bjorck and Bowie, "An iterative algorithm for computing the best estimate of an orthogonal matrix", SIAM Journal on
 * Numerical Analysis 8 (1971). */
#include "base/compiler.h"
#include "kernels/gemm.h"
#include "kernels/real.h"
#include "newton_schulz.h"

static int64_t smaller(int64_t rows, int64_t columns)
{
    return rows < columns ? rows : columns;
}

int64_t gi_newton_schulz_work(int64_t rows, int64_t columns)
{
    const int64_t n = smaller(rows, columns);
    return rows * columns + 2 * n * n;
}

static gi_matrix matrix(const gd_real *data, int64_t rows, int64_t columns)
{
    return (gi_matrix){ data, rows, columns, columns, 1 };
}

/* aa [n, n], which holds A A, becomes a 1 + b A + c A A. */
GI_KERNEL static void polynomial_of(gi_quintic p, int64_t n, const gd_real *restrict a, gd_real *restrict aa)
{
    const gd_real b = (gd_real)p.b, c = (gd_real)p.c;
    for (int64_t i = 0; i < n * n; i++)
        aa[i] = b * a[i] + c * aa[i];
    for (int64_t i = 0; i < n; i++)
        aa[i * n + i] += (gd_real)p.a;
}

gd_real *gi_newton_schulz(gi_quintic p, int times, int64_t rows, int64_t columns, gd_real *x, gd_real *work)
{
    const int64_t n = smaller(rows, columns);
    const bool tall = rows > columns;
    gd_real *next = work, *a = next + rows * columns, *aa = a + n * n;
    for (int k = 0; k < times; k++) {
        const gi_matrix X = matrix(x, rows, columns), A = matrix(a, n, n), P = matrix(aa, n, n);
        gi_gemm(tall ? gi_transposed(X) : X, tall ? X : gi_transposed(X), a, n, false);
        gi_gemm(A, A, aa, n, false);
        polynomial_of(p, n, a, aa);
        gi_gemm(tall ? X : P, tall ? P : X, next, columns, false);
        gd_real *old = x;
        x = next;
        next = old;
    }
    return x;
}
