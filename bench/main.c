/* main.c - runs the rows that were asked for, prints the table and writes the JSON file.
 *
 *     bench [--seconds s] [--json file] [--no-torch] [--processor-time] [--threads n] [--list] [name ...]
 *
 * A name selects the rows that begin with it; no name selects all.  --seconds: for each row, about; default 2.
 * --processor-time: not the time on the wall, where other programs keep the machine busy.  --threads: instead of
 * the contestants on one thread, Gradus on one against Gradus on n. */
#define _POSIX_C_SOURCE 200809L                 /* setenv */

#include <stdlib.h>
#include <string.h>

#include <gradus.h>

#include "bench.h"
#include "kernels/simd.h"

static const bench_row *const rows[] = {
    linear_regression_rows, chain_rows, mlp_rows, lenet_rows, gru_rows, gpt_rows, optimizer_rows, muon_rows,
    elementwise_rows, mixture_rows, process_rows,
};

static bool selected(const char *name, char **names, int count)
{
    for (int i = 0; i < count; i++)
        if (strncmp(name, names[i], strlen(names[i])) == 0)
            return true;
    return count == 0;
}

/* run - one row; false when its contestants do not agree.  measured counts the rows that have a result. */
static bool run(const bench_row *row, int threads, double seconds, bench_result *results, int *measured)
{
    bench_contestant contestants[BENCH_KINDS];
    memset(contestants, 0, sizeof contestants);
    const bool good = row->open(row, contestants);
    if (good && !contestants[BENCH_GRADUS].there) {
        printf("%-22s passed over: its data is not there\n", row->name);
    } else if (good && threads > 1) {
        bench_threads_row(stdout, row, &contestants[BENCH_GRADUS], threads, seconds);
        (*measured)++;
    } else if (good) {
        bench_peers_join(row, contestants);
        results[*measured] = bench_measure(row, contestants, seconds);
        bench_peers_leave();
        bench_table_row(stdout, &results[(*measured)++]);
    }
    row->close();
    gd_shutdown();
    return good;
}

int main(int count, char **argument)
{
    static bench_result results[100];
    const char *json = NULL, *python = getenv("BENCH_PYTHON"), *script = getenv("BENCH_PYTORCH");
    double seconds = 2;
    bool torch = true, list = false, good = true;
    int i = 1, measured = 0, threads = 1;
    for (; i < count && strncmp(argument[i], "--", 2) == 0; i++) {
        if (strcmp(argument[i], "--seconds") == 0 && i + 1 < count)
            seconds = strtod(argument[++i], NULL);
        else if (strcmp(argument[i], "--threads") == 0 && i + 1 < count)
            threads = atoi(argument[++i]);
        else if (strcmp(argument[i], "--json") == 0 && i + 1 < count)
            json = argument[++i];
        else if (strcmp(argument[i], "--no-torch") == 0)
            torch = false;
        else if (strcmp(argument[i], "--processor-time") == 0)
            bench_processor_time = true;
        else if (strcmp(argument[i], "--list") == 0)
            list = true;
        else
            return fprintf(stderr, "bench: %s: no such option\n", argument[i]), 2;
    }
    gd_on_error(gd_abort);
    gd_set_threads(threads);
    gd_set_threads(1);
    setenv("GD_THREADS", "1", true);            /* for whole programs */
    if (!list && torch && threads == 1)
        bench_peers_start(python ? python : "/usr/bin/python3", script ? script : "bench/pytorch.py",
                          getenv("BENCH_KANN"));
    if (!list && threads == 1) {
        printf("one thread, float, matrix products of level %d (%s)\n\n", (int)gi_simd_used(),
               ((const char *[]){ "?", "C", "16 bytes", "AVX2", "AVX-512" })[gi_simd_used()]);
        bench_table_head(stdout);
    } else if (!list) {
        bench_threads_head(stdout, threads);
    }
    for (size_t f = 0; f < sizeof rows / sizeof rows[0]; f++)
        for (const bench_row *row = rows[f]; row->name; row++) {
            if (!selected(row->name, argument + i, count - i))
                continue;
            if (list)
                printf("%-22s %s\n", row->name, row->what);
            else
                good = run(row, threads, seconds, results, &measured) && good;
        }
    if (!list && threads > 1)
        bench_threads_foot(stdout, threads);
    bench_peers_stop();
    if (!list && measured == 0)
        return fprintf(stderr, "bench: nothing was measured; --list tells the names\n"), 1;
    if (json && !list && threads == 1)
        good = bench_json(json, results, measured) && good;
    return good ? 0 : 1;
}
