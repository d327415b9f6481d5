/* history.c - the table of a training run: rows in ascending order of x, columns in the order in which they began. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "history.h"
#include "base/memory.h"
#include "base/message.h"
#include "text/utf8.h"
#include "tensor/check.h"

/* ---- Making --------------------------------------------------------------------------------------------------- */

static char *copied(const char *text)
{
    const size_t length = strlen(text) + 1;
    char *copy = gi_memory_new(GI_DATA, length);
    return copy ? memcpy(copy, text, length) : NULL;
}

/* What a CSV file gives back as it was. */
static bool valid_name(const char *function, const char *name)
{
    const size_t length = strlen(name);
    if (length == 0)
        return gd_fail("%s: the name of a series is empty", function);
    if (!gi_utf8_valid(name, length))
        return gd_fail("%s: the name \"%s\" is not UTF-8", function, name);
    for (const char *c = name; *c; c++)
        if ((unsigned char)*c < ' ' || *c == '\x7f')
            return gd_fail("%s: the name \"%s\" contains a control character", function, name);
    if (name[0] == ' ' || name[length - 1] == ' ')
        return gd_fail("%s: the name \"%s\" begins or ends with a blank", function, name);
    return true;
}

gd_history *gi_history_new(const char *function, const char *x_name)
{
    if (x_name && !valid_name(function, x_name))
        return NULL;
    gd_history *h = gi_memory_new(GI_DATA, sizeof *h);
    if (!h)
        return NULL;
    *h = (gd_history){ .x_name = copied(x_name ? x_name : "epoch") };
    if (h->x_name)
        return h;
    gd_history_free(h);
    return NULL;
}

gd_history *gd_history_new(const char *x_name)
{
    return gi_history_new("gd_history_new", x_name);
}

void gd_history_free(gd_history *h)
{
    if (!h || !gi_given("gd_history_free", "history", h))
        return;
    for (int i = 0; i < h->count; i++) {
        gi_memory_free(h->series[i].name);
        gi_memory_free(h->series[i].cells);
    }
    gi_memory_free(h->series);
    gi_memory_free(h->x);
    gi_memory_free(h->x_name);
    gi_handle_free(h);
}

/* ---- Rows and series ------------------------------------------------------------------------------------------ */

static int find_series(const gd_history *h, const char *name)
{
    for (int i = 0; i < h->count; i++)
        if (strcmp(h->series[i].name, name) == 0)
            return i;
    return -1;
}

/* What was enlarged before memory ran out stays so: row_capacity counts only what all have. */
static bool reserve_rows(gd_history *h)
{
    if (h->rows < h->row_capacity)
        return true;
    const int64_t capacity = h->row_capacity ? 2 * h->row_capacity : 64;
    double *x = gi_memory_resize(GI_DATA, h->x, (size_t)capacity * sizeof *x);
    if (!x)
        return false;
    h->x = x;
    for (int i = 0; i < h->count; i++) {
        gi_cell *cells = gi_memory_resize(GI_DATA, h->series[i].cells, (size_t)capacity * sizeof *cells);
        if (!cells)
            return false;
        h->series[i].cells = cells;
    }
    h->row_capacity = capacity;
    return true;
}

static bool reserve_series(gd_history *h)
{
    if (h->count < h->capacity)
        return true;
    const int capacity = h->capacity ? 2 * h->capacity : 8;
    gi_tracked_series *series = gi_memory_resize(GI_DATA, h->series, (size_t)capacity * sizeof *series);
    if (!series)
        return false;
    h->series = series;
    h->capacity = capacity;
    return true;
}

int gi_history_append(const char *function, gd_history *h, const char *name)
{
    if (!valid_name(function, name) || (strcmp(name, h->x_name) == 0 &&
        !gd_fail("%s: \"%s\" is the name of x", function, name)) || !reserve_rows(h) || !reserve_series(h))
        return -1;
    gi_tracked_series s = { .name = copied(name) };
    s.cells = s.name ? gi_memory_new(GI_DATA, (size_t)h->row_capacity * sizeof *s.cells) : NULL;
    if (!s.cells) {
        gi_memory_free(s.name);
        return -1;
    }
    for (int64_t row = 0; row < h->rows; row++)
        s.cells[row] = (gi_cell){ NAN, false };
    h->series[h->count] = s;
    return h->count++;
}

int gi_history_series(const char *function, gd_history *h, const char *name)
{
    const int known = find_series(h, name);
    return known >= 0 ? known : gi_history_append(function, h, name);
}

