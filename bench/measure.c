/* measure.c - the clock, the rounds, medians, and the check that contestants agree. */
#define _POSIX_C_SOURCE 200809L                 /* clock_gettime */

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench.h"

enum { MOST_ROUNDS = 301, FEWEST_ROUNDS = 5 };

static const double usual_turn = 2e-3;          /* seconds: a turn is at least so long, or one run */

bool bench_processor_time = false;

double bench_now(void)
{
    struct timespec t;
    clock_gettime(bench_processor_time ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int by_size(const void *x, const void *y)
{
    const double a = *(const double *)x, b = *(const double *)y;
    return (a > b) - (a < b);
}

/* Between two values the quantile is interpolated, as in NumPy. */
static double quantile(const double *sorted, int count, double q)
{
    const double place = q * (count - 1);
    const int i = (int)place, j = i + 1 < count ? i + 1 : i;
    return sorted[i] + (place - i) * (sorted[j] - sorted[i]);
}

bench_spread bench_spread_of(double *values, int count)
{
    qsort(values, (size_t)count, sizeof *values, by_size);
    return (bench_spread){ quantile(values, count, 0.25), quantile(values, count, 0.5),
                           quantile(values, count, 0.75) };
}

/* ---- Rounds ---------------------------------------------------------------------------------------------- */

static double turn(bench_contestant *c, int64_t times)
{
    if (c->measure)
        return c->measure(c->state, times);
    const double start = bench_now();
    c->run(c->state, times);
    return bench_now() - start;
}

/* How many runs fill a turn.  The last, long enough trial tells how long that takes. */
static int64_t runs_in_a_turn(bench_contestant *c, double least, double *seconds)
{
    for (int i = 0; i < 3; i++) {               /* first runs fault pages in and fill caches, the second captures */
        *seconds = turn(c, 1);
        if (*seconds >= 0.1)
            return 1;
    }
    for (int64_t times = 1;; times *= 2) {
        *seconds = turn(c, times);
        if (*seconds >= least || times >= INT64_C(1) << 30)
            return times;
    }
}

bench_result bench_measure(const bench_row *row, bench_contestant *contestants, double seconds)
{
    static double time[BENCH_KINDS][MOST_ROUNDS], ratio[MOST_ROUNDS];
    int64_t times[BENCH_KINDS] = { 0 };
    bench_result result = { .row = row };
    double all_turns = 0;
    for (int k = 0; k < BENCH_KINDS; k++) {
        if (!contestants[k].there)
            continue;
        double once;
        times[k] = runs_in_a_turn(&contestants[k], row->turn > 0 ? row->turn : usual_turn, &once);
        all_turns += once;
        result.there[k] = true;
    }
    const double wanted = seconds / all_turns;
    const int rounds = wanted > MOST_ROUNDS ? MOST_ROUNDS : wanted < FEWEST_ROUNDS ? FEWEST_ROUNDS : (int)wanted;
    for (int r = 0; r < rounds; r++)
        for (int i = 0; i < BENCH_KINDS; i++) {
            const int k = (i + r) % BENCH_KINDS;        /* everyone comes after everyone else */
            if (result.there[k])
                time[k][r] = turn(&contestants[k], times[k]) / ((double)times[k] * row->units);
        }
    for (int k = 0; k < BENCH_KINDS; k++)
        if (result.there[k]) {
            for (int r = 0; r < rounds; r++)
                ratio[r] = time[BENCH_GRADUS][r] / time[k][r];
            result.ratio[k] = bench_spread_of(ratio, rounds);
        }
    for (int k = BENCH_FLOOR; k <= BENCH_OTHER_FLOOR && result.there[BENCH_CAPTURED]; k++) {
        if (!result.there[k])
            continue;
        for (int r = 0; r < rounds; r++)
            ratio[r] = time[BENCH_CAPTURED][r] / time[k][r];
        const bench_spread over = bench_spread_of(ratio, rounds);
        if (over.middle > result.captured.middle)           /* over the faster floor */
            result.captured = over;
    }
    for (int k = 0; k < BENCH_KINDS; k++)
        if (result.there[k]) {
            result.seconds[k] = bench_spread_of(time[k], rounds);
            result.peak_bytes[k] = contestants[k].peak_bytes;
        }
    result.rounds = rounds;
    return result;
}

bench_kind bench_floor_kind(const bench_result *r)
{
    const bool other = r->there[BENCH_OTHER_FLOOR]
                    && r->seconds[BENCH_OTHER_FLOOR].middle < r->seconds[BENCH_FLOOR].middle;
    return other ? BENCH_OTHER_FLOOR : BENCH_FLOOR;
}

/* ---- Do they compute the same? --------------------------------------------------------------------------- */

bool bench_agree(const bench_row *row, const char *what, double a, double b, double tolerance)
{
    if (fabs(a - b) <= tolerance * (1 + fabs(b)))
        return true;
    fprintf(stderr, "bench: %s: %s is %.9g for Gradus and %.9g for the floor\n", row->name, what, a, b);
    return false;
}

bool bench_agree_all(const bench_row *row, const char *what, const float *a, const float *b, int64_t n,
                     double tolerance)
{
    int64_t worst = 0;
    double largest = -1;
    for (int64_t i = 0; i < n; i++) {
        const double x = (double)a[i], y = (double)b[i];
        const double error = x == y ? 0 : fabs(x - y) / (1 + fabs(y));
        if (!(error <= largest)) {              /* NaN counts */
            largest = isnan(error) ? HUGE_VAL : error;
            worst = i;
        }
    }
    return n == 0 || bench_agree(row, what, (double)a[worst], (double)b[worst], tolerance);
}
