/* test_documented_behaviour.c - statements of the headers that are easy to get wrong: where gd_arange ends, the
 * gradient of a branch not taken, who owns a batch, which numbers a thread draws. */
#include "support/support.h"

#if defined(__unix__) || defined(__APPLE__)
#include <pthread.h>
#endif

START_TEST(arange_never_contains_stop)
{
    static const struct { double start, stop, step; int64_t n; } cases[] = {
        { 1, 1.3, 0.1, 3 }, { 0, 1, 0.1, 10 }, { 0, 0.3, 0.1, 3 }, { 0, 0.7, 0.1, 7 }, { 0.1, 0.8, 0.1, 7 },
        { 1.3, 1, -0.1, 3 }, { 100, 100.3, 0.1, 3 }, { -1, -0.7, 0.1, 3 }, { 0, 1, 0.3, 4 }, { 0, 1.0000001, 0.1, 11 },
        { 0, 5, 1, 5 }, { 0, 4.5, 1, 5 }, { 5, 0, -2, 3 }, { 0, 0, 1, 0 }, { 1, 0, 1, 0 }, { 0, 1e-300, 1, 1 },
        { 0, 1e15, 1e14, 10 }, { 1e9, 1e9 + 1, 0.125, 8 }
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        gd_tensor *t = gd_arange(cases[i].start, cases[i].stop, cases[i].step);
        ck_assert_msg(gd_numel(t) == cases[i].n, "gd_arange(%g, %g, %g) has %d elements", cases[i].start,
                      cases[i].stop, cases[i].step, (int)gd_numel(t));
        for (int64_t k = 0; k < gd_numel(t); k++)
            ck_assert(t->data[k] == (gd_real)(cases[i].start + (double)k * cases[i].step));
    }
    for (int k = 1; k < 400; k++) {                     /* start + k step, computed naively, ends before it */
        double step = 0.001 * k, stop = 2 + 10 * step;
        ck_assert_msg(gd_numel(gd_arange(2, stop, step)) == 10, "2 .. %.17g in steps of %.17g", stop, step);
    }
}
END_TEST

START_TEST(a_branch_not_taken_can_still_give_nan)
{
    gd_tensor *zero = gd_scalar(0), *x = gd_requires_grad(gd_from(GD_SHAPE(2), (gd_real[]){ 0, 2 }));
    ck_good(gd_backward(gd_sum(gd_where(gd_gt(x, zero), gd_log(x), zero))));
    ck_assert(isnan(element(x->grad, 0)) && element(x->grad, 1) == 0.5);
    gd_zero_grad_of(x);
    ck_good(gd_backward(gd_sum(gd_slice(gd_log(x), 0, 1, 2, 1))));
    ck_assert(isnan(element(x->grad, 0)) && element(x->grad, 1) == 0.5);
    gd_zero_grad_of(x);
    ck_good(gd_backward(gd_sum(gd_where(gd_gt(x, zero), gd_log(gd_clamp(x, 1e-3, INFINITY)), zero))));
    ck_values(x->grad, 0, 0.5);
}
END_TEST

/* Two losses over two batches: refused as a sum, since the first batch is overwritten; correct one after the other. */
START_TEST(a_batch_lasts_until_the_next_one)
{
    gd_tensor *x = gd_from(GD_SHAPE(4, 1), (gd_real[]){ 1, 2, 3, 4 });
    gd_loader *load = gd_loader_new((gd_dataset){ .x = x }, (gd_loader_options){ .batch = 2 });
    gd_tensor *w = gd_requires_grad(gd_scalar(1));
    gd_batch batch;
    ck_assert(gd_loader_next(load, &batch));
    gd_tensor *first = gd_sum(gd_mul(batch.x, w)), *copied = gd_sum(gd_mul(gd_scale(batch.x, 1), w));
    ck_assert(gd_loader_next(load, &batch));
    gd_tensor *second = gd_sum(gd_mul(batch.x, w));
    ck_assert(!gd_backward(gd_add(first, second)));
    ck_assert_ptr_nonnull(strstr(gd_last_error(), "was overwritten after it was recorded"));
    gd_clear_error();
    ck_good(gd_backward(gd_add(copied, second)));
    ck_values(w->grad, 10);
    gd_zero_grad_of(w);
    ck_assert(!gd_loader_next(load, &batch));
    while (gd_loader_next(load, &batch))
        ck_good(gd_backward(gd_sum(gd_mul(batch.x, w))));
    ck_values(w->grad, 10);
    gd_loader_free(load);
}
END_TEST

#if defined(__unix__) || defined(__APPLE__)
static void *draw_one(void *seed)
{
    if (seed)
        gd_seed(*(const uint64_t *)seed);
    static double drawn[2];
    double *to = seed ? &drawn[1] : &drawn[0];
    *to = (double)gd_item(gd_uniform(GD_SHAPE(), 0, 1));
    gd_shutdown();
    return to;
}

static double drawn_in_a_thread(const uint64_t *seed)
{
    pthread_t thread;
    void *value;
    ck_assert(pthread_create(&thread, NULL, draw_one, (void *)(uintptr_t)seed) == 0);
    ck_assert(pthread_join(thread, &value) == 0);
    return *(double *)value;
}

START_TEST(threads_start_with_different_seeds)
{
    uint64_t seed = 8;
    for (uint64_t k = 1; k <= 3; k++) {
        double first = drawn_in_a_thread(NULL);
        ck_assert(drawn_in_a_thread(&seed) != first);
        gd_seed(0 - k);
        ck_assert((double)gd_item(gd_uniform(GD_SHAPE(), 0, 1)) == first);
    }
}
END_TEST
#endif

/* Three numbers with dots between them. */
START_TEST(library_and_headers_have_one_version)
{
    int dots = 0;
    ck_assert_str_eq(gd_version(), GD_VERSION);
    for (const char *c = gd_version(); *c; c++) {
        ck_assert(*c == '.' || (*c >= '0' && *c <= '9'));
        dots += *c == '.';
    }
    ck_assert_int_eq(dots, 2);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("library: documented behaviour");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, quietly, gd_shutdown);
    tcase_add_test(all, arange_never_contains_stop);
    tcase_add_test(all, a_branch_not_taken_can_still_give_nan);
    tcase_add_test(all, a_batch_lasts_until_the_next_one);
#if defined(__unix__) || defined(__APPLE__)
    tcase_add_test(all, threads_start_with_different_seeds);
#endif
    tcase_add_test(all, library_and_headers_have_one_version);
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
