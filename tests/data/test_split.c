/* test_split.c - splits and folds; loaders of some rows, by weight, with changes, and ahead of time. */
#include "gradus/images.h"
#include "support/support.h"

static gd_dataset numbered(int64_t n)
{
    gd_dataset set = { gd_arange(0, (double)n, 1), gd_arange(0, (double)n, 1) };
    return set;
}

static bool holds(gd_rows rows, int64_t row)
{
    for (int64_t i = 0; i < rows.count; i++)
        if (rows.row[i] == row)
            return true;
    return false;
}

/* Each row is in exactly one part, and both are in ascending order. */
static void ck_parts(gd_split s, int64_t rows, int64_t tested)
{
    ck_assert_int_eq(s.test.count, tested);
    ck_assert_int_eq(s.train.count, rows - tested);
    for (int64_t i = 0; i < rows; i++)
        ck_assert(holds(s.train, i) != holds(s.test, i));
    for (int64_t i = 1; i < s.test.count; i++)
        ck_assert(s.test.row[i] > s.test.row[i - 1]);
    for (int64_t i = 1; i < s.train.count; i++)
        ck_assert(s.train.row[i] > s.train.row[i - 1]);
}

static double count_label(gd_rows rows, const gd_tensor *labels, double label)
{
    double n = 0;
    for (int64_t i = 0; i < rows.count; i++)
        n += (double)labels->data[rows.row[i]] == label;
    return n;
}

START_TEST(train_and_test)
{
    ck_parts(gd_train_test_split(10, 0.25, (gd_split_options){ 0 }), 10, 3);
    gd_split s = gd_train_test_split(10, 0.3, (gd_split_options){ .in_order = true });
    ck_parts(s, 10, 3);
    ck_assert_int_eq(s.test.row[0], 7);
    gd_split one = gd_train_test_split(100, 0.2, (gd_split_options){ .seed = 1 });
    gd_split two = gd_train_test_split(100, 0.2, (gd_split_options){ .seed = 1 });
    ck_assert(memcmp(one.test.row, two.test.row, 20 * sizeof(int64_t)) == 0);
    two = gd_train_test_split(100, 0.2, (gd_split_options){ .seed = 2 });
    ck_assert(memcmp(one.test.row, two.test.row, 20 * sizeof(int64_t)) != 0);
    gd_tensor *labels = gd_zeros(GD_SHAPE(100));
    for (int i = 0; i < 100; i++)
        labels->data[i] = i % 10 < 7 ? 0 : i % 10 < 9 ? 3 : 1;
    s = gd_train_test_split(100, 0.2, (gd_split_options){ .seed = 5, .labels = labels });
    ck_parts(s, 100, 20);
    ck_assert(count_label(s.test, labels, 0) == 14 && count_label(s.test, labels, 3) == 4);
    s = gd_train_test_split(100, 0.13, (gd_split_options){ .seed = 5, .labels = labels });
    ck_parts(s, 100, 13);                               /* 9.1, 2.6 and 1.3 */
    ck_assert(count_label(s.test, labels, 0) == 9 && count_label(s.test, labels, 3) == 3);
    ck_refused(gd_train_test_split(10, 1, (gd_split_options){ 0 }).test.row,
               "gd_train_test_split: test_fraction = 1 must lie in (0, 1)");
    ck_refused(gd_train_test_split(1, 0.5, (gd_split_options){ 0 }).test.row,
               "gd_train_test_split: rows = 1 and test_fraction = 0.5 leave the training part empty");
    ck_refused(gd_train_test_split(10, 0.5, (gd_split_options){ .labels = labels }).test.row,
               "gd_train_test_split: labels is [100]: [10] expected");
    ck_assert_ptr_null(gd_train_test_split(INT64_MAX, 0.5, (gd_split_options){ 0 }).test.row);
    ck_message_begins("gd_train_test_split: rows = 9223372036854775807: out of memory");
    ck_assert_ptr_null(gd_k_fold(INT64_MAX / 4, 2, 0, (gd_split_options){ 0 }).test.row);
    ck_message_begins("gd_k_fold: rows = 2305843009213693951: out of memory");
}
END_TEST

