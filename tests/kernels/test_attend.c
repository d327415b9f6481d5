/* test_attend.c - attention and its gradients against their definition: any strides, heads that are shared, causal or
 * not, sizes around a block of queries. */
#include "kernels/attend.h"
#include "kernels/reference/reference.h"
#include "support/support.h"

static const double tolerance = IN_DOUBLE ? 1e-12 : 1e-5;
static uint64_t state;

static gd_tensor *random_tensor(int64_t a, int64_t b, int64_t c)
{
    gd_tensor *t = gd_zeros(GD_SHAPE(a, b, c));
    for (int64_t i = 0; i < gd_numel(t); i++)
        t->data[i] = (gd_real)((double)draw(&state, 2001) / 500 - 2);
    return t;
}

/* t [heads, rows, columns], or one matrix for all heads. */
static gi_heads heads_of(const gd_tensor *t)
{
    return (gi_heads){ t->data, t->stride[1], t->stride[2], { t->shape[0] > 1 ? t->stride[0] : 0 } };
}

static gd_tensor *numbers(int64_t n)
{
    return gd_full(GD_SHAPE(n), (double)NAN);
}

START_TEST(attention_is_its_definition)
{
    state = 5;
    for (int trial = 0; trial < 60; trial++) {
        GD_SCOPE;
        const int64_t heads = 1 + (int64_t)draw(&state, 3), queries = 1 + (int64_t)draw(&state, 70);
        const int64_t keys = 1 + (int64_t)draw(&state, 70), d = 1 + (int64_t)draw(&state, 9);
        const int64_t e = 1 + (int64_t)draw(&state, 9);
        const gi_attend_sizes s = { 1, { heads }, heads, queries, keys, d, e, 0.7, draw(&state, 2) };
        gd_tensor *q = random_tensor(heads, queries, d), *v = random_tensor(heads, keys, e);
        gd_tensor *k = gd_transpose(random_tensor(draw(&state, 2) ? heads : 1, d, keys), 1, 2);
        gd_tensor *dy = random_tensor(heads, queries, e);
        gd_tensor *y[2], *dq[2], *dk[2], *dv[2], *p = numbers(heads * queries * keys);
        gd_tensor *work = numbers(gi_attend_work(&s) + queries * keys);
        for (int fast = 0; fast < 2; fast++) {
            y[fast] = gd_full(GD_SHAPE(heads, queries, e), (double)NAN);
            dq[fast] = gd_full(GD_SHAPE(heads, queries, d), (double)NAN);
            dk[fast] = gd_full(GD_SHAPE(heads, keys, d), (double)NAN);
            dv[fast] = gd_full(GD_SHAPE(heads, keys, e), (double)NAN);
            const gi_heads qh = heads_of(q), kh = heads_of(k), vh = heads_of(v), yh = heads_of(y[fast]);
            const gi_heads dyh = heads_of(dy), a = heads_of(dq[fast]), b = heads_of(dk[fast]), c = heads_of(dv[fast]);
            (fast ? gi_attend : gi_attend_reference)(&s, &qh, &kh, &vh, &yh, p->data);
            (fast ? gi_attend_grad : gi_attend_grad_reference)(&s, &qh, &kh, &vh, &dyh, p->data,
                                                               (gi_attend_slopes){ &a, &b, &c }, work->data);
        }
        ck_assert_msg(far_apart(y[0], y[1]) < tolerance, "y, trial %d", trial);
        ck_assert_msg(far_apart(dq[0], dq[1]) < 10 * tolerance, "dq, trial %d", trial);
        ck_assert_msg(far_apart(dk[0], dk[1]) < 10 * tolerance, "dk, trial %d", trial);
        ck_assert_msg(far_apart(dv[0], dv[1]) < 10 * tolerance, "dv, trial %d", trial);
    }
}
END_TEST

START_TEST(softmax_is_its_definition)
{
    state = 9;
    for (int64_t n = 1; n < 400; n += 1 + n / 3) {
        GD_SCOPE;
        gd_tensor *x = random_tensor(1, 1, n), *y = gd_softmax(x, -1), *expected = gd_zeros_like(x);
        gi_softmax_reference(n, expected->data, x->data);
        ck_assert(far_apart(y, expected) < tolerance);
        x->data[0] = (gd_real)INFINITY;
        gi_softmax_reference(n, expected->data, x->data);
        ck_assert(far_apart(gd_softmax(x, -1), expected) < tolerance && expected->data[0] == 1);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("attend");
    TCase *all = tcase_create("attention and softmax");
    tcase_add_checked_fixture(all, quietly, gd_shutdown);
    tcase_set_timeout(all, 60);
    tcase_add_test(all, attention_is_its_definition);
    tcase_add_test(all, softmax_is_its_definition);
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
