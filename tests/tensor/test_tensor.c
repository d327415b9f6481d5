/* test_tensor.c - creation, random numbers, shapes, views against naive index loops, access and in-place changes. */
#include <stdio.h>

#include "support/support.h"

/* ---- Creation ----------------------------------------------------------------------------------------------- */

/* A view without gaps is contiguous, so that nothing has to be copied. */
START_TEST(contiguous_views)
{
    gd_tensor *x = gd_zeros(GD_SHAPE(4, 3, 2));
    ck_contiguous_shape(gd_slice(x, 0, 1, 3, 1), 2, 3, 2);
    ck_contiguous_shape(gd_slice(x, 0, 1, 2, 1), 1, 3, 2);
    ck_contiguous_shape(gd_transpose(gd_unsqueeze(x, 0), 0, 1), 4, 1, 3, 2);
    ck_contiguous_shape(gd_slice(x, 1, 2, 2, 1), 4, 0, 2);
    ck_assert(!gd_slice(x, 1, 0, 2, 1)->contiguous && !gd_slice(x, 0, 0, 4, 2)->contiguous);
    ck_assert(!gd_transpose(x, 0, 1)->contiguous && !gd_expand(gd_zeros(GD_SHAPE(1, 2)), GD_SHAPE(3, 2))->contiguous);
}
END_TEST

START_TEST(making)
{
    ck_values(gd_zeros(GD_SHAPE(2, 2)), 0, 0, 0, 0);
    ck_values(gd_ones(GD_SHAPE(3)), 1, 1, 1);
    ck_values(gd_full(GD_SHAPE(1, 2), -0.5), -0.5, -0.5);
    ck_assert(signbit(gd_item(gd_full(GD_SHAPE(1), -0.0))));
    ck_values(gd_scalar(7), 7);
    ck_assert_int_eq(gd_scalar(7)->ndim, 0);
    gd_real values[] = { 1, 2, 3, 4, 5, 6 };
    gd_tensor *copy = gd_from(GD_SHAPE(2, 3), values), *wrapped = gd_wrap(GD_SHAPE(3, 2), values);
    values[0] = 9;
    ck_values(copy, 1, 2, 3, 4, 5, 6);
    ck_values(wrapped, 9, 2, 3, 4, 5, 6);
    ck_assert(wrapped->data == values);
    ck_good(gd_fill(gd_slice(wrapped, 0, 1, 2, 1), 0));
    ck_assert(values[1] == 2 && values[2] == 0 && values[3] == 0 && values[4] == 5);
    ck_values(gd_zeros_like(gd_transpose(copy, 0, 1)), 0, 0, 0, 0, 0, 0);
    ck_shape(gd_ones_like(gd_transpose(copy, 0, 1)), 3, 2);
    ck_values(gd_eye(3), 1, 0, 0, 0, 1, 0, 0, 0, 1);
    ck_shape(gd_eye(0), 0, 0);
    ck_values(gd_one_hot(gd_from(GD_SHAPE(2), (gd_real[]){ 2, 0 }), 3), 0, 0, 1, 1, 0, 0);
    ck_shape(gd_one_hot(gd_zeros(GD_SHAPE(2, 4)), 5), 2, 4, 5);
    ck_values(gd_one_hot(gd_scalar(1), 2), 0, 1);
    ck_shape(gd_from(GD_SHAPE(0, 3), NULL), 0, 3);
    ck_shape(gd_wrap(GD_SHAPE(0), NULL), 0);
    ck_no_message();
}
END_TEST

START_TEST(ranges)
{
    ck_values(gd_arange(0, 5, 2), 0, 2, 4);
    ck_values(gd_arange(0, 6, 2), 0, 2, 4);
    ck_values(gd_arange(5, 0, -2), 5, 3, 1);
    ck_values(gd_arange(0, 1, 0.25), 0, 0.25, 0.5, 0.75);
    ck_shape(gd_arange(0, 1, 0.1), 10);                           /* 0.1 ten times is 0.9999.., and yet below 1 */
    ck_shape(gd_arange(3, 3, 1), 0);
    ck_shape(gd_arange(3, 0, 1), 0);
    ck_values(gd_linspace(0, 1, 5), 0, 0.25, 0.5, 0.75, 1);
    ck_values(gd_linspace(3, 3, 2), 3, 3);
    ck_values(gd_linspace(2, 9, 1), 2);
    ck_shape(gd_linspace(0, 1, 0), 0);
    for (int n = 2; n < 300; n++) {
        GD_SCOPE;
        gd_tensor *t = gd_linspace(-0.1, 0.7, n);                 /* both ends exactly, and rising */
        ck_assert(t->data[0] == (gd_real)-0.1 && t->data[n - 1] == (gd_real)0.7);
        for (int i = 1; i < n; i++)
            ck_assert(t->data[i] > t->data[i - 1]);
    }
    ck_no_message();
}
END_TEST

