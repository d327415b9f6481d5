/* test_sum_accuracy.c - sums of many numbers, in any layout and by every operation that sums: each against the sum
 * in long double, with a bound that naive summation does not meet. */
#include <float.h>

#include "support/support.h"

#define U ((IN_DOUBLE ? DBL_EPSILON : (double)FLT_EPSILON) / 2)

enum { N = 1 << 17 };                       /* terms: one after the other they are off by thousands of U */

static gd_real value(int64_t i)
{
    return (gd_real)(0.1 + 0.013 * (double)(i % 7));
}

/* [n, width] or of any other shape: element k is value(k / width). */
static gd_tensor *values(gd_shape shape, int64_t width)
{
    gd_tensor *t = gd_zeros(shape);
    for (int64_t k = 0; k < t->numel; k++)
        t->data[k] = value(k / width);
    return t;
}

static long double sum_of_values(int64_t n)
{
    long double sum = 0;
    for (int64_t i = 0; i < n; ) {          /* in blocks, as the reference must be better than U */
        long double block = 0;
        for (const int64_t end = n - i < 512 ? n : i + 512; i < end; i++)
            block += (long double)value(i);
        sum += block;
    }
    return sum;
}

/* Every element of t is within `bound` U of expected. */
static void check_all(const gd_tensor *t, long double expected, double bound, const char *what)
{
    ck_assert_msg(t != NULL, "%s: %s", what, gd_last_error() ? gd_last_error() : "NULL");
    for (int64_t k = 0; k < gd_numel(t); k++) {
        const double off = fabs((double)((long double)element(t, k) / expected - 1)) / U;
        ck_assert_msg(off <= bound, "%s: element %d is %.9g, not %.9Lg: %g units off", what, (int)k, element(t, k),
                      expected, off);
    }
}

#define CHECK(t, expected) check_all(t, expected, 20, #t)

START_TEST(along_any_axes)
{
    GD_SCOPE;
    const long double sum = sum_of_values(N);
    gd_tensor *two = values(GD_SHAPE(N, 2), 2), *many = values(GD_SHAPE(N, 37), 37), *list = values(GD_SHAPE(N), 1);
    CHECK(gd_sum(list), sum);
    CHECK(gd_sum_axis(two, 0, false), sum);
    CHECK(gd_sum_axis(two, 0, true), sum);
    CHECK(gd_sum_axis(many, 0, false), sum);
    CHECK(gd_mean_axis(two, 0, false), sum / N);
    CHECK(gd_sum_axis(gd_transpose(two, 0, 1), 1, false), sum);
    CHECK(gd_sum_axis(gd_slice(many, 1, 3, 30, 4), 0, false), sum);
    CHECK(gd_sum(gd_slice(many, 1, 4, 5, 1)), sum);
    CHECK(gd_sum(two), 2 * sum);
    CHECK(gd_sum(gd_transpose(two, 0, 1)), 2 * sum);
    CHECK(gd_sum(gd_slice(many, 1, 0, 3, 1)), 3 * sum);
    CHECK(gd_sum_axes(values(GD_SHAPE(N, 3, 5), 15), GD_SHAPE(0, 2), false), 5 * sum);
    CHECK(gd_sum_axes(values(GD_SHAPE(N / 4, 3, 2, 3), 18), GD_SHAPE(0, 2), false), 2 * sum_of_values(N / 4));
    CHECK(gd_sum_axes(values(GD_SHAPE(N / 256, 2, 256), 512), GD_SHAPE(0, 2), false), 256 * sum_of_values(N / 256));
    CHECK(gd_sum_axis(gd_expand(gd_unsqueeze(list, 0), GD_SHAPE(3, -1)), 1, false), sum);
    CHECK(gd_sum_axis(gd_expand(gd_unsqueeze(list, 1), GD_SHAPE(-1, 5)), 0, false), sum);
    CHECK(gd_sum_axis(gd_expand(gd_scalar(0.1), GD_SHAPE(N, 2)), 0, false), (long double)(gd_real)0.1 * N);
    CHECK(gd_sum_axis(gd_expand(gd_full(GD_SHAPE(1, 3), 0.1), GD_SHAPE(N, -1)), 0, true),
          (long double)(gd_real)0.1 * N);
}
END_TEST

