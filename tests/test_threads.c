/* test_threads.c - two threads train at the same time, each with its own scopes, tape, errors and random
 * numbers, and get the numbers of one.  Needs POSIX threads. */
#include <stdio.h>

#include "support/support.h"

#if defined(__unix__) || defined(__APPLE__)
#include <pthread.h>

typedef struct job {
    uint64_t seed;
    int      steps;
    double   weights[4], loss;
    char     sentence[100];
    size_t   left;
} job;

static void *train(void *context)
{
    job *j = context;
    gd_on_error(NULL);
    gd_seed(j->seed);
    gd_tensor *x = gd_normal(GD_SHAPE(50, 4), 0, 1), *truth = gd_normal(GD_SHAPE(4, 1), 0, 1);
    gd_tensor *y = gd_tanh(gd_matmul(x, truth)), *w = gd_requires_grad(gd_zeros(GD_SHAPE(4, 1)));
    for (int i = 0; i < j->steps; i++) {
        GD_SCOPE;
        gd_tensor *loss = gd_mse_loss(gd_tanh(gd_matmul(x, w)), y, GD_MEAN);
        bool good = gd_backward(loss);
        j->loss = (double)gd_item(loss);
        GD_NO_GRAD;
        if (!good || !gd_add_to(w, w->grad, -0.3))
            break;
        gd_zero_grad_of(w);
    }
    for (int i = 0; i < 4; i++)
        j->weights[i] = (double)w->data[i];
    gd_reshape(x, GD_SHAPE((int64_t)j->seed));
    snprintf(j->sentence, sizeof j->sentence, "%s", gd_last_error());
    gd_shutdown();
    j->left = gd_memory_live();
    return NULL;
}

static void compare(const job *a, const job *b)
{
    ck_assert(memcmp(a->weights, b->weights, sizeof a->weights) == 0);
    ck_assert(a->loss == b->loss && a->loss < 0.05);
    ck_assert_str_eq(a->sentence, b->sentence);
    ck_assert(a->left == 0 && b->left == 0);
}

START_TEST(two_threads_are_like_one)
{
    job alone[2] = { { .seed = 11, .steps = 400 }, { .seed = 23, .steps = 400 } }, together[2];
    memcpy(together, alone, sizeof together);
    for (int i = 0; i < 2; i++)
        train(&alone[i]);
    ck_assert_str_eq(alone[0].sentence,
                     "gd_reshape: x is [50, 4] with 200 elements, which do not fill the shape [11]");
    ck_assert_str_ne(alone[0].sentence, alone[1].sentence);
    gd_clear_error();
    pthread_t threads[2];
    for (int i = 0; i < 2; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, train, &together[i]), 0);
    for (int i = 0; i < 2; i++)
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    for (int i = 0; i < 2; i++)
        compare(&together[i], &alone[i]);
    ck_no_sentence();                                             /* their sentences are their own */
}
END_TEST

static void *look_around(void *context)
{
    bool *fresh = context;
    *fresh = gd_is_recording() && !gd_last_error() && gd_memory_live() == 0;
    gd_on_error(NULL);
    *fresh = *fresh && !gd_scope_end();
    gd_tensor *mine = gd_uniform(GD_SHAPE(3), 0, 1);
    gd_seed(0);
    *fresh = *fresh && far_apart(mine, gd_uniform(GD_SHAPE(3), 0, 1)) == 0;
    gd_shutdown();
    return NULL;
}

/* A new thread starts as a program does, whatever goes on in another. */
START_TEST(a_thread_has_its_own_state)
{
    GD_SCOPE;
    GD_NO_GRAD;
    gd_seed(99);
    gd_uniform(GD_SHAPE(5), 0, 1);
    gd_fail("mine");
    bool fresh = false;
    pthread_t thread;
    ck_assert_int_eq(pthread_create(&thread, NULL, look_around, &fresh), 0);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    ck_assert(fresh && !gd_is_recording());
    ck_sentence("mine");
}
END_TEST
#endif

int main(void)
{
    Suite *suite = suite_create("threads");
    TCase *all = tcase_create("threads");
    tcase_add_checked_fixture(all, quietly, gd_shutdown);
    tcase_set_timeout(all, 120);
#if defined(__unix__) || defined(__APPLE__)
    tcase_add_test(all, two_threads_are_like_one);
    tcase_add_test(all, a_thread_has_its_own_state);
#endif
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
