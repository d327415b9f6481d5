/* heat.c - a matrix as coloured cells, with a colour bar or with numbers. */
#include <math.h>
#include <stdbool.h>

#include "base/memory.h"
#include "base/message.h"
#include "base/start.h"
#include "colours.h"
#include "gradus/charts.h"
#include "gradus/tensor.h"
#include "tensor/alive.h"
#include "tensor/check.h"
#include "tensor/shape.h"


enum { MOST_CELLS = 10000 };                /* in a direction */

/* ---- What it holds ------------------------------------------------------------------------------------------- */

void gi_free_heat(gi_heat *heat)
{
    gi_memory_free(heat->z);
    gi_free_names(&heat->row_names);
    gi_free_names(&heat->column_names);
    *heat = (gi_heat){ 0 };
}

static bool is_matrix(const char *who, const char *name, const gd_tensor *z)
{
    if (!gi_given(who, name, z) || !gi_alive(who, name, z))
        return false;
    if (z->ndim != 2 || z->shape[0] < 1 || z->shape[1] < 1 || z->shape[0] > MOST_CELLS || z->shape[1] > MOST_CELLS) {
        gd_fail("%s: %s is %s: [rows, columns] expected, 1 to %d of each", who, name, gi_text_of(z).s,
                (int)MOST_CELLS);
        return false;
    }
    return true;
}

/* Copies of the values and names; false when memory is out. */
static bool fill(gi_heat *heat, const gd_tensor *z, const char *const *row_names, const char *const *column_names)
{
    int rows = (int)z->shape[0], columns = (int)z->shape[1];
    heat->z = gi_memory_new(GI_PLOTS, sizeof *heat->z * (size_t)rows * (size_t)columns);
    if (!heat->z || !gi_set_names(&heat->row_names, row_names, rows) ||
        !gi_set_names(&heat->column_names, column_names, columns)) {
        gi_free_heat(heat);
        return false;
    }
    for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < columns; j++)
            heat->z[i * columns + j] = (double)z->data[i * z->stride[0] + j * z->stride[1]];
    return true;
}

static void take(gd_plot *p, gi_heat heat)
{
    gi_free_heat(&p->heat);
    p->heat = heat;
}

bool gd_plot_heat(gd_plot *p, const gd_tensor *z, gd_heat_look look)
{
    gi_not_captured("gd_plot_heat", GI_READS_NUMBERS);
    const char *who = "gd_plot_heat";
    gi_heat heat = { .numbers = look.numbers };
    if (!gi_given(who, "p", p) || !is_matrix(who, "z", z) ||
        !gi_names_given(who, "row_names", look.row_names, (int)z->shape[0]) ||
        !gi_names_given(who, "column_names", look.column_names, (int)z->shape[1]) ||
        !fill(&heat, z, look.row_names, look.column_names))
        return false;
    take(p, heat);
    return true;
}

static bool are_counts(const char *who, const gd_tensor *t)
{
    for (int64_t i = 0; i < t->shape[0]; i++)
        for (int64_t j = 0; j < t->shape[1]; j++) {
            double count = (double)t->data[i * t->stride[0] + j * t->stride[1]];
            if (!isfinite(count) || count < 0) {
                gd_fail("%s: counts[%lld, %lld] = %g: a number >= 0 expected", who, (long long)i, (long long)j, count);
                return false;
            }
        }
    return true;
}

/* Gives the text, "" until now, a value. */
static bool default_text(char **text, const char *value)
{
    if (**text)
        return true;
    char *copy = gi_copy_string(value);
    if (!copy)
        return false;
    gi_memory_free(*text);
    *text = copy;
    return true;
}

bool gd_plot_confusion(gd_plot *p, const gd_tensor *counts, const char *const *names)
{
    gi_not_captured("gd_plot_confusion", GI_READS_NUMBERS);
    const char *who = "gd_plot_confusion";
    gi_heat heat = { .numbers = true, .confusion = true };
    if (!gi_given(who, "p", p) || !is_matrix(who, "counts", counts))
        return false;
    if (counts->shape[0] != counts->shape[1]) {
        gd_fail("%s: counts is %s: [classes, classes] expected", who, gi_text_of(counts).s);
        return false;
    }
    if (!gi_names_given(who, "names", names, (int)counts->shape[0]) || !are_counts(who, counts) ||
        !fill(&heat, counts, names, names))
        return false;
    if (!default_text(&p->x_label, "predicted") || !default_text(&p->y_label, "true")) {
        gi_free_heat(&heat);
        return false;
    }
    take(p, heat);
    return true;
}

/* ---- Its colours --------------------------------------------------------------------------------------------- */

static double row_sum(const gi_heat *heat, int i)
{
    double sum = 0;
    for (int j = 0; j < heat->column_names.n; j++)
        sum += heat->z[(size_t)i * (size_t)heat->column_names.n + (size_t)j];
    return sum;
}

static gi_rgb cell_colour(const gi_panel *panel, int i, int j)
{
    const gi_heat *heat = &panel->plot->heat;
    double value = heat->z[(size_t)i * (size_t)heat->column_names.n + (size_t)j];
    if (!heat->confusion)
        return gi_z_colour(panel, value);
    double sum = row_sum(heat, i);
    return gi_share_colour(sum > 0 ? value / sum : 0);
}

