/* test_tables.c - text tables and data sets.  The loader is in test_loader.c, binary files are in
 * test_binary_files.c and test_safetensors.c. */
#define _XOPEN_SOURCE 700
#include <locale.h>
#include <math.h>
#include <sys/stat.h>

#include "support/scratch.h"

#define FLOAT (sizeof(gd_real) == sizeof(float))

/* ---- CSV: what is read -------------------------------------------------------------------------------- */

typedef struct text_case {
    const char    *text;
    gd_csv_options options;
    int64_t        rows, columns;
    double         value[6];
} text_case;

static const text_case readable[] = {
    { "1,2,3\n4,5,6\n", { 0 }, 2, 3, { 1, 2, 3, 4, 5, 6 } },
    { "1,2,3\r\n4,5,6\r\n", { 0 }, 2, 3, { 1, 2, 3, 4, 5, 6 } },
    { "1,2,3\r4,5,6", { 0 }, 2, 3, { 1, 2, 3, 4, 5, 6 } },                              /* no end of line */
    { "\n1,2\n\n  \n3,4\n\n", { 0 }, 2, 2, { 1, 2, 3, 4 } },                            /* blank lines */
    { "\xef\xbb\xbf" "1;2\n3;4\n", { 0 }, 2, 2, { 1, 2, 3, 4 } },                       /* byte order mark */
    { "1\t2\n3\t4\n", { 0 }, 2, 2, { 1, 2, 3, 4 } },
    { "1 \t 2\n 3\t4  \n", { .separator = ' ' }, 2, 2, { 1, 2, 3, 4 } },                /* runs of blanks */
    { "  1  2\n3   4\n", { 0 }, 2, 2, { 1, 2, 3, 4 } },
    { "1 , 2\n 3,4 \n", { 0 }, 2, 2, { 1, 2, 3, 4 } },                                  /* blanks around fields */
    { "1|2\n3|4\n", { .separator = '|' }, 2, 2, { 1, 2, 3, 4 } },
    { "7\n8\n9\n", { 0 }, 3, 1, { 7, 8, 9 } },
    { "\"1\",\"-2.5\"\n\"3\", \"4\" \n", { 0 }, 2, 2, { 1, -2.5, 3, 4 } },              /* quotes */
    { "\"1\" \"2\"\n", { 0 }, 1, 2, { 1, 2 } },
    { "# a, b\n1,2\n#c\n3,4\n", { 0 }, 2, 2, { 1, 2, 3, 4 } },                          /* comments */
    { "% a\n1,2\n", { .comment = '%' }, 1, 2, { 1, 2 } },
    { "width,height\n1,2\n", { 0 }, 1, 2, { 1, 2 } },                                   /* a header */
    { "\"w, in m\";\"h\"\n1;2\n", { 0 }, 1, 2, { 1, 2 } },
    { "2019,2020\n1,2\n", { .skip = 1 }, 1, 2, { 1, 2 } },
    { "a\nb,c,d\n1,2\n", { .skip = 2 }, 1, 2, { 1, 2 } },
    { "+1,-.5,1.\n1e3,2E-1,-0\n", { 0 }, 2, 3, { 1, -0.5, 1, 1000, 0.2, -0.0 } },
    { "nan,-inf\nInfinity,NaN\n", { .allow_nan = true }, 2, 2, { NAN, -INFINITY, INFINITY, NAN } },
    { "1,,3\n,2,\n", { .allow_nan = true }, 2, 3, { 1, NAN, 3, NAN, 2, NAN } },
    { "0e-400,0.000000000000000000000000000000000000001e39\n", { 0 }, 1, 2, { 0, 1 } },
};

START_TEST(csv_reads)
{
    const text_case *c = &readable[_i];
    put_text("t.csv", c->text);
    gd_tensor *t = gd_csv_read("t.csv", c->options);
    ck_assert_msg(t, "%s", gd_last_error());
    ck_contiguous_shape(t, c->rows, c->columns);
    for (int64_t i = 0; i < t->numel; i++)
        ck_assert_msg(t->data[i] == (gd_real)c->value[i] || (isnan(t->data[i]) && isnan(c->value[i])),
                      "element %d is %g", (int)i, (double)t->data[i]);
}
END_TEST

