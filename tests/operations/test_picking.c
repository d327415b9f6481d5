/* test_picking.c - picking.h where golden numbers and derivatives do not reach: ties, NaN and infinities, long and
 * adversarial lines, empty tensors, products out of range, repeated indices.  Messages are
 * in test_picking_errors.c. */
#include <float.h>

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

/* ---- Order ------------------------------------------------------------------------------------------------------- */

START_TEST(nan_is_the_largest)
{
    gd_tensor *x = VECTOR(2, NONE, -INF, INF, NONE, -1);
    ck_values(gd_argsort(x, 0, false), 2, 5, 0, 3, 1, 4);
    ck_values(gd_argsort(x, 0, true), 1, 4, 3, 0, 5, 2);
    ck_values(gd_sort(x, 0, false), -INF, -1, 2, INF, NONE, NONE);
    ck_values(gd_topk(x, 3, 0, true).indices, 1, 4, 3);
    ck_values(gd_topk(x, 3, 0, false).values, -INF, -1, 2);
    ck_values(gd_median(x), NONE);
    ck_values(gd_argmin(x, 0), 1);
    ck_values(gd_argmin(VECTOR(3, -INF, 2, -INF), 0), 1);
    ck_values(gd_cummax(VECTOR(1, NONE, 5, NONE, 7), 0).indices, 0, 1, 1, 3, 3);
    ck_values(gd_cummin(VECTOR(1, 1, NONE, -5), 0).values, 1, 1, NONE, NONE);
    ck_values(gd_cummin(VECTOR(2, 1, 1, 3), 0).indices, 0, 1, 2, 2);
}
END_TEST

START_TEST(equal_elements_keep_their_order)
{
    gd_tensor *x = LEAF(0, -0.0, 1, 0, 1, -0.0);
    ck_exact_values(gd_argsort(x, 0, false), 0, 1, 3, 5, 2, 4);
    ck_exact_values(gd_argsort(x, 0, true), 2, 4, 0, 1, 3, 5);
    ck_values(gradient(gd_slice(gd_sort(x, 0, false), 0, 0, 2, 1), x), 1, 1, 0, 0, 0, 0);
    ck_values(gradient(gd_median(x), x), 0.25, 0.25, 0, 0.25, 0, 0.25);
    ck_values(gradient(gd_topk(x, 1, 0, true).values, x), 0, 0, 1, 0, 0, 0);
    ck_values(gradient(gd_cummax(x, 0).values, x), 1, 1, 2, 0, 2, 0);
}
END_TEST

/* Long lines of every pattern: sorted, and each index once and in order among equal ones. */
static double pattern(int which, int64_t i, int64_t n, uint64_t *state)
{
    switch (which) {
    case 0:  return (double)i;
    case 1:  return (double)(n - i);
    case 2:  return (double)(i % 7);
    case 3:  return (double)(i < n / 2 ? i : n - i);
    case 4:  return 1;
    default: return (double)draw(state, 1000);
    }
}

START_TEST(long_lines)
{
    static const int64_t sizes[] = { 1, 2, 15, 16, 17, 31, 33, 1000, 4097 };
    uint64_t state = 3;
    for (int which = 0; which < 6; which++)
        for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
            for (int down = 0; down < 2; down++) {
                GD_SCOPE;
                const int64_t n = sizes[s];
                gd_tensor *x = gd_zeros(GD_SHAPE(n));
                for (int64_t i = 0; i < n; i++)
                    x->data[i] = (gd_real)pattern(which, i, n, &state);
                const gd_tensor *order = gd_argsort(x, 0, down);
                gd_real sum = order->data[0];
                for (int64_t i = 1; i < n; i++) {
                    const int64_t a = (int64_t)order->data[i - 1], b = (int64_t)order->data[i];
                    ck_assert(a >= 0 && a < n && b >= 0 && b < n);
                    const bool ordered = down ? x->data[a] > x->data[b] : x->data[a] < x->data[b];
                    ck_assert_msg(ordered || (x->data[a] == x->data[b] && a < b), "pattern %d of %d, element %d", which,
                                  (int)n, (int)i);
                    sum += order->data[i];
                }
                ck_assert(sum == (gd_real)(n * (n - 1) / 2));
                ck_assert(element(gd_median(x), 0) == element(gd_sort(x, 0, false), (n - 1) / 2));
                const gd_tensor *first = gd_topk(x, n < 20 ? n : 20, 0, down).indices;
                for (int64_t i = 0; i < first->numel; i++)
                    ck_assert(first->data[i] == order->data[i]);
            }
}
END_TEST

