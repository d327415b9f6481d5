/* test_capture_images.c - a convolution that is run together with relu and pooling, and their rules, gives the same
 * bits, with one thread and with several; and what may not be run together is not. */
#include <string.h>

#include "support/support.h"
#include "tensor/recycle.h"

enum { RUNS = 4, IMAGES = 19, SIZE = 12, LAYERS = 3 };

typedef struct model {
    gd_tensor *w[LAYERS], *b[LAYERS];
} model;

typedef struct problem {
    const char  *name;
    gd_function *function;
    int          groups;                    /* of computations that are run together */
} problem;

static model begin(void)
{
    model m;
    const gd_shape shapes[LAYERS] = { GD_SHAPE(4, 2, 3, 3), GD_SHAPE(3, 4, 3, 3), GD_SHAPE(16, 4, 3, 3) };
    for (int i = 0; i < LAYERS; i++) {
        m.w[i] = gd_requires_grad(seeded_values(shapes[i], (uint64_t)(3 + i)));
        m.b[i] = gd_requires_grad(seeded_values(GD_SHAPE(shapes[i].size[0]), (uint64_t)(5 + i)));
    }
    return m;
}

static void back(const model *m, gd_tensor *y)
{
    for (int i = 0; i < LAYERS; i++) {
        gd_zero_grad_of(m->w[i]);
        gd_zero_grad_of(m->b[i]);
    }
    gd_backward(gd_sum(gd_square(y)));
}

/* ---- Models ------------------------------------------------------------------------------------------------------ */

static const gd_conv2d_options same_size = { .padding = { 1, 1 } };
static const gd_pool2d_options two = { .kernel = { 2, 2 } }, three = { .kernel = { 3, 3 } };

static gd_tensor *conv(const model *m, int layer, gd_tensor *x)
{
    return gd_conv2d(x, m->w[layer], m->b[layer], same_size);
}

static gd_tensor *means(gd_tensor *const in[], int n, void *context)
{
    (void)n;
    gd_tensor *y = gd_avg_pool2d(gd_relu(conv(context, 0, in[0])), two);
    back(context, y);
    return y;
}

static gd_tensor *largest(gd_tensor *const in[], int n, void *context)
{
    (void)n;
    gd_tensor *y = gd_max_pool2d(gd_relu(conv(context, 0, in[0])), three);
    back(context, y);
    return y;
}

static gd_tensor *no_pooling(gd_tensor *const in[], int n, void *context)
{
    (void)n;
    gd_tensor *y = gd_relu(conv(context, 0, in[0]));
    back(context, y);
    return y;
}

/* The second layer has a gradient by its input, in memory that the backward pass uses again. */
static gd_tensor *two_layers(gd_tensor *const in[], int n, void *context)
{
    (void)n;
    gd_tensor *h = gd_max_pool2d(gd_relu(conv(context, 0, in[0])), two);
    gd_tensor *y = gd_avg_pool2d(gd_relu(conv(context, 1, h)), two);
    back(context, y);
    return y;
}

/* What the second layer reads has as many numbers as what it gives: dx is written where dz was, which is needed no more
 * when dy is there.  So dz must be read first, and pooling is not run together with the rest. */
static gd_tensor *same_memory(gd_tensor *const in[], int n, void *context)
{
    (void)n;
    gd_tensor *h = gd_max_pool2d(gd_relu(conv(context, 0, in[0])), two);
    gd_tensor *y = gd_max_pool2d(gd_relu(conv(context, 2, h)), two);
    back(context, y);
    return y;
}

/* Weights that are not contiguous are copied for the rule. */
static gd_tensor *four_layers(gd_tensor *const in[], int n, void *context)
{
    (void)n;
    gd_tensor *h = gd_relu(conv(context, 1, gd_relu(conv(context, 0, in[0]))));
    const gd_tensor *w = ((const model *)context)->w[0];
    gd_tensor *half = gd_slice(gd_permute((gd_tensor *)(uintptr_t)w, GD_SHAPE(1, 0, 2, 3)), 1, 0, 3, 1);
    gd_tensor *y = gd_max_pool2d(gd_relu(gd_conv2d(h, half, NULL, same_size)), two);
    gd_tensor *z = gd_avg_pool2d(gd_relu(conv(context, 0, y)), two);
    back(context, z);
    return z;
}

