/* test_csv.c - tables as various programs write them: which are read, with which numbers, and which are refused,
 * with which message.  Syntax and damaged files are in test_tables.c, the rounding of numbers in
 * test_number_reading.c. */
#define _XOPEN_SOURCE 700
#include <math.h>

#include "support/scratch.h"

typedef struct read_case {
    const char    *name, *text;
    gd_csv_options options;
    int64_t        rows, columns;
    double         value[10];
} read_case;

static const read_case readable[] = {
    { "pandas, index=False", "x,y\n1.5,2\n2.5,3\n",
      { 0 }, 2, 2, { 1.5, 2, 2.5, 3 } },
    { "pandas, with index", ",x,y\n0,1.5,2\n1,2.5,3\n",
      { 0 }, 2, 3, { 0, 1.5, 2, 1, 2.5, 3 } },
    { "pandas, index dropped", ",x,y\n0,1.5,2\n1,2.5,3\n",
      { .skip_columns = 1 }, 2, 2, { 1.5, 2, 2.5, 3 } },
    { "pandas, unnamed, header skipped", ",0,1\n0,1.5,2.5\n",
      { .skip = 1 }, 1, 3, { 0, 1.5, 2.5 } },
    { "an empty field in a first row", ",0,1\n0,1.5,2.5\n",
      { .no_header = true, .allow_nan = true }, 2, 3, { NAN, 0, 1, 0, 1.5, 2.5 } },
    { "whole numbers from 0", "0,1\n1,0\n1,1\n",
      { 0 }, 3, 2, { 0, 1, 1, 0, 1, 1 } },
    { "names that end in numbers", "x1,x2\n1,2\n3,4\n",
      { 0 }, 2, 2, { 1, 2, 3, 4 } },
    { "decay from 1 at time 0", "0,1\n1,0.5\n2,0.25\n",
      { 0 }, 3, 2, { 0, 1, 1, 0.5, 2, 0.25 } },
    { "R write.csv", "\"\",\"x\",\"y\"\n\"1\",0.5,1.5\n\"2\",2.5,3.5\n",
      { 0 }, 2, 3, { 1, 0.5, 1.5, 2, 2.5, 3.5 } },
    { "R write.csv, names dropped", "\"\",\"mpg\",\"cyl\"\n\"Mazda RX4\",21,6\n\"Datsun 710\",22.8,4\n",
      { .skip_columns = 1 }, 2, 2, { 21, 6, 22.8, 4 } },
    { "R write.table skip", "\"x\" \"y\"\n\"1\" 0.5 1.5\n\"2\" NA 3.5\n",
      { .skip = 1, .allow_nan = true, .skip_columns = 1 }, 2, 2, { 0.5, 1.5, NAN, 3.5 } },
    { "Excel German opts", "Länge;Breite\r\n1,5;2\r\n1.234,5;3\r\n",
      { .decimal = ',', .thousands = '.' }, 2, 2, { 1.5, 2, 1234.5, 3 } },
    { "Excel BOM", "\xef\xbb\xbfx,y\r\n1,2\r\n",
      { 0 }, 1, 2, { 1, 2 } },
    { "Excel sep=", "sep=;\r\nx;y\r\n1;2\r\n",
      { 0 }, 1, 2, { 1, 2 } },
    { "thousands us opt", "n,m\n\"1,234\",5\n\"1,234,567\",6\n",
      { .thousands = ',' }, 2, 2, { 1234, 5, 1234567, 6 } },
    { "header with ;", "Temp (C; mean),Humidity\n1,2\n",
      { 0 }, 1, 2, { 1, 2 } },
    { "blanks in single name", "Temperature in C\n1\n2\n",
      { 0 }, 2, 1, { 1, 2 } },
    { "quoted newlines", "\"Temp\n(C)\",\"a \"\"b\"\", c\"\r\n1,2\n3,4\n",
      { 0 }, 2, 2, { 1, 2, 3, 4 } },
    { "stray quote header", "width 5\",height\n1,2\n",
      { 0 }, 1, 2, { 1, 2 } },
    { "spaces around", " x , y \n 1 , 2 \n",
      { 0 }, 1, 2, { 1, 2 } },
    { "CR only", "x,y\r1,2\r3,4",
      { 0 }, 2, 2, { 1, 2, 3, 4 } },
    { "comments", "# a\nx,y\n# b\n1,2\n",
      { 0 }, 1, 2, { 1, 2 } },
    { "empty lines", "\nx,y\n\n1,2\n\n\n3,4\n\n",
      { 0 }, 2, 2, { 1, 2, 3, 4 } },
    { "scientific", "1e5,2E-3,+.5e+1\n",
      { 0 }, 1, 3, { 100000, 0.002, 5 } },
    { "inf spellings", "inf,-Inf,Infinity\n+INF,1.#INF,-1.#INF\n",
      { .allow_nan = true }, 2, 3, { INFINITY, -INFINITY, INFINITY, INFINITY, INFINITY, -INFINITY } },
    { "nan spellings", "1,nan,NaN\n-nan,nan(0x1),1.#QNAN\n",
      { .allow_nan = true }, 2, 3, { 1, NAN, NAN, NAN, NAN, NAN } },
    { "missing", "NA,1,N/A\n?,null,2\nNone,#N/A,<NA>\n",
      { .allow_nan = true }, 3, 3, { NAN, 1, NAN, NAN, NAN, 2, NAN, NAN, NAN } },
    { "#N/A first", "1,2\n#N/A,3\n# comment\n",
      { .allow_nan = true }, 2, 2, { 1, 2, NAN, 3 } },
    { "all missing first", "NA,NA\n1,2\n",
      { .allow_nan = true }, 2, 2, { NAN, NAN, 1, 2 } },
    { "trailing", "1,2,\n3,4,\n",
      { 0 }, 2, 2, { 1, 2, 3, 4 } },
    { "trailing + header", "a,b,\n1,2,\n3,4,\n",
      { 0 }, 2, 2, { 1, 2, 3, 4 } },
    { "trailing rows only", "a,b\n1,2,\n3,4,\n",
      { 0 }, 2, 2, { 1, 2, 3, 4 } },
    { "trailing named", "a,b,c\n1,2,\n3,4,\n",
      { .allow_nan = true }, 2, 3, { 1, 2, NAN, 3, 4, NAN } },
    { "trailing tabs", "a\tb\t\n1\t2\t\n",
      { 0 }, 1, 2, { 1, 2 } },
    { "sparse", "a,b,c\n1,,\n,2,\n",
      { .allow_nan = true }, 2, 3, { 1, NAN, NAN, NAN, 2, NAN } },
    { "sparse, last columns empty", "a,b,c\n1,,\n2,,\n",
      { .allow_nan = true }, 2, 3, { 1, NAN, NAN, 2, NAN, NAN } },
    { "tsv with spaces", "Temp (C)\tRel. humidity\n1\t2\n",
      { 0 }, 1, 2, { 1, 2 } },
    { "space aligned", "   x     y\n  1.0   20\n 10.5    3\n",
      { 0 }, 2, 2, { 1, 20, 10.5, 3 } },
    { "numpy savetxt", "# x y\n1.000000000000000000e+00 2.5e-01\n3e0 4e0\n",
      { 0 }, 2, 2, { 1, 0.25, 3, 4 } },
    { "pipes", "a|b\n1|2\n",
      { 0 }, 1, 2, { 1, 2 } },
    { "dates skip", "date,v\n2019-01-02,1\n",
      { .skip_columns = 1 }, 1, 1, { 1 } },
    { "numeric header", "2019,2020\n1,2\n",
      { 0 }, 2, 2, { 2019, 2020, 1, 2 } },
    { "decimal conflict", "1\n",
      { .decimal = ',', .separator = ',' }, 1, 1, { 1 } },
    { "one number", "5\n",
      { 0 }, 1, 1, { 5 } },
    { "sines and cosines, no header", "0 1\n0.0998334 0.995004\n",
      { .no_header = true }, 2, 2, { 0, 1, 0.0998334, 0.995004 } },
    { "quoted all", "\"2019\",\"2020\"\n\"1.5\",\"2.5\"\n",
      { 0 }, 2, 2, { 2019, 2020, 1.5, 2.5 } },
    { "decimal quoted comma", "\"1,5\",\"2,5\"\n",
      { .decimal = ',' }, 1, 2, { 1.5, 2.5 } },
    { "decimal single", "1,5\n2,5\n",
      { .decimal = ',' }, 2, 1, { 1.5, 2.5 } },
    { "thousands single", "1,234\n2,500\n",
      { .thousands = ',' }, 2, 1, { 1234, 2500 } },
    { "thousands + sep", "a,b\n\"1,234\",5\n",
      { .thousands = ',', .separator = ',' }, 1, 2, { 1234, 5 } },
    { "no decimal single", "1,5\n2,5\n",
      { 0 }, 2, 2, { 1, 5, 2, 5 } },
};

