/* csv.c - gd_csv_read: tables of numbers as text, separated by commas, tabs, semicolons or blanks. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "csv.h"
#include "base/memory.h"
#include "base/message.h"
#include "gradus/tensor.h"
#include "input.h"
#include "looks.h"
#include "tensor/new.h"

/* ---- The text ----------------------------------------------------------------------------------------- */

bool gi_csv_read_text(gi_csv *t, gi_input *in)
{
    size_t capacity = (in->raw.bytes > 0 ? (size_t)in->raw.bytes : 0) + 4096, got;
    const char *foreign = gi_looks_foreign(in->front, in->front_held);
    if (foreign)
        return gd_fail("%s: %s is not a table of text: it looks like %s%s", t->function, t->path,
                       in->gunzip ? "a compressed file of " : "", foreign);
    t->text = gi_memory_new(GI_DATA, capacity);
    if (!t->text)
        return false;
    do {
        if (t->length == capacity) {
            char *bigger = gi_memory_resize(GI_DATA, t->text, 2 * capacity);
            if (!bigger)
                return false;
            t->text = bigger;
            capacity *= 2;
        }
        if (!gi_input_some(in, t->text + t->length, capacity - t->length, &got))
            return false;
        t->length += got;
    } while (got > 0);
    if (t->length > 0 && t->text[t->length - 1] == '\x1a')      /* Control-Z: the end of a text under DOS */
        t->length--;
    t->end = t->text + t->length;
    return true;
}

/* ---- Rows --------------------------------------------------------------------------------------------- */

static bool append(gi_csv *t, gd_real number)
{
    if (t->count == t->capacity) {
        size_t capacity = t->capacity ? 2 * t->capacity : 1024;
        gd_real *bigger = gi_memory_resize(GI_DATA, t->numbers, capacity * sizeof *bigger);
        if (!bigger)
            return false;
        t->numbers = bigger;
        t->capacity = capacity;
    }
    t->numbers[t->count++] = number;
    return true;
}

static bool is_whole(const gi_csv_field *f)
{
    const char *p = f->begin + (f->begin < f->end && (*f->begin == '-' || *f->begin == '+'));
    if (p == f->end)
        return false;
    while (p < f->end && *p >= '0' && *p <= '9')
        p++;
    return p == f->end;
}

#ifdef GD_DOUBLE
#define KIND "double"
#else
#define KIND "float"
#endif

static const char *wrong_with(gi_number is)
{
    return is == GI_TOO_LARGE ? "is beyond the range of a " KIND : is == GI_TOO_SMALL ? "would become 0 as a " KIND :
           "is not a number";
}

static bool read_field(gi_csv *t, int64_t column, const gi_csv_field *f)
{
    gd_real number = (gd_real)NAN;
    size_t length = (size_t)(f->end - f->begin);
    if (f->open)
        return gi_csv_bad_field(t, column, NULL, "the quote that opens here is not closed", false);
    if (length == 0 && !t->options.allow_nan)
        return gi_csv_bad_field(t, column, NULL, "the field is empty", true);
    if (length > 0) {
        gi_number is = gi_number_read(f->begin, length, gi_csv_style(t, t->options.allow_nan), &number);
        bool missing = is == GI_NOT_A_NUMBER && t->options.allow_nan && gi_number_missing(f->begin, length);
        if (is != GI_IS_NUMBER && !missing)
            return gi_csv_bad_field(t, column, f, wrong_with(is), is == GI_NOT_A_NUMBER);
        if (t->counts && t->rows > 0 && !missing && (column == 1 || t->fields > 2))
            t->fraction = t->fraction || !is_whole(f);
    }
    return append(t, number);
}