/* ---- CSV: what is refused ----------------------------------------------------------------------------- */

typedef struct wrong_case {
    const char    *text;
    gd_csv_options options;
    const char    *message;
} wrong_case;

static const wrong_case unreadable[] = {
    { "1,2,3\n4,5,n/a\n", { 0 },
      "gd_csv_read: t.csv, line 2, column 3: \"n/a\" is not a number: allow_nan reads it as a missing value,"
      " NaN (assumed: separator ',', no header)" },
    { "# c\n\n1,2\n3,x y\n", { 0 },
      "gd_csv_read: t.csv, line 4, column 2: \"x y\" is not a number: columns of text are not read (assumed:"
      " separator ',', no header)" },
    { "a,b\n1,2\r\n3,0x10\r\n", { 0 },
      "gd_csv_read: t.csv, line 3, column 2: \"0x10\" is not a number: hexadecimal numbers are not read (assumed:"
      " separator ',', line 1 is a header)" },
    { "1,nan\n", { 0 },
      "gd_csv_read: t.csv, line 1, column 2: \"nan\" is not a number: allow_nan reads nan and inf; if line 1"
      " is a header, skip = 1 passes over it (assumed: separator ',', no header)" },
    { "1,inf\n", { 0 },
      "gd_csv_read: t.csv, line 1, column 2: \"inf\" is not a number: allow_nan reads nan and inf; if line 1"
      " is a header, skip = 1 passes over it (assumed: separator ',', no header)" },
    { "1,nano\n", { .allow_nan = true },
      "gd_csv_read: t.csv, line 1, column 2: \"nano\" is not a number: if line 1 is a header, skip = 1 passes"
      " over it (assumed: separator ',', no header)" },
    { "1,2e\n", { 0 },
      "gd_csv_read: t.csv, line 1, column 2: \"2e\" is not a number: if line 1 is a header, skip = 1 passes"
      " over it (assumed: separator ',', no header)" },
    { "1,2e+\n", { 0 },
      "gd_csv_read: t.csv, line 1, column 2: \"2e+\" is not a number: if line 1 is a header, skip = 1 passes"
      " over it (assumed: separator ',', no header)" },
    { "1,.\n", { 0 },
      "gd_csv_read: t.csv, line 1, column 2: \".\" is not a number: allow_nan reads it as a missing value, NaN;"
      " if line 1 is a header, skip = 1 passes over it (assumed: separator ',', no header)" },
    { "1,--2\n", { 0 },
      "gd_csv_read: t.csv, line 1, column 2: \"--2\" is not a number: if line 1 is a header, skip = 1 passes"
      " over it (assumed: separator ',', no header)" },
    { "1,1.2.3\n", { 0 },
      "gd_csv_read: t.csv, line 1, column 2: \"1.2.3\" is not a number: if line 1 is a header, skip = 1 passes"
      " over it (assumed: separator ',', no header)" },
    { "1;1,5\n", { 0 },
      "gd_csv_read: t.csv, line 1, column 2: \"1,5\" is not a number: decimal = ',' reads it; if line 1 is a"
      " header, skip = 1 passes over it (assumed: separator ';', no header)" },
    { "1,\"2\"3\n", { 0 },
      "gd_csv_read: t.csv, line 1, column 2: \"\"2\"3\" is not a number: if line 1 is a header, skip = 1 passes"
      " over it (assumed: separator ',', no header)" },
    { "1,2 \x01\n", { 0 },
      "gd_csv_read: t.csv, line 1, column 2: \"2 \\x01\" is not a number: if line 1 is a header, skip = 1 passes"
      " over it (assumed: separator ',', no header)" },
    { "1,abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz\n", { 0 },
      "gd_csv_read: t.csv, line 1, column 2: \"abcdefghijklmnopqrstuvwxyzabcdefghijklmn...\" is not a number:"
      " if line 1 is a header, skip = 1 passes over it (assumed: separator ',', no header)" },
    { "a,b\n", { .no_header = true },
      "gd_csv_read: t.csv, line 1, column 1: \"a\" is not a number: if line 1 is a header, skip = 1 passes over it;"
      " skip_columns = 1 passes over this column (assumed: separator ',')" },
    { "1,2\n3,\n", { 0 },
      "gd_csv_read: t.csv, line 2, column 2: the field is empty: allow_nan reads it as a missing value, NaN"
      " (assumed: separator ',', no header)" },
    { "1\t2\t\n", { 0 },
      "gd_csv_read: t.csv, line 1, column 3: the field is empty: allow_nan reads it as a missing value, NaN;"
      " if line 1 is a header, skip = 1 passes over it (assumed: separator tab, no header)" },
    { "1,\"\"\n", { 0 },
      "gd_csv_read: t.csv, line 1, column 2: the field is empty: allow_nan reads it as a missing value, NaN;"
      " if line 1 is a header, skip = 1 passes over it (assumed: separator ',', no header)" },
    { "1,\"2\n3,4\n", { 0 },
      "gd_csv_read: t.csv, line 1, column 2: the quote that opens here is not closed (assumed: separator ',',"
      " no header)" },
    { "1,2,3,4,5,6\n#\n1,2,3,4,5\n", { 0 },
      "gd_csv_read: t.csv, line 3: 5 columns, but line 1 has 6 (assumed: separator ',', no header)" },
    { "h,i\n1,2\n1,2,3\n", { 0 },
      "gd_csv_read: t.csv, line 3: 3 columns, but line 2 has 2 (assumed: separator ',', line 1 is a header)" },
    { "", { 0 },
      "gd_csv_read: t.csv is empty" },
    { "a,b\n# c\n", { 0 },
      "gd_csv_read: t.csv has no row of numbers (assumed: separator ',', line 1 is a header)" },
    { "1,2\n", { .skip = 1 }, "gd_csv_read: t.csv has no row of numbers" },
    { "1\n", { .skip = -1 }, "gd_csv_read: skip = -1 must not be negative" },
    { "1\n", { .separator = '.' }, "gd_csv_read: separator = '.' cannot separate numbers" },
    { "1\n", { .separator = '7' }, "gd_csv_read: separator = '7' cannot separate numbers" },
    { "1\n", { .separator = '#' }, "gd_csv_read: separator = '#' cannot separate numbers" },
    { "1\n", { .separator = '\n' }, "gd_csv_read: separator = '\\x0a' cannot separate numbers" },
};

