/* categories.c - axes of names or of numbered cells: which of them are labelled, and how. */
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/memory.h"
#include "base/message.h"
#include "picture.h"


/* ---- Names --------------------------------------------------------------------------------------------------- */

bool gi_names_given(const char *who, const char *argument, const char *const *names, int n)
{
    for (int i = 0; names && i < n; i++)
        if (!names[i]) {
            gd_fail("%s: %s[%d] is NULL: a name was expected", who, argument, i);
            return false;
        }
    return true;
}

void gi_free_names(gi_names *names)
{
    for (int i = 0; names->text && i < names->n; i++)
        gi_memory_free(names->text[i]);
    gi_memory_free(names->text);
    *names = (gi_names){ 0 };
}

bool gi_set_names(gi_names *names, const char *const *from, int n)
{
    gi_names copy = { .n = n };
    if (from) {
        copy.text = gi_memory_new(GI_PLOTS, (size_t)n * sizeof *copy.text);
        if (!copy.text)
            return false;
        for (int i = 0; i < n; i++)
            copy.text[i] = NULL;
        for (int i = 0; i < n; i++)
            if (!(copy.text[i] = gi_copy_string(from[i]))) {
                gi_free_names(&copy);
                return false;
            }
    }
    gi_free_names(names);
    *names = copy;
    return true;
}

/* ---- The axis ------------------------------------------------------------------------------------------------ */

/* The smallest of 1, 2, 5, 10, 20 .. that is not below x. */
static int round_step(double x)
{
    int step = 1;
    for (int k = 0; step < x && step < 100000; k++)
        step = k % 3 == 1 ? step / 2 * 5 : 2 * step;
    return step;
}

/* Cells 0 .. n-1 from low to high, the middle of each `step`-th with a tick; numbers where there are no names. */
static void set_axis(gi_axis *axis, const gi_names *names, double low, double high, int step)
{
    memset(axis, 0, sizeof *axis);
    axis->low = low;
    axis->high = high;
    for (int i = 0; i < names->n && axis->n < GI_TICKS_MAX; i += step) {
        if (i < fmin(low, high) || i > fmax(low, high))
            continue;
        gi_tick *t = &axis->ticks[axis->n++];
        t->value = i;
        t->major = true;
        if (!names->text)
            gi_label_decimal(t->label, i, 0);
    }
}

static gi_type type_of(const gi_panel *panel)
{
    return gi_type_of(GI_NUMBER_SIZE * panel->u, GI_CENTRE);
}

static double widest(const gi_names *names, gi_type type)
{
    double most = 0;
    for (int i = 0; names->text && i < names->n; i++)
        most = fmax(most, gi_text_width(names->text[i], type));
    if (!names->text && names->n) {
        char label[GI_LABEL_MAX];
        gi_label_decimal(label, names->n - 1, 0);
        most = gi_text_width(label, type);
    }
    return most;
}

/* Do two lines of this width hold every name, broken at spaces? */
static bool fit_in_two(const gi_names *names, gi_type type, double width)
{
    for (int i = 0; i < names->n; i++) {
        gi_fitted lines = gi_fit(names->text[i], type, width, 2);
        size_t length = lines.n > 0 ? strlen(lines.line[0]) : 0;
        if (lines.n == 2)
            length += strlen(lines.line[1]) + 1;        /* and the space between them */
        if (length != strlen(names->text[i]) || (lines.n == 2 && !strchr(names->text[i], ' ')))
            return false;
    }
    return true;
}

void gi_choose_cells_x(gi_panel *panel)
{
    const gi_names *names = gi_x_names(panel->plot);
    const gi_ends *ends = &panel->plot->x;
    gi_type type = type_of(panel);
    double u = panel->u, low = isnan(ends->low) ? -0.5 : ends->low;
    double high = isnan(ends->high) ? names->n - 0.5 : ends->high;
    double pitch = (panel->frame.right - panel->frame.left) / (high - low), cap = gi_text_cap(type), space = 6 * u;
    double most = widest(names, type);
    gi_name_rows *rows = &panel->x_rows;
    int step = 1;

    *rows = (gi_name_rows){ .lines = 1, .height = cap, .width = fmax(pitch - space, 0) };
    if (!names->text) {
        step = round_step((most + space) / pitch);
    } else if (most + space <= pitch) {
        rows->lines = 1;
    } else if (fit_in_two(names, type, pitch - space)) {
        rows->lines = 2;
        rows->height = cap + floor(GI_LEADING * cap);
    } else {
        rows->upwards = true;
        rows->width = fmin(most, 0.35 * (panel->outside.bottom - panel->outside.top));
        rows->height = rows->width;
        step = (int)fmax(1, ceil((cap + 4 * u) / pitch));
    }
    set_axis(&panel->x, names, low, high, step);
}

void gi_choose_cells_y(gi_panel *panel, double height)
{
    const gi_names *names = gi_y_names(panel->plot);
    const gi_ends *ends = &panel->plot->y;
    gi_type type = type_of(panel);
    double low = isnan(ends->low) ? -0.5 : ends->low, high = isnan(ends->high) ? names->n - 0.5 : ends->high;
    double least = (gi_text_cap(type) + 6 * panel->u) * (high - low) / height;
    int step = names->text ? (int)fmax(1, ceil(least)) : round_step(least);
    panel->y_names_width = fmin(widest(names, type), 0.3 * (panel->outside.right - panel->outside.left));
    set_axis(&panel->y, names, high, low, step);        /* the first row at the top */
}

/* ---- Drawing ------------------------------------------------------------------------------------------------- */

void gi_draw_name_x(const gi_panel *panel, int cell, double x)
{
    const gi_names *names = gi_x_names(panel->plot);
    const gi_name_rows *rows = &panel->x_rows;
    gi_type type = type_of(panel);
    double cap = gi_text_cap(type), top = panel->frame.bottom + 9 * panel->u;
    if (rows->upwards) {
        char text[GI_FIT_BYTES];
        type.upwards = true;
        type.align = GI_RIGHT;
        gi_fit_middle(text, names->text[cell], type, rows->width);
        gi_text_mask(panel->canvas, x + cap / 2, top, text, type, 0);
        return;
    }
    gi_fitted lines = gi_fit(names->text[cell], type, rows->width, rows->lines);
    for (int i = 0; i < lines.n; i++)
        gi_text_mask(panel->canvas, x, top + cap + i * floor(GI_LEADING * cap), lines.line[i], type, 0);
}

void gi_draw_name_y(const gi_panel *panel, int cell, double y)
{
    char text[GI_FIT_BYTES];
    gi_type type = type_of(panel);
    type.align = GI_RIGHT;
    gi_fit_middle(text, gi_y_names(panel->plot)->text[cell], type, panel->y_names_width);
    gi_text_mask(panel->canvas, panel->frame.left - 9 * panel->u, y + gi_text_cap(type) / 2, text, type, 0);
}
