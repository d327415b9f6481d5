/* test_optim_divergence.c - problems on which Adam diverges while Yogi and AMSGrad converge: whole trajectories, the
 * objective along them, and the range of x at the end, against golden tables. */
#include "optim_divergence.h"
#include "support/number_table.h"

enum { MOST = 6 };                          /* optimizers in a table */

typedef struct range {
    double low, high;                       /* of x in the last tenth of the steps */
} range;

typedef struct divergence {
    const char *name;
    problem     problem;
    setting     setting;
    double      in_float, in_double;        /* tolerances: ten times what the golden notes measured */
    const char *column[MOST + 1];           /* the optimizers, in the order of the table's columns */
    range       last[MOST];                 /* all 0: not noted */
} divergence;

#define ADAM_YOGI_AMSGRAD "adam", "yogi", "amsgrad"
#define ALL_SIX           ADAM_YOGI_AMSGRAD, "rmsprop", "adagrad", "sgd"

static const divergence divergences[] = {
    { "rare", CASE_R, { 0.01, 0.9, 0.999, 1e-5, 0, 0, 0 },
      6e-3, 2e-12, { ALL_SIX },
      { { 14.8977, 16.7658 }, { -0.0552, 0.0021 }, { -0.1795, 0.1333 }, { 1749.3107, 1943.6025 },
        { 0.4286, 0.4605 }, { -0.0504, 0.0496 } } },
    { "rare_short", { slope_rare, mean_rare, 500, 1000, false, false, 1, 0 }, { 0.1, 0.9, 0.99, 1e-4, 0, 0, 0 },
      2e-3, 3e-12, { ALL_SIX },
      { { 43.2599, 49.0106 }, { -0.2055, 0.0009 }, { -0.6251, 0.3190 }, { 1441.2664, 1601.6473 },
        { 0.4277, 0.4597 }, { -0.0539, 0.0463 } } },
    { "rare_decay", CASE_R, { 0.01, 0.9, 0.999, 0, 0, 0, 0.3 },
      6e-4, 8e-13, { ADAM_YOGI_AMSGRAD },
      { { 1.98599, 2.11413 }, { -0.00212, 0.00217 }, { -0.01077, 0.01105 } } },
    { "sparse", { slope_sparse, mean_sparse, 3000, 3, false, false, 1, 0 }, { 0.01, 0.9, 0.999, 0, 0, 0, 0 },
      1e-3, 1e-12, { ADAM_YOGI_AMSGRAD }, { { 2.6285, 3.1206 }, { -0.0356, 0.0296 }, { -0.2713, 0.1287 } } },
    { "median", { slope_median, mean_median, 5000, 10000, false, false, 1, 0 }, { 0.01, 0.9, 0.999, 0, 0, 0, 0 },
      3e-3, 6e-12, { ADAM_YOGI_AMSGRAD }, { { 2.6854, 3.0006 }, { -0.0449, 0.0563 }, { -0.1795, 0.4485 } } },
    { "online", { slope_online, mean_online, 3, 4, false, true, 0, 0 }, { 0.01, 0, 1.0 / 17, 0, 0, 0, 0 }, 6e-5, 4e-14,
      { ADAM_YOGI_AMSGRAD }, { { 0.9897, 1 }, { -1, -0.9824 }, { -1, -0.9949 } } },
    { "online1010", { slope_online, mean_online, 101, 1010, false, true, 0, 0 }, { 0.01, 0.9, 0.99, 0, 0, 1e-8, 0 },
      1e-3, 1e-13, { ADAM_YOGI_AMSGRAD }, { { 0, 0 } } },
    { "stochastic", { slope_at_random, mean_rare, 5000, 10000, false, false, 1, 1 }, { 0.01, 0.9, 0.999, 0, 0, 0, 0 },
      1e-1, 5e-11, { "adam", "yogi", "yogi_s0", "amsgrad" }, { { 0, 0 } } },
};
enum { DIVERGENCES = sizeof divergences / sizeof divergences[0] };

START_TEST(trajectories)
{
    const divergence *c = &divergences[_i / MOST];
    const char *optimizer = c->column[_i % MOST];
    if (!optimizer)
        return;
    char file[64];
    snprintf(file, sizeof file, "adam_diverges_%s.csv", c->name);
    table golden = read_table("optimizers", file);
    int columns = (golden.columns - 1) / 2, k = _i % MOST;
    ck_assert(!c->column[columns]);
    walk w = walk_begin(&c->problem, optimizer, c->setting);
    double tolerance = IN_DOUBLE ? c->in_double : c->in_float;
    if (!IN_DOUBLE && strcmp(optimizer, "sgd") == 0)
        tolerance = 1.1 * c->setting.sgd_lr * c->problem.c;     /* in float the long jump may come a pass sooner */
    double steps = entry(&golden, golden.rows - 1, 0), low = INFINITY, high = -INFINITY;
    for (int row = 1; row < golden.rows; row++) {
        int64_t step = (int64_t)entry(&golden, row, 0);
        double x = NAN, want = entry(&golden, row, 1 + k), f = entry(&golden, row, 1 + columns + k);
        while (w.t < step) {
            x = walk_on(&w);
            if ((double)w.t > 0.9 * steps) {
                low = fmin(low, x);
                high = fmax(high, x);
            }
        }
        ck_assert_msg(close_to(x, want, tolerance), "%s, %s, step %lld: x is %.17g, expected %.17g", file, optimizer,
                      (long long)step, x, want);
        double got = c->problem.mean(&c->problem, x);
        ck_assert_msg(close_to(got, f, 3 * tolerance), "%s, %s, step %lld: F is %.17g, expected %.17g", file, optimizer,
                      (long long)step, got, f);
    }
    if (c->last[0].low != c->last[0].high) {
        range r = c->last[k];
        double rounded = 5.1e-5 + tolerance;
        ck_assert_msg(close_to(low, r.low, rounded) && close_to(high, r.high, rounded),
                      "%s, %s: at last x is in %g .. %g, expected %g .. %g", file, optimizer, low, high, r.low, r.high);
    }
    free(golden.at);
    walk_end(&w);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("optim: divergence");
    TCase *tc = tcase_create("all");
    tcase_set_timeout(tc, 120);
    tcase_add_loop_test(tc, trajectories, 0, MOST * DIVERGENCES);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
