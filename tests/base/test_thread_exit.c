/* test_thread_exit.c - threads that end without gd_shutdown leak nothing; a tensor made in one thread may be used
 * and freed in another; memory is accounted for the whole process. */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <stdio.h>

#include "support/sanitizers.h"
#include "support/support.h"

static void run_thread(void *(*body)(void *), void *context)
{
    pthread_t thread;
    ck_assert_int_eq(pthread_create(&thread, NULL, body, context), 0);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
}

/* ---- What a thread leaves behind ----------------------------------------------------------------------------- */

static void *all_kinds_of_memory(void *unused)
{
    (void)unused;
    gd_on_error(NULL);
    gd_tensor *w = gd_requires_grad(gd_normal(GD_SHAPE(40, 40), 0, 1));          /* the program's */
    for (int i = 0; i < 3; i++) {
        GD_SCOPE;
        gd_backward(gd_mean(gd_square(gd_softmax(gd_matmul(w, w), 1))));
    }
    gd_backward_from(gd_sum(gd_square(w)), NULL, true);
    gd_matmul(w, gd_ones(GD_SHAPE(7)));                                         /* a message */
    gd_scope_begin();                                                           /* left open */
    gd_ones(GD_SHAPE(1000));
    return NULL;
}

static size_t resident(void)
{
    size_t pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file && fscanf(file, "%*s %zu", &pages) != 1)
        pages = 0;
    if (file)
        fclose(file);
    return pages * 4096;
}

START_TEST(five_hundred_threads)
{
    gd_shutdown();
    ck_assert_uint_eq(gd_memory_live(), 0);
    size_t early = 0;
    for (int i = 0; i < 500; i++) {
        run_thread(all_kinds_of_memory, NULL);
        ck_assert_uint_eq(gd_memory_live(), 0);
        if (i == 50)
            early = resident();
    }
#ifdef WITH_ADDRESS_SANITIZER
    const size_t most = (size_t)400 << 20;  /* which keeps 256 MB of what was freed */
#elif defined(GD_DEBUG)
    const size_t most = (size_t)96 << 20;   /* with the quarantine of 64 MB, which is not full by then */
#else
    const size_t most = (size_t)16 << 20;
#endif
    ck_assert(resident() < early + most);
}
END_TEST

static void *only_fails(void *good)
{
    bool before = gd_last_error();
    gd_on_error(NULL);
    gd_backward(NULL);
    *(bool *)good = !before && gd_last_error() && strcmp(gd_last_error(), "gd_backward: y is NULL") == 0;
    return NULL;
}

START_TEST(messages_of_each_thread)
{
    gd_backward(NULL);
    for (int i = 0; i < 100; i++) {
        bool good = false;
        run_thread(only_fails, &good);
        ck_assert(good);
    }
    ck_message("gd_backward: y is NULL");
}
END_TEST

/* A thread that ends inside a rule, or inside a handler called by it: the pass ends with it, and nothing is
 * freed twice. */
static void ending_handler(const char *message)
{
    (void)message;
    gd_scope_begin();
    pthread_exit(NULL);
}

static void ending_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    (void)node, (void)dx;
    gd_scope_begin();
    gd_matmul(dy, dy);
    pthread_exit(NULL);
}

static const gd_op ending_op = { .name = "ending_op", .rule = ending_rule, .reads = GD_NOTHING, .formula = NULL };

static void *ends_in_a_rule(void *in_handler)
{
    gd_on_error(in_handler ? ending_handler : NULL);
    gd_tensor *w = gd_requires_grad(gd_ones(GD_SHAPE()));
    GD_SCOPE;
    gd_backward(gd_record(&ending_op, gd_scale(gd_detach(w), 1), &w, 1, NULL, 0));
    return NULL;
}

START_TEST(a_thread_that_ends_inside_of_a_call)
{
    for (int i = 0; i < 10; i++)
        run_thread(ends_in_a_rule, i % 2 ? &i : NULL);
    GD_SCOPE;
    gd_tensor *w = gd_requires_grad(gd_ones(GD_SHAPE(3)));
    ck_good(gd_backward(gd_sum(w)));
}
END_TEST

/* ---- Tensors passed between threads ---------------------------------------------------------------------------- */

typedef struct things {
    gd_dataset    set;
    gd_params    *net;
    gd_tensor    *w;
    gd_optimizer *adam;
    gd_ema       *ema;
    gd_loader    *loader;
    gd_plot      *plot;
    double        loss;
} things;

