/* csv_records.c - the lines and fields of a table as text.  The quoting is that of RFC 4180. */
#include <string.h>

#include "csv.h"

gi_number_style gi_csv_style(const gi_csv *t, bool nan)
{
    return (gi_number_style){ t->options.decimal, t->options.thousands, nan };
}

/* ---- Lines ---------------------------------------------------------------------------------------------- */

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

static const char *line_end(const char *at, const char *end)
{
    while (at < end && ((unsigned char)*at > '\r' || (*at != '\n' && *at != '\r')))
        at++;
    return at;
}

static const char *past_line_end(const char *stop, const char *end)
{
    if (end - stop >= 2 && stop[0] == '\r' && stop[1] == '\n')
        return stop + 2;
    return stop < end ? stop + 1 : stop;
}

/* ---- Records -------------------------------------------------------------------------------------------- */

static bool separates(const gi_csv *t, char c)
{
    char separator = t->options.separator;
    return separator ? c == separator || (separator == ' ' && c == '\t') : c && strchr("\t;,| ", c);
}

/* The end of the record that begins at `at`, whose first line ends at stop: the first line end that is not inside
 * quotes, which open at the start of a field only.  A quote that is never closed does not count: its line is reported
 * when it is read. */
static const char *record_end(const gi_csv *t, const char *at, const char *stop, int64_t *lines)
{
    const char *p;
    bool quoted = false, start = true;
    *lines = 1;
    if (!memchr(at, '"', (size_t)(stop - at)))
        return stop;
    for (p = at; p < t->end && (quoted || (*p != '\n' && *p != '\r')); p++) {
        if (quoted && (*p == '\n' || *p == '\r'))
            *lines += !(*p == '\n' && p[-1] == '\r');
        else if (quoted && *p == '"' && p + 1 < t->end && p[1] == '"')
            p++;
        else if (*p == '"' && (quoted || start))
            quoted = !quoted;
        if (!quoted)
            start = separates(t, *p) || (start && is_blank(*p));
    }
    if (!quoted)
        return p;
    *lines = 1;
    return stop;
}

/* A line that begins with the comment sign; but #N/A is what spreadsheets write for a missing number. */
static bool is_comment(const gi_csv *t, const char *at, const char *end)
{
    const char *p = at;
    if (*at != t->options.comment)
        return false;
    while (p < end && !separates(t, *p))
        p++;
    return !gi_number_missing(at, (size_t)(p - at));
}

gi_csv_cursor gi_csv_start(const gi_csv *t)
{
    bool marked = t->length >= 3 && memcmp(t->text, "\xef\xbb\xbf", 3) == 0;        /* the byte order mark of UTF-8 */
    return (gi_csv_cursor){ t->text + (marked ? 3 : 0), 0 };
}

bool gi_csv_next(const gi_csv *t, gi_csv_cursor *cursor, gi_csv_record *record)
{
    while (cursor->at < t->end) {
        const char *begin = cursor->at, *stop = line_end(begin, t->end);
        const char *first = pass_blanks(begin, stop, t->options.separator);
        int64_t lines = 1;
        bool nothing = cursor->lines < t->options.skip || first == stop || is_comment(t, first, stop);
        if (!nothing)
            stop = record_end(t, begin, stop, &lines);
        *record = (gi_csv_record){ begin, stop, cursor->lines + 1, cursor->lines + lines };
        cursor->at = past_line_end(stop, t->end);
        cursor->lines += lines;
        if (!nothing)
            return true;
    }
    return false;
}

/* ---- Fields --------------------------------------------------------------------------------------------- */

/* After the quote that closes the one at p; end when there is none. */
static const char *past_quotes(const char *p, const char *end, bool *open)
{
    for (p++; p < end; p++)
        if (*p == '"' && (++p == end || *p != '"'))
            return p;
    *open = true;
    return end;
}

bool gi_csv_next_field(const char **at, const char *end, char separator, gi_csv_field *f)
{
    const char *p = pass_blanks(*at, end, separator);
    bool quoted = p < end && *p == '"';
    *f = (gi_csv_field){ .begin = p };
    if (quoted) {
        p = past_quotes(p, end, &f->open);
        const char *closed = p;
        p = pass_blanks(p, end, separator);
        if (!f->open && (p == end || *p == separator || (separator == ' ' && p > closed))) {
            f->begin++;
            f->end = closed - 1;
            f->quoted = true;
        } else {
            quoted = false;
        }
    }
    if (!quoted) {
        while (p < end && *p != separator && (separator != ' ' || *p != '\t'))
            p++;
        f->end = p;
    }
    if (f->quoted)
        f->begin = pass_blanks(f->begin, f->end, 0);
    while (f->end > f->begin && is_blank(f->end[-1]))
        f->end--;
    if (separator == ' ')
        p = pass_blanks(p, end, separator);
    bool more = p < end;
    *at = more && separator != ' ' ? p + 1 : p;
    return more;
}

bool gi_csv_unquote(const gi_csv_field *f, char *to, size_t capacity)
{
    size_t n = 0;
    for (const char *p = f->begin; p < f->end && n < capacity; p++) {
        if (f->quoted && *p == '"' && p + 1 < f->end && p[1] == '"')
            p++;
        to[n++] = *p;
    }
    if (n == capacity)
        return false;
    to[n] = '\0';
    return true;
}
