/* test_rows.c - the row loops of softmax, cross-entropy, layer norm and batch norm against their definitions: lengths
 * around the number of lanes and of a piece, numbers far from zero, ends of the range, NaN. */
#include "kernels/layer_norm.h"
#include "kernels/reference/reference.h"
#include "kernels/softmax.h"
#include "kernels/standardize.h"
#include "support/support.h"

enum { MOST = 5000 };
static const double tolerance = IN_DOUBLE ? 1e-13 : 2e-6;
static const int64_t lengths[] = { 1, 2, 3, 7, 15, 16, 17, 33, 64, 65, 511, 513, 2047, 2049, MOST };
enum { LENGTHS = sizeof lengths / sizeof *lengths };
static gd_real x[MOST], dy[MOST], w[MOST], b[MOST], fast[MOST], plain[MOST];
static uint64_t state;

static void fill(int64_t n, gd_real *to, double middle, double width)
{
    for (int64_t i = 0; i < n; i++)
        to[i] = (gd_real)(middle + width * ((double)draw(&state, 2001) / 1000 - 1));
}

/* The largest difference beside the largest number; NaN and infinities must stand at the same places. */
static double apart(int64_t n)
{
    double most = 0, size = 0;
    for (int64_t i = 0; i < n; i++) {
        if (isnan(plain[i]) || isnan(fast[i]) || isinf(plain[i]) || isinf(fast[i])) {
            if (!(isnan(plain[i]) && isnan(fast[i])) && plain[i] != fast[i])
                return (double)INFINITY;
            continue;
        }
        most = fmax(most, fabs((double)plain[i] - (double)fast[i]));
        size = fmax(size, fabs((double)plain[i]));
    }
    return size > 0 ? most / size : most;
}

typedef void row_reference(int64_t n, gd_real *y, const gd_real *x);
typedef void slope_reference(int64_t n, gd_real *dx, const gd_real *dy, const gd_real *y);

static void ck_row(int64_t n, gi_row_map *kernel, row_reference *reference, double bound, const char *what)
{
    kernel(n, fast, x, NULL);
    reference(n, plain, x);
    ck_assert_msg(apart(n) < bound, "%s of %d numbers: %g apart", what, (int)n, apart(n));
}

static void ck_slope(int64_t n, gi_row_map *kernel, slope_reference *reference, const gd_real *y, const char *what)
{
    kernel(n, fast, dy, y);
    reference(n, plain, dy, y);
    for (int64_t i = 0; i < n; i++)         /* dx may be small by cancellation: beside dy, which is up to 1 */
        ck_assert_msg(fabs((double)fast[i] - (double)plain[i]) < 20 * tolerance || (isnan(fast[i]) && isnan(plain[i])),
                      "%s, element %d of %d: %g and %g", what, (int)i, (int)n, (double)fast[i], (double)plain[i]);
}

/* n numbers as lines of so many, rows one behind the other or lines beside each other. */
static void ck_logsumexp_slope(int64_t n, int64_t length, const char *what)
{
    static gd_real y[MOST];
    const int64_t count = n / length;
    for (int beside = 0; beside < 2; beside++) {
        const int64_t step = beside ? count : 1, next = beside ? 1 : length;
        for (int64_t j = 0; j < count; j++) {
            y[j] = gi_logsumexp_reference(length, x + j * next, step);
            gi_logsumexp_slope_reference(length, plain + j * next, x + j * next, step, dy[j]);
        }
        gi_logsumexp_slope_lines(count, length, step, x, y, dy, fast);
        ck_assert_msg(apart(count * length) < 10 * tolerance, "slope of logsumexp, %d %s of %d numbers, %s: %g apart",
                      (int)count, beside ? "columns" : "rows", (int)length, what, apart(count * length));
    }
}

static void ck_softmaxes(int64_t n, const char *what)
{
    static gd_real y[MOST];
    gd_real a, c;
    ck_row(n, gi_softmax_row, gi_softmax_reference, 10 * tolerance, what);
    ck_row(n, gi_log_softmax_row, gi_log_softmax_reference, tolerance, what);
    for (int64_t step = 1; step <= 3; step++) {
        const int64_t count = n / step;
        gi_logsumexp_lines(1, count, x, step, 0, &a, 0);
        c = gi_logsumexp_reference(count, x, step);
        ck_assert_msg((isnan(a) && isnan(c)) || a == c || fabs((double)(a - c)) < tolerance * (1 + fabs((double)c)),
                      "logsumexp of %d numbers, %s: %g and %g", (int)count, what, (double)a, (double)c);
    }
    for (int k = 0; k < LENGTHS && lengths[k] <= n; k++)
        ck_logsumexp_slope(n, lengths[k], what);
    gi_softmax_reference(n, y, x);
    ck_slope(n, gi_softmax_slope_row, gi_softmax_slope_reference, y, what);
    gi_log_softmax_reference(n, y, x);
    ck_slope(n, gi_log_softmax_slope_row, gi_log_softmax_slope_reference, y, what);
}

