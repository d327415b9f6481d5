/* test_limits_losses.c - losses, softmax and its family, extrema and norms at infinities, zeros, and the smallest
 * and largest numbers: value, slope and curvature against the limits. */
#include "limit_table.h"

#define F(name, call) static gd_tensor *name(gd_tensor *x) { return call; }
#define LN2 0.69314718055994530942
static const double z = 0;

/* ---- Losses of pairs ---------------------------------------------------------------------------------------- */

F(mse, gd_mse_loss(x, like(x, 0), GD_NONE))
F(l1, gd_l1_loss(x, like(x, 0), GD_NONE))
F(l1_by_target, gd_l1_loss(like(x, 0), x, GD_NONE))
F(huber, gd_huber_loss(x, like(x, 0), 1.5, GD_NONE))
F(huber_by_target, gd_huber_loss(like(x, 0), x, 1.5, GD_NONE))
F(huber_open, gd_huber_loss(x, like(x, 0), INF, GD_NONE))
F(hinge, gd_hinge_loss(x, like(x, 1), GD_NONE))
F(hinge_below, gd_hinge_loss(x, like(x, -1), GD_NONE))
F(hinge_by_all, gd_hinge_loss(x, gd_requires_grad(like(x, 1)), GD_NONE))

START_TEST(distances)
{
    const double *flat = E(z, z, z, z, z, z, z, z, z, z, ANY);
    try_limits("mse", mse, E(INF, INF, INF, z, z, z, z, INF, INF, INF, NONE),
               E(-INF, -INF, -2 * BIG, -2 * TINY, z, z, 2 * TINY, 2 * BIG, INF, INF, NONE), ALL(2));
    const double *size = E(INF, MAX, BIG, TINY, z, z, TINY, BIG, MAX, INF, NONE);
    const double *sign = E(-1, -1, -1, -1, z, z, 1, 1, 1, 1, NONE);
    try_limits("l1", l1, size, sign, flat);
    try_limits("l1 by target", l1_by_target, size, sign, flat);
    const double *y = E(INF, INF, 1.5 * BIG, z, z, z, z, 1.5 * BIG, INF, INF, NONE);
    const double *dy = E(-1.5, -1.5, -1.5, -TINY, z, z, TINY, 1.5, 1.5, 1.5, NONE);
    const double *d2 = E(z, z, z, 1, 1, 1, 1, z, z, z, NONE);
    try_limits("huber", huber, y, dy, d2);
    try_limits("huber by target", huber_by_target, y, dy, d2);
    try_limits("huber without an end", huber_open, E(INF, INF, INF, z, z, z, z, INF, INF, INF, NONE),
               E(-INF, -MAX, -BIG, -TINY, z, z, TINY, BIG, MAX, INF, NONE), E(1, 1, 1, 1, 1, 1, 1, 1, 1, 1, NONE));
    try_limits("hinge", hinge, E(INF, MAX, BIG, 1, 1, 1, 1, z, z, z, NONE),
               E(-1, -1, -1, -1, -1, -1, -1, z, z, z, NONE), flat);
    try_limits("hinge, both", hinge_by_all, E(INF, MAX, BIG, 1, 1, 1, 1, z, z, z, NONE),
               E(-1, -1, -1, -1, -1, -1, -1, z, z, z, NONE), flat);
    try_limits("hinge, t = -1", hinge_below, E(z, z, z, 1, 1, 1, 1, BIG, MAX, INF, NONE),
               E(z, z, z, 1, 1, 1, 1, 1, 1, 1, NONE), flat);
}
END_TEST

