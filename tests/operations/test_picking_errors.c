/* test_picking_errors.c - wrong calls of picking.h and their messages; more positions than gd_real counts. */
#include <stdio.h>

#include "support/support.h"

START_TEST(wrong_orders)
{
    gd_tensor *x = gd_ones(GD_SHAPE(2, 3)), *nothing = gd_zeros(GD_SHAPE(0, 3)), *s = gd_scalar(1);
    ck_refused(gd_sort(x, 2, false), "gd_sort: axis 2 must lie in [-2, 2)");
    ck_refused(gd_argsort(s, 0, false), "gd_argsort: axis 0 of a scalar, which has no axes");
    ck_refused(gd_topk(x, 4, 1, true).values,
               "gd_topk: k = 4 must lie in [0, 3], the size of axis 1 of x, [2, 3]");
    ck_refused(gd_topk(x, -1, 0, true).indices,
               "gd_topk: k = -1 must lie in [0, 2], the size of axis 0 of x, [2, 3]");
    ck_refused(gd_median(nothing), "gd_median: x is [0, 3]: nothing to choose from");
    ck_refused(gd_median_axis(nothing, 0, false), "gd_median_axis: x is [0, 3]: nothing to choose from");
    ck_refused(gd_argmin(nothing, 0), "gd_argmin: x is [0, 3]: nothing to choose from");
    ck_refused(gd_cummax(x, -3).values, "gd_cummax: axis -3 must lie in [-2, 2)");
    ck_refused(gd_logcumsumexp(s, 0), "gd_logcumsumexp: axis 0 of a scalar, which has no axes");
    ck_refused(gd_prod_axis(x, 2, true), "gd_prod_axis: axis 2 must lie in [-2, 2)");
    ck_refused(gd_nansum_axis(x, 2, true), "gd_nansum_axis: axis 2 must lie in [-2, 2)");
    ck_refused(gd_any_axis(x, 2, true), "gd_any_axis: axis 2 must lie in [-2, 2)");
    ck_refused(gd_var(x, 6), "gd_var: correction = 6 must be below the 6 elements of x");
    ck_refused(gd_std(s, 1), "gd_std: correction = 1 must be below the 1 element of x");
    ck_shape(gd_median_axis(nothing, 1, true), 0, 1);
    ck_shape(gd_topk(nothing, 0, 0, true).values, 0, 3);
}
END_TEST

START_TEST(wrong_indices)
{
    gd_tensor *x = gd_ones(GD_SHAPE(2, 3)), *v2 = gd_ones(GD_SHAPE(2)), *index = gd_ones(GD_SHAPE(2, 2));
    gd_tensor *three = gd_full(GD_SHAPE(2, 2), 3), *eight = gd_zeros(GD_SHAPE(1, 1, 1, 1, 1, 1, 1, 1));
    ck_refused(gd_index_select(x, 1, three), "gd_index_select: index[0] = 3 is not a whole number in [0, 3)");
    ck_refused(gd_index_select(x, 1, gd_full(GD_SHAPE(1), -1)),
               "gd_index_select: index[0] = -1 is not a whole number in [0, 3)");
    ck_refused(gd_index_select(x, 0, eight), "gd_index_select: x is [2, 3] and index is [1, 1, 1, 1, 1, 1, 1, 1]: the "
               "result would have more than 8 axes");
    ck_refused(gd_masked_select(x, v2),
               "gd_masked_select: x is [2, 3] and mask is [2]: sizes 3 and 2 do not broadcast");
    ck_refused(gd_masked_fill(x, v2, 0), "gd_masked_fill: x is [2, 3] and mask is [2]: sizes 3 and 2 do not broadcast");
    ck_refused(gd_scatter(x, 1, three, x), "gd_scatter: index[0] = 3 is not a whole number in [0, 3)");
    ck_refused(gd_scatter(x, 0, gd_zeros(GD_SHAPE(2, 4)), gd_zeros(GD_SHAPE(2, 4))),
               "gd_scatter: x is [2, 3], index is [2, 4] and source is [2, 4]: index must have as many axes, none but "
               "axis 0 longer than x's and none longer than source's");
    ck_refused(gd_scatter_add(x, 1, index, v2),
               "gd_scatter_add: x is [2, 3], index is [2, 2] and source is [2]: index must have as many axes, none but "
               "axis 1 longer than x's and none longer than source's");
    if (!IN_DOUBLE)
        ck_refused(gd_masked_fill(x, x, 1e300), "gd_masked_fill: value = 1e+300 is beyond the largest float");
}
END_TEST

