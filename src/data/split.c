/* split.c - training and validation, folds, and weights that make classes equally frequent. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/message.h"
#include "base/random.h"
#include "base/start.h"
#include "gradus/split.h"
#include "tensor/alive.h"
#include "tensor/check.h"
#include "tensor/nest.h"
#include "tensor/new.h"
#include "tensor/shape.h"

static const gd_split no_split = { { 0, NULL }, { 0, NULL } };

static void *list_of(int64_t n, size_t size)
{
    return gi_arena_take(gi_current_scope(), ((size_t)n + 1) * size);
}

/* ---- Classes --------------------------------------------------------------------------------------------------- */

/* The labels as integers, and the number of classes: the largest and one. */
static int64_t *classes_of(const char *function, const gd_tensor *labels, int64_t rows, int64_t *classes)
{
    const int64_t most = INT64_C(1) << 24;
    if (!gi_alive(function, "labels", labels))
        return NULL;
    if (labels->ndim != 1 || labels->shape[0] != rows)
        return gd_fail("%s: labels is %s: [%" PRId64 "] expected", function, gi_text_of(labels).s, rows);
    int64_t *label = gi_labels(function, "labels", labels, most);
    *classes = 1;
    for (int64_t i = 0; label && i < rows; i++)
        if (label[i] >= *classes)
            *classes = label[i] + 1;
    return label;
}

/* Rows in the order in which they are dealt out: shuffled, or not; then by class. */
static int64_t *dealing_order(int64_t rows, gd_split_options o, const int64_t *label, int64_t classes)
{
    int64_t *order = list_of(rows, sizeof *order);
    uint64_t random[4];
    gi_random_seed(random, o.seed);
    for (int64_t i = 0; order && i < rows; i++) {
        const int64_t j = o.in_order ? i : (int64_t)gi_random_below(random, (uint64_t)i + 1);
        order[i] = order[j];
        order[j] = i;
    }
    if (!order || !label)
        return order;
    int64_t *sorted = list_of(rows, sizeof *sorted), *start = list_of(classes, sizeof *start);
    if (!sorted || !start)
        return NULL;
    memset(start, 0, ((size_t)classes + 1) * sizeof *start);
    for (int64_t i = 0; i < rows; i++)
        start[label[i] + 1]++;
    for (int64_t c = 0; c < classes; c++)
        start[c + 1] += start[c];
    for (int64_t i = 0; i < rows; i++)
        sorted[start[label[order[i]]]++] = order[i];
    return sorted;
}

/* The rows that are in the test part, and the others. */
static gd_split gathered(int64_t rows, const bool *in)
{
    int64_t *train = list_of(rows, sizeof *train), *test = list_of(rows, sizeof *test);
    gd_split s = { { 0, train }, { 0, test } };
    if (!train || !test)
        return no_split;
    for (int64_t i = 0; i < rows; i++)
        *(in[i] ? &test[s.test.count++] : &train[s.train.count++]) = i;
    return s;
}

/* ---- Training and test ---------------------------------------------------------------------------------------- */

typedef struct share { int64_t size, tested; double rest; } share;

/* How many rows of each class are for test: the whole part of the exact share, and one more where most is left over, so
 * that the total is `wanted`. */
static void divide(share *of, int64_t classes, int64_t rows, int64_t wanted)
{
    int64_t given = 0;
    for (int64_t c = 0; c < classes; c++) {
        const double exact = (double)of[c].size * (double)wanted / (double)rows;
        of[c].tested = (int64_t)exact < of[c].size ? (int64_t)exact : of[c].size;
        of[c].rest = of[c].tested < of[c].size ? exact - (double)of[c].tested : -1;
        given += of[c].tested;
    }
    for (; given < wanted; given++) {
        int64_t best = 0;
        for (int64_t c = 1; c < classes; c++)
            best = of[c].rest > of[best].rest ? c : best;
        of[best].tested++;
        of[best].rest = -1;
    }
}

/* More rows than any list can have. */
static bool too_many(const char *function, int64_t rows)
{
    return rows >= INT64_MAX / 16 && !gd_fail("%s: rows = %" PRId64 ": out of memory", function, rows);
}

static gd_split split_in_two(const char *function, int64_t rows, int64_t wanted, gd_split_options o)
{
    int64_t classes = 1;
    const int64_t *label = o.labels ? classes_of(function, o.labels, rows, &classes) : NULL;
    if (o.labels && !label)
        return no_split;
    const int64_t *order = dealing_order(rows, o, label, classes);
    share *of = order ? list_of(classes, sizeof *of) : NULL;
    bool *in = of ? list_of(rows, sizeof *in) : NULL;
    if (!in)
        return no_split;
    for (int64_t c = 0; c < classes; c++)
        of[c] = (share){ .size = 0 };
    for (int64_t i = 0; i < rows; i++)
        of[label ? label[i] : 0].size++;
    divide(of, classes, rows, wanted);
    for (int64_t c = 0, i = 0; c < classes; c++)
        for (int64_t k = 0; k < of[c].size; k++, i++)           /* the last ones of each class */
            in[order[i]] = k >= of[c].size - of[c].tested;
    return gathered(rows, in);
}

