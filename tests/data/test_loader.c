/* test_loader.c - standardization, minibatches, the progress line. */
#define _XOPEN_SOURCE 700
#include <fcntl.h>
#include <math.h>
#include <pthread.h>
#include <time.h>

#include "gradus/operations.h"
#include "support/scratch.h"

#define FLOAT (sizeof(gd_real) == sizeof(float))


/* ---- Standardisation ---------------------------------------------------------------------------------- */

START_TEST(standardizes)
{
    const double tolerance = FLOAT ? 1e-6 : 1e-14;
    /* column 0: mean 3, squares 4 + 0 + 4 over 3; column 1 constant; column 2: 1e6 + 0, 0, 3 */
    gd_tensor *t = gd_from(GD_SHAPE(3, 3), (gd_real[]){ 1, (gd_real)0.1, 1e6, 3, (gd_real)0.1, 1e6, 5,
                                                         (gd_real)0.1, 1000003 });
    gd_tensor *z = gd_standardize(t);
    const double a = 2 / sqrt(8 / 3.0), b = sqrt(2);
    const double expected[] = { -a, 0, -1 / b, 0, 0, -1 / b, a, 0, 2 / b };
    ck_contiguous_shape(z, 3, 3);
    for (int i = 0; i < 9; i++)
        ck_near((double)z->data[i], expected[i], tolerance);
    ck_exact_values(t, 1, 0.1, 1e6, 3, 0.1, 1e6, 5, 0.1, 1000003);
    gd_tensor *v = gd_standardize(gd_from(GD_SHAPE(4), (gd_real[]){ 1, 1, 3, 3 }));
    ck_contiguous_shape(v, 4);
    ck_exact_values(v, -1, -1, 1, 1);
    ck_exact_values(gd_standardize(gd_from(GD_SHAPE(1, 2), (gd_real[]){ 7, -8 })), 0, 0);
    gd_tensor *w = gd_standardize(gd_transpose(t, 0, 1));
    ck_assert(w->contiguous);
    ck_near((double)w->data[0], (1 - 1000001 / 3.0) / (sqrt(2) * 1e6 / 3), 1e-5);
    ck_contiguous_shape(gd_standardize(gd_zeros(GD_SHAPE(4, 0))), 4, 0);
}
END_TEST

START_TEST(standardize_refuses)
{
    ck_assert_ptr_null(gd_standardize(NULL));
    ck_assert_ptr_null(gd_last_error());
    ck_assert_ptr_null(gd_standardize(gd_scalar(1)));
    ck_message("gd_standardize: t is []: [rows, columns] or [rows] expected");
    ck_assert_ptr_null(gd_standardize(gd_zeros(GD_SHAPE(0, 3))));
    ck_message("gd_standardize: t is [0, 3]: there are no rows");
}
END_TEST

/* ---- The loader --------------------------------------------------------------------------------------- */

/* Row i of x is 10 i, 10 i + 1, ..; y is i. */
static gd_dataset numbered(int64_t n, int64_t columns)
{
    gd_dataset set = { gd_zeros(GD_SHAPE(n, columns)), gd_zeros(GD_SHAPE(n)) };
    for (int64_t i = 0; i < n; i++) {
        set.y->data[i] = (gd_real)i;
        for (int64_t j = 0; j < columns; j++)
            set.x->data[i * columns + j] = (gd_real)(10 * i + j);
    }
    return set;
}

/* One epoch; stores the order, and checks every batch against its row numbers. */
static int64_t epoch(gd_loader *loader, int64_t columns, int64_t *order)
{
    int64_t n = 0;
    gd_batch b;
    while (gd_loader_next(loader, &b)) {
        ck_contiguous_shape(b.x, b.size, columns);
        ck_contiguous_shape(b.y, b.size);
        ck_assert_int_eq(b.first, n);
        bool good = true;
        for (int64_t i = 0; i < b.size; i++) {
            good &= b.y->data[i] == (gd_real)b.rows[i];
            for (int64_t j = 0; j < columns; j++)
                good &= b.x->data[i * columns + j] == (gd_real)(10 * b.rows[i] + j);
            order[n++] = b.rows[i];
        }
        ck_assert(good);
    }
    return n;
}

enum { ROWS = 53 };

