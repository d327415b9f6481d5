/* test_threads.c - gi_parallel, and that a large product has the same bits for any number of threads. */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/threads.h"
#include "kernels/gemm.h"
#include "support/support.h"

enum { MOST = 100000 };

/* ---- Every index exactly once ---------------------------------------------------------------------------- */

typedef struct visits {
    int64_t     part, count;
    atomic_int  calls, bad_cuts;
    atomic_char seen[MOST];
} visits;

static visits all;

static void visit(void *context, int64_t begin, int64_t end)
{
    visits *v = context;
    atomic_fetch_add(&v->calls, 1);
    if (begin % v->part || (end % v->part && end != v->count))
        atomic_fetch_add(&v->bad_cuts, 1);
    for (int64_t i = begin; i < end; i++)
        atomic_fetch_add(&v->seen[i], 1);
}

static void count_visits(int64_t count, int64_t part)
{
    memset(&all, 0, sizeof all);
    all.part = part;
    all.count = count;
    gi_parallel(count, part, visit, &all);
    int64_t i = 0;
    while (i < MOST && all.seen[i] == (i < count))
        i++;
    ck_assert_msg(i == MOST, "%d threads, count %d, part %d: index %d was visited %d times", gd_threads(), (int)count,
                  (int)part, (int)i, i < MOST ? (int)all.seen[i] : 0);
    ck_assert_int_eq(all.bad_cuts, 0);
}

START_TEST(every_index_is_visited_once)
{
    for (int threads = 1; threads <= 3; threads++) {
        ck_assert(gd_set_threads(threads));
        ck_assert_int_eq(gd_threads(), threads);
        for (int repeat = 0; repeat < 5; repeat++) {
            count_visits(MOST, 1000);
            count_visits(MOST - 1, 1000);
            count_visits(1001, 1000);
            count_visits(17, 1);
        }
    }
}
END_TEST

START_TEST(helpers_come_and_go)
{
    for (int repeat = 0; repeat < 200; repeat++) {
        ck_assert(gd_set_threads(2 + repeat % 2));
        count_visits(1000, 10);
    }
}
END_TEST

START_TEST(small_work_stays_with_the_caller)
{
    ck_assert(gd_set_threads(4));
    count_visits(1000, 1000);
    ck_assert_int_eq(all.calls, 1);
    count_visits(0, 10);
    ck_assert_int_eq(all.calls, 0);
}
END_TEST

/* ---- Nested, from several threads of the program, after fork ----------------------------------------------- */

static atomic_int inner_calls;

static void inner(void *context, int64_t begin, int64_t end)
{
    (void)context;
    atomic_fetch_add(&inner_calls, (int)(end - begin));
}

static void outer(void *context, int64_t begin, int64_t end)
{
    for (int64_t i = begin; i < end; i++)
        gi_parallel(100, 1, inner, context);
}

START_TEST(a_body_may_call_gd_parallel)
{
    ck_assert(gd_set_threads(3));
    inner_calls = 0;
    gi_parallel(50, 1, outer, NULL);
    ck_assert_int_eq(inner_calls, 50 * 100);
}
END_TEST

static void *many_calls(void *unused)
{
    (void)unused;
    for (int i = 0; i < 500; i++)
        gi_parallel(100, 1, inner, NULL);
    return NULL;
}

START_TEST(several_threads_of_the_program_may_call_it)
{
    ck_assert(gd_set_threads(2));
    inner_calls = 0;
    pthread_t thread[4];
    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(pthread_create(&thread[i], NULL, many_calls, NULL), 0);
    for (int i = 0; i < 4; i++)
        pthread_join(thread[i], NULL);
    ck_assert_int_eq(inner_calls, 4 * 500 * 100);
}
END_TEST

START_TEST(a_child_of_fork_has_helpers_of_its_own)
{
    ck_assert(gd_set_threads(2));
    gi_parallel(100, 1, inner, NULL);
    pid_t child = fork();
    if (child == 0) {
        inner_calls = 0;
        gi_parallel(100, 1, inner, NULL);
        _exit(inner_calls == 100 ? 0 : 1);
    }
    int status = -1;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}
END_TEST

START_TEST(the_number_of_threads_is_checked)
{
    gd_on_error(NULL);
    ck_assert(gd_set_threads(2));
    ck_assert(!gd_set_threads(0));
    ck_assert_str_eq(gd_last_error(), "gd_set_threads: n is 0; 1 to 64 are possible");
    ck_assert(!gd_set_threads(65));
    ck_assert_int_eq(gd_threads(), 2);
}
END_TEST

/* ---- Large products --------------------------------------------------------------------------------------- */

static const struct { int64_t m, k, n; } sizes[] = {
    { 512, 100, 64 }, { 337, 129, 85 }, { 85, 300, 341 }, { 64, 300, 513 }, { 10, 3001, 256 }, { 4001, 100, 10 },
    { 30011, 129, 1 }, { 1, 129, 30011 }, { 169, 2048, 7 }, { 256, 300, 100 }
};

/* c = a b on 1, 2, 3 threads; a and b as they are (n) or transposed (t) in memory. */
START_TEST(products_have_the_same_bits)
{
    const int64_t m = sizes[_i].m, k = sizes[_i].k, n = sizes[_i].n;
    gd_real *a = malloc((size_t)(m * k) * sizeof *a), *b = malloc((size_t)(k * n) * sizeof *b);
    gd_real *one = malloc((size_t)(m * n) * sizeof *one), *c = malloc((size_t)(m * n) * sizeof *c);
    ck_assert(a && b && one && c);
    for (int64_t i = 0; i < m * k; i++)
        a[i] = (gd_real)(i * 7919 % 1013) / 512 - 1;
    for (int64_t i = 0; i < k * n; i++)
        b[i] = (gd_real)(i * 104729 % 1019) / 512 - 1;
    for (int way = 0; way < 4; way++)
        for (int threads = 1; threads <= 3; threads++) {
            ck_assert(gd_set_threads(threads));
            gd_real *result = threads == 1 ? one : c;
            memset(result, 0xff, (size_t)(m * n) * sizeof *c);
            gi_gemm((gi_matrix){ a, m, k, way & 1 ? 1 : k, way & 1 ? m : 1 },
                    (gi_matrix){ b, k, n, way & 2 ? 1 : n, way & 2 ? k : 1 }, result, n, false);
            ck_assert_msg(memcmp(one, result, (size_t)(m * n) * sizeof *c) == 0,
                          "%dx%dx%d, way %d: %d threads give other bits than one", (int)m, (int)k, (int)n, way,
                          threads);
        }
    free(a);
    free(b);
    free(one);
    free(c);
}
END_TEST

static Suite *threads_suite(void)
{
    Suite *suite = suite_create("base: threads");
    TCase *door = tcase_create("gi_parallel"), *products = tcase_create("products");
    tcase_set_timeout(door, 60);
    tcase_set_timeout(products, 120);
    tcase_add_test(door, every_index_is_visited_once);
    tcase_add_test(door, helpers_come_and_go);
    tcase_add_test(door, small_work_stays_with_the_caller);
    tcase_add_test(door, a_body_may_call_gd_parallel);
    tcase_add_test(door, several_threads_of_the_program_may_call_it);
    tcase_add_test(door, a_child_of_fork_has_helpers_of_its_own);
    tcase_add_test(door, the_number_of_threads_is_checked);
    tcase_add_loop_test(products, products_have_the_same_bits, 0, (int)(sizeof sizes / sizeof sizes[0]));
    suite_add_tcase(suite, door);
    suite_add_tcase(suite, products);
    return suite;
}

int main(void)
{
    return run_suite(threads_suite());
}