static void ck_cross_entropy(int64_t n, const char *what)
{
    const int64_t label = (int64_t)draw(&state, (uint32_t)n);
    const gd_real g = (gd_real)0.75;
    gd_real l;
    gi_cross_entropy_rows(&(gi_loss_rows){ .classes = n, .y = &l, .x = x, .label = &label }, 0, 1);
    fast[0] = l;
    plain[0] = gi_cross_entropy_reference(n, x, label);
    ck_assert_msg(apart(1) < 10 * tolerance, "%s, %d classes: %g and %g", what, (int)n, (double)l, (double)plain[0]);
    gi_cross_entropy_slope_rows(&(gi_loss_rows){ .classes = n, .y = fast, .x = x, .g = &g, .label = &label }, 0, 1);
    gi_cross_entropy_slope_reference(n, x, label, g, plain);
    ck_assert_msg(apart(n) < 20 * tolerance, "slope, %s, %d classes: %g apart", what, (int)n, apart(n));
}

START_TEST(softmax_and_its_relatives_are_their_definitions)
{
    state = 3;
    for (int k = 0; k < LENGTHS; k++) {
        const int64_t n = lengths[k];
        fill(n, dy, 0, 1);
        for (int far = 0; far < 4; far++) {
            fill(n, x, far == 1 ? 1e4 : far == 2 ? -1e4 : 0, far == 3 ? 60 : 3);
            ck_softmaxes(n, far == 3 ? "wide" : far ? "far" : "near");
            ck_cross_entropy(n, far == 3 ? "wide" : far ? "far" : "near");
        }
    }
}
END_TEST

START_TEST(so_they_are_at_the_ends_of_the_range)
{
    static const double ends[] = { (double)INFINITY, -(double)INFINITY, (double)NAN, 3e38, -3e38, 1e-45, -0.0 };
    state = 4;
    for (int k = 0; k < LENGTHS; k++)
        for (size_t e = 0; e < sizeof ends / sizeof *ends; e++) {
            const int64_t n = lengths[k];
            fill(n, dy, 0, 1);
            fill(n, x, 0, 3);
            x[draw(&state, (uint32_t)n)] = (gd_real)ends[e];
            ck_softmaxes(n, "one end");
            ck_cross_entropy(n, "one end");
            for (int64_t i = 0; i < n; i++)
                x[i] = (gd_real)ends[e];
            ck_softmaxes(n, "all at one end");
        }
}
END_TEST

/* ---- Norms ---------------------------------------------------------------------------------------------------- */

START_TEST(layer_norm_is_its_definition)
{
    static const double middle[] = { 0, 1e4, -3, 0, 0, 0 }, width[] = { 1, 1, 1e-3, 1e30, 1e-30, 0 };
    state = 5;
    for (int k = 0; k < LENGTHS; k++)
        for (int m = 0; m < 6; m++) {
            const int64_t n = lengths[k];
            const double eps = m == 4 ? 0 : 1e-5, bound = (m == 1 && !IN_DOUBLE ? 100 : 10) * tolerance;
            gi_norm_row row;
            const gi_layer_norm s = { 1, n, eps, &row };
            fill(n, x, middle[m], width[m]);
            fill(n, dy, 0.5, 1);
            fill(n, w, 1, 0.5);
            fill(n, b, 0, 1);
            gi_layer_norm_rows(&s, 0, 1, x, w, b, fast);
            gi_layer_norm_reference(n, eps, x, w, b, plain);
            ck_assert_msg(apart(n) < bound, "y of %d numbers, %d: %g apart", (int)n, m, apart(n));
            gi_layer_norm_slope_rows(&s, 0, 1, x, w, dy, fast);
            gi_layer_norm_slope_reference(n, eps, x, w, dy, plain);
            if (n > 2)                      /* of two numbers the slope is a difference of equal ones */
                ck_assert_msg(apart(n) < 10 * bound, "dx of %d numbers, %d: %g apart", (int)n, m, apart(n));
            gd_real *sums[2] = { fast, plain };
            static gd_real db[2][MOST];
            for (int i = 0; i < 2; i++) {
                fill(n, sums[i], 0, 0);
                memset(db[i], 0, sizeof db[i]);
            }
            gi_layer_norm_add_rows(&s, 0, 1, x, dy, fast, db[0]);
            gi_layer_norm_add_reference(n, eps, x, dy, plain, db[1]);
            ck_assert_msg(apart(n) < bound, "dw of %d numbers, %d: %g apart", (int)n, m, apart(n));
            ck_assert(memcmp(db[0], db[1], (size_t)n * sizeof **db) == 0);
        }
}
END_TEST

