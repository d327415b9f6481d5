/* test_fused.c - fused operations against the same formula in several operations: attention and layer norm at sizes
 * around those of their blocks, their gradients against those of a recorded pass, and slices with overlapping
 * gradients. */
#include "support/support.h"

static const double tolerance = IN_DOUBLE ? 1e-12 : 2e-5;

static gd_tensor *numbers(gd_shape shape)
{
    return gd_requires_grad(gd_normal(shape, 0, 1));
}

static void ck_close(const gd_tensor *t, const gd_tensor *expected, const char *what, int i, int k)
{
    const double apart = far_apart(t, expected);
    ck_assert_msg(apart <= tolerance, "%s %d, gradient %d: apart by %g", what, i, k, apart);
}

/* The gradients by xs of sum(y dy), of an ordinary pass and of a recorded one, are the same as those of z. */
static void same_gradients(const char *what, int i, gd_tensor *y, gd_tensor *z, gd_tensor *const xs[], int n)
{
    enum { MOST = 3 };
    gd_tensor *dy = gd_normal(gd_shape_of_tensor(y), 0, 1), *fused[MOST], *recorded[MOST], *plain[MOST];
    ck_close(y, z, what, i, -1);
    ck_good(gd_grad(y, dy, xs, n, fused, false));
    ck_good(gd_grad(y, dy, xs, n, recorded, true));
    ck_good(gd_grad(z, dy, xs, n, plain, false));
    for (int k = 0; k < n; k++) {
        ck_close(fused[k], plain[k], what, i, k);
        ck_close(recorded[k], plain[k], what, i, k);
    }
    for (int k = 0; k < n; k++) {                           /* each one alone */
        gd_tensor *one;
        ck_good(gd_grad(y, dy, xs + k, 1, &one, false));
        ck_close(one, plain[k], what, i, k);
    }
}

/* ---- Attention ---------------------------------------------------------------------------------------------- */

static gd_tensor *attention_by_formula(gd_tensor *q, gd_tensor *k, gd_tensor *v, bool causal)
{
    const int64_t queries = q->shape[q->ndim - 2], keys = k->shape[k->ndim - 2], d = q->shape[q->ndim - 1];
    gd_tensor *hidden = gd_zeros(GD_SHAPE(queries, keys));
    for (int64_t i = 0; causal && i < queries; i++)
        for (int64_t j = i + 1; j < keys; j++)
            hidden->data[i * keys + j] = (gd_real)-INFINITY;
    gd_tensor *scores = gd_scale(gd_matmul(q, gd_transpose(k, -2, -1)), 1 / sqrt((double)d));
    return gd_matmul(gd_softmax(gd_add(scores, hidden), -1), v);
}

static const struct { int64_t queries, keys, d, e; } sizes[] = {
    { 1, 1, 1, 1 }, { 3, 7, 4, 2 }, { 31, 31, 5, 3 }, { 32, 32, 4, 4 }, { 33, 33, 16, 1 }, { 64, 64, 16, 16 },
    { 47, 90, 3, 8 }, { 90, 47, 8, 3 }, { 100, 20, 2, 17 }, { 20, 100, 2, 17 }, { 65, 1, 2, 2 }, { 1, 65, 2, 2 },
};
enum { SIZES = sizeof sizes / sizeof sizes[0] };

START_TEST(attention_of_any_size)
{
    for (int causal = 0; causal < 2; causal++) {
        GD_SCOPE;
        gd_tensor *x[] = { numbers(GD_SHAPE(2, sizes[_i].queries, sizes[_i].d)),
                           numbers(GD_SHAPE(3, 1, sizes[_i].keys, sizes[_i].d)),
                           numbers(GD_SHAPE(sizes[_i].keys, sizes[_i].e)) };
        gd_tensor *y = gd_attention(x[0], x[1], x[2], causal);
        ck_shape(y, 3, 2, sizes[_i].queries, sizes[_i].e);
        same_gradients(causal ? "causal" : "not causal", _i, y, attention_by_formula(x[0], x[1], x[2], causal), x,
                       3);
    }
}
END_TEST

