/* bench.h - how the benchmarks measure and what a row of the table is.
 *
 * A row is a workload with contestants: Gradus, a floor (the same arithmetic written by hand in C, without a
 * framework) and, where they are there, PyTorch and KANN.  All of them first show that they compute the same; then they
 * take turns, a few milliseconds each, for many rounds.  A machine changes its speed all the time, so the ratios
 * are formed within each round, and medians are printed.  Nothing here fails because something was slow. */
#ifndef GRADUS_BENCH_H
#define GRADUS_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* ---- Contestants ----------------------------------------------------------------------------------------- */

typedef enum bench_kind {
    BENCH_GRADUS,
    BENCH_FLOOR,
    BENCH_OTHER_FLOOR,                      /* with OpenBLAS's products, or memory traffic alone: see the row */
    BENCH_TORCH,
    BENCH_TORCH_KEPT,                       /* PyTorch with glibc's malloc told to keep its memory */
    BENCH_KANN,
    BENCH_CAPTURED,                         /* Gradus, the step captured by gd_capture */
    BENCH_KINDS,
    BENCH_PEERS = BENCH_KANN + 1 - BENCH_TORCH      /* those in processes of their own */
} bench_kind;

typedef struct bench_contestant {
    bool    there;
    void  (*run)(void *state, int64_t times);           /* does the work so often, and is clocked; */
    double (*measure)(void *state, int64_t times);      /* or clocks itself, and returns seconds */
    void   *state;
    double  peak_bytes;                                 /* memory of a whole process, where measured */
} bench_contestant;

/* ---- Rows ------------------------------------------------------------------------------------------------ */

typedef struct bench_row bench_row;
struct bench_row {
    const char *name;                       /* "mlp-256" */
    const char *what;                       /* a line of explanation */
    const char *unit;                       /* what the times are for: "step" */
    double      units;                      /* how many of these one run does */
    double      goal, captured_goal;        /* gradus / floor and captured / floor to reach; 0: none was set */
    int64_t     size;                       /* the row's own parameter */
    double      turn;                       /* seconds of a turn, at least; 0: as usual, a few milliseconds */
    /* open - makes the contestants and checks that they compute the same; false, with a message on stderr,
     * when they do not.  close - undoes it, also after a failed open. */
    bool (*open)(const bench_row *row, bench_contestant *contestants);
    void (*close)(void);
};

/* The rows of one file, ended by a row without a name. */
extern const bench_row linear_regression_rows[], chain_rows[], mlp_rows[], lenet_rows[], gru_rows[], gpt_rows[],
                       optimizer_rows[], muon_rows[], elementwise_rows[], mixture_rows[], process_rows[];

/* bench_agree - |a - b| <= tolerance (1 + |b|); otherwise false, and a message on stderr. */
bool bench_agree(const bench_row *row, const char *what, double a, double b, double tolerance);

/* bench_agree_all - the same for n numbers; names the worst one. */
bool bench_agree_all(const bench_row *row, const char *what, const float *a, const float *b, int64_t n,
                     double tolerance);

/* ---- Measuring ------------------------------------------------------------------------------------------- */

typedef struct bench_spread { double low, middle, high; } bench_spread;         /* quartiles and median */

typedef struct bench_result {
    const bench_row *row;
    int          rounds;
    bool         there[BENCH_KINDS];
    bench_spread seconds[BENCH_KINDS];      /* for one unit */
    bench_spread ratio[BENCH_KINDS];        /* gradus / that contestant, of the same round */
    bench_spread captured;                  /* captured / the faster floor */
    double       peak_bytes[BENCH_KINDS];
} bench_result;

extern bool  bench_processor_time;          /* clock processor time: for a machine that others use too */
double       bench_now(void);               /* seconds on a clock that never goes back */
bench_spread bench_spread_of(double *values, int count);        /* sorts values */

/* bench_measure - rounds for about so many seconds. */
bench_result bench_measure(const bench_row *row, bench_contestant *contestants, double seconds);

/* bench_floor_kind - the faster one of the floors. */
bench_kind bench_floor_kind(const bench_result *r);

/* ---- Telling --------------------------------------------------------------------------------------------- */

void bench_table_head(FILE *out);
void bench_table_row(FILE *out, const bench_result *r);
const char *bench_time_text(char text[32], double seconds);      /* 4 digits and a unit */
bool bench_json(const char *path, const bench_result *results, int count);

/* ---- Several threads ------------------------------------------------------------------------------------- */

/* bench_threads_row - the row's Gradus on one thread and on several, in turn, for about so many seconds.
 * bench_threads_foot - what the machine gives to arithmetic that needs nothing else. */
void bench_threads_head(FILE *out, int threads);
void bench_threads_row(FILE *out, const bench_row *row, bench_contestant *gradus, int threads, double seconds);
void bench_threads_foot(FILE *out, int threads);

/* ---- Other libraries, in processes of their own: pytorch.py, kann.c ------------------------------------------ */

/* bench_peers_start - starts PyTorch with and without kept memory, and the program kann unless that is NULL; fine when
 * they are not there.
 * bench_peers_join - adds them to the row's contestants where they know the row.
 * bench_peers_leave - the row is over. */
void bench_peers_start(const char *python, const char *script, const char *kann);
void bench_peers_join(const bench_row *row, bench_contestant *contestants);
void bench_peers_leave(void);
bool bench_peer_there(bench_kind kind);
void bench_keep_memory(void);                   /* sets glibc's variables, before a program is started */
void bench_peers_stop(void);

#endif
