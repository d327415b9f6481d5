/* test_losses.c - the losses of losses.h where golden numbers and derivatives do not reach: ignored labels and weights
 * of 0, infinite and impossible predictions, the ends of parameters, empty batches; and their messages.  CTC is in
 * test_ctc.c. */
#include "support/support.h"

#define INF  ((double)INFINITY)
#define NONE ((double)NAN)
#define VECTOR(...) \
    tensor_of(GD_SHAPE(sizeof((const double[]){ __VA_ARGS__ }) / sizeof(double)), (const double[]){ __VA_ARGS__ })
#define LEAF(...) gd_requires_grad(VECTOR(__VA_ARGS__))

static gd_tensor *gradient(gd_tensor *y, gd_tensor *x)
{
    gd_tensor *dx = NULL;
    ck_good(gd_grad(gd_sum(y), NULL, &x, 1, &dx, false));
    return dx;
}

static gd_tensor *matrix(int rows, int columns, const double *values)
{
    return gd_requires_grad(tensor_of(GD_SHAPE(rows, columns), values));
}

static gd_cross_entropy_options ignoring(int64_t index, double smoothing, gd_reduction reduction)
{
    gd_cross_entropy_options o = gd_cross_entropy_defaults();
    o.ignore_index = index;
    o.label_smoothing = smoothing;
    o.reduction = reduction;
    return o;
}

/* ---- Labels to ignore, and weights ------------------------------------------------------------------------------ */

START_TEST(with_its_defaults_it_is_cross_entropy)
{
    gd_tensor *x = matrix(3, 2, (const double[]){ 0.3, -1, 2, 0.5, -INF, 4 }), *labels = VECTOR(0, 1, 1);
    ck_assert(same_bits(gd_cross_entropy_with(x, labels, NULL, gd_cross_entropy_defaults()),
                        gd_cross_entropy(x, labels, GD_MEAN)));
}
END_TEST

/* NaN and infinities in the rows of ignored labels go nowhere, neither forwards nor backwards. */
START_TEST(ignored_rows_have_no_influence)
{
    gd_tensor *x = matrix(3, 2, (const double[]){ NONE, INF, 0, log(3), INF, INF }), *labels = VECTOR(-100, 0, -100);
    for (double smoothing = 0; smoothing <= 1; smoothing += 0.5) {
        gd_tensor *l = gd_cross_entropy_with(x, labels, NULL, ignoring(-100, smoothing, GD_MEAN));
        ck_values(l, (1 - smoothing) * log(4) + smoothing * 0.5 * (log(4) + log(4) - log(3)));
        ck_values(gradient(l, x), 0, 0, 0.25 - (1 - smoothing) - smoothing / 2, 0.75 - smoothing / 2, 0, 0);
    }
    gd_tensor *q = gd_nll_loss(x, labels, VECTOR(2, 5), -100, GD_NONE);
    ck_values(q, 0, 0, 0);
    ck_values(gradient(q, x), 0, 0, -2, 0, 0, 0);
}
END_TEST

START_TEST(all_ignored)
{
    gd_tensor *x = matrix(2, 2, (const double[]){ 1, 2, 3, 4 }), *labels = VECTOR(1, 1), *w = LEAF(2, 5);
    ck_values(gd_cross_entropy_with(x, labels, NULL, ignoring(1, 0, GD_SUM)), 0);
    ck_values(gd_cross_entropy_with(x, labels, w, ignoring(1, 0, GD_NONE)), 0, 0);
    gd_tensor *mean = gd_cross_entropy_with(x, labels, NULL, ignoring(1, 0.1, GD_MEAN));
    ck_values(mean, NONE);
    ck_values(gradient(mean, x), 0, 0, 0, 0);
    mean = gd_cross_entropy_with(x, labels, w, ignoring(1, 0.1, GD_MEAN));
    ck_values(mean, NONE);
    ck_values(gradient(mean, x), 0, 0, 0, 0);
    ck_values(gd_nll_loss(x, labels, w, 1, GD_MEAN), NONE);
}
END_TEST

