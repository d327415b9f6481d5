/* standardize.c - columns with mean 0 and standard deviation 1. */
#include <math.h>
#include <stdbool.h>

#include "base/memory.h"
#include "gradus/data.h"
#include "tensor/alive.h"
#include "tensor/nest.h"
#include "tensor/new.h"
#include "tensor/path.h"
#include "tensor/shape.h"

/* A column.  Sums are pairs (compensated, see terms.h) of doubles, whatever gd_real is.  The mean is rounded, so that
 * the deviations from it have a mean of their own, which is subtracted too. */
typedef struct column {
    double scale, mean, std;                /* scale: a power of 2 that keeps squares in range */
    double sum, rest;
} column;

static void add(column *c, double x)
{
    const double old = c->sum, all = old + x, added = all - old;
    c->rest += (old - (all - added)) + (x - added);
    c->sum = all;
}

static double mean_of(column *c, int64_t rows)
{
    const double mean = (c->sum - c->sum == 0 ? c->sum + c->rest : c->sum) / (double)rows;
    c->sum = c->rest = 0;
    return mean;
}

/* The mean of x[i][j] scale - mean, in std. */
static void centre(const gd_real *x, int64_t rows, int64_t columns, column *c)
{
    for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < columns; j++)
            add(&c[j], (double)x[i * columns + j] * c[j].scale - c[j].mean);
    for (int64_t j = 0; j < columns; j++)
        c[j].std = mean_of(&c[j], rows);
}

/* x[i][j] becomes (x[i][j] - mean[j]) / std[j].  The passes go by rows, in the order of memory.  Squares are summed
 * about the mean, as the difference of two large sums would lose digits. */
static void standardize(gd_real *x, int64_t rows, int64_t columns, column *c)
{
    for (int64_t j = 0; j < columns; j++)
        c[j] = (column){ .scale = 0 };
    for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < columns; j++)
            c[j].scale = fmax(c[j].scale, fabs((double)x[i * columns + j]));
    for (int64_t j = 0; j < columns; j++) {
        int exponent = 0;
        if (c[j].scale < (double)INFINITY)
            (void)frexp(c[j].scale, &exponent);
        c[j].scale = ldexp(1, exponent > 1000 ? -1000 : exponent < -1000 ? 1000 : -exponent);
    }
    centre(x, rows, columns, c);
    for (int64_t j = 0; j < columns; j++)
        c[j].mean = c[j].std;
    centre(x, rows, columns, c);            /* std: the mean of the deviations */
    for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < columns; j++) {
            const double d = (double)x[i * columns + j] * c[j].scale - c[j].mean - c[j].std;
            add(&c[j], d * d);
        }
    for (int64_t j = 0; j < columns; j++) {
        const double left = c[j].std;
        c[j].std = sqrt(mean_of(&c[j], rows));
        c[j].rest = left;
    }
    for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < columns; j++) {
            gd_real *to = &x[i * columns + j];
            *to = (gd_real)(((double)*to * c[j].scale - c[j].mean - c[j].rest) / c[j].std);
        }
}

/* Asked of the elements, because the mean of a constant column may be rounded. */
static bool is_constant(const gd_tensor *t, int64_t j, int64_t columns)
{
    for (int64_t i = 1; i < t->shape[0]; i++)
        if (!(t->data[i * columns + j] == t->data[j]))
            return false;
    return isfinite(t->data[j]);
}

static bool apply(gd_tensor *result, const gd_tensor *t, int64_t columns)
{
    column *c = gi_memory_new(GI_DATA, (size_t)columns * sizeof *c);
    bool *constant = gi_memory_new(GI_DATA, (size_t)columns * sizeof *constant);
    if (c && constant) {
        gi_copy(result->data, t);
        for (int64_t j = 0; j < columns; j++)
            constant[j] = is_constant(result, j, columns);
        standardize(result->data, result->shape[0], columns, c);
        for (int64_t j = 0; j < columns; j++)
            for (int64_t i = 0; constant[j] && i < result->shape[0]; i++)
                result->data[i * columns + j] = 0;
    }
    gi_memory_free(c);
    gi_memory_free(constant);
    return c && constant;
}

static const gd_op standardize_op = { .name = "gd_standardize", .reads = GD_NOTHING };

gd_tensor *gd_standardize(const gd_tensor *t)
{
    if (!t || !gi_alive("gd_standardize", "t", t))
        return NULL;
    if (t->ndim != 1 && t->ndim != 2)
        return gd_fail("gd_standardize: t is %s: [rows, columns] or [rows] expected", gi_text_of(t).s);
    if (t->shape[0] == 0)
        return gd_fail("gd_standardize: t is %s: there are no rows", gi_text_of(t).s);
    gd_tensor *result = gi_new_like(t);
    if (!result || !apply(result, t, t->ndim == 2 ? t->shape[1] : 1))
        return NULL;
    gi_path_ends(result, t, &standardize_op);
    return result;
}
