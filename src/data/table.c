/* table.c - tables with named columns: reading.  What is done with them: columns.c. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "table.h"
#include "base/memory.h"
#include "base/message.h"
#include "base/names.h"
#include "text/utf8.h"
#include "tensor/check.h"

/* One pass over the text makes an array of fields, row by row; a second one looks at each column. */
typedef struct scan {
    gi_csv        csv;
    gd_table     *table;
    gi_csv_field *field;                    /* [rows, columns] */
    int64_t      *line;                     /* [rows]: where each row begins */
    int64_t       rows, capacity;
} scan;

/* ---- The header ------------------------------------------------------------------------------------------------ */

static char separator_of(const gi_csv_record *first)
{
    static const char candidates[] = ",;\t|";
    int64_t most = 0;
    char best = ',';
    for (const char *c = candidates; *c; c++) {
        int64_t count = 0;
        bool quoted = false;
        for (const char *p = first->begin; p < first->end; p++) {
            quoted ^= *p == '"';
            count += !quoted && *p == *c;
        }
        if (count > most) {
            most = count;
            best = *c;
        }
    }
    return best;
}

static int64_t count_fields(const scan *s, const gi_csv_record *record)
{
    const char *at = record->begin;
    gi_csv_field f;
    int64_t n = 1;
    while (gi_csv_next_field(&at, record->end, s->csv.options.separator, &f))
        n++;
    return n;
}

static char *text_of(scan *s, const gi_csv_field *f)
{
    const size_t capacity = (size_t)(f->end - f->begin) + 1;
    char *text = gi_arena_take(&s->table->arena, capacity);
    if (text)
        gi_csv_unquote(f, text, capacity);
    return text;
}

static bool names_differ(const scan *s, const gi_csv_record *record)
{
    const gi_csv *t = &s->csv;
    const gd_table *table = s->table;
    int64_t same[2];
    if (!gi_names_differ(&table->column->name, sizeof *table->column, table->columns, same))
        return false;
    return same[0] < 0
           || gd_fail("%s: %s, line %" PRId64 ": columns %" PRId64 " and %" PRId64 " are both called \"%s\"",
                      t->function, t->path, record->line, same[0] + 1, same[1] + 1, table->column[same[0]].name);
}

static bool good_name(const scan *s, const gi_csv_record *record, int i)
{
    const gi_csv *t = &s->csv;
    const char *name = s->table->column[i].name;
    if (!*name)
        return gd_fail("%s: %s, line %" PRId64 ": column %d has no name: set no_header if the first line is a row",
                       t->function, t->path, record->line, i + 1);
    if (!gi_utf8_valid(name, strlen(name)))
        return gd_fail("%s: %s, line %" PRId64 ": the name of column %d is not UTF-8", t->function, t->path,
                       record->line, i + 1);
    return true;
}

static bool read_names(scan *s, const gi_csv_record *first, bool no_header)
{
    enum { LONGEST = 16, MOST_COLUMNS = 1 << 20 };
    gd_table *table = s->table;
    const int64_t columns = count_fields(s, first);
    if (columns > MOST_COLUMNS)
        return gd_fail("%s: %s has %" PRId64 " columns; at most %d are possible", s->csv.function, s->csv.path, columns,
                       MOST_COLUMNS);
    table->columns = (int)columns;
    table->column = gi_arena_take(&table->arena, (size_t)columns * sizeof *table->column);
    const char *at = first->begin;
    for (int i = 0; table->column && i < columns; i++) {
        gi_csv_field f;
        gi_csv_next_field(&at, first->end, s->csv.options.separator, &f);
        char *name = no_header ? gi_arena_take(&table->arena, LONGEST) : text_of(s, &f);
        table->column[i] = (gi_column){ .name = name };
        if (!name)
            return false;
        if (no_header)
            snprintf(name, LONGEST, "%d", i);
        else if (!good_name(s, first, i))
            return false;
    }
    return table->column && (no_header || names_differ(s, first));
}

static bool list_text(const scan *s, gd_table_options o)
{
    const gi_csv *t = &s->csv;
    for (int k = 0; k < o.text_count; k++) {
        if (!gi_not_null(t->function, "a name in text", o.text[k]))
            return false;
        const int i = gd_table_find(s->table, o.text[k]);
        if (i < 0)
            return gd_fail("%s: %s has no column \"%s\", which is listed in text", t->function, t->path, o.text[k]);
        s->table->column[i].text = s->table->column[i].listed = true;
    }
    return true;
}

/* ---- Rows -------------------------------------------------------------------------------------------------------- */

/* At first as many rows as 4096 fields make, or one: a file of one long row needs no more. */
static bool reserve(scan *s)
{
    if (s->rows < s->capacity)
        return true;
    const int64_t first = s->table->columns < 4096 ? 4096 / s->table->columns : 1;
    const int64_t capacity = s->capacity ? 2 * s->capacity : first;
    const size_t columns = (size_t)s->table->columns;
    gi_csv_field *field = gi_memory_resize(GI_DATA, s->field, (size_t)capacity * columns * sizeof *field);
    if (!field)
        return false;
    s->field = field;
    int64_t *line = gi_memory_resize(GI_DATA, s->line, (size_t)capacity * sizeof *line);
    if (!line)
        return false;
    s->line = line;
    s->capacity = capacity;
    return true;
}

