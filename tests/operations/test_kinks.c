/* test_kinks.c - conventions where mathematics leaves a choice: gradients at kinks and zeros, extreme arguments;
 * and the messages of invalid calls.  Other values and gradients: test_derivatives.c, test_golden.c. */
#include <stdio.h>

#include "support/support.h"

/* The gradient of the sum of y by x, which is made new each time. */
#define GRADIENT(x, y) (gd_backward(gd_sum(y)) ? (x)->grad : NULL)

#define LEAF(...) \
    leaf_of(GD_SHAPE(sizeof((gd_real[]){ __VA_ARGS__ }) / sizeof(gd_real)), (const gd_real[]){ __VA_ARGS__ })

/* ---- Zeros and kinks ---------------------------------------------------------------------------------------- */

START_TEST(products_with_zeros)
{
    gd_tensor *x = LEAF(2, 0, 3, 0, 5), *y = gd_cumprod(x, 0);
    ck_values(y, 2, 0, 0, 0, 0);
    ck_values(GRADIENT(x, y), 1, 2 + 6, 0, 0, 0);
    gd_tensor *one = LEAF(2, 3, 0, 5), *z = gd_cumprod(one, -1);
    ck_values(GRADIENT(one, z), 1 + 3, 2, 6 + 30, 0);
    gd_tensor *twice = LEAF(0, 0), *d = NULL, *dd = NULL;     /* d2 (x0 x1) / dx0 dx1 = 1 */
    gd_tensor *last = gd_slice(gd_cumprod(twice, 0), 0, 1, 2, 1);
    ck_good(gd_grad(last, NULL, &twice, 1, &d, true));
    ck_good(gd_grad(gd_slice(d, 0, 0, 1, 1), NULL, &twice, 1, &dd, false));
    ck_values(dd, 0, 1);
}
END_TEST

START_TEST(norms_at_zero)
{
    const double p[] = { 0.5, 1, 1.5, 2, 3, (double)INFINITY };
    for (size_t i = 0; i < sizeof p / sizeof *p; i++) {
        gd_tensor *none = LEAF(0, 0), *some = LEAF(0, -2), *d = NULL, *dd = NULL;
        ck_values(GRADIENT(none, gd_norm(none, p[i])), 0, 0);
        ck_values(gd_norm(some, p[i]), 2);
        ck_values(GRADIENT(some, gd_norm(some, p[i])), 0, -1);
        ck_good(gd_grad(gd_norm(some, p[i]), NULL, &some, 1, &d, true));
        if (d->requires_grad) {
            ck_good(gd_grad(gd_sum(d), NULL, &some, 1, &dd, false));
            ck_assert_msg(isfinite(element(dd, 0)) && isfinite(element(dd, 1)), "p = %g", p[i]);
        }
    }
    gd_tensor *equal = LEAF(3, -3, 1);
    ck_values(GRADIENT(equal, gd_norm(equal, (double)INFINITY)), 0.5, -0.5, 0);
    ck_values(gd_norm_axes(gd_zeros(GD_SHAPE(2, 0)), (double)INFINITY, GD_SHAPE(1), false), 0, 0);
    ck_values(gd_norm(gd_zeros(GD_SHAPE(0)), 3), 0);
    const gd_real big = IN_DOUBLE ? (gd_real)1e300 : (gd_real)1e37;
    gd_tensor *far = LEAF(3 * big, 4 * big);
    ck_values(gd_scale(gd_norm(far, 2), 1 / (double)big), 5);
    ck_values(GRADIENT(far, gd_norm(far, 2)), 0.6, 0.8);
    ck_assert(isinf((double)gd_item(gd_norm(LEAF((gd_real)INFINITY, 1), 2))));
    ck_assert(isnan((double)gd_item(gd_norm(LEAF((gd_real)NAN, 1), 2))));
}
END_TEST

START_TEST(losses_at_their_kinks)
{
    gd_tensor *x = LEAF(1, 2, 3), *t = gd_from(GD_SHAPE(3), (const gd_real[]){ 1, 4, 2 });
    ck_values(GRADIENT(x, gd_l1_loss(x, t, GD_SUM)), 0, -1, 1);
    gd_tensor *y = LEAF(-2, 2, 0.5, 3), *zero = gd_zeros(GD_SHAPE(4));
    ck_values(gd_huber_loss(y, zero, 2, GD_NONE), 2, 2, 0.125, 4);
    ck_values(GRADIENT(y, gd_huber_loss(y, zero, 2, GD_SUM)), -2, 2, 0.5, 2);
    gd_tensor *score = LEAF(1, -1, 0.5, -3), *side = gd_from(GD_SHAPE(4), (const gd_real[]){ 1, -1, 1, 1 });
    ck_values(gd_hinge_loss(score, side, GD_NONE), 0, 0, 0.5, 4);
    ck_values(GRADIENT(score, gd_hinge_loss(score, side, GD_SUM)), 0, 0, -1, -1);
    gd_tensor *target = LEAF(0, 0.5), *q = LEAF(-1, -2);
    ck_values(gd_kl_div(q, target, GD_NONE), 0, 0.5 * (log(0.5) + 2));
    ck_good(gd_backward(gd_kl_div(q, target, GD_SUM)));
    ck_values(target->grad, 1, log(0.5) + 1 + 2);
    ck_values(q->grad, 0, -0.5);
}
END_TEST