/* Of both signs and all magnitudes. */
START_TEST(medians_of_all_magnitudes)
{
    uint64_t state = 13;
    for (int64_t n = 1; n < 300; n += 7) {
        GD_SCOPE;
        gd_tensor *x = gd_zeros(GD_SHAPE(n));
        for (int64_t i = 0; i < n; i++)
            x->data[i] = (gd_real)ldexp(draw(&state, 2) ? 1.5 : -1, (int)draw(&state, IN_DOUBLE ? 2000 : 250)
                                        - (IN_DOUBLE ? 1000 : 125));
        ck_assert(element(gd_median(x), 0) == element(gd_sort(x, 0, false), (n - 1) / 2));
    }
    const double tiny = IN_DOUBLE ? 0x1p-1074 : 0x1p-149;
    ck_exact_values(gd_median(VECTOR(INF, -INF, -0.0, tiny, -tiny)), 0);
    ck_exact_values(gd_median(VECTOR(INF, -INF, tiny)), tiny);
    ck_exact_values(gd_median(VECTOR(-INF, -INF, 3)), -INF);
}
END_TEST

START_TEST(different_numbers)
{
    gd_tensor *x = gd_requires_grad(tensor_of(GD_SHAPE(2, 4), (const double[]){ 3, 1, NONE, 0, 1, NONE, -0.0, 3 }));
    gd_uniques u = gd_unique(gd_transpose(x, 0, 1));
    ck_values(u.values, 0, 1, 3, NONE, NONE);
    ck_values(u.counts, 2, 2, 2, 1, 1);
    ck_shape(u.inverse, 4, 2);
    ck_values(u.inverse, 2, 1, 1, 3, 4, 0, 0, 2);
    ck_values(gradient(gd_slice(u.values, 0, 0, 3, 1), x), 1, 0, 0, 0, 1, 0, 1, 0);
    u = gd_unique(gd_zeros(GD_SHAPE(0, 2)));
    ck_shape(u.values, 0);
    ck_shape(u.counts, 0);
    ck_shape(u.inverse, 0, 2);
}
END_TEST

/* ---- Reductions -------------------------------------------------------------------------------------------------- */

/* The gradient of a product with zeros in it, and its own: that of x y z by x and y is z. */
START_TEST(products_with_zeros)
{
    gd_tensor *x = LEAF(0, 3, 0, 5), *dx = NULL, *d2 = NULL;
    ck_values(gradient(gd_prod(x), x), 0, 0, 0, 0);
    ck_good(gd_grad(gd_prod(x), NULL, &x, 1, &dx, true));
    ck_good(gd_grad(gd_slice(dx, 0, 0, 1, 1), gd_ones(GD_SHAPE(1)), &x, 1, &d2, false));
    ck_values(d2, 0, 0, 15, 0);
}
END_TEST

