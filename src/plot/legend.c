/* legend.c - the legend: inside the frame where it hides least of the data, or beside the frame if it is too large. */
#include "picture.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>


#define SAMPLE 30.0                         /* length of a line sample, and the space around the entries */
#define GAP    8.0
#define PAD    10.0
#define ROW    22.0

/* An arrow points at the axis of a series where there are two to choose from. */
static bool has_arrows(const gi_panel *panel)
{
    return panel->has_second && !panel->only_second;
}

static gi_type type_of(double u)
{
    return gi_type_of(GI_LEGEND_SIZE * u, GI_LEFT);
}

/* ---- Its size ------------------------------------------------------------------------------------------ */

#define BESIDE_NAME     (SAMPLE + GAP + 2 * PAD)
#define LEAST_COLUMN    (BESIDE_NAME + 12)  /* with a letter or an ellipsis */
#define ARROW           22.0                /* after the names of series on the second y axis */
#define WIDEST_NAME     260.0               /* longer ones are shortened */
#define LARGEST_PART    0.18                /* of the frame; a larger automatic legend goes outside */
#define LARGEST_OUTSIDE 0.5                 /* of the width that frame and legend share */
#define LARGEST_BESIDE  0.4                 /* the same for one that is outside only because it would hide data, */
#define MAY_HIDE        0.5                 /* more than this length of lines */

/* What a column needs beside its names. */
static double beside_names(const gi_panel *panel)
{
    return (BESIDE_NAME + (has_arrows(panel) ? ARROW : 0)) * panel->u;
}

/* As many columns as fit, of full height, with a last row for the number of series left out. */
static gi_key key_within(const gi_panel *panel, int listed, double column, double width, double height)
{
    double u = panel->u;
    column = fmin(column, floor(width));
    gi_key key = { .listed = listed, .shown = listed, .column_width = column };
    int rows = (int)((height - PAD * u) / (ROW * u)), columns = (int)(width / column);
    rows = rows < 1 ? 1 : rows;
    columns = columns < 1 ? 1 : columns;
    if ((listed + rows - 1) / rows <= columns) {
        key.columns = (listed + rows - 1) / rows;
        key.rows = (listed + key.columns - 1) / key.columns;
    } else {
        key.columns = columns;
        key.rows = rows;
        key.shown = rows > 1 ? columns * (rows - 1) : 0;
    }
    key.width = key.columns * column;
    key.height = (key.rows * ROW + PAD) * u;
    return key;
}

static double widest_name(const gi_panel *panel, const gi_key *key)
{
    gi_type type = type_of(panel->u);
    char name[GI_FIT_BYTES];
    double widest = 0;
    for (int i = 0; i < panel->plot->count; i++)
        if (gi_is_listed(panel->plot, i)) {
            gi_short_name(name, panel->plot->series[i].name, key->cut, type, key->name_width);
            widest = fmax(widest, gi_text_width(name, type));
        }
    return widest;
}

/* The same; if not all fit, with columns so narrow that they do, provided that the names can still be told apart. */
static gi_key fitting_key(const gi_panel *panel, int listed, double column, double width, double height)
{
    gi_type type = type_of(panel->u);
    double beside = beside_names(panel);
    gi_key key = key_within(panel, listed, column, width, height);
    double narrow = floor(width / ((listed + key.rows - 1) / key.rows));
    if (key.shown < listed && gi_cut_names(panel->plot, type, narrow - beside).distinct)
        key = key_within(panel, listed, narrow, width, height);
    key.name_width = key.column_width - beside;
    key.cut = gi_cut_names(panel->plot, type, key.name_width);
    key.column_width = ceil(fmin(key.column_width, widest_name(panel, &key) + beside));
    key.width = key.columns * key.column_width;
    return key;
}