/* The loss of a confident correct answer keeps its digits, and nothing overflows. */
START_TEST(binary_cross_entropy_far_out)
{
    gd_tensor *x = LEAF(10000, -10000, 10000, -10000, 30, -30);
    gd_tensor *t = gd_from(GD_SHAPE(6), (const gd_real[]){ 1, 0, 0, 1, 1, 0 });
    gd_tensor *l = gd_bce_with_logits(x, t, GD_NONE);
    ck_values(gd_slice(l, 0, 0, 4, 1), 0, 0, 10000, 10000);
    for (int i = 4; i < 6; i++)
        ck_assert_msg(fabs(element(l, i) / log1p(exp(-30)) - 1) < 1e-5, "%g", element(l, i));
    gd_tensor *d = GRADIENT(x, l);
    ck_values(gd_slice(d, 0, 0, 4, 1), 0, 0, 1, -1);
    ck_assert(fabs(element(d, 4) * exp(30) + 1) < 1e-5 && fabs(element(d, 5) * exp(30) - 1) < 1e-5);
    gd_tensor *wide = LEAF(10000, -10000), *none = gd_zeros(GD_SHAPE(2));
    ck_values(GRADIENT(wide, gd_huber_loss(wide, none, 1, GD_MEAN)), 0.5, -0.5);
    ck_values(GRADIENT(wide, gd_l1_loss(wide, none, GD_MEAN)), 1, -1);      /* on top of the last */
}
END_TEST

START_TEST(repeated_indices_add_up)
{
    gd_tensor *table = gd_requires_grad(gd_ones(GD_SHAPE(4, 2)));
    gd_tensor *index = gd_from(GD_SHAPE(3), (const gd_real[]){ 2, 0, 2 });
    ck_values(GRADIENT(table, gd_embedding(table, index)), 1, 1, 0, 0, 2, 2, 0, 0);
    gd_tensor *x = LEAF(5, 6, 7);
    ck_values(gd_gather(x, 0, index), 7, 5, 7);
    ck_values(GRADIENT(x, gd_gather(x, 0, index)), 1, 0, 2);
}
END_TEST

START_TEST(arranging)
{
    gd_tensor *x = gd_from(GD_SHAPE(2, 2), (const gd_real[]){ 1, 2, 3, 4 });
    ck_values(gd_flip(x, 1), 2, 1, 4, 3);
    ck_values(gd_repeat(x, GD_SHAPE(1, 2)), 1, 2, 1, 2, 3, 4, 3, 4);
    ck_values(gd_repeat(x, GD_SHAPE(2, 1)), 1, 2, 3, 4, 1, 2, 3, 4);
    ck_assert(gd_repeat(x, GD_SHAPE(1, 1)) != x);
    ck_values(gd_pad(x, GD_SHAPE(1, 0), GD_SHAPE(0, 1), 9), 9, 9, 9, 1, 2, 9, 3, 4, 9);
    ck_values(gd_tril(x, 0), 1, 0, 3, 4);
    ck_values(gd_tril(x, -1), 0, 0, 3, 0);
    ck_values(gd_triu(x, 0), 1, 2, 0, 4);
    ck_values(gd_triu(x, 2), 0, 0, 0, 0);
    ck_values(gd_triu(x, INT64_MIN), 1, 2, 3, 4);
    ck_values(gd_tril(gd_full(GD_SHAPE(2, 2), (double)INFINITY), INT64_MIN), 0, 0, 0, 0);
    ck_values(gd_cumsum(x, 0), 1, 2, 4, 6);
    ck_values(gd_cumsum(gd_transpose(x, 0, 1), 0), 1, 3, 3, 7);
}
END_TEST

START_TEST(frozen_running_statistics)
{
    gd_tensor *x = gd_from(GD_SHAPE(2, 1), (const gd_real[]){ 1, 3 });
    gd_tensor *mean = gd_zeros(GD_SHAPE(1)), *var = gd_ones(GD_SHAPE(1));
    gd_tensor *made = gd_square(gd_requires_grad(gd_ones(GD_SHAPE(1))));
    ck_assert_ptr_null(gd_batch_norm(x, NULL, NULL, mean, made, true, 0.1, 1e-5));
    ck_message("gd_batch_norm: running_mean and running_var must not be results of recorded operations");
    ck_values(mean, 0);
    ck_values(gd_batch_norm(x, NULL, NULL, mean, var, true, 1, 0), -1, 1);
    ck_values(mean, 2);
    ck_values(var, 2);
}
END_TEST

/* ---- Invalid calls ------------------------------------------------------------------------------------------ */

