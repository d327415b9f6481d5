/* test_layout.c - gd_layout tells where the fields of the public structs are. */
#include <gradus.h>

#include "support/support.h"

START_TEST(fields_are_where_the_compiler_puts_them)
{
    ck_assert_int_eq(gd_layout("gd_tensor", NULL), (int64_t)sizeof(gd_tensor));
    ck_assert_int_eq(gd_layout("gd_tensor", "data"), 0);
    ck_assert_int_eq(gd_layout("gd_tensor", "hooks"), (int64_t)offsetof(gd_tensor, uses));
    ck_assert_int_eq(gd_layout("gd_tensor", "stride"), (int64_t)offsetof(gd_tensor, stride));
    ck_assert_int_eq(gd_layout("gd_adam_options", "beta2"), (int64_t)offsetof(gd_adam_options, beta2));
    ck_assert_int_eq(gd_layout("gd_loader_options", NULL), (int64_t)sizeof(gd_loader_options));
    ck_assert_int_eq(gd_layout("gd_optimizer", "steps"), (int64_t)offsetof(gd_optimizer, steps));
}
END_TEST

START_TEST(what_there_is_not_is_minus_one)
{
    ck_assert_int_eq(gd_layout("gd_tensors", NULL), -1);
    ck_assert_int_eq(gd_layout("gd_tensor", "dat"), -1);
    ck_assert_int_eq(gd_layout("gd_tensor", "data, ndim"), -1);
    ck_assert_int_eq(gd_layout("gd_tensor", ""), -1);
    ck_assert_int_eq(gd_layout(NULL, "data"), -1);
}
END_TEST

static Suite *layout_suite(void)
{
    Suite *suite = suite_create("layout");
    TCase *layout = tcase_create("gd_layout");
    tcase_add_test(layout, fields_are_where_the_compiler_puts_them);
    tcase_add_test(layout, what_there_is_not_is_minus_one);
    suite_add_tcase(suite, layout);
    return suite;
}

int main(void)
{
    return run_suite(layout_suite());
}