START_TEST(selects_one_index)
{
    gd_tensor *x = gd_reshape(gd_arange(0, 24, 1), GD_SHAPE(2, 3, 4));
    ck_exact_values(gd_select(gd_select(x, 0, 1), 0, 2), 20, 21, 22, 23);
    ck_exact_values(gd_select(gd_select(x, -1, -2), 1, 0), 2, 14);
    ck_shape(gd_select(x, 1, -3), 2, 4);
    gd_tensor *w = gd_requires_grad(gd_ones(GD_SHAPE(2, 2)));
    ck_good(gd_backward(gd_sum(gd_select(w, 1, -1))));
    ck_exact_values(w->grad, 0, 1, 0, 1);
}
END_TEST

/* ---- Random numbers ----------------------------------------------------------------------------------------- */

START_TEST(random_numbers_repeat)
{
    gd_tensor *first = gd_uniform(GD_SHAPE(4), 0, 1);             /* as after gd_seed(0) */
    gd_seed(0);
    ck_assert(far_apart(first, gd_uniform(GD_SHAPE(4), 0, 1)) == 0);
    gd_tensor *sets[2][3];
    for (int i = 0; i < 2; i++) {
        gd_seed(42);
        sets[i][0] = gd_uniform(GD_SHAPE(10), -1, 1);
        sets[i][1] = gd_normal(GD_SHAPE(7), 0, 1);
        sets[i][2] = gd_permutation(20);
    }
    for (int k = 0; k < 3; k++)
        ck_assert(far_apart(sets[0][k], sets[1][k]) == 0);
    gd_seed(43);
    ck_assert(far_apart(sets[0][0], gd_uniform(GD_SHAPE(10), -1, 1)) > 0);
}
END_TEST

static void moments(const gd_tensor *t, double *mean, double *variance, double *skew)
{
    double n = (double)gd_numel(t), m1 = 0, m2 = 0, m3 = 0;
    for (int64_t i = 0; i < t->numel; i++)
        m1 += (double)t->data[i] / n;
    for (int64_t i = 0; i < t->numel; i++) {
        double d = (double)t->data[i] - m1;
        m2 += d * d / n;
        m3 += d * d * d / n;
    }
    *mean = m1;
    *variance = m2;
    *skew = m3 / pow(m2, 1.5);
}

/* Within five standard errors of the expected values. */
START_TEST(random_moments)
{
    enum { n = 200001 };
    const double error = 5 / sqrt((double)n);
    double mean, variance, skew;
    gd_seed(1);
    gd_tensor *u = gd_uniform(GD_SHAPE(n), -2, 4), *z = gd_normal(GD_SHAPE(n), 3, 2);
    moments(u, &mean, &variance, &skew);
    ck_assert(fabs(mean - 1) < error * sqrt(3) && fabs(variance - 3) < error * 3 && fabs(skew) < error * 2);
    for (int64_t i = 0; i < n; i++)
        ck_assert(u->data[i] >= -2 && u->data[i] < 4);
    moments(z, &mean, &variance, &skew);
    ck_assert(fabs(mean - 3) < error * 2 && fabs(variance - 4) < error * 4 * sqrt(2));
    ck_assert(fabs(skew) < error * sqrt(6));
    int64_t beyond = 0, pairs = 0;
    for (int64_t i = 0; i + 1 < n; i++) {
        beyond += fabs((double)z->data[i] - 3) > 2 * 1.959964;
        pairs += (z->data[i] > 3) == (z->data[i + 1] > 3);        /* neighbours are uncorrelated */
    }
    ck_assert(fabs((double)beyond / n - 0.05) < error * 0.22);
    ck_assert(fabs((double)pairs / n - 0.5) < error * 0.5);
    ck_values(gd_uniform(GD_SHAPE(2), 3, 3), 3, 3);
    ck_values(gd_normal(GD_SHAPE(2), 3, 0), 3, 3);
    const double end = 1 + (IN_DOUBLE ? 0x1p-51 : 0x1p-22);       /* two numbers further: out of reach of rounding */
    gd_tensor *narrow = gd_uniform(GD_SHAPE(10000), 1, end);
    for (int64_t i = 0; i < narrow->numel; i++)
        ck_assert(narrow->data[i] >= 1 && (double)narrow->data[i] < end);
}
END_TEST