/* Of an infinite loss a weight of 0 takes nothing. */
START_TEST(weights_of_zero)
{
    gd_tensor *x = matrix(2, 2, (const double[]){ -INF, 0, 0, 0 }), *labels = VECTOR(0, 1), *w = VECTOR(0, 2);
    gd_tensor *l = gd_cross_entropy_with(x, labels, w, ignoring(-100, 0, GD_MEAN));
    ck_values(l, log(2));
    ck_values(gradient(l, x), 0, 0, 0.5, -0.5);
    ck_values(gd_cross_entropy_with(x, labels, NULL, ignoring(-100, 0, GD_NONE)), INF, log(2));
    ck_values(gd_cross_entropy_with(x, VECTOR(0, 0), w, ignoring(-100, 0, GD_MEAN)), NONE);
    ck_values(gd_soft_cross_entropy(x, tensor_of(GD_SHAPE(2, 2), (const double[]){ 0, 1, 1, 0 }), NULL, 0, GD_NONE), 0,
              log(2));
    ck_values(gd_soft_cross_entropy(x, tensor_of(GD_SHAPE(2, 2), (const double[]){ 1, 0, 1, 0 }), w, 0, GD_NONE), 0, 0);
}
END_TEST

/* Far apart logits neither overflow nor lose the small terms; large losses do not overflow in the mean. */
START_TEST(large_numbers)
{
    gd_tensor *x = matrix(1, 2, (const double[]){ 1e4, -1e4 });
    ck_values(gd_cross_entropy_with(x, VECTOR(1), VECTOR(3, 1), ignoring(-100, 0, GD_MEAN)), 2e4);
    const double most = IN_DOUBLE ? 1.5e308 : 3e38;
    gd_tensor *far = matrix(4, 1, (const double[]){ -most, -most, -most, -most });
    ck_values(gd_scale(gd_nll_loss(far, VECTOR(0, 0, 5, 0), NULL, 5, GD_MEAN), 1 / most), 1);
    ck_values(gd_scale(gd_nll_loss(far, VECTOR(0, 0, 5, 0), VECTOR(1), 5, GD_MEAN), 1 / most), 1);
}
END_TEST

START_TEST(no_labels)
{
    gd_tensor *x = gd_requires_grad(gd_zeros(GD_SHAPE(0, 3))), *labels = gd_zeros(GD_SHAPE(0));
    ck_values(gd_cross_entropy_with(x, labels, VECTOR(1, 2, 3), ignoring(0, 0.1, GD_SUM)), 0);
    ck_values(gd_cross_entropy_with(x, labels, NULL, ignoring(0, 0.1, GD_MEAN)), NONE);
    ck_shape(gd_nll_loss(x, labels, NULL, 0, GD_NONE), 0);
    ck_shape(gradient(gd_nll_loss(x, labels, NULL, 0, GD_SUM), x), 0, 3);
}
END_TEST

/* ---- Elements ---------------------------------------------------------------------------------------------------- */

/* A prediction that is certain and right costs nothing; one that is certain and wrong costs everything. */
START_TEST(certain_predictions)
{
    gd_tensor *x = LEAF(-INF, INF, -INF, INF), *t = gd_requires_grad(VECTOR(0, 1, 1, 0)), *q = VECTOR(2, 2, 2, 2);
    gd_tensor *l = gd_bce_with_logits_weighted(x, t, NULL, q, GD_NONE);
    ck_values(l, 0, 0, INF, INF);
    ck_values(gradient(l, x), 0, 0, -2, 1);
    ck_values(gradient(l, t), INF, -INF, INF, -INF);
    ck_values(gd_bce_with_logits_weighted(x, t, VECTOR(1, 1, 0, 0), q, GD_SUM), 0);
    gd_tensor *p = LEAF(0, 1, 0, 1);
    l = gd_bce_loss(p, t, NULL, GD_NONE);
    ck_values(l, 0, 0, 100, 100);
    ck_values(gd_scale(gradient(l, p), 1e-12), 0, 0, -1, 1);
    ck_values(gradient(l, t), 100, -100, 100, -100);
}
END_TEST

START_TEST(small_losses_keep_their_digits)
{
    gd_tensor *x = LEAF(40, -40), *t = VECTOR(1, 0);
    ck_values(gd_scale(gd_bce_with_logits_weighted(x, t, NULL, VECTOR(3), GD_NONE), exp(40)), 3, 1);
}
END_TEST

