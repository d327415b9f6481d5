/* test_named_columns.c - tables with named columns, text and missing values; imputation; writing CSV. */
#define _POSIX_C_SOURCE 200809L
#include <time.h>

#include "gradus/table.h"
#include "support/scratch.h"

static const char houses[] = "area,street,\"price, in $\",note\n"
                             "51.5,Oak,100,NA\n"
                             ",\"Elm \"\"A\"\"\",200,x\n"
                             "70,Oak,,\n"
                             "60,,300,\"NA\"\n";

static gd_table *table_of(const char *text, gd_table_options o)
{
    put_text("table.csv", text);
    return gd_table_read("table.csv", o);
}

START_TEST(reads_named_columns)
{
    gd_table *t = table_of(houses, (gd_table_options){ 0 });
    ck_assert_msg(t, "%s", gd_last_error());
    ck_assert_int_eq(gd_table_rows(t), 4);
    ck_assert_int_eq(gd_table_columns(t), 4);
    ck_assert_str_eq(gd_table_name(t, 2), "price, in $");
    ck_assert_int_eq(gd_table_find(t, "street"), 1);
    ck_assert_int_eq(gd_table_find(t, "streets"), -1);
    ck_assert_int_eq(gd_table_categories(t, 0), 0);
    ck_assert_int_eq(gd_table_categories(t, 1), 2);
    ck_assert_str_eq(gd_table_category(t, 1, 0), "Elm \"A\"");
    ck_assert_str_eq(gd_table_category(t, 1, 1), "Oak");
    ck_assert_int_eq(gd_table_categories(t, 3), 2);     /* a quoted NA is text */
    gd_tensor *x = gd_table_numbers(t, (const char *[]){ "price, in $", "street", "area" }, 3);
    ck_shape(x, 4, 3);
    ck_exact_values(x, 100, 1, 51.5, 200, 0, NAN, NAN, 1, 70, 300, NAN, 60);
    ck_exact_values(gd_table_missing(t, NULL, 0), 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 1, 1, 0, 1, 0, 0);
    ck_no_message();
    ck_refused(gd_table_numbers(t, (const char *[]){ "x" }, 1), "gd_table_numbers: there is no column \"x\"");
    ck_refused(gd_table_name(t, 4), "gd_table_name: i = 4 must lie in [0, 4)");
    ck_refused(gd_table_category(t, 1, 2), "gd_table_category: k = 2: column \"street\" has 2 categories");
    gd_table_free(t);
}
END_TEST

START_TEST(options)
{
    gd_table *t = table_of("1;2,5\n3;4\n", (gd_table_options){ .no_header = true, .decimal = ',', .separator = ';' });
    ck_exact_values(gd_table_numbers(t, (const char *[]){ "1", "0" }, 2), 2.5, 1, 4, 3);
    gd_table_free(t);
    t = table_of("a\tb\n1,5\t2024-01-02\n2\t3\n", (gd_table_options){ .text = (const char *[]){ "a", "b" },
                 .text_count = 2 });
    ck_assert_str_eq(gd_table_category(t, 0, 0), "1,5");
    ck_exact_values(gd_table_numbers(t, NULL, 0), 0, 0, 1, 1);
    gd_table_free(t);
    t = table_of("a,b\n", (gd_table_options){ 0 });
    ck_shape(gd_table_numbers(t, NULL, 0), 0, 2);
    gd_table_free(t);
    ck_no_message();
}
END_TEST

#define ck_bad(text, message) ck_refused(table_of(text, (gd_table_options){ 0 }), "gd_table_read: table.csv" message)

