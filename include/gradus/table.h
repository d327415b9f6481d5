/* table.h - CSV files whose columns have names, and may hold text or nothing; missing values; writing CSV.
 *
 *     gd_table *houses = gd_table_read("houses.csv", (gd_table_options){ 0 });
 *     const char *const inputs[] = { "area", "rooms", "street" };
 *     gd_tensor *x = gd_table_numbers(houses, inputs, 3);             [rows, 3], NaN where a value is missing
 *     x = gd_impute(x, gd_column_medians(x));
 *
 * For tables of numbers alone gd_csv_read (data.h) is enough. */
#ifndef GRADUS_TABLE_H
#define GRADUS_TABLE_H

#include "data.h"

#ifdef __cplusplus
extern "C" {
#endif
GD_API_BEGIN

typedef struct gd_table gd_table;

typedef struct gd_table_options {           /* 0 stands for the default */
    char separator;                         /* the one of , ; tab and | that is most frequent in the first line */
    char decimal;                           /* ',' or '.': '.' */
    bool no_header;                         /* the first line is a row; the columns are called "0", "1", .. */
    const char *const *text;                /* names of columns that are text, whatever they hold: */
    int  text_count;
} gd_table_options;

static inline gd_table_options gd_table_defaults(void)
{
    gd_table_options o = { .separator = 0, .decimal = 0, .no_header = false, .text = NULL, .text_count = 0 };
    return o;
}

/* gd_table_read - reads the file, which may be gzipped, or a pipe; fields, quotes, blank lines and comments (#) are
 * as in gd_csv_read.  A field that is empty or one of the words that gd_csv_read knows for missing values (NA,
 * null, ..) is missing.  A column is numbers if its first value is one, else text.  Free the table with
 * gd_table_free.  Errors: names that occur twice or are empty; a row with another number of fields; a value that is
 * not a number below others that are; a number that gd_real cannot hold; a column of dates (2024-03-31, 31.3.2024,
 * 3/31/2024, with or without a time), which neither are numbers nor categories, or of digits with separators (1,234
 * or 2,5) that options.decimal does not explain, unless it is listed in options.text; a name in options.text that is
 * no column. */
gd_table *gd_table_read(const char *path, gd_table_options options);
void      gd_table_free(gd_table *table);                           /* NULL is fine */

/* gd_table_rows, gd_table_columns - how many there are.  gd_table_name - of column i, in the order of the file.
 * gd_table_find - the number of the column with that name; -1, without a message, when there is none. */
int64_t     gd_table_rows(const gd_table *table);
int         gd_table_columns(const gd_table *table);
const char *gd_table_name(const gd_table *table, int i);
int         gd_table_find(const gd_table *table, const char *name);

/* gd_table_categories - how many different texts column i holds; 0 for a column of numbers.  gd_table_category - text k
 * of column i; they are sorted by their bytes, so that k does not depend on the order of the rows. */
int64_t     gd_table_categories(const gd_table *table, int i);
const char *gd_table_category(const gd_table *table, int i, int64_t k);

/* gd_table_numbers - [rows, n]: these columns, in this order; of text the number of its category; NaN where a value is
 * missing.  names NULL: all columns, n is then ignored.
 * gd_table_missing - [rows, n]: 1 where a value is missing, else 0.  Errors: a name that is no column; a category
 * whose number gd_real does not hold. */
gd_tensor *gd_table_numbers(const gd_table *table, const char *const names[], int n);
gd_tensor *gd_table_missing(const gd_table *table, const char *const names[], int n);

/* gd_column_means, gd_column_medians - of x [rows, columns] the mean or median of each column without its NaN values:
 * [columns].  The median of an even number of values is the mean of the middle two.  Errors: another number of axes; a
 * column without any number; an infinite value.
 * gd_impute - x with each NaN replaced by values[column]; compute them from the training rows, use them for all.  All
 * results belong to the current scope. */
gd_tensor *gd_column_means(const gd_tensor *x);
gd_tensor *gd_column_medians(const gd_tensor *x);
gd_tensor *gd_impute(const gd_tensor *x, const gd_tensor *values);

/* gd_csv_write - writes t [rows, columns] (any view) with commas, each number with as many digits as it takes to read
 * the same gd_real again, NaN and infinities as nan and inf, which gd_csv_read takes with allow_nan.  names: the
 * header, quoted where necessary; NULL: none.  The file is replaced as by gd_npy_write.  Errors: another number of
 * axes, no columns; a name that is NULL, empty or not UTF-8, or contains a control character, that begins or ends with
 * a blank, occurs twice, or that gd_csv_read would take for a number or a missing value: "7", "nan", "NA", "none". */
bool gd_csv_write(const char *path, const gd_tensor *t, const char *const names[]);

GD_API_END
#ifdef __cplusplus
}
#endif
#endif
