/* csv.c - tables of numbers as text: separated by commas, tabs, semicolons or blanks.  Numbers themselves are
 * in number.c.  The quoting is that of RFC 4180, except that a quoted field ends on its line. */
#include <inttypes.h>

#include "csv.h"
#include "input.h"
#include "number.h"

typedef struct table {
    const char    *function, *path;         /* for sentences */
    gd_csv_options options;
    char          *text;                    /* the whole file */
    size_t         length;
    gd_real       *numbers;                 /* rows so far */
    size_t         count, room;
    int64_t        rows, columns;
    int64_t        line, first_line;        /* the current one, and the one that set columns */
} table;

typedef struct field {
    const char *begin, *end;
    bool        open;                       /* a quote that is not closed */
} field;

/* ---- The text ----------------------------------------------------------------------------------------- */

static bool read_text(table *t, gd_input *in)
{
    size_t room = (in->bytes > 0 ? (size_t)in->bytes : 0) + 4096, got;
    t->text = gd_memory_new(GD_DATA, room);
    if (!t->text)
        return false;
    do {
        if (t->length == room) {
            char *bigger = gd_memory_resize(GD_DATA, t->text, 2 * room);
            if (!bigger)
                return false;
            t->text = bigger;
            room *= 2;
        }
        if (!gd_input_some(in, t->text + t->length, room - t->length, &got))
            return false;
        t->length += got;
    } while (got > 0);
    return true;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static const char *pass_blanks(const char *at, const char *end, char separator)
{
    while (at < end && is_blank(*at) && (*at != separator || separator == ' '))
        at++;
    return at;
}

/* Sets f to the field at *at, without blanks and quotes around it, and *at to the next one; false when this
 * was the last field of the line. */
static bool next_field(const char **at, const char *end, char separator, field *f)
{
    const char *p = pass_blanks(*at, end, separator);
    f->begin = p;
    f->open = false;
    for (; p < end; p++) {
        if (*p == '"')
            f->open = !f->open;
        else if (!f->open && (*p == separator || (separator == ' ' && *p == '\t')))
            break;
    }
    f->end = p;
    while (f->end > f->begin && is_blank(f->end[-1]))
        f->end--;
    if (f->end - f->begin >= 2 && *f->begin == '"' && f->end[-1] == '"') {
        f->begin++;
        f->end--;
    }
    if (separator == ' ')
        p = pass_blanks(p, end, separator);
    bool more = p < end;
    *at = more && separator != ' ' ? p + 1 : p;
    return more;
}

/* ---- The first line ----------------------------------------------------------------------------------- */

static char find_separator(const char *begin, const char *end)
{
    for (const char *candidate = "\t;,"; *candidate; candidate++) {
        bool quoted = false;
        for (const char *p = begin; p < end; p++) {
            quoted ^= *p == '"';
            if (*p == *candidate && !quoted)
                return *candidate;
        }
    }
    return ' ';
}

static bool is_header(const table *t, const char *at, const char *end)
{
    field f;
    bool more;
    do {
        gd_real number;
        more = next_field(&at, end, t->options.separator, &f);
        size_t length = (size_t)(f.end - f.begin);
        if (gd_number_read(f.begin, length, t->options.allow_nan, &number) != GD_NOT_A_NUMBER)
            return false;
    } while (more);
    return true;
}

/* ---- Rows --------------------------------------------------------------------------------------------- */

static void *bad_field(const table *t, int64_t column, const field *f, const char *wrong)
{
    enum { SHOWN = 40 };
    char text[SHOWN + 4] = "";
    size_t n = (size_t)(f->end - f->begin);
    for (size_t i = 0; i < n && i < SHOWN; i++)
        text[i] = (unsigned char)f->begin[i] < ' ' ? '?' : f->begin[i];
    if (n > SHOWN)
        strcpy(text + SHOWN, "...");
    return gd_fail("%s: %s, line %" PRId64 ", column %" PRId64 ": \"%s\" %s", t->function, t->path, t->line,
                   column, text, wrong);
}

static bool append(table *t, gd_real number)
{
    if (t->count == t->room) {
        size_t room = t->room ? 2 * t->room : 1024;
        gd_real *bigger = gd_memory_resize(GD_DATA, t->numbers, room * sizeof *bigger);
        if (!bigger)
            return false;
        t->numbers = bigger;
        t->room = room;
    }
    t->numbers[t->count++] = number;
    return true;
}

static bool read_field(table *t, int64_t column, const field *f)
{
    gd_real number = (gd_real)NAN;
    size_t length = (size_t)(f->end - f->begin);
    if (f->open)
        return gd_fail("%s: %s, line %" PRId64 ", column %" PRId64 ": the quote is not closed on this line",
                       t->function, t->path, t->line, column);
    if (length == 0 && !t->options.allow_nan)
        return gd_fail("%s: %s, line %" PRId64 ", column %" PRId64 ": the field is empty", t->function, t->path,
                       t->line, column);
    if (length > 0) {
        gd_number is = gd_number_read(f->begin, length, t->options.allow_nan, &number);
        if (is == GD_NOT_A_NUMBER)
            return bad_field(t, column, f, "is not a number");
        if (is == GD_OUT_OF_RANGE)
            return bad_field(t, column, f, sizeof number == sizeof(float) ? "is beyond the range of a float"
                                                                          : "is beyond the range of a double");
    }
    return append(t, number);
}

static bool read_row(table *t, const char *at, const char *end)
{
    int64_t column = 0;
    field f;
    bool more;
    do {
        more = next_field(&at, end, t->options.separator, &f);
        if (!read_field(t, ++column, &f))
            return false;
    } while (more);
    if (t->rows == 0) {
        t->columns = column;
        t->first_line = t->line;
    }
    t->rows++;
    if (column == t->columns)
        return true;
    return gd_fail("%s: %s, line %" PRId64 ": %" PRId64 " columns, but line %" PRId64 " has %" PRId64, t->function,
                   t->path, t->line, column, t->first_line, t->columns);
}

static const char *line_end(const char *at, const char *end)
{
    while (at < end && *at != '\n' && *at != '\r')
        at++;
    return at;
}

static bool read_rows(table *t)
{
    const char *at = t->text, *end = t->text + t->length;
    bool first = true;
    if (t->length >= 3 && memcmp(at, "\xef\xbb\xbf", 3) == 0)       /* the byte order mark of UTF-8 */
        at += 3;
    for (const char *stop; at < end; at = stop + (stop < end)) {
        stop = line_end(at, end);
        const char *begin = pass_blanks(at, stop, ' ');
        bool nothing = begin == stop || *begin == t->options.comment || t->line < t->options.skip;
        t->line++;
        if (!nothing) {
            if (first && !t->options.separator)
                t->options.separator = find_separator(begin, stop);
            bool header = first && !t->options.no_header && is_header(t, at, stop);
            first = false;
            if (!header && !read_row(t, at, stop))
                return false;
        }
        if (end - stop >= 2 && stop[0] == '\r' && stop[1] == '\n')
            stop++;
    }
    if (t->rows == 0)
        return gd_fail("%s: %s has no row of numbers", t->function, t->path);
    return true;
}

static bool valid_options(const table *t)
{
    const gd_csv_options *o = &t->options;
    if (o->skip < 0)
        return gd_fail("%s: skip = %d must not be negative", t->function, o->skip);
    if (o->separator && (strchr("+-.\"\r\n", o->separator) || (o->separator >= '0' && o->separator <= '9') ||
                         o->separator == o->comment))
        return gd_fail("%s: separator = '%c' cannot separate numbers", t->function, o->separator);
    return true;
}

gd_tensor *gd_csv_table(const char *function, const char *path, gd_csv_options options)
{
    if (!options.comment)
        options.comment = '#';
    table t = { .function = function, .path = path, .options = options };
    gd_tensor *result = NULL;
    gd_input in;
    if (!valid_options(&t))
        return NULL;
    if (gd_input_open(&in, function, path, true) && read_text(&t, &in) && read_rows(&t)) {
        result = gd_new(function, 2, (int64_t[]){ t.rows, t.columns });
        if (result)
            memcpy(result->data, t.numbers, t.count * sizeof *t.numbers);
    }
    gd_input_close(&in);
    gd_memory_free(t.text);
    gd_memory_free(t.numbers);
    return result;
}

gd_tensor *gd_csv_read(const char *path, gd_csv_options options)
{
    return gd_csv_table("gd_csv_read", path, options);
}
