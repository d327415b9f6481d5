/* test_allocations.c - a training loop in its steady state calls malloc zero times.
 *
 * Where the program cannot have its own malloc (own_malloc.h) the loop runs without being counted.  Check's
 * assertions allocate: there is none between two counts. */
#include "support/own_malloc.h"
#include "support/support.h"

#if defined(OWN_MALLOC) && !defined(GD_DEBUG)           /* debug builds keep freed memory for a while */
#define COUNTED
static volatile long allocations;
#else
static const long allocations = 0;
#endif

#ifdef OWN_MALLOC
static bool refuses_request(void)
{
#ifdef COUNTED
    allocations++;
#endif
    return false;
}
#endif

/* The counter works. */
START_TEST(counting)
{
#ifdef COUNTED
    long start = allocations;
    void *volatile p = malloc(100);
    long malloced = allocations;
    p = realloc(p, 200);
    long reallocated = allocations;
    free(p);
    gd_shutdown();
    gd_ones(GD_SHAPE(100));
    long used = allocations;
    ck_assert_int_eq(malloced, start + 1);
    ck_assert_int_eq(reallocated, start + 2);
    ck_assert_int_gt(used, reallocated);
#endif
}
END_TEST

enum { WARM_UP = 5, STEPS = 50 };

static gd_dataset blobs(int64_t rows, int64_t features, int64_t classes)
{
    gd_dataset data = { .x = gd_normal(GD_SHAPE(rows, features), 0, 1), .y = gd_zeros(GD_SHAPE(rows)) };
    for (int64_t i = 0; i < rows; i++)
        data.y->data[i] = (gd_real)(i % classes);
    return data;
}

static bool linear_regression_step(gd_tensor *x, gd_tensor *y, gd_tensor *w, gd_tensor *b)
{
    GD_SCOPE;
    gd_tensor *error = gd_sub(gd_add(gd_matmul(x, w), b), y);
    bool good = gd_backward(gd_scale(gd_mean(gd_square(error)), 0.5));
    GD_NO_GRAD;
    gd_tensor *const params[] = { w, b };
    for (int i = 0; i < 2; i++) {
        good = good && gd_assign(params[i], gd_sub(params[i], gd_scale(params[i]->grad, 0.01)));
        gd_zero_grad_of(params[i]);
    }
    return good;
}

START_TEST(linear_regression)
{
    gd_tensor *x = gd_normal(GD_SHAPE(10, 5), 0, 1), *y = gd_normal(GD_SHAPE(10, 1), 0, 1);
    gd_tensor *w = gd_requires_grad(gd_zeros(GD_SHAPE(5, 1))), *b = gd_requires_grad(gd_zeros(GD_SHAPE(1)));
    bool good = true;
    for (int i = 0; i < WARM_UP; i++)
        good = good && linear_regression_step(x, y, w, b);
    long before = allocations;
    for (int i = 0; i < STEPS; i++)
        good = good && linear_regression_step(x, y, w, b);
    long after = allocations;
    ck_assert_int_eq(after, before);
    ck_assert(good);
}
END_TEST

typedef struct mlp {
    gd_params *net;
    gd_linear  hidden, output;
} mlp;

static bool mlp_step(const mlp *m, gd_batch batch, bool curvature)
{
    GD_SCOPE;
    gd_tensor *h = gd_relu(gd_linear_apply(&m->hidden, batch.x)), *logits = gd_linear_apply(&m->output, h);
    gd_tensor *loss = gd_cross_entropy(logits, batch.y, GD_MEAN), *w = m->output.weight, *dw;
    bool good = gd_backward(loss);
    if (curvature)
        good = good && gd_grad(loss, NULL, &w, 1, &dw, true) && gd_backward(gd_sum(gd_square(dw)));
    GD_NO_GRAD;
    for (int i = 0; i < gd_params_tensors(m->net); i++) {
        gd_tensor *p = gd_params_at(m->net, i);
        good = good && gd_add_to(p, p->grad, -0.1);
        gd_zero_grad_of(p);
    }
    gd_tensor *hit = gd_eq(gd_argmax(logits, 1), batch.y);
    return good && (double)gd_item(gd_mean(hit)) >= 0;
}

/* With a loader; the second time with second derivatives. */
START_TEST(multilayer_perceptron)
{
    gd_dataset data = blobs(200, 30, 7);
    gd_loader *loader = gd_loader_new(data, (gd_loader_options){ .batch = 32, .shuffle = true, .seed = 1 });
    mlp m = { .net = gd_params_new() };
    m.hidden = gd_linear_new(m.net, "hidden", 30, 50);
    m.output = gd_linear_new(m.net, "output", 50, 7);
    gd_batch batch;
    bool good = true;
    long before = -1, after;
    for (int epoch = 0; epoch < 12; epoch++) {
        if (epoch == 4)
            before = allocations;
        while (gd_loader_next(loader, &batch))
            good = good && mlp_step(&m, batch, _i);
    }
    after = allocations;
    ck_assert_int_eq(after, before);
    ck_assert(good);
    gd_loader_free(loader);
    gd_params_free(m.net);
}
END_TEST

/* Also when a step is refused: a message allocates nothing. */
START_TEST(refusals)
{
    long before = -1, after;
    bool refused = true;
    for (int i = 0; i < WARM_UP + STEPS; i++) {
        if (i == WARM_UP)
            before = allocations;
        GD_SCOPE;
        gd_tensor *a = gd_requires_grad(gd_ones(GD_SHAPE(3))), *y = gd_sum(gd_mul(a, a));
        refused = refused && !gd_add(a, gd_ones(GD_SHAPE(4)));
        refused = refused && gd_fill(gd_detach(a), 2) && !gd_backward(y);
    }
    after = allocations;
    ck_assert_int_eq(after, before);
    ck_assert(refused);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("library: allocations");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, quietly, gd_shutdown);
    tcase_add_test(all, counting);
    tcase_add_test(all, linear_regression);
    tcase_add_loop_test(all, multilayer_perceptron, 0, 2);
    tcase_add_test(all, refusals);
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