START_TEST(products_at_the_ends_of_the_range)
{
    const double far = IN_DOUBLE ? 1e300 : 1e30, near = IN_DOUBLE ? 1e-300 : 1e-30;
    ck_values(gd_prod(VECTOR(far, far, near, near)), 1);
    ck_values(gd_prod(VECTOR(near, -near, far, far)), -1);
    ck_values(gd_prod(VECTOR(far, far, 0)), 0);
    ck_values(gd_prod(VECTOR(far, -far)), -INF);
    ck_values(gd_prod(VECTOR(INF, 0)), NONE);
    ck_values(gd_prod(VECTOR(INF, near, near)), INF);
    ck_values(gd_prod(VECTOR(2, NONE)), NONE);
    ck_values(gd_prod(gd_zeros(GD_SHAPE(0, 3))), 1);
    ck_values(gd_prod_axis(gd_zeros(GD_SHAPE(0, 3)), 0, true), 1, 1, 1);
    ck_values(gd_prod(gd_scalar(-3)), -3);
    const double tiny = IN_DOUBLE ? 0x1p-1074 : 0x1p-149;
    ck_exact_values(gd_prod(VECTOR(tiny, 4, 0.25)), tiny);
}
END_TEST

START_TEST(sums_without_nan)
{
    gd_tensor *x = gd_requires_grad(tensor_of(GD_SHAPE(2, 3), (const double[]){ 1, NONE, 3, NONE, NONE, NONE }));
    ck_values(gd_nansum(x), 4);
    ck_values(gd_nanmean(x), 2);
    ck_values(gd_nansum_axis(x, 1, false), 4, 0);
    ck_values(gd_nanmean_axis(x, 1, true), 2, NONE);
    ck_values(gradient(gd_nansum(x), x), 1, 0, 1, 0, 0, 0);
    ck_values(gradient(gd_nanmean_axis(x, 1, false), x), 0.5, 0, 0.5, 0, 0, 0);
    ck_values(gd_nanmean(gd_zeros(GD_SHAPE(0))), NONE);
    ck_values(gd_nansum(gd_zeros(GD_SHAPE(0))), 0);
    const double most = IN_DOUBLE ? DBL_MAX : (double)FLT_MAX;
    ck_values(gd_scale(gd_nanmean(VECTOR(most, NONE, most)), 1 / most), 1);
}
END_TEST

START_TEST(counting)
{
    gd_tensor *x = tensor_of(GD_SHAPE(2, 3), (const double[]){ 0, NONE, -0.0, 2, -1, 5 });
    ck_values(gd_any(x), 1);
    ck_values(gd_all(x), 0);
    ck_values(gd_count_nonzero(x), 4);
    ck_values(gd_any_axis(x, 0, false), 1, 1, 1);
    ck_values(gd_all_axis(x, 1, true), 0, 1);
    ck_values(gd_count_nonzero_axis(gd_transpose(x, 0, 1), 0, false), 1, 3);
    gd_tensor *nothing = gd_zeros(GD_SHAPE(0, 2));
    ck_values(gd_any(nothing), 0);
    ck_values(gd_all(nothing), 1);
    ck_values(gd_count_nonzero_axis(nothing, 0, false), 0, 0);
    ck_shape(gd_any_axis(nothing, 1, false), 0);
    ck_values(gd_nonzero(x), 0, 1, 1, 0, 1, 1, 1, 2);
    ck_shape(gd_nonzero(gd_scalar(2)), 1, 0);
    ck_shape(gd_nonzero(nothing), 0, 2);
}
END_TEST

START_TEST(running_logarithms)
{
    ck_values(gd_logcumsumexp(VECTOR(-INF, 0, 0, -INF, 1000, 1000), 0), -INF, 0, log(2), log(2), 1000, 1000 + log(2));
    ck_values(gd_logcumsumexp(VECTOR(0, INF, INF, 1), 0), 0, INF, INF, INF);
    ck_values(gd_logcumsumexp(VECTOR(0, NONE, 1), 0), 0, NONE, NONE);
    gd_tensor *x = LEAF(-INF, 0, 0, -1000);
    ck_values(gradient(gd_logcumsumexp(x, 0), x), 1, 2, 1, 0);
    gd_tensor *steps = gd_zeros(GD_SHAPE(5000)), *y = gd_logcumsumexp(steps, 0);
    ck_near(element(y, 4999), log(5000), IN_DOUBLE ? 1e-14 : 1e-6);
    gd_tensor *matrix = gd_reshape(VECTOR(0, 1, 0, 2), GD_SHAPE(2, 2));
    ck_values(gd_logcumsumexp(matrix, 0), 0, 1, log(2), 2 + log(1 + exp(-1)));
}
END_TEST