START_TEST(permutations)
{
    enum { n = 6, rounds = 6000 };
    int64_t at[n][n] = { { 0 } };
    gd_seed(2);
    for (int k = 0; k < rounds; k++) {
        GD_SCOPE;
        gd_tensor *p = gd_permutation(n);
        int seen = 0;
        for (int i = 0; i < n; i++) {
            int value = (int)p->data[i];
            ck_assert(value >= 0 && value < n && (gd_real)value == p->data[i]);
            seen |= 1 << value;
            at[i][value]++;
        }
        ck_assert_int_eq(seen, (1 << n) - 1);
    }
    for (int i = 0; i < n; i++)                                   /* every number in every position equally often */
        for (int value = 0; value < n; value++)
            ck_assert(fabs((double)at[i][value] - rounds / 6.0) < 5 * sqrt(rounds / 6.0));
    ck_shape(gd_permutation(0), 0);
    ck_values(gd_permutation(1), 0);
}
END_TEST

/* ---- Random views against a naive index --------------------------------------------------------------------- */

/* A view made of random steps, and the number in the base's data of each of its elements. */
typedef struct traced {
    gd_tensor *t;
    int64_t    offset[600];
} traced;

static traced start(uint64_t *state)
{
    gd_shape shape = { 1 + (int)draw(state, 4), { 0 } };
    for (int i = 0; i < shape.ndim; i++)
        shape.size[i] = 1 + (int64_t)draw(state, 4);
    traced x = { .t = gd_zeros(shape) };
    for (int64_t k = 0; k < x.t->numel; k++) {
        x.t->data[k] = (gd_real)k;
        x.offset[k] = k;
    }
    return x;
}

/* Row-major index of an element from its coordinates, and back. */
static int64_t flat(const gd_shape *shape, const int64_t *index)
{
    int64_t k = 0;
    for (int i = 0; i < shape->ndim; i++)
        k = k * shape->size[i] + index[i];
    return k;
}

static void coordinates(const gd_shape *shape, int64_t k, int64_t *index)
{
    for (int i = shape->ndim - 1; i >= 0; i--) {
        index[i] = k % shape->size[i];
        k /= shape->size[i];
    }
}

static traced step(const traced *x, uint64_t *state)
{
    traced y = *x;
    gd_shape from = gd_shape_of_tensor(x->t);
    int n = from.ndim, a = n ? (int)draw(state, (uint64_t)n) : 0, b = n ? (int)draw(state, (uint64_t)n) : 0;
    int what = n ? (int)draw(state, 5) : 3;
    int64_t begin = n ? (int64_t)draw(state, (uint64_t)from.size[a]) : 0, by = 1 + (int64_t)draw(state, 3);
    if (what == 0)
        y.t = gd_transpose(x->t, a - (draw(state, 2) ? n : 0), b);
    else if (what == 1)
        y.t = gd_slice(x->t, a, begin - from.size[a] * (int64_t)draw(state, 2), from.size[a] + 5, by);
    else if (what == 2 && from.size[a] == 1)
        y.t = gd_squeeze(x->t, a);
    else if (what == 3 && n < 6)
        y.t = gd_unsqueeze(x->t, a);
    else if (what == 4 && x->t->numel < 200 && n < 6)
        y.t = gd_expand(gd_unsqueeze(x->t, a), (gd_shape){ n + 1, { -1, -1, -1, -1, -1, -1, -1 } });
    else
        return y;
    ck_good(y.t);
    gd_shape to = gd_shape_of_tensor(y.t);
    for (int64_t k = 0; k < y.t->numel; k++) {
        int64_t at[GD_MAX_DIMS], old[GD_MAX_DIMS];
        coordinates(&to, k, at);
        memcpy(old, at, sizeof old);
        if (what == 0) {
            old[a] = at[b];
            old[b] = at[a];
        } else if (what == 1) {
            old[a] = begin + at[a] * by;
        } else if (what == 2) {
            old[a] = 0;
            memcpy(old + a + 1, at + a, sizeof(int64_t) * (size_t)(n - 1 - a));
        } else {
            memcpy(old + a, at + a + 1, sizeof(int64_t) * (size_t)(n - a));
        }
        y.offset[k] = x->offset[flat(&from, old)];
    }
    return y;
}