START_TEST(csv_refuses)
{
    const wrong_case *c = &unreadable[_i];
    put_text("t.csv", c->text);
    ck_assert_ptr_null(gd_csv_read("t.csv", c->options));
    ck_message(c->message);
}
END_TEST

START_TEST(csv_range)
{
    put_text("t.csv", "1\n1e999\n");
    ck_assert_ptr_null(gd_csv_read("t.csv", (gd_csv_options){ 0 }));
    ck_message(FLOAT ? "gd_csv_read: t.csv, line 2, column 1: \"1e999\" is beyond the range of a float (assumed: a "
                       "single column, no header)"
                     : "gd_csv_read: t.csv, line 2, column 1: \"1e999\" is beyond the range of a double (assumed: a "
                       "single column, no header)");
    put_text("t.csv", "3.4e38 -1e39\n");
    gd_tensor *t = gd_csv_read("t.csv", (gd_csv_options){ 0 });
    if (FLOAT) {
        ck_assert_ptr_null(t);
        ck_message("gd_csv_read: t.csv, line 1, column 2: \"-1e39\" is beyond the range of a float (assumed:"
                   " separator blank, no header)");
    } else {
        ck_exact_values(t, 3.4e38, -1e39);
    }
    ck_assert_ptr_null(gd_csv_read("missing.csv", (gd_csv_options){ 0 }));
    ck_message("gd_csv_read: missing.csv cannot be read: No such file or directory");
    ck_assert_ptr_null(gd_csv_read(".", (gd_csv_options){ 0 }));
    ck_message("gd_csv_read: . cannot be read: Is a directory");
    ck_assert_ptr_null(gd_csv_read(NULL, (gd_csv_options){ 0 }));
    ck_message("gd_csv_read: path is NULL");
}
END_TEST

