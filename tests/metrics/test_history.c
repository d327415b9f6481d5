/* test_history.c - the history of a run: rows and series, printing, CSV that reads back bit for bit, resuming, damaged
 * files, pictures. */
#define _POSIX_C_SOURCE 200809L
#include <float.h>
#include <time.h>

#include "support/scratch.h"

static gd_history *example(void)
{
    gd_history *h = gd_history_new(NULL);
    for (int i = 1; i <= 4; i++) {
        gd_history_add(h, "loss", i, 1 / (3.0 * i));
        if (i % 2 == 0)
            gd_history_add(h, "test, \"accuracy\"", i, 0.5 + i / 100.0);
    }
    return h;
}

static bool same(double a, double b)
{
    return memcmp(&a, &b, sizeof a) == 0 || (isnan(a) && isnan(b));
}

/* The same cells, bit for bit. */
static bool same_history(const gd_history *a, const gd_history *b)
{
    bool good = gd_history_rows(a) == gd_history_rows(b) && gd_history_count(a) == gd_history_count(b);
    for (int i = 0; good && i < gd_history_count(a); i++) {
        const char *name = gd_history_name(a, i);
        good = strcmp(name, gd_history_name(b, i)) == 0;
        for (int64_t row = 0; good && row < gd_history_rows(a); row++)
            good = same(gd_history_x(a, row), gd_history_x(b, row)) &&
                   gd_history_has(a, name, row) == gd_history_has(b, name, row) &&
                   same(gd_history_value(a, name, row), gd_history_value(b, name, row));
    }
    return good;
}

START_TEST(rows_and_series)
{
    gd_history *h = example();
    ck_assert_int_eq(gd_history_rows(h), 4);
    ck_assert_int_eq(gd_history_count(h), 2);
    ck_assert_str_eq(gd_history_name(h, 0), "loss");
    ck_near(gd_history_x(h, 2), 3, 0);
    ck_near(gd_history_value(h, "loss", 1), 1 / 6.0, 0);
    ck_assert(!gd_history_has(h, "test, \"accuracy\"", 0) && isnan(gd_history_value(h, "test, \"accuracy\"", 0)));
    ck_good(gd_history_add(h, "late", 2, -1));
    ck_near(gd_history_value(h, "late", 1), -1, 0);
    ck_no_message();
    ck_refused(gd_history_add(h, "loss", 2, 7), "gd_history_add: \"loss\" has a value at epoch = 2 already");
    ck_refused(gd_history_add(h, "new", 2.5, 7), "gd_history_add: epoch = 2.5 is no row and lies before the last one, "
                                                 "4: gd_history_truncate drops rows");
    ck_refused(gd_history_add(h, "new", NAN, 7), "gd_history_add: epoch = nan must be finite");
    ck_refused(gd_history_add(h, "", 5, 7), "gd_history_add: the name of a series is empty");
    ck_refused(gd_history_add(h, "a ", 5, 7), "gd_history_add: the name \"a \" begins or ends with a blank");
    ck_refused(gd_history_add(h, "a\nb", 5, 7), "gd_history_add: the name \"a\nb\" contains a control character");
    ck_refused(gd_history_add(h, "\xff", 5, 7), "gd_history_add: the name \"\xff\" is not UTF-8");
    ck_refused(gd_history_add(h, "epoch", 5, 7), "gd_history_add: \"epoch\" is the name of x");
    ck_assert_int_eq(gd_history_count(h), 3);           /* nothing has changed */
    ck_assert_int_eq(gd_history_rows(h), 4);
    ck_good(gd_history_truncate(h, 2));
    ck_assert_int_eq(gd_history_rows(h), 2);
    ck_good(gd_history_add(h, "loss", 2.5, 7));
    ck_refused(gd_history_name(h, 3), "gd_history_name: i = 3 must lie in [0, 3)");
    gd_history_value(h, "none", 0);
    ck_message("gd_history_value: there is no series \"none\"");
    gd_history_x(h, 3);
    ck_message("gd_history_x: row = 3 must lie in [0, 3)");
    gd_history_free(h);
}
END_TEST

