/* csv_guess.c - inferring what the options leave open: the separator, the header, a separator at the end of every line.
 * The second line is the evidence: it selects the separator, and shows whether the first line is a header. */
#include <string.h>

#include "csv.h"
#include "gradus/tensor.h"

typedef struct kinds {                      /* what the fields of a record are */
    int64_t fields;
    int64_t numbers, names, missing, malformed;
    bool    first_empty, last_empty;
    bool    others_whole;                   /* all but the first are written with digits only */
    bool    others_numbers, first_fraction; /* all but the first are numbers; the first is one, and not whole */
    bool    counts;                         /* 0, 1, 2, .. */
    bool    all_quoted, any_quoted;
} kinds;

/* A field that begins like a number is not a name: it may be 1,5 or 50% in a row of numbers. */
static bool begins_like_a_number(const gi_csv_field *f)
{
    const char *p = f->begin;
    if (p < f->end && (*p == '+' || *p == '-'))
        p++;
    if (p < f->end && (*p == '.' || *p == ','))
        p++;
    return p < f->end && gi_is_digit(*p);
}

/* The value of a field that is digits only; otherwise -1. */
static int64_t whole_of(const gi_csv_field *f)
{
    int64_t value = 0;
    if (f->begin == f->end || f->end - f->begin > 17)
        return -1;
    for (const char *p = f->begin; p < f->end; p++) {
        if (!gi_is_digit(*p))
            return -1;
        value = 10 * value + (*p - '0');
    }
    return value;
}

static kinds judge(const gi_csv *t, const gi_csv_record *r, char separator)
{
    kinds k = { .others_whole = true, .others_numbers = true, .counts = true, .all_quoted = true };
    const char *at = r->begin;
    gi_csv_field f;
    bool more;
    do {
        gd_real number;
        more = gi_csv_next_field(&at, r->end, separator, &f);
        size_t length = (size_t)(f.end - f.begin);
        int64_t whole = whole_of(&f);
        k.others_whole &= k.fields == 0 || whole >= 0;
        bool is_number = length > 0 &&
                         gi_number_read(f.begin, length, gi_csv_style(t, true), &number) != GI_NOT_A_NUMBER;
        k.others_numbers &= k.fields == 0 || is_number;
        k.first_fraction |= k.fields == 0 && is_number && whole < 0;
        k.counts &= whole == k.fields;
        k.all_quoted &= f.quoted;
        k.any_quoted |= f.quoted;
        k.last_empty = length == 0;
        k.first_empty |= k.fields == 0 && length == 0;
        if (k.fields++ < t->options.skip_columns)
            continue;
        if (length == 0 || gi_number_missing(f.begin, length))
            k.missing++;
        else if (is_number)
            k.numbers++;
        else if (f.open || begins_like_a_number(&f))
            k.malformed++;
        else
            k.names++;
    } while (more);
    return k;
}

static bool is_row(const kinds *k)
{
    return k->names == 0 && k->malformed == 0 && k->fields > 0 && k->numbers + k->missing > 0;
}

/* Where lines end with a separator, the header may lack it. */
static bool agree(const kinds *a, const kinds *b)
{
    return a->fields == b->fields || (b->last_empty && a->fields + 1 == b->fields);
}

/* Better evidence comes first; 0 is none. */
enum { NO_EVIDENCE, IN_FIRST_LINE, IN_BOTH_LINES, ROW, ROW_AND_AGREEMENT };

static int evidence_for(const gi_csv *t, const gi_csv_record *a, const gi_csv_record *b, char separator)
{
    kinds first = judge(t, a, separator), second = judge(t, b, separator);
    if (second.fields < 2)
        return first.fields < 2 ? NO_EVIDENCE : IN_FIRST_LINE;
    if (is_row(&second))
        return agree(&first, &second) ? ROW_AND_AGREEMENT : ROW;
    return IN_BOTH_LINES;
}

/* The decimal or thousands sign separates fields only where some are in quotes.
 * A first line with separators that the second line does not have is refused later, because it has more names than
 * there are columns; the name of a single column may contain blanks. */