/* One layer, used twice. */
static gd_tensor *shared(gd_tensor *const in[], int n, void *context)
{
    (void)n;
    gd_tensor *a = gd_max_pool2d(gd_relu(conv(context, 0, in[0])), two);
    gd_tensor *b = gd_max_pool2d(gd_relu(conv(context, 0, gd_neg(in[0]))), two);
    gd_tensor *y = gd_mul(a, b);
    back(context, y);
    return y;
}

static gd_tensor *forward_only(gd_tensor *const in[], int n, void *context)
{
    (void)n;
    GD_NO_GRAD;
    return gd_max_pool2d(gd_relu(conv(context, 0, in[0])), two);
}

static gd_tensor *frozen(gd_tensor *const in[], int n, void *context)
{
    (void)n;
    const model *m = context;
    gd_tensor *h = gd_max_pool2d(gd_relu(gd_conv2d(in[0], gd_detach(m->w[0]), NULL, same_size)), two);
    gd_tensor *y = gd_avg_pool2d(gd_relu(gd_conv2d(h, m->w[1], NULL, same_size)), two);
    back(m, y);
    return y;
}

/* What is read elsewhere is stored. */
static gd_tensor *read_twice(gd_tensor *const in[], int n, void *context)
{
    (void)n;
    gd_tensor *h = conv(context, 0, in[0]), *y = gd_avg_pool2d(gd_relu(h), two);
    back(context, gd_add(gd_mean(h), y));
    return y;
}

static gd_tensor *relu_read_twice(gd_tensor *const in[], int n, void *context)
{
    (void)n;
    gd_tensor *h = gd_relu(conv(context, 0, in[0])), *y = gd_avg_pool2d(h, two);
    back(context, y);
    return gd_add(gd_mean(h), y);
}

static gd_tensor *result_inside(gd_tensor *const in[], int n, void *context)
{
    (void)n;
    gd_tensor *h = conv(context, 0, in[0]);
    back(context, gd_avg_pool2d(gd_relu(h), two));
    return h;
}

static gd_tensor *gradient_inside(gd_tensor *const in[], int n, void *context)
{
    (void)n;
    gd_tensor *h = gd_retain_grad(conv(context, 0, in[0]));
    back(context, gd_avg_pool2d(gd_relu(h), two));
    return gd_scale(h->grad, 2);
}

/* Windows that lie over each other, and none side by side: relu alone goes with the convolution. */
static gd_tensor *overlapping(gd_tensor *const in[], int n, void *context)
{
    (void)n;
    const gd_pool2d_options windows = { .kernel = { 3, 3 }, .stride = { 2, 2 } };
    gd_tensor *y = gd_max_pool2d(gd_relu(conv(context, 0, in[0])), windows);
    back(context, y);
    return y;
}

static gd_tensor *mean_of_nine(gd_tensor *const in[], int n, void *context)
{
    (void)n;
    gd_tensor *y = gd_avg_pool2d(gd_relu(conv(context, 0, in[0])), three);
    back(context, y);
    return y;
}

static gd_tensor *pooled_before(gd_tensor *const in[], int n, void *context)
{
    (void)n;
    gd_tensor *y = gd_relu(gd_max_pool2d(conv(context, 0, in[0]), two));
    back(context, y);
    return y;
}

/* The gradient of a gradient asks for the places of the largest elements again. */
static gd_tensor *second_derivative(gd_tensor *const in[], int n, void *context)
{
    (void)n;
    const model *m = context;
    gd_tensor *y = gd_max_pool2d(gd_relu(conv(m, 0, in[0])), two), *g;
    if (!gd_grad(gd_sum(gd_square(y)), NULL, &m->w[0], 1, &g, true))
        return NULL;
    back(m, g);
    return y;
}