/* By the target: the slope is -y where the hinge rises, else 0, also for an infinite y. */
START_TEST(hinge_by_its_target)
{
    gd_tensor *x = gd_requires_grad(gd_from(GD_SHAPE(6), (gd_real[]){ (gd_real)INFINITY, (gd_real)-INFINITY, 3, -3, 0.5,
                                                                      (gd_real)NAN }));
    gd_tensor *t = gd_requires_grad(gd_from(GD_SHAPE(6), (gd_real[]){ 1, -1, 1, 1, 1, 1 })), *d[2], *d2[2];
    gd_tensor *y = gd_hinge_loss(x, t, GD_NONE), *const xt[] = { x, t };
    ck_values(y, 0, 0, 0, 4, 0.5, NONE);
    ck_good(gd_grad(y, gd_ones(GD_SHAPE(6)), xt, 2, d, true));
    ck_values(d[0], 0, 0, 0, -1, -1, NONE);
    ck_values(d[1], 0, 0, 0, 3, -0.5, NONE);
    ck_good(gd_grad(d[1], gd_ones(GD_SHAPE(6)), xt, 1, d2, false));
    ck_values(d2[0], 0, 0, 0, -1, -1, NONE);
    for (int i = 0; i < 6; i++) {           /* one alone */
        gd_tensor *one[] = { gd_slice(x, 0, i, i + 1, 1), gd_slice(t, 0, i, i + 1, 1) };
        ck_good(gd_grad(gd_hinge_loss(one[0], one[1], GD_SUM), NULL, one, 2, d2, false));
        ck_values(d2[1], element(d[1], i));
    }
}
END_TEST

static const double hill[] = { 0, 0, 0, .25, .25, .25, .25, 0, 0, 0, NONE };

F(bce_0, gd_bce_with_logits(x, like(x, 0), GD_NONE))
F(bce_1, gd_bce_with_logits(x, like(x, 1), GD_NONE))
F(bce_half, gd_bce_with_logits(x, like(x, 0.5), GD_NONE))
F(kl_0, gd_kl_div(x, like(x, 0), GD_NONE))
F(kl_half, gd_kl_div(x, like(x, 0.5), GD_NONE))

START_TEST(likelihoods)
{
    try_limits("bce, t = 0", bce_0, E(z, z, z, LN2, LN2, LN2, LN2, BIG, MAX, INF, NONE),
               E(z, z, z, .5, .5, .5, .5, 1, 1, 1, NONE), hill);
    try_limits("bce, t = 1", bce_1, E(INF, MAX, BIG, LN2, LN2, LN2, LN2, z, z, z, NONE),
               E(-1, -1, -1, -.5, -.5, -.5, -.5, z, z, z, NONE), hill);
    try_limits("bce, t = 1/2", bce_half, E(INF, MAX / 2, BIG / 2, LN2, LN2, LN2, LN2, BIG / 2, MAX / 2, INF, NONE),
               E(-.5, -.5, -.5, z, z, z, z, .5, .5, .5, NONE), hill);
    try_limits("kl, t = 0", kl_0, E(z, z, z, z, z, z, z, z, z, z, ANY), ALL(0), ALL(0));
    const double half = -.5 * LN2;
    try_limits("kl, t = 1/2", kl_half, E(INF, MAX / 2, BIG / 2, half, half, half, half, -BIG / 2, -MAX / 2, -INF, NONE),
               ALL(-.5), ALL(0));
}
END_TEST

/* Pairs of special values, summed: a single 0 times infinity would spoil the sum. */
START_TEST(confident_and_right)
{
    gd_tensor *x = gd_requires_grad(gd_from(GD_SHAPE(2), (gd_real[]){ (gd_real)-INFINITY, (gd_real)INFINITY })), *d[2];
    gd_tensor *t = gd_requires_grad(gd_from(GD_SHAPE(2), (gd_real[]){ 0, 1 }));
    gd_tensor *y = gd_bce_with_logits(x, t, GD_MEAN);
    ck_values(y, 0);
    ck_good(gd_grad(y, NULL, (gd_tensor *const[]){ x, t }, 2, d, false));
    ck_values(d[0], 0, 0);
    ck_values(d[1], INF, -INF);
}
END_TEST

/* By the target: slope ln t + 1 - q, curvature 1 / t; at 0 what the header says. */
F(kl_by_target, gd_kl_div(like(x, -0.25), x, GD_NONE))

static gd_tensor *cycle(int length, int n, const gd_real *numbers)
{
    gd_tensor *t = gd_zeros(GD_SHAPE(length));
    for (int i = 0; i < length; i++)
        t->data[i] = numbers[i % n];
    return t;
}

