/* columns.c - the columns of a table as tensors; missing values; writing CSV. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "table.h"
#include "files/files.h"
#include "text/format.h"
#include "base/names.h"
#include "base/memory.h"
#include "base/message.h"
#include "base/start.h"
#include "text/utf8.h"
#include "tensor/alive.h"
#include "tensor/check.h"
#include "tensor/nest.h"
#include "tensor/new.h"
#include "tensor/shape.h"

/* ---- Looking ----------------------------------------------------------------------------------------------------- */

int64_t gd_table_rows(const gd_table *table)
{
    return table && gi_not_freed("gd_table_rows", "table", table) ? table->rows : 0;
}

int gd_table_columns(const gd_table *table)
{
    return table && gi_not_freed("gd_table_columns", "table", table) ? table->columns : 0;
}

static const gi_column *column_at(const char *function, const gd_table *table, int i)
{
    if (!gi_given(function, "table", table))
        return NULL;
    return i >= 0 && i < table->columns ? &table->column[i]
           : gd_fail("%s: i = %d must lie in [0, %d)", function, i, table->columns);
}

const char *gd_table_name(const gd_table *table, int i)
{
    const gi_column *c = column_at("gd_table_name", table, i);
    return c ? c->name : NULL;
}

int gd_table_find(const gd_table *table, const char *name)
{
    if (!table || !name || !gi_not_freed("gd_table_find", "table", table))
        return -1;
    for (int i = 0; i < table->columns; i++)
        if (strcmp(table->column[i].name, name) == 0)
            return i;
    return -1;
}

int64_t gd_table_categories(const gd_table *table, int i)
{
    const gi_column *c = column_at("gd_table_categories", table, i);
    return c ? c->categories : 0;
}

const char *gd_table_category(const gd_table *table, int i, int64_t k)
{
    static const char function[] = "gd_table_category";
    const gi_column *c = column_at(function, table, i);
    if (!c)
        return NULL;
    return k >= 0 && k < c->categories ? c->category[k]
           : gd_fail("%s: k = %" PRId64 ": column \"%s\" has %" PRId64 " categor%s", function, k, c->name,
                     c->categories, c->categories == 1 ? "y" : "ies");
}

static gd_tensor *columns_of(const char *function, const gd_table *table, const char *const names[], int n,
                             bool missing)
{
    if (!gi_given(function, "table", table))
        return NULL;
    if (!names)
        n = table->columns;
    if (n < 0)
        return gd_fail("%s: n = %d must not be negative", function, n);
    gd_tensor *t = gi_new(function, 2, (int64_t[]){ table->rows, n });
    for (int k = 0; t && k < n; k++) {
        if (names && !gi_not_null(function, "a name", names[k]))
            return NULL;
        const int i = names ? gd_table_find(table, names[k]) : k;
        if (i < 0)
            return gd_fail("%s: there is no column \"%s\"", function, names[k]);
        const gi_column *c = &table->column[i];
        for (int64_t row = 0; row < table->rows; row++)
            t->data[row * n + k] = missing ? (gd_real)c->missing[row] : c->number[row];
    }
    return t;
}

gd_tensor *gd_table_numbers(const gd_table *table, const char *const names[], int n)
{
    return columns_of("gd_table_numbers", table, names, n, false);
}

gd_tensor *gd_table_missing(const gd_table *table, const char *const names[], int n)
{
    return columns_of("gd_table_missing", table, names, n, true);
}

/* ---- Missing values ---------------------------------------------------------------------------------------------- */

static int ascending(const void *left, const void *right)
{
    const gd_real a = *(const gd_real *)left, b = *(const gd_real *)right;
    return (a > b) - (a < b);
}

/* The mean as one grows: it cannot overflow.  (D. E. Knuth, TAOCP 2, section 4.2.2, equation 15.) */
static double mean_of(const gd_real *x, int64_t n)
{
    double mean = 0;
    for (int64_t i = 0; i < n; i++)
        mean += (double)x[i] / (double)(i + 1) - mean / (double)(i + 1);
    return mean;
}

static double median_of(gd_real *x, int64_t n)
{
    qsort(x, (size_t)n, sizeof *x, ascending);
    return n % 2 ? (double)x[n / 2] : (double)x[n / 2 - 1] / 2 + (double)x[n / 2] / 2;
}

static bool column_values(const char *function, const gd_tensor *x, bool median, gd_tensor *values)
{
    gd_real *room = gi_arena_take(gi_current_scope(), ((size_t)x->shape[0] + 1) * sizeof *room);
    for (int64_t k = 0; room && k < x->shape[1]; k++) {
        int64_t n = 0;
        for (int64_t row = 0; row < x->shape[0]; row++) {
            const gd_real value = x->data[row * x->stride[0] + k * x->stride[1]];
            if (isinf(value))
                return gd_fail("%s: row %" PRId64 ", column %" PRId64 " of x is %g", function, row, k, (double)value);
            if (!isnan(value))
                room[n++] = value;
        }
        if (n == 0)
            return gd_fail("%s: column %" PRId64 " of x, %s, has no number", function, k, gi_text_of(x).s);
        values->data[k] = (gd_real)(median ? median_of(room, n) : mean_of(room, n));
    }
    return room != NULL;
}

static gd_tensor *of_columns(const char *function, const gd_tensor *x, bool median)
{
    if (!gi_given_tensor(function, "x", x) || !gi_alive(function, "x", x))
        return NULL;
    if (x->ndim != 2)
        return gd_fail("%s: x is %s: [rows, columns] expected", function, gi_text_of(x).s);
    gd_tensor *values = gi_new(function, 1, &x->shape[1]);
    if (!values || !gd_scope_begin())
        return NULL;
    const bool good = column_values(function, x, median, values);
    gd_scope_end();
    return good ? values : NULL;
}