/* Whole numbers, in every layout: which terms are summed, not how accurately. */
START_TEST(small_shapes_are_exact)
{
    GD_SCOPE;
    gd_tensor *x = gd_zeros(GD_SHAPE(3, 4, 5, 2));
    for (int64_t k = 0; k < x->numel; k++)
        x->data[k] = (gd_real)(k * k % 101);
    gd_tensor *views[] = { x, gd_transpose(x, 0, 3), gd_permute(x, GD_SHAPE(2, 0, 3, 1)), gd_slice(x, 2, 1, 5, 2),
                           gd_flip(x, 1), gd_expand(gd_slice(x, 1, 2, 3, 1), GD_SHAPE(3, 6, 5, 2)) };
    for (int v = 0; v < (int)(sizeof views / sizeof *views); v++)
        for (int mask = 1; mask < 16; mask++) {
            gd_tensor *t = views[v];
            gd_shape list = { 0, { 0 } };
            for (int i = 0; i < 4; i++)
                if (mask >> i & 1)
                    list.size[list.ndim++] = i;
            gd_tensor *y = gd_sum_axes(t, list, true);
            double expected[3 * 6 * 5 * 4] = { 0 };
            for (int64_t k = 0; k < t->numel; k++) {
                int64_t rest = k, index[4], to = 0;
                for (int i = 3; i >= 0; i--) {
                    index[i] = rest % t->shape[i];
                    rest /= t->shape[i];
                }
                for (int i = 0; i < 4; i++)
                    to = to * y->shape[i] + (mask >> i & 1 ? 0 : index[i]);
                expected[to] += element(t, k);
            }
            for (int64_t k = 0; k < y->numel; k++)
                ck_assert_msg(element(y, k) == expected[k], "view %d, axes %d: [%d] is %g, not %g", v, mask, (int)k,
                              element(y, k), expected[k]);
        }
}
END_TEST

START_TEST(gradients_of_what_was_broadcast)
{
    GD_SCOPE;
    gd_tensor *x = values(GD_SHAPE(N, 2), 2), *bias = gd_requires_grad(gd_zeros(GD_SHAPE(2)));
    gd_tensor *scale = gd_requires_grad(gd_ones(GD_SHAPE(2))), *one = gd_requires_grad(gd_ones(GD_SHAPE()));
    gd_backward(gd_sum(gd_add(x, bias)));
    check_all(bias->grad, N, 0, "bias");
    gd_backward(gd_scale(gd_sum(gd_mul(x, scale)), 1));
    CHECK(scale->grad, sum_of_values(N));
    gd_backward(gd_sum(gd_mul(gd_transpose(x, 0, 1), one)));
    CHECK(one->grad, 2 * sum_of_values(N));
    gd_tensor *third = gd_requires_grad(gd_ones(GD_SHAPE(1, 3, 1)));
    gd_backward(gd_sum(gd_mul(values(GD_SHAPE(N, 3, 2), 6), third)));
    CHECK(third->grad, 2 * sum_of_values(N));
    gd_tensor *row = gd_requires_grad(gd_ones(GD_SHAPE(1, 2)));
    gd_backward(gd_sum(gd_mul(gd_repeat(row, GD_SHAPE(N, 1)), x)));
    CHECK(row->grad, sum_of_values(N));
    gd_tensor *w = gd_requires_grad(gd_zeros(GD_SHAPE(2, 3))), *b = gd_requires_grad(gd_zeros(GD_SHAPE(2)));
    gd_backward(gd_scale(gd_sum(gd_affine(values(GD_SHAPE(N, 3), 3), w, b)), 0.1));
    CHECK(b->grad, (long double)(gd_real)0.1 * N);
    check_all(w->grad, (long double)(gd_real)0.1 * sum_of_values(N), 300, "weight");
}
END_TEST

START_TEST(very_long_sums)                  /* what is rounded off is itself a sum that must not lose digits */
{
    GD_SCOPE;
    enum { VERY = 1 << 22 };
    const long double all = (long double)(gd_real)0.1 * VERY;
    gd_tensor *x = gd_full(GD_SHAPE(VERY), 0.1), *y = gd_cumsum(x, 0), *table = gd_requires_grad(gd_zeros(GD_SHAPE(2)));
    CHECK(gd_slice(y, 0, VERY - 1, VERY, 1), all);
    gd_backward_from(gd_gather(table, 0, gd_ones(GD_SHAPE(VERY))), x, false);
    CHECK(gd_slice(table->grad, 0, 1, 2, 1), all);
}
END_TEST

