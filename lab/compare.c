/* compare.c - a fair comparison of optimizers.
 *
 * A comparison in which one optimizer was tuned and another was not says nothing (Choi et al., "On empirical
 * comparisons of optimizers for deep learning", 2019).  Here every one is tried with the same learning rates on the
 * same seeds, the rate with the lowest median score is taken, and what is compared is how the best of each does on as
 * many seeds that the choice has not seen. */
#include "lab.h"

#include <math.h>
#include <stdlib.h>

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *sorted, int n)
{
    double low = sorted[(n - 1) / 2], high = sorted[n / 2];
    return low == high ? low : (low + high) / 2;            /* both may be infinite */
}

/* scores - of one rate on `seeds` seeds from first on, ascending. */
static bool scores(double *score, const task *t, const entrant *e, double rate, int first)
{
    for (int i = 0; i < t->seeds; i++) {
        run r;
        bool good = run_once(&r, t, e, rate, (uint64_t)(first + i), NULL);
        if (good)
            score[i] = run_score(&r, t);
        run_free(&r);
        if (!good)
            return false;
    }
    qsort(score, (size_t)t->seeds, sizeof *score, ascending);
    return true;
}

static bool tune(result *found, const task *t, const entrant *e, const double *rates, int n, double *score)
{
    found->best = -1;
    for (int k = 0; k < n; k++) {
        if (!scores(score, t, e, rates[k], 1))
            return false;
        found->score[k] = median(score, t->seeds);
        if (isfinite(found->score[k]) && (found->best < 0 || found->score[k] < found->score[found->best]))
            found->best = k;
    }
    found->median = found->low = found->high = INFINITY;
    if (found->best < 0)
        return true;
    if (!scores(score, t, e, rates[found->best], 1 + t->seeds))
        return false;
    found->median = median(score, t->seeds);
    found->low = score[0];
    found->high = score[t->seeds - 1];
    return true;
}

bool compare_all(result *results, const task *t, const entrant *e, int entrants, const double *rates, int n)
{
    double *score = malloc((size_t)t->seeds * sizeof *score);
    bool good = score || complain("memory is out");
    for (int i = 0; good && i < entrants; i++)
        good = tune(&results[i], t, &e[i], rates, n, score);
    free(score);
    return good;
}
