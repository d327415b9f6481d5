/* test_loader_callbacks.c - a loader with a change or with prefetching gives what it gives without threads: the same
 * refusals, the same random numbers, the same messages. */
#define _POSIX_C_SOURCE 200809L
#include <setjmp.h>
#include <time.h>

#include "gradus.h"
#include "support/scratch.h"

static gd_dataset counted(int64_t rows)
{
    gd_tensor *x = gd_zeros(GD_SHAPE(rows, 1));
    for (int64_t i = 0; i < rows; i++)
        x->data[i] = (gd_real)(i + 1);
    return (gd_dataset){ x, NULL };
}

/* ---- Seeking --------------------------------------------------------------------------------------------------- */

/* A batch stays valid until the next call of gd_loader_next, whether or not the loader was moved in between. */
static void check_seek(int prefetch, bool (*move)(gd_loader *loader))
{
    gd_loader *loader = gd_loader_new(counted(40), (gd_loader_options){ .batch = 10, .prefetch = prefetch });
    gd_tensor *w = gd_requires_grad(gd_ones(GD_SHAPE(1, 1)));
    gd_batch b;
    ck_assert(gd_loader_next(loader, &b) && gd_loader_next(loader, &b));
    gd_tensor *loss = gd_sum(gd_mul(b.x, w)), *late = gd_sum(gd_mul(b.x, w));
    ck_good(move(loader));
    ck_good(gd_backward(loss));
    ck_exact_values(w->grad, 155);
    ck_good(gd_loader_next(loader, &b));
    nanosleep(&(struct timespec){ 0, 5000000 }, NULL);
    ck_assert_msg(!gd_backward(late), "prefetch %d", prefetch);
    ck_assert_ptr_nonnull(strstr(gd_last_error(), "was overwritten"));
    ck_exact_values(w->grad, 155);
    gd_clear_error();
    gd_loader_free(loader);
}

static bool by_seeking(gd_loader *loader)
{
    return gd_loader_seek(loader, (gd_position){ 0, 20 });
}

static bool by_loading(gd_loader *loader)
{
    gd_params *p = gd_params_new();
    gd_param(p, "w", gd_ones(GD_SHAPE(2)));
    gd_training_run run = { .params = p, .loader = loader };
    const bool good = gd_checkpoint_save("run", &run) &&
                      gd_checkpoint_load("run", &run, (gd_load_options){ .lenient = false }, NULL);
    gd_params_free(p);
    return good;
}

START_TEST(seeking_outdates)
{
    for (int prefetch = 0; prefetch < 5; prefetch++) {
        check_seek(prefetch, by_seeking);
        check_seek(prefetch, by_loading);
    }
}
END_TEST

/* ---- Random numbers -------------------------------------------------------------------------------------------- */

enum { FREES = 1, USES_NONE, SEEDS_NONE };

static bool draws(void *context, gd_batch *batch)
{
    const int kind = *(const int *)context;
    gd_generator *g = gd_generator_new(3);
    gd_generator_use(g);
    gd_uniform(GD_SHAPE(2), 0, 1);
    if (kind != FREES)
        gd_generator_use(NULL);
    gd_generator_free(g);
    if (kind == SEEDS_NONE)
        gd_uniform(GD_SHAPE(3), 0, 1);
    batch->x->data[0] = gd_normal(GD_SHAPE(1), 0, 1)->data[0];
    return true;
}

START_TEST(changes_draw_from_their_own)
{
    for (int kind = FREES; kind <= SEEDS_NONE; kind++) {
        gd_real first = 0;
        for (int run = 0; run < 8; run++) {
            gd_seed(1 + (uint64_t)run % 2);
            gd_generator *mine = run & 4 ? gd_generator_new(5) : NULL;
            gd_generator_use(mine);
            uint64_t before[4], after[4];
            ck_good(gd_generator_state(NULL, before));
            gd_loader *loader = gd_loader_new(counted(4), (gd_loader_options){ .batch = 2, .change = draws, .seed = 7,
                                                                               .context = &kind,
                                                                               .prefetch = run / 2 % 2 });
            gd_batch b;
            ck_good(gd_loader_next(loader, &b));
            const gd_real drawn = b.x->data[0];
            first = run ? first : drawn;
            ck_assert_msg(drawn == first, "kind %d, run %d", kind, run);
            ck_good(gd_loader_next(loader, &b));
            ck_assert(b.x->data[0] != first);
            ck_good(gd_generator_state(NULL, after));
            ck_assert(memcmp(before, after, sizeof before) == 0);
            ck_assert(gd_generator_use(NULL) == mine);
            gd_generator_free(mine);
            gd_loader_free(loader);
        }
    }
    ck_no_message();
}
END_TEST

