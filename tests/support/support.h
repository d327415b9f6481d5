/* support.h - what the test programs share: the end of main, messages, and numbers read without the
 * library's own loops. */
#ifndef TEST_SUPPORT_H
#define TEST_SUPPORT_H

#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gradus.h"

#ifdef GD_DOUBLE
#define IN_DOUBLE 1
#else
#define IN_DOUBLE 0
#endif

/* run_suite - runs it; the result of main: not 0 when a check failed, or none was run. */
int run_suite(Suite *suite);

/* quietly - for a fixture: messages are kept, not printed.  Ends whatever the test before left open. */
void quietly(void);

/* The last message is this one, word for word; and it is cleared. */
#define ck_message(expected)                                                                            \
    do {                                                                                                 \
        ck_assert_msg(gd_last_error() && strcmp(gd_last_error(), expected) == 0,                         \
                      "expected: %s\n     got: %s", expected, gd_last_error() ? gd_last_error() : "nothing"); \
        gd_clear_error();                                                                                \
    } while (0)

/* Nothing has failed so far. */
#define ck_no_message() ck_assert_msg(!gd_last_error(), "%s", gd_last_error())

/* The call succeeds; else its message is the failure. */
#define ck_good(call) ck_assert_msg(call, "%s: %s", #call, gd_last_error() ? gd_last_error() : "no message")

/* element - the k-th element in row-major order, found by its index and the strides. */
double element(const gd_tensor *t, int64_t k);

/* far_from - the largest |a - b| / max(1, |b|) over the elements; infinite when only one is NaN or both are
 * different infinities, or when there is no t. */
double far_from(const gd_tensor *t, const double *expected);
double far_apart(const gd_tensor *t, const gd_tensor *expected);   /* also infinite when the shapes differ */

/* A tensor has exactly these elements: ck_values(t, 1, 2, 3) - up to rounding. */
#define ck_values(t, ...)                                                                                \
    do {                                                                                                 \
        const double expected_[] = { __VA_ARGS__ };                                                      \
        const gd_tensor *t_ = t;                                                                         \
        ck_assert_msg(t_ != NULL, "%s is NULL: %s", #t, gd_last_error() ? gd_last_error() : "");         \
        ck_assert_int_eq(gd_numel(t_), sizeof expected_ / sizeof *expected_);                            \
        ck_assert_msg(far_from(t_, expected_) <= (IN_DOUBLE ? 1e-12 : 1e-5),                             \
                      "%s is %s, expected " #__VA_ARGS__, #t, in_words(t_));                             \
    } while (0)
const char *in_words(const gd_tensor *t);

/* ck_shape(t, 2, 3) */
#define ck_shape(t, ...)                                                                                 \
    do {                                                                                                 \
        const gd_shape expected_ = GD_SHAPE(__VA_ARGS__), shape_ = gd_shape_of_tensor(t);                \
        ck_assert_int_eq(shape_.ndim, expected_.ndim);                                                   \
        for (int i_ = 0; i_ < expected_.ndim; i_++)                                                      \
            ck_assert_int_eq(shape_.size[i_], expected_.size[i_]);                                       \
    } while (0)

/* A generator of the tests' own: numbers in [0, n). */
uint64_t draw(uint64_t *state, uint64_t n);

#endif