START_TEST(divergence_by_its_target)
{
    const gd_real numbers[] = { 0, (gd_real)TINY, (gd_real)0.5, (gd_real)BIG };
    for (int length = 1; length < 20; length += 18) {
        gd_tensor *t = gd_requires_grad(cycle(length, 4, numbers)), *y = kl_by_target(t);
        gd_tensor *slope = limit_slope(y, t), *curve = limit_slope(slope, t);
        for (int i = 0; i < length; i++) {
            const double x = (double)numbers[i % 4];
            ck_assert(limit_reached(element(y, i), x == 0 ? 0 : x * (log(x) + 0.25)));
            ck_assert(limit_reached(element(slope, i), x == 0 ? 0.25 : log(x) + 1.25));
            ck_assert(limit_reached(element(curve, i), x == 0 ? 0 : 1 / x));
        }
    }
}
END_TEST

/* ---- Softmax and its family ---------------------------------------------------------------------------------- */

F(softmax, column(gd_softmax(beside(x, like(x, 0)), 1), 0))
F(softmax_twin, column(gd_softmax(beside(x, x), 1), 0))
F(log_softmax, column(gd_log_softmax(beside(x, like(x, 0)), 1), 0))
F(log_softmax_other, column(gd_log_softmax(beside(x, like(x, 0)), 1), 1))
F(log_softmax_twin, column(gd_log_softmax(beside(x, x), 1), 1))
F(logsumexp, gd_logsumexp(beside(x, like(x, 0)), 1, false))
F(logsumexp_down, gd_logsumexp(gd_transpose(beside(x, like(x, 0)), 0, 1), 0, false))
F(logsumexp_twin, gd_logsumexp(beside(x, x), 1, false))
F(logsumexp_axes, gd_logsumexp_axes(gd_unsqueeze(gd_transpose(beside(x, x), 0, 1), 0), GD_SHAPE(0, 1), false))
F(cross_entropy_right, gd_cross_entropy(beside(x, like(x, 0)), like(x, 0), GD_NONE))
F(cross_entropy_wrong, gd_cross_entropy(beside(x, like(x, 0)), like(x, 1), GD_NONE))
F(cross_entropy_twin, gd_cross_entropy(beside(x, x), like(x, 1), GD_NONE))

START_TEST(softmaxes)
{
    const double *step = E(z, z, z, .5, .5, .5, .5, 1, 1, 1, NONE);
    const double *down = E(-1, -1, -1, -.5, -.5, -.5, -.5, z, z, z, NONE);
    const double *up = E(1, 1, 1, .5, .5, .5, .5, z, z, z, NONE);
    const double *minus_hill = E(z, z, z, -.25, -.25, -.25, -.25, z, z, z, NONE);
    const double *ramp = E(z, z, z, LN2, LN2, LN2, LN2, BIG, MAX, INF, NONE);
    const double *flat = E(z, z, z, z, z, z, z, z, z, z, ANY), *half = E(.5, .5, .5, .5, .5, .5, .5, .5, .5, .5, NONE);
    try_limits("softmax", softmax, step, hill, E(z, z, z, z, z, z, z, z, z, z, NONE));
    try_limits("softmax of equal ones", softmax_twin, half, flat, flat);
    try_limits("log_softmax", log_softmax, E(-INF, -MAX, -BIG, -LN2, -LN2, -LN2, -LN2, z, z, z, NONE), up, minus_hill);
    try_limits("log_softmax of the other", log_softmax_other,
               E(z, z, z, -LN2, -LN2, -LN2, -LN2, -BIG, -MAX, -INF, NONE),
               E(z, z, z, -.5, -.5, -.5, -.5, -1, -1, -1, NONE), minus_hill);
    try_limits("log_softmax of equal ones", log_softmax_twin,
               E(-LN2, -LN2, -LN2, -LN2, -LN2, -LN2, -LN2, -LN2, -LN2, -LN2, NONE), flat, flat);
    try_limits("logsumexp", logsumexp, ramp, step, hill);
    try_limits("logsumexp down a column", logsumexp_down, ramp, step, hill);
    const double *twice = E(-INF, -MAX, -BIG, LN2, LN2, LN2, LN2, BIG, MAX, INF, NONE);
    const double *one = E(1, 1, 1, 1, 1, 1, 1, 1, 1, 1, NONE);
    try_limits("logsumexp of equal ones", logsumexp_twin, twice, one, flat);
    try_limits("logsumexp over two axes", logsumexp_axes, twice, one, flat);
    try_limits("cross-entropy, right", cross_entropy_right, E(INF, MAX, BIG, LN2, LN2, LN2, LN2, z, z, z, NONE), down,
               hill);
    try_limits("cross-entropy, wrong", cross_entropy_wrong, ramp, step, hill);
    try_limits("cross-entropy of equal ones", cross_entropy_twin,
               E(LN2, LN2, LN2, LN2, LN2, LN2, LN2, LN2, LN2, LN2, NONE), flat, flat);
}
END_TEST