START_TEST(messages)
{
    gd_tensor *x = gd_zeros(GD_SHAPE(2, 3)), *v = gd_zeros(GD_SHAPE(3)), *s = gd_scalar(1);
    ck_refused(gd_cumsum(x, 2), "gd_cumsum: axis 2 must lie in [-2, 2)");
    ck_refused(gd_cumprod(s, 0), "gd_cumprod: axis 0 of a scalar, which has no axes");
    ck_refused(gd_norm(x, 0), "gd_norm: p = 0 must be positive; INFINITY is allowed");
    ck_refused(gd_norm_axes(x, 2, GD_SHAPE(1, -1), false), "gd_norm_axes: axis 1 is listed twice in [1, -1]");
    ck_refused(gd_flip(x, -3), "gd_flip: axis -3 must lie in [-2, 2)");
    ck_refused(gd_repeat(x, GD_SHAPE(2)),
               "gd_repeat: x is [2, 3] and times is [2]: one number for each axis is expected, none negative");
    ck_refused(gd_repeat(x, GD_SHAPE(2, -1)),
               "gd_repeat: x is [2, 3] and times is [2, -1]: one number for each axis is expected, none negative");
    ck_refused(gd_pad(x, GD_SHAPE(1), GD_SHAPE(1, 1), 0),
               "gd_pad: x is [2, 3], before [1] and after [1, 1]: one width for each axis is expected, none "
               "negative");
    ck_refused(gd_pad(v, GD_SHAPE(-1), GD_SHAPE(1), 0),
               "gd_pad: x is [3], before [-1] and after [1]: one width for each axis is expected, none negative");
    ck_refused(gd_tril(v, 0), "gd_tril: x is [3]: it must have at least two axes");
    ck_refused(gd_gather(x, 0, v),
               "gd_gather: x is [2, 3] and index is [3]: index must have as many axes, none but axis 0 longer "
               "than x's");
    ck_refused(gd_gather(x, 1, gd_full(GD_SHAPE(2, 1), 3)),
               "gd_gather: index[0] = 3 is not a whole number in [0, 3)");
    ck_refused(gd_embedding(x, gd_full(GD_SHAPE(2), 0.5)),
               "gd_embedding: index[0] = 0.5 is not a whole number in [0, 2)");
    ck_refused(gd_embedding(v, v),
               "gd_embedding: table is [3] and index is [3]: they must be [rows, d] and at most 7 axes");
    ck_refused(gd_l1_loss(x, v, GD_MEAN),
               "gd_l1_loss: prediction is [2, 3] and target is [3]: they must have the same shape");
    ck_refused(gd_l1_loss(x, x, (gd_reduction)7), "gd_l1_loss: reduction = 7 must be GD_MEAN, GD_SUM or GD_NONE");
    ck_refused(gd_huber_loss(x, x, 0, GD_MEAN), "gd_huber_loss: delta = 0 must be positive");
    ck_refused(gd_bce_with_logits(v, x, GD_MEAN),
               "gd_bce_with_logits: prediction is [3] and target is [2, 3]: they must have the same shape");
    ck_refused(gd_kl_div(v, x, GD_MEAN),
               "gd_kl_div: prediction is [3] and target is [2, 3]: they must have the same shape");
    ck_refused(gd_hinge_loss(v, v, GD_MEAN), "gd_hinge_loss: target[0] = 0 must be -1 or 1");
    ck_refused(gd_layer_norm(x, gd_ones(GD_SHAPE(2)), NULL, 1e-5),
               "gd_layer_norm: x is [2, 3] and weight is [2]: it must have the shape of x's last axis");
    ck_refused(gd_layer_norm(x, NULL, s, 1e-5),
               "gd_layer_norm: x is [2, 3], with 0 axes to normalise: at least one is needed");
    ck_refused(gd_layer_norm(x, NULL, NULL, -1), "gd_layer_norm: eps = -1 must not be negative");
    ck_refused(gd_batch_norm(v, NULL, NULL, NULL, NULL, true, 0.1, 1e-5),
               "gd_batch_norm: x is [3]: it must be [n, channels, ..]");
    ck_refused(gd_batch_norm(x, gd_ones(GD_SHAPE(2)), NULL, NULL, NULL, true, 0.1, 1e-5),
               "gd_batch_norm: x is [2, 3] and weight is [2]: one number for each channel, [3], is expected");
    ck_refused(gd_batch_norm(x, NULL, NULL, NULL, NULL, false, 0.1, 1e-5),
               "gd_batch_norm: running_mean and running_var must be given together, and always when not training");
    ck_refused(gd_batch_norm(x, NULL, NULL, NULL, NULL, true, 2, 1e-5),
               "gd_batch_norm: momentum = 2 must lie in [0, 1]");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("operations: kinks");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, quietly, gd_shutdown);
    tcase_add_test(all, products_with_zeros);
    tcase_add_test(all, norms_at_zero);
    tcase_add_test(all, losses_at_their_kinks);
    tcase_add_test(all, binary_cross_entropy_far_out);
    tcase_add_test(all, repeated_indices_add_up);
    tcase_add_test(all, arranging);
    tcase_add_test(all, frozen_running_statistics);
    tcase_add_test(all, messages);
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