START_TEST(dialect_is_read)
{
    const read_case *c = &readable[_i];
    put_text("t.csv", c->text);
    gd_tensor *t = gd_csv_read("t.csv", c->options);
    ck_assert_msg(t, "%s: %s", c->name, gd_last_error());
    ck_assert_msg(t->shape[0] == c->rows && t->shape[1] == c->columns, "%s: [%d, %d]", c->name, (int)t->shape[0],
                  (int)t->shape[1]);
    for (int64_t i = 0; i < t->numel; i++)
        ck_assert_msg(t->data[i] == (gd_real)c->value[i] || (isnan(t->data[i]) && isnan(c->value[i])),
                      "%s: element %d is %g", c->name, (int)i, (double)t->data[i]);
}
END_TEST

typedef struct refused_case {
    const char    *name, *text;
    gd_csv_options options;
    const char    *message;                 /* after the function and the file */
} refused_case;

static const refused_case unreadable[] = {
    { "pandas, unnamed, index", ",0,1\n0,1.5,2.5\n", { 0 },
      ": line 1 may be a header or a row (its first field is empty, the others are whole numbers): skip"
      " = 1 passes over it, no_header reads it (assumed: separator ',')" },
    { "pandas, unnamed, index, NaN", ",0,1\n0,1.5,2.5\n", { .allow_nan = true },
      ": line 1 may be a header or a row (its first field is empty, the others are whole numbers): skip"
      " = 1 passes over it, no_header reads it (assumed: separator ',')" },
    { "pandas, unnamed, index dropped", ",0,1\n0,1.5,2.5\n", { .skip_columns = 1 },
      ": line 1 may be a header or a row (its first field is empty, the others are whole numbers): skip"
      " = 1 passes over it, no_header reads it (assumed: separator ',')" },
    { "pandas, unnamed, no index", "0,1\n1.5,2.5\n3.5,4.5\n", { 0 },
      ": line 1 may be a header or a row (it is 0, 1, .. above fractions): skip = 1 passes over it,"
      " no_header reads it (assumed: separator ',')" },
    { "pandas unnamed years", ",2019,2020\n0,1.5,2.5\n", { .allow_nan = true },
      ": line 1 may be a header or a row (its first field is empty, the others are whole numbers): skip"
      " = 1 passes over it, no_header reads it (assumed: separator ',')" },
    { "R write.csv row names", "\"\",\"mpg\",\"cyl\"\n\"Mazda RX4\",21,6\n\"Datsun 710\",22.8,4\n", { 0 },
      ", line 2, column 1: \"Mazda RX4\" is not a number: if line 2 belongs to the header, skip = 2 passes"
      " over both; skip_columns = 1 passes over this column (assumed: separator ',', line 1 is a header)" },
    { "R write.table", "\"x\" \"y\"\n\"1\" 0.5 1.5\n\"2\" NA 3.5\n", { 0 },
      ", line 2: 3 columns, but the header in line 1 names 2: if the names do not matter, skip = 1 passes"
      " over them (assumed: separator blank, line 1 is a header)" },
    { "Excel German", "Länge;Breite\r\n1,5;2\r\n1.234,5;3\r\n", { 0 },
      ", line 2, column 1: \"1,5\" is not a number: decimal = ',' reads it (assumed: separator ';', line"
      " 1 is a header)" },
    { "Excel German no header", "1,5;2,5\r\n3,5;4\r\n", { 0 },
      ", line 1, column 1: \"1,5\" is not a number: decimal = ',' reads it; if line 1 is a header, skip"
      " = 1 passes over it (assumed: separator ';', no header)" },
    { "Excel German no header2", "1,5;2,5\r\n3;4\r\n", { 0 },
      ", line 1, column 1: \"1,5\" is not a number: decimal = ',' reads it; if line 1 is a header, skip"
      " = 1 passes over it (assumed: separator ';', no header)" },
    { "Excel blank rows", "x,y\r\n1,2\r\n,\r\n", { 0 },
      ", line 3, column 1: the field is empty: allow_nan reads it as a missing value, NaN (assumed: separator"
      " ',', line 1 is a header)" },
    { "thousands us", "n,m\n\"1,234\",5\n\"1,234,567\",6\n", { 0 },
      ", line 2, column 1: \"1,234\" is not a number: decimal = ',' reads it as one number, thousands ="
      " ',' reads it as another (assumed: separator ',', line 1 is a header)" },
    { "thousands swiss", "a;b\n1'234.5;2\n", { 0 },
      ", line 2, column 1: \"1'234.5\" is not a number: thousands = '\\'' reads it (assumed: separator ';',"
      " line 1 is a header)" },
    { "thousands blank", "a;b\n1 234;2\n", { 0 },
      ", line 2, column 1: \"1 234\" is not a number: thousands = ' ' reads it (assumed: separator ';',"
      " line 1 is a header)" },
    { "header with ; single", "Temp (C; mean)\n1\n2\n", { 0 },
      ", line 2: 1 column, but the header in line 1 names 2: if the names do not matter, skip = 1 passes"
      " over them (assumed: separator ';', line 1 is a header)" },
    { "two names one column", "a,b\n1\n", { 0 },
      ", line 2: 1 column, but the header in line 1 names 2: if the names do not matter, skip = 1 passes"
      " over them (assumed: separator ',', line 1 is a header)" },
    { "quoted newline in row", "1,\"2\n\"\n3,4\n", { 0 },
      ", line 1, column 2: \"2\\x0a\" is not a number: if line 1 is a header, skip = 1 passes over it (assumed:"
      " separator ',', no header)" },
    { "comment behind", "x,y\n1,2 # two\n", { 0 },
      ", line 2, column 2: \"2 # two\" is not a number: a comment takes a whole line (assumed: separator"
      " ',', line 1 is a header)" },
    { "fortran D", "1.5D+02 2.0D0\n", { 0 },
      ", line 1, column 1: \"1.5D+02\" is not a number: exponents begin with e or E; if line 1 is a header,"
      " skip = 1 passes over it (assumed: separator blank, no header)" },
    { "NA off", "1,2\nNA,3\n", { 0 },
      ", line 2, column 1: \"NA\" is not a number: allow_nan reads it as a missing value, NaN (assumed:"
      " separator ',', no header)" },
    { "all missing first off", "NA,NA\n1,2\n", { 0 },
      ", line 1, column 1: \"NA\" is not a number: allow_nan reads it as a missing value, NaN; if line 1"
      " is a header, skip = 1 passes over it (assumed: separator ',', no header)" },
    { "hex", "1,0x1F\n", { 0 },
      ", line 1, column 2: \"0x1F\" is not a number: hexadecimal numbers are not read; if line 1 is a header,"
      " skip = 1 passes over it (assumed: separator ',', no header)" },
    { "trailing not all", "1,2,\n3,4\n", { 0 },
      ", line 1, column 3: the field is empty: allow_nan reads it as a missing value, NaN; if line 1 is"
      " a header, skip = 1 passes over it (assumed: separator ',', no header)" },
    { "trailing named off", "a,b,c\n1,2,\n3,4,\n", { 0 },
      ", line 2, column 3: the field is empty: allow_nan reads it as a missing value, NaN (assumed: separator"
      " ',', line 1 is a header)" },
    { "libsvm", "1 1:0.5 3:2\n-1 2:1\n", { 0 },
      ", line 1, column 2: \"1:0.5\" is not a number: pairs of index and value are not read; if line 1 is"
      " a header, skip = 1 passes over it (assumed: separator blank, no header)" },
    { "tsv empty row", "1\t2\n\t\n3\t4\n", { 0 },
      ", line 2, column 1: the field is empty: allow_nan reads it as a missing value, NaN (assumed: separator"
      " tab, no header)" },
    { "space aligned names", "width cm  height cm\n 1   2\n", { 0 },
      ", line 2: 2 columns, but the header in line 1 names 4: if the names do not matter, skip = 1 passes"
      " over them (assumed: separator blank, line 1 is a header)" },
    { "dates", "date,v\n2019-01-02,1\n", { 0 },
      ", line 2, column 1: \"2019-01-02\" is not a number: dates and times must be numbers in the file,"
      " or in the first columns, which skip_columns passes over (assumed: separator ',', line 1 is a header)" },
    { "date time", "1,2019-01-02T12:30:00Z\n", { 0 },
      ", line 1, column 2: \"2019-01-02T12:30:00Z\" is not a number: dates and times must be numbers in"
      " the file, or in the first columns, which skip_columns passes over; if line 1 is a header, skip ="
      " 1 passes over it (assumed: separator ',', no header)" },
    { "percent", "a,b\n50%,1\n", { 0 },
      ", line 2, column 1: \"50%\" is not a number: percent signs must be taken out of the file (assumed:"
      " separator ',', line 1 is a header)" },
    { "currency", "a,b\n$5,1\n", { 0 },
      ", line 2, column 1: \"$5\" is not a number: currency signs must be taken out of the file (assumed:"
      " separator ',', line 1 is a header)" },
    { "unicode minus", "1,\xe2\x88\x92" "5\n", { 0 },
      ", line 1, column 2: \"−5\" is not a number: its minus sign is not that of ASCII, '-'; if line 1 is"
      " a header, skip = 1 passes over it (assumed: separator ',', no header)" },
    { "units line", "x,y\nm,s\n1,2\n", { 0 },
      ", line 2, column 1: \"m\" is not a number: if line 2 belongs to the header, skip = 2 passes over"
      " both; skip_columns = 1 passes over this column (assumed: separator ',', line 1 is a header)" },
    { "mixed header", "name,2019,2020\n1,2,3\n", { 0 },
      ", line 1, column 1: \"name\" is not a number: if line 1 is a header, skip = 1 passes over it; skip_columns"
      " = 1 passes over this column (assumed: separator ',', no header)" },
    { "header like numbers", "10%,20%\n1,2\n", { 0 },
      ", line 1, column 1: \"10%\" is not a number: percent signs must be taken out of the file; if line"
      " 1 is a header, skip = 1 passes over it (assumed: separator ',', no header)" },
    { "ascii tables", "| a | b |\n| 1 | 2 |\n", { 0 },
      ", line 2, column 1: the field is empty: allow_nan reads it as a missing value, NaN (assumed: separator"
      " '|', line 1 is a header)" },
    { "json", "[[1,2],[3,4]]\n", { 0 },
      " has no row of numbers (assumed: separator ',', line 1 is a header)" },
    { "a version", "1,1.2.3\n", { 0 },
      ", line 1, column 2: \"1.2.3\" is not a number: if line 1 is a header, skip = 1 passes over it (assumed:"
      " separator ',', no header)" },
    { "text col", "a,b\n1,x\n", { 0 },
      ", line 2, column 2: \"x\" is not a number: columns of text are not read (assumed: separator ',',"
      " line 1 is a header)" },
    { "header mismatch", "a,b,c\n1,2\n", { 0 },
      ", line 2: 2 columns, but the header in line 1 names 3: if the names do not matter, skip = 1 passes"
      " over them (assumed: separator ',', line 1 is a header)" },
    { "uneven", "1,2\n3\n", { 0 },
      ", line 2: 1 column, but line 1 has 2 (assumed: separator ',', no header)" },
    { "empties off", "a,b\n1,\n2,3\n", { 0 },
      ", line 2, column 2: the field is empty: allow_nan reads it as a missing value, NaN (assumed: separator"
      " ',', line 1 is a header)" },
    { "pandas, unnamed, with whole numbers", "0,1,2\n5.1,3.5,1\n4.9,3,1\n", { 0 },
      ": line 1 may be a header or a row (it is 0, 1, .. above fractions): skip = 1 passes over it, no_header"
      " reads it (assumed: separator ',')" },
    { "pandas, unnamed, classes first", "0,1,2\n1,3.5,2.5\n2,3.25,1\n", { 0 },
      ": line 1 may be a header or a row (it is 0, 1, .. above fractions): skip = 1 passes over it, no_header"
      " reads it (assumed: separator ',')" },
    { "like numbers above numbers", ".5kg,.7kg\n1,2\n", { 0 },
      ", line 1, column 1: \".5kg\" is not a number: if line 1 is a header, skip = 1 passes over it (assumed:"
      " separator ',', no header)" },
    { "sines and cosines", "0 1\n0.0998334 0.995004\n", { 0 },
      ": line 1 may be a header or a row (it is 0, 1, .. above fractions): skip = 1 passes over it,"
      " no_header reads it (assumed: separator blank)" },
    { "quoted header nums", "\"2019\",\"2020\"\n1.5,2.5\n", { 0 },
      ": line 1 may be a header or a row (its numbers are in quotes, those below are not): skip = 1 passes"
      " over it, no_header reads it (assumed: separator ',')" },
    { "only header", "a,b\n", { 0 },
      " has no row of numbers (assumed: separator ',', line 1 is a header)" },
};

