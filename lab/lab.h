/* lab.h - gradus-lab: optimizers on functions of two variables, drawn and compared.
 *
 *     main.c       the command line, from the first word to the exit status
 *     zoo.c        the functions
 *     entrant.c    an optimizer as one writes it: "yogi.tfa,beta2=0.99"
 *     rates.c      learning rates and schedules as one writes them: "0.01..1:7", "cosine,warmup=10"
 *     run.c        one run of one optimizer
 *     compare.c    the protocol: the same rates and seeds for all, best against best
 *     report.c     pictures and tables
 *
 * A function that fails has written one line to stderr by `complain` and returns false. */
#ifndef GRADUS_LAB_H
#define GRADUS_LAB_H

#include <gradus.h>
#include <stdbool.h>
#include <stddef.h>

enum { MOST_ENTRANTS = 8, MOST_RATES = 64, MOST_SEEDS = 1000, MOST_SETTINGS = 16, NAME_BYTES = 80 };

/* complain - "gradus-lab: " and the message to stderr; returns false. */
bool complain(const char *format, ...) GD_FORMAT(1, 2);

/* ---- The zoo: zoo.c ---------------------------------------------------------------------------------------------- */

/* x and y have one shape, any; the result has it too, so that a whole grid is evaluated in one call. */
typedef gd_tensor *surface(gd_tensor *x, gd_tensor *y);

typedef struct animal {
    const char *name, *formula, *source;
    surface    *f;
    double      start[2];
    double      minimum;                    /* the smallest value, on the whole plane */
    double      where[2];                   /* one place where it is taken */
    double      box[4];                     /* what pictures show: x from, x to, y from, y to */
} animal;

extern const animal zoo[];                  /* ends with a name of NULL */
const animal *animal_called(const char *name);

/* ---- Entrants: entrant.c ----------------------------------------------------------------------------------------- */

typedef struct kind kind;                   /* what is known of an algorithm */

typedef struct entrant {
    char        label[NAME_BYTES];          /* as it was written: "sgd,momentum=0.9" */
    const kind *kind;
    bool        has_dialect;
    gd_dialect  dialect;
    int         settings;
    struct { char name[32]; double value; } setting[MOST_SETTINGS];
} entrant;

/* entrant_read - understands NAME[.DIALECT][,OPTION=VALUE].. and tries the options on a parameter. */
bool entrant_read(entrant *e, const char *text);

/* entrant_enter - the optimizer, for the parameters p.  The caller frees it.  NULL after a complaint. */
gd_optimizer *entrant_enter(const entrant *e, gd_params *p);

/* entrant_shape - the shape in which the two coordinates are kept: [2], or [1, 2] for what takes matrices only. */
gd_shape entrant_shape(const entrant *e);

void entrants_list(FILE *out);                              /* all algorithms with their dialects */
bool entrant_options_list(FILE *out, const char *name);     /* the options of one */

/* ---- Learning rates: rates.c ------------------------------------------------------------------------------------- */

/* rates_read - "0.1", "0.01,0.1,1" or "0.001..1:7" (seven rates, each the same factor above the one before). */
bool rates_read(const char *text, double rates[MOST_RATES], int *n);

typedef struct plan {                       /* a schedule whose base rate is still open */
    const struct plan_kind *kind;
    double value[4];                        /* of its keys, in their order */
    double warmup;
    char   label[NAME_BYTES];
} plan;

bool        plan_read(plan *p, const char *text);           /* NAME[,KEY=VALUE].. */
gd_schedule plan_for(const plan *p, double rate, int64_t steps);
void        plans_list(FILE *out);

/* number_read - the whole text is one finite number. */
bool number_read(const char *text, double *value);

/* ---- A run: run.c ------------------------------------------------------------------------------------------------ */

typedef struct task {                       /* what all entrants have in common */
    const animal *animal;
    plan          plan;
    int           steps, seeds;
    double        start[2];
    double        noise;                    /* standard deviation of what is added to each gradient */
    double        spread;                   /* of the start around `start` */
} task;

typedef struct run {                        /* memory of its own: run_free */
    int     taken;                          /* steps until the end, or until f was no finite number any more */
    double *x, *y, *f, *rate;               /* [taken + 1]: before the first step, after each; rate[0] is NaN */
    bool    diverged;
} run;

/* run_once - the descent of e with this rate.  The seed decides start and noise, whatever the entrant.  trace: where to
 * write the trace of both coordinates, path without ending; NULL: nowhere. */
bool run_once(run *r, const task *t, const entrant *e, double rate, uint64_t seed, const char *trace);
void run_free(run *r);

/* run_score - what the protocol compares: f less its minimum, the mean over the last tenth of the steps; infinite for a
 * run that diverged. */
double run_score(const run *r, const task *t);

double run_begins(const task *t);           /* f at the start, less its minimum */

/* ---- The protocol: compare.c ------------------------------------------------------------------------------------- */

typedef struct result {
    double score[MOST_RATES];               /* the median over the tuning seeds */
    int    best;                            /* the rate with the lowest; -1: all diverged */
    double median, low, high;               /* of the best rate on seeds that tuning has not seen */
} result;

bool compare_all(result *results, const task *t, const entrant *e, int entrants, const double *rates, int n);

/* ---- Pictures and tables: report.c ------------------------------------------------------------------------------- */

typedef struct report {
    const task    *task;
    const entrant *entrants;
    int            n;
    const run     *runs;                    /* [n]: the best of each, on the first seed */
    const double  *rate;                    /* [n]: with which rate; NaN: there is none */
    const char    *folder;
} report;

bool report_paths(const report *r);         /* paths.png, loss.png, runs.csv */
bool report_rates(const report *r, const result *results, const double *rates, int n);      /* rates.png, rates.csv */
void report_table(FILE *out, const report *r, const result *results, const double *rates, int n);

#endif