static bool read_row(gi_csv *t, const gi_csv_record *r)
{
    const char *at = r->begin;
    int64_t fields = 0;
    gi_csv_field f;
    bool more;
    t->line = r->line;
    t->row = r->begin;
    t->row_end = r->end;
    do {
        more = gi_csv_next_field(&at, r->end, t->options.separator, &f);
        if (!more && t->trailing && fields > 0 && f.begin == f.end)
            break;
        if (++fields > t->options.skip_columns && !read_field(t, fields, &f))
            return false;
    } while (more);
    if (t->rows == 0) {
        t->fields = fields;
        t->columns = fields - t->options.skip_columns;
        t->first_line = t->line;
        if (t->header_line && t->header_fields != fields)
            return gi_csv_bad_header(t, fields);
        if (t->columns < 1)
            return gd_fail("%s: %s, line %" PRId64 ": skip_columns = %d leaves nothing of %" PRId64 " column%s",
                           t->function, t->path, t->line, t->options.skip_columns, fields, gi_plural(fields));
    }
    t->rows++;
    return fields == t->fields || gi_csv_bad_count(t, fields);
}

static bool read_rows(gi_csv *t)
{
    gi_csv_cursor cursor = gi_csv_start(t);
    gi_csv_record record;
    if (!gi_csv_guess(t))
        return false;
    while (gi_csv_next(t, &cursor, &record))
        if (record.line > t->header_end && !read_row(t, &record))
            return false;
    if (t->rows == 0)
        return gi_csv_no_row(t);
    if (t->fraction)
        return gi_csv_maybe_header(t, t->first_line, t->first_line, "it is 0, 1, .. above fractions");
    return true;
}

static gi_text text_of(char sign)
{
    gi_text text;
    snprintf(text.s, sizeof text.s, sign >= ' ' && sign <= '~' ? "%c" : "\\x%02x", (unsigned char)sign);
    return text;
}

static bool valid_signs(const gi_csv *t)
{
    const gd_csv_options *o = &t->options;
    if (o->separator && (strchr("+-.\"\r\n", o->separator) || (o->separator >= '0' && o->separator <= '9') ||
                         o->separator == o->comment))
        return gd_fail("%s: separator = '%s' cannot separate numbers", t->function, text_of(o->separator).s);
    if (o->decimal != '.' && o->decimal != ',')
        return gd_fail("%s: decimal = '%s' must be '.' or ','", t->function, text_of(o->decimal).s);
    if (o->thousands && !strchr(",.' _", o->thousands))
        return gd_fail("%s: thousands = '%s' must be one of , . ' _ and a space", t->function, text_of(o->thousands).s);
    if (o->thousands == o->decimal)
        return gd_fail("%s: decimal and thousands are both '%c'", t->function, o->decimal);
    return true;
}

static bool valid_options(const gi_csv *t)
{
    const gd_csv_options *o = &t->options;
    if (o->skip < 0 || o->skip_columns < 0)
        return gd_fail("%s: %s = %d must not be negative", t->function, o->skip < 0 ? "skip" : "skip_columns",
                       o->skip < 0 ? o->skip : o->skip_columns);
    if (o->max_bytes < 0)
        return gd_fail("%s: max_bytes = %" PRId64 " must not be negative", t->function, o->max_bytes);
    return valid_signs(t);
}

static gd_tensor *read_table(const char *function, const char *path, gd_csv_options options, bool own_options)
{
    if (!options.comment)
        options.comment = '#';
    if (!options.decimal)
        options.decimal = '.';
    gi_csv t = { .function = function, .path = path, .options = options, .own_options = own_options };
    gd_tensor *result = NULL;
    gi_input in;
    if (!valid_options(&t))
        return NULL;
    bool open = gi_input_open(&in, function, path, true);
    if (options.max_bytes) {
        in.most = options.max_bytes;
        in.limit = "max_bytes";
    }
    if (open && gi_csv_read_text(&t, &in) && read_rows(&t)) {
        result = gi_new(function, 2, (int64_t[]){ t.rows, t.columns });
        if (result)
            memcpy(result->data, t.numbers, t.count * sizeof *t.numbers);
    }
    gi_input_close(&in);
    gi_memory_free(t.text);
    gi_memory_free(t.numbers);
    return result;
}

gd_tensor *gi_csv_table(const char *function, const char *path, gd_csv_options options)
{
    return read_table(function, path, options, false);
}

gd_tensor *gd_csv_read(const char *path, gd_csv_options options)
{
    return read_table("gd_csv_read", path, options, true);
}