/* Heads side by side in one matrix, in which their gradients are added up. */
static gd_tensor *head(gd_tensor *qkv, int64_t heads, int which)
{
    const int64_t n = qkv->shape[0], length = qkv->shape[1], width = qkv->shape[2] / 3;
    gd_tensor *part = gd_slice(qkv, 2, which * width, (which + 1) * width, 1);
    return gd_transpose(gd_reshape(part, GD_SHAPE(n, length, heads, width / heads)), 1, 2);
}

START_TEST(attention_of_views)
{
    gd_tensor *x = numbers(GD_SHAPE(2, 37, 3 * 20)), *qkv = gd_scale(x, 1);
    for (int turned = 0; turned < 2; turned++) {
        gd_tensor *q = head(qkv, 5, 0), *k = head(qkv, 5, 1), *v = head(qkv, 5, 2);
        if (turned)                                         /* keys and channels are exchanged in memory */
            v = gd_transpose(gd_contiguous(gd_transpose(v, 2, 3)), 2, 3);
        same_gradients("views", turned, gd_attention(q, k, v, true), attention_by_formula(q, k, v, true), &x, 1);
        same_gradients("leaf", turned, gd_attention(head(x, 4, 0), head(x, 4, 1), head(x, 4, 2), false),
                       attention_by_formula(head(x, 4, 0), head(x, 4, 1), head(x, 4, 2), false), &x, 1);
    }
}
END_TEST

/* All heads in one operation: the bits of the heads one by one, and where the last two axes are exchanged in memory. */
START_TEST(self_attention_of_heads)
{
    gd_tensor *x = numbers(GD_SHAPE(2, 70, 3 * 20)), *dy = gd_normal(GD_SHAPE(2, 70, 20), 0, 1), *dx[2];
    for (int causal = 0; causal < 2; causal++) {
        gd_tensor *y = gd_self_attention(x, 5, causal);
        gd_tensor *z = gd_attention(head(x, 5, 0), head(x, 5, 1), head(x, 5, 2), causal);
        z = gd_reshape(gd_transpose(z, 1, 2), GD_SHAPE(2, 70, 20));
        ck_assert(far_apart(y, z) == 0);
        ck_good(gd_grad(y, dy, &x, 1, &dx[0], false));
        ck_good(gd_grad(z, dy, &x, 1, &dx[1], false));
        ck_assert(far_apart(dx[0], dx[1]) == 0);
        same_gradients("self-attention", causal, y, z, &x, 1);
        gd_tensor *turned = gd_transpose(gd_contiguous(gd_transpose(x, 1, 2)), 1, 2);
        same_gradients("turned", causal, gd_self_attention(turned, 5, causal), z, &x, 1);
        gd_tensor *row = gd_select(x, 0, 1);
        same_gradients("without a batch", causal, gd_self_attention(row, 5, causal), gd_select(y, 0, 1), &x, 1);
    }
}
END_TEST

START_TEST(attention_of_nothing)
{
    gd_tensor *x[] = { numbers(GD_SHAPE(2, 3, 4)), numbers(GD_SHAPE(2, 0, 4)), numbers(GD_SHAPE(2, 0, 5)) };
    gd_tensor *y = gd_attention(x[0], x[1], x[2], true), *dx[3];
    ck_shape(y, 2, 3, 5);
    ck_assert(gd_item(gd_sum(gd_abs(y))) == 0);
    ck_good(gd_grad(y, gd_ones_like(y), x, 3, dx, false));
    ck_assert(gd_item(gd_sum(gd_abs(dx[0]))) == 0);
    gd_tensor *none[] = { numbers(GD_SHAPE(0, 4)), numbers(GD_SHAPE(40, 4)), numbers(GD_SHAPE(40, 5)) };
    ck_good(gd_grad(gd_attention(none[0], none[1], none[2], true), gd_zeros(GD_SHAPE(0, 5)), none, 3, dx, false));
    ck_assert(gd_item(gd_sum(gd_abs(dx[1]))) == 0 && gd_item(gd_sum(gd_abs(dx[2]))) == 0);
    for (int i = 0; i < 3; i++) {
        gd_tensor *qkv = numbers(i == 0 ? GD_SHAPE(2, 0, 6) : i == 1 ? GD_SHAPE(0, 4, 6) : GD_SHAPE(2, 4, 0));
        ck_good(gd_grad(gd_sum(gd_self_attention(qkv, 2, true)), NULL, &qkv, 1, dx, false));
    }
    ck_values(gd_attention(gd_zeros(GD_SHAPE(2, 0)), gd_zeros(GD_SHAPE(2, 0)), gd_eye(2), true), 1, 0, 0.5, 0.5);
}
END_TEST