void gi_plan_legend(gi_panel *panel, double frame_width, double frame_height)
{
    const gd_plot *p = panel->plot;
    double u = panel->u, widest = 0, inset = 20 * u;
    int listed = 0;
    for (int i = 0; i < p->count; i++)
        if (gi_is_listed(p, i)) {
            widest = fmax(widest, gi_text_width(p->series[i].name, type_of(u)));
            listed++;
        }
    panel->key = (gi_key){ .listed = 0 };
    if (!listed || p->legend == GD_LEGEND_NONE)
        return;
    double column = ceil(fmin(widest, WIDEST_NAME * u) + beside_names(panel));
    gi_key key = fitting_key(panel, listed, column, frame_width - inset, frame_height - inset);
    double beside = LARGEST_OUTSIDE * frame_width;
    bool large = key.width * key.height > LARGEST_PART * frame_width * frame_height && listed > 4;
    bool by_itself = panel->legend_beside || (large && column <= beside);
    if (p->legend == GD_LEGEND_OUTSIDE || (p->legend == GD_LEGEND_AUTO && by_itself)) {
        key = fitting_key(panel, listed, column, beside, frame_height);
        key.outside = true;
    }
    bool fits = key.shown && key.width >= fmin(column, LEAST_COLUMN * u) &&
                key.height <= frame_height - (key.outside ? 0 : inset);
    panel->key = fits ? key : (gi_key){ .listed = 0 };  /* a frame too small for one entry */
}

double gi_legend_gap(const gi_panel *panel)
{
    return 12 * panel->u;
}

/* ---- Its place ----------------------------------------------------------------------------------------- */

static gi_box box_at(const gi_panel *panel, double across, double down, double width, double height)
{
    gi_box f = panel->frame;
    double inset = 10 * panel->u;
    double left = f.left + inset + across * (f.right - f.left - 2 * inset - width);
    double top = f.top + inset + down * (f.bottom - f.top - 2 * inset - height);
    left = floor(left) + 0.5;
    top = floor(top) + 0.5;
    return (gi_box){ left, top, left + floor(width), top + floor(height) };
}

/* Corners first, then the middles of the sides, then along left and right; a later place must be clearly better. */
static const double places[][2] = {
    { 1, 0 }, { 0, 0 }, { 1, 1 }, { 0, 1 }, { 1, 0.5 }, { 0.5, 0 }, { 0.5, 1 }, { 0, 0.5 }, { 0.5, 0.5 },
    { 1, 0.125 }, { 1, 0.25 }, { 1, 0.375 }, { 1, 0.625 }, { 1, 0.75 }, { 1, 0.875 },
    { 0, 0.125 }, { 0, 0.25 }, { 0, 0.375 }, { 0, 0.625 }, { 0, 0.75 }, { 0, 0.875 }
};
enum { PLACES = sizeof places / sizeof *places };

enum { STEPS = 21, MOST_PLACES = STEPS * STEPS };

typedef struct choice {
    gi_box box;
    double hidden, cost;                    /* the length of data that it hides; data close to it count for the cost */
} choice;

/* Compares so many places with the best one so far, each a part of the way across and down. */
static bool look_at(const gi_panel *panel, const double (*at)[2], int n, double width, double height, choice *best)
{
    gi_box boxes[2 * MOST_PLACES] = { { 0 } }, *near = boxes + n;
    double lengths[2 * MOST_PLACES], rim = 4 * panel->u;
    for (int i = 0; i < n; i++) {
        gi_box box = boxes[i] = box_at(panel, at[i][0], at[i][1], width, height);
        near[i] = (gi_box){ box.left - rim, box.top - rim, box.right + rim, box.bottom + rim };
    }
    if (!gi_hidden(panel, boxes, 2 * n, lengths))
        return false;
    for (int i = 0; i < n; i++) {
        double cost = lengths[n + i] + gi_hidden_remarks(panel, near[i]);
        if (cost < 0.9 * best->cost - 2 * panel->u)
            *best = (choice){ boxes[i], lengths[i], cost };
    }
    return true;
}

/* From the sides inwards: side 0, 1, 2 .. STEPS-1 is 0, 1, 1/(STEPS-1), (STEPS-2)/(STEPS-1) .. of the way. */
static double inwards(int side)
{
    double part = (double)(side / 2) / (STEPS - 1);
    return side % 2 ? part : 1 - part;
}

/* The best place: one of the usual ones, or where they all hide something, any. */
static bool find_box(gi_panel *panel, double width, double height, double *hidden)
{
    choice best = { .cost = INFINITY };
    if (!look_at(panel, places, PLACES, width, height, &best))
        return false;
    double fine[MOST_PLACES][2];
    for (int i = 0; i < MOST_PLACES; i++) {
        fine[i][0] = inwards(i % STEPS);
        fine[i][1] = inwards(i / STEPS);
    }
    if (best.cost > 0 && !look_at(panel, (const double (*)[2])fine, MOST_PLACES, width, height, &best))
        return false;
    panel->key.box = best.box;
    *hidden = best.hidden;
    return true;
}

