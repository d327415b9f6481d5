/* test_metrics.c - scores against tests/golden/metrics.txt, which plain loops over fractions have computed; ties,
 * extremes and refusals; running means; early stopping. */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>

#include "support/support.h"

/* ---- Golden values ------------------------------------------------------------------------------------------- */

static FILE *golden;

static double next_number(void)
{
    double value;
    ck_assert_int_eq(fscanf(golden, "%lf", &value), 1);
    return value;
}

static gd_tensor *next_tensor(gd_shape shape)
{
    gd_tensor *t = gd_zeros(shape);
    for (int64_t i = 0; i < t->numel; i++)
        t->data[i] = (gd_real)next_number();
    return t;
}

static void check_scores(gd_class_scores is, int numbers)
{
    const double values[] = { is.precision, is.recall, is.f1, is.support };
    for (int i = 0; i < numbers; i++)
        ck_near(values[i], next_number(), 1e-14);
}

static void check_classification(void)
{
    const int64_t n = (int64_t)next_number(), classes = (int64_t)next_number();
    gd_tensor *scores = next_tensor(GD_SHAPE(n, classes)), *labels = next_tensor(GD_SHAPE(n));
    for (int64_t k = 1; k <= classes; k++) {
        const double expected = next_number();
        ck_near(gd_top_k_accuracy(scores, labels, k), expected, 1e-15);
        ck_near(gd_top_k_accuracy(transposed(gd_contiguous(gd_transpose(scores, 0, 1))), labels, k), expected, 1e-15);
        if (k == 1)
            ck_near(gd_accuracy(scores, labels), expected, 1e-15);
    }
    gd_tensor *c = gd_confusion(gd_argmax(scores, 1), labels, classes);
    ck_shape(c, classes, classes);
    for (int64_t i = 0; i < c->numel; i++)
        ck_near(c->data[i], next_number(), 0);
    for (int64_t k = 0; k < classes; k++)
        check_scores(gd_scores_of_class(c, k), 4);
    check_scores(gd_scores_averaged(c, GD_MACRO), 3);
    check_scores(gd_scores_averaged(c, GD_MICRO), 3);
    check_scores(gd_scores_averaged(c, GD_WEIGHTED), 3);
    ck_near(gd_scores_averaged(c, GD_MACRO).support, (double)n, 0);
}

START_TEST(scores_are_those_of_plain_loops)
{
    char kind[32];
    int cases = 0;
    golden = fopen("tests/golden/metrics.txt", "r");
    ck_assert_msg(golden != NULL, "run this from the top folder");
    while (fscanf(golden, "%31s", kind) == 1 && strcmp(kind, "end") != 0) {
        cases++;
        if (strcmp(kind, "classification") == 0) {
            check_classification();
        } else if (strcmp(kind, "auc") == 0) {
            const int64_t n = (int64_t)next_number();
            gd_tensor *scores = next_tensor(GD_SHAPE(n)), *labels = next_tensor(GD_SHAPE(n));
            ck_near(gd_roc_auc(scores, labels), next_number(), 1e-15);
        } else {
            ck_assert_str_eq(kind, "r2");
            const int64_t n = (int64_t)next_number(), outputs = (int64_t)next_number();
            gd_tensor *prediction = next_tensor(GD_SHAPE(n, outputs)), *target = next_tensor(GD_SHAPE(n, outputs));
            const double expected = next_number();
            ck_near(gd_r2(prediction, target), expected, 1e-13);
            ck_near(gd_r2(transposed(gd_contiguous(gd_transpose(prediction, 0, 1))), target), expected, 1e-13);
        }
    }
    ck_assert_int_eq(cases, 10);
    fclose(golden);
    ck_no_message();
}
END_TEST

/* ---- Extremes and refusals ------------------------------------------------------------------------------------ */

#define VECTOR(...) gd_from(GD_SHAPE(sizeof((gd_real[]){ __VA_ARGS__ }) / sizeof(gd_real)), (gd_real[]){ __VA_ARGS__ })

/* The call gives NaN, with this message. */
#define ck_nan(call, message)                                                                            \
    do {                                                                                                 \
        gd_clear_error();                                                                                \
        ck_assert(isnan(call));                                                                          \
        ck_message(message);                                                                             \
    } while (0)