/* Longer rows, at an odd place: beside one or two infinities the rest is 0; a row of -infinity is even. */
START_TEST(infinities_in_long_rows)
{
    enum { N = 83, AT = 77, AND = 5 };
    gd_tensor *x = gd_full(GD_SHAPE(1, N), 0.25);
    x->data[AT] = (gd_real)INFINITY;
    x->data[3] = (gd_real)-INFINITY;
    gd_tensor *y = gd_softmax(x, 1), *l = gd_log_softmax(x, 1);
    for (int i = 0; i < N; i++) {
        ck_assert(element(y, i) == (i == AT));
        ck_assert(element(l, i) == (i == AT ? 0 : -INF));
    }
    x->data[AND] = (gd_real)INFINITY;
    y = gd_softmax(x, 1);
    for (int i = 0; i < N; i++)
        ck_assert(element(y, i) == (i == AT || i == AND ? 0.5 : 0));
    ck_values(gd_cross_entropy(x, gd_full(GD_SHAPE(1), AND), GD_SUM), LN2);
    x = gd_requires_grad(gd_full(GD_SHAPE(1, N), -INF));
    ck_good(gd_backward(gd_logsumexp_axes(x, GD_SHAPE(), false)));
    for (int i = 0; i < N; i++) {
        ck_assert(fabs(element(gd_softmax(x, 1), i) * N - 1) < 4 * EPS);
        ck_assert(fabs(element(gd_log_softmax(x, 1), i) / log(N) + 1) < 4 * EPS);
        ck_assert(fabs(element(x->grad, i) * N - 1) < 4 * EPS);
    }
    x->data[AT] = NAN;
    ck_assert(isnan(element(gd_softmax(x, 1), 0)) && isnan(element(gd_log_softmax(x, 1), 0)));
}
END_TEST

/* Of large numbers the shares add up to 1, although y cannot hold x + ln n. */
START_TEST(shares_of_large_numbers)
{
    gd_tensor *x = gd_requires_grad(gd_full(GD_SHAPE(4, 4), 3e8));
    ck_good(gd_backward(gd_sum(gd_logsumexp(x, 1, false))));
    ck_values(gd_sum_axis(x->grad, 1, false), 1, 1, 1, 1);
    gd_zero_grad_of(x);
    ck_good(gd_backward(gd_logsumexp_axes(x, GD_SHAPE(0, 1), false)));
    ck_values(gd_sum(x->grad), 1);
    ck_values(gd_slice(gd_flatten(x->grad, 0), 0, 0, 2, 1), 1.0 / 16, 1.0 / 16);
}
END_TEST

/* ---- Extrema and norms --------------------------------------------------------------------------------------- */

F(max, gd_max_axis(beside(x, like(x, 0)), 1, false))
F(min, gd_min_axis(beside(like(x, 0), x), 1, false))
F(norm_alone, gd_norm_axes(gd_unsqueeze(x, 1), 2, GD_SHAPE(1), false))
F(norm_1, gd_norm_axes(beside(x, like(x, 1)), 1, GD_SHAPE(1), false))
F(norm_3_halves, gd_norm_axes(beside(x, like(x, 1)), 1.5, GD_SHAPE(1), false))
F(norm_2, gd_norm_axes(beside(x, like(x, 1)), 2, GD_SHAPE(1), false))
F(norm_3, gd_norm_axes(beside(x, like(x, 1)), 3, GD_SHAPE(1), false))
F(norm_inf, gd_norm_axes(beside(x, like(x, 1)), INF, GD_SHAPE(1), false))
F(norm_of_three, gd_norm_axes(gd_stack((gd_tensor *const[]){ x, x, x }, 3, 1), 2, GD_SHAPE(1), false))