START_TEST(smooth_l1_at_its_ends)
{
    gd_tensor *x = LEAF(-3, -0.5, 0, 0.5, 3), *t = gd_zeros(GD_SHAPE(5));
    gd_tensor *l = gd_smooth_l1_loss(x, t, 0.5, GD_NONE);
    ck_values(l, 2.75, 0.25, 0, 0.25, 2.75);
    ck_values(gradient(l, x), -1, -1, 0, 1, 1);
    ck_values(gradient(gd_smooth_l1_loss(x, t, 0, GD_NONE), x), -1, -1, 0, 1, 1);
    const double tiny = IN_DOUBLE ? 1e-310 : 1e-40;
    l = gd_smooth_l1_loss(x, t, tiny, GD_NONE);
    ck_values(l, 3, 0.5, 0, 0.5, 3);
    ck_values(gradient(l, x), -1, -1, 0, 1, 1);
    ck_values(gd_smooth_l1_loss(VECTOR(INF, NONE), VECTOR(0, 0), 1, GD_NONE), INF, NONE);
}
END_TEST

/* A variance below eps counts as eps, and has the slope that eps has. */
START_TEST(small_variances)
{
    gd_tensor *v = LEAF(0, 4), *m = VECTOR(3, 3), *t = VECTOR(1, 1);
    gd_tensor *l = gd_gaussian_nll_loss(m, t, v, false, 2, GD_NONE);
    ck_values(l, 0.5 * (log(2) + 2), 0.5 * (log(4) + 1));
    ck_values(gradient(l, v), 0.5 * (0.5 - 1), 0.5 * (0.25 - 0.25));
    ck_values(gd_gaussian_nll_loss(m, t, VECTOR(INF, 1), false, 1e-6, GD_NONE), INF, 2);
    const double far = IN_DOUBLE ? 1e200 : 1e30;
    ck_values(gd_scale(gd_gaussian_nll_loss(VECTOR(far), VECTOR(0), VECTOR(far), false, 1e-6, GD_SUM), 1 / far), 0.5);
}
END_TEST

START_TEST(counts_of_nothing)
{
    gd_tensor *x = LEAF(-INF, 0, 1), *t = VECTOR(0, 0, 1);
    gd_tensor *l = gd_poisson_nll_loss(x, t, true, true, 1e-8, GD_NONE);
    ck_values(l, 0, 1, exp(1) - 1);
    ck_values(gradient(l, x), 0, 1, exp(1) - 1);
    ck_values(gd_poisson_nll_loss(VECTOR(0, 0), VECTOR(0, 1), false, false, 0, GD_NONE), 0, INF);
}
END_TEST

/* ---- Distances --------------------------------------------------------------------------------------------------- */

START_TEST(vectors_without_a_direction)
{
    gd_tensor *a = LEAF(0, 0), *b = VECTOR(3, 4);
    ck_values(gd_cosine_similarity(a, b, 0, 0.5), 0);
    ck_values(gradient(gd_cosine_similarity(a, b, 0, 0.5), a), 1.2, 1.6);
    const double far = IN_DOUBLE ? 1e300 : 1e30;
    ck_values(gd_cosine_similarity(VECTOR(far, far), VECTOR(far, far), 0, 1e-8), 1);
    ck_values(gd_cosine_similarity(VECTOR(far, -far), VECTOR(0, 2), -1, 1e-8), -sqrt(0.5));
    ck_shape(gd_cosine_similarity(gd_zeros(GD_SHAPE(0, 3)), gd_zeros(GD_SHAPE(3)), 1, 1e-8), 0);
}
END_TEST

START_TEST(pairs_and_triplets_that_are_far_enough)
{
    gd_tensor *a = matrix(2, 2, (const double[]){ 1, 0, 1, 0 }), *b = matrix(2, 2, (const double[]){ 1, 0, 0, 1 });
    gd_tensor *l = gd_cosine_embedding_loss(a, b, VECTOR(1, -1), 0.5, GD_NONE);
    ck_values(l, 0, 0);
    ck_values(gd_cosine_embedding_loss(a, b, VECTOR(-1, 1), 0.5, GD_NONE), 0.5, 1);
    ck_values(gd_cosine_embedding_loss(VECTOR(1, 0), VECTOR(0, 1), gd_scalar(1), 0, GD_MEAN), 1);
    gd_triplet_options o = gd_triplet_defaults();
    o.reduction = GD_NONE;
    o.eps = 0;
    ck_values(gd_triplet_margin_loss(a, a, b, o), 1, 0);
    ck_values(gd_triplet_margin_loss(a, b, a, o), 1, 1 + sqrt(2));
    ck_values(gradient(gd_triplet_margin_loss(a, a, gd_scale(b, 9), o), a), 0, 0, 0, 0);
}
END_TEST