static bool read_row(scan *s, const gi_csv_record *record)
{
    const gi_csv *t = &s->csv;
    const int64_t columns = s->table->columns, fields = count_fields(s, record);
    if (fields != columns)
        return gd_fail("%s: %s, line %" PRId64 " has %" PRId64 " field%s, and there are %" PRId64 " columns",
                       t->function, t->path, record->line, fields, gi_plural(fields), columns);
    if (!reserve(s))
        return false;
    const char *at = record->begin;
    for (int64_t i = 0; i < columns; i++) {
        gi_csv_field *f = &s->field[s->rows * columns + i];
        gi_csv_next_field(&at, record->end, t->options.separator, f);
        if (f->open)
            return gd_fail("%s: %s, line %" PRId64 ", column \"%s\": the quote that opens here is not closed",
                           t->function, t->path, record->line, s->table->column[i].name);
    }
    s->line[s->rows++] = record->line;
    return true;
}

/* ---- Columns ----------------------------------------------------------------------------------------------------- */

static bool is_missing(const gi_csv_field *f)
{
    return f->begin == f->end || (!f->quoted && gi_number_missing(f->begin, (size_t)(f->end - f->begin)));
}

/* Three groups of digits with the same -, . or / between them, one of 4 digits, or all of 1 or 2; then nothing, or a
 * blank or T and a digit. */
static bool is_date(const gi_csv_field *f)
{
    const char *p = f->begin;
    char sign = 0;
    int years = 0;
    for (int group = 0; group < 3; group++) {
        int digits = 0;
        for (; p < f->end && gi_is_digit(*p); p++)
            digits++;
        if (digits < 1 || digits > 4 || digits == 3)
            return false;
        years += digits == 4;
        if (group == 2)
            break;
        if (p == f->end || !(*p == '-' || *p == '.' || *p == '/') || (sign && *p != sign))
            return false;
        sign = *p++;
    }
    return years <= 1 && (p == f->end || ((*p == ' ' || *p == 'T') && p + 1 < f->end && gi_is_digit(p[1])));
}

/* Digits with separators between them, as 1,234 or 2,5 or 1 000.0: a number in a style that the options do not name. */
static bool is_grouped_number(const gi_csv_field *f)
{
    const char *p = f->begin;
    int separators = 0;
    if (p < f->end && (*p == '-' || *p == '+'))
        p++;
    if (p == f->end || !gi_is_digit(*p) || !gi_is_digit(f->end[-1]))
        return false;
    for (; p < f->end; p++) {
        const bool separator = strchr(",.'_ ", *p) && *p != '\0';
        if (!separator && !gi_is_digit(*p))
            return false;
        separators += separator;
    }
    return separators > 0;
}

static bool bad_value(const scan *s, const gi_column *c, int64_t row, const gi_csv_field *f, const char *wrong)
{
    const int length = f->end - f->begin < 40 ? (int)(f->end - f->begin) : 40;
    return gd_fail("%s: %s, line %" PRId64 ", column \"%s\": \"%.*s\" %s", s->csv.function, s->csv.path, s->line[row],
                   c->name, length, f->begin, wrong);
}

static const gi_csv_field *field_at(const scan *s, int64_t row, const gi_column *c)
{
    return &s->field[row * s->table->columns + (c - s->table->column)];
}

static bool read_numbers(scan *s, gi_column *c)
{
    const gi_number_style style = { .decimal = s->csv.options.decimal, .nan = true };
    for (int64_t row = 0; row < s->rows; row++) {
        const gi_csv_field *f = field_at(s, row, c);
        c->number[row] = (gd_real)NAN;
        if (c->missing[row])
            continue;
        const gi_number is = gi_number_read(f->begin, (size_t)(f->end - f->begin), style, &c->number[row]);
        if (is == GI_NOT_A_NUMBER)
            return bad_value(s, c, row, f, "is not a number, and the first value of this column is: list it in text, "
                             "or leave such fields empty");
        if (is != GI_IS_NUMBER)
            return bad_value(s, c, row, f, is == GI_TOO_LARGE ? "is beyond the largest " GI_REAL_NAME
                                                              : "would become 0 as a " GI_REAL_NAME);
        c->missing[row] = isnan(c->number[row]);
    }
    return true;
}