/* ---- CSV: numbers ------------------------------------------------------------------------------------- */

/* A decimal text of up to 25 digits with a point and an exponent somewhere. */
static void random_number(char *text)
{
    int digits = 1 + (int)(scratch_random() % 25), point = (int)(scratch_random() % 26);
    char *p = text;
    if (scratch_random() % 2)
        *p++ = '-';
    for (int i = 0; i < digits; i++) {
        if (i == point)
            *p++ = '.';
        *p++ = (char)('0' + scratch_random() % 10);
    }
    *p = '\0';
    if (scratch_random() % 2)
        sprintf(p, "e%d", (int)(scratch_random() % 80) - 40);
}

enum { NUMBERS = 20000 };

static void write_numbers(double *expected)
{
    FILE *file = fopen("n.csv", "w");
    char text[80];
    for (int i = 0; i < NUMBERS; i++) {
        do
            random_number(text);
        while (fabs(expected[i] = strtod(text, NULL)) > 1e38);
        fprintf(file, "%s%c", text, i % 10 == 9 ? '\n' : ' ');
    }
    fclose(file);
}

START_TEST(numbers_are_nearest)
{
    static double expected[NUMBERS];
    write_numbers(expected);
    gd_tensor *t = gd_csv_read("n.csv", (gd_csv_options){ 0 });
    ck_contiguous_shape(t, NUMBERS / 10, 10);
    for (int i = 0; i < NUMBERS; i++)
        if (t->data[i] != (gd_real)expected[i])
            ck_abort_msg("number %d: %.17g, not %.17g", i, (double)t->data[i], expected[i]);
}
END_TEST

/* Halfway between 1 and the next double, with a distant digit that decides; 1000 zeros and their exponent. */
START_TEST(numbers_with_many_digits)
{
    FILE *file = fopen("n.csv", "w");
    fprintf(file, "1.00000000000000011102230246251565404236316680908203125");
    for (int i = 0; i < 900; i++)
        fputc('0', file);
    fprintf(file, "1 1.00000000000000011102230246251565404236316680908203125 0.");
    for (int i = 0; i < 1000; i++)
        fputc('0', file);
    fprintf(file, "25e1001 25");
    for (int i = 0; i < 1000; i++)
        fputc('0', file);
    fprintf(file, ".00e-1000 18446744073709551617\n");      /* 2^64 + 1 */
    fclose(file);
    gd_tensor *t = gd_csv_read("n.csv", (gd_csv_options){ 0 });
    ck_assert_msg(t, "%s", gd_last_error());
    ck_exact_values(t, 1.0000000000000002, 1, 2.5, 25, 18446744073709551616.0);
}
END_TEST