START_TEST(loader_each_once)
{
    gd_dataset set = numbered(ROWS, 3);
    gd_loader *a = gd_loader_new(set, (gd_loader_options){ .batch = 10, .shuffle = true, .seed = 7 });
    gd_loader *b = gd_loader_new(set, (gd_loader_options){ .batch = 8, .shuffle = true, .seed = 7 });
    gd_loader *c = gd_loader_new(set, (gd_loader_options){ .batch = 10, .shuffle = true, .seed = 8 });
    ck_assert_int_eq(gd_loader_batches(a), 6);
    int64_t orders[4][ROWS], other[ROWS];
    for (int e = 0; e < 4; e++) {
        int seen[ROWS] = { 0 };
        ck_assert_int_eq(epoch(a, 3, orders[e]), ROWS);
        for (int i = 0; i < ROWS; i++)
            seen[orders[e][i]]++;
        for (int i = 0; i < ROWS; i++)
            ck_assert_int_eq(seen[i], 1);
        for (int before = 0; before < e; before++)
            ck_assert(memcmp(orders[before], orders[e], sizeof other) != 0);
        epoch(b, 3, other);
        ck_assert(memcmp(other, orders[e], sizeof other) == 0);         /* the batch size does not matter */
        epoch(c, 3, other);
        ck_assert(memcmp(other, orders[e], sizeof other) != 0);
    }
    gd_loader_free(a);
    gd_loader_free(b);
    gd_loader_free(c);
}
END_TEST

/* Each row comes first, and row 0 comes at each position, equally often. */
START_TEST(loader_is_fair)
{
    enum { N = 8, EPOCHS = 8000 };
    gd_loader_options options = { .batch = N, .shuffle = true, .seed = 3 };
    gd_loader *loader = gd_loader_new(numbered(N, 1), options);
    int first[N] = { 0 }, place[N] = { 0 };
    int64_t order[N];
    for (int e = 0; e < EPOCHS; e++) {
        epoch(loader, 1, order);
        first[order[0]]++;
        for (int i = 0; i < N; i++)
            place[i] += order[i] == 0;
    }
    for (int i = 0; i < N; i++) {           /* mean 1000, standard deviation 29.6: five of them */
        ck_assert_int_lt(abs(first[i] - EPOCHS / N), 148);
        ck_assert_int_lt(abs(place[i] - EPOCHS / N), 148);
    }
    gd_loader_free(loader);
}
END_TEST

START_TEST(loader_last_batch)
{
    gd_dataset set = numbered(ROWS, 2);
    int64_t order[ROWS];
    gd_batch b;
    gd_loader *loader = gd_loader_new(set, (gd_loader_options){ .batch = 10 });
    static const double epochs[] = { 10 / 53.0, 20 / 53.0, 30 / 53.0, 40 / 53.0, 50 / 53.0, 1 };
    for (int i = 0; i < 6; i++) {
        ck_assert(gd_loader_next(loader, &b));
        ck_assert_int_eq(b.size, i < 5 ? 10 : 3);
        ck_assert(gd_loader_epoch(loader) == epochs[i]);
    }
    ck_assert(!gd_loader_next(loader, &b));
    ck_assert(gd_loader_epoch(loader) == 1);
    ck_assert_int_eq(epoch(loader, 2, order), ROWS);
    for (int i = 0; i < ROWS; i++)
        ck_assert_int_eq(order[i], i);                          /* not shuffled: in the order of the rows */
    gd_loader_free(loader);

    loader = gd_loader_new(set, (gd_loader_options){ .batch = 10, .drop_last = true, .shuffle = true });
    ck_assert_int_eq(gd_loader_batches(loader), 5);
    ck_assert_int_eq(epoch(loader, 2, order), 50);
    ck_assert(gd_loader_epoch(loader) == 1);
    gd_loader_free(loader);

    loader = gd_loader_new(set, (gd_loader_options){ .batch = 1000 });
    ck_assert_int_eq(gd_loader_batches(loader), 1);
    ck_assert_int_eq(epoch(loader, 2, order), ROWS);
    gd_loader_free(loader);
}
END_TEST