START_TEST(prints_a_table)
{
    char text[1000] = { 0 };
    FILE *out = fopen("table", "w+");
    gd_history *h = gd_history_new("\xc3\xa9poque");
    gd_history_add(h, "loss", 1, 1234567);
    gd_history_add(h, "loss", 10.5, 0.1);
    gd_history_add(h, "b", 10.5, NAN);
    gd_history_print(out, h);
    rewind(out);
    ck_assert(fread(text, 1, sizeof text - 1, out) > 0);
    ck_assert_str_eq(text, "\xc3\xa9poque         loss    b\n"
                           "     1  1.23457e+06     \n"
                           "  10.5          0.1  nan\n");
    fclose(out);
    gd_history_free(h);
}
END_TEST

START_TEST(reads_back_every_bit)
{
    const double hard[] = { 0.1, 1 / 3.0, 5e-324, DBL_MIN, DBL_MAX, -0.0, 1e22, 123456789012345678.0, NAN, INFINITY,
                            -INFINITY, 4.35, 0.1 + 0.2, 1e23 };
    uint64_t state = 5;
    gd_history *h = example();
    for (size_t i = 0; i < sizeof hard / sizeof *hard; i++)
        gd_history_add(h, "hard", 100 + (double)i / 7, hard[i]);
    for (int i = 0; i < 2000; i++) {
        const double x = ((double)draw(&state, 1u << 30) + (double)draw(&state, 1u << 30) / (1u << 30)) *
                         pow(10, (double)draw(&state, 40) - 30);
        gd_history_add(h, "random", 200 + i, x);
    }
    ck_good(gd_history_save(h, "log.csv"));
    gd_history *again = gd_history_load("log.csv");
    ck_no_message();
    ck_assert(again && same_history(h, again));
    ck_good(gd_history_save(again, "log2.csv"));
    gd_history_free(again);
    again = gd_history_load("log2.csv");
    ck_assert(again && same_history(h, again));
    gd_history_free(again);
    gd_history_free(h);
}
END_TEST

START_TEST(resumes)
{
    gd_history *whole = example(), *first = gd_history_resume("log.csv", 0);
    ck_no_message();
    ck_assert_int_eq(gd_history_rows(first), 0);
    for (int i = 1; i <= 3; i++)                        /* the checkpoint is of epoch 2: epoch 3 is done again */
        gd_history_add(first, "loss", i, 1 / (3.0 * i));
    gd_history_add(first, "test, \"accuracy\"", 3, 9);
    ck_good(gd_history_save(first, "log.csv"));
    gd_history_free(first);
    gd_history *h = gd_history_resume("log.csv", 2);
    ck_assert_int_eq(gd_history_rows(h), 2);
    for (int i = 2; i <= 4; i++) {
        if (i > 2)
            ck_good(gd_history_add(h, "loss", i, 1 / (3.0 * i)));
        if (i % 2 == 0)
            ck_good(gd_history_add(h, "test, \"accuracy\"", i, 0.5 + i / 100.0));
    }
    ck_assert(same_history(h, whole));
    gd_history_free(h);
    gd_history_free(whole);
    ck_refused(gd_history_load("nothing.csv"),
               "gd_history_load: nothing.csv cannot be read: No such file or directory");
}
END_TEST

#define ck_bad(text, message)                                                                            \
    do {                                                                                                 \
        put_text("bad.csv", text);                                                                       \
        ck_refused(gd_history_load("bad.csv"), "gd_history_load: bad.csv" message);                      \
    } while (0)

static bool reads(const char *name)
{
    gd_history *h = gd_history_load(name);
    gd_history_free(h);
    return h != NULL;
}