/* More writes than the other thread has made: version numbers of two threads are not comparable. */
static void *make_and_train(void *context)
{
    things *t = context;
    t->net = gd_params_new();
    t->w = gd_param(t->net, "w", gd_ones(GD_SHAPE(3)));
    t->adam = gd_adam(t->net, gd_adam_defaults());
    t->ema = gd_ema_new(t->net, 0.9);
    t->loader = gd_loader_new(t->set, (gd_loader_options){ .batch = 2, .shuffle = true });
    t->plot = gd_plot_new("", "", "");
    for (int i = 0; i < 1000; i++) {
        GD_SCOPE;
        gd_batch batch;
        if (!gd_loader_next(t->loader, &batch))
            continue;
        gd_zero_grad(t->adam);
        gd_backward(gd_sum(gd_square(gd_mul(batch.x, t->w))));
        gd_step(t->adam);
        gd_ema_update(t->ema);
        gd_plot_point(t->plot, "w", i, (double)t->w->data[0]);
    }
    gd_zero_grad(t->adam);
    gd_backward_from(gd_sum(gd_square(t->w)), NULL, true);       /* a gradient in this thread's memory */
    return NULL;
}

static void go_on(things *t)
{
    for (int i = 0; i < 20; i++) {
        GD_SCOPE;
        gd_batch batch;
        if (!gd_loader_next(t->loader, &batch))
            continue;
        gd_tensor *y = gd_sum(gd_square(gd_mul(batch.x, t->w)));
        gd_tensor *other = gd_ones(GD_SHAPE(1));
        ck_good(gd_fill(other, i));                               /* this thread's version counter advances */
        gd_zero_grad(t->adam);
        ck_good(gd_backward(y));
        ck_good(gd_step(t->adam));
        ck_good(gd_ema_update(t->ema) && gd_plot_point(t->plot, "w", i, 1));
        gd_tensor *z = gd_sum(gd_square(t->w));
        {
            GD_NO_GRAD;
            ck_good(gd_add_to(t->w, gd_ones(GD_SHAPE(3)), 0.001));
        }
        ck_assert(!gd_backward(z));                               /* overwriting here is still detected */
        gd_clear_error();
    }
}

START_TEST(models_of_a_thread_that_has_ended)
{
    gd_shutdown();
    things t = { .set = { .x = gd_ones(GD_SHAPE(10, 3)) } };
    size_t before = gd_memory_live();
    run_thread(make_and_train, &t);
    ck_assert(gd_memory_live() > before);
    ck_assert_ptr_nonnull(t.w->grad);                             /* it has become a plain value beside w */
    double slope = 2 * (double)t.w->data[0];
    ck_values(t.w->grad, slope, slope, slope);
    ck_assert(!t.w->grad->requires_grad && !t.w->grad->node);
    go_on(&t);
    gd_optimizer_free(t.adam);
    gd_ema_free(t.ema);
    gd_loader_free(t.loader);
    gd_plot_free(t.plot);
    gd_params_free(t.net);
    gd_shutdown();
    ck_assert_uint_eq(gd_memory_live(), 0);
}
END_TEST

static void *free_all(void *context)
{
    things *t = context;
    gd_plot_free(t->plot);
    gd_params_free(t->net);
    return NULL;
}

START_TEST(freed_by_another_thread)
{
    gd_shutdown();
    things t = { .plot = gd_plot_new("title", "x", "y"), .net = gd_params_new() };
    gd_param(t.net, "w", gd_ones(GD_SHAPE(10000)));
    ck_assert(gd_memory_live() > 10000 * sizeof(gd_real));
    gd_shutdown();
    run_thread(free_all, &t);
    ck_assert_uint_eq(gd_memory_live(), 0);
    char line[200];
    size_t live, high, rows = 0;
    FILE *file = tmpfile();
    ck_assert_ptr_nonnull(file);
    gd_memory_report(file);
    rewind(file);
    while (fgets(line, sizeof line, file))
        if (sscanf(line, "%*[a-z ] %zu %zu", &live, &high) == 2) {
            ck_assert(live == 0 && high < (size_t)1 << 30);
            rows++;
        }
    fclose(file);
    ck_assert_uint_eq(rows, 6);
}
END_TEST

/* A gradient of a leaf elsewhere that lies in the program's memory, when that is freed. */
START_TEST(a_gradient_with_a_graph_outlives_shutdown)
{
    gd_params *net = gd_params_new();
    gd_tensor *w = gd_param(net, "w", gd_full(GD_SHAPE(3), 2));
    ck_good(gd_backward_from(gd_sum(gd_square(w)), NULL, true));
    gd_shutdown();
    gd_full(GD_SHAPE(5000), -1);
    ck_values(w->grad, 4, 4, 4);
    gd_params_free(net);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("base: thread exit");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, quietly, gd_shutdown);
    tcase_set_timeout(all, 60);
    tcase_add_test(all, five_hundred_threads);
    tcase_add_test(all, messages_of_each_thread);
    tcase_add_test(all, a_thread_that_ends_inside_of_a_call);
    tcase_add_test(all, models_of_a_thread_that_has_ended);
    tcase_add_test(all, freed_by_another_thread);
    tcase_add_test(all, a_gradient_with_a_graph_outlives_shutdown);
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