START_TEST(folds)
{
    gd_tensor *labels = gd_zeros(GD_SHAPE(23));
    for (int i = 0; i < 23; i++)
        labels->data[i] = i % 3 == 0;
    for (int kind = 0; kind < 3; kind++) {
        int times[23] = { 0 };
        for (int64_t fold = 0; fold < 5; fold++) {
            gd_split s = gd_k_fold(23, 5, fold, (gd_split_options){ .in_order = kind == 0,
                                                                    .labels = kind == 2 ? labels : NULL });
            ck_parts(s, 23, fold < 3 ? 5 : 4);
            for (int64_t i = 0; i < s.test.count; i++)
                times[s.test.row[i]]++;
            ck_assert(kind != 0 || s.test.row[0] == (fold < 3 ? 5 * fold : 15 + 4 * (fold - 3)));
            ck_assert(kind != 2 || fabs(count_label(s.test, labels, 1) - 1.5) <= 0.5);
        }
        for (int i = 0; i < 23; i++)
            ck_assert_int_eq(times[i], 1);
    }
    ck_refused(gd_k_fold(3, 4, 0, (gd_split_options){ 0 }).test.row,
               "gd_k_fold: k = 4 must lie in 2 .. 3, the number of rows");
    ck_refused(gd_k_fold(3, 2, 2, (gd_split_options){ 0 }).test.row, "gd_k_fold: fold = 2 must lie in [0, 2)");
}
END_TEST

START_TEST(subsets)
{
    gd_dataset set = { gd_transpose(gd_reshape(gd_arange(0, 6, 1), GD_SHAPE(2, 3)), 0, 1), gd_arange(0, 3, 1) };
    gd_dataset part = gd_subset(set, (gd_rows){ 2, (int64_t[]){ 2, 0 } });
    ck_values(part.x, 2, 5, 0, 3);
    ck_values(part.y, 2, 0);
    ck_refused(gd_subset(set, (gd_rows){ 1, (int64_t[]){ 3 } }).x, "gd_subset: rows.row[0] = 3 must lie in [0, 3)");
    const double *w = gd_balanced_weights(tensor_of(GD_SHAPE(4), (double[]){ 2, 0, 2, 2 }));
    ck_assert(w[0] == 1 / 3.0 && w[1] == 1);
}
END_TEST

/* ---- Loaders ----------------------------------------------------------------------------------------------------- */

START_TEST(loads_some_rows)
{
    int64_t rows[] = { 7, 2, 5 };
    gd_loader *loader = gd_loader_new(numbered(9), (gd_loader_options){ .batch = 2, .rows = { 3, rows } });
    gd_batch b;
    rows[0] = 0;                                        /* they were copied */
    ck_assert(gd_loader_next(loader, &b));
    ck_values(b.x, 7, 2);
    ck_assert(b.rows[0] == 7 && gd_loader_batches(loader) == 2);
    ck_assert(gd_loader_next(loader, &b));
    ck_values(b.y, 5);
    ck_assert(!gd_loader_next(loader, &b));
    gd_loader_free(loader);
    ck_refused(gd_loader_new(numbered(5), (gd_loader_options){ .batch = 2, .rows = { 3, rows } }),
               "gd_loader_new: rows.row[2] = 5 must lie in [0, 5), the rows of the data set");
    ck_refused(gd_loader_new(numbered(5), (gd_loader_options){ .batch = 2, .rows = { 0, rows } }),
               "gd_loader_new: rows has 0 rows");
    ck_refused(gd_loader_new(numbered(5), (gd_loader_options){ .batch = 2, .draws = 3 }),
               "gd_loader_new: draws = 3 needs weights");
    ck_refused(gd_loader_new(numbered(2), (gd_loader_options){ .batch = 2, .weights = (double[]){ 0, 0 } }),
               "gd_loader_new: weights sum to 0: a positive, finite sum is needed");
    ck_refused(gd_loader_new(numbered(2), (gd_loader_options){ .batch = 2, .weights = (double[]){ 0, -1 } }),
               "gd_loader_new: weights[1] = -1 must be finite and not negative");
    ck_refused(gd_loader_new(numbered(2), (gd_loader_options){ .batch = 2, .prefetch = 65 }),
               "gd_loader_new: prefetch = 65 must lie in 0 .. 64");
}
END_TEST

START_TEST(draws_by_weight)
{
    enum { DRAWS = 30000 };
    const double weights[] = { 1, 0, 2, 3 };
    double count[4] = { 0 };
    gd_loader *loader = gd_loader_new(numbered(4), (gd_loader_options){ .batch = 100, .weights = weights,
                                                                        .draws = DRAWS, .seed = 3 });
    gd_batch b;
    int64_t n = 0;
    while (gd_loader_next(loader, &b))
        for (int64_t i = 0; i < b.size; i++, n++)
            count[(int)b.x->data[i]]++;
    ck_assert_int_eq(n, DRAWS);
    for (int i = 0; i < 4; i++)
        ck_near(count[i] / DRAWS, weights[i] / 6, 5 * sqrt(weights[i] / 6 * (1 - weights[i] / 6) / DRAWS));
    gd_loader_free(loader);
}
END_TEST