START_TEST(loader_resumes)
{
    gd_dataset set = numbered(ROWS, 2);
    gd_loader_options options = { .batch = 10, .shuffle = true, .seed = 11 };
    for (int stop = 0; stop < 20; stop++) {                     /* calls of next before the interruption */
        gd_loader *a = gd_loader_new(set, options), *b = gd_loader_new(set, options);
        gd_batch x, y;
        for (int i = 0; i < stop; i++)
            gd_loader_next(a, &x);
        gd_position at = gd_loader_position(a);
        ck_assert(gd_loader_seek(b, at));
        for (int i = 0; i < 20; i++) {
            bool more = gd_loader_next(a, &x);
            ck_assert_int_eq(gd_loader_next(b, &y), more);
            ck_assert(gd_loader_epoch(a) == gd_loader_epoch(b));
            if (!more)
                continue;
            ck_assert_int_eq(x.size, y.size);
            ck_assert(memcmp(x.rows, y.rows, sizeof *x.rows * (size_t)x.size) == 0);
            ck_assert(memcmp(x.x->data, y.x->data, sizeof(gd_real) * (size_t)x.x->numel) == 0);
        }
        ck_assert(gd_loader_seek(a, (gd_position){ 0, 0 }));    /* and back to the start */
        gd_loader_next(a, &x);
        gd_loader_free(b);
        b = gd_loader_new(set, options);
        gd_loader_next(b, &y);
        ck_assert(memcmp(x.rows, y.rows, 10 * sizeof *x.rows) == 0);
        gd_loader_free(a);
        gd_loader_free(b);
    }
}
END_TEST

/* The data set of numbered in other layouts: transposed, every second row, broadcast; images. */
START_TEST(loader_of_views)
{
    enum { N = 7 };
    gd_real data[2 * N], images3[N * 6];
    for (int i = 0; i < N; i++) {
        data[i] = (gd_real)(10 * i);
        data[N + i] = (gd_real)(10 * i + 1);
    }
    gd_tensor *x = gd_wrap(GD_SHAPE(N, 2), data);
    x->stride[0] = 1;
    x->stride[1] = N;
    x->contiguous = false;
    gd_real labels2[2 * N];
    for (int i = 0; i < 2 * N; i++)
        labels2[i] = (gd_real)(i % 2 ? -1 : i / 2);
    gd_tensor *y = gd_wrap(GD_SHAPE(N), labels2);
    y->stride[0] = 2;
    y->contiguous = false;
    int64_t order[N];
    gd_loader *loader = gd_loader_new((gd_dataset){ x, y }, (gd_loader_options){ .batch = 3, .shuffle = true });
    ck_assert_int_eq(epoch(loader, 2, order), N);
    gd_loader_free(loader);

    for (int i = 0; i < N * 6; i++)
        images3[i] = (gd_real)i;
    gd_tensor *z = gd_wrap(GD_SHAPE(N, 3, 2), images3);         /* [N, 2, 3] with the last axes swapped */
    z->stride[1] = 1;
    z->stride[2] = 3;
    z->contiguous = false;
    loader = gd_loader_new((gd_dataset){ z, NULL }, (gd_loader_options){ .batch = 2, .shuffle = true });
    gd_batch b;
    while (gd_loader_next(loader, &b)) {
        ck_contiguous_shape(b.x, b.size, 3, 2);
        ck_assert_ptr_null(b.y);
        for (int64_t i = 0; i < b.size; i++)
            for (int j = 0; j < 3; j++)
                for (int k = 0; k < 2; k++)
                    ck_assert(b.x->data[i * 6 + j * 2 + k] == (gd_real)(b.rows[i] * 6 + k * 3 + j));
    }
    gd_loader_free(loader);
}
END_TEST

/* Batches are the loader's own: changing them leaves the data set alone, and a graph that was recorded with
 * a batch is distinguished, by its version, from one of the next; a short batch is a view of the full one. */
