/* test_csv_locales.c - tables as spreadsheets write them in several languages, and the advice given when one is
 * refused.  Other dialects are in test_csv.c. */
#define _XOPEN_SOURCE 700
#include <math.h>

#include "support/scratch.h"

#define NARROW "\xe2\x80\xaf"               /* the no-break space of French thousands, .. */
#define WIDE   "\xc2\xa0"
#define CURVED "\xe2\x80\x99"               /* .. and the Swiss apostrophe */

static const struct { const char *text; gd_csv_options options; int64_t rows, columns; double value[6]; } readable[] = {
    { "a;b\n1" NARROW "234,5;2\n", { .decimal = ',', .thousands = ' ' }, 1, 2, { 1234.5, 2 } },
    { "a;b\n1" WIDE "234" WIDE "567,5;2\n", { .decimal = ',', .thousands = ' ' }, 1, 2, { 1234567.5, 2 } },
    { "a;b\n1 234;2\n", { .thousands = ' ' }, 1, 2, { 1234, 2 } },
    { "a;b\n1" CURVED "234.5;2\n", { .thousands = '\'' }, 1, 2, { 1234.5, 2 } },
    { "a\n#NV\n#WERT!\n#N/D\n", { .allow_nan = true }, 3, 1, { NAN, NAN, NAN } },
    { "a,b\n-,1\n--,2\nn.a.,3\n", { .allow_nan = true }, 3, 2, { NAN, 1, NAN, 2, NAN, 3 } },
    { "a,b\n1,2\n\x1a", { 0 }, 1, 2, { 1, 2 } },
    { ",0.5,1.5\n,2,3\n", { .allow_nan = true }, 2, 3, { NAN, 0.5, 1.5, NAN, 2, 3 } },
    { ",0.5,1.5\n2.5,2,3\n", { .allow_nan = true }, 2, 3, { NAN, 0.5, 1.5, 2.5, 2, 3 } },
    { "0.00000000000000000000000,-0\n", { 0 }, 1, 2, { 0, 0 } },
    { "000000000000000000000012,1.5e-3\n", { 0 }, 1, 2, { 12, (gd_real)1.5e-3 } },
};

START_TEST(is_read)
{
    put_text("t.csv", readable[_i].text);
    gd_tensor *t = gd_csv_read("t.csv", readable[_i].options);
    ck_assert_msg(t, "%s", gd_last_error());
    ck_assert_int_eq(t->shape[0], readable[_i].rows);
    ck_assert_int_eq(t->shape[1], readable[_i].columns);
    for (int64_t i = 0; i < t->numel; i++)
        ck_assert_msg(isnan(readable[_i].value[i]) ? isnan(t->data[i]) : (double)t->data[i] == readable[_i].value[i],
                      "%d: %g", (int)i, (double)t->data[i]);
}
END_TEST