START_TEST(extremes)
{
    const gd_real big = IN_DOUBLE ? (gd_real)1e308 : (gd_real)3e38;
    const gd_real small = IN_DOUBLE ? (gd_real)1e-300 : (gd_real)1e-37;
    ck_near(gd_r2(VECTOR(big, -big, big, -big), VECTOR(big, -big, big, -big)), 1, 0);
    ck_near(gd_r2(VECTOR(0, 0, 0, 0), VECTOR(big, -big, big, -big)), 0, 0);
    ck_near(gd_r2(VECTOR(-big, big), VECTOR(big, -big)), -3, 1e-15);
    ck_near(gd_r2(VECTOR(0, 0), VECTOR(small, -small)), 0, 0);
    ck_near(gd_roc_auc(VECTOR((gd_real)INFINITY, -(gd_real)INFINITY), VECTOR(1, 0)), 1, 0);
    ck_near(gd_roc_auc(VECTOR(3, 3, 3), VECTOR(1, 0, 1)), 0.5, 0);
    ck_near(gd_accuracy(gd_zeros(GD_SHAPE(3, 2)), VECTOR(0, 1, 0)), 2 / 3.0, 1e-15);
    ck_values(gd_confusion(gd_zeros(GD_SHAPE(0)), gd_zeros(GD_SHAPE(0)), 2), 0, 0, 0, 0);
    ck_no_message();
}
END_TEST

START_TEST(refusals)
{
    gd_tensor *scores = gd_zeros(GD_SHAPE(2, 3)), *labels = VECTOR(0, 2);
    ck_nan(gd_accuracy(scores, VECTOR(0, 3)), "gd_accuracy: labels[1] = 3 is not a whole number in [0, 3)");
    ck_nan(gd_accuracy(scores, VECTOR(0)), "gd_accuracy: scores is [2, 3] and labels is [1]: [n, classes] and [n] "
                                           "expected");
    ck_nan(gd_accuracy(gd_zeros(GD_SHAPE(0, 3)), gd_zeros(GD_SHAPE(0))),
           "gd_accuracy: scores is [0, 3]: there are no rows");
    ck_nan(gd_top_k_accuracy(scores, labels, 4),
           "gd_top_k_accuracy: k = 4 must lie in 1 .. 3, the number of classes");
    scores->data[4] = (gd_real)NAN;
    ck_nan(gd_accuracy(scores, labels), "gd_accuracy: scores[1, 1] is NaN");
    ck_refused(gd_confusion(labels, VECTOR(1), 3),
               "gd_confusion: predicted is [2] and labels is [1]: two vectors of the same length expected");
    ck_refused(gd_confusion(labels, labels, 2), "gd_confusion: predicted[1] = 2 is not a whole number in [0, 2)");
    ck_refused(gd_confusion(labels, labels, 0), "gd_confusion: classes = 0 must be at least 1");
    ck_nan(gd_scores_of_class(gd_eye(2), 2).f1, "gd_scores_of_class: k = 2 must lie in [0, 2)");
    ck_nan(gd_scores_of_class(scores, 0).f1,
           "gd_scores_of_class: confusion is [2, 3]: [classes, classes] expected");
    ck_nan(gd_scores_averaged(gd_scale(gd_eye(2), -1), GD_MACRO).f1,
           "gd_scores_averaged: confusion[0, 0] = -1 is not a count");
    ck_nan(gd_scores_averaged(gd_zeros(GD_SHAPE(2, 2)), GD_MACRO).f1, "gd_scores_averaged: confusion is all zeros");
    ck_nan(gd_scores_averaged(gd_eye(2), (gd_average)7).f1,
           "gd_scores_averaged: average = 7 is none of GD_MACRO, GD_MICRO and GD_WEIGHTED");
    ck_nan(gd_roc_auc(VECTOR(1, 2), VECTOR(1, 1)),
           "gd_roc_auc: labels has 2 ones and 0 zeros: both are needed");
    ck_nan(gd_roc_auc(VECTOR(1, (gd_real)NAN), VECTOR(1, 0)), "gd_roc_auc: scores[1] is NaN");
    ck_nan(gd_r2(VECTOR(1, 2), VECTOR(3, 3)),
           "gd_r2: target, output 0, is 3 in all rows: R^2 needs targets that differ");
    ck_nan(gd_r2(VECTOR(1), VECTOR(3)), "gd_r2: target is [1]: at least two rows and one output are needed");
    ck_nan(gd_r2(VECTOR(1, (gd_real)INFINITY), VECTOR(1, 2)), "gd_r2: row 1 of prediction, output 0, is inf");
    ck_nan(gd_r2(VECTOR(1, 2), gd_zeros(GD_SHAPE(2, 1))),
           "gd_r2: prediction is [2] and target is [2, 1]: both must be [n], or both [n, outputs]");
}
END_TEST

/* ---- Running means ------------------------------------------------------------------------------------------- */

