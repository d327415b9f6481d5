/* test_errors.c - invalid calls: each returns NULL with its message, word for word, leaves its arguments unchanged,
 * and does not stop the program.  Also: which handler is called, and that the first message is kept.
 *
 * Messages about gradients, in-place functions and lookups are in the tests of those. */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>

#include "support/support.h"

/* ---- The handler -------------------------------------------------------------------------------------------- */

static char told[200];
static int  times_told;

static void listen(const char *message)
{
    snprintf(told, sizeof told, "%s", message);
    times_told++;
}

START_TEST(handler)
{
    gd_on_error(listen);
    ck_assert_ptr_null(gd_last_error());
    ck_assert_ptr_null(gd_add(gd_ones(GD_SHAPE(2)), gd_ones(GD_SHAPE(3))));
    ck_assert_str_eq(told, "gd_add: a is [2] and b is [3]: sizes 2 and 3 do not broadcast");
    ck_assert_int_eq(times_told, 1);
    gd_on_error(NULL);
    ck_assert_ptr_null(gd_zeros(GD_SHAPE(-1)));
    ck_assert_int_eq(times_told, 1);
    ck_message("gd_zeros: shape [-1] has the negative size -1");
    ck_assert_ptr_null(gd_last_error());
}
END_TEST

/* Without a handler: printed to standard error, nothing to standard output. */
START_TEST(printed_at_first)
{
    static const char message[] = "gd_ones: shape [-2] has the negative size -2\n";
    char text[200], path[] = "/tmp/gradus-errors-XXXXXX";
    int file = mkstemp(path);
    ck_assert_int_ge(file, 0);
    ck_assert(fflush(stdout) == 0 && freopen(path, "w", stderr) && freopen(path, "a", stdout));
    gd_ones(GD_SHAPE(-2));
    ck_assert(fflush(stderr) == 0 && fflush(stdout) == 0);
    FILE *in = fopen(path, "r");
    ck_assert_ptr_nonnull(in);
    text[fread(text, 1, sizeof text - 1, in)] = '\0';
    fclose(in);
    ck_assert_int_eq(remove(path), 0);
    ck_assert_str_eq(text, message);
}
END_TEST