static void check_traced(const traced *x)
{
    gd_tensor *t = x->t;
    gd_real out[600];
    ck_good(gd_copy_out(t, out));
    gd_shape shape = gd_shape_of_tensor(t);
    gd_tensor *packed = gd_contiguous(t), *twice = gd_add(t, t), *row = gd_reshape(t, GD_SHAPE(-1, 1));
    double sum = 0;
    for (int64_t k = 0; k < t->numel; k++) {
        int64_t index[GD_MAX_DIMS];
        gd_shape at = { shape.ndim, { 0 } };
        coordinates(&shape, k, index);
        memcpy(at.size, index, sizeof at.size);
        gd_real expected = (gd_real)x->offset[k];
        ck_assert(out[k] == expected && gd_at(t, at) == expected);
        ck_assert(packed->data[k] == expected && twice->data[k] == 2 * expected);
        ck_assert(gd_at(row, GD_SHAPE(k, -1)) == expected);
        for (int i = 0; i < at.ndim; i++)
            at.size[i] -= shape.size[i];                          /* counted from the end */
        ck_assert(gd_at(t, at) == expected);
        sum += (double)expected;
    }
    ck_assert((double)gd_item(gd_sum(t)) == sum);
    ck_no_message();
}

START_TEST(random_views)
{
    uint64_t state = 77 + (uint64_t)_i;
    for (int round = 0; round < 100; round++) {
        GD_SCOPE;
        traced x = start(&state);
        for (int i = 0; i < 5; i++) {
            x = step(&x, &state);
            check_traced(&x);
        }
    }
}
END_TEST

/* Broadcasting of random pairs: shapes by NumPy's rule, elements by index. */
START_TEST(random_broadcasts)
{
    uint64_t state = 5;
    for (int round = 0; round < 500; round++) {
        GD_SCOPE;
        gd_shape whole = { (int)draw(&state, 5), { 0 } }, shape[2];
        for (int i = 0; i < whole.ndim; i++)
            whole.size[i] = (int64_t)draw(&state, 4);
        gd_tensor *x[2];
        for (int k = 0; k < 2; k++) {
            int dropped = k ? (int)draw(&state, (uint64_t)whole.ndim + 1) : 0;
            shape[k].ndim = whole.ndim - dropped;
            for (int i = 0; i < shape[k].ndim; i++)
                shape[k].size[i] = draw(&state, 3) ? whole.size[i + dropped] : 1;
            x[k] = gd_zeros(shape[k]);
            for (int64_t j = 0; j < x[k]->numel; j++)
                x[k]->data[j] = (gd_real)((k ? 1000 : 1) * (j + 1));
        }
        bool swap = draw(&state, 2);
        gd_tensor *y = gd_add(x[swap], x[!swap]);
        ck_good(y);
        ck_assert_int_eq(y->ndim, whole.ndim);
        gd_shape result = gd_shape_of_tensor(y);
        for (int64_t j = 0; j < y->numel; j++) {
            int64_t index[GD_MAX_DIMS];
            double sum = 0;
            coordinates(&result, j, index);
            for (int k = 0; k < 2; k++) {
                int64_t at = 0;
                const int64_t *mine = index + whole.ndim - shape[k].ndim;
                for (int i = 0; i < shape[k].ndim; i++)
                    at = at * shape[k].size[i] + (shape[k].size[i] == 1 ? 0 : mine[i]);
                sum += (k ? 1000 : 1) * (double)(at + 1);
            }
            ck_assert(element(y, j) == sum);
        }
        for (int i = 0; i < whole.ndim; i++) {                    /* a zero beats a one */
            int other = i - (whole.ndim - shape[1].ndim);
            int64_t b = other < 0 ? 1 : shape[1].size[other], a = shape[0].size[i];
            ck_assert_int_eq(result.size[i], a == 1 ? b : a);
        }
    }
}
END_TEST

