/* classification.c - accuracy, the confusion matrix and what follows from it, the area under the ROC curve. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/message.h"
#include "base/start.h"
#include "gradus/metrics.h"
#include "tensor/alive.h"
#include "tensor/check.h"
#include "tensor/nest.h"
#include "tensor/new.h"
#include "tensor/shape.h"

/* a and b are vectors of the same length, which is not 0. */
static bool same_length(const char *function, const char *name_a, const gd_tensor *a, const char *name_b,
                        const gd_tensor *b)
{
    if (!gi_given_tensor(function, name_a, a) || !gi_given_tensor(function, name_b, b) ||
        !gi_alive(function, name_a, a) || !gi_alive(function, name_b, b))
        return false;
    return (a->ndim == 1 && b->ndim == 1 && a->shape[0] == b->shape[0])
           || gd_fail("%s: %s is %s and %s is %s: two vectors of the same length expected", function, name_a,
                      gi_text_of(a).s, name_b, gi_text_of(b).s);
}

/* ---- Accuracy ------------------------------------------------------------------------------------------------ */

/* How many classes of a row come before the label; -1, and a message, for NaN. */
static int64_t rank_of(const char *function, const gd_real *score, int64_t classes, int64_t label, int64_t row)
{
    int64_t before = 0;
    for (int64_t j = 0; j < classes; j++) {
        if (isnan(score[j])) {
            gd_fail("%s: scores[%" PRId64 ", %" PRId64 "] is NaN", function, row, j);
            return -1;
        }
        before += score[j] > score[label] || (j < label && score[j] == score[label]);
    }
    return before;
}

static double fraction_within(const char *function, const gd_tensor *scores, const gd_tensor *labels, int64_t k)
{
    const int64_t n = scores->shape[0], classes = scores->shape[1];
    const gd_real *score = gi_contiguous_numbers(scores);
    const int64_t *label = score ? gi_labels(function, "labels", labels, classes) : NULL;
    int64_t hits = 0;
    for (int64_t i = 0; label && i < n; i++) {
        const int64_t rank = rank_of(function, score + i * classes, classes, label[i], i);
        if (rank < 0)
            return NAN;
        hits += rank < k;
    }
    return label ? (double)hits / (double)n : NAN;
}

static double accuracy(const char *function, const gd_tensor *scores, const gd_tensor *labels, int64_t k)
{
    if (!gi_given_tensor(function, "scores", scores) || !gi_given_tensor(function, "labels", labels) ||
        !gi_alive(function, "scores", scores) || !gi_alive(function, "labels", labels))
        return NAN;
    if (scores->ndim != 2 || labels->ndim != 1 || labels->shape[0] != scores->shape[0]) {
        gd_fail("%s: scores is %s and labels is %s: [n, classes] and [n] expected", function, gi_text_of(scores).s,
                gi_text_of(labels).s);
        return NAN;
    }
    if (scores->shape[0] == 0) {
        gd_fail("%s: scores is %s: there are no rows", function, gi_text_of(scores).s);
        return NAN;
    }
    if (k < 1 || k > scores->shape[1]) {
        gd_fail("%s: k = %" PRId64 " must lie in 1 .. %" PRId64 ", the number of classes", function, k,
                scores->shape[1]);
        return NAN;
    }
    if (!gd_scope_begin())
        return NAN;
    const double result = fraction_within(function, scores, labels, k);
    gd_scope_end();
    return result;
}

double gd_accuracy(const gd_tensor *scores, const gd_tensor *labels)
{
    gi_not_captured("gd_accuracy", GI_READS_NUMBERS);
    return accuracy("gd_accuracy", scores, labels, 1);
}

double gd_top_k_accuracy(const gd_tensor *scores, const gd_tensor *labels, int64_t k)
{
    gi_not_captured("gd_top_k_accuracy", GI_READS_NUMBERS);
    return accuracy("gd_top_k_accuracy", scores, labels, k);
}

/* ---- The confusion matrix ------------------------------------------------------------------------------------ */