/* A later key, even a NaN, has no effect; an earlier one has. */
START_TEST(the_future_is_hidden)
{
    gd_tensor *q = gd_normal(GD_SHAPE(70, 4), 0, 1), *k = gd_normal(GD_SHAPE(70, 4), 0, 1);
    gd_tensor *v = gd_normal(GD_SHAPE(70, 3), 0, 1), *before = gd_attention(q, k, v, true);
    gd_tensor *late = gd_contiguous(gd_scale(k, 1));
    late->data[50 * 4 + 1] = (gd_real)NAN;
    gd_tensor *after = gd_attention(q, late, v, true);
    ck_assert(memcmp(before->data, after->data, 50 * 3 * sizeof *before->data) == 0);
    for (int i = 50 * 3; i < 70 * 3; i++)
        ck_assert(isnan(after->data[i]));
}
END_TEST

/* ---- Layer norm --------------------------------------------------------------------------------------------- */

static gd_tensor *norm_by_formula(gd_tensor *x, gd_tensor *w, gd_tensor *b)
{
    gd_tensor *centred = gd_sub(x, gd_mean_axis(x, -1, true));
    gd_tensor *y = gd_div(centred, gd_sqrt(gd_shift(gd_mean_axis(gd_square(centred), -1, true), 1e-3)));
    y = w ? gd_mul(y, w) : y;
    return b ? gd_add(y, b) : y;
}

static const int64_t rows_and_n[][2] = { { 1, 1 }, { 3, 15 }, { 31, 16 }, { 32, 17 }, { 33, 31 }, { 65, 64 },
                                         { 200, 33 }, { 2, 2047 }, { 2, 2048 }, { 2, 2049 }, { 1, 5000 } };
enum { NORMS = sizeof rows_and_n / sizeof rows_and_n[0] };

START_TEST(layer_norm_of_any_size)
{
    const int64_t rows = rows_and_n[_i][0], n = rows_and_n[_i][1];
    gd_tensor *x[] = { numbers(GD_SHAPE(rows, n)), numbers(GD_SHAPE(n)), numbers(GD_SHAPE(n)) };
    gd_tensor *turned = gd_transpose(gd_contiguous(gd_transpose(x[0], 0, 1)), 0, 1);
    same_gradients("both", _i, gd_layer_norm(x[0], x[1], x[2], 1e-3), norm_by_formula(x[0], x[1], x[2]), x, 3);
    same_gradients("weight", _i, gd_layer_norm(turned, x[1], NULL, 1e-3), norm_by_formula(x[0], x[1], NULL), x, 2);
    same_gradients("none", _i, gd_layer_norm(x[0], NULL, NULL, 1e-3), norm_by_formula(x[0], NULL, NULL), x, 1);
}
END_TEST

/* ---- Views -------------------------------------------------------------------------------------------------- */

/* Overlapping slices, among other uses of x, whose gradients are added in any order. */
START_TEST(slices_meet)
{
    gd_tensor *x = numbers(GD_SHAPE(6, 9)), *dx, *expected = gd_zeros(GD_SHAPE(6, 9));
    for (int leaf = 0; leaf < 2; leaf++)
        for (int other = 0; other < 3; other++) {
            gd_tensor *z = leaf ? x : gd_scale(x, 1), *y = gd_scalar(0);
            const double weight[] = { 1, 10, 100 };
            for (int i = 0; i < 3; i++) {
                if (i == other)
                    y = gd_add(y, gd_sum(gd_scale(z, 1000)));
                y = gd_add(y, gd_sum(gd_scale(gd_slice(z, 1, i, 9 - i, i + 1), weight[i])));
            }
            ck_good(gd_grad(y, NULL, &x, 1, &dx, false));
            for (int r = 0; r < 6; r++)
                for (int c = 0; c < 9; c++) {
                    double sum = 1000;
                    for (int i = 0; i < 3; i++)
                        sum += c >= i && c < 9 - i && (c - i) % (i + 1) == 0 ? weight[i] : 0;
                    expected->data[r * 9 + c] = (gd_real)sum;
                }
            ck_assert(far_apart(dx, expected) == 0);
        }
}
END_TEST

