/* length.c - the length of many numbers: see length.h. */
#include <math.h>

#include "base/compiler.h"
#include "base/threads.h"
#include "kernels/terms.h"
#include "length.h"

enum { LANES = TERM_LANES, LONG_BLOCK = 1024, MOST_PARTS = 64 };

/* In double.  Side by side in lanes, whose order is the same for every instruction set; in blocks, so that a long sum
 * loses few digits in the double library, too. */
GI_KERNEL static double sum_of_squares(int64_t n, const gd_real *x)
{
    double all[LANES] = { 0 }, sum = 0;
    for (int64_t i = 0; i < n; ) {
        const int64_t end = n - i < LONG_BLOCK ? n : i + LONG_BLOCK;
        double lane[LANES] = { 0 };
#define SQUARE(k) (double)x[k] * (double)x[k]
        ADD_TO_LANES(lane, i, end, SQUARE)
        for (int l = 0; l < LANES; l++)
            all[l] += lane[l];
        i = end;
    }
    for (int l = 0; l < LANES; l++)
        sum += all[l];
    return sum;
}

typedef struct parts {
    const gd_real *x;
    int64_t        n, each;                 /* elements in each part but the last */
    double         sum[MOST_PARTS];
} parts;

static void squares_of_parts(void *context, int64_t begin, int64_t end)
{
    parts *p = context;
    for (int64_t k = begin; k < end; k++) {
        int64_t first = k * p->each, left = p->n - first;
        p->sum[k] = sum_of_squares(left < p->each ? left : p->each, p->x + first);
    }
}

/* How the numbers are cut into parts follows from their count alone, and so do the bits of the sum. */
double gi_squares(int64_t n, const gd_real *x)
{
    parts p = { .x = x, .n = n, .each = GI_PART_ELEMENTS };
    if (p.each * MOST_PARTS < p.n)
        p.each = (p.n + MOST_PARTS - 1) / MOST_PARTS;
    int64_t count = (p.n + p.each - 1) / p.each;
    gi_parallel(count, 1, squares_of_parts, &p);
    double sum = 0;
    for (int64_t k = 0; k < count; k++)
        sum += p.sum[k];
    return sum;
}

/* Squares of numbers up to 1 do not overflow. */
static GI_COLD double scaled_length(int64_t n, const gd_real *x)
{
    double largest = 0, sum = 0;
    for (int64_t i = 0; i < n; i++)
        largest = !(fabs((double)x[i]) <= largest) ? fabs((double)x[i]) : largest;     /* takes a NaN, too */
    if (largest == 0 || !isfinite(largest))
        return largest;
    for (int64_t i = 0; i < n; i++)
        sum += (double)x[i] / largest * ((double)x[i] / largest);
    return largest * sqrt(sum);
}

double gi_length(int64_t n, const gd_real *x)
{
    const double sum = gi_squares(n, x);
    return sum > 1e-280 && sum < INFINITY ? sqrt(sum) : scaled_length(n, x);
}
