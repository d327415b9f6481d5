/* test_short_lines.c - lines of a few numbers, many at a time: they get the bits of a line alone. */
#include <string.h>

#include "support/support.h"

enum { ROWS = 67, MOST = 40 };              /* 67: some are left over whatever the width of vectors */

static bool same_number(gd_real a, gd_real b)
{
    return memcmp(&a, &b, sizeof a) == 0 || (isnan(a) && isnan(b));
}

/* Random numbers with infinities, NaN, -0 and equal ones between them. */
static gd_tensor *numbers(gd_shape shape)
{
    gd_tensor *x = gd_normal(shape, 0, 30);
    for (int64_t i = 0; i < x->numel; i += 5)
        x->data[i] = (gd_real)-0.0;
    for (int64_t i = 3; i < x->numel; i += 11)
        x->data[i] = x->data[i - 1];
    if (x->numel > 1000) {
        x->data[101] = (gd_real)INFINITY;
        x->data[503] = (gd_real)-INFINITY;
        x->data[811] = (gd_real)NAN;
    }
    return x;
}

/* Element i of y is that of a single line, or both are NaN. */
static void check_line(const gd_tensor *y, int64_t i, const gd_tensor *alone, const char *what, int64_t n)
{
    ck_assert_msg(y && alone, "%s: %s", what, gd_last_error());
    const gd_real a = y->data[i], b = alone->data[0];
    ck_assert_msg(same_number(a, b), "%s of %d: line %d is %.17g among others, %.17g alone",
                  what, (int)n, (int)i, (double)a, (double)b);
}

START_TEST(sums_over_a_short_axis)
{
    for (int64_t n = 1; n <= MOST; n++) {
        GD_SCOPE;
        gd_tensor *x = numbers(GD_SHAPE(ROWS, n)), *wide = numbers(GD_SHAPE(ROWS, n + 3));
        gd_tensor *part = gd_slice(wide, 1, 2, 2 + n, 1);
        gd_tensor *y = gd_sum_axis(x, 1, false), *of_part = gd_sum_axis(part, 1, false);
        for (int64_t i = 0; i < ROWS; i++) {
            check_line(y, i, gd_sum(gd_slice(x, 0, i, i + 1, 1)), "gd_sum_axis", n);
            check_line(of_part, i, gd_sum(gd_contiguous(gd_slice(part, 0, i, i + 1, 1))), "gd_sum_axis of a slice", n);
        }
    }
}
END_TEST

START_TEST(sums_into_another_layout)
{
    for (int64_t n = 2; n <= 17; n++) {
        GD_SCOPE;
        gd_tensor *x = numbers(GD_SHAPE(7, ROWS, n)), *y = gd_sum_axis(gd_transpose(x, 0, 1), 2, false);
        for (int64_t i = 0; i < ROWS; i++)
            for (int64_t j = 0; j < 7; j++) {
                gd_tensor *row = gd_slice(gd_slice(x, 0, j, j + 1, 1), 1, i, i + 1, 1);
                check_line(y, i * 7 + j, gd_sum(row), "gd_sum_axis of a transposed tensor", n);
            }
    }
}
END_TEST

START_TEST(logsumexp_of_many_lines)
{
    for (int64_t n = 1; n <= 300; n += n < MOST ? 1 : 51) {
        GD_SCOPE;
        gd_tensor *down = numbers(GD_SHAPE(n, ROWS)), *along = numbers(GD_SHAPE(ROWS, n));
        gd_tensor *y = gd_logsumexp(down, 0, false), *z = gd_logsumexp(along, 1, false);
        for (int64_t i = 0; i < ROWS; i++) {
            check_line(y, i, gd_logsumexp(gd_slice(down, 1, i, i + 1, 1), 0, false), "gd_logsumexp, strided,", n);
            check_line(z, i, gd_logsumexp(gd_slice(along, 0, i, i + 1, 1), 1, false), "gd_logsumexp", n);
        }
    }
}
END_TEST

/* ---- Broadcasting: the bits of operands that were copied to the whole shape ------------------------------------ */

static gd_tensor *whole_of(gd_tensor *x, int64_t n)
{
    return gd_contiguous(gd_expand(x, GD_SHAPE(3, 301, n)));
}

static void check_same(gd_tensor *a, gd_tensor *b, const char *what, int64_t n)
{
    ck_assert_msg(a && b, "%s: %s", what, gd_last_error());
    ck_assert_msg(same_bits(gd_contiguous(a), gd_contiguous(b)), "%s, lines of %d", what, (int)n);
}

static const int64_t lengths[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 32, 33 };

enum { LENGTHS = sizeof lengths / sizeof lengths[0] };