START_TEST(refuses)
{
    ck_bad("a,b\n1\n", ", line 2 has 1 field, and there are 2 columns");
    ck_bad("a,a\n1,2\n", ", line 1: columns 1 and 2 are both called \"a\"");
    ck_bad("a,\n1,2\n", ", line 1: column 2 has no name: set no_header if the first line is a row");
    ck_bad("a\n1\nlarge\n", ", line 3, column \"a\": \"large\" is not a number, and the first value of this column "
           "is: list it in text, or leave such fields empty");
    ck_bad("a;b\n1;2,5\n1;10\n", ", line 2, column \"b\": \"2,5\" looks like a number with another decimal sign, or "
           "with separators between its digits: set decimal, write it without, or list the column in text");
    ck_bad("a,b\n1,\"1,234\"\n", ", line 2, column \"b\": \"1,234\" looks like a number with another decimal sign, or "
           "with separators between its digits: set decimal, write it without, or list the column in text");
    gd_table *t = table_of("# made by hand\na,b\n#1,2\n3,4\n", (gd_table_options){ 0 });
    ck_exact_values(gd_table_numbers(t, NULL, 0), 3, 4);
    gd_table_free(t);
    ck_refused(table_of("a\n1\n", (gd_table_options){ .text_count = 1 }), "gd_table_read: text is NULL");
    ck_bad("a,when\n1,2024-03-31\n", ", line 2, column \"when\": \"2024-03-31\" looks like a date, which is neither a "
           "number nor a category: turn dates into numbers, or list the column in text");
    ck_bad("a,when\n1,31.3.2024 12:30\n", ", line 2, column \"when\": \"31.3.2024 12:30\" looks like a date, which is "
           "neither a number nor a category: turn dates into numbers, or list the column in text");
    ck_bad("a\n\"x\n", ", line 2, column \"a\": the quote that opens here is not closed");
    ck_bad("\n\n", " has no line");
    ck_refused(table_of("a\n1\n", (gd_table_options){ .text = (const char *[]){ "b" }, .text_count = 1 }),
               "gd_table_read: table.csv has no column \"b\", which is listed in text");
    ck_refused(table_of("a\n1\n", (gd_table_options){ .separator = '.' }),
               "gd_table_read: separator = '.' cannot separate fields");
    gd_clear_error();
    ck_assert_ptr_null(table_of("a\n1e999\n", (gd_table_options){ 0 }));
    ck_message_begins("gd_table_read: table.csv, line 2, column \"a\": \"1e999\" is beyond the largest ");
}
END_TEST

static bool reads(const char *name)
{
    gd_table *t = gd_table_read(name, (gd_table_options){ 0 });
    gd_table_free(t);
    return t != NULL;
}

START_TEST(damaged_tables)
{
    fuzz("table", (const unsigned char *)houses, sizeof houses - 1, reads, "gd_table_read: ", false);
}
END_TEST

START_TEST(imputes)
{
    gd_tensor *x = tensor_of(GD_SHAPE(4, 2), (double[]){ 1, NAN, NAN, 5, 10, 7, 4, 1 });
    ck_values(gd_column_means(x), 5, 13 / 3.0);
    ck_values(gd_column_medians(x), 4, 5);
    ck_values(gd_impute(x, gd_column_medians(x)), 1, 5, 4, 5, 10, 7, 4, 1);
    gd_tensor *y = gd_transpose(tensor_of(GD_SHAPE(2, 2), (double[]){ NAN, 2, 3, 8 }), 0, 1);
    ck_values(gd_column_medians(y), 2, 5.5);
    ck_values(gd_impute(y, gd_slice(tensor_of(GD_SHAPE(4), (double[]){ 6, 0, 7, 0 }), 0, 0, 4, 2)), 6, 3, 2, 8);
    ck_no_message();
    ck_refused(gd_column_means(gd_full(GD_SHAPE(2, 1), NAN)), "gd_column_means: column 0 of x, [2, 1], has no number");
    ck_refused(gd_column_medians(gd_full(GD_SHAPE(2, 1), INFINITY)), "gd_column_medians: row 0, column 0 of x is inf");
    ck_refused(gd_impute(x, gd_zeros(GD_SHAPE(3))),
               "gd_impute: x is [4, 2] and values is [3]: [rows, columns] and [columns] expected");
}
END_TEST

START_TEST(writes_csv)
{
    char text[200] = { 0 };
    gd_tensor *t = tensor_of(GD_SHAPE(2, 2), (double[]){ 1, 0.1, NAN, -INFINITY });
    ck_good(gd_csv_write("out.csv", t, (const char *[]){ "a", "b \"c\", d" }));
    get_bytes("out.csv", text, sizeof text - 1);
    ck_assert_str_eq(text, "\"a\",\"b \"\"c\"\", d\"\n1,0.1\nnan,-inf\n");
    gd_seed(3);
    gd_tensor *x = gd_transpose(gd_mul(gd_normal(GD_SHAPE(3, 200), 0, 1), gd_exp(gd_normal(GD_SHAPE(3, 200), 0, 20))),
                                0, 1);
    ck_good(gd_csv_write("out.csv", x, NULL));
    gd_tensor *again = gd_csv_read("out.csv", (gd_csv_options){ 0 });
    ck_assert(again && far_apart(again, x) == 0);
    ck_refused(gd_csv_write("out.csv", gd_zeros(GD_SHAPE(2)), NULL),
               "gd_csv_write: t is [2]: [rows, columns] expected");
    ck_refused(gd_csv_write("out.csv", t, (const char *[]){ "a", "" }), "gd_csv_write: names[1] is empty");
    ck_refused(gd_csv_write("out.csv", t, (const char *[]){ "a", "\n" }),
               "gd_csv_write: names[1] contains a control character");
}
END_TEST