START_TEST(loader_batches_are_fresh)
{
    gd_dataset set = numbered(5, 1);
    gd_loader *loader = gd_loader_new(set, (gd_loader_options){ .batch = 2 });
    gd_batch b;
    ck_assert(gd_loader_next(loader, &b));
    gd_tensor *x = b.x;
    uint64_t version = x->base->version;
    b.x->data[0] = 99;
    b.x->requires_grad = true;
    ck_assert(gd_loader_next(loader, &b));
    ck_assert_ptr_eq(b.x, x);
    ck_assert(!b.x->requires_grad);
    ck_assert_uint_gt(x->base->version, version);
    version = x->base->version;
    ck_assert(gd_loader_next(loader, &b));
    ck_assert_int_eq(b.size, 1);
    ck_assert_ptr_eq(b.x->base, x->base);
    ck_assert_uint_gt(x->base->version, version);
    ck_exact_values(set.x, 0, 10, 20, 30, 40);
    gd_loader_free(loader);
}
END_TEST

static void *ten_epochs(void *reports)
{
    char (*report)[1000] = reports;
    gd_dataset set = numbered(ROWS, 3);
    int64_t order[ROWS];
    gd_loader *loader = gd_loader_new(set, (gd_loader_options){ .batch = 10, .shuffle = true });
    for (int k = 0; k < 2; k++) {
        FILE *file = fopen("report", "w");
        gd_memory_report(file);
        fclose(file);
        get_bytes("report", report[k], sizeof report[k] - 1);
        if (k == 0)
            for (int e = 0; e < 10; e++)
                epoch(loader, 3, order);
    }
    gd_loader_free(loader);
    gd_shutdown();
    return NULL;
}

/* If a byte were allocated in an epoch, the high-water mark would exceed what is live.  In a thread of
 * its own, where the marks begin at 0. */
START_TEST(loader_allocates_nothing)
{
    char report[2][1000] = { "", "" };
    pthread_t thread;
    ck_assert_int_eq(pthread_create(&thread, NULL, ten_epochs, report), 0);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    ck_assert_str_eq(report[0], report[1]);
    unsigned long live = 0, high = 1;
    const char *line = strstr(report[1], "\ndata");
    ck_assert(line && sscanf(line, " data %lu %lu", &live, &high) == 2);
    ck_assert_uint_gt(live, 0);
    ck_assert_uint_eq(live, high);
}
END_TEST

START_TEST(loader_refuses)
{
    gd_dataset set = numbered(5, 2), none = { NULL, NULL };
    gd_loader_options two = { .batch = 2 };
    gd_batch b;
    ck_assert_ptr_null(gd_loader_new(none, two));
    ck_message("gd_loader_new: x is NULL");
    gd_fail("an earlier failure");
    ck_assert_ptr_null(gd_loader_new(none, two));
    ck_message("an earlier failure");
    ck_assert_ptr_null(gd_loader_new(set, (gd_loader_options){ 0 }));
    ck_message("gd_loader_new: batch = 0 must be at least 1");
    ck_assert_ptr_null(gd_loader_new(set, (gd_loader_options){ .batch = -3 }));
    ck_message("gd_loader_new: batch = -3 must be at least 1");
    ck_assert_ptr_null(gd_loader_new(set, (gd_loader_options){ .batch = 6, .drop_last = true }));
    ck_message("gd_loader_new: batch = 6 and drop_last leave no batch of 5 examples");
    ck_assert_ptr_null(gd_loader_new((gd_dataset){ gd_scalar(1), NULL }, two));
    ck_message("gd_loader_new: x is []: it has no rows");
    ck_assert_ptr_null(gd_loader_new((gd_dataset){ gd_zeros(GD_SHAPE(0, 2)), NULL }, two));
    ck_message("gd_loader_new: x is [0, 2]: it has no rows");
    ck_assert_ptr_null(gd_loader_new((gd_dataset){ set.x, gd_zeros(GD_SHAPE(4)) }, two));
    ck_message("gd_loader_new: x is [5, 2] and y is [4]: they need the same number of rows");
    ck_assert_ptr_null(gd_loader_new((gd_dataset){ set.x, gd_scalar(1) }, two));
    ck_message("gd_loader_new: x is [5, 2] and y is []: they need the same number of rows");
    ck_assert(!gd_loader_next(NULL, &b));
    ck_message("gd_loader_next: loader is NULL");
    gd_loader *loader = gd_loader_new(set, two);
    ck_assert(!gd_loader_next(loader, NULL));
    ck_message("gd_loader_next: batch is NULL");
    static const gd_position wrong[] = { { -1, 0 }, { 0, -2 }, { 0, 6 }, { 0, 3 } };
    for (int i = 0; i < 4; i++)
        ck_assert(!gd_loader_seek(loader, wrong[i]));
    ck_message("gd_loader_seek: epoch 0, example 3 is not a place between batches of 2 from 5 examples");
    ck_assert_int_eq(gd_loader_position(loader).example, 0);
    ck_assert(gd_loader_seek(loader, (gd_position){ 4, 5 }));
    ck_assert(gd_loader_epoch(loader) == 5);
    gd_loader_free(loader);
    gd_loader_free(NULL);
}
END_TEST