typedef struct lists {
    gd_real mean[9], var[9], r[9], scale[9], work[5][9 * 2];
} lists;

static gi_groups groups_of(lists *l, int64_t a, int64_t n, int64_t c)
{
    for (int g = 0; g < 9; g++)
        l->scale[g] = 1;
    return (gi_groups){ a, n, c, 1e-5, l->mean, l->var, l->r, l->scale };
}

START_TEST(groups_are_standardized_by_the_definition)
{
    static const int64_t sizes[][3] = { { 1, 1, 2 }, { 2, 1, 1 }, { 3, 2, 1 }, { 40, 9, 1 }, { 2, 3, 5 }, { 5, 9, 17 },
                                        { 1, 2, 600 }, { 500, 2, 3 }, { 500, 9, 1 } };
    state = 6;
    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++)
        for (int far = 0; far < 3; far++) {
            const int64_t a = sizes[k][0], n = sizes[k][1], c = sizes[k][2], all = a * n * c;
            lists l[2];
            gi_groups s[2] = { groups_of(&l[0], a, n, c), groups_of(&l[1], a, n, c) };
            const gi_group_means m = { l[0].work[0], l[0].work[1], l[0].work[2], l[0].work[3] };
            fill(all, x, far ? 1e3 : 0, far == 2 ? 1e-2 : 1);
            fill(all, dy, 0.5, 1);
            gi_standardize(&s[0], fast, x, &m);
            gi_standardize_reference(&s[1], plain, x);
            ck_assert_msg(apart(all) < 50 * tolerance, "y %d, %d: %g apart", (int)k, far, apart(all));
            for (int64_t g = 0; g < n; g++) {
                ck_assert(fabs((double)(l[0].mean[g] - l[1].mean[g])) <= 4 * tolerance * fabs((double)l[1].mean[g])
                          + tolerance);
                ck_assert(fabs((double)(l[0].var[g] / l[1].var[g] - 1)) < 50 * tolerance);
            }
            memcpy(w, plain, (size_t)all * sizeof *w);
            gi_standardize_grad(&s[0], fast, dy, w, &m);
            gi_standardize_grad_reference(&s[1], plain, dy, w);
            if (a * c > 2)
                ck_assert_msg(apart(all) < 100 * tolerance, "dx %d, %d: %g apart", (int)k, far, apart(all));
        }
}
END_TEST

START_TEST(groups_whose_squares_leave_the_range_are_scaled)
{
    const double huge = IN_DOUBLE ? 1e200 : 1e30;
    lists l;
    gi_groups s = groups_of(&l, 2, 2, 2);
    const gi_group_means m = { l.work[0], l.work[1], l.work[2], l.work[3] };
    const double rows[8] = { huge, 2 * huge, 1, 2, 3 * huge, 4 * huge, 3, 4 };
    for (int i = 0; i < 8; i++)
        x[i] = (gd_real)rows[i];
    gi_standardize(&s, fast, x, &m);
    ck_assert(gi_group_scales(&s, x) && s.scale[0] < 1 && s.scale[1] == 1);
    gi_scaled_groups(&s, b, x);
    gi_standardize(&s, fast, b, &m);
    gi_unscale_groups(&s);
    const double z = 1.5 / sqrt(1.25);
    ck_assert(fabs((double)fast[0] + z) < 1e-5 && fabs((double)fast[5] - z) < 1e-5 && fabs((double)fast[7] - z) < 1e-4);
    ck_assert(fabs((double)s.mean[0] / (2.5 * huge) - 1) < 1e-6 && fabs((double)s.mean[1] - 2.5) < 1e-6);
    ck_assert(fabs((double)s.r[0] * huge * sqrt(1.25) - 1) < 1e-5);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("rows");
    TCase *all = tcase_create("softmax and norms");
    tcase_add_test(all, softmax_and_its_relatives_are_their_definitions);
    tcase_add_test(all, so_they_are_at_the_ends_of_the_range);
    tcase_add_test(all, layer_norm_is_its_definition);
    tcase_add_test(all, groups_are_standardized_by_the_definition);
    tcase_add_test(all, groups_whose_squares_leave_the_range_are_scaled);
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
