/* sums.c - sums, by their definition: one term after the other. */
#include "kernels/reference/reference.h"

gi_wide gi_sum_reference(int64_t n, const gd_real *x, int64_t stride)
{
    gi_wide sum = 0;
    for (int64_t i = 0; i < n; i++)
        sum += (gi_wide)x[i * stride];
    return sum;
}

gi_wide gi_dot_reference(int64_t n, const gd_real *a, const gd_real *b)
{
    gi_wide sum = 0;
    for (int64_t i = 0; i < n; i++)
        sum += (gi_wide)a[i] * (gi_wide)b[i];
    return sum;
}

gi_wide gi_squared_distance_reference(int64_t n, const gd_real *a, const gd_real *b)
{
    gi_wide sum = 0;
    for (int64_t i = 0; i < n; i++) {
        const gd_real difference = a[i] - b[i];
        sum += (gi_wide)difference * (gi_wide)difference;
    }
    return sum;
}

/* y[j] += sum over i of x[i row + j step] */
void gi_sum_columns_reference(int64_t rows, int64_t columns, const gd_real *x, int64_t row, int64_t step, gd_real *y)
{
    for (int64_t j = 0; j < columns; j++)
        y[j] = (gd_real)((gi_wide)y[j] + gi_sum_reference(rows, x + j * step, row));
}