static gi_box fixed_box(const gi_panel *panel, double width, double height)
{
    switch (panel->plot->legend) {
    case GD_LEGEND_TOP_LEFT:     return box_at(panel, 0, 0, width, height);
    case GD_LEGEND_BOTTOM_RIGHT: return box_at(panel, 1, 1, width, height);
    case GD_LEGEND_BOTTOM_LEFT:  return box_at(panel, 0, 1, width, height);
    default:                     return box_at(panel, 1, 0, width, height);
    }
}

bool gi_place_legend(gi_panel *panel, bool *hides)
{
    gi_key *key = &panel->key;
    gi_box f = panel->frame;
    double length = 0;
    *hides = false;
    if (!key->columns)
        return true;
    if (key->outside) {
        double left = f.right + floor(panel->beside + gi_legend_gap(panel));
        key->box = (gi_box){ left, f.top, left + floor(key->width), f.top + floor(key->height) };
        return true;
    }
    if (panel->plot->legend != GD_LEGEND_AUTO) {
        key->box = fixed_box(panel, key->width, key->height);
        return true;
    }
    if (!find_box(panel, key->width, key->height, &length))
        return false;
    *hides = length > MAY_HIDE * panel->u && key->column_width <= LARGEST_BESIDE * (f.right - f.left);
    return true;
}

/* ---- Drawing ------------------------------------------------------------------------------------------- */

static void draw_box(const gi_panel *panel, gi_box box)
{
    gi_canvas *c = panel->canvas;
    double rim = gi_hairline(panel) / 2;
    gi_mask_box(c, (gi_box){ box.left - rim, box.top - rim, box.right + rim, box.bottom + rim });
    gi_paint(c, (gi_rgb){ 204, 204, 204 }, 1);
    gi_mask_box(c, (gi_box){ box.left + rim, box.top + rim, box.right - rim, box.bottom - rim });
    gi_paint(c, (gi_rgb){ 255, 255, 255 }, 1);
}

static void draw_entry(const gi_panel *panel, int series, double x, double middle)
{
    double u = panel->u;
    gi_type type = type_of(u);
    char name[GI_FIT_BYTES];
    gi_short_name(name, panel->plot->series[series].name, panel->key.cut, type, panel->key.name_width);
    gi_draw_sample(panel, series, x, x + SAMPLE * u, floor(middle) + 0.5);
    gi_write(panel->canvas, x + (SAMPLE + GAP) * u, middle + gi_text_cap(type) / 2, name, type);
    double arrow = x + (SAMPLE + GAP + 6) * u + gi_text_width(name, type);
    if (panel->plot->series[series].second && has_arrows(panel))
        gi_write(panel->canvas, arrow, middle + gi_text_cap(type) / 2, "\xE2\x86\x92", type);
}

void gi_draw_legend(const gi_panel *panel)
{
    const gd_plot *p = panel->plot;
    const gi_key *key = &panel->key;
    double u = panel->u;
    if (!key->columns)
        return;
    gi_box box = key->box;
    int rows = key->shown < key->listed ? key->rows - 1 : key->rows, entry = 0;
    double first = box.top + PAD * u / 2 + ROW * u / 2;

    draw_box(panel, box);
    for (int i = 0; i < p->count && entry < key->shown; i++) {
        if (!gi_is_listed(p, i))
            continue;
        draw_entry(panel, i, box.left + PAD * u + entry / rows * key->column_width, first + entry % rows * ROW * u);
        entry++;
    }
    if (key->shown < key->listed) {
        char rest[40], line[GI_FIT_BYTES];
        gi_type type = type_of(u);
        snprintf(rest, sizeof rest, "and %d more", key->listed - key->shown);
        gi_fit_line(line, rest, type, key->width - 2 * PAD * u);
        gi_write(panel->canvas, box.left + PAD * u, first + (key->rows - 1) * ROW * u + gi_text_cap(type) / 2, line,
                 type);
    }
}
