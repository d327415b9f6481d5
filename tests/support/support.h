/* support.h - what most test programs share: checks of messages, shapes and values, and tensors to try. */
#ifndef TEST_SUPPORT_H
#define TEST_SUPPORT_H

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gradus.h"
#include "support/suite.h"

#ifdef GD_DOUBLE
#define IN_DOUBLE 1
#else
#define IN_DOUBLE 0
#endif

#ifdef __wasi__                             /* has no tmpfile */
#define tmpfile() fopen("/tmp/gradus-test", "w+b")
#endif

/* quietly - for a fixture: messages are kept, not printed.  Ends whatever the test before left open. */
void quietly(void);

/* ---- Messages ---------------------------------------------------------------------------------------------- */

/* The last message is this one, word for word; and it is cleared. */
#define ck_message(expected)                                                                            \
    do {                                                                                                 \
        ck_assert_msg(gd_last_error() && strcmp(gd_last_error(), expected) == 0,                         \
                      "expected: %s\n     got: %s", expected, gd_last_error() ? gd_last_error() : "nothing"); \
        gd_clear_error();                                                                                \
    } while (0)

/* Its beginning is this; and it is cleared. */
#define ck_message_begins(beginning)                                                                     \
    do {                                                                                                 \
        ck_assert_msg(gd_last_error() && strncmp(gd_last_error(), beginning, strlen(beginning)) == 0,    \
                      "%s", gd_last_error() ? gd_last_error() : "no message");                           \
        gd_clear_error();                                                                                \
    } while (0)

/* Nothing has failed so far. */
#define ck_no_message() ck_assert_msg(!gd_last_error(), "%s", gd_last_error())

/* The call succeeds; else its message is the failure. */
#define ck_good(call) ck_assert_msg(call, "%s: %s", #call, gd_last_error() ? gd_last_error() : "no message")

/* The call gives NULL or false, with this message. */
#define ck_refused(call, message)                                                                        \
    do {                                                                                                 \
        gd_clear_error();                                                                                \
        ck_assert_msg(!(call), "%s is not refused", #call);                                              \
        ck_message(message);                                                                             \
    } while (0)

/* ---- Captured programs -------------------------------------------------------------------------------------- */

/* said_of - what gd_program_print says, until the next call.  runs_again_of - how often it was run again, by that. */
const char *said_of(gd_program *program);
int runs_again_of(gd_program *program);

/* ---- Shapes and values, read without the library's own loops ------------------------------------------------ */

/* element - the k-th element in row-major order, found by its index and the strides. */
double element(const gd_tensor *t, int64_t k);

/* far_from - the largest |a - b| / max(1, |b|) over the elements; infinite when only one is NaN or both are
 * different infinities, or when there is no t. */
double far_from(const gd_tensor *t, const double *expected);
double far_apart(const gd_tensor *t, const gd_tensor *expected);   /* also infinite when the shapes differ */

/* ck_near(is, expected, tolerance): |is - expected| <= tolerance. */
#define ck_near(is, expected, tolerance)                                                                 \
    do {                                                                                                 \
        const double is_ = (double)(is), wanted_ = expected;                                             \
        ck_assert_msg(fabs(is_ - wanted_) <= (tolerance), "%s is %.12g, not %.12g", #is, is_, wanted_);   \
    } while (0)

/* close_to - |got - expected| <= tolerance max(1, |expected|); false for NaN. */
bool close_to(double got, double expected, double tolerance);

/* same_bits - two tensors have equally many elements, with the same bits. */
bool same_bits(const gd_tensor *a, const gd_tensor *b);

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

/* The same, each rounded once to a gd_real, without a tolerance; NaN equals NaN. */
#define ck_exact_values(t, ...)                                                                          \
    do {                                                                                                 \
        const double expected_[] = { __VA_ARGS__ };                                                      \
        const gd_tensor *t_ = t;                                                                         \
        ck_assert_msg(t_ != NULL, "%s is NULL: %s", #t, gd_last_error() ? gd_last_error() : "");         \
        ck_assert_int_eq(gd_numel(t_), sizeof expected_ / sizeof *expected_);                            \
        const int64_t k_ = first_other(t_, expected_);                                                   \
        ck_assert_msg(k_ < 0, "element %d of %s is %.17g, not %.17g", (int)k_, #t, element(t_, k_),      \
                      expected_[k_]);                                                                    \
    } while (0)
int64_t first_other(const gd_tensor *t, const double *expected);       /* the first that differs, or -1 */

/* ck_shape(t, 2, 3) */
#define ck_shape(t, ...)                                                                                 \
    do {                                                                                                 \
        const gd_tensor *shaped_ = t;                                                                    \
        ck_assert_msg(shaped_ != NULL, "%s is NULL: %s", #t, gd_last_error() ? gd_last_error() : "");    \
        const gd_shape expected_ = GD_SHAPE(__VA_ARGS__);                                                \
        ck_assert_int_eq(shaped_->ndim, expected_.ndim);                                                 \
        for (int i_ = 0; i_ < expected_.ndim; i_++)                                                      \
            ck_assert_int_eq(shaped_->shape[i_], expected_.size[i_]);                                    \
    } while (0)

/* The same of a contiguous tensor. */
#define ck_contiguous_shape(t, ...)                                                                      \
    do {                                                                                                 \
        const gd_tensor *contiguous_ = t;                                                                \
        ck_shape(contiguous_, __VA_ARGS__);                                                              \
        ck_assert_msg(contiguous_->contiguous, "%s is not contiguous", #t);                              \
    } while (0)

/* ---- Tensors to try ------------------------------------------------------------------------------------------ */

gd_tensor *leaf(double value);                                         /* a scalar that requires a gradient */
gd_tensor *leaf_of(gd_shape shape, const gd_real *values);             /* the same of any shape */
gd_tensor *tensor_of(gd_shape shape, const double *values);            /* rounded to gd_real */
gd_tensor *random_values(gd_shape shape, uint64_t *state);             /* thousandths in [-1, 1] */
gd_tensor *seeded_values(gd_shape shape, uint64_t seed);               /* the same, always from this state on */

/* transposed - a view of a matrix with rows and columns exchanged, made without gd_transpose. */
gd_tensor *transposed(gd_tensor *t);

#endif