static void check_running(const gd_tensor *y, int64_t width, bool backwards, const char *what)
{
    long double sum = 0;
    ck_assert_msg(y != NULL, "%s", what);
    for (int64_t i = 0; i < N; i++) {
        const int64_t at = backwards ? N - 1 - i : i;
        sum += (long double)value(at);
        for (int64_t j = 0; j < width; j++) {
            const double off = fabs((double)((long double)y->data[at * width + j] / sum - 1)) / U;
            ck_assert_msg(off <= 6, "%s: [%d] is %g units off", what, (int)at, off);
        }
    }
}

START_TEST(running_sums)
{
    GD_SCOPE;
    gd_tensor *list = gd_requires_grad(gd_ones(GD_SHAPE(N))), *three = gd_requires_grad(gd_ones(GD_SHAPE(N, 3)));
    check_running(gd_cumsum(values(GD_SHAPE(N), 1), 0), 1, false, "cumsum of a list");
    check_running(gd_cumsum(values(GD_SHAPE(N, 3), 3), 0), 3, false, "cumsum of columns");
    gd_backward_from(gd_cumsum(list, 0), values(GD_SHAPE(N), 1), false);
    check_running(list->grad, 1, true, "cumsum's gradient, a list");
    gd_backward_from(gd_cumsum(three, 0), values(GD_SHAPE(N, 3), 3), false);
    check_running(three->grad, 3, true, "cumsum's gradient, columns");
    gd_zero_grad_of(list);
    gd_zero_grad_of(three);
    gd_backward_from(gd_cumprod(list, 0), values(GD_SHAPE(N), 1), false);
    check_running(list->grad, 1, true, "cumprod's gradient, a list");
    gd_backward_from(gd_cumprod(three, 0), values(GD_SHAPE(N, 3), 3), false);
    check_running(three->grad, 3, true, "cumprod's gradient, columns");
    ck_values(gd_cumsum(gd_from(GD_SHAPE(4), (gd_real[]){ 1, (gd_real)INFINITY, 2, (gd_real)-INFINITY }), 0), 1,
              (double)INFINITY, (double)INFINITY, (double)NAN);
}
END_TEST

START_TEST(sums_of_exponentials)
{
    GD_SCOPE;
    enum { MANY = 1 << 20 };
    const double exact = log((double)MANY) - 0.25;
    gd_tensor *x = gd_full(GD_SHAPE(MANY, 2), -0.25), *half = gd_slice(x, 1, 0, 1, 1);
    check_all(gd_logsumexp(x, 0, false), exact, 4, "logsumexp of columns");
    check_all(gd_logsumexp(gd_transpose(x, 0, 1), 1, false), exact, 4, "logsumexp of a transposition");
    check_all(gd_logsumexp(gd_contiguous(half), 0, false), exact, 4, "logsumexp of a line");
    gd_tensor *line = gd_zeros(GD_SHAPE(1, MANY));
    long double sum = 0;
    for (int64_t i = 0; i < 7; i++)
        sum += expl(-(long double)value(i) + (long double)value(0)) * ((MANY + 6 - i) / 7);
    for (int64_t i = 0; i < MANY; i++)
        line->data[i] = -value(i);
    gd_tensor *y = gd_softmax(line, 1), *log_y = gd_log_softmax(line, 1);
    check_all(gd_slice(y, 1, 0, 1, 1), 1 / sum, 12, "softmax");
    ck_assert_msg(fabs((double)((long double)log_y->data[0] + logl(sum))) <= 20 * U, "log_softmax");
    gd_tensor *l = gd_cross_entropy(line, gd_zeros(GD_SHAPE(1)), GD_SUM);
    ck_assert_msg(fabs((double)((long double)l->data[0] - logl(sum))) <= 20 * U, "cross-entropy");
    gd_tensor *v = gd_ones(GD_SHAPE(1 << 14, 1)), *k = gd_zeros(GD_SHAPE(1 << 14, 1)), *q = gd_zeros(GD_SHAPE(3, 1));
    for (int64_t i = 0; i < k->numel; i++)
        k->data[i] = -value(i);
    for (int64_t i = 0; i < 3; i++)
        q->data[i] = 1;
    check_all(gd_attention(q, k, v, false), 1, 300, "attention");
}
END_TEST

