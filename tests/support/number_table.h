/* optim.h - what the suites of the optimizers share: golden tables, a model of given values. */
#ifndef OPTIM_SUPPORT_H
#define OPTIM_SUPPORT_H

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gradus/operations.h"
#include "gradus/optim.h"

#ifdef GD_DOUBLE
#define TOLERANCE 1e-12                     /* relative to max(1, |expected|), as the golden files say */
#else
#define TOLERANCE 5e-5
#endif

typedef struct table {
    int     rows, columns;
    double *at;                             /* row-major; free it */
} table;

/* A table of tests/golden/optimizers: comments, "rows columns", then the numbers. */
static inline table read_table(const char *name)
{
    char path[512];
    const char *here = __FILE__, *slash = strrchr(here, '/');
    snprintf(path, sizeof path, "%.*s../golden/optimizers/%s", slash ? (int)(slash - here) + 1 : 0, here, name);
    FILE *in = fopen(path, "r");
    ck_assert_msg(in != NULL, "%s: cannot be opened", path);
    char line[1024];
    do
        ck_assert_msg(fgets(line, sizeof line, in) != NULL, "%s: no numbers", path);
    while (line[0] == '#');
    table t = { 0, 0, NULL };
    ck_assert_int_eq(sscanf(line, "%d %d", &t.rows, &t.columns), 2);
    t.at = malloc((size_t)(t.rows * t.columns) * sizeof *t.at);
    ck_assert_ptr_nonnull(t.at);
    for (int i = 0; i < t.rows * t.columns; i++)
        ck_assert_msg(fscanf(in, "%lf", &t.at[i]) == 1, "%s: number %d is missing", path, i);
    fclose(in);
    return t;
}

static inline double entry(const table *t, int row, int column)
{
    ck_assert(row >= 0 && row < t->rows && column >= 0 && column < t->columns);
    return t->at[row * t->columns + column];
}

static inline bool close_to(double got, double expected, double tolerance)
{
    return fabs(got - expected) <= tolerance * fmax(1, fabs(expected));     /* false for NaN */
}

/* A tensor of the given shape with values from doubles. */
static inline gd_tensor *tensor_of(gd_shape shape, const double *values)
{
    gd_tensor *t = gd_zeros(shape);
    ck_assert_ptr_nonnull(t);
    for (int64_t i = 0; i < gd_numel(t); i++)
        t->data[i] = (gd_real)values[i];
    return t;
}

/* Messages: none are printed; each test looks at the last one. */
static inline void ck_message(const char *expected)
{
    const char *got = gd_last_error();
    ck_assert_msg(got && strcmp(got, expected) == 0, "message: %s\n expected: %s", got ? got : "(none)",
                  expected);
    gd_clear_error();
}

static inline void ck_no_message(void)
{
    ck_assert_msg(gd_last_error() == NULL, "unexpected: %s", gd_last_error());
}

/* Runs the suite in this process: returns the number of failures. */
static inline int run_suite(Suite *suite)
{
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed > 0;
}

#endif