/* ---- Access ------------------------------------------------------------------------------------------------- */

static const char *printed(const gd_tensor *t)
{
    static char text[4000];
    FILE *file = tmpfile();
    ck_assert_ptr_nonnull(file);
    gd_print(file, t);
    rewind(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    return text;
}

START_TEST(printing)
{
    ck_assert_str_eq(printed(gd_scalar(1.5)), "[]: 1.5\n");
    ck_assert_str_eq(printed(gd_from(GD_SHAPE(3), (gd_real[]){ 1, -2, 1e-7f })), "[3]: [1, -2, 1e-07]\n");
    gd_tensor *x = gd_arange(0, 6, 1);
    ck_assert_ptr_nonnull(strstr(printed(gd_reshape(x, GD_SHAPE(2, 3))), "[2, 3]:\n[[0, 1, 2]"));
    ck_assert_ptr_nonnull(strstr(printed(gd_transpose(gd_reshape(x, GD_SHAPE(2, 3)), 0, 1)), "[[0, 3]"));
    ck_assert_str_eq(printed(gd_set_name(gd_arange(0, 12, 1), "ramp")),
                     "ramp [12]: [0, 1, 2, 3, ..., 8, 9, 10, 11]\n");
    ck_assert_str_eq(printed(gd_zeros(GD_SHAPE(0))), "[0]: []\n");
    ck_assert_ptr_nonnull(strstr(printed(gd_full(GD_SHAPE(2), NAN)), "nan, "));
    ck_assert_str_eq(printed(NULL), "NULL\n");
    gd_print(NULL, x);
    ck_no_message();
}
END_TEST

START_TEST(looking)
{
    ck_assert_int_eq(gd_numel(NULL), 0);
    ck_assert_int_eq(gd_numel(gd_zeros(GD_SHAPE(2, 0, 3))), 0);
    ck_assert_int_eq(gd_numel(gd_zeros(GD_SHAPE(2, 5))), 10);
    ck_assert_int_eq(gd_shape_of_tensor(NULL).ndim, 0);
    ck_assert(gd_item(gd_full(GD_SHAPE(1, 1), 4)) == 4);
    ck_assert(gd_at(gd_scalar(4), GD_SHAPE()) == 4);
    ck_assert(isnan(gd_item(NULL)));
    ck_message("gd_item: t is NULL");
    ck_assert(isnan(gd_item(gd_zeros(GD_SHAPE(2)))));
    ck_message("gd_item: t is [2]: it must have exactly one element");
    ck_assert(isnan(gd_item(gd_zeros(GD_SHAPE(0)))));
    ck_message("gd_item: t is [0]: it must have exactly one element");
    ck_assert(isnan(gd_at(gd_zeros(GD_SHAPE(2, 3)), GD_SHAPE(1))));
    ck_message("gd_at: t is [2, 3] and needs 2 indices, not 1");
    ck_assert(isnan(gd_at(gd_zeros(GD_SHAPE(2, 3)), GD_SHAPE(1, 3))));
    ck_message("gd_at: index [1, 3] is outside of [2, 3]");
    ck_assert(isnan(gd_at(gd_zeros(GD_SHAPE(2, 3)), GD_SHAPE(-3, 0))));
    ck_message("gd_at: index [-3, 0] is outside of [2, 3]");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("tensor");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, quietly, gd_shutdown);
    tcase_set_timeout(all, 120);
    tcase_add_test(all, making);
    tcase_add_test(all, contiguous_views);
    tcase_add_test(all, ranges);
    tcase_add_test(all, selects_one_index);
    tcase_add_test(all, random_numbers_repeat);
    tcase_add_test(all, random_moments);
    tcase_add_test(all, permutations);
    tcase_add_loop_test(all, random_views, 0, 10);
    tcase_add_test(all, random_broadcasts);
    tcase_add_test(all, printing);
    tcase_add_test(all, looking);
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
