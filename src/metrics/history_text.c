/* history_text.c - a history as text: an aligned table for people, and CSV (RFC 4180) to be read again. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "history.h"
#include "files/files.h"
#include "text/format.h"
#include "base/memory.h"
#include "base/message.h"
#include "base/names.h"
#include "data/csv.h"
#include "data/input.h"
#include "data/number.h"
#include "tensor/check.h"

enum { LONGEST_NUMBER = 32, LONGEST_FIELD = 1 << 12 };

/* ---- An aligned table ------------------------------------------------------------------------------------------ */

/* Characters on the screen: bytes of UTF-8 that do not continue one. */
static int width_of(const char *text)
{
    int width = 0;
    for (; *text; text++)
        width += ((unsigned char)*text & 0xc0) != 0x80;
    return width;
}

static void print_aligned(FILE *out, const char *text, int width, bool first)
{
    fprintf(out, "%s%*s%s", first ? "" : "  ", width - width_of(text), "", text);
}

static const char *cell_text(char to[LONGEST_NUMBER], const gi_cell *cell)
{
    to[0] = '\0';
    if (cell->there)
        gi_format(to, LONGEST_NUMBER, "%.6g", cell->value);
    return to;
}

static int series_width(const gd_history *h, const gi_tracked_series *s)
{
    char text[LONGEST_NUMBER];
    int width = width_of(s->name);
    for (int64_t row = 0; row < h->rows; row++) {
        const int w = width_of(cell_text(text, &s->cells[row]));
        width = w > width ? w : width;
    }
    return width;
}

static void print_column_heads(FILE *out, const gd_history *h, int x_width, const int *width)
{
    print_aligned(out, h->x_name, x_width, true);
    for (int i = 0; i < h->count; i++)
        print_aligned(out, h->series[i].name, width[i], false);
    fputc('\n', out);
}

void gd_history_print(FILE *out, const gd_history *h)
{
    char text[LONGEST_NUMBER];
    if (!gi_not_null("gd_history_print", "out", out) || !gi_given("gd_history_print", "history", h))
        return;
    int *width = gi_memory_new(GI_DATA, ((size_t)h->count + 1) * sizeof *width), x_width = width_of(h->x_name);
    if (!width)
        return;
    for (int i = 0; i < h->count; i++)
        width[i] = series_width(h, &h->series[i]);
    for (int64_t row = 0; row < h->rows; row++) {
        const int w = width_of(cell_text(text, &(gi_cell){ h->x[row], true }));
        x_width = w > x_width ? w : x_width;
    }
    print_column_heads(out, h, x_width, width);
    for (int64_t row = 0; row < h->rows; row++) {
        print_aligned(out, cell_text(text, &(gi_cell){ h->x[row], true }), x_width, true);
        for (int i = 0; i < h->count; i++)
            print_aligned(out, cell_text(text, &h->series[i].cells[row]), width[i], false);
        fputc('\n', out);
    }
    gi_memory_free(width);
}

/* ---- Numbers with all their digits ----------------------------------------------------------------------------- */

static void write_double(gi_output *out, double value)
{
    char text[LONGEST_NUMBER];
    double again;
    for (int precision = 6; precision <= 17; precision++) {
        const int n = gi_format(text, sizeof text, "%.*g", precision, value);
        if (!isfinite(value) || (gi_double_read(text, (size_t)n, &again) && again == value))
            break;
    }
    gi_output_put(out, text, strlen(text));
}

/* ---- Writing CSV ----------------------------------------------------------------------------------------------- */

static void write_name(gi_output *out, const char *name)
{
    gi_output_put(out, "\"", 1);
    for (; *name; name++)
        gi_output_put(out, *name == '"' ? "\"\"" : name, *name == '"' ? 2 : 1);
    gi_output_put(out, "\"", 1);
}

bool gd_history_save(const gd_history *h, const char *path)
{
    static const char function[] = "gd_history_save";
    if (!gi_given(function, "history", h) || !gi_path_given(function, "path", path))
        return false;
    gi_output out;
    if (gi_output_begin(&out, function, path)) {
        write_name(&out, h->x_name);
        for (int i = 0; i < h->count; i++) {
            gi_output_put(&out, ",", 1);
            write_name(&out, h->series[i].name);
        }
        gi_output_put(&out, "\n", 1);
        for (int64_t row = 0; row < h->rows; row++) {
            write_double(&out, h->x[row]);
            for (int i = 0; i < h->count; i++) {
                gi_output_put(&out, ",", 1);
                if (h->series[i].cells[row].there)
                    write_double(&out, h->series[i].cells[row].value);
            }
            gi_output_put(&out, "\n", 1);
        }
    }
    return gi_output_end(&out);
}

