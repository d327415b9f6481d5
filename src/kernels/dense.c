/* dense.c - elimination, substitution, Cholesky and QR factorization: G. H. Golub and C. F. Van Loan, Matrix
 * Computations, 4th ed. 2013, sections 3.1, 3.4, 4.2 and 5.2.  Eigenvalues are in jacobi.c. */
#include <math.h>

#include "dense.h"
#include "gradus/tensor.h"
#include "sums.h"
#include "terms.h"

/* y -= s x */
static void subtract(int64_t n, gd_real s, const gd_real *x, gd_real *y)
{
    if (s == 0)
        return;
    for (int64_t i = 0; i < n; i++)
        y[i] -= s * x[i];
}

static void exchange(int64_t n, gd_real *x, gd_real *y)
{
    for (int64_t i = 0; i < n && x != y; i++) {
        const gd_real kept = x[i];
        x[i] = y[i];
        y[i] = kept;
    }
}

/* ---- Elimination ------------------------------------------------------------------------------------------------ */

static int64_t largest_below(int64_t n, const gd_real *a, int64_t column)
{
    int64_t best = column;
    for (int64_t i = column; i < n; i++) {
        const gd_real size = real_abs(a[i * n + column]);
        if (size > real_abs(a[best * n + column]) || isnan(size))
            best = i;
        if (isnan(size))
            break;
    }
    return best;
}

int64_t gi_lu(int64_t n, gd_real *a, int64_t *swap)
{
    int64_t singular = -1;
    for (int64_t k = 0; k < n; k++) {
        swap[k] = largest_below(n, a, k);
        exchange(n, a + k * n, a + swap[k] * n);
        const gd_real pivot = a[k * n + k];
        if (pivot == 0) {
            singular = singular < 0 ? k : singular;
            continue;
        }
        for (int64_t i = k + 1; i < n; i++) {
            const gd_real factor = a[i * n + k] /= pivot;
            subtract(n - k - 1, factor, a + k * n + k + 1, a + i * n + k + 1);
        }
    }
    return singular;
}

void gi_lu_solve(int64_t n, const gd_real *lu, const int64_t *swap, int64_t k, gd_real *b)
{
    for (int64_t i = 0; i < n; i++)
        exchange(k, b + i * k, b + swap[i] * k);
    gi_substitute(n, lu, false, true, k, b);
    gi_substitute(n, lu, true, false, k, b);
}

int64_t gi_substitute(int64_t n, const gd_real *a, bool upper, bool unit, int64_t k, gd_real *b)
{
    for (int64_t i = 0; i < n && !unit; i++)
        if (a[i * n + i] == 0)
            return i;
    for (int64_t step = 0; step < n; step++) {
        const int64_t i = upper ? n - 1 - step : step, first = upper ? i + 1 : 0, last = upper ? n : i;
        for (int64_t j = first; j < last; j++)
            subtract(k, a[i * n + j], b + j * k, b + i * k);
        for (int64_t c = 0; c < k && !unit; c++)
            b[i * k + c] /= a[i * n + i];
    }
    return -1;
}

/* ---- Cholesky --------------------------------------------------------------------------------------------------- */

int64_t gi_cholesky(int64_t n, gd_real *a, gd_real *pivot)
{
    for (int64_t j = 0; j < n; j++) {
        gd_real *row = a + j * n;
        *pivot = row[j] - real_dot(j, row, row);
        if (!(*pivot > 0) || isinf(*pivot))
            return j;
        row[j] = real_sqrt(*pivot);
        for (int64_t i = j + 1; i < n; i++)
            a[i * n + j] = (a[i * n + j] - real_dot(j, a + i * n, row)) / row[j];
        for (int64_t i = j + 1; i < n; i++)
            row[i] = 0;
    }
    return -1;
}

/* ---- QR --------------------------------------------------------------------------------------------------------- */

/* The norm of n numbers that lie step apart, whose squares neither overflow nor vanish. */
static gd_real norm(int64_t n, const gd_real *x, int64_t step)
{
    const gd_real scale = real_scale_for(real_largest(n, x, step));
    gd_real sum = 0, rest = 0;
    for (int64_t i = 0; i < n; i++)
        real_add_term(&sum, &rest, x[i * step] * scale * (x[i * step] * scale));
    return real_sqrt(real_whole(sum, rest)) / scale;
}

/* rows [m, columns], step apart, -= tau v (v' rows); v is another column of them, whose first element counts as 1. */
static void reflect(int64_t m, int64_t columns, int64_t step, gd_real tau, const gd_real *v, gd_real *rows)
{
    for (int64_t j = 0; j < columns; j++) {
        gd_real sum = rows[j], rest = 0;
        for (int64_t i = 1; i < m; i++)
            real_add_term(&sum, &rest, v[i * step] * rows[i * step + j]);
        const gd_real along = tau * real_whole(sum, rest);
        rows[j] -= along;
        for (int64_t i = 1; i < m; i++)
            rows[i * step + j] -= along * v[i * step];
    }
}

/* The reflection 1 - tau v v' turns the column x of m elements into (beta, 0, ..); v replaces it, but for its first
 * element, which becomes beta.  As LAPACK's larfg: beta has the sign opposite to x[0], and a column that is (x[0], 0,
 * ..) stays, with tau = 0. */
static gd_real reflection(int64_t m, int64_t step, gd_real *x)
{
    const gd_real below = norm(m - 1, x + step, step);
    if (below == 0)
        return 0;
    gd_real both[] = { x[0], below };
    const gd_real beta = x[0] > 0 ? -norm(2, both, 1) : norm(2, both, 1), tau = (beta - x[0]) / beta;
    const gd_real divisor = x[0] - beta;
    for (int64_t i = 1; i < m; i++)
        x[i * step] /= divisor;
    x[0] = beta;
    return tau;
}

/* q is the first columns of the product of the reflections, formed over them from the last one to the first, as in
 * LAPACK's org2r. */
void gi_householder(int64_t m, int64_t n, gd_real *a, gd_real *r, gd_real *tau)
{
    for (int64_t k = 0; k < n; k++) {
        gd_real *v = a + k * n + k;
        tau[k] = reflection(m - k, n, v);
        reflect(m - k, n - k - 1, n, tau[k], v, v + 1);
    }
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < n; j++)
            r[i * n + j] = j < i ? 0 : a[i * n + j];
    for (int64_t k = n - 1; k >= 0; k--) {
        gd_real *v = a + k * n + k;
        reflect(m - k, n - k - 1, n, tau[k], v, v + 1);
        v[0] = 1 - tau[k];
        for (int64_t i = 1; i < m - k; i++)
            v[i * n] *= -tau[k];
        for (int64_t i = 0; i < k; i++)
            a[i * n + k] = 0;
    }
}
