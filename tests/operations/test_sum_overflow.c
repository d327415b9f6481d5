/* test_sum_overflow.c - running sums of finite terms that overflow on the way: each is infinite only where it is
 * itself too large. */
#include "support/support.h"

#define LARGEST (gd_real)(IN_DOUBLE ? 0x1p1023 : 0x1p127)         /* of the powers of 2: sums of it are exact */

/* [n, width]: n / 2 rows of the largest power of 2, then as many of its negative. */
static gd_tensor *up_and_down(int64_t n, int64_t width)
{
    gd_tensor *x = gd_zeros(GD_SHAPE(n, width));
    for (int64_t i = 0; i < gd_numel(x); i++)
        x->data[i] = i < gd_numel(x) / 2 ? LARGEST : -LARGEST;
    return x;
}

START_TEST(running_sums)
{
    for (int64_t n = 4; n <= 4096; n *= 8)
        for (int64_t width = 1; width <= 7; width += 6) {
            GD_SCOPE;
            gd_tensor *x = up_and_down(n, width), *y = gd_cumsum(x, 0);
            gd_tensor *lines = gd_cumsum(gd_contiguous(gd_transpose(x, 0, 1)), 1);
            for (int64_t i = 0; i < width; i++) {
                ck_assert(gd_at(y, GD_SHAPE(0, i)) == LARGEST && isinf(gd_at(y, GD_SHAPE(1, i))));
                ck_assert(gd_at(y, GD_SHAPE(-2, i)) == LARGEST && gd_at(y, GD_SHAPE(-1, i)) == 0);
                ck_assert(gd_at(lines, GD_SHAPE(i, -2)) == LARGEST && gd_at(lines, GD_SHAPE(i, -1)) == 0);
            }
        }
}
END_TEST

START_TEST(gradients_of_running_sums)
{
    gd_tensor *x = gd_requires_grad(gd_ones(GD_SHAPE(4))), *y = gd_cumsum(x, 0);
    gd_tensor *dy = gd_from(GD_SHAPE(4), (gd_real[]){ LARGEST, LARGEST, -LARGEST, -LARGEST });
    ck_good(gd_backward_from(y, dy, false));
    ck_values(x->grad, 0, -LARGEST, -(gd_real)INFINITY, -LARGEST);
}
END_TEST

/* Infinite and NaN terms give infinite and NaN sums, and the sums before them are unaffected. */
START_TEST(infinities_and_nan)
{
    const gd_real inf = (gd_real)INFINITY;
    ck_values(gd_cumsum(gd_from(GD_SHAPE(4), (gd_real[]){ 1, 2, inf, 4 }), 0), 1, 3, inf, inf);
    gd_tensor *y = gd_cumsum(gd_from(GD_SHAPE(3, 2), (gd_real[]){ 1, 2, inf, (gd_real)NAN, -inf, 6 }), 0);
    ck_assert(y->data[1] == 2 && y->data[2] == inf && isnan(y->data[3]) && isnan(y->data[4]) && isnan(y->data[5]));
    ck_shape(gd_cumsum(gd_zeros(GD_SHAPE(0, 3)), 0), 0, 3);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("operations: sum overflow");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, quietly, gd_shutdown);
    tcase_add_test(all, running_sums);
    tcase_add_test(all, gradients_of_running_sums);
    tcase_add_test(all, infinities_and_nan);
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