static jmp_buf out;

static bool leaves(void *context, gd_batch *batch)
{
    (void)context, (void)batch;
    longjmp(out, 1);
}

/* After a change that was left by longjmp gd_generator_use(NULL) is the thread's generator again. */
START_TEST(changes_that_are_left)
{
    gd_seed(4);
    const gd_real drawn = gd_uniform(GD_SHAPE(1), 0, 1)->data[0];
    gd_loader *loader = gd_loader_new(counted(4), (gd_loader_options){ .batch = 2, .change = leaves });
    gd_batch b;
    if (setjmp(out) == 0)
        gd_loader_next(loader, &b);
    gd_generator_use(NULL);
    gd_seed(4);
    ck_assert(gd_uniform(GD_SHAPE(1), 0, 1)->data[0] == drawn);
    uint64_t random[4], thread[4];
    ck_good(gd_generator_state(NULL, random));
    gd_generator *g = gd_generator_new(9);
    gd_generator_use(g);
    gd_generator_use(NULL);
    gd_generator_free(g);
    ck_good(gd_generator_state(NULL, thread));
    ck_assert(memcmp(random, thread, sizeof random) == 0);
    gd_loader_free(loader);
}
END_TEST

/* ---- Messages -------------------------------------------------------------------------------------------------- */

static char heard[20000];

static void hear(const char *message)
{
    strcat(strcat(heard, message), "\n");
}

static bool talks(void *context, gd_batch *batch)
{
    const int64_t *fails_at = context;
    gd_notice("notice of %d", (int)batch->first);
    gd_fail("failure of %d", (int)batch->first);
    gd_notice("another");
    return batch->first != *fails_at;
}

START_TEST(messages_arrive)
{
    static char plain[sizeof heard];
    int64_t fails_at = 4;
    for (int prefetch = 0; prefetch < 4; prefetch++) {
        heard[0] = '\0';
        gd_on_error(hear);
        gd_loader *loader = gd_loader_new(counted(8), (gd_loader_options){ .batch = 2, .change = talks,
                                                                           .context = &fails_at,
                                                                           .prefetch = prefetch });
        gd_batch b;
        ck_assert(gd_loader_next(loader, &b));
        ck_assert_str_eq(heard, "notice of 0\nfailure of 0\nanother\n");
        ck_assert_str_eq(gd_last_error(), "failure of 0");
        gd_clear_error();
        ck_assert(gd_loader_next(loader, &b));
        ck_assert_str_eq(gd_last_error(), "failure of 2");
        ck_assert(!gd_loader_next(loader, &b));
        ck_assert_str_eq(gd_last_error(), "failure of 4");
        gd_on_error(NULL);
        gd_clear_error();
        gd_loader_free(loader);
        if (prefetch == 0)
            strcpy(plain, heard);
        ck_assert_str_eq(heard, plain);
    }
}
END_TEST

static bool chatters(void *context, gd_batch *batch)
{
    for (int i = 0; i < 100; i++)
        gd_notice("%100d", i);
    if (context && batch->first == 0)
        gd_fail("the last word");
    return !context;
}

/* More than is kept: their number is told, and a failure remains one. */
START_TEST(many_messages)
{
    static int fails;
    for (int k = 0; k < 2; k++) {
        heard[0] = '\0';
        gd_on_error(hear);
        gd_loader *loader = gd_loader_new(counted(2), (gd_loader_options){ .batch = 2, .change = chatters,
                                                                           .context = k ? &fails : NULL,
                                                                           .prefetch = 1 });
        gd_batch b;
        ck_assert(gd_loader_next(loader, &b) == !k);
        ck_assert_ptr_nonnull(strstr(heard, "gd_loader_next: "));
        ck_assert_ptr_nonnull(strstr(heard, " more messages of the change, for this batch, were not kept\n"));
        if (k)
            ck_assert_str_eq(gd_last_error(), "the last word");
        else
            ck_assert_ptr_null(gd_last_error());
        gd_on_error(NULL);
        gd_clear_error();
        gd_loader_free(loader);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("data: loader callbacks");
    TCase *tests = scratch_case(suite, "callbacks");
    tcase_add_test(tests, seeking_outdates);
    tcase_add_test(tests, changes_draw_from_their_own);
    tcase_add_test(tests, changes_that_are_left);
    tcase_add_test(tests, messages_arrive);
    tcase_add_test(tests, many_messages);
    return run_suite(suite);
}