/* ---- Messages ---------------------------------------------------------------------------------------------------- */

START_TEST(options_are_checked)
{
    gd_tensor *x = gd_zeros(GD_SHAPE(2, 3)), *labels = VECTOR(0, 2), *flat = gd_zeros(GD_SHAPE(2));
    ck_refused(gd_cross_entropy_with(x, labels, NULL, (gd_cross_entropy_options){ .label_smoothing = 0.1 }),
               "gd_cross_entropy_with: the options must begin as gd_cross_entropy_defaults(): an ignore_index of 0 is "
               "a class");
    ck_refused(gd_cross_entropy_with(x, labels, NULL, ignoring(0, 1.5, GD_MEAN)),
               "gd_cross_entropy_with: label_smoothing = 1.5 must lie in [0, 1]");
    ck_refused(gd_cross_entropy_with(x, labels, NULL, ignoring(0, 0, (gd_reduction)7)),
               "gd_cross_entropy_with: reduction = 7 must be GD_MEAN, GD_SUM or GD_NONE");
    ck_refused(gd_cross_entropy_with(x, VECTOR(0, 3), NULL, ignoring(0, 0, GD_MEAN)),
               "gd_cross_entropy_with: labels[1] = 3 is not a whole number in [0, 3)");
    ck_refused(gd_cross_entropy_with(x, labels, flat, ignoring(0, 0, GD_MEAN)),
               "gd_cross_entropy_with: logits is [2, 3] and weight is [2]: one number for each class is expected");
    ck_refused(gd_cross_entropy_with(x, x, NULL, ignoring(0, 0, GD_MEAN)),
               "gd_cross_entropy_with: logits is [2, 3] and labels is [2, 3]: logits must be [n, c, ..] and labels "
               "[n, ..]");
    ck_refused(gd_nll_loss(x, VECTOR(0.5, 0), NULL, -100, GD_MEAN),
               "gd_nll_loss: labels[0] = 0.5 is not a whole number in [0, 3)");
    ck_refused(gd_nll_loss(gd_zeros(GD_SHAPE(2, 0)), labels, NULL, -100, GD_MEAN),
               "gd_nll_loss: log_prediction is [2, 0]: there are no classes");
    ck_refused(gd_soft_cross_entropy(x, flat, NULL, 0, GD_MEAN),
               "gd_soft_cross_entropy: logits is [2, 3] and target is [2]: both must be [n, c, ..] with c > 0");
    ck_refused(gd_soft_cross_entropy(x, gd_full(GD_SHAPE(2, 3), -1), NULL, 0, GD_MEAN),
               "gd_soft_cross_entropy: target[0] = -1 must not be negative");
    if (!IN_DOUBLE)
        ck_refused(gd_nll_loss(x, labels, NULL, (1 << 24) + 1, GD_MEAN),
                   "gd_nll_loss: ignore_index = 16777217 is not exact in float");
}
END_TEST

START_TEST(elements_are_checked)
{
    gd_tensor *x = gd_full(GD_SHAPE(2, 3), 0.5), *v2 = gd_ones(GD_SHAPE(2)), *two = gd_full(GD_SHAPE(2, 3), 2);
    ck_refused(gd_bce_with_logits_weighted(x, two, NULL, NULL, GD_MEAN),
               "gd_bce_with_logits_weighted: target[0] = 2 must lie in [0, 1]");
    ck_refused(gd_bce_with_logits_weighted(x, x, v2, NULL, GD_MEAN),
               "gd_bce_with_logits_weighted: weight is [2] and prediction is [2, 3]: weight must broadcast to the "
               "shape of prediction");
    ck_refused(gd_bce_with_logits_weighted(x, x, NULL, gd_ones(GD_SHAPE(1, 2, 3)), GD_MEAN),
               "gd_bce_with_logits_weighted: pos_weight is [1, 2, 3] and prediction is [2, 3]: pos_weight must "
               "broadcast to the shape of prediction");
    ck_refused(gd_bce_loss(two, x, NULL, GD_MEAN), "gd_bce_loss: prediction[0] = 2 must lie in [0, 1]");
    ck_refused(gd_bce_loss(x, v2, NULL, GD_MEAN),
               "gd_bce_loss: prediction is [2, 3] and target is [2]: they must have the same shape");
    ck_refused(gd_smooth_l1_loss(x, x, -1, GD_MEAN), "gd_smooth_l1_loss: beta = -1 must be finite and not negative");
    ck_refused(gd_gaussian_nll_loss(x, x, gd_neg(x), false, 1e-6, GD_MEAN),
               "gd_gaussian_nll_loss: variance[0] = -0.5 must not be negative");
    ck_refused(gd_gaussian_nll_loss(x, x, gd_ones(GD_SHAPE(3)), false, 1e-6, GD_MEAN),
               "gd_gaussian_nll_loss: prediction is [2, 3] and variance is [3]: the variance must have the same shape, "
               "with 1 in place of the last size or without the last axis");
    ck_refused(gd_gaussian_nll_loss(x, x, x, false, 0, GD_MEAN), "gd_gaussian_nll_loss: eps = 0 must be positive");
    ck_refused(gd_poisson_nll_loss(x, gd_neg(x), true, false, 1e-8, GD_MEAN),
               "gd_poisson_nll_loss: target[0] = -0.5 must not be negative");
    ck_refused(gd_poisson_nll_loss(gd_neg(x), x, false, false, 1e-8, GD_MEAN),
               "gd_poisson_nll_loss: prediction[0] = -0.5 must not be negative: without log_input it is a mean");
    ck_refused(gd_poisson_nll_loss(x, x, true, false, -1, GD_MEAN),
               "gd_poisson_nll_loss: eps = -1 must not be negative");
}
END_TEST

