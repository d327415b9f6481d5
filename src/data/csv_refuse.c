/* csv_refuse.c - messages about tables: where the error is, what was inferred, and which option of gd_csv_read
 * helps. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/message.h"
#include "csv.h"
#include "gradus/tensor.h"

typedef struct note { char s[320]; } note;

static void add(note *n, const char *text)
{
    size_t used = strlen(n->s);
    snprintf(n->s + used, sizeof n->s - used, "%s", text);
}

/* " (assumed: separator ',', no header)": only what the options left open. */
static note assumed(const gi_csv *t)
{
    note n = { "" };
    char text[80];
    if (!t->own_options || (!t->guessed && t->options.no_header))
        return n;
    add(&n, " (assumed: ");
    if (t->guessed) {
        char c = t->options.separator;
        snprintf(text, sizeof text, c == '\t' ? "separator tab" : c == ' ' ? "separator blank" : c == GI_CSV_SINGLE ?
                 "a single column" : "separator '%c'", c);
        add(&n, text);
    }
    if (!t->options.no_header) {
        add(&n, t->guessed ? ", " : "");
        snprintf(text, sizeof text, t->header_line ? "line %" PRId64 " is a header" : "no header", t->header_line);
        add(&n, text);
    }
    add(&n, ")");
    return n;
}

/* ---- What a field may have been meant to be --------------------------------------------------------------- */

static bool field_reads(const gi_csv *t, const gi_csv_field *f, char decimal, char thousands)
{
    gd_real number;
    gi_number_style style = { decimal, thousands, t->options.allow_nan };
    return gi_number_read(f->begin, (size_t)(f->end - f->begin), style, &number) != GI_NOT_A_NUMBER;
}

static bool reads_before(const gi_csv *t, const gi_csv_field *f, size_t behind)
{
    gi_csv_field shorter = { .begin = f->begin, .end = f->end - behind };
    return shorter.end > shorter.begin && field_reads(t, &shorter, t->options.decimal, t->options.thousands);
}

static const char *find(const gi_csv_field *f, char c)
{
    return memchr(f->begin, c, (size_t)(f->end - f->begin));
}

/* Other decimal and thousands signs with which the field is a number. */
static note other_signs(const gi_csv *t, const gi_csv_field *f)
{
    char other = t->options.decimal == '.' ? ',' : '.', text[80];
    note n = { "" };
    if (other != t->options.thousands && field_reads(t, f, other, 0)) {
        snprintf(text, sizeof text, "decimal = '%c' reads it", other);
        add(&n, text);
    }
    for (const char *c = ",.' _"; *c; c++)
        if (*c != t->options.decimal && *c != t->options.thousands &&
            field_reads(t, f, t->options.decimal, *c)) {
            snprintf(text, sizeof text, "%sthousands = '%s%c' reads it%s", n.s[0] ? " as one number, " : "",
                     *c == '\'' ? "\\" : "", *c, n.s[0] ? " as another" : "");
            add(&n, text);
        }
    for (const char *c = ",.' _"; *c && !n.s[0]; c++)
        if (*c != other && field_reads(t, f, other, *c)) {
            snprintf(text, sizeof text, "decimal = '%c' with thousands = '%s%c' reads it", other,
                     *c == '\'' ? "\\" : "", *c);
            add(&n, text);
        }
    return n;
}

static bool is_date_or_time(const gi_csv_field *f)
{
    int digits = 0, signs = 0;
    for (const char *p = f->begin; p < f->end; p++)
        if (gi_is_digit(*p))
            digits++;
        else if (strchr("-/:.", *p) && p > f->begin && gi_is_digit(p[-1]))
            signs++;
        else if (!(strchr("TZ +", *p) && digits >= 4))
            return false;
    return digits >= 4 && signs >= 1;
}

static bool contains(const gi_csv_field *f, const char *text)
{
    size_t n = strlen(text);
    for (const char *p = f->begin; (size_t)(f->end - p) >= n; p++)
        if (memcmp(p, text, n) == 0)
            return true;
    return false;
}

static bool contains_one_of(const gi_csv_field *f, const char *const texts[])
{
    for (; *texts; texts++)
        if (contains(f, *texts))
            return true;
    return false;
}

static bool is_truth(const gi_csv_field *f)
{
    static const char *const words[] = { "true", "false", "True", "False", "TRUE", "FALSE", NULL };
    for (const char *const *w = words; *w; w++)
        if ((size_t)(f->end - f->begin) == strlen(*w) && contains(f, *w))
            return true;
    return false;
}