/* Text that the message contains, and text that it does not. */
static const struct { const char *text; gd_csv_options options; const char *with, *without; } refused[] = {
    { "a\n1,5\n2,5\n", { 0 }, "names 1: decimal = ',' reads it as one number (", "skip" },
    { "a b\n1,5 2,5\n", { 0 }, "decimal = ',' with blanks between numbers reads it (", "skip" },
    { "1,5 2,5\n3,5 4,5\n", { 0 }, "decimal = ',' with blanks between numbers reads it; if line 1", NULL },
    { "a,b\n1,5,2,5\n", { 0 }, "names 2: if the names do not matter, skip = 1 passes over them", "decimal" },
    { "a;b\n1" NARROW "234,5;2\n", { .decimal = ',' }, "thousands = ' ' reads it", "skip" },
    { "a;b\n1" CURVED "234.5;2\n", { 0 }, "thousands = '\\'' reads it", "skip" },
    { "a;b\n1" WIDE "23;2\n", { .thousands = ' ' }, "it contains a no-break or thin space", "skip" },
    { "a;b\n50 %;2\n", { 0 }, "percent signs must be taken out of the file", "skip" },
    { "a;b\n-$5;2\n", { 0 }, "currency signs must be taken out of the file", "skip" },
    { "a;b\n5 \xe2\x82\xac;2\n", { 0 }, "currency signs must be taken out of the file", "skip" },
    { "a;b\n\xc2\xa3" "5;2\n", { 0 }, "currency signs must be taken out of the file", "skip" },
    { "a;b\n(5.0);2\n", { 0 }, "a negative number begins with '-'", "skip" },
    { "a,b\nTrue,1\n", { 0 }, "true and false must be 1 and 0 in the file", "skip" },
    { "a,b\n-,1\n", { 0 }, "allow_nan reads it as a missing value", "skip" },
    { "a,b\n1,2\x01\n", { 0 }, "\"2\\x01\" is not a number", NULL },
    { "a,b\n5x,1\n", { 0 }, "columns of text are not read", "skip" },
    { ",0.5,1.5\n0,2,3\n", { .allow_nan = true }, "its first field is empty, the others are numbers", NULL },
    { ",0.5,1.5\n0,2,3\n", { .skip_columns = 1 }, "its first field is empty, the others are numbers", NULL },
    { ",0.5,1.5\n2020-01-01,2,3\n", { .skip_columns = 1 }, "line 1 may be a header or a row", NULL },
    { "1,2\n3\n", { 0 }, "line 2: 1 column, but line 1 has 2", NULL },
};

START_TEST(is_refused)
{
    put_text("t.csv", refused[_i].text);
    ck_assert_msg(!gd_csv_read("t.csv", refused[_i].options), "%s was read", refused[_i].text);
    const char *said = gd_last_error();
    ck_assert_msg(strstr(said, refused[_i].with), "%s", said);
    ck_assert_msg(!refused[_i].without || !strstr(said, refused[_i].without), "%s", said);
}
END_TEST

static const struct { const char *bytes; size_t n; const char *with; } foreign[] = {
    { "\xff\xfe\0\0" "1\0\0\0\n\0\0\0", 12, "UTF-32 text: save it as UTF-8" },
    { "\0\0\xfe\xff\0\0\0" "1\0\0\0\n", 12, "UTF-32 text: save it as UTF-8" },
    { "RIFF\x24\0\0\0WAVEfmt ", 16, "a RIFF file" },
    { "\x1f\x9d\x90\1\2\3\4\5\6\7", 10, "compress: uncompress" },
};

START_TEST(is_told)
{
    put_bytes("t", foreign[_i].bytes, foreign[_i].n);
    ck_assert_ptr_null(gd_csv_read("t", (gd_csv_options){ 0 }));
    ck_assert_msg(strstr(gd_last_error(), foreign[_i].with), "%s", gd_last_error());
    ck_assert_ptr_null(gd_safetensors_open("t"));
    ck_assert_msg(strstr(gd_last_error(), foreign[_i].with), "%s", gd_last_error());
}
END_TEST

/* The first bytes of any file are a large number. */
START_TEST(lengths_are_not_believed)
{
    put_bytes("t", "\x08\x07\x12\x07pytorch and more", 20);
    ck_assert_ptr_null(gd_safetensors_open("t"));
    ck_message("gd_safetensors_open: t is not a safetensors file: no { follows the first 8 bytes");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("data: CSV locales");
    TCase *cases = scratch_case(suite, "all");
    tcase_add_loop_test(cases, is_read, 0, (int)(sizeof readable / sizeof *readable));
    tcase_add_loop_test(cases, is_refused, 0, (int)(sizeof refused / sizeof *refused));
    tcase_add_loop_test(cases, is_told, 0, (int)(sizeof foreign / sizeof *foreign));
    tcase_add_test(cases, lengths_are_not_believed);
    return run_suite(suite);
}
