/* jacobi.c - eigenvalues of symmetric matrices and singular values, by plane rotations that are repeated until nothing
 * is left to rotate away: G. H. Golub and C. F. Van Loan, Matrix Computations, 4th ed. 2013, sections 8.5 and 8.6.3;
 * one-sided rotations are M. R. Hestenes's (1958), and accurate for small singular values (J. Demmel and K. Veselic,
 * "Jacobi's method is more accurate than QR", 1992). */
#include <float.h>
#include <math.h>

#include "dense.h"
#include "gradus/tensor.h"
#include "terms.h"

#ifdef GD_DOUBLE
#define UNIT (DBL_EPSILON / 2)
#else
#define UNIT (FLT_EPSILON / 2)
#endif

enum { SWEEPS = 60 };                       /* convergence is quadratic: about ten are needed */

typedef struct rotation {
    gd_real c, s;
} rotation;

/* The smaller of the two angles that make the off-diagonal element of [[p, x], [x, q]] zero. */
static rotation rotation_for(gd_real p, gd_real x, gd_real q)
{
    const gd_real theta = (q - p) / (2 * x), size = real_abs(theta);
    const gd_real root = size > 1 ? size * real_sqrt(1 + 1 / theta / theta) : real_sqrt(1 + theta * theta);
    const gd_real t = (theta < 0 ? -1 : 1) / (size + root), c = 1 / real_sqrt(1 + t * t);
    return (rotation){ c, t * c };
}

/* Two lines of n numbers, step apart. */
static void rotate(int64_t n, int64_t step, rotation r, gd_real *x, gd_real *y)
{
    for (int64_t i = 0; i < n; i++) {
        const gd_real old = x[i * step], other = y[i * step];
        x[i * step] = r.c * old - r.s * other;
        y[i * step] = r.s * old + r.c * other;
    }
}

static void identity(int64_t n, gd_real *v)
{
    for (int64_t i = 0; i < n * n; i++)
        v[i] = 0;
    for (int64_t i = 0; i < n; i++)
        v[i * n + i] = 1;
}

static void exchange_columns(int64_t rows, int64_t n, gd_real *a, int64_t i, int64_t j)
{
    for (int64_t k = 0; k < rows; k++) {
        const gd_real kept = a[k * n + i];
        a[k * n + i] = a[k * n + j];
        a[k * n + j] = kept;
    }
}

/* Does the largest element of the column, the first of equal ones, have a minus? */
static bool is_turned(int64_t rows, int64_t n, const gd_real *column)
{
    gd_real best = 0;
    for (int64_t k = 0; k < rows; k++)
        if (real_abs(column[k * n]) > real_abs(best))
            best = column[k * n];
    return best < 0;
}

static void turn(int64_t rows, int64_t n, gd_real *column)
{
    for (int64_t k = 0; k < rows; k++)
        column[k * n] = -column[k * n];
}

/* ---- Symmetric matrices ----------------------------------------------------------------------------------------- */

/* Makes a[p, q] zero, unless it is so small beside both diagonal elements that nothing would change. */
static bool rotate_away(int64_t n, gd_real *a, gd_real *v, int64_t p, int64_t q)
{
    const gd_real x = a[p * n + q], left = a[p * n + p], right = a[q * n + q];
    if (x == 0)
        return false;
    if (real_abs(x) <= UNIT * real_sqrt(real_abs(left)) * real_sqrt(real_abs(right))
        || (left + x == left && right + x == right && left - right + x == left - right)) {
        a[p * n + q] = a[q * n + p] = 0;
        return false;
    }
    const rotation r = rotation_for(left, x, right);
    rotate(n, n, r, a + p, a + q);
    rotate(n, 1, r, a + p * n, a + q * n);
    a[p * n + q] = a[q * n + p] = 0;
    rotate(n, n, r, v + p, v + q);
    return true;
}

void gi_jacobi_eigen(int64_t n, gd_real *a, gd_real *w, gd_real *v)
{
    const gd_real scale = real_scale_for(real_largest(n * n, a, 1));
    for (int64_t i = 0; i < n * n; i++)
        a[i] *= scale;
    identity(n, v);
    bool moved = true;
    for (int sweep = 0; moved && sweep < SWEEPS; sweep++) {
        moved = false;
        for (int64_t p = 0; p < n; p++)
            for (int64_t q = p + 1; q < n; q++)
                moved |= rotate_away(n, a, v, p, q);
    }
    for (int64_t i = 0; i < n; i++)
        w[i] = a[i * n + i] / scale;
    for (int64_t i = 0; i < n; i++) {
        int64_t least = i;
        for (int64_t j = i + 1; j < n; j++)
            if (w[j] < w[least])
                least = j;
        const gd_real kept = w[i];
        w[i] = w[least];
        w[least] = kept;
        exchange_columns(n, n, v, i, least);
        if (is_turned(n, n, v + i))
            turn(n, n, v + i);
    }
}