static bool add_noise(void *context, gd_batch *batch)
{
    (void)context;
    GD_SCOPE;
    return gd_add_to(batch->x, gd_uniform(gd_shape_of_tensor(batch->x), 0, 0.5), 1);
}

static bool fails_later(void *context, gd_batch *batch)
{
    (void)context;
    return batch->first < 4 || gd_fail("no more");
}

static bool replaces(void *context, gd_batch *batch)
{
    batch->x = context;
    return true;
}

/* Batches of three epochs, one after the other, from a position on. */
static int64_t collect(gd_loader *loader, gd_real *to)
{
    gd_batch b;
    int64_t n = 0;
    for (int epoch = 0; epoch < 3; epoch++)
        while (gd_loader_next(loader, &b)) {
            for (int64_t i = 0; i < b.size; i++, n++)
                to[n] = b.x->data[i] + 1000 * b.y->data[i];
            ck_assert_int_eq(b.rows[0], (int64_t)b.y->data[0]);
        }
    return n;
}

START_TEST(prefetches_the_same_bits)
{
    static gd_real plain[1000], ahead[1000];
    const double weights[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17 };
    for (int kind = 0; kind < 6; kind++) {
        gd_loader_options o = { .batch = 5, .shuffle = true, .seed = 9, .change = kind % 2 ? add_noise : NULL,
                                .drop_last = kind == 2, .weights = kind > 3 ? weights : NULL };
        gd_loader *loader = gd_loader_new(numbered(17), o);
        const int64_t n = collect(loader, plain);
        gd_loader_free(loader);
        for (int prefetch = 1; prefetch <= 7; prefetch += 3) {
            o.prefetch = prefetch;
            loader = gd_loader_new(numbered(17), o);
            ck_assert_int_eq(collect(loader, ahead), n);
            ck_assert(memcmp(plain, ahead, (size_t)n * sizeof *plain) == 0);
            ck_good(gd_loader_seek(loader, (gd_position){ 0, 5 }));
            ck_assert_int_eq(collect(loader, ahead), n - 5);
            ck_assert(memcmp(plain + 5, ahead, (size_t)(n - 5) * sizeof *plain) == 0);
            gd_loader_free(loader);
        }
    }
    ck_no_message();
}
END_TEST

START_TEST(changes_that_fail)
{
    for (int prefetch = 0; prefetch < 4; prefetch++) {
        gd_loader_options o = { .batch = 2, .change = fails_later, .prefetch = prefetch };
        gd_loader *loader = gd_loader_new(numbered(9), o);
        gd_batch b;
        ck_assert(gd_loader_next(loader, &b) && gd_loader_next(loader, &b));
        for (int i = 0; i < 2; i++) {                   /* again and again, in the same place */
            ck_refused(gd_loader_next(loader, &b), "no more");
            ck_assert_int_eq(gd_loader_position(loader).example, 4);
        }
        gd_loader_free(loader);
        o.change = replaces;
        o.context = gd_zeros(GD_SHAPE(2));
        loader = gd_loader_new(numbered(9), o);
        ck_refused(gd_loader_next(loader, &b),
                   "gd_loader_next: the change has replaced x, y or size: it may only overwrite elements");
        gd_loader_free(loader);
    }
}
END_TEST

START_TEST(old_batches_are_refused)
{
    for (int k = 0; k < 300; k++) {
        const int prefetch = k % 3;
        gd_loader *loader = gd_loader_new(numbered(9), (gd_loader_options){ .batch = 2, .prefetch = prefetch,
                                                                            .change = add_noise });
        gd_tensor *w = gd_requires_grad(gd_ones(GD_SHAPE(2)));
        gd_batch b;
        ck_assert(gd_loader_next(loader, &b));
        gd_tensor *loss = gd_sum(gd_mul(b.x, w));
        ck_good(gd_backward(gd_sum(gd_mul(b.x, w))));
        ck_assert(gd_loader_next(loader, &b));
        ck_assert_msg(!gd_backward(loss), "prefetch %d", prefetch);
        gd_clear_error();
        gd_loader_free(loader);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("split");
    TCase *tests = tcase_create("split");
    tcase_add_checked_fixture(tests, quietly, NULL);
    tcase_add_test(tests, train_and_test);
    tcase_add_test(tests, folds);
    tcase_add_test(tests, subsets);
    tcase_add_test(tests, loads_some_rows);
    tcase_add_test(tests, draws_by_weight);
    tcase_add_test(tests, prefetches_the_same_bits);
    tcase_add_test(tests, changes_that_fail);
    tcase_add_test(tests, old_batches_are_refused);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