/* In a locale with a decimal comma strtod would stop at the point. */
START_TEST(numbers_in_any_locale)
{
    const char *names[] = { "de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "nl_NL.UTF-8", "de_DE", "xx_XX" };
    static double expected[NUMBERS];
    write_numbers(expected);
    if (system("localedef -i de_DE -f UTF-8 ./xx_XX >/dev/null 2>&1") == 0)
        setenv("LOCPATH", scratch_folder, 1);
    for (size_t i = 0; i < sizeof names / sizeof *names && strcmp(localeconv()->decimal_point, ",") != 0; i++)
        setlocale(LC_ALL, names[i]);
    if (strcmp(localeconv()->decimal_point, ",") != 0)
        fputs("test_data: no locale with a decimal comma here; tested in the C locale\n", stderr);
    gd_tensor *t = gd_csv_read("n.csv", (gd_csv_options){ 0 });
    for (int i = 0; i < NUMBERS; i++)
        if (t->data[i] != (gd_real)expected[i])
            ck_abort_msg("number %d: %.17g, not %.17g", i, (double)t->data[i], expected[i]);
    put_text("n.csv", "1.5 0.1234567890123456789 1,5\n");
    ck_assert_ptr_null(gd_csv_read("n.csv", (gd_csv_options){ .separator = ' ' }));
    ck_message("gd_csv_read: n.csv, line 1, column 3: \"1,5\" is not a number: decimal = ',' reads it; if line 1 is a"
               " header, skip = 1 passes over it (assumed: no header)");
    setlocale(LC_ALL, "C");
}
END_TEST

/* ---- CSV: size, and damage ---------------------------------------------------------------------------- */

START_TEST(csv_of_any_size)
{
    enum { WIDE = 200000 };
    FILE *file = fopen("t.csv", "w");
    for (int i = 0; i < WIDE; i++)
        fprintf(file, "%s%d", i ? "," : "", i);
    fclose(file);
    gd_tensor *t = gd_csv_read("t.csv", (gd_csv_options){ 0 });
    ck_contiguous_shape(t, 1, WIDE);
    file = fopen("t.csv", "w");
    for (int i = 0; i < WIDE; i++)
        fprintf(file, "%d\n", i);
    fclose(file);
    gd_tensor *column = gd_csv_read("t.csv", (gd_csv_options){ 0 });
    ck_contiguous_shape(column, WIDE, 1);
    bool good = true;                       /* one ck_assert for each number would be slow */
    for (int i = 0; i < WIDE; i++)
        good &= t->data[i] == (gd_real)i && column->data[i] == (gd_real)i;
    ck_assert(good);
}
END_TEST

static bool read_csv(const char *name)
{
    return gd_csv_read(name, (gd_csv_options){ 0 }) != NULL;
}

START_TEST(csv_damaged)
{
    static const char text[] = "\xef\xbb\xbf# c\na;\"b\"\n1.5;\"-2e3\"\r\n  3; 4\n";
    fuzz("t.csv", (const unsigned char *)text, sizeof text - 1, read_csv, "gd_csv_read: t.csv", false);
}
END_TEST

static const unsigned char csv_gz[] = {                         /* gzip of "1,2\n3,4.5\n" */
    31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 51, 212, 49, 226, 50, 214, 49, 209, 51, 229, 2, 0, 59, 99, 71, 234, 10, 0,
    0, 0
};

START_TEST(csv_gzipped)
{
    put_bytes("t.csv.gz", csv_gz, sizeof csv_gz);
    gd_tensor *t = gd_csv_read("t.csv.gz", (gd_csv_options){ 0 });
    if (without_zlib()) {
        ck_message("gd_csv_read: t.csv.gz is gzipped, and this library was built without zlib: install zlib1g-dev and"
                   " build it again, or gunzip the file");
        return;
    }
    ck_contiguous_shape(t, 2, 2);
    ck_exact_values(t, 1, 2, 3, 4.5);
    fuzz("t.csv.gz", csv_gz, sizeof csv_gz, read_csv, "gd_csv_read: t.csv.gz", false);
}
END_TEST

/* ---- Airfoil ------------------------------------------------------------------------------------------ */

/* The mean and the standard deviation of 0 .. n-1 are (n-1)/2 and sqrt((n^2-1)/12). */
START_TEST(airfoil_made_up)
{
    FILE *file = fopen("airfoil_self_noise.dat", "w");
    for (int i = 0; i < 1503; i++)
        fprintf(file, "%d\t7\t%d\t%d\t%d\t%d\r\n", i, i % 3, -i, 2 * i + 5, 1000 - i);
    fclose(file);
    const double std = sqrt((1503.0 * 1503.0 - 1) / 12), tolerance = FLOAT ? 2e-6 : 1e-12;
    const char *places[] = { "airfoil_self_noise.dat", ".", NULL, NULL };
    for (int k = 0; k < 4; k++) {
        setenv("GRADUS_DATA", k == 2 ? "." : "airfoil_self_noise.dat", 1);
        gd_dataset set = gd_airfoil(places[k]);
        ck_contiguous_shape(set.x, 1500, 5);
        ck_contiguous_shape(set.y, 1500, 1);
        double worst = 0;
        for (int i = 0; i < 1500; i++) {
            const gd_real *x = set.x->data + 5 * i;
            worst = fmax(worst, fabs((double)x[0] - (i - 751) / std));
            worst = fmax(worst, fabs((double)x[1]));            /* a constant column */
            worst = fmax(worst, fabs((double)x[2] - (i % 3 - 1) / sqrt(2.0 / 3)));
            worst = fmax(worst, fabs((double)x[3] - (751 - i) / std));
            worst = fmax(worst, fabs((double)x[4] - (i - 751) / std));
            worst = fmax(worst, fabs((double)set.y->data[i] - (751 - i) / std));
        }
        ck_near(worst, 0, tolerance);
    }
}
END_TEST

START_TEST(airfoil_real)
{
    static const double first[] = {
        -0.662022703398, -1.146402933616, 1.799299257006, 1.312935258421, -0.644804608862
    };
    static const double last[] = {
        0.083648232060, 1.490443022152, -0.373739540326, -0.723344833538, 3.172772505745
    };
    ck_assert_int_eq(chdir(scratch_home), 0);       /* $GRADUS_DATA, or data there */
    gd_dataset set = gd_airfoil(NULL);
    ck_assert_int_eq(chdir(scratch_folder), 0);
    if (!set.x) {
        fputs("test_data: airfoil_self_noise.dat is not here; its check values were not tested\n", stderr);
        return;
    }
    ck_contiguous_shape(set.x, 1500, 5);
    ck_contiguous_shape(set.y, 1500, 1);
    const double tolerance = FLOAT ? 1e-6 : 2e-12;
    double mean = 0;
    for (int j = 0; j < 5; j++) {
        ck_near((double)set.x->data[j], first[j], tolerance);
        ck_near((double)set.x->data[1499 * 5 + j], last[j], tolerance);
    }
    ck_near((double)set.y->data[0], 0.197938762772, tolerance);
    ck_near((double)set.y->data[1499], -2.259444097276, tolerance);
    for (int i = 0; i < 1500; i++)
        mean += (double)set.y->data[i] / 1500;
    ck_near(mean, 5.556150e-03, FLOAT ? 1e-6 : 1e-9);
}
END_TEST

#define AIRFOIL_SOURCE \
    "it is NASA's airfoil self-noise data, a table of 1503 rows and 6 columns, and comes from" \
    " http://d2l-data.s3-accelerate.amazonaws.com/airfoil_self_noise.dat"

/* The places are searched in their order; a relative path is not one where the program was not told to look. */
START_TEST(airfoil_places)
{
    ck_assert_int_eq(mkdir("user", 0777), 0);
    ck_assert_int_eq(mkdir("user/gradus", 0777), 0);
    ck_assert_int_eq(mkdir("user/.local", 0777), 0);
    ck_assert_int_eq(mkdir("user/.local/share", 0777), 0);
    ck_assert_int_eq(mkdir("user/.local/share/gradus", 0777), 0);
    put_text("user/.local/share/gradus/airfoil_self_noise.dat", "1\t2\n");
    unsetenv("GRADUS_DATA");
    unsetenv("XDG_DATA_HOME");
    setenv("HOME", "user", 1);
    ck_assert_ptr_null(gd_airfoil(NULL).x);
    ck_message("gd_airfoil: user/.local/share/gradus/airfoil_self_noise.dat is [1, 2]: [1503, 6] expected");
    put_text("user/gradus/airfoil_self_noise.dat", "1\t2\t3\n");
    setenv("XDG_DATA_HOME", "user", 1);
    ck_assert_ptr_null(gd_airfoil(NULL).x);
    ck_message("gd_airfoil: user/gradus/airfoil_self_noise.dat is [1, 3]: [1503, 6] expected");
    ck_assert_int_eq(mkdir("data", 0777), 0);
    put_text("data/airfoil_self_noise.dat", "1\n");
    ck_assert_ptr_null(gd_airfoil(NULL).x);
    ck_message("gd_airfoil: data/airfoil_self_noise.dat is [1, 1]: [1503, 6] expected");
}
END_TEST

/* Where the data are installed with the library, they are found: then these messages do not arise. */
static bool installed_airfoil(void)
{
    if (!gd_airfoil(NULL).x)
        return false;
    fputs("test_data: airfoil_self_noise.dat is installed; that it is missing was not tested\n", stderr);
    return true;
}

START_TEST(airfoil_refuses)
{
    unsetenv("GRADUS_DATA");
    unsetenv("XDG_DATA_HOME");
    setenv("HOME", "nowhere", 1);
    put_text("airfoil_self_noise.dat", "1\t2\n");
    if (!installed_airfoil()) {
        ck_assert_ptr_nonnull(strstr(gd_last_error(), "gd_airfoil: airfoil_self_noise.dat is not in $GRADUS_DATA "
                                                      "(not set), data, ~/.local/share/gradus or "));
        ck_assert_ptr_nonnull(strstr(gd_last_error(), "share/gradus: " AIRFOIL_SOURCE));
        setenv("GRADUS_DATA", "", 1);           /* the same */
        ck_assert_ptr_null(gd_airfoil(NULL).x);
        ck_assert_ptr_nonnull(strstr(gd_last_error(), "$GRADUS_DATA (not set)"));
        setenv("GRADUS_DATA", "nowhere", 1);
        setenv("XDG_DATA_HOME", "nowhere", 1);
        ck_assert_ptr_null(gd_airfoil(NULL).y);
        ck_assert_ptr_nonnull(strstr(gd_last_error(), "$GRADUS_DATA (nowhere), data, $XDG_DATA_HOME/gradus or "));
    }
    ck_assert_ptr_null(gd_airfoil("a.dat").x);
    ck_message("gd_airfoil: neither a.dat nor a.dat/airfoil_self_noise.dat can be read: " AIRFOIL_SOURCE);
    put_text("a.dat", "1\t2\n3\t4\n");
    ck_assert_ptr_null(gd_airfoil("a.dat").x);
    ck_message("gd_airfoil: a.dat is [2, 2]: [1503, 6] expected");
    put_text("a.dat", "1\t2\n3\tfour\n");
    ck_assert_ptr_null(gd_airfoil("a.dat").x);
    ck_message("gd_airfoil: a.dat, line 2, column 2: \"four\" is not a number");
}
END_TEST

/* ---- Fashion-MNIST ------------------------------------------------------------------------------------ */

static const unsigned char images[] = {
    0, 0, 8, 3, 0, 0, 0, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 51, 102, 153, 204, 255, 1, 2, 3, 4, 5, 6
};
static const unsigned char images_gz[] = {                      /* gzip of images */
    31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 99, 96, 224, 96, 102, 96, 96, 0, 97, 38, 48, 54, 78, 155, 121, 230, 63, 35,
    19, 51, 11, 43, 27, 0, 233, 40, 134, 171, 28, 0, 0, 0
};
static const unsigned char labels[] = { 0, 0, 8, 1, 0, 0, 0, 3, 0, 9, 4 };

static void check_fashion(gd_dataset set)
{
    ck_assert_msg(set.x && set.y, "%s", gd_last_error());
    ck_contiguous_shape(set.x, 3, 4);
    ck_contiguous_shape(set.y, 3);
    ck_exact_values(set.x, 0, 0.2, 0.4, 0.6, 0.8, 1, 1 / 255.0, 2 / 255.0, 3 / 255.0, 4 / 255.0, 5 / 255.0, 6 / 255.0);
    ck_exact_values(set.y, 0, 9, 4);
}

START_TEST(fashion_made_up)
{
    put_bytes("train-images-idx3-ubyte", images, sizeof images);
    put_bytes("train-labels-idx1-ubyte", labels, sizeof labels);
    put_bytes("t10k-images-idx3-ubyte.gz", images_gz, sizeof images_gz);
    put_bytes("t10k-labels-idx1-ubyte", labels, sizeof labels);
    check_fashion(gd_fashion_mnist(".", true));
    gd_dataset test = gd_fashion_mnist(".", false);
    if (!without_zlib())
        check_fashion(test);
    gd_clear_error();
    setenv("GRADUS_DATA", ".", 1);
    check_fashion(gd_fashion_mnist(NULL, true));
}
END_TEST

START_TEST(fashion_refuses)
{
    ck_assert_ptr_null(gd_fashion_mnist(".", true).x);
    ck_message("gd_fashion_mnist: . has no train-images-idx3-ubyte and train-labels-idx1-ubyte, with or without .gz:"
               " they are 28 x 28 pictures of clothes and their classes, and come from Debian's package"
               " dataset-fashion-mnist or https://github.com/zalandoresearch/fashion-mnist");
    put_bytes("train-images-idx3-ubyte", images, sizeof images);
    put_bytes("train-labels-idx1-ubyte", images, sizeof images);
    ck_assert_ptr_null(gd_fashion_mnist(".", true).x);
    ck_message("gd_fashion_mnist: ./train-labels-idx1-ubyte holds byte numbers of shape [3, 2, 2]: unsigned bytes"
               " with 1 axis expected");
    put_bytes("train-labels-idx1-ubyte", "\0\0\x08\1\0\0\0\2\1\2", 10);
    ck_assert_ptr_null(gd_fashion_mnist(".", true).x);
    ck_message("gd_fashion_mnist: ./train-images-idx3-ubyte has 3 images, but ./train-labels-idx1-ubyte has 2"
               " labels");
    put_bytes("train-labels-idx1-ubyte", "\0\0\x08\1\0\0\0\3\1\2\x0b", 11);
    ck_assert_ptr_null(gd_fashion_mnist(".", true).x);
    ck_message("gd_fashion_mnist: ./train-labels-idx1-ubyte: label 2 is 11: classes are 0 .. 9");
    put_bytes("train-labels-idx1-ubyte", labels, sizeof labels);
    put_bytes("train-images-idx3-ubyte", images, sizeof images - 1);
    ck_assert_ptr_null(gd_fashion_mnist(".", true).x);
    ck_message("gd_fashion_mnist: ./train-images-idx3-ubyte should hold 12 bytes after byte 16, but has 11");
}
END_TEST

/* The first labels, and the mean pixel 0.2860 that is quoted for this data set. */
START_TEST(fashion_real)
{
    unsetenv("GRADUS_DATA");
    gd_dataset set = gd_fashion_mnist(NULL, false);
    if (!set.x) {
        fputs("test_data: dataset-fashion-mnist is not installed; the real files were not tested\n", stderr);
        return;
    }
    ck_contiguous_shape(set.x, 10000, 784);
    ck_contiguous_shape(set.y, 10000);
    static const int first[] = { 9, 2, 1, 1, 6, 1, 4, 6, 5, 7 };
    int count[10] = { 0 };
    for (int i = 0; i < 10; i++)
        ck_assert_int_eq((int)set.y->data[i], first[i]);
    for (int i = 0; i < 10000; i++)
        count[(int)set.y->data[i]]++;
    for (int i = 0; i < 10; i++)
        ck_assert_int_eq(count[i], 1000);
    double mean = 0;
    bool good = true;
    for (int64_t i = 0; i < set.x->numel; i++) {
        good &= set.x->data[i] >= 0 && set.x->data[i] <= 1;
        mean += (double)set.x->data[i];
    }
    ck_assert(good);
    ck_near(mean / (double)set.x->numel, 0.2868, 5e-4);
}
END_TEST

/* ---- Suite -------------------------------------------------------------------------------------------- */

int main(void)
{
    Suite *suite = suite_create("data: tables");
    TCase *text = scratch_case(suite, "text");
    TCase *data_sets = scratch_case(suite, "data sets");
    tcase_add_loop_test(text, csv_reads, 0, (int)(sizeof readable / sizeof *readable));
    tcase_add_loop_test(text, csv_refuses, 0, (int)(sizeof unreadable / sizeof *unreadable));
    tcase_add_test(text, csv_range);
    tcase_add_test(text, numbers_are_nearest);
    tcase_add_test(text, numbers_with_many_digits);
    tcase_add_test(text, numbers_in_any_locale);
    tcase_add_test(text, csv_of_any_size);
    tcase_add_test(text, csv_damaged);
    tcase_add_test(text, csv_gzipped);
    tcase_add_test(data_sets, airfoil_made_up);
    tcase_add_test(data_sets, airfoil_real);
    tcase_add_test(data_sets, airfoil_places);
    tcase_add_test(data_sets, airfoil_refuses);
    tcase_add_test(data_sets, fashion_made_up);
    tcase_add_test(data_sets, fashion_refuses);
    tcase_add_test(data_sets, fashion_real);
    return run_suite(suite);
}