static char find_separator(const gi_csv *t, const gi_csv_record *a, const gi_csv_record *b)
{
    char best = GI_CSV_SINGLE;
    int evidence = NO_EVIDENCE;
    kinds single = judge(t, b, GI_CSV_SINGLE);
    for (const char *c = "\t;,| "; *c; c++) {
        bool in_numbers = (*c == t->options.decimal || *c == t->options.thousands) &&
                          !memchr(b->begin, '"', (size_t)(b->end - b->begin));
        if (in_numbers || *c == t->options.comment)
            continue;
        int now = evidence_for(t, a, b, *c);
        if (*c == ' ' && now == IN_FIRST_LINE && is_row(&single))
            continue;
        if (now > evidence) {
            evidence = now;
            best = *c;
        }
    }
    return best;
}

/* "sep=;", which sets the separator for Excel. */
static bool is_told(gi_csv *t, const gi_csv_record *r)
{
    if (r->end - r->begin != 5 || memcmp(r->begin, "sep=", 4) != 0 || !strchr("\t;,|", r->begin[4]))
        return false;
    if (t->options.separator && t->options.separator != r->begin[4])
        return false;
    t->options.separator = r->begin[4];
    if (t->options.skip < r->line)
        t->options.skip = (int)r->line;
    return true;
}

static bool ends_with_separator(const gi_csv_record *r, char separator)
{
    const char *p = r->end;
    while (p > r->begin && (p[-1] == ' ' || p[-1] == '\t') && p[-1] != separator)
        p--;
    return p > r->begin && p[-1] == separator;
}

/* Does every line, of at least two, end with a separator?  Except a header that has one name less. */
static bool all_end_with_separator(const gi_csv *t, const kinds *header)
{
    gi_csv_cursor cursor = gi_csv_start(t);
    gi_csv_record r;
    kinds row = { 0 };
    int64_t rows = 0;
    while (gi_csv_next(t, &cursor, &r))
        if (r.line > t->header_end) {
            if (!ends_with_separator(&r, t->options.separator))
                return false;
            if (rows++ == 0)
                row = judge(t, &r, t->options.separator);
        }
    if (rows == 0 || row.fields < 2)
        return false;
    if (!t->header_line)
        return rows > 1;
    return (header->last_empty && header->fields == row.fields) || header->fields + 1 == row.fields;
}

bool gi_csv_guess(gi_csv *t)
{
    gi_csv_cursor cursor = gi_csv_start(t);
    gi_csv_record first, second;
    if (!gi_csv_next(t, &cursor, &first))
        return true;
    if (is_told(t, &first) && !gi_csv_next(t, &cursor, &first))
        return true;
    if (!gi_csv_next(t, &cursor, &second))
        second = first;
    if (!t->options.separator) {
        t->options.separator = find_separator(t, &first, &second);
        t->guessed = true;
        cursor = gi_csv_start(t);           /* a line of tabs is blank only where they do not separate */
        gi_csv_next(t, &cursor, &first);
    }
    kinds k = judge(t, &first, t->options.separator);
    if (!t->options.no_header) {
        kinds below = judge(t, &second, t->options.separator);
        bool index_below = !below.first_empty && !below.first_fraction;
        if (k.first_empty && k.fields > 1 && (k.others_whole || (k.others_numbers && index_below)))
            return gi_csv_maybe_header(t, first.line, first.last_line, k.others_whole ?
                                       "its first field is empty, the others are whole numbers" :
                                       "its first field is empty, the others are numbers");
        if (k.all_quoted && k.numbers > 0 && !below.any_quoted && is_row(&below))
            return gi_csv_maybe_header(t, first.line, first.last_line,
                                       "its numbers are in quotes, those below are not");
        t->counts = k.counts && k.fields > 1;
        if (k.numbers == 0 && k.names > 0) {
            t->header_line = first.line;
            t->header_end = first.last_line;
            t->header_fields = k.fields;
        }
    }
    t->trailing = t->options.separator != ' ' && t->options.separator != GI_CSV_SINGLE &&
                  all_end_with_separator(t, &k);
    if (t->trailing && t->header_line && k.last_empty)
        t->header_fields--;
    return true;
}