static void include(double value, bool log, double *low, double *high)
{
    if (isfinite(value) && (!log || value > 0)) {
        *low = fmin(*low, value);
        *high = fmax(*high, value);
    }
}

/* The range of the colour bar, with ends where the values or the user have them. */
void gi_choose_z(gi_panel *panel, int most)
{
    const gd_plot *p = panel->plot;
    double low = INFINITY, high = -INFINITY;
    size_t cells = (size_t)p->heat.row_names.n * (size_t)p->heat.column_names.n;
    for (size_t k = 0; p->heat.z && k < cells; k++)
        include(p->heat.z[k], p->z.log, &low, &high);
    for (int i = 0; i < p->count; i++)
        for (size_t k = 0; k < p->series[i].values_count; k++)
            include(p->series[i].values[k], p->z.log, &low, &high);
    if (low > high)
        low = p->z.log ? 1 : 0, high = p->z.log ? 10 : 1;
    low = isnan(p->z.low) ? low : p->z.low;
    high = isnan(p->z.high) ? high : p->z.high;
    if (!(high - low > fmax(GI_CLOSEST * fmax(fabs(low), fabs(high)), GI_SMALLEST))) {      /* one value */
        double half = fmax(fabs(low) / 2, low == 0 ? 0.5 : 0);
        double below = p->z.log ? low / 2 : low - half, above = p->z.log ? 2 * low : low + half;
        high = isnan(p->z.high) ? above : high;
        low = isnan(p->z.low) ? (isnan(p->z.high) ? below : high - 2 * half) : low;
    }
    gi_axis_choose(&panel->z, low, high, low, high, p->z.log, 0, most);
}

/* ---- Drawing ------------------------------------------------------------------------------------------------- */

static gi_box cell_box(const gi_panel *panel, double i, double j, double rows, double columns)
{
    gi_xy a = gi_to_pixel(panel, (gi_xy){ j - 0.5, i - 0.5 });
    gi_xy b = gi_to_pixel(panel, (gi_xy){ j + columns - 0.5, i + rows - 0.5 });
    return (gi_box){ a.x, a.y, b.x, b.y };
}

static void number_text(char out[GI_LABEL_MAX], double value)
{
    if (!isfinite(value))
        out[0] = '\0';
    else if (value == floor(value) && fabs(value) < 1e7)
        gi_label_decimal(out, (long long)value, 0);
    else
        gi_shorten(out, value, 2);
}

/* The largest type in which every number fits its cell; size 0: none. */
static gi_type type_for(const gi_panel *panel, const gi_heat *heat)
{
    gi_box cell = cell_box(panel, 0, 0, 1, 1);
    double u = panel->u, width = cell.right - cell.left - 4 * u, height = cell.bottom - cell.top - 4 * u;
    size_t n = (size_t)heat->row_names.n * (size_t)heat->column_names.n;
    if (width < 5 * u || height < 5 * u)
        return (gi_type){ .size = 0 };
    for (double size = GI_NUMBER_SIZE; size >= 8; size -= 0.5) {
        gi_type type = gi_type_of(size * u, GI_CENTRE);
        bool fits = gi_text_cap(type) <= height;
        for (size_t k = 0; fits && k < n; k++) {
            char text[GI_LABEL_MAX];
            number_text(text, heat->z[k]);
            fits = gi_text_width(text, type) <= width;
        }
        if (fits)
            return type;
    }
    return (gi_type){ .size = 0 };
}

static void write_numbers(const gi_panel *panel, const gi_heat *heat)
{
    gi_type type = type_for(panel, heat);
    if (!(type.size > 0))
        return;
    for (int i = 0; i < heat->row_names.n; i++)
        for (int j = 0; j < heat->column_names.n; j++) {
            char text[GI_LABEL_MAX];
            gi_box b = cell_box(panel, i, j, 1, 1);
            number_text(text, heat->z[(size_t)i * (size_t)heat->column_names.n + (size_t)j]);
            bool none = heat->confusion && text[0] == '0' && !text[1];
            type.colour = none ? (gi_rgb){ 170, 170, 170 } : gi_on(cell_colour(panel, i, j));
            gi_write(panel->canvas, (b.left + b.right) / 2, (b.top + b.bottom) / 2 + gi_text_cap(type) / 2, text,
                     type);
        }
}

bool gi_draw_heat(const gi_panel *panel)
{
    const gi_heat *heat = &panel->plot->heat;
    int rows = heat->row_names.n, columns = heat->column_names.n;
    gi_rgb *cells = gi_memory_new(GI_PLOTS, (size_t)rows * (size_t)columns * sizeof *cells);
    if (!cells)
        return false;
    for (int i = 0; i < rows; i++)
        for (int j = 0; j < columns; j++)
            cells[(size_t)i * (size_t)columns + (size_t)j] = cell_colour(panel, i, j);
    gi_canvas_image(panel->canvas, cell_box(panel, 0, 0, rows, columns), cells, rows, columns);
    gi_memory_free(cells);
    if (heat->numbers)
        write_numbers(panel, heat);
    return true;
}

/* The colour bar, high values at the top. */
void gi_draw_colour_bar(const gi_panel *panel, gi_box bar)
{
    enum { STEPS = 128 };
    gi_rgb cells[STEPS];
    for (int i = 0; i < STEPS; i++)
        cells[i] = gi_heat_colour(1 - (i + 0.5) / STEPS);
    gi_canvas_image(panel->canvas, bar, cells, STEPS, 1);
}