static const problem problems[] = {
    { "means", means, 2 }, { "largest", largest, 2 }, { "no pooling", no_pooling, 2 },
    { "two layers", two_layers, 4 }, { "same memory", same_memory, 4 }, { "four layers", four_layers, 7 },
    { "shared", shared, 4 },
    { "forward only", forward_only, 1 }, { "frozen", frozen, 3 }, { "read twice", read_twice, 0 },
    { "relu read twice", relu_read_twice, 2 }, { "result inside", result_inside, 0 },
    { "gradient inside", gradient_inside, 0 }, { "overlapping", overlapping, 2 }, { "mean of nine", mean_of_nine, 2 },
    { "pooled before", pooled_before, 0 }, { "second derivative", second_derivative, 2 },
};

/* ---- Tests ------------------------------------------------------------------------------------------------------- */

static int groups_in(gd_program *program)
{
    int count = 0;
    for (const char *s = said_of(program); (s = strstr(s, "in groups of images")) != NULL; s++)
        count++;
    return count;
}

static bool same_grads(const model *a, const model *b)
{
    for (int i = 0; i < LAYERS; i++) {
        const gd_tensor *of[][2] = { { a->w[i]->grad, b->w[i]->grad }, { a->b[i]->grad, b->b[i]->grad } };
        for (int k = 0; k < 2; k++)
            if ((of[k][0] == NULL) != (of[k][1] == NULL) || (of[k][0] && !same_bits(of[k][0], of[k][1])))
                return false;
    }
    return true;
}

START_TEST(same_bits_in_groups_of_images)
{
    const problem *p = &problems[_i];
    for (int threads = 1; threads <= 3; threads++) {
        gd_set_threads(threads);
        model usual = begin(), captured = begin();
        gd_program *program = gd_capture(p->function, &captured);
        for (int run = 0; run < RUNS; run++) {
            GD_SCOPE;
            gd_tensor *x = seeded_values(GD_SHAPE(IMAGES, 2, SIZE, SIZE), (uint64_t)(10 + run));
            if (run == 2)                   /* the usual way */
                x->data[SIZE] = (gd_real)INFINITY;
            gd_tensor *y = p->function(&x, 1, &usual), *again = gd_run(program, &x, 1);
            ck_assert_msg(y && again, "%s: %s", p->name, gd_last_error());
            ck_assert_msg(same_bits(y, again), "%s, %d threads, run %d", p->name, threads, run);
            ck_assert_msg(same_grads(&usual, &captured), "%s, %d threads, run %d: gradients", p->name, threads, run);
        }
        ck_assert_int_eq(runs_again_of(program), RUNS - 2);
        ck_assert_msg(groups_in(program) == p->groups, "%s: %s", p->name, said_of(program));
        gd_program_free(program);
    }
    gd_set_threads(1);
}
END_TEST

/* The result of the last run is the input of the next: it is read and written in turns. */
START_TEST(own_result_as_input)
{
    GD_SCOPE;
    model m = { .w = { gd_scale(seeded_values(GD_SHAPE(2, 2, 3, 3), 1), 0.2) },
                .b = { seeded_values(GD_SHAPE(2), 2) } };
    gd_tensor *x = seeded_values(GD_SHAPE(IMAGES, 2, SIZE, SIZE), 3), *again = x, *y = x;
    m.w[0] = gd_requires_grad(gd_detach(m.w[0]));
    m.b[0] = gd_requires_grad(m.b[0]);
    for (int i = 1; i < LAYERS; i++) {
        m.w[i] = m.w[0];
        m.b[i] = m.b[0];
    }
    model usual = m;
    gd_program *program = gd_capture(no_pooling, &m);
    for (int run = 0; run < RUNS; run++) {
        y = gd_detach(no_pooling(&y, 1, &usual));
        again = gd_run(program, &again, 1);
        ck_assert(again && same_bits(y, again));
    }
    ck_assert_int_eq(groups_in(program), 2);
    gd_program_free(program);
}
END_TEST

int main(void)
{
    gi_least_apart = 1;                     /* results share their memory as soon as they are not small */
    Suite *suite = suite_create("capture: images");
    TCase *cases = tcase_create("images");
    tcase_add_checked_fixture(cases, quietly, gd_shutdown);
    tcase_add_loop_test(cases, same_bits_in_groups_of_images, 0, sizeof problems / sizeof *problems);
    tcase_add_test(cases, own_result_as_input);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