/* ---- Singular values -------------------------------------------------------------------------------------------- */

static gd_real dot(int64_t rows, int64_t n, const gd_real *x, const gd_real *y)
{
    gd_real sum = 0, rest = 0;
    for (int64_t k = 0; k < rows; k++)
        real_add_term(&sum, &rest, x[k * n] * y[k * n]);
    return real_whole(sum, rest);
}

/* Columns p and q of a become orthogonal. */
static bool orthogonalize(int64_t m, int64_t n, gd_real *a, gd_real *v, int64_t p, int64_t q)
{
    const gd_real pp = dot(m, n, a + p, a + p), qq = dot(m, n, a + q, a + q), pq = dot(m, n, a + p, a + q);
    if (pq == 0 || real_abs(pq) <= (gd_real)m * UNIT * real_sqrt(pp) * real_sqrt(qq))
        return false;
    const rotation r = rotation_for(pp, pq, qq);
    rotate(m, n, r, a + p, a + q);
    rotate(n, n, r, v + p, v + q);
    return true;
}

/* A column of u for a singular value of 0: what is left of a unit vector when the first `from` columns are taken out
 * of it, twice, for the unit vector of which most is left. */
static void complete(int64_t m, int64_t n, gd_real *u, int64_t from)
{
    gd_real best = -1;
    int64_t axis = 0;
    for (int64_t i = 0; i < m; i++) {
        const gd_real left = 1 - dot(from, 1, u + i * n, u + i * n);
        if (left > best) {
            best = left;
            axis = i;
        }
    }
    for (int64_t k = 0; k < m; k++)
        u[k * n + from] = k == axis;
    for (int times = 0; times < 2; times++) {
        for (int64_t j = 0; j < from; j++) {
            const gd_real along = dot(m, n, u + j, u + from);
            for (int64_t k = 0; k < m; k++)
                u[k * n + from] -= along * u[k * n + j];
        }
        const gd_real size = real_sqrt(dot(m, n, u + from, u + from));
        for (int64_t k = 0; k < m; k++)
            u[k * n + from] /= size;
    }
}

/* Sorts, and divides the columns of a by their norms. */
static void finish(int64_t m, int64_t n, gd_real *a, gd_real *s, gd_real *v)
{
    for (int64_t j = 0; j < n; j++)
        s[j] = real_sqrt(dot(m, n, a + j, a + j));
    for (int64_t i = 0; i < n; i++) {
        int64_t most = i;
        for (int64_t j = i + 1; j < n; j++)
            if (s[j] > s[most])
                most = j;
        const gd_real kept = s[i];
        s[i] = s[most];
        s[most] = kept;
        exchange_columns(m, n, a, i, most);
        exchange_columns(n, n, v, i, most);
        if (is_turned(n, n, v + i)) {
            turn(n, n, v + i);
            turn(m, n, a + i);
        }
        if (s[i] <= (gd_real)m * UNIT * s[0] * UNIT) {      /* rounding of an exact 0 */
            s[i] = 0;
            complete(m, n, a, i);
            continue;
        }
        for (int64_t k = 0; k < m; k++)
            a[k * n + i] /= s[i];
    }
}

void gi_jacobi_svd(int64_t m, int64_t n, gd_real *a, gd_real *s, gd_real *v)
{
    const gd_real scale = real_scale_for(real_largest(m * n, a, 1));
    for (int64_t i = 0; i < m * n; i++)
        a[i] *= scale;
    identity(n, v);
    bool moved = true;
    for (int sweep = 0; moved && sweep < SWEEPS; sweep++) {
        moved = false;
        for (int64_t p = 0; p < n; p++)
            for (int64_t q = p + 1; q < n; q++)
                moved |= orthogonalize(m, n, a, v, p, q);
    }
    finish(m, n, a, s, v);
    for (int64_t i = 0; i < n; i++)
        s[i] /= scale;
}