/* ---- Picking and placing ----------------------------------------------------------------------------------------- */

START_TEST(masks)
{
    gd_tensor *x = gd_requires_grad(tensor_of(GD_SHAPE(2, 2), (const double[]){ 1, INF, 3, 4 }));
    gd_tensor *mask = VECTOR(0, NONE);
    ck_values(gd_masked_select(x, mask), INF, 4);
    ck_values(gradient(gd_masked_select(x, mask), x), 0, 1, 0, 1);
    ck_values(gd_masked_fill(x, mask, -INF), 1, -INF, 3, -INF);
    ck_values(gradient(gd_masked_fill(x, mask, 7), x), 1, 0, 1, 0);
    ck_shape(gd_masked_select(x, gd_scalar(0)), 0);
    ck_values(gradient(gd_sum(gd_masked_select(x, gd_scalar(0))), x), 0, 0, 0, 0);
    ck_values(gd_masked_select(gd_scalar(5), gd_ones(GD_SHAPE(3))), 5, 5, 5);
    ck_shape(gd_masked_select(gd_zeros(GD_SHAPE(0, 2)), gd_ones(GD_SHAPE(2))), 0);
}
END_TEST

START_TEST(repeated_indices)
{
    gd_tensor *x = LEAF(1, 2, 3), *index = VECTOR(2, 0, 2), *source = LEAF(INF, 20, 30);
    ck_values(gd_scatter(x, 0, index, source), 20, 2, 30);
    ck_values(gradient(gd_scatter(x, 0, index, source), x), 0, 1, 0);
    ck_values(gradient(gd_scatter(x, 0, index, source), source), 0, 1, 1);
    ck_values(gd_scatter_add(x, 0, index, VECTOR(10, 20, 30)), 21, 2, 43);
    ck_values(gd_scatter(LEAF(NONE, 1), 0, VECTOR(0), VECTOR(5)), 5, 1);
    ck_values(gd_scatter(x, 0, gd_zeros(GD_SHAPE(0)), source), 1, 2, 3);
    gd_tensor *many = gd_zeros(GD_SHAPE(10000)), *tenth = gd_full(GD_SHAPE(10000), 0.1);
    ck_values(gd_scale(gd_scatter_add(VECTOR(0), 0, many, tenth), 1e-3), 1);
    ck_values(gradient(gd_index_select(x, 0, gd_reshape(VECTOR(1, 1, 1, 0), GD_SHAPE(2, 2))), x), 1, 3, 0);
    ck_shape(gd_index_select(gd_zeros(GD_SHAPE(2, 3)), 1, gd_zeros(GD_SHAPE(0, 4))), 2, 0, 4);
    ck_shape(gd_index_select(gd_zeros(GD_SHAPE(0, 3)), 1, gd_scalar(2)), 0);
}
END_TEST

/* What was picked is put back where it was. */
START_TEST(gather_undoes_scatter)
{
    uint64_t state = 11;
    gd_tensor *x = gd_transpose(random_values(GD_SHAPE(4, 5), &state), 0, 1), *source = gd_scale(x, 3);
    gd_tensor *order = gd_argsort(x, 1, false);
    ck_assert(same_bits(gd_gather(gd_scatter(x, 1, order, source), 1, order), gd_contiguous(source)));
    ck_assert(same_bits(gd_scatter(gd_zeros_like(x), 1, order, gd_sort(x, 1, false)), gd_contiguous(x)));
}
END_TEST

START_TEST(circles)
{
    gd_tensor *x = gd_reshape(gd_arange(0, 6, 1), GD_SHAPE(2, 3));
    ck_values(gd_roll(x, 1, 1), 2, 0, 1, 5, 3, 4);
    ck_values(gd_roll(x, INT64_MIN, 0), 0, 1, 2, 3, 4, 5);
    ck_values(gd_roll(x, 5, 0), 3, 4, 5, 0, 1, 2);
    gd_tensor *same = gd_roll(x, 3, 1);
    ck_assert(same_bits(same, x) && same->data != x->data);
    ck_shape(gd_roll(gd_zeros(GD_SHAPE(2, 0)), 4, 1), 2, 0);
}
END_TEST