START_TEST(gradients_put_together)
{
    GD_SCOPE;
    gd_tensor *x = gd_requires_grad(gd_zeros(GD_SHAPE(2, 3))), *table = gd_requires_grad(gd_zeros(GD_SHAPE(4, 3)));
    gd_backward_from(gd_gather(x, 0, gd_ones(GD_SHAPE(N, 3))), values(GD_SHAPE(N, 3), 3), false);
    CHECK(gd_slice(x->grad, 0, 1, 2, 1), sum_of_values(N));
    check_all(gd_shift(gd_slice(x->grad, 0, 0, 1, 1), 1), 1, 0, "nothing was put there");
    gd_backward_from(gd_embedding(table, gd_full(GD_SHAPE(N), 2)), values(GD_SHAPE(N, 3), 3), false);
    CHECK(gd_slice(table->grad, 0, 2, 3, 1), sum_of_values(N));
    check_all(gd_shift(gd_slice(table->grad, 0, 3, 4, 1), 1), 1, 0, "nor there");
    gd_tensor *image = gd_requires_grad(gd_zeros(GD_SHAPE(1, 1, 300, 300)));
    image->data[150 * 300 + 150] = 1;
    gd_tensor *largest = gd_max_pool2d(image, (gd_pool2d_options){ .kernel = { 151, 151 }, .stride = { 1, 1 } });
    gd_backward_from(largest, values(gd_shape_of_tensor(largest), 1), false);
    long double sum = 0;
    for (int64_t k = 0; k < largest->numel; k++)
        if (largest->data[k] == 1)
            sum += (long double)value(k);
    check_all(gd_slice(gd_slice(image->grad, 2, 150, 151, 1), 3, 150, 151, 1), sum, 4, "max pooling");
}
END_TEST

START_TEST(means_of_windows)
{
    GD_SCOPE;
    gd_tensor *x = values(GD_SHAPE(2, 1, 256, 512), 1), *y;
    long double sum = sum_of_values(256 * 512) + 0;
    y = gd_avg_pool2d(gd_slice(x, 0, 0, 1, 1), (gd_pool2d_options){ .kernel = { 256, 512 } });
    CHECK(y, sum / (256 * 512));
    /* windows that overlap, and their gradient: against convolution with a kernel of ones, and in double by hand */
    gd_tensor *z = gd_requires_grad(values(GD_SHAPE(1, 1, 40, 50), 1));
    const gd_pool2d_options o = { .kernel = { 33, 37 }, .stride = { 1, 2 }, .padding = { 3, 11 } };
    y = gd_avg_pool2d(z, o);
    gd_tensor *dy = values(gd_shape_of_tensor(y), 1);
    gd_backward_from(y, dy, false);
    const int64_t oh = y->shape[2], ow = y->shape[3];
    long double slope[40 * 50] = { 0 };
    for (int64_t r = 0; r < oh; r++)
        for (int64_t q = 0; q < ow; q++) {
            long double mean = 0;
            int64_t n = 0;
            for (int pass = 0; pass < 2; pass++)
                for (int64_t i = r - 3; i < r - 3 + 33; i++)
                    for (int64_t j = 2 * q - 11; j < 2 * q - 11 + 37; j++) {
                        if (i < 0 || i >= 40 || j < 0 || j >= 50)
                            continue;
                        if (pass == 0) {
                            mean += (long double)z->data[i * 50 + j];
                            n++;
                        } else {
                            slope[i * 50 + j] += (long double)dy->data[r * ow + q] / n;
                        }
                    }
            const double off = fabs((double)((long double)y->data[r * ow + q] / (mean / n) - 1)) / U;
            ck_assert_msg(off <= 12, "mean %d, %d: %g units off", (int)r, (int)q, off);
        }
    for (int k = 0; k < 40 * 50; k++)
        ck_assert_msg(fabs((double)((long double)z->grad->data[k] / slope[k] - 1)) <= 12 * U, "slope %d", k);
}
END_TEST