/* The first row that does not lie before x. */
static int64_t row_from(const gd_history *h, double x)
{
    int64_t low = 0, high = h->rows;
    while (low < high) {
        const int64_t middle = low + (high - low) / 2;
        if (h->x[middle] < x)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

int64_t gi_history_row(const char *function, gd_history *h, double x)
{
    const int64_t row = row_from(h, x);
    if (row < h->rows && h->x[row] == x)
        return row;
    if (row < h->rows) {
        gd_fail("%s: %s = %g is no row and lies before the last one, %g: gd_history_truncate drops rows", function,
                h->x_name, x, h->x[h->rows - 1]);
        return -1;
    }
    if (!reserve_rows(h))
        return -1;
    h->x[row] = x;
    for (int i = 0; i < h->count; i++)
        h->series[i].cells[row] = (gi_cell){ NAN, false };
    return h->rows++;
}

bool gd_history_add(gd_history *h, const char *series, double x, double value)
{
    static const char function[] = "gd_history_add";
    if (!gi_given(function, "history", h) || !gi_not_null(function, "series", series))
        return false;
    if (!isfinite(x))
        return gd_fail("%s: %s = %g must be finite", function, h->x_name, x);
    const int known = find_series(h, series);
    const int64_t old = row_from(h, x);
    if (known >= 0 && old < h->rows && h->x[old] == x && h->series[known].cells[old].there)
        return gd_fail("%s: \"%s\" has a value at %s = %g already", function, series, h->x_name, x);
    const int count = h->count, i = gi_history_series(function, h, series);
    const int64_t row = i < 0 ? -1 : gi_history_row(function, h, x);
    if (row >= 0) {
        h->series[i].cells[row] = (gi_cell){ value, true };
        return true;
    }
    if (h->count > count) {                 /* a series begins with its first value */
        gi_memory_free(h->series[i].name);
        gi_memory_free(h->series[i].cells);
        h->count = count;
    }
    return false;
}

bool gd_history_truncate(gd_history *h, double x)
{
    if (!gi_given("gd_history_truncate", "history", h))
        return false;
    if (isnan(x))
        return gd_fail("gd_history_truncate: x is NaN");
    while (h->rows > 0 && h->x[h->rows - 1] > x)
        h->rows--;
    return true;
}

/* ---- Looking -------------------------------------------------------------------------------------------------- */

int64_t gd_history_rows(const gd_history *h)
{
    return h && gi_not_freed("gd_history_rows", "history", h) ? h->rows : 0;
}

int gd_history_count(const gd_history *h)
{
    return h && gi_not_freed("gd_history_count", "history", h) ? h->count : 0;
}

const char *gd_history_name(const gd_history *h, int i)
{
    if (!gi_given("gd_history_name", "history", h))
        return NULL;
    if (i < 0 || i >= h->count)
        return gd_fail("gd_history_name: i = %d must lie in [0, %d)", i, h->count);
    return h->series[i].name;
}

static bool is_row(const char *function, const gd_history *h, int64_t row)
{
    return (row >= 0 && row < h->rows)
           || gd_fail("%s: row = %" PRId64 " must lie in [0, %" PRId64 ")", function, row, h->rows);
}

double gd_history_x(const gd_history *h, int64_t row)
{
    return gi_given("gd_history_x", "history", h) && is_row("gd_history_x", h, row) ? h->x[row] : NAN;
}

static const gi_cell *cell_at(const char *function, const gd_history *h, const char *series, int64_t row)
{
    if (!gi_given(function, "history", h) || !gi_not_null(function, "series", series) || !is_row(function, h, row))
        return NULL;
    const int i = find_series(h, series);
    return i < 0 ? gd_fail("%s: there is no series \"%s\"", function, series) : &h->series[i].cells[row];
}

double gd_history_value(const gd_history *h, const char *series, int64_t row)
{
    const gi_cell *cell = cell_at("gd_history_value", h, series, row);
    return cell ? cell->value : NAN;
}

bool gd_history_has(const gd_history *h, const char *series, int64_t row)
{
    const gi_cell *cell = cell_at("gd_history_has", h, series, row);
    return cell && cell->there;
}

/* ---- Pictures ------------------------------------------------------------------------------------------------- */

static bool plot_series(const gd_history *h, int i, gd_plot *plot)
{
    const gi_tracked_series *s = &h->series[i];
    for (int64_t row = 0; row < h->rows; row++)
        if (s->cells[row].there && !gd_plot_point(plot, s->name, h->x[row], s->cells[row].value))
            return false;
    return true;
}

bool gd_history_plot(const gd_history *h, const char *series, gd_plot *plot)
{
    static const char function[] = "gd_history_plot";
    if (!gi_given(function, "history", h) || !gi_given(function, "plot", plot))
        return false;
    const int only = series ? find_series(h, series) : -1;
    if (series && only < 0)
        return gd_fail("%s: there is no series \"%s\"", function, series);
    for (int i = series ? only : 0; i < (series ? only + 1 : h->count); i++)
        if (!plot_series(h, i, plot))
            return false;
    return true;
}

bool gd_history_picture(const gd_history *h, const char *title, const char *path)
{
    static const char function[] = "gd_history_picture";
    if (!gi_given(function, "history", h) || !gi_path_given(function, "path", path))
        return false;
    gd_plot *plot = gd_plot_new(title, h->x_name, h->count == 1 ? h->series[0].name : NULL);
    const bool good = plot && gd_history_plot(h, NULL, plot) && gd_plot_save(plot, path);
    gd_plot_free(plot);
    return good;
}
