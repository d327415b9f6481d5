/* test_threads_convolution.c - convolution, pooling and whole training steps give the same bits with one, two and
 * three threads, for numbers of images around the boundaries of the parts. */
#include "support/support.h"
#include "kernels/conv.h"
#include "kernels/simd.h"

enum { MOST = 3 };

/* ---- Convolution -------------------------------------------------------------------------------------------- */

typedef struct results {
    gd_tensor *y, *dx, *dw, *db;
} results;

static results convolve(const gi_conv *s, const gd_tensor *x, const gd_tensor *w, const gd_tensor *bias,
                        const gd_tensor *dy)
{
    const double unset = (double)NAN;
    results r = { gd_full(gd_shape_of_tensor(dy), unset), gd_full(gd_shape_of_tensor(x), unset),
                  gd_full(gd_shape_of_tensor(w), unset), gd_full(gd_shape_of_tensor(bias), unset) };
    ck_good(gi_conv_forward(s, x->data, w->data, bias->data, r.y->data));
    ck_good(gi_conv_grad_input(s, dy->data, w->data, r.dx->data));
    ck_good(gi_conv_grad_weight(s, dy->data, x->data, r.dw->data, r.db->data));
    return r;
}

static void conv_for_any_threads(const gi_conv *s)
{
    GD_SCOPE;
    gd_seed((uint64_t)s->n);
    gd_tensor *x = gd_uniform(GD_SHAPE(s->n, s->c, s->h, s->w), -1, 1);
    gd_tensor *w = gd_uniform(GD_SHAPE(s->o, s->c / s->groups, s->kh, s->kw), -1, 1);
    gd_tensor *bias = gd_uniform(GD_SHAPE(s->o), -1, 1);
    gd_tensor *dy = gd_uniform(GD_SHAPE(s->n, s->o, s->oh, s->ow), -1, 1);
    results one = { NULL, NULL, NULL, NULL };
    for (int threads = 1; threads <= MOST; threads++) {
        ck_good(gd_set_threads(threads));
        results r = convolve(s, x, w, bias, dy);
        if (threads == 1)
            one = r;
        ck_assert_msg(same_bits(r.y, one.y), "y, %d images, %d threads", (int)s->n, threads);
        ck_assert_msg(same_bits(r.dx, one.dx), "dx, %d images, %d threads", (int)s->n, threads);
        ck_assert_msg(same_bits(r.dw, one.dw), "dw, %d images, %d threads", (int)s->n, threads);
        ck_assert_msg(same_bits(r.db, one.db), "db, %d images, %d threads", (int)s->n, threads);
    }
    gd_tensor *sum = gd_sum_axes(dy, GD_SHAPE(0, 2, 3), false);
    ck_assert(far_apart(one.db, sum) < (IN_DOUBLE ? 1e-10 : 1e-4));
}

/* A bundle is 1 to 16 images; parts begin at every bundle, every second one, .. */
START_TEST(conv_is_the_same)
{
    const int64_t images[] = { 0, 1, 16, 17, 31, 33, 64, 65, 127, 129, 150 };
    if (!gi_simd_use((gi_simd_level)_i))
        return;
    for (size_t i = 0; i < sizeof images / sizeof *images; i++) {
        conv_for_any_threads(&(gi_conv){ images[i], 4, 16, 16, 6, 5, 5, 12, 12, { 1, 1 }, { 0, 0 }, { 1, 1 }, 2 });
        conv_for_any_threads(&(gi_conv){ images[i], 3, 17, 15, 8, 3, 4, 9, 8, { 2, 2 }, { 1, 2 }, { 1, 1 }, 1 });
    }
    ck_assert(gi_simd_use(GI_SIMD_LEVELS));
}
END_TEST

/* Images computed in strips, and weights whose sums do not all fit into the work space. */
START_TEST(big_conv_is_the_same)
{
    conv_for_any_threads(&(gi_conv){ 35, 2, 90, 110, 5, 3, 3, 90, 110, { 1, 1 }, { 1, 1 }, { 1, 1 }, 1 });
    conv_for_any_threads(&(gi_conv){ 35, 64, 7, 7, 40, 3, 3, 7, 7, { 1, 1 }, { 1, 1 }, { 1, 1 }, 1 });
}
END_TEST

/* ---- Pooling ------------------------------------------------------------------------------------------------ */

typedef gd_tensor *pooling(gd_tensor *x, gd_pool2d_options options);