static bool count_pairs(const char *function, const gd_tensor *predicted, const gd_tensor *labels, gd_tensor *c)
{
    const int64_t classes = c->shape[0];
    int64_t *count = gi_arena_take(gi_current_scope(), (size_t)c->numel * sizeof *count);
    const int64_t *p = count ? gi_labels(function, "predicted", predicted, classes) : NULL;
    const int64_t *y = p ? gi_labels(function, "labels", labels, classes) : NULL;
    if (!y)
        return false;
    for (int64_t i = 0; i < c->numel; i++)
        count[i] = 0;
    for (int64_t i = 0; i < labels->numel; i++)
        count[y[i] * classes + p[i]]++;
    for (int64_t i = 0; i < c->numel; i++) {
        if (!gi_is_exact(count[i]))
            return gd_fail("%s: %" PRId64 " rows with label %" PRId64 " were predicted as %" PRId64 ": "
                           GI_REAL_NAME " does not hold that number", function, count[i], i / classes, i % classes);
        c->data[i] = (gd_real)count[i];
    }
    return true;
}

gd_tensor *gd_confusion(const gd_tensor *predicted, const gd_tensor *labels, int64_t classes)
{
    static const char function[] = "gd_confusion";
    if (!same_length(function, "predicted", predicted, "labels", labels))
        return NULL;
    if (classes < 1)
        return gd_fail("%s: classes = %" PRId64 " must be at least 1", function, classes);
    gd_tensor *c = gi_new(function, 2, (int64_t[]){ classes, classes });
    if (!c || !gd_scope_begin())
        return NULL;
    const bool good = count_pairs(function, predicted, labels, c);
    gd_scope_end();
    return good ? c : NULL;
}

static double at(const gd_tensor *c, int64_t i, int64_t j)
{
    return (double)c->data[i * c->stride[0] + j * c->stride[1]];
}

static bool is_confusion(const char *function, const gd_tensor *c)
{
    if (!gi_given_tensor(function, "confusion", c) || !gi_alive(function, "confusion", c))
        return false;
    if (c->ndim != 2 || c->shape[0] != c->shape[1] || c->shape[0] < 1)
        return gd_fail("%s: confusion is %s: [classes, classes] expected", function, gi_text_of(c).s);
    for (int64_t i = 0; i < c->shape[0]; i++)
        for (int64_t j = 0; j < c->shape[1]; j++)
            if (!(at(c, i, j) >= 0 && isfinite(at(c, i, j))))
                return gd_fail("%s: confusion[%" PRId64 ", %" PRId64 "] = %g is not a count", function, i, j,
                               at(c, i, j));
    return true;
}

static double ratio(double a, double b)
{
    return b > 0 ? a / b : 0;
}

static gd_class_scores scores_of(const gd_tensor *c, int64_t k)
{
    double row = 0, column = 0;
    for (int64_t i = 0; i < c->shape[0]; i++) {
        row += at(c, k, i);
        column += at(c, i, k);
    }
    const double hits = at(c, k, k);
    return (gd_class_scores){ ratio(hits, column), ratio(hits, row), ratio(2 * hits, row + column), row };
}

static const gd_class_scores no_scores = { NAN, NAN, NAN, NAN };

gd_class_scores gd_scores_of_class(const gd_tensor *confusion, int64_t k)
{
    gi_not_captured("gd_scores_of_class", GI_READS_NUMBERS);
    if (!is_confusion("gd_scores_of_class", confusion))
        return no_scores;
    if (k < 0 || k >= confusion->shape[0]) {
        gd_fail("gd_scores_of_class: k = %" PRId64 " must lie in [0, %" PRId64 ")", k, confusion->shape[0]);
        return no_scores;
    }
    return scores_of(confusion, k);
}

