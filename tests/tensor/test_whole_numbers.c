/* test_whole_numbers.c - a float holds every whole number only up to 2^24, a double up to 2^53: functions that
 * would return or take an index or a count beyond that refuse, with a message.  Large tensors here are views of one
 * element, or memory that is never touched. */
#include <inttypes.h>
#include <stdint.h>

#include "support/support.h"

#define LAST ((int64_t)1 << (IN_DOUBLE ? 53 : 24))      /* all whole numbers up to this are exact */
#define NAME (IN_DOUBLE ? "double" : "float")

/* The last message is the format with these, printed as text. */
#define ck_says(...)                                                                    \
    do {                                                                                \
        char expected_[300];                                                            \
        snprintf(expected_, sizeof expected_, __VA_ARGS__);                             \
        ck_message(expected_);                                                         \
    } while (0)

static gd_tensor *of_one_element(int64_t n, int64_t columns)
{
    return gd_expand(gd_zeros(GD_SHAPE(1, 1)), GD_SHAPE(n, columns));
}

START_TEST(tables_too_long_for_an_index)
{
    gd_tensor *index = gd_from(GD_SHAPE(2, 1), (gd_real[]){ 0, 5 }), *labels = gd_zeros(GD_SHAPE(1));
    ck_assert_ptr_null(gd_gather(of_one_element(LAST + 2, 1), 0, index));
    ck_says("gd_gather: index must distinguish %" PRId64 " positions, but %s holds all whole numbers up to %" PRId64
            " only", LAST + 2, NAME, LAST);
    ck_assert_ptr_null(gd_embedding(of_one_element(LAST + 2, 1), index));
    ck_says("gd_embedding: index must distinguish %" PRId64 " positions, but %s holds all whole numbers up to %" PRId64
            " only", LAST + 2, NAME, LAST);
    ck_assert_ptr_null(gd_cross_entropy(gd_transpose(of_one_element(LAST + 2, 1), 0, 1), labels, GD_SUM));
    ck_says("gd_cross_entropy: labels must distinguish %" PRId64 " positions, but %s holds all whole numbers up to %"
            PRId64 " only", LAST + 2, NAME, LAST);
    ck_assert_ptr_null(gd_one_hot(labels, LAST + 2));
    ck_says("gd_one_hot: labels must distinguish %" PRId64 " positions, but %s holds all whole numbers up to %"
            PRId64 " only", LAST + 2, NAME, LAST);
    ck_assert_ptr_null(gd_permutation(LAST + 2));
    ck_says("gd_permutation: the elements must distinguish %" PRId64 " positions, but %s holds all whole numbers "
            "up to %" PRId64 " only", LAST + 2, NAME, LAST);
}
END_TEST

/* One element shorter every index is exact, the last one too. */
START_TEST(tables_just_short_enough)
{
    const gd_real ends[] = { 0, (gd_real)LAST };
    ck_values(gd_gather(of_one_element(LAST + 1, 1), 0, gd_from(GD_SHAPE(2, 1), ends)), 0, 0);
    ck_no_message();
    ck_assert_ptr_null(gd_gather(of_one_element(LAST, 1), 0, gd_from(GD_SHAPE(2, 1), ends)));
    ck_says("gd_gather: index[1] = %g is not a whole number in [0, %" PRId64 ")", (double)LAST, LAST);
}
END_TEST

START_TEST(sequences)
{
    ck_assert_ptr_null(gd_arange((double)LAST - 2, (double)LAST + 3, 1));
    ck_says("gd_arange: element 3, %" PRId64 ", is not exact in %s, which holds all whole numbers up to %" PRId64
            " only", LAST + 1, NAME, LAST);
    gd_tensor *x = gd_arange((double)LAST, (double)LAST - 3, -1);
    ck_shape(x, 3);
    ck_assert(x->data[0] == (gd_real)LAST && x->data[1] == (gd_real)(LAST - 1) && x->data[2] == (gd_real)(LAST - 2));
    x = gd_arange((double)LAST, (double)LAST + 7, 2);        /* even ones are exact still */
    ck_shape(x, 4);
    ck_assert(x->data[3] == (gd_real)(LAST + 6));
    ck_assert_ptr_null(gd_arange(-(double)LAST + 2, -(double)LAST - 4, -3));
    ck_says("gd_arange: element 1, %" PRId64 ", is not exact in %s, which holds all whole numbers up to %" PRId64
            " only", -LAST - 1, NAME, LAST);
}
END_TEST

START_TEST(sequences_of_both_ends)
{
    ck_assert_ptr_null(gd_linspace((double)LAST - 2, (double)LAST + 2, 5));
    ck_says("gd_linspace: element 3, %" PRId64 ", is not exact in %s, which holds all whole numbers up to %" PRId64
            " only", LAST + 1, NAME, LAST);
    ck_shape(gd_linspace((double)LAST - 2, (double)LAST, 3), 3);
    ck_shape(gd_linspace(0, 4 * (double)LAST, 9), 9);        /* powers of 2 are exact */
    ck_shape(gd_linspace(0, 1, 4), 4);                       /* numbers that are no counts are rounded */
    ck_shape(gd_linspace(0, 3e30, 4), 4);
    ck_shape(gd_arange(0, 3.5e30, 1e30), 4);
    ck_no_message();
}
END_TEST

#ifndef GD_DOUBLE
/* The largest element at a given index of untouched memory. */
static gd_tensor *argmax_at(int64_t n, int64_t place)
{
    float *memory = calloc((size_t)n, sizeof *memory);
    ck_assert_ptr_nonnull(memory);
    memory[place] = 1;
    gd_tensor *y = gd_argmax(gd_wrap(GD_SHAPE(n), memory), 0);
    free(memory);
    return y;
}

START_TEST(the_largest_far_out)
{
    ck_assert_ptr_null(argmax_at(LAST + 9, LAST + 1));
    ck_message("gd_argmax: x is [16777225]: a largest element along axis 0 stands near 16777216, at a place that is "
               "not exact in float");
    ck_assert(element(argmax_at(LAST + 9, LAST), 0) == (double)LAST);
    ck_assert(element(argmax_at(LAST + 9, LAST + 2), 0) == (double)LAST + 2);
    ck_no_message();
}
END_TEST

START_TEST(a_whole_permutation)
{
    gd_tensor *t = gd_permutation(LAST + 1);        /* 0 .. LAST */
    ck_assert_ptr_nonnull(t);
    uint64_t sum = 0;
    for (int64_t i = 0; i < t->numel; i++)
        sum += (uint64_t)t->data[i];
    ck_assert_uint_eq(sum, (uint64_t)LAST / 2 * (uint64_t)(LAST + 1));
}
END_TEST
#endif

int main(void)
{
    Suite *suite = suite_create("tensor: whole numbers");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, quietly, gd_shutdown);
    tcase_set_timeout(all, 60);
    tcase_add_test(all, tables_too_long_for_an_index);
    tcase_add_test(all, tables_just_short_enough);
    tcase_add_test(all, sequences);
    tcase_add_test(all, sequences_of_both_ends);
#ifndef GD_DOUBLE
    tcase_add_test(all, the_largest_far_out);
    tcase_add_test(all, a_whole_permutation);
#endif
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