START_TEST(wrong_arrangements)
{
    gd_tensor *x = gd_ones(GD_SHAPE(2, 3)), *v2 = gd_ones(GD_SHAPE(2)), *cube = gd_ones(GD_SHAPE(2, 2, 2));
    ck_refused(gd_roll(x, 1, 2), "gd_roll: axis 2 must lie in [-2, 2)");
    ck_refused(gd_diagonal(x, 0, 1, -1), "gd_diagonal: axis0 and axis1 are both axis 1 of x, [2, 3]");
    ck_refused(gd_diagonal(v2, 0, 0, 1), "gd_diagonal: axis 1 must lie in [-1, 1)");
    ck_refused(gd_diag(cube, 0), "gd_diag: x is [2, 2, 2]: it must be a vector or a matrix");
    ck_refused(gd_diag(v2, INT64_MIN),
               "gd_diag: shape [4611686018427387905, 4611686018427387905] has more elements than memory can hold");
    ck_refused(gd_trace(v2), "gd_trace: x is [2]: it must have at least two axes");
    ck_refused(gd_outer(x, v2), "gd_outer: a is [2, 3] and b is [2]: they must be vectors");
    ck_refused(gd_meshgrid(&x, 1, GD_IJ).grid[0], "gd_meshgrid: xs[0] is [2, 3]: it must be a vector or a scalar");
    ck_refused(gd_meshgrid(&v2, 0, GD_IJ).grid[0],
               "gd_meshgrid: n = 0 must lie in [1, 8], and indexing = 0 be GD_IJ or GD_XY");
    ck_refused(gd_meshgrid(NULL, 1, GD_IJ).grid[0], "gd_meshgrid: xs is NULL");
}
END_TEST

/* Positions that gd_real cannot count are refused before anything is allocated for them. */
START_TEST(too_many_positions)
{
    if (IN_DOUBLE)
        return;
    const int64_t n = (1 << 24) + 2;
    gd_tensor *x = gd_expand(gd_zeros(GD_SHAPE(1)), GD_SHAPE(n));
    const char *rest = "the indices must distinguish 16777218 positions, but float holds all whole numbers up to "
                       "16777216 only";
    char message[200];
    snprintf(message, sizeof message, "gd_argsort: %s", rest);
    ck_refused(gd_argsort(x, 0, false), message);
    snprintf(message, sizeof message, "gd_cummax: %s", rest);
    ck_refused(gd_cummax(x, 0).values, message);
    snprintf(message, sizeof message, "gd_nonzero: %s", rest);
    ck_refused(gd_nonzero(x), message);
    ck_refused(gd_argmin(x, 0), "gd_argmin: the index must distinguish 16777218 positions, but float holds all whole "
               "numbers up to 16777216 only");
    ck_values(gd_count_nonzero(x), 0);
    ck_refused(gd_count_nonzero(gd_expand(gd_ones(GD_SHAPE(1)), GD_SHAPE(n - 1))),
               "gd_count_nonzero: about 16777216 elements are not 0, a number that is not exact in float");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("operations: errors of picking");
    TCase *all = tcase_create("all");
    tcase_set_timeout(all, 60);
    tcase_add_checked_fixture(all, quietly, gd_shutdown);
    tcase_add_test(all, wrong_orders);
    tcase_add_test(all, wrong_indices);
    tcase_add_test(all, wrong_arrangements);
    tcase_add_test(all, too_many_positions);
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