gd_class_scores gd_scores_averaged(const gd_tensor *confusion, gd_average average)
{
    gi_not_captured("gd_scores_averaged", GI_READS_NUMBERS);
    static const char function[] = "gd_scores_averaged";
    if (!is_confusion(function, confusion))
        return no_scores;
    if (average != GD_MACRO && average != GD_MICRO && average != GD_WEIGHTED) {
        gd_fail("%s: average = %d is none of GD_MACRO, GD_MICRO and GD_WEIGHTED", function, (int)average);
        return no_scores;
    }
    const int64_t classes = confusion->shape[0];
    gd_class_scores sum = { 0, 0, 0, 0 };
    double hits = 0;
    for (int64_t k = 0; k < classes; k++) {
        const gd_class_scores one = scores_of(confusion, k);
        const double weight = average == GD_WEIGHTED ? one.support : 1.0;
        sum.precision += weight * one.precision;
        sum.recall += weight * one.recall;
        sum.f1 += weight * one.f1;
        sum.support += one.support;
        hits += at(confusion, k, k);
    }
    if (sum.support == 0) {
        gd_fail("%s: confusion is all zeros", function);
        return no_scores;
    }
    if (average == GD_MICRO) {
        const double all = hits / sum.support;
        return (gd_class_scores){ all, all, all, sum.support };
    }
    const double whole = average == GD_MACRO ? (double)classes : sum.support;
    return (gd_class_scores){ sum.precision / whole, sum.recall / whole, sum.f1 / whole, sum.support };
}

/* ---- The area under the ROC curve --------------------------------------------------------------------------- */

typedef struct scored { gd_real score; bool positive; } scored;

static int ascending(const void *left, const void *right)
{
    const scored *a = left, *b = right;
    return (a->score > b->score) - (a->score < b->score);
}

/* Pairs that are in order, those of equal scores counting one half: all of it doubled, so that it is whole. */
static double area(const scored *rows, int64_t n, int64_t positives)
{
    uint64_t doubled = 0, below = 0;
    for (int64_t i = 0, j; i < n; i = j) {
        uint64_t p = 0, q = 0;
        for (j = i; j < n && rows[j].score == rows[i].score; j++)
            *(rows[j].positive ? &p : &q) += 1;
        doubled += p * (2 * below + q);
        below += q;
    }
    return (double)doubled / (2 * (double)positives * (double)(n - positives));
}

static double area_of(const char *function, const gd_tensor *scores, const gd_tensor *labels)
{
    const int64_t n = scores->numel;
    scored *rows = gi_arena_take(gi_current_scope(), (size_t)n * sizeof *rows);
    const gd_real *score = rows ? gi_contiguous_numbers(scores) : NULL;
    const int64_t *label = score ? gi_labels(function, "labels", labels, 2) : NULL;
    int64_t positives = 0;
    if (!label)
        return NAN;
    for (int64_t i = 0; i < n; i++) {
        if (isnan(score[i])) {
            gd_fail("%s: scores[%" PRId64 "] is NaN", function, i);
            return NAN;
        }
        rows[i] = (scored){ score[i], label[i] == 1 };
        positives += label[i];
    }
    if (positives == 0 || positives == n) {
        gd_fail("%s: labels has %" PRId64 " ones and %" PRId64 " zeros: both are needed", function, positives,
                n - positives);
        return NAN;
    }
    qsort(rows, (size_t)n, sizeof *rows, ascending);
    return area(rows, n, positives);
}

double gd_roc_auc(const gd_tensor *scores, const gd_tensor *labels)
{
    gi_not_captured("gd_roc_auc", GI_READS_NUMBERS);
    static const char function[] = "gd_roc_auc";
    const int64_t most = INT64_C(1) << 31;              /* the count of pairs, doubled, fits into 64 bits */
    if (!same_length(function, "scores", scores, "labels", labels))
        return NAN;
    if (scores->numel > most) {
        gd_fail("%s: scores is %s: at most %" PRId64 " rows are possible", function, gi_text_of(scores).s, most);
        return NAN;
    }
    if (!gd_scope_begin())
        return NAN;
    const double result = area_of(function, scores, labels);
    gd_scope_end();
    return result;
}