START_TEST(own_messages)
{
    ck_assert_ptr_null(gd_fail("own: %d of %s", 3, "four"));
    ck_assert_str_eq(gd_last_error(), "own: 3 of four");
    ck_assert_ptr_null(gd_fail("again: %s", gd_last_error()));    /* the old message as an argument */
    ck_message("again: own: 3 of four");
    char longer[3000];
    memset(longer, 'x', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    gd_fail("%s", longer);
    ck_assert(strlen(gd_last_error()) > 500 && strlen(gd_last_error()) < sizeof longer);
}
END_TEST

/* An expression is checked once, at its end: the message is that of the call that failed. */
START_TEST(the_first_error_stands)
{
    gd_on_error(listen);
    gd_tensor *x = gd_requires_grad(gd_ones(GD_SHAPE(2, 3))), *w = gd_ones(GD_SHAPE(2, 2));
    gd_tensor *y = gd_mean(gd_square(gd_sub(gd_matmul(x, w), gd_exp(x)))), *dx = x;
    const char *message = "gd_matmul: a is [2, 3] and b is [2, 2]: the inner sizes 3 and 2 differ";
    ck_assert_ptr_null(y);
    ck_assert(!gd_backward(y) && !gd_backward_from(y, NULL, true) && !gd_grad(y, NULL, &x, 1, &dx, false));
    ck_assert(isnan(gd_item(y)) && !gd_fill(gd_detach(y), 1) && !gd_keep(y) && !gd_requires_grad(y));
    ck_assert_int_eq(times_told, 1);
    ck_assert_ptr_null(dx);
    ck_message(message);
}
END_TEST

START_TEST(dies_if_asked_to)
{
    gd_on_error(gd_abort);
    gd_ones(GD_SHAPE(-2));
}
END_TEST

/* ---- Invalid calls ------------------------------------------------------------------------------------------ */

static gd_tensor *m23, *m34, *v3, *v4, *s, *eight, *none, *labels, *bad_label;

static void make_arguments(void)
{
    quietly();
    m23 = gd_arange(0, 6, 1);
    m23 = gd_reshape(m23, GD_SHAPE(2, 3));
    m34 = gd_ones(GD_SHAPE(3, 4));
    v3 = gd_ones(GD_SHAPE(3));
    v4 = gd_ones(GD_SHAPE(4));
    s = gd_scalar(2);
    eight = gd_ones(GD_SHAPE(1, 1, 1, 1, 1, 1, 1, 1));
    none = gd_zeros(GD_SHAPE(0));
    labels = gd_from(GD_SHAPE(2), (gd_real[]){ 0, 2 });
    bad_label = gd_from(GD_SHAPE(2), (gd_real[]){ 0, 3 });
}

#define JOIN(...) (gd_tensor *const[]){ __VA_ARGS__ }
#define HUGE_SIZE ((int64_t)1 << 40)

/* Makes call number which; gives its source text and the expected message. */
static gd_tensor *wrong(int which, const char **call, const char **message)
{
    int i = 0;
#define WRONG(expression, text)             \
    if (i++ == which) {                     \
        *call = #expression;                \
        *message = text;                   \
        return expression;                  \
    }
#include "error_table.h"
#undef WRONG
    *call = NULL;
    return NULL;
}

#define WRONG(expression, text) +1
enum {
    CALLS = 0
#include "error_table.h"
};
#undef WRONG

START_TEST(wrong_calls)
{
    gd_tensor *const arguments[] = { m23, m34, v3, v4, s, eight, none, labels, bad_label };
    enum { N = sizeof arguments / sizeof arguments[0] };
    gd_tensor *copies[N], headers[N];
    for (int i = 0; i < N; i++) {
        copies[i] = gd_add(arguments[i], gd_scalar(0));
        gd_requires_grad(arguments[i]);
        headers[i] = *arguments[i];
    }
    const char *call = NULL, *message = NULL;
    gd_tensor *result = wrong(_i, &call, &message);
    ck_assert_msg(result == NULL, "%s gave a result", call);
    ck_assert_msg(gd_last_error() != NULL, "%s failed without a message", call);
    ck_assert_msg(strcmp(gd_last_error(), message) == 0, "%s\n     got: %s\nexpected: %s", call, gd_last_error(),
                  message);
    for (int i = 0; i < N; i++) {
        ck_assert_msg(memcmp(&headers[i], arguments[i], sizeof headers[i]) == 0, "%s changed an argument", call);
        ck_assert_msg(far_apart(arguments[i], copies[i]) == 0, "%s changed a number", call);
    }
    gd_clear_error();
    ck_good(gd_backward(gd_sum(gd_square(m23))));                 /* and the program goes on */
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("operations: errors");
    TCase *first = tcase_create("default handler"), *telling = tcase_create("handlers");
    TCase *calls = tcase_create("invalid calls");
    tcase_add_test(first, printed_at_first);
    suite_add_tcase(suite, first);
    tcase_add_checked_fixture(telling, quietly, gd_shutdown);
    tcase_add_test(telling, handler);
    tcase_add_test(telling, own_messages);
    tcase_add_test(telling, the_first_error_stands);
#if defined(__unix__) || defined(__APPLE__)
    tcase_add_test_raise_signal(telling, dies_if_asked_to, 6);    /* SIGABRT */
#endif
    suite_add_tcase(suite, telling);
    tcase_add_checked_fixture(calls, make_arguments, gd_shutdown);
    tcase_add_loop_test(calls, wrong_calls, 0, CALLS);
    suite_add_tcase(suite, calls);
    return run_suite(suite);
}