gd_split gd_train_test_split(int64_t rows, double test_fraction, gd_split_options options)
{
    static const char function[] = "gd_train_test_split";
    if (!(test_fraction > 0 && test_fraction < 1)) {
        gd_fail("%s: test_fraction = %g must lie in (0, 1)", function, test_fraction);
        return no_split;
    }
    const int64_t wanted = rows < 1 ? 0 : (int64_t)ceil(test_fraction * (double)rows);
    if (wanted < 1 || wanted >= rows) {
        gd_fail("%s: rows = %" PRId64 " and test_fraction = %g leave %s empty", function, rows, test_fraction,
                wanted < 1 ? "both parts" : "the training part");
        return no_split;
    }
    return too_many(function, rows) ? no_split : split_in_two(function, rows, wanted, options);
}

/* ---- Folds ----------------------------------------------------------------------------------------------------- */

gd_split gd_k_fold(int64_t rows, int64_t k, int64_t fold, gd_split_options o)
{
    static const char function[] = "gd_k_fold";
    if (k < 2 || k > rows) {
        gd_fail("%s: k = %" PRId64 " must lie in 2 .. %" PRId64 ", the number of rows", function, k, rows);
        return no_split;
    }
    if (fold < 0 || fold >= k) {
        gd_fail("%s: fold = %" PRId64 " must lie in [0, %" PRId64 ")", function, fold, k);
        return no_split;
    }
    if (too_many(function, rows))
        return no_split;
    int64_t classes = 1;
    const int64_t *label = o.labels ? classes_of(function, o.labels, rows, &classes) : NULL;
    if (o.labels && !label)
        return no_split;
    const int64_t *order = dealing_order(rows, o, label, classes);
    bool *in = order ? list_of(rows, sizeof *in) : NULL;
    if (!in)
        return no_split;
    const int64_t size = rows / k, larger = rows % k;
    const int64_t begin = fold * size + (fold < larger ? fold : larger), end = begin + size + (fold < larger);
    for (int64_t i = 0; i < rows; i++)                          /* by class, the rows are dealt out in turn */
        in[order[i]] = label ? i % k == fold : i >= begin && i < end;
    return gathered(rows, in);
}

/* ---- Copies, weights -------------------------------------------------------------------------------------------- */

static gd_tensor *rows_of(const char *function, const gd_tensor *t, gd_rows rows)
{
    int64_t shape[GD_MAX_DIMS];
    memcpy(shape, t->shape, sizeof shape);
    shape[0] = rows.count;
    gd_tensor *copy = gi_new(function, t->ndim, shape), row = *t;
    row.ndim--;
    memcpy(row.shape, t->shape + 1, sizeof row.shape - sizeof *row.shape);
    memcpy(row.stride, t->stride + 1, sizeof row.stride - sizeof *row.stride);
    gi_finish_view(&row);
    for (int64_t i = 0; copy && i < rows.count; i++) {
        row.data = t->data + rows.row[i] * t->stride[0];
        gi_copy(copy->data + i * row.numel, &row);
    }
    return copy;
}

gd_dataset gd_subset(gd_dataset set, gd_rows rows)
{
    static const char function[] = "gd_subset";
    const gd_dataset none = { NULL, NULL };
    if (!gi_given(function, "set.x", set.x) || !gi_alive(function, "set.x", set.x) ||
        !gi_alive(function, "set.y", set.y))
        return none;
    if (set.x->ndim == 0 || (set.y && (set.y->ndim == 0 || set.y->shape[0] != set.x->shape[0]))) {
        gd_fail("%s: x is %s and y is %s: they need the same number of rows", function, gi_text_of(set.x).s,
                set.y ? gi_text_of(set.y).s : "missing");
        return none;
    }
    if (rows.count < 0 || (rows.count && !gi_not_null(function, "rows.row", rows.row)))
        return none;
    for (int64_t i = 0; i < rows.count; i++)
        if (rows.row[i] < 0 || rows.row[i] >= set.x->shape[0]) {
            gd_fail("%s: rows.row[%" PRId64 "] = %" PRId64 " must lie in [0, %" PRId64 ")", function, i, rows.row[i],
                    set.x->shape[0]);
            return none;
        }
    gd_dataset part = { rows_of(function, set.x, rows), NULL };
    part.y = part.x && set.y ? rows_of(function, set.y, rows) : NULL;
    return part.x && (part.y || !set.y) ? part : none;
}

const double *gd_balanced_weights(const gd_tensor *labels)
{
    gi_not_captured("gd_balanced_weights", GI_READS_NUMBERS);
    static const char function[] = "gd_balanced_weights";
    int64_t classes;
    if (!gi_given_tensor(function, "labels", labels) || !gi_alive(function, "labels", labels))
        return NULL;
    const int64_t rows = labels->numel, *label = classes_of(function, labels, rows, &classes);
    double *weight = label ? list_of(rows, sizeof *weight) : NULL;
    int64_t *count = weight ? list_of(classes, sizeof *count) : NULL;
    if (!count)
        return NULL;
    memset(count, 0, (size_t)classes * sizeof *count);
    for (int64_t i = 0; i < rows; i++)
        count[label[i]]++;
    for (int64_t i = 0; i < rows; i++)
        weight[i] = 1 / (double)count[label[i]];
    return weight;
}