START_TEST(extrema_and_norms)
{
    const double *flat = E(z, z, z, z, z, z, z, z, z, z, ANY);
    try_limits("max", max, E(z, z, z, z, z, z, TINY, BIG, MAX, INF, NONE), E(z, z, z, z, .5, .5, 1, 1, 1, 1, 1), flat);
    try_limits("min", min, E(-INF, -MAX, -BIG, -TINY, z, z, z, z, z, z, NONE), E(1, 1, 1, 1, .5, .5, z, z, z, z, 1),
               flat);
    const double *size = E(INF, MAX, BIG, TINY, z, z, TINY, BIG, MAX, INF, NONE);
    const double *sign = E(-1, -1, -1, -1, z, z, 1, 1, 1, 1, NONE);
    try_limits("norm of one", norm_alone, size, sign, E(z, z, z, ANY, ANY, ANY, ANY, z, z, z, ANY));
    const double *bowl = E(INF, MAX, BIG, 1, 1, 1, 1, BIG, MAX, INF, NONE);
    const double *soft_sign = E(-1, -1, -1, z, z, z, z, 1, 1, 1, NONE);
    try_limits("norm 1", norm_1, bowl, sign, flat);
    try_limits("norm 3/2", norm_3_halves, bowl, E(-1, -1, -1, ANY, z, z, ANY, 1, 1, 1, NONE),
               E(z, z, z, ANY, ANY, ANY, ANY, z, z, z, ANY));
    try_limits("norm 2", norm_2, bowl, soft_sign, E(z, z, z, 1, 1, 1, 1, z, z, z, NONE));
    try_limits("norm 3", norm_3, bowl, soft_sign, E(z, z, z, z, z, z, z, z, z, z, ANY));
    try_limits("norm inf", norm_inf, bowl, soft_sign, flat);
    const double r = sqrt(3);
    try_limits("norm of three", norm_of_three, E(INF, INF, r * BIG, 2 * TINY, z, z, 2 * TINY, r * BIG, INF, INF, NONE),
               E(-r, -r, -r, ANY, z, z, ANY, r, r, r, NONE), E(z, z, ANY, ANY, ANY, ANY, ANY, ANY, z, z, ANY));
}
END_TEST

/* Rows of one tensor: infinite, too large, ordinary, zero; each keeps its own gradient. */
START_TEST(norms_of_mixed_rows)
{
    gd_tensor *x = gd_requires_grad(gd_from(GD_SHAPE(5, 2), (gd_real[]){
        (gd_real)-INFINITY, 5, (gd_real)MAX, (gd_real)MAX, 3, -4, 0, 0, (gd_real)INFINITY, (gd_real)-INFINITY }));
    gd_tensor *y = gd_norm_axes(x, 2, GD_SHAPE(1), false), *dx;
    ck_values(y, INF, INF, 5, 0, INF);
    ck_good(gd_grad(gd_sum(y), NULL, &x, 1, &dx, true));
    const double r = sqrt(0.5);
    ck_values(dx, -1, 0, r, r, 0.6, -0.8, 0, 0, r, -r);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("operations: limits losses");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, quietly, gd_shutdown);
    tcase_add_test(all, distances);
    tcase_add_test(all, hinge_by_its_target);
    tcase_add_test(all, likelihoods);
    tcase_add_test(all, confident_and_right);
    tcase_add_test(all, divergence_by_its_target);
    tcase_add_test(all, softmaxes);
    tcase_add_test(all, infinities_in_long_rows);
    tcase_add_test(all, shares_of_large_numbers);
    tcase_add_test(all, extrema_and_norms);
    tcase_add_test(all, norms_of_mixed_rows);
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