gd_tensor *gd_column_means(const gd_tensor *x)
{
    return of_columns("gd_column_means", x, false);
}

gd_tensor *gd_column_medians(const gd_tensor *x)
{
    return of_columns("gd_column_medians", x, true);
}

gd_tensor *gd_impute(const gd_tensor *x, const gd_tensor *values)
{
    static const char function[] = "gd_impute";
    if (!gi_given_tensor(function, "x", x) || !gi_given_tensor(function, "values", values) ||
        !gi_alive(function, "x", x) || !gi_alive(function, "values", values))
        return NULL;
    if (x->ndim != 2 || values->ndim != 1 || values->shape[0] != x->shape[1])
        return gd_fail("%s: x is %s and values is %s: [rows, columns] and [columns] expected", function,
                       gi_text_of(x).s, gi_text_of(values).s);
    gd_tensor *t = gi_new(function, 2, x->shape);
    if (!t)
        return NULL;
    gi_copy(t->data, x);
    for (int64_t i = 0; i < t->numel; i++)
        if (isnan(t->data[i]))
            t->data[i] = values->data[i % x->shape[1] * values->stride[0]];
    return t;
}

/* ---- Writing CSV ------------------------------------------------------------------------------------------------- */

enum { MOST_DIGITS = sizeof(gd_real) == sizeof(float) ? 9 : 17 };

static void write_number(gi_output *out, gd_real x)
{
    const gi_number_style style = { .decimal = '.', .nan = true };
    char text[GI_DIGITS_SIZE];
    int n = 0;
    for (int digits = 6; digits <= MOST_DIGITS; digits++) {
        gd_real again;
        n = gi_format(text, sizeof text, "%.*g", digits, (double)x);
        if (!isfinite(x) || (gi_number_read(text, (size_t)n, style, &again) == GI_IS_NUMBER && again == x))
            break;
    }
    gi_output_put(out, text, (size_t)n);
}

static void write_header(gi_output *out, const char *const names[], int64_t n)
{
    for (int64_t k = 0; k < n; k++) {
        gi_output_put(out, k ? ",\"" : "\"", k ? 2 : 1);
        for (const char *c = names[k]; *c; c++)
            gi_output_put(out, *c == '"' ? "\"\"" : c, *c == '"' ? 2 : 1);
        gi_output_put(out, "\"", 1);
    }
    gi_output_put(out, "\n", 1);
}

/* Not as a value, from which gd_csv_read would conclude that the line is a row.  Blanks around a field are no part of
 * it. */
static bool reads_as_name(const char *function, const char *name, int64_t k)
{
    const size_t length = strlen(name);
    const gi_number_style style = { .decimal = '.', .nan = true };
    gd_real value;
    if (name[0] == ' ' || name[length - 1] == ' ')
        return gd_fail("%s: names[%" PRId64 "] = \"%s\" begins or ends with a blank", function, k, name);
    const bool missing = gi_number_missing(name, length);
    return (!missing && gi_number_read(name, length, style, &value) == GI_NOT_A_NUMBER)
           || gd_fail("%s: names[%" PRId64 "] = \"%s\" would be read as a %s, not as a name", function, k, name,
                      missing ? "missing value" : "number");
}

static bool valid_names(const char *function, const char *const names[], int64_t n)
{
    for (int64_t k = 0; names && k < n; k++) {
        if (!gi_not_null(function, "a name", names[k]))
            return false;
        const size_t length = strlen(names[k]);
        if (length == 0 || !gi_utf8_valid(names[k], length))
            return gd_fail("%s: names[%" PRId64 "] is %s", function, k, length ? "not UTF-8" : "empty");
        for (const char *c = names[k]; *c; c++)
            if ((unsigned char)*c < ' ')
                return gd_fail("%s: names[%" PRId64 "] contains a control character", function, k);
        if (!reads_as_name(function, names[k], k))
            return false;
    }
    int64_t same[2] = { -1, -1 };
    if (names && !gi_names_differ(names, sizeof *names, n, same))
        return false;
    return same[0] < 0 || gd_fail("%s: names[%" PRId64 "] and names[%" PRId64 "] are both \"%s\"", function, same[0],
                                  same[1], names[same[0]]);
}

bool gd_csv_write(const char *path, const gd_tensor *t, const char *const names[])
{
    gi_not_captured("gd_csv_write", GI_READS_NUMBERS);
    static const char function[] = "gd_csv_write";
    if (!gi_path_given(function, "path", path) || !gi_given_tensor(function, "t", t) || !gi_alive(function, "t", t))
        return false;
    if (t->ndim != 2 || t->shape[1] == 0)
        return gd_fail("%s: t is %s: [rows, columns] expected", function, gi_text_of(t).s);
    if (!valid_names(function, names, t->shape[1]))
        return false;
    gi_output out;
    if (gi_output_begin(&out, function, path)) {
        if (names)
            write_header(&out, names, t->shape[1]);
        for (int64_t i = 0; i < t->shape[0]; i++)
            for (int64_t k = 0; k < t->shape[1]; k++) {
                write_number(&out, t->data[i * t->stride[0] + k * t->stride[1]]);
                gi_output_put(&out, k + 1 < t->shape[1] ? "," : "\n", 1);
            }
    }
    return gi_output_end(&out);
}