static void pool_for_any_threads(pooling *pool, gd_pool2d_options o, int64_t planes, bool turned)
{
    GD_SCOPE;
    gd_seed((uint64_t)planes);
    gd_tensor *values = gd_uniform(GD_SHAPE(planes, 1, 40, 44), -1, 1);
    gd_tensor *one_y = NULL, *one_dx = NULL, *one_ddy = NULL;
    for (int threads = 1; threads <= MOST; threads++) {
        ck_good(gd_set_threads(threads));
        gd_tensor *x = gd_requires_grad(gd_scale(values, 1));
        gd_tensor *y = pool(turned ? gd_transpose(x, 2, 3) : x, o);
        gd_tensor *dy = gd_requires_grad(gd_square(gd_detach(y)));
        gd_tensor *dx = NULL, *ddy = NULL;
        ck_good(gd_grad(y, dy, &x, 1, &dx, true));
        ck_good(gd_grad(dx, gd_detach(x), &dy, 1, &ddy, false));
        if (threads == 1) {
            one_y = y;
            one_dx = dx;
            one_ddy = ddy;
        }
        ck_assert_msg(same_bits(y, one_y), "y, %d planes, %d threads", (int)planes, threads);
        ck_assert_msg(same_bits(dx, one_dx), "dx, %d planes, %d threads", (int)planes, threads);
        ck_assert_msg(same_bits(ddy, one_ddy), "ddy, %d planes, %d threads", (int)planes, threads);
    }
}

/* A part is GI_PART_ELEMENTS: 19 planes of 40 x 44. */
START_TEST(pools_are_the_same)
{
    const int64_t planes[] = { 0, 1, 18, 19, 20, 38, 39, 100 };
    const gd_pool2d_options options[] = {
        { .kernel = { 2, 2 }, .stride = { 2, 2 } }, { .kernel = { 4, 4 } },
        { .kernel = { 3, 3 }, .stride = { 2, 2 }, .padding = { 1, 1 } },
        { .kernel = { 3, 2 }, .stride = { 1, 3 } },
    };
    for (size_t k = 0; k < sizeof options / sizeof *options; k++)
        for (size_t i = 0; i < sizeof planes / sizeof *planes; i++)
            for (int turned = 0; turned < 2; turned++) {
                pool_for_any_threads(gd_avg_pool2d, options[k], planes[i], turned);
                pool_for_any_threads(gd_max_pool2d, options[k], planes[i], turned);
            }
}
END_TEST

/* ---- Training ----------------------------------------------------------------------------------------------- */

static gd_tensor *features(gd_tensor *x, gd_tensor *const weight[], gd_tensor *const bias[])
{
    const gd_pool2d_options pool = { .kernel = { 2, 2 } };
    x = gd_avg_pool2d(gd_relu(gd_conv2d(x, weight[0], bias[0], (gd_conv2d_options){ .padding = { 2, 2 } })), pool);
    return gd_max_pool2d(gd_relu(gd_conv2d(x, weight[1], bias[1], (gd_conv2d_options){ .groups = 1 })), pool);
}

/* The weights after some steps, one after the other. */
static gd_tensor *train(int threads)
{
    enum { IMAGES = 100, LAYERS = 3, STEPS = 3 };
    const gd_shape shapes[LAYERS] = { GD_SHAPE(6, 1, 5, 5), GD_SHAPE(16, 6, 5, 5), GD_SHAPE(10, 400) };
    gd_tensor *weight[LAYERS], *bias[LAYERS], *flat[2 * LAYERS];
    static const char *const names[2 * LAYERS] = { "w0", "w1", "w2", "b0", "b1", "b2" };
    ck_good(gd_set_threads(threads));
    gd_seed(3);
    gd_params *net = gd_params_new();
    for (int i = 0; i < LAYERS; i++) {
        weight[i] = gd_param(net, names[i], gd_uniform(shapes[i], -0.1, 0.1));
        bias[i] = gd_param(net, names[LAYERS + i], gd_uniform(GD_SHAPE(shapes[i].size[0]), -0.1, 0.1));
    }
    gd_optimizer *adam = gd_adam(net, gd_adam_defaults());
    gd_tensor *x = gd_uniform(GD_SHAPE(IMAGES, 1, 28, 28), 0, 1), *labels = gd_zeros(GD_SHAPE(IMAGES));
    for (int i = 0; i < IMAGES; i++)
        labels->data[i] = (gd_real)(i % 10);
    for (int i = 0; i < STEPS; i++) {
        GD_SCOPE;
        gd_tensor *z = gd_affine(gd_flatten(features(x, weight, bias), 1), weight[2], bias[2]);
        ck_good(gd_backward(gd_cross_entropy(z, labels, GD_MEAN)));
        ck_good(gd_step(adam));
        gd_zero_grad(adam);
    }
    for (int i = 0; i < LAYERS; i++) {
        flat[2 * i] = gd_flatten(gd_detach(weight[i]), 0);
        flat[2 * i + 1] = gd_detach(bias[i]);
    }
    gd_tensor *all = gd_concat(flat, 2 * LAYERS, 0);
    gd_optimizer_free(adam);
    gd_params_free(net);
    return all;
}

START_TEST(training_is_the_same)
{
    GD_SCOPE;
    gd_tensor *one = train(1);
    for (int threads = 2; threads <= MOST; threads++)
        ck_assert(same_bits(train(threads), one));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("operations: threads convolution");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, quietly, gd_shutdown);
    tcase_set_timeout(all, 240);
    tcase_add_loop_test(all, conv_is_the_same, GI_SIMD_PLAIN, GI_SIMD_LEVELS);
    tcase_add_test(all, big_conv_is_the_same);
    tcase_add_test(all, pools_are_the_same);
    tcase_add_test(all, training_is_the_same);
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