/* Currency and percent signs, negative numbers in parentheses. */
static const char *what_is_around(const gi_csv_field *f)
{
    static const char *const currencies[] = { "$", "\xe2\x82\xac", "\xc2\xa3", "\xc2\xa5", "\xe2\x82\xb9", NULL };
    bool digits = false;
    for (const char *p = f->begin; p < f->end; p++)
        digits |= gi_is_digit(*p);
    if (!digits)
        return NULL;
    if (f->end[-1] == '%')
        return "percent signs must be taken out of the file";
    if (contains_one_of(f, currencies))
        return "currency signs must be taken out of the file";
    if (*f->begin == '(' && f->end[-1] == ')')
        return "a negative number begins with '-', parentheses must be taken out of the file";
    return NULL;
}

/* A thousands sign that was not asked for, or is misplaced. */
static const char *what_is_between(const gi_csv_field *f)
{
    static const char *const blanks[] = { "\xc2\xa0", "\xe2\x80\xaf", "\xe2\x80\x89", NULL };
    return contains_one_of(f, blanks) ? "it contains a no-break or thin space" : NULL;
}

static const char *what_it_is(const gi_csv *t, const gi_csv_field *f)
{
    size_t n = (size_t)(f->end - f->begin);
    gd_real number;
    gi_number_style with_nan = gi_csv_style(t, true);
    if (gi_number_read(f->begin, n, with_nan, &number) == GI_IS_NUMBER)
        return "allow_nan reads nan and inf";
    if (gi_number_missing(f->begin, n))
        return "allow_nan reads it as a missing value, NaN";
    if (is_truth(f))
        return "true and false must be 1 and 0 in the file";
    if (n >= 3 && memcmp(f->begin, "\xe2\x88\x92", 3) == 0)
        return "its minus sign is not that of ASCII, '-'";
    if (n > 2 && f->begin[0] == '0' && (f->begin[1] | 0x20) == 'x')
        return "hexadecimal numbers are not read";
    if (find(f, t->options.comment) && *f->begin != t->options.comment)
        return "a comment takes a whole line";
    const char *around = what_is_around(f);
    if (around)
        return around;
    if (is_date_or_time(f))
        return "dates and times must be numbers in the file, or in the first columns, which skip_columns passes over";
    const char *colon = find(f, ':');
    if (colon && colon > f->begin && gi_is_digit(colon[-1]))
        return "pairs of index and value are not read";
    const char *exponent = find(f, 'D') ? find(f, 'D') : find(f, 'd');
    if (exponent && exponent > f->begin && reads_before(t, f, (size_t)(f->end - exponent)))
        return "exponents begin with e or E";
    return what_is_between(f);
}

/* The separator with which the current line is `wanted` numbers (0: at least two) with decimal commas; or '\0'. */
static char comma_separator(const gi_csv *t, int64_t wanted)
{
    if (!t->guessed || t->options.separator != ',' || !memchr(t->row, ',', (size_t)(t->row_end - t->row)))
        return '\0';
    for (const char *c = "\t;| \n"; *c; c++) {
        const char *at = t->row;
        int64_t fields = 0;
        bool more, numbers = true;
        do {
            gi_csv_field f;
            more = gi_csv_next_field(&at, t->row_end, *c, &f);
            numbers &= f.end > f.begin && field_reads(t, &f, ',', 0);
            fields++;
        } while (more);
        if (numbers && (*c == '\n' ? wanted == 1 && fields == 1 : fields > 1 && (!wanted || fields == wanted)))
            return *c;
    }
    return '\0';
}

static note comma_reading(const gi_csv *t, int64_t wanted)
{
    note n = { "" };
    char c = comma_separator(t, wanted);
    if (c)
        snprintf(n.s, sizeof n.s, c == '\t' ? "decimal = ',' with tabs between numbers reads it" :
                 c == ' ' ? "decimal = ',' with blanks between numbers reads it" :
                 c == '\n' ? "decimal = ',' reads it as one number" :
                 "decimal = ',' with '%c' between numbers reads it", c);
    return n;
}

/* Is the current line the first one, which may be a header? */
static bool may_be_header(const gi_csv *t)
{
    return t->rows == 0 && !t->header_line;
}