START_TEST(damaged_files)
{
    ck_bad("", " is empty");
    ck_bad("\n\n", " has no header");
    ck_bad("epoch,a,a\n1,2,3\n", ", line 1: two columns are called \"a\"");
    ck_bad("epoch,a\n1,2,3\n", ", line 2 has more fields than the 2 columns of the header");
    ck_bad("epoch,a,b\n1,2\n", ", line 2 has fewer fields than the 3 columns of the header");
    ck_bad("epoch,a\n1,2\n1,2\n", ", line 3: epoch = 1 does not rise: the row before has 1");
    ck_bad("epoch,a\n1,x\n", ", line 2, column 2: \"x\" is not a number");
    ck_bad("epoch,a\n,1\n", ", line 2, column 1: \"\" is not a number");
    ck_bad("epoch,a\ninf,1\n", ", line 2, column 1: \"inf\" is not a number");
    ck_bad("epoch,a\n1,1e999\n", ", line 2, column 2: \"1e999\" is not a number");
    ck_bad("epoch,\"a\n1,2\n", ", line 1: name 2 is too long, or its quotes are not closed");
    put_text("bad.csv", "epoch,a,\n1,2,\n");
    ck_refused(gd_history_load("bad.csv"), "gd_history_load: the name of a series is empty");
    unsigned char bytes[4096];
    gd_history *h = example();
    ck_good(gd_history_save(h, "log.csv"));
    gd_history_free(h);
    const size_t n = get_bytes("log.csv", bytes, sizeof bytes);
    fuzz("log.csv", bytes, n, reads, "gd_history_load: ", false);
}
END_TEST

START_TEST(draws_a_picture)
{
    gd_history *h = example();
    gd_plot *plot = gd_plot_new("t", "x", "y");
    ck_refused(gd_history_plot(h, "none", plot), "gd_history_plot: there is no series \"none\"");
    ck_good(gd_history_plot(h, "loss", plot));
    ck_good(gd_history_plot(h, NULL, plot));
    gd_plot_free(plot);
    if (gd_history_picture(h, "run", "log.png")) {
        unsigned char bytes[8];
        ck_assert(get_bytes("log.png", bytes, sizeof bytes) > 0 && memcmp(bytes, "\x89PNG", 4) == 0);
    } else {
        ck_message_begins("gd_plot_save: this library was built without stb_image_write.h");
    }
    gd_history_free(h);
}
END_TEST

/* The time to check n names does not grow like n n: for 100000 of them that took minutes. */
START_TEST(many_columns)
{
    enum { COLUMNS = 100000 };
    const clock_t begun = clock();
    FILE *file = fopen("wide.csv", "w");
    ck_assert_ptr_nonnull(file);
    fputs("epoch", file);
    for (int i = 0; i < COLUMNS; i++)
        fprintf(file, ",c%d", i);
    fputs("\n1", file);
    for (int i = 0; i < COLUMNS; i++)
        fprintf(file, ",%d", i % 10);
    ck_assert_int_eq(fclose(file), 0);
    gd_history *h = gd_history_load("wide.csv");
    ck_good(h != NULL);
    ck_assert_int_eq(gd_history_count(h), COLUMNS);
    ck_assert(gd_history_value(h, "c99999", 0) == 9);
    gd_history_free(h);
    ck_assert((double)(clock() - begun) / CLOCKS_PER_SEC < 20);
    put_text("same.csv", "epoch,b,c,a,c,b\n1,2,3,4,5,6\n");
    ck_refused(gd_history_load("same.csv"), "gd_history_load: same.csv, line 1: two columns are called \"c\"");
    put_text("same.csv", "epoch,b,epoch\n1,2,3\n");
    ck_refused(gd_history_load("same.csv"), "gd_history_load: \"epoch\" is the name of x");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("history");
    TCase *tests = scratch_case(suite, "history");
    tcase_add_test(tests, rows_and_series);
    tcase_add_test(tests, prints_a_table);
    tcase_add_test(tests, reads_back_every_bit);
    tcase_add_test(tests, resumes);
    tcase_add_test(tests, damaged_files);
    tcase_add_test(tests, draws_a_picture);
    tcase_add_test(tests, many_columns);
    return run_suite(suite);
}
