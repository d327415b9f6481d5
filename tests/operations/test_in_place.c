/* test_in_place.c - gd_assign, gd_fill, gd_add_to and gd_clamp_to: broadcasting, views, overlaps, and what is
 * refused. */
#include "support/support.h"

static gd_tensor *matrix(void)
{
    return gd_from(GD_SHAPE(2, 3), (gd_real[]){ 1, 2, 3, 4, 5, 6 });
}

START_TEST(changes)
{
    gd_tensor *x = matrix(), *row = gd_from(GD_SHAPE(3), (gd_real[]){ 10, 20, 30 });
    ck_good(gd_assign(x, row));
    ck_values(x, 10, 20, 30, 10, 20, 30);
    ck_good(gd_add_to(x, gd_from(GD_SHAPE(2, 1), (gd_real[]){ 1, 2 }), -2));
    ck_values(x, 8, 18, 28, 6, 16, 26);
    ck_good(gd_clamp_to(x, 8, 20));
    ck_values(x, 8, 18, 20, 8, 16, 20);
    ck_good(gd_clamp_to(x, -(double)INFINITY, 18));
    ck_values(x, 8, 18, 18, 8, 16, 18);
    ck_good(gd_fill(x, -1));
    ck_values(x, -1, -1, -1, -1, -1, -1);
    ck_good(gd_assign(x, gd_scalar(5)));
    ck_values(x, 5, 5, 5, 5, 5, 5);
    gd_tensor *none = gd_zeros(GD_SHAPE(0, 3)), *scalar = gd_scalar(1);
    ck_good(gd_assign(none, row) && gd_fill(none, 1) && gd_add_to(none, row, 1) && gd_clamp_to(none, 0, 1));
    ck_good(gd_add_to(scalar, gd_scalar(2), 3) && gd_assign(gd_ones(GD_SHAPE(1)), scalar));
    ck_values(scalar, 7);
    gd_tensor *nan = gd_full(GD_SHAPE(1), NAN);
    ck_good(gd_clamp_to(nan, 0, 1));
    ck_values(nan, (double)NAN);
}
END_TEST

START_TEST(through_views)
{
    gd_tensor *x = matrix();
    ck_good(gd_assign(gd_transpose(x, 0, 1), gd_from(GD_SHAPE(2), (gd_real[]){ 7, 8 })));
    ck_values(x, 7, 7, 7, 8, 8, 8);
    ck_good(gd_fill(gd_slice(x, 1, 0, 3, 2), 0));
    ck_values(x, 0, 7, 0, 0, 8, 0);
    ck_good(gd_add_to(gd_slice(x, 0, 1, 2, 1), gd_ones(GD_SHAPE(3)), 0.5));
    ck_values(x, 0, 7, 0, 0.5, 8.5, 0.5);
    ck_good(gd_clamp_to(gd_slice(x, 1, 1, 2, 1), 0, 8));
    ck_values(x, 0, 7, 0, 0.5, 8, 0.5);
}
END_TEST

/* What is written must not change what is still to be read. */
START_TEST(overlaps)
{
    gd_tensor *x = gd_arange(0, 6, 1);
    ck_good(gd_assign(gd_slice(x, 0, 1, 6, 1), gd_slice(x, 0, 0, 5, 1)));
    ck_values(x, 0, 0, 1, 2, 3, 4);
    ck_good(gd_assign(gd_slice(x, 0, 0, 5, 1), gd_slice(x, 0, 1, 6, 1)));
    ck_values(x, 0, 1, 2, 3, 4, 4);
    gd_tensor *square = gd_from(GD_SHAPE(2, 2), (gd_real[]){ 1, 2, 3, 4 });
    ck_good(gd_assign(square, gd_transpose(square, 0, 1)));
    ck_values(square, 1, 3, 2, 4);
    ck_good(gd_add_to(square, gd_transpose(square, 0, 1), 1));
    ck_values(square, 2, 5, 5, 8);
    ck_good(gd_add_to(square, square, -0.5));                     /* the same elements in the same order */
    ck_values(square, 1, 2.5, 2.5, 4);
    ck_good(gd_assign(square, square));
    ck_values(square, 1, 2.5, 2.5, 4);
    ck_good(gd_add_to(square, gd_slice(square, 0, 0, 1, 1), 1));  /* a row of itself, broadcast */
    ck_values(square, 2, 5, 3.5, 6.5);
}
END_TEST