START_TEST(running_means)
{
    gd_running r = gd_running_start();
    ck_assert(isnan(gd_running_mean(&r)));
    ck_good(gd_running_add(&r, 3, 10));
    ck_good(gd_running_add(&r, 6, 5));
    ck_good(gd_running_add(&r, NAN, 0));
    ck_near(gd_running_mean(&r), 4, 1e-15);
    ck_refused(gd_running_add(&r, 1, -1), "gd_running_add: weight = -1 must be finite and not negative");
    ck_near(gd_running_mean(&r), 4, 1e-15);
    r = gd_running_start();
    for (int i = 0; i < 1000000; i++)
        gd_running_add(&r, i % 2 ? 0.1 : 0.3, 1);
    ck_near(gd_running_mean(&r), 0.2, 1e-15);
    r = gd_running_start();
    for (int i = 0; i < 10; i++)
        gd_running_add(&r, i % 2 ? 1.7e308 : -1.7e308, 1);
    ck_near(gd_running_mean(&r) / 1e308, 0, 1e-14);
    gd_running_add(&r, INFINITY, 1);
    ck_assert(isinf(gd_running_mean(&r)));
    gd_running_add(&r, 1, 1);
    ck_assert(isinf(gd_running_mean(&r)));
    gd_running_add(&r, NAN, 1);
    ck_assert(isnan(gd_running_mean(&r)));
}
END_TEST

/* ---- Early stopping ------------------------------------------------------------------------------------------ */

START_TEST(early_stopping_restores_the_best)
{
    GD_NO_GRAD;
    gd_params *net = gd_params_new();
    gd_tensor *w = gd_param(net, "w", gd_scalar(0)), *b = gd_buffer(net, "b", gd_scalar(0));
    gd_early_stopping_options o = gd_early_stopping_defaults();
    o.patience = 2;
    o.min_delta = 0.1;
    gd_early_stopping *s = gd_early_stopping_new(net, o);
    const double losses[] = { 5, 3, NAN, 2.95, 1 };
    int i = 0;
    ck_refused(gd_early_stopping_restore(s),
               "gd_early_stopping_restore: there was no improvement yet, and so there are no best parameters");
    for (bool done = false; !done; i++) {
        gd_fill(w, i + 1);
        gd_fill(b, -i - 1);
        done = gd_early_stopping_next(s, losses[i]);
    }
    ck_assert_int_eq(i, 4);                             /* NaN and 2.95 are no improvements on 3 */
    ck_values(w, 2);
    ck_values(b, -2);
    ck_near(s->best, 3, 0);
    ck_near(s->best_count, 2, 0);
    gd_fill(w, 9);
    ck_good(gd_early_stopping_restore(s));
    ck_values(w, 2);
    gd_early_stopping_free(s);
    o.maximize = o.keep_last = true;
    s = gd_early_stopping_new(net, o);
    ck_assert(!gd_early_stopping_next(s, 0.5) && !gd_early_stopping_next(s, 0.7));
    gd_fill(w, 4);
    ck_assert(!gd_early_stopping_next(s, 0.75) && gd_early_stopping_next(s, 0.6));
    ck_values(w, 4);
    ck_good(gd_early_stopping_restore(s));
    ck_values(w, 2);
    gd_early_stopping_free(s);
    o.patience = 0;
    ck_refused(gd_early_stopping_new(net, o), "gd_early_stopping_new: patience = 0 must be at least 1");
    o = gd_early_stopping_defaults();
    o.min_delta = -1;
    ck_refused(gd_early_stopping_new(net, o),
               "gd_early_stopping_new: min_delta = -1 must be finite and not negative");
    gd_params_free(net);
}
END_TEST

static char notice[200];
static void keep_notice(const char *message)
{
    snprintf(notice, sizeof notice, "%s", message);
}

START_TEST(early_stopping_without_a_number)
{
    GD_NO_GRAD;
    gd_params *net = gd_params_new();
    gd_tensor *w = gd_param(net, "w", gd_scalar(1));
    gd_early_stopping_options o = gd_early_stopping_defaults();
    o.patience = 2;
    gd_early_stopping *s = gd_early_stopping_new(net, o);
    gd_fill(w, 2);
    gd_on_error(keep_notice);
    ck_assert(!gd_early_stopping_next(s, NAN) && gd_early_stopping_next(s, NAN));
    ck_assert_str_eq(notice, "warning: gd_early_stopping_next: no value was finite: the model keeps its last "
                             "parameters");
    ck_assert(gd_early_stopping_next(s, INFINITY) && s->best_count == 0);
    ck_values(w, 2);
    gd_param(net, "another", gd_scalar(1));             /* a model that has changed cannot be kept */
    ck_assert(gd_early_stopping_next(s, 1));
    ck_message_begins("gd_params_assign: to has 1 tensor and from has 2");
    gd_early_stopping_free(s);
    gd_params_free(net);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("metrics");
    TCase *tests = tcase_create("metrics");
    tcase_add_checked_fixture(tests, quietly, NULL);
    tcase_add_test(tests, scores_are_those_of_plain_loops);
    tcase_add_test(tests, extremes);
    tcase_add_test(tests, refusals);
    tcase_add_test(tests, running_means);
    tcase_add_test(tests, early_stopping_restores_the_best);
    tcase_add_test(tests, early_stopping_without_a_number);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