static int by_bytes(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static bool read_text(scan *s, gi_column *c)
{
    gd_arena *arena = &s->table->arena;
    const char **text = gi_arena_take(arena, ((size_t)s->rows + 1) * sizeof *text);
    c->category = gi_arena_take(arena, ((size_t)s->rows + 1) * sizeof *c->category);
    if (!text || !c->category)
        return false;
    int64_t n = 0;
    for (int64_t row = 0; row < s->rows; row++) {
        const gi_csv_field *f = field_at(s, row, c);
        if (c->missing[row])
            continue;
        if (!c->listed && is_date(f))
            return bad_value(s, c, row, f, "looks like a date, which is neither a number nor a category: turn dates "
                             "into numbers, or list the column in text");
        if (!c->listed && is_grouped_number(f))
            return bad_value(s, c, row, f, "looks like a number with another decimal sign, or with separators between "
                             "its digits: set decimal, write it without, or list the column in text");
        if (memchr(f->begin, 0, (size_t)(f->end - f->begin)))
            return bad_value(s, c, row, f, "contains a zero byte");
        if (!(text[row] = text_of(s, f)))
            return false;
        c->category[n++] = text[row];
    }
    qsort(c->category, (size_t)n, sizeof *c->category, by_bytes);
    for (int64_t i = 0; i < n; i++)
        if (i == 0 || strcmp(c->category[i], c->category[c->categories - 1]) != 0)
            c->category[c->categories++] = c->category[i];
    if (!gi_countable(s->csv.function, "categories", c->categories))
        return false;
    for (int64_t row = 0; row < s->rows; row++) {
        c->number[row] = (gd_real)NAN;
        if (c->missing[row])
            continue;
        const char **found = bsearch(&text[row], c->category, (size_t)c->categories, sizeof *c->category, by_bytes);
        c->number[row] = (gd_real)(found - c->category);
    }
    return true;
}

/* Numbers or text: as the first value is. */
static bool read_column(scan *s, gi_column *c)
{
    const gi_number_style style = { .decimal = s->csv.options.decimal, .nan = true };
    gd_arena *arena = &s->table->arena;
    c->number = gi_arena_take(arena, ((size_t)s->rows + 1) * sizeof *c->number);
    c->missing = gi_arena_take(arena, ((size_t)s->rows + 1) * sizeof *c->missing);
    if (!c->number || !c->missing)
        return false;
    int64_t first = -1;
    for (int64_t row = s->rows - 1; row >= 0; row--) {
        c->missing[row] = is_missing(field_at(s, row, c));
        first = c->missing[row] ? first : row;
    }
    if (!c->text && first >= 0) {
        const gi_csv_field *f = field_at(s, first, c);
        gd_real value;
        c->text = gi_number_read(f->begin, (size_t)(f->end - f->begin), style, &value) == GI_NOT_A_NUMBER;
    }
    return c->text ? read_text(s, c) : read_numbers(s, c);
}

static bool read_table(scan *s, gd_table_options o)
{
    gi_csv *t = &s->csv;
    gi_csv_cursor cursor = gi_csv_start(t);
    gi_csv_record record;
    t->options.separator = ',';
    if (!gi_csv_next(t, &cursor, &record))
        return gd_fail("%s: %s has no line", t->function, t->path);
    t->options.separator = o.separator ? o.separator : separator_of(&record);
    cursor = gi_csv_start(t);
    gi_csv_next(t, &cursor, &record);       /* again, as quotes open after a separator only */
    if (!read_names(s, &record, o.no_header) || !list_text(s, o) || (o.no_header && !read_row(s, &record)))
        return false;
    while (gi_csv_next(t, &cursor, &record))
        if (!read_row(s, &record))
            return false;
    s->table->rows = s->rows;
    for (int i = 0; i < s->table->columns; i++)
        if (!read_column(s, &s->table->column[i]))
            return false;
    return true;
}

static bool valid(const char *function, gd_table_options o)
{
    if (o.separator && strchr("+-.\"\r\n ", o.separator))
        return gd_fail("%s: separator = '%c' cannot separate fields", function, o.separator);
    if (o.decimal && o.decimal != '.' && o.decimal != ',')
        return gd_fail("%s: decimal = '%c' must be '.' or ','", function, o.decimal);
    if (o.text_count < 0)
        return gd_fail("%s: text_count = %d must not be negative", function, o.text_count);
    return o.text_count == 0 || gi_not_null(function, "text", o.text);
}

gd_table *gd_table_read(const char *path, gd_table_options options)
{
    static const char function[] = "gd_table_read";
    if (!valid(function, options))
        return NULL;
    gd_table *table = gi_memory_new(GI_DATA, sizeof *table);
    if (!table)
        return NULL;
    *table = (gd_table){ .columns = 0 };
    gi_arena_init(&table->arena, GI_DATA);
    scan s = { .csv = { .function = function, .path = path }, .table = table };
    s.csv.options.decimal = options.decimal ? options.decimal : '.';
    s.csv.options.comment = '#';
    gi_input in;
    const bool good = gi_input_open(&in, function, path, true) && gi_csv_read_text(&s.csv, &in) &&
                      read_table(&s, options);
    gi_input_close(&in);
    gi_memory_free(s.csv.text);
    gi_memory_free(s.field);
    gi_memory_free(s.line);
    if (good)
        return table;
    gd_table_free(table);
    return NULL;
}

void gd_table_free(gd_table *table)
{
    if (!table || !gi_given("gd_table_free", "table", table))
        return;
    gi_arena_free(&table->arena);
    gi_handle_free(table);
}