/* A slice must not add to a gradient that is shared: that of z is also w's. */
START_TEST(slices_leave_alone_what_others_hold)
{
    gd_tensor *a = numbers(GD_SHAPE(4)), *b = gd_scale(a, 1), *c = gd_scale(a, 3), *part = gd_slice(b, 0, 1, 3, 1);
    gd_tensor *both = gd_square(gd_scale(gd_add(c, b), 0.5)), *da;
    ck_good(gd_grad(gd_add(gd_sum(both), gd_sum(part)), NULL, &a, 1, &da, false));
    for (int i = 0; i < 4; i++)                             /* of (2 a)^2, and of a in the middle */
        ck_assert(fabs((double)da->data[i] - 8 * (double)a->data[i] - (i == 1 || i == 2)) < 1e-5);
    gd_tensor *x = numbers(GD_SHAPE(4)), *z = gd_scale(x, 1), *w = gd_scale(z, 1);
    gd_tensor *y = gd_sum(gd_add(gd_add(w, z), gd_concat((gd_tensor *[]){ gd_slice(z, 0, 0, 2, 1),
                                                                          gd_slice(w, 0, 1, 3, 1) }, 2, 0)));
    gd_retain_grad(w);
    gd_retain_grad(z);
    ck_good(gd_backward(y));
    ck_values(w->grad, 1, 2, 2, 1);
    ck_values(z->grad, 3, 4, 3, 2);
    ck_values(x->grad, 3, 4, 3, 2);
}
END_TEST

START_TEST(reshape_of_views)
{
    gd_tensor *x = gd_reshape(gd_arange(0, 120, 1), GD_SHAPE(2, 3, 4, 5));
    gd_tensor *part = gd_slice(x, 3, 1, 4, 1), *turned = gd_transpose(x, 0, 1);
    const struct { gd_tensor *x; gd_shape shape; bool shares; } cases[] = {
        { part, GD_SHAPE(24, 3), true }, { part, GD_SHAPE(1, 6, 2, 2, 1, 3, 1), true },
        { part, GD_SHAPE(8, 9), false }, { part, GD_SHAPE(72), false },
        { turned, GD_SHAPE(3, 2, 20), true }, { turned, GD_SHAPE(3, 2, 5, 4), true },
        { turned, GD_SHAPE(6, 20), false }, { gd_slice(x, 0, 0, 2, 2), GD_SHAPE(60), true },
        { gd_slice(x, 2, 0, 4, 3), GD_SHAPE(3, 2, 2, 5), true },
        { gd_slice(x, 2, 0, 4, 3), GD_SHAPE(6, 1, 10), false },
        { gd_expand(gd_arange(0, 3, 1), GD_SHAPE(4, 3)), GD_SHAPE(2, 2, 3), true },
        { gd_expand(gd_scalar(7), GD_SHAPE(4, 3)), GD_SHAPE(2, 6), true },
        { gd_expand(gd_arange(0, 3, 1), GD_SHAPE(4, 3)), GD_SHAPE(12), false },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        gd_tensor *y = gd_reshape(cases[i].x, cases[i].shape);
        gd_tensor *copy = gd_reshape(gd_contiguous(cases[i].x), cases[i].shape);
        ck_assert_msg(far_apart(y, copy) == 0, "case %zu", i);
        ck_assert_msg((y->data == cases[i].x->data) == cases[i].shares, "case %zu", i);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("operations: fused");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, quietly, gd_shutdown);
    tcase_add_loop_test(all, attention_of_any_size, 0, SIZES);
    tcase_add_test(all, attention_of_views);
    tcase_add_test(all, self_attention_of_heads);
    tcase_add_test(all, attention_of_nothing);
    tcase_add_test(all, the_future_is_hidden);
    tcase_add_loop_test(all, layer_norm_of_any_size, 0, NORMS);
    tcase_add_test(all, slices_meet);
    tcase_add_test(all, slices_leave_alone_what_others_hold);
    tcase_add_test(all, reshape_of_views);
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