static note advice(const gi_csv *t, int64_t column, const gi_csv_field *f)
{
    note n = { "" };
    char text[120];
    bool names = false;                     /* the field is not meant to be a number */
    if (!t->own_options)
        return n;
    if (f) {
        const char *is = what_it_is(t, f);
        n = other_signs(t, f);
        if (!n.s[0])
            n = comma_reading(t, 0);
        if (!n.s[0] && is)
            add(&n, is);
        names = !n.s[0] && f->begin < f->end && !gi_is_digit(*f->begin) && !strchr("+-.,", *f->begin);
    } else {
        add(&n, "allow_nan reads it as a missing value, NaN");
    }
    if (may_be_header(t)) {
        snprintf(text, sizeof text, "%sif line %" PRId64 " is a header, skip = %" PRId64 " passes over it",
                 n.s[0] ? "; " : "", t->line, t->line);
        add(&n, text);
    } else if (!n.s[0] && names && t->header_line && t->rows == 0 && column == t->options.skip_columns + 1) {
        snprintf(text, sizeof text, "if line %" PRId64 " belongs to the header, skip = %" PRId64 " passes over both",
                 t->line, t->line);
        add(&n, text);
    }
    if (names && column == t->options.skip_columns + 1) {
        snprintf(text, sizeof text, "%sskip_columns = %" PRId64 " passes over this column", n.s[0] ? "; " : "",
                 column);
        add(&n, text);
    }
    if (!n.s[0])
        add(&n, "columns of text are not read");
    return n;
}

/* ---- The messages ------------------------------------------------------------------------------------------ */

enum { SHOWN = 40, SIZE = 4 * SHOWN + 8 };

/* The field in quotes, shortened at a character boundary, control characters as numbers; "" for NULL. */
static void shown(const gi_csv_field *f, char text[SIZE])
{
    size_t n = f ? (size_t)(f->end - f->begin) : 0, k = n < SHOWN ? n : SHOWN;
    while (k < n && k > 0 && ((unsigned char)f->begin[k] & 0xc0) == 0x80)
        k--;
    size_t used = 0;
    text[0] = '\0';
    if (!f)
        return;
    text[used++] = '"';
    for (size_t i = 0; i < k; i++) {
        unsigned char c = (unsigned char)f->begin[i];
        if (c < ' ' || c == 0x7f)
            used += (size_t)snprintf(text + used, SIZE - used, "\\x%02x", c);
        else
            text[used++] = f->begin[i];
    }
    strcpy(text + used, k < n ? "...\" " : "\" ");
}

void *gi_csv_bad_field(const gi_csv *t, int64_t column, const gi_csv_field *f, const char *wrong, bool advise)
{
    char text[SIZE];
    note help = { "" };
    shown(f, text);
    if (advise)
        help = advice(t, column, f);
    return gd_fail("%s: %s, line %" PRId64 ", column %" PRId64 ": %s%s%s%s%s", t->function, t->path, t->line, column,
                   text, wrong, help.s[0] ? ": " : "", help.s, assumed(t).s);
}

void *gi_csv_bad_count(const gi_csv *t, int64_t fields)
{
    return gd_fail("%s: %s, line %" PRId64 ": %" PRId64 " column%s, but line %" PRId64 " has %" PRId64 "%s",
                   t->function, t->path, t->line, fields, gi_plural(fields), t->first_line, t->fields,
                   assumed(t).s);
}

void *gi_csv_no_row(const gi_csv *t)
{
    return gd_fail("%s: %s has no row of numbers%s", t->function, t->path, t->header_line ? assumed(t).s : "");
}

void *gi_csv_bad_header(const gi_csv *t, int64_t fields)
{
    note help = { "" };
    if (t->own_options)
        help = comma_reading(t, t->header_fields);
    if (t->own_options && !help.s[0])
        snprintf(help.s, sizeof help.s, "if the names do not matter, skip = %" PRId64 " passes over them",
                 t->header_end);
    return gd_fail("%s: %s, line %" PRId64 ": %" PRId64 " column%s, but the header in line %" PRId64 " names %" PRId64
                   "%s%s%s", t->function, t->path, t->line, fields, gi_plural(fields), t->header_line,
                   t->header_fields, help.s[0] ? ": " : "", help.s, assumed(t).s);
}

void *gi_csv_maybe_header(const gi_csv *t, int64_t line, int64_t last_line, const char *why)
{
    gi_csv open = *t;
    open.options.no_header = true;          /* not inferred */
    return gd_fail("%s: %s: line %" PRId64 " may be a header or a row (%s): skip = %" PRId64 " passes over it,"
                   " no_header reads it%s", t->function, t->path, line, why, last_line, assumed(&open).s);
}