START_TEST(distances_are_checked)
{
    gd_tensor *x = gd_ones(GD_SHAPE(2, 3)), *v2 = gd_ones(GD_SHAPE(2));
    ck_refused(gd_cosine_similarity(x, v2, 0, 1e-8),
               "gd_cosine_similarity: a is [2, 3] and b is [2]: sizes 3 and 2 do not broadcast");
    ck_refused(gd_cosine_similarity(x, x, 2, 1e-8), "gd_cosine_similarity: axis 2 must lie in [-2, 2)");
    ck_refused(gd_cosine_similarity(x, x, 1, 0), "gd_cosine_similarity: eps = 0 must be positive");
    ck_refused(gd_cosine_embedding_loss(x, x, x, 0, GD_MEAN),
               "gd_cosine_embedding_loss: a is [2, 3], b is [2, 3] and target is [2, 3]: they must be [n, d], [n, d] "
               "and [n], or [d], [d] and []");
    ck_refused(gd_cosine_embedding_loss(x, x, gd_zeros(GD_SHAPE(2)), 0, GD_MEAN),
               "gd_cosine_embedding_loss: target[0] = 0 must be -1 or 1");
    ck_refused(gd_cosine_embedding_loss(x, x, v2, 2, GD_MEAN),
               "gd_cosine_embedding_loss: margin = 2 must lie in [-1, 1]");
    ck_refused(gd_triplet_margin_loss(x, x, x, (gd_triplet_options){ .margin = 1 }),
               "gd_triplet_margin_loss: p = 0 must be positive; options begin as gd_triplet_defaults()");
    ck_refused(gd_triplet_margin_loss(x, x, x, (gd_triplet_options){ .p = 2 }),
               "gd_triplet_margin_loss: margin = 0 must be positive");
    ck_refused(gd_triplet_margin_loss(x, x, v2, gd_triplet_defaults()),
               "gd_triplet_margin_loss: anchor is [2, 3], positive is [2, 3] and negative is [2]: they must have the "
               "same shape, [.., d]");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("operations: losses");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, quietly, gd_shutdown);
    tcase_add_test(all, with_its_defaults_it_is_cross_entropy);
    tcase_add_test(all, ignored_rows_have_no_influence);
    tcase_add_test(all, all_ignored);
    tcase_add_test(all, weights_of_zero);
    tcase_add_test(all, large_numbers);
    tcase_add_test(all, no_labels);
    tcase_add_test(all, certain_predictions);
    tcase_add_test(all, small_losses_keep_their_digits);
    tcase_add_test(all, smooth_l1_at_its_ends);
    tcase_add_test(all, small_variances);
    tcase_add_test(all, counts_of_nothing);
    tcase_add_test(all, vectors_without_a_direction);
    tcase_add_test(all, pairs_and_triplets_that_are_far_enough);
    tcase_add_test(all, options_are_checked);
    tcase_add_test(all, elements_are_checked);
    tcase_add_test(all, distances_are_checked);
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