START_TEST(dialect_is_refused)
{
    const refused_case *c = &unreadable[_i];
    char message[1024];
    snprintf(message, sizeof message, "gd_csv_read: t.csv%s", c->message);
    put_text("t.csv", c->text);
    ck_assert_msg(!gd_csv_read("t.csv", c->options), "%s was read", c->name);
    ck_message(message);
}
END_TEST

START_TEST(options_are_checked)
{
    static const struct { gd_csv_options options; const char *message; } cases[] = {
        { { .decimal = ';' }, "gd_csv_read: decimal = ';' must be '.' or ','" },
        { { .thousands = '3' }, "gd_csv_read: thousands = '3' must be one of , . ' _ and a space" },
        { { .thousands = '.' }, "gd_csv_read: decimal and thousands are both '.'" },
        { { .skip_columns = -1 }, "gd_csv_read: skip_columns = -1 must not be negative" },
        { { .skip_columns = 2 }, "gd_csv_read: t.csv, line 1: skip_columns = 2 leaves nothing of 2 columns" },
        { { .max_bytes = -1 }, "gd_csv_read: max_bytes = -1 must not be negative" },
    };
    put_text("t.csv", "1,2\n");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ck_assert_ptr_null(gd_csv_read("t.csv", cases[i].options));
        ck_message(cases[i].message);
    }
}
END_TEST

