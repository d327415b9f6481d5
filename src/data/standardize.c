/* standardize.c - columns with mean 0 and standard deviation 1. */
#include "gradus/data.h"
#include "../tensor/core.h"

/* x[i][j] becomes (x[i][j] - mean[j]) / std[j].  The rows are passed three times from top to bottom, as they lie
 * in memory; squares are summed around the mean, as the difference of two large sums would lose digits. */
static void standardize(gd_real *x, int64_t rows, int64_t columns, double *mean, double *std)
{
    for (int64_t j = 0; j < columns; j++)
        mean[j] = std[j] = 0;
    for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < columns; j++)
            mean[j] += x[i * columns + j];
    for (int64_t j = 0; j < columns; j++)
        mean[j] /= (double)rows;
    for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < columns; j++) {
            double d = x[i * columns + j] - mean[j];
            std[j] += d * d;
        }
    for (int64_t j = 0; j < columns; j++)
        std[j] = sqrt(std[j] / (double)rows);
    for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < columns; j++)
            x[i * columns + j] = (gd_real)((x[i * columns + j] - mean[j]) / std[j]);
}

/* Rounding may leave a mean that is not quite the column's constant, so this is asked of the numbers. */
static bool is_constant(const gd_tensor *t, int64_t j, int64_t columns)
{
    for (int64_t i = 1; i < t->shape[0]; i++)
        if (!(t->data[i * columns + j] == t->data[j]))
            return false;
    return isfinite(t->data[j]);
}

static bool apply(gd_tensor *result, const gd_tensor *t, int64_t columns)
{
    double *mean = gd_memory_new(GD_DATA, 2 * (size_t)columns * sizeof *mean);
    bool *constant = gd_memory_new(GD_DATA, (size_t)columns * sizeof *constant);
    if (mean && constant) {
        gd_copy(result->data, t);
        for (int64_t j = 0; j < columns; j++)
            constant[j] = is_constant(result, j, columns);
        standardize(result->data, result->shape[0], columns, mean, mean + columns);
        for (int64_t j = 0; j < columns; j++)
            for (int64_t i = 0; constant[j] && i < result->shape[0]; i++)
                result->data[i * columns + j] = 0;
    }
    gd_memory_free(mean);
    gd_memory_free(constant);
    return mean && constant;
}

gd_tensor *gd_standardize(const gd_tensor *t)
{
    if (!t || !gd_alive("gd_standardize", "t", t))
        return NULL;
    if (t->ndim != 1 && t->ndim != 2)
        return gd_fail("gd_standardize: t is %s: [rows, columns] or [rows] expected", gd_text_of(t).s);
    if (t->shape[0] == 0)
        return gd_fail("gd_standardize: t is %s: there are no rows", gd_text_of(t).s);
    gd_tensor *result = gd_new_like(t);
    return result && apply(result, t, t->ndim == 2 ? t->shape[1] : 1) ? result : NULL;
}