/* Layouts of [3, 301, n]: whole, a row for each of 3, one row, a column, one number for each of 3, every other number,
 * turned. */
enum { LAYOUTS = 7 };

static gd_tensor *layout(int which, int64_t n)
{
    switch (which) {
    case 0: return gd_uniform(GD_SHAPE(3, 301, n), -2, 2);
    case 1: return gd_uniform(GD_SHAPE(3, 1, n), -2, 2);
    case 2: return gd_uniform(GD_SHAPE(1, 1, n), -2, 2);
    case 3: return gd_uniform(GD_SHAPE(3, 301, 1), -2, 2);
    case 4: return gd_uniform(GD_SHAPE(3, 1, 1), -2, 2);
    case 5: return gd_slice(gd_uniform(GD_SHAPE(3, 301, 2 * n), -2, 2), 2, 1, 2 * n, 2);
    default: return gd_permute(gd_uniform(GD_SHAPE(n, 3, 301), -2, 2), GD_SHAPE(1, 2, 0));
    }
}

START_TEST(broadcast_values)
{
    for (int m = 0; m < LENGTHS; m++)
        for (int i = 0; i < LAYOUTS; i++)
            for (int k = 0; k < LAYOUTS; k++) {
                GD_SCOPE;
                const int64_t n = lengths[m];
                gd_tensor *a = layout(i, n), *b = layout(k, n), *c = layout((i + k) % LAYOUTS, n);
                gd_tensor *all_a = whole_of(a, n), *all_b = whole_of(b, n), *all_c = whole_of(c, n);
                check_same(gd_expand(gd_sub(a, b), GD_SHAPE(3, 301, n)), gd_sub(all_a, all_b), "gd_sub", n);
                check_same(gd_expand(gd_lt(a, b), GD_SHAPE(3, 301, n)), gd_lt(all_a, all_b), "gd_lt", n);
                check_same(gd_expand(gd_where(gd_relu(c), a, b), GD_SHAPE(3, 301, n)),
                           gd_where(gd_relu(all_c), all_a, all_b), "gd_where", n);
                if (k == 0)
                    check_same(gd_tanh(gd_expand(a, GD_SHAPE(3, 301, n))), gd_tanh(all_a), "gd_tanh", n);
            }
}
END_TEST

/* Gradients of x and b, each used once or twice, for a dy of another layout. */
static gd_tensor *gradient(gd_tensor *x, gd_tensor *b, gd_tensor *dy, bool twice, int of)
{
    gd_tensor *dx[2] = { NULL, NULL }, *y = gd_mul(gd_square(x), b);
    if (twice)
        y = gd_add(y, gd_mul(gd_square(x), b));
    ck_assert_msg(gd_grad(y, dy, (gd_tensor *[]){ x, b }, 2, dx, false), "%s", gd_last_error());
    return dx[of];
}

START_TEST(broadcast_slopes)
{
    for (int m = 0; m < LENGTHS; m++)
        for (int i = 0; i < LAYOUTS; i++)
            for (int twice = 0; twice < 2; twice++)
                for (int of = 0; of < 2; of++) {
                    GD_SCOPE;
                    const int64_t n = lengths[m];
                    gd_tensor *x = gd_requires_grad(layout(0, n)), *b = gd_requires_grad(layout(0, n));
                    gd_tensor *dy = layout(i, n);
                    check_same(gradient(x, b, gd_expand(dy, GD_SHAPE(3, 301, n)), twice, of),
                               gradient(x, b, whole_of(dy, n), twice, of), of ? "db" : "dx", n);
                }
}
END_TEST

START_TEST(centred_numbers)
{
    for (int64_t n = 2; n <= 40; n += 3) {
        GD_SCOPE;
        gd_tensor *x = gd_uniform(GD_SHAPE(301, n), 0, 1), *v = gd_var_axis(x, 0, 1, false);
        for (int64_t j = 0; j < n; j++) {
            const double alone = gd_item(gd_var(gd_slice(x, 1, j, j + 1, 1), 1));
            ck_assert_msg(fabs(element(v, j) / alone - 1) < (IN_DOUBLE ? 1e-14 : 1e-5), "column %d of %d: %.17g, %.17g",
                          (int)j, (int)n, element(v, j), alone);
        }
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("operations: short lines");
    TCase *all = tcase_create("all");
    tcase_set_timeout(all, 60);
    tcase_add_checked_fixture(all, quietly, gd_shutdown);
    tcase_add_test(all, sums_over_a_short_axis);
    tcase_add_test(all, sums_into_another_layout);
    tcase_add_test(all, logsumexp_of_many_lines);
    tcase_add_test(all, broadcast_values);
    tcase_add_test(all, broadcast_slopes);
    tcase_add_test(all, centred_numbers);
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