START_TEST(gradients_of_layers)
{
    GD_SCOPE;
    gd_tensor *bias = gd_requires_grad(gd_zeros(GD_SHAPE(2))), *w = gd_requires_grad(gd_zeros(GD_SHAPE(2, 1, 1, 1)));
    gd_tensor *images = gd_ones(GD_SHAPE(N / 64, 1, 8, 8)), *dy = values(GD_SHAPE(N / 64, 2, 8, 8), 128);
    const long double sum = 64 * sum_of_values(N / 64);
    gd_backward_from(gd_conv2d(images, w, bias, (gd_conv2d_options){ .groups = 1 }), dy, false);
    CHECK(bias->grad, sum);
    check_all(w->grad, sum, 100, "weight of a convolution");
    gd_zero_grad_of(bias);
    gd_freeze(w);
    gd_backward_from(gd_conv2d(images, w, bias, (gd_conv2d_options){ .groups = 1 }), dy, false);
    CHECK(bias->grad, sum);
    gd_tensor *one = gd_requires_grad(gd_zeros(GD_SHAPE(1, 1, 1))), *b1 = gd_requires_grad(gd_zeros(GD_SHAPE(1)));
    gd_backward_from(gd_conv1d(gd_ones(GD_SHAPE(1, 1, N)), one, b1, 1, 0, 1, 1), values(GD_SHAPE(1, 1, N), 1), false);
    CHECK(b1->grad, sum_of_values(N));
    check_all(one->grad, sum_of_values(N), 1100, "weight of a long convolution");

    gd_tensor *weight = gd_requires_grad(gd_ones(GD_SHAPE(2))), *shift = gd_requires_grad(gd_zeros(GD_SHAPE(2)));
    gd_tensor *x = gd_zeros(GD_SHAPE(N, 2));        /* rows (-1, 1): z = (-1, 1) */
    for (int64_t k = 0; k < x->numel; k++)
        x->data[k] = k % 2 ? 1 : -1;
    gd_backward_from(gd_layer_norm(x, weight, shift, 0), values(GD_SHAPE(N, 2), 2), false);
    CHECK(shift->grad, sum_of_values(N));
    CHECK(gd_abs(weight->grad), sum_of_values(N));
    gd_zero_grad_of(shift);
    gd_backward_from(gd_batch_norm(x, NULL, shift, NULL, NULL, true, 0, 1), values(GD_SHAPE(N, 2), 2), false);
    CHECK(shift->grad, sum_of_values(N));
}
END_TEST

START_TEST(convolutions_of_many_terms)      /* of the kernel, and of channels for dx */
{
    GD_SCOPE;
    enum { TERMS = 1 << 18, BIG = 1 << 25 };
    const long double sum = (long double)(gd_real)0.1 * TERMS;
    gd_tensor *x = gd_requires_grad(gd_ones(GD_SHAPE(5, 2, TERMS))), *b = gd_full(GD_SHAPE(2), 3);
    gd_tensor *w = gd_full(GD_SHAPE(2, 1, TERMS), 0.1), *many = gd_full(GD_SHAPE(TERMS, 1, 1), 0.1);
    gd_tensor *y = gd_conv1d(x, w, b, 1, 0, 1, 2);
    check_all(y, sum + 3, 1100, "a long kernel");
    gd_tensor *one = gd_requires_grad(gd_ones(GD_SHAPE(1, 1, 2)));
    gd_backward(gd_sum(gd_conv1d(one, many, NULL, 1, 0, 1, 1)));
    check_all(one->grad, sum, 1100, "many channels");
    if (!IN_DOUBLE) {
        gd_tensor *ones = gd_ones(GD_SHAPE(1, 1, BIG));
        check_all(gd_conv1d(ones, ones, NULL, 1, 0, 1, 1), BIG, 0, "2^25 ones");
    }
}
END_TEST

START_TEST(means_of_losses)
{
    GD_SCOPE;
    gd_tensor *x = values(GD_SHAPE(N, 3), 3), *zeros = gd_zeros(GD_SHAPE(N, 3));
    gd_tensor *turned = gd_transpose(x, 0, 1), *nothing = gd_transpose(zeros, 0, 1);
    long double squares = 0;
    for (int64_t i = 0; i < N; i++)
        squares += (long double)value(i) * (long double)value(i);
    CHECK(gd_mse_loss(x, zeros, GD_MEAN), squares / N);
    CHECK(gd_mse_loss(turned, nothing, GD_SUM), 3 * squares);
    CHECK(gd_l1_loss(x, zeros, GD_MEAN), sum_of_values(N) / N);
    CHECK(gd_l1_loss(turned, nothing, GD_SUM), 3 * sum_of_values(N));
    CHECK(gd_huber_loss(x, zeros, 10, GD_MEAN), squares / N / 2);
    CHECK(gd_norm(x, 1), 3 * sum_of_values(N));
    CHECK(gd_norm_axes(x, 2, GD_SHAPE(0), false), sqrtl(squares));
}
END_TEST