START_TEST(diagonals)
{
    gd_tensor *x = gd_reshape(gd_arange(0, 12, 1), GD_SHAPE(3, 4));
    const gd_tensor *view = gd_diagonal(x, 1, 0, 1);
    ck_values(view, 1, 6, 11);
    ck_assert(view->data == x->data + 1 && view->base == x->base);
    ck_values(gd_diagonal(x, -2, 0, 1), 8);
    ck_shape(gd_diagonal(x, 4, 0, 1), 0);
    ck_shape(gd_diagonal(x, INT64_MIN, 0, 1), 0);
    ck_shape(gd_diagonal(gd_zeros(GD_SHAPE(2, 3, 0)), 0, 0, 2), 3, 0);
    ck_values(gd_diagonal(gd_transpose(x, 0, 1), 1, 0, 1), 4, 9);
    ck_values(gd_diag(VECTOR(1, 2), 1), 0, 1, 0, 0, 0, 2, 0, 0, 0);
    ck_values(gd_trace(x), 15);
    ck_shape(gd_trace(gd_zeros(GD_SHAPE(0, 2, 2))), 0);
    ck_values(gd_trace(gd_zeros(GD_SHAPE(0, 2))), 0);
    ck_shape(gd_diag(gd_zeros(GD_SHAPE(0)), 2), 2, 2);
    ck_shape(gd_outer(gd_zeros(GD_SHAPE(0)), gd_zeros(GD_SHAPE(2))), 0, 2);
}
END_TEST

START_TEST(grids)
{
    gd_tensor *const xs[] = { VECTOR(1, 2, 3), VECTOR(5, 6) };
    gd_grids ij = gd_meshgrid(xs, 2, GD_IJ), xy = gd_meshgrid(xs, 2, GD_XY);
    ck_shape(ij.grid[0], 3, 2);
    ck_values(ij.grid[0], 1, 1, 2, 2, 3, 3);
    ck_values(ij.grid[1], 5, 6, 5, 6, 5, 6);
    ck_values(xy.grid[0], 1, 2, 3, 1, 2, 3);
    ck_values(xy.grid[1], 5, 5, 5, 6, 6, 6);
    ck_assert_ptr_null(xy.grid[2]);
    ck_values(gd_meshgrid(xs, 1, GD_XY).grid[0], 1, 2, 3);
}
END_TEST

START_TEST(of_all_elements)
{
    gd_tensor *x = gd_transpose(gd_reshape(gd_arange(0, 6, 1), GD_SHAPE(2, 3)), 0, 1);
    ck_values(gd_var(x, 1), 3.5);
    ck_values(gd_std(x, 0), sqrt(35.0 / 12));
    ck_values(gd_median(x), 2);
    ck_values(gd_var(gd_scalar(4), 0), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("operations: picking");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, quietly, gd_shutdown);
    tcase_add_test(all, nan_is_the_largest);
    tcase_add_test(all, equal_elements_keep_their_order);
    tcase_add_test(all, long_lines);
    tcase_add_test(all, medians_of_all_magnitudes);
    tcase_add_test(all, different_numbers);
    tcase_add_test(all, products_with_zeros);
    tcase_add_test(all, products_at_the_ends_of_the_range);
    tcase_add_test(all, sums_without_nan);
    tcase_add_test(all, counting);
    tcase_add_test(all, running_logarithms);
    tcase_add_test(all, masks);
    tcase_add_test(all, repeated_indices);
    tcase_add_test(all, gather_undoes_scatter);
    tcase_add_test(all, circles);
    tcase_add_test(all, diagonals);
    tcase_add_test(all, grids);
    tcase_add_test(all, of_all_elements);
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