/* With each name that is written, the header is one to gd_csv_read. */
START_TEST(names_that_read_as_values)
{
    static const struct { const char *name, *message; } bad[] = {
        { "NA", "gd_csv_write: names[1] = \"NA\" would be read as a missing value, not as a name" },
        { "none", "gd_csv_write: names[1] = \"none\" would be read as a missing value, not as a name" },
        { "--", "gd_csv_write: names[1] = \"--\" would be read as a missing value, not as a name" },
        { "-1e3", "gd_csv_write: names[1] = \"-1e3\" would be read as a number, not as a name" },
        { "1e999", "gd_csv_write: names[1] = \"1e999\" would be read as a number, not as a name" },
        { "Inf", "gd_csv_write: names[1] = \"Inf\" would be read as a number, not as a name" },
        { " b", "gd_csv_write: names[1] = \" b\" begins or ends with a blank" },
        { "b ", "gd_csv_write: names[1] = \"b \" begins or ends with a blank" },
        { "a", "gd_csv_write: names[0] and names[1] are both \"a\"" },
    };
    gd_tensor *t = gd_ones(GD_SHAPE(3, 2));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        ck_refused(gd_csv_write("new.csv", t, (const char *[]){ "a", bad[i].name }), bad[i].message);
    FILE *file = fopen("new.csv", "rb");
    ck_assert_ptr_null(file);
    ck_good(gd_csv_write("new.csv", t, (const char *[]){ "nab", "x y" }));
    gd_tensor *again = gd_csv_read("new.csv", (gd_csv_options){ .allow_nan = true });
    ck_assert(again && far_apart(again, t) == 0);
}
END_TEST

static double time_of(clock_t begun)
{
    return (double)(clock() - begun) / CLOCKS_PER_SEC;
}

/* The time to check n names does not grow like n n: 200000 of them take less than a second, and took minutes. */
START_TEST(many_columns)
{
    enum { COLUMNS = 200000 };
    const clock_t begun = clock();
    FILE *file = fopen("wide.csv", "w");
    ck_assert_ptr_nonnull(file);
    for (int i = 0; i < COLUMNS; i++)
        fprintf(file, "%sc%d", i ? "," : "", i);
    fputc('\n', file);
    for (int i = 0; i < COLUMNS; i++)
        fprintf(file, "%s%d", i ? "," : "", i % 10);
    ck_assert_int_eq(fclose(file), 0);
    gd_table *table = gd_table_read("wide.csv", (gd_table_options){ 0 });
    ck_good(table != NULL);
    ck_assert_int_eq(gd_table_columns(table), COLUMNS);
    ck_assert_str_eq(gd_table_name(table, COLUMNS - 1), "c199999");
    gd_table_free(table);
    ck_assert(time_of(begun) < 20);
    put_text("same.csv", "b,c,a,d,c,b,a\n1,2,3,4,5,6,7\n");
    ck_refused(gd_table_read("same.csv", (gd_table_options){ 0 }),
               "gd_table_read: same.csv, line 1: columns 2 and 5 are both called \"c\"");
}
END_TEST

static unsigned long most_data(void)
{
    char text[1000] = "";
    FILE *file = fopen("report", "w");
    ck_assert_ptr_nonnull(file);
    gd_memory_report(file);
    fclose(file);
    get_bytes("report", text, sizeof text - 1);
    unsigned long live, most;
    const char *line = strstr(text, "\ndata");
    ck_assert(line && sscanf(line, " data %lu %lu", &live, &most) == 2);
    return most;
}

/* A long row reserves room for itself, not for the 256 rows that follow in most files. */
START_TEST(one_long_row)
{
    enum { COLUMNS = 100000 };
    FILE *file = fopen("row.csv", "w");
    ck_assert_ptr_nonnull(file);
    for (int i = 0; i < COLUMNS; i++)
        fprintf(file, "%s%d", i ? "," : "", i % 10);
    ck_assert_int_eq(fclose(file), 0);
    const unsigned long before = most_data();
    gd_table *table = gd_table_read("row.csv", (gd_table_options){ .no_header = true });
    ck_good(table != NULL);
    ck_assert_uint_lt(most_data() - before, 1000ul * COLUMNS);
    gd_table_free(table);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("named columns");
    TCase *tests = scratch_case(suite, "named columns");
    tcase_add_test(tests, reads_named_columns);
    tcase_add_test(tests, options);
    tcase_add_test(tests, refuses);
    tcase_add_test(tests, damaged_tables);
    tcase_add_test(tests, imputes);
    tcase_add_test(tests, writes_csv);
    tcase_add_test(tests, names_that_read_as_values);
    tcase_add_test(tests, many_columns);
    tcase_add_test(tests, one_long_row);
    return run_suite(suite);
}
