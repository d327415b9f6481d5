/* test_ctc.c - gd_ctc_loss against a sum over all paths; lengths, impossible targets, long sequences; its messages. */
#include "support/support.h"

#define INF ((double)INFINITY)

static gd_tensor *gradient(gd_tensor *y, gd_tensor *x)
{
    gd_tensor *dx = NULL;
    ck_good(gd_grad(gd_sum(y), NULL, &x, 1, &dx, false));
    return dx;
}

enum { STEPS = 4, CLASSES = 3 };

/* The probability of the target as the sum over all CLASSES^STEPS paths. */
static double by_all_paths(double p[STEPS][CLASSES], const int *target, int length)
{
    double sum = 0;
    for (int path = 0; path < 81; path++) {
        double product = 1;
        int before = 0, k = 0, rest = path;
        bool fits = true;
        for (int t = 0; t < STEPS; t++, rest /= CLASSES) {
            const int c = rest % CLASSES;
            product *= p[t][c];
            if (c != 0 && c != before) {
                fits = fits && k < length && target[k] == c;
                k++;
            }
            before = c;
        }
        sum += fits && k == length ? product : 0;
    }
    return sum;
}

START_TEST(ctc_is_the_sum_over_all_paths)
{
    static const int targets[][3] = { { 1, 2, 1 }, { 1, 1, 0 }, { 2, 0, 0 }, { 0, 0, 0 }, { 2, 2, 0 } };
    static const int64_t lengths[] = { 3, 2, 1, 0, 2 };
    uint64_t state = 5;
    gd_tensor *x = gd_log_softmax(random_values(GD_SHAPE(STEPS, 1, CLASSES), &state), 2);
    double p[STEPS][CLASSES];
    for (int t = 0; t < STEPS; t++)
        for (int c = 0; c < CLASSES; c++)
            p[t][c] = exp(element(x, t * CLASSES + c));
    for (int i = 0; i < 5; i++) {
        gd_tensor *labels = tensor_of(GD_SHAPE(1, 3), (const double[]){ targets[i][0], targets[i][1], targets[i][2] });
        ck_values(gd_ctc_loss(x, labels, NULL, &lengths[i], gd_ctc_defaults()),
                  -log(by_all_paths(p, targets[i], (int)lengths[i])) / fmax(1, (double)lengths[i]));
    }
}
END_TEST

/* What lies beyond the lengths is not looked at. */
START_TEST(ctc_looks_at_nothing_beyond_the_lengths)
{
    uint64_t state = 7;
    gd_tensor *x = gd_log_softmax(random_values(GD_SHAPE(4, 2, 3), &state), 2);
    gd_tensor *one = gd_contiguous(gd_slice(gd_slice(x, 0, 0, 3, 1), 1, 1, 2, 1));
    gd_tensor *alone = gd_ctc_loss(one, gd_full(GD_SHAPE(1, 1), 2), NULL, NULL, gd_ctc_defaults());
    gd_tensor *padded = gd_add(x, gd_scalar(0));
    for (int k = 0; k < 3; k++)
        padded->data[3 * 6 + 3 + k] = (gd_real)NAN;
    gd_requires_grad(padded);
    gd_tensor *l = gd_ctc_loss(padded, tensor_of(GD_SHAPE(2, 2), (const double[]){ 1, 2, 2, -7 }),
                               (const int64_t[]){ 4, 3 }, (const int64_t[]){ 2, 1 },
                               (gd_ctc_options){ .reduction = GD_NONE });
    ck_near(element(l, 1), element(alone, 0), IN_DOUBLE ? 1e-14 : 1e-6);
    gd_tensor *dx = gradient(l, padded);
    for (int k = 0; k < 3; k++)
        ck_assert(element(dx, 3 * 6 + 3 + k) == 0);
}
END_TEST