/* ---- Reading CSV ----------------------------------------------------------------------------------------------- */

static bool names_differ(const gi_csv *t, const gi_csv_record *record, const gd_history *h)
{
    int64_t same[2] = { -1, -1 };
    if (h->count > 0 && !gi_names_differ(&h->series->name, sizeof *h->series, h->count, same))
        return false;
    return same[0] < 0 || gd_fail("%s: %s, line %" PRId64 ": two columns are called \"%s\"", t->function, t->path,
                                  record->line, h->series[same[0]].name);
}

static gd_history *read_names(const gi_csv *t, const gi_csv_record *record)
{
    char name[LONGEST_FIELD];
    const char *at = record->begin;
    gd_history *h = NULL;
    bool good = true, more = true;
    for (int i = -1; good && more; i++) {
        gi_csv_field f;
        more = gi_csv_next_field(&at, record->end, ',', &f);
        if (f.open || !gi_csv_unquote(&f, name, sizeof name))
            good = gd_fail("%s: %s, line %" PRId64 ": name %d is too long, or its quotes are not closed", t->function,
                           t->path, record->line, i + 2);
        else if (i < 0)
            good = (h = gi_history_new(t->function, name)) != NULL;
        else
            good = gi_history_append(t->function, h, name) == i;
    }
    if (good && names_differ(t, record, h))
        return h;
    gd_history_free(h);
    return NULL;
}

static bool bad_number(const gi_csv *t, const gi_csv_record *record, int column, const gi_csv_field *f)
{
    const int length = f->end - f->begin < 40 ? (int)(f->end - f->begin) : 40;
    return gd_fail("%s: %s, line %" PRId64 ", column %d: \"%.*s\" is not a number", t->function, t->path, record->line,
                   column, length, f->begin);
}

static bool read_row(const gi_csv *t, const gi_csv_record *record, gd_history *h)
{
    const char *at = record->begin;
    gi_csv_field f;
    double value;
    bool more = gi_csv_next_field(&at, record->end, ',', &f);
    if (!gi_double_read(f.begin, (size_t)(f.end - f.begin), &value) || !isfinite(value))
        return bad_number(t, record, 1, &f);
    if (h->rows > 0 && !(value > h->x[h->rows - 1]))
        return gd_fail("%s: %s, line %" PRId64 ": %s = %g does not rise: the row before has %g", t->function, t->path,
                       record->line, h->x_name, value, h->x[h->rows - 1]);
    const int64_t row = gi_history_row(t->function, h, value);
    if (row < 0)
        return false;
    int i = 0;
    for (; more && i < h->count; i++) {
        more = gi_csv_next_field(&at, record->end, ',', &f);
        if (f.begin == f.end)
            continue;
        if (!gi_double_read(f.begin, (size_t)(f.end - f.begin), &value))
            return bad_number(t, record, i + 2, &f);
        h->series[i].cells[row] = (gi_cell){ value, true };
    }
    return (!more && i == h->count)
           || gd_fail("%s: %s, line %" PRId64 " has %s than the %d columns of the header", t->function, t->path,
                      record->line, more ? "more fields" : "fewer fields", h->count + 1);
}

static gd_history *read_history(const char *function, const char *path)
{
    gi_csv t = { .function = function, .path = path };
    gd_history *h = NULL;
    gi_input in;
    if (gi_input_open(&in, function, path, true) && gi_csv_read_text(&t, &in)) {
        t.options.separator = ',';
        gi_csv_cursor cursor = gi_csv_start(&t);
        gi_csv_record record;
        if (gi_csv_next(&t, &cursor, &record))
            h = read_names(&t, &record);
        else
            gd_fail("%s: %s has no header", function, path);
        while (h && gi_csv_next(&t, &cursor, &record))
            if (!read_row(&t, &record, h)) {
                gd_history_free(h);
                h = NULL;
            }
    }
    gi_input_close(&in);
    gi_memory_free(t.text);
    return h;
}

gd_history *gd_history_load(const char *path)
{
    return read_history("gd_history_load", path);
}

gd_history *gd_history_resume(const char *path, double x)
{
    static const char function[] = "gd_history_resume";
    if (!gi_path_given(function, "path", path))
        return NULL;
    if (isnan(x))
        return gd_fail("%s: x is NaN", function);
    errno = 0;
    FILE *file = fopen(path, "rb");
    if (!file && errno == ENOENT)
        return gd_history_new(NULL);
    if (file)
        fclose(file);
    gd_history *h = read_history(function, path);
    if (h)
        gd_history_truncate(h, x);
    return h;
}