/* ---- The progress line -------------------------------------------------------------------------------- */

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* A thousand steps at once, a pause, and a last one whose line is shorter. */
static void some_steps(FILE *out)
{
    gd_progress bar = gd_progress_start(out, "mlp");
    for (int step = 1; step < 1000; step++)
        gd_progress_show(&bar, step / 500.0, step, 1e-9 / step, 64 * step);
    nanosleep(&(struct timespec){ 0, 150000000 }, NULL);
    gd_progress_show(&bar, 1.998, 999, 1.0 / 3, 64 * 999);
    gd_progress_show(&bar, 2, 1000, 0.5, 1000);
    gd_progress_end(&bar);
    gd_progress_end(&bar);
}

START_TEST(progress_in_a_file)
{
    char text[100];
    FILE *file = fopen("out", "w");
    some_steps(file);
    fclose(file);
    ck_assert_uint_eq(get_bytes("out", text, sizeof text), 0);
    some_steps(NULL);
}
END_TEST

START_TEST(progress_on_a_terminal)
{
    int terminal = posix_openpt(O_RDWR | O_NOCTTY);
    if (terminal < 0 || grantpt(terminal) != 0 || unlockpt(terminal) != 0) {
        fputs("test_data: no pseudo-terminal here; the progress line was not tested on one\n", stderr);
        return;
    }
    int line = open(ptsname(terminal), O_RDWR | O_NOCTTY);
    FILE *out = fdopen(line, "w");
    double begun = seconds();
    some_steps(out);
    double time = seconds() - begun;
    char text[4000] = "";
    size_t n = 0;
    while (!strchr(text, '\n') && n < sizeof text - 1) {        /* a terminal is read piece by piece */
        ssize_t got = read(terminal, text + n, sizeof text - 1 - n);
        ck_assert_int_gt(got, 0);
        n += (size_t)got;
    }
    fclose(out);
    close(terminal);
    int shown = 0;
    for (const char *p = text; (p = strstr(p, "\rmlp  epoch ")) != NULL; p++)
        shown++;
    ck_assert_int_ge(shown, 2);
    ck_assert(shown <= 10 * time + 1);
    ck_assert_ptr_nonnull(strstr(text, "\rmlp  epoch 2.00  step 999  loss 0.3333  "));
    const char *last = strstr(text, "\rmlp  epoch 2.00  step 1000  loss 0.5  ");
    ck_assert_ptr_nonnull(last);
    ck_assert_ptr_nonnull(strstr(last, " examples/s"));
    ck_assert_ptr_nonnull(strstr(last, "/s  "));                /* blanks where the line before was longer */
    ck_assert_ptr_eq(strchr(text, '\n'), text + n - 1);         /* one line, ended once */
}
END_TEST

/* ---- Suite -------------------------------------------------------------------------------------------- */

int main(void)
{
    Suite *suite = suite_create("data: loader");
    TCase *standardize = scratch_case(suite, "standardize");
    TCase *loader = scratch_case(suite, "loader");
    TCase *progress = scratch_case(suite, "progress");
    tcase_add_test(standardize, standardizes);
    tcase_add_test(standardize, standardize_refuses);
    tcase_add_test(loader, loader_each_once);
    tcase_add_test(loader, loader_is_fair);
    tcase_add_test(loader, loader_last_batch);
    tcase_add_test(loader, loader_resumes);
    tcase_add_test(loader, loader_of_views);
    tcase_add_test(loader, loader_batches_are_fresh);
    tcase_add_test(loader, loader_allocates_nothing);
    tcase_add_test(loader, loader_refuses);
    tcase_add_test(progress, progress_in_a_file);
    tcase_add_test(progress, progress_on_a_terminal);
    return run_suite(suite);
}