/* ---- Products: within 300 U sum |a b|, whatever the shape and however long ---------------------------------- */

enum { LONG_N = 1 << 21 };

START_TEST(long_products)
{
    GD_SCOPE;
    const gd_real a0 = (gd_real)0.1, b0 = (gd_real)0.3;
    const long double expected = (long double)a0 * (long double)b0 * LONG_N;
    gd_tensor *a = gd_full(GD_SHAPE(LONG_N), 0.1), *b = gd_full(GD_SHAPE(LONG_N), 0.3);
    check_all(gd_matmul(a, b), expected, 130, "a dot product");
    gd_tensor *two = gd_full(GD_SHAPE(LONG_N, 2), 0.1), *three = gd_full(GD_SHAPE(LONG_N, 3), 0.3);
    check_all(gd_matmul(gd_transpose(two, 0, 1), three), expected, 300, "a product of matrices");
    check_all(gd_matmul(gd_transpose(two, 0, 1), b), expected, 300, "a product with a vector");
    check_all(gd_matmul(gd_contiguous(gd_transpose(two, 0, 1)), b), expected, 300, "rows times a vector");
    check_all(gd_matmul(gd_slice(two, 1, 0, 1, 1) ? gd_transpose(gd_slice(two, 1, 0, 1, 1), 0, 1) : NULL,
                        gd_slice(three, 1, 1, 2, 1)), expected, 300, "a strided dot product");
}
END_TEST

START_TEST(long_products_of_any_shape)      /* against dot products in double; whole numbers are exact */
{
    static const int64_t shapes[][3] = { { 1, 5, 9001 }, { 3, 1, 9001 }, { 5, 7, 8193 }, { 200, 3, 9000 },
                                         { 17, 400, 8200 }, { 500, 14, 8300 } };
    for (int i = 0; i < (int)(sizeof shapes / sizeof *shapes); i++)
        for (int turned = 0; turned < 4; turned++) {
            GD_SCOPE;
            const int64_t m = shapes[i][0], n = shapes[i][1], k = shapes[i][2];
            gd_tensor *a = turned & 1 ? gd_transpose(gd_zeros(GD_SHAPE(k, m)), 0, 1) : gd_zeros(GD_SHAPE(m, k));
            gd_tensor *b = turned & 2 ? gd_transpose(gd_zeros(GD_SHAPE(n, k)), 0, 1) : gd_zeros(GD_SHAPE(k, n));
            for (int64_t p = 0; p < a->numel; p++)
                a->data[p] = (gd_real)(p % 5);
            for (int64_t p = 0; p < b->numel; p++)
                b->data[p] = (gd_real)(p % 3);
            gd_tensor *y = gd_matmul(a, b);
            for (int64_t e = 0; e < m * n; e += 1 + m * n / 50) {
                double sum = 0;
                for (int64_t p = 0; p < k; p++)
                    sum += (double)a->data[e / n * a->stride[0] + p * a->stride[1]]
                         * (double)b->data[p * b->stride[0] + e % n * b->stride[1]];
                ck_assert_msg(element(y, e) == sum, "shape %d, %d: %g, not %g", i, turned, element(y, e), sum);
            }
        }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("operations: sum accuracy");
    TCase *all = tcase_create("all");
    tcase_set_timeout(all, 60);
    tcase_add_checked_fixture(all, quietly, gd_shutdown);
    tcase_add_test(all, along_any_axes);
    tcase_add_test(all, small_shapes_are_exact);
    tcase_add_test(all, gradients_of_what_was_broadcast);
    tcase_add_test(all, very_long_sums);
    tcase_add_test(all, running_sums);
    tcase_add_test(all, sums_of_exponentials);
    tcase_add_test(all, gradients_put_together);
    tcase_add_test(all, means_of_windows);
    tcase_add_test(all, gradients_of_layers);
    tcase_add_test(all, convolutions_of_many_terms);
    tcase_add_test(all, means_of_losses);
    tcase_add_test(all, long_products);
    tcase_add_test(all, long_products_of_any_shape);
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