START_TEST(parameters_under_no_grad)
{
    gd_tensor *w = gd_requires_grad(matrix());
    ck_good(gd_backward(gd_sum(gd_square(w))));
    GD_NO_GRAD;
    ck_good(gd_add_to(w, w->grad, -0.5));
    ck_values(w, 0, 0, 0, 0, 0, 0);
    ck_good(gd_assign(w, w->grad) && gd_clamp_to(w, 4, 9) && gd_fill(gd_slice(w, 0, 0, 1, 1), 1));
    ck_values(w, 1, 1, 1, 8, 9, 9);
    ck_assert(w->requires_grad && !w->node);
}
END_TEST

/* Each refusal leaves x as it was. */
#define REFUSED(call, message)                                                             \
    do {                                                                                    \
        ck_assert(!(call));                                                                 \
        ck_message(message);                                                              \
        ck_values(x, 1, 2, 3, 4, 5, 6);                                                     \
    } while (0)

START_TEST(refusals)
{
    gd_tensor *x = matrix(), *w = gd_requires_grad(gd_ones(GD_SHAPE(2, 3))), *h = gd_scale(w, 2);
    gd_set_name(w, "weight");
    REFUSED(gd_assign(x, gd_ones(GD_SHAPE(2))),
            "gd_assign: value is [2] and does not broadcast to x, which is [2, 3]");
    ck_assert(!gd_fill(gd_expand(gd_zeros(GD_SHAPE(3)), GD_SHAPE(2, 3)), 1));
    ck_message("gd_fill: x is an expanded view: several of its elements are one number in memory");
    REFUSED(gd_assign(x, gd_ones(GD_SHAPE(4, 2, 3))),
            "gd_assign: value is [4, 2, 3] and does not broadcast to x, which is [2, 3]");
    REFUSED(gd_add_to(x, gd_ones(GD_SHAPE(1, 2, 3)), 1),
            "gd_add_to: value is [1, 2, 3] and does not broadcast to x, which is [2, 3]");
    REFUSED(gd_assign(gd_slice(x, 0, 0, 1, 1), x),
            "gd_assign: value is [2, 3] and does not broadcast to x, which is [1, 3]");
    REFUSED(gd_assign(x, h),
            "gd_assign: value, [2, 3], requires a gradient, which the change would lose; use GD_NO_GRAD or gd_detach");
    REFUSED(gd_add_to(x, w, 1),
            "gd_add_to: value, [2, 3] (\"weight\"), requires a gradient, which the change would lose; use GD_NO_GRAD "
            "or gd_detach");
    REFUSED(gd_fill(w, 0), "gd_fill: x, [2, 3] (\"weight\"), requires a gradient; change it under GD_NO_GRAD");
    REFUSED(gd_assign(w, x), "gd_assign: x, [2, 3] (\"weight\"), requires a gradient; change it under GD_NO_GRAD");
    REFUSED(gd_clamp_to(h, 0, 1), "gd_clamp_to: x is the recorded result of gd_scale; only leaves can be changed");
    REFUSED(gd_clamp_to(x, 2, 1), "gd_clamp_to: low = 2 must not be above high = 1");
    REFUSED(gd_clamp_to(x, (double)NAN, 1), "gd_clamp_to: low = nan must not be above high = 1");
    REFUSED(gd_assign(x, NULL), "gd_assign: value is NULL");
    REFUSED(gd_add_to(NULL, x, 1), "gd_add_to: x is NULL");
    REFUSED(gd_fill(NULL, 1), "gd_fill: x is NULL");
    gd_no_grad_begin();
    REFUSED(gd_fill(h, 1), "gd_fill: x is the recorded result of gd_scale; only leaves can be changed");
    gd_no_grad_end();
    ck_values(w, 1, 1, 1, 1, 1, 1);
    ck_values(h, 2, 2, 2, 2, 2, 2);
    ck_good(gd_assign(x, gd_detach(h)));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("operations: in place");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, quietly, gd_shutdown);
    tcase_add_test(all, changes);
    tcase_add_test(all, through_views);
    tcase_add_test(all, overlaps);
    tcase_add_test(all, parameters_under_no_grad);
    tcase_add_test(all, refusals);
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