/* Groups of three digits, and nothing else, may be separated. */
START_TEST(thousands_are_groups)
{
    static const struct { const char *text; double value; } cases[] = {
        { "1,234", 1234 }, { "12,345.5", 12345.5 }, { "123,456,789", 123456789 }, { "1234,567", NAN },
        { "1,23", NAN }, { "1,2345", NAN }, { ",123", NAN }, { "1,,234", NAN }, { "1,234,", NAN },
        { "1.234,567", NAN }, { "0,001e3", 1000 }, { "1234", 1234 }, { "-1,000", -1000 }, { "1,234,56", NAN }
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        put_text("t.csv", cases[i].text);
        gd_tensor *t = gd_csv_read("t.csv", (gd_csv_options){ .separator = ';', .thousands = ',' });
        ck_assert_msg(isnan(cases[i].value) ? !t : t && t->data[0] == (gd_real)cases[i].value, "%s", cases[i].text);
    }
}
END_TEST

/* The table of a data set has no options to suggest. */
START_TEST(data_sets_have_no_options)
{
    put_text("a.dat", "1\t2\n3\tNA\n");
    ck_assert_ptr_null(gd_airfoil("a.dat").x);
    ck_message("gd_airfoil: a.dat, line 2, column 2: \"NA\" is not a number");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("data: CSV");
    TCase *dialects = scratch_case(suite, "all");
    tcase_add_loop_test(dialects, dialect_is_read, 0, (int)(sizeof readable / sizeof *readable));
    tcase_add_loop_test(dialects, dialect_is_refused, 0, (int)(sizeof unreadable / sizeof *unreadable));
    tcase_add_test(dialects, options_are_checked);
    tcase_add_test(dialects, thousands_are_groups);
    tcase_add_test(dialects, data_sets_have_no_options);
    return run_suite(suite);
}
