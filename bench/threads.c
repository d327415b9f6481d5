/* threads.c - the same row on one thread and on several, and whether the machine had processors for them.
 *
 * A machine that others use may run two threads on one core.  So a round counts only between two probes that
 * saw the processors: pure arithmetic, twice as much of it on two threads, in at most a tenth more time. */
#include <math.h>
#include <string.h>

#include <gradus.h>

#include "bench.h"
#include "base/threads.h"

enum { MOST_ROUNDS = 301, LANES = 64, PROBE_STEPS = 20000 };

static const double turn_seconds = 5e-3, enough_of_a_processor = 0.9;

/* As many independent sums as keep a core's arithmetic busy: two of these on one core take twice as long. */
static void arithmetic(void *context, int64_t begin, int64_t end)
{
    double (*sums)[LANES] = context;
    for (int64_t i = begin; i < end; i++) {
        double sum[LANES];
        memcpy(sum, sums[i], sizeof sum);
        for (int step = 0; step < PROBE_STEPS; step++)
            for (int l = 0; l < LANES; l++)
                sum[l] = sum[l] * 0.999 + 0.001;
        memcpy(sums[i], sum, sizeof sum);
    }
}

static double least_alone = INFINITY, least_together = INFINITY;

/* The part of `threads` processors that the machine gives, 0 .. 1. */
static double probe(int threads)
{
    static double sums[64][LANES];
    const double start = bench_now();
    arithmetic(sums, 0, 1);
    const double alone = bench_now() - start;
    gd_set_threads(threads);
    gi_parallel(threads, 1, arithmetic, sums);
    const double together = bench_now() - start - alone;
    least_alone = fmin(least_alone, alone);
    least_together = fmin(least_together, together);
    return alone / together;
}

static double turn(bench_contestant *c, int threads, int64_t times)
{
    gd_set_threads(threads);
    const double start = bench_now();
    c->run(c->state, times);
    return (bench_now() - start) / (double)times;
}

void bench_threads_head(FILE *out, int threads)
{
    fprintf(out, "Time on 1 thread / time on %d: medians of the rounds between two probes that saw %d processors,\n"
                 "and of the shortest times of all rounds.\n\n"
                 "%-22s %8s %15s %12s %9s %12s %12s\n",
            threads, threads, "", "speed-up", "quartiles", "rounds", "shortest", "1 thread", "threads");
}

void bench_threads_row(FILE *out, const bench_row *row, bench_contestant *gradus, int threads, double seconds)
{
    static double speedup[MOST_ROUNDS];
    if (!gradus->run)
        return;
    int64_t times = 1;
    while (turn(gradus, 1, times) * (double)times < turn_seconds && times < INT64_C(1) << 30)
        times *= 2;
    int counted = 0, rounds = 0;
    double least_one = INFINITY, least_many = INFINITY;
    const double end = bench_now() + seconds;
    for (double before = probe(threads); rounds < MOST_ROUNDS && (bench_now() < end || rounds < 3); rounds++) {
        const double t1 = turn(gradus, 1, times), tn = turn(gradus, threads, times), after = probe(threads);
        least_one = fmin(least_one, t1 / row->units);
        least_many = fmin(least_many, tn / row->units);
        if (before >= enough_of_a_processor && after >= enough_of_a_processor)
            speedup[counted++] = t1 / tn;
        before = after;
    }
    gd_set_threads(1);
    char median[16] = "-", quartiles[32] = "-", share[32], t1[32], tn[32];
    if (counted > 0) {
        const bench_spread s = bench_spread_of(speedup, counted);
        (void)snprintf(median, sizeof median, "%.2f", s.middle);
        (void)snprintf(quartiles, sizeof quartiles, "%.2f .. %.2f", s.low, s.high);
    }
    (void)snprintf(share, sizeof share, "%d of %d", counted, rounds);
    fprintf(out, "%-22s %8s %15s %12s %9.2f %12s %12s  %s\n", row->name, median, quartiles, share,
            least_one / least_many, bench_time_text(t1, least_one), bench_time_text(tn, least_many), row->unit);
    fflush(out);
}

void bench_threads_foot(FILE *out, int threads)
{
    fprintf(out, "%-22s %8s %15s %12s %9.2f\n", "(pure arithmetic)", "", "", "",
            threads * least_alone / least_together);
}