START_TEST(ctc_of_impossible_targets)
{
    uint64_t state = 9;
    gd_tensor *x = gd_requires_grad(random_values(GD_SHAPE(2, 2, 3), &state));
    gd_tensor *targets = tensor_of(GD_SHAPE(2, 2), (const double[]){ 1, 1, 1, 2 });
    gd_ctc_options o = { .reduction = GD_NONE };
    gd_tensor *l = gd_ctc_loss(gd_log_softmax(x, 2), targets, NULL, NULL, o);
    ck_assert(isinf(element(l, 0)) && isfinite(element(l, 1)));
    gd_tensor *dx = gradient(l, x);
    for (int t = 0; t < 2; t++)
        for (int c = 0; c < 3; c++)
            ck_assert(element(dx, t * 6 + c) == 0 && element(dx, t * 6 + 3 + c) != 0);
    o.zero_infinity = true;
    ck_assert(element(gd_ctc_loss(gd_log_softmax(x, 2), targets, NULL, NULL, o), 0) == 0);
    gd_tensor *nothing = gd_zeros(GD_SHAPE(0, 2, 3));
    o.zero_infinity = false;
    ck_values(gd_ctc_loss(nothing, targets, NULL, (const int64_t[]){ 0, 1 }, o), 0, INF);
    ck_values(gd_ctc_loss(gd_log_softmax(x, 2), targets, (const int64_t[]){ 0, 0 }, (const int64_t[]){ 0, 1 }, o), 0,
              INF);
    ck_shape(gd_ctc_loss(gd_zeros(GD_SHAPE(2, 0, 3)), gd_zeros(GD_SHAPE(0, 2)), NULL, NULL, o), 0);
    ck_values(gd_ctc_loss(gd_zeros(GD_SHAPE(2, 1, 3)), gd_zeros(GD_SHAPE(1, 0)), NULL, NULL, o), 0);
}
END_TEST

/* Probabilities far below the smallest number: their logarithms are sums. */
START_TEST(ctc_of_long_sequences)
{
    const int steps = 2000;
    gd_tensor *x = gd_requires_grad(gd_full(GD_SHAPE(steps, 1, 2), log(0.5)));
    gd_tensor *targets = gd_full(GD_SHAPE(1, 1), 1), *l = gd_ctc_loss(x, targets, NULL, NULL, gd_ctc_defaults());
    const double paths = 0.5 * steps * (steps + 1.0);      /* runs of class 1 */
    ck_near(element(l, 0), steps * log(2) - log(paths), IN_DOUBLE ? 1e-9 : 1e-2);
    gd_tensor *dx = gradient(l, x);
    ck_near(element(gd_sum(dx), 0), -steps, IN_DOUBLE ? 1e-8 : 0.05);
}
END_TEST

START_TEST(sequences_are_checked)
{
    gd_tensor *x = gd_zeros(GD_SHAPE(4, 2, 3)), *targets = gd_ones(GD_SHAPE(2, 2));
    const gd_ctc_options o = gd_ctc_defaults();
    ck_refused(gd_ctc_loss(x, gd_ones(GD_SHAPE(3, 2)), NULL, NULL, o),
               "gd_ctc_loss: log_prediction is [4, 2, 3] and targets is [3, 2]: they must be [t, n, c] and [n, s]");
    ck_refused(gd_ctc_loss(x, targets, NULL, NULL, (gd_ctc_options){ .blank = 3 }),
               "gd_ctc_loss: blank = 3 must lie in [0, 3)");
    ck_refused(gd_ctc_loss(x, targets, NULL, NULL, (gd_ctc_options){ .blank = 1 }),
               "gd_ctc_loss: targets[0, 0] = 1 is the blank");
    ck_refused(gd_ctc_loss(x, gd_scale(targets, 3), NULL, NULL, o),
               "gd_ctc_loss: targets[0] = 3 is not a whole number in [0, 3)");
    ck_refused(gd_ctc_loss(x, targets, (const int64_t[]){ 4, 5 }, NULL, o),
               "gd_ctc_loss: input_lengths[1] = 5 must lie in [0, 4]");
    ck_refused(gd_ctc_loss(x, targets, NULL, (const int64_t[]){ -1, 0 }, o),
               "gd_ctc_loss: target_lengths[0] = -1 must lie in [0, 2]");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("operations: CTC");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, quietly, gd_shutdown);
    tcase_add_test(all, ctc_is_the_sum_over_all_paths);
    tcase_add_test(all, ctc_looks_at_nothing_beyond_the_lengths);
    tcase_add_test(all, ctc_of_impossible_targets);
    tcase_add_test(all, ctc_of_long_sequences);
    tcase_add_test(all, sequences_are_checked);
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
