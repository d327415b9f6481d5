/* contour.c - a function of two variables as contour lines; the bands between them are in bands.c.
 *
 * Marching squares, each cell of the grid on its own (the method of Lorensen and Cline 1987, in two dimensions); the
 * round ends of segments join them.  The cells of a function are subdivided, with cubic interpolation (Catmull and Rom
 * 1974) between its samples: a valley narrower than a cell would fall apart otherwise. */
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/memory.h"
#include "picture.h"


enum { LEVELS = 10 };

/* ---- Levels and colours -------------------------------------------------------------------------------- */

static int choose_levels(const gi_field *f, double out[LEVELS])
{
    double low = INFINITY, high = -INFINITY;
    for (size_t i = 0; i < (size_t)f->rows * (size_t)f->columns; i++)
        if (isfinite(f->z[i])) {
            low = fmin(low, f->z[i]);
            high = fmax(high, f->z[i]);
        }
    for (int k = 0; k < LEVELS; k++) {
        double part = (k + 0.5) / LEVELS;
        out[k] = low + (high - low) * part * part;
    }
    return high > low ? LEVELS : 0;
}

/* ---- Between samples ----------------------------------------------------------------------------------- */

/* The 4 x 4 samples around a cell; false where a cubic cannot be laid through them. */
static bool samples_around(const gi_field *f, int i, int j, double z[4][4])
{
    if (!f->smooth || i < 1 || j < 1 || i + 2 >= f->rows || j + 2 >= f->columns)
        return false;
    for (int k = 0; k < 4; k++)
        for (int l = 0; l < 4; l++) {
            z[k][l] = gi_field_at(f, i - 1 + k, j - 1 + l);
            if (!isfinite(z[k][l]))
                return false;
        }
    return true;
}

static double cubic_1(const double z[4], double t)
{
    return z[1] + t / 2 * (z[2] - z[0] + t * (2 * z[0] - 5 * z[1] + 4 * z[2] - z[3] +
                                              t * (3 * (z[1] - z[2]) + z[3] - z[0])));
}

/* At the fractions t of the cell's height and s of its width. */
static double cubic(double z[4][4], double t, double s)
{
    double rows[4];
    for (int k = 0; k < 4; k++)
        rows[k] = cubic_1(z[k], s);
    return cubic_1(rows, t);
}

/* ---- Lines --------------------------------------------------------------------------------------------- */

typedef void piece_function(void *context, gi_xy a, gi_xy b);

/* Corners, counterclockwise from the low left: 0 1 2 3; edge k joins the corners k and k+1. */
static const int row[4] = { 0, 0, 1, 1 }, column[4] = { 0, 1, 1, 0 };

/* The contour at 0 in a square with these values at its corners; i, j: its low corner, in cells, as is its side. */
static void square_contour(const gi_field *f, double i, double j, double side, const double z[4],
                           piece_function *draw, void *context)
{
    double sum = z[0] + z[1] + z[2] + z[3];
    gi_xy crossing[4];
    int n = 0;
    if (!isfinite(sum))
        return;
    for (int k = 0; k < 4; k++) {
        int l = (k + 1) % 4;
        if ((z[k] > 0) == (z[l] > 0))
            continue;
        double t = z[k] / (z[k] - z[l]);
        double c = j + side * (column[k] + t * (column[l] - column[k]));
        double r = i + side * (row[k] + t * (row[l] - row[k]));
        crossing[n++] = (gi_xy){ f->x_low + (f->x_high - f->x_low) * c / (f->columns - 1),
                                 f->y_low + (f->y_high - f->y_low) * r / (f->rows - 1) };
    }
    if (n == 2)
        draw(context, crossing[0], crossing[1]);
    if (n == 4) {                           /* a saddle: the value in the middle decides which corners are cut off */
        bool middle_as_0 = (sum > 0) == (z[0] > 0);
        draw(context, crossing[0], crossing[middle_as_0 ? 1 : 3]);
        draw(context, crossing[2], crossing[middle_as_0 ? 3 : 1]);
    }
}

enum { PARTS = 3 };                         /* of a cell, in both directions */

/* Bounds of the values between these samples: a valley may be deeper than all of them. */
static void reach_of(double z[4][4], double *low, double *high)
{
    *low = *high = z[0][0];
    for (int k = 1; k < 16; k++) {
        double value = z[k / 4][k % 4];
        *low = value < *low ? value : *low;
        *high = value > *high ? value : *high;
    }
    double more = (*high - *low) / 4;
    *low -= more;
    *high += more;
}

static void linear_contour(const gi_field *f, int i, int j, double level, piece_function *draw, void *context)
{
    double z[4];
    for (int k = 0; k < 4; k++)
        z[k] = gi_field_at(f, i + row[k], j + column[k]) - level;
    square_contour(f, i, j, 1, z, draw, context);
}

static void cubic_contour(const gi_field *f, int i, int j, double around[4][4], double level, piece_function *draw,
                          void *context)
{
    double values[PARTS + 1][PARTS + 1], z[4];
    for (int k = 0; k <= PARTS; k++)
        for (int l = 0; l <= PARTS; l++)
            values[k][l] = cubic(around, (double)k / PARTS, (double)l / PARTS) - level;
    for (int k = 0; k < PARTS; k++)
        for (int l = 0; l < PARTS; l++) {
            for (int m = 0; m < 4; m++)
                z[m] = values[k + row[m]][l + column[m]];
            square_contour(f, i + (double)k / PARTS, j + (double)l / PARTS, 1.0 / PARTS, z, draw, context);
        }
}

/* Calls draw for each piece of the contours at these levels. */
static void each_piece(const gi_field *f, const double *levels, int n, piece_function *draw, void *context)
{
    for (int i = 0; i + 1 < f->rows; i++)
        for (int j = 0; j + 1 < f->columns; j++) {
            double around[4][4], low = 0, high = 0;
            bool smooth = samples_around(f, i, j, around);
            if (smooth)
                reach_of(around, &low, &high);
            for (int k = 0; k < n; k++)
                if (!smooth)
                    linear_contour(f, i, j, levels[k], draw, context);
                else if (levels[k] >= low && levels[k] <= high)
                    cubic_contour(f, i, j, around, levels[k], draw, context);
        }
}

static void draw_piece(void *context, gi_xy a, gi_xy b)
{
    const gi_panel *panel = context;
    gi_xy p = gi_to_pixel(panel, a), q = gi_to_pixel(panel, b);
    gi_mask_segment(panel->canvas, p.x, p.y, q.x, q.y, 0.5 * panel->u);
}

/* ---- Labels -------------------------------------------------------------------------------------------- */

/* The best place for a label of one level: in the frame, away from other labels, where it covers its own line once
 * and no other, rather low on the page. */
typedef struct search {
    const gi_panel *panel;
    double width, height;
    const gi_box *taken;
    int    n_taken;
    gi_box best;
    double least;                           /* cost of best */
    double length;                          /* of the line */
} search;

/* The pixel so far along the edge of a box, clockwise from its top left. */
static gi_xy on_edge(gi_box b, double at)
{
    double width = b.right - b.left, height = b.bottom - b.top;
    if (at < width)
        return (gi_xy){ b.left + at, b.top };
    if (at < width + height)
        return (gi_xy){ b.right, b.top + at - width };
    if (at < 2 * width + height)
        return (gi_xy){ b.right - (at - width - height), b.bottom };
    return (gi_xy){ b.left, b.bottom - (at - 2 * width - height) };
}

/* Does exactly one line enter the box on one side and leave it on the other?  At the tip of a narrow valley both
 * ends of the line leave it on the same side. */
static bool is_crossed_once(const gi_panel *panel, gi_box box)
{
    double reach = 0.5 * panel->u, x = (box.left + box.right) / 2, y = (box.top + box.bottom) / 2;
    gi_box edge = { box.left - reach, box.top - reach, box.right + reach, box.bottom + reach };
    int around = (int)(2 * (edge.right - edge.left + edge.bottom - edge.top)), lines = 0;
    gi_xy ends[2];
    bool before = true;                     /* a line at the first pixel is found again at the last */
    for (int k = 0; k <= around; k++) {
        gi_xy p = on_edge(edge, k % around);
        bool ink = gi_ink(panel->canvas, (gi_box){ p.x, p.y, p.x + 1, p.y + 1 }) > 0;
        if (ink && !before && lines++ < 2)
            ends[lines - 1] = (gi_xy){ p.x - x, p.y - y };
        before = ink;
    }
    return lines == 2 && ends[0].x * ends[1].x + ends[0].y * ends[1].y <
                         -0.5 * hypot(ends[0].x, ends[0].y) * hypot(ends[1].x, ends[1].y);
}

static void consider(void *context, gi_xy a, gi_xy b)
{
    search *s = context;
    gi_box f = s->panel->frame;
    gi_xy p = gi_to_pixel(s->panel, a), q = gi_to_pixel(s->panel, b), m = { (p.x + q.x) / 2, (p.y + q.y) / 2 };
    gi_box box = { m.x - s->width / 2, m.y - s->height / 2, m.x + s->width / 2, m.y + s->height / 2 };
    double rim = 6 * s->panel->u, length = hypot(q.x - p.x, q.y - p.y);
    s->length += length;
    if (box.left < f.left + rim || box.right > f.right - rim ||
        box.top < f.top + rim || box.bottom > f.bottom - rim)
        return;
    for (int i = 0; i < s->n_taken; i++)
        if (box.left < s->taken[i].right + rim && box.right > s->taken[i].left - rim &&
            box.top < s->taken[i].bottom + rim && box.bottom > s->taken[i].top - rim)
            return;
    double steepness = fabs(q.y - p.y) / (length + 1e-9);  /* level lines suit text best */
    double across = (m.x - f.left) / (f.right - f.left), down = (m.y - f.top) / (f.bottom - f.top);
    double cost = steepness + fabs(across - 0.72) + 0.5 * fabs(down - 0.75);
    if (cost < s->least && is_crossed_once(s->panel, box)) {
        s->least = cost;
        s->best = box;
    }
}

static bool look_alike(double a, double b, int digits)
{
    char one[GI_LABEL_MAX], two[GI_LABEL_MAX];
    gi_shorten(one, a, digits);
    gi_shorten(two, b, digits);
    return strcmp(one, two) == 0;
}

int gi_level_digits(const double *levels, int n)
{
    int digits = 3;
    for (int k = 1; k < n; k++)
        while (digits < 17 && look_alike(levels[k - 1], levels[k], digits))
            digits++;
    return digits;
}

static bool label_levels(const gi_panel *panel, const double *levels, int n)
{
    const gi_field *f = &panel->plot->field;
    gi_type type = { .size = 11.5 * panel->u, .align = GI_CENTRE, .colour = { 60, 80, 100 } };
    gi_box *taken = gi_memory_new(GI_PLOTS, (size_t)n * sizeof *taken);
    int placed = 0, digits = gi_level_digits(levels, n);
    if (!taken)
        return false;
    for (int k = 0; k < n; k++) {
        char text[GI_LABEL_MAX];
        gi_shorten(text, levels[k], digits);
        search s = { .panel = panel, .width = gi_text_width(text, type), .height = gi_text_cap(type),
                     .taken = taken, .n_taken = placed, .least = INFINITY };
        each_piece(f, &levels[k], 1, consider, &s);
        if (isinf(s.least) || s.length < 4 * s.width)   /* a shorter line would disappear under its label */
            continue;
        taken[placed++] = s.best;
        double x = (s.best.left + s.best.right) / 2, y = s.best.bottom;
        gi_text_mask(panel->canvas, x, y, text, type, 2.2 * panel->u);
        gi_paint(panel->canvas, gi_band_colour(k, n), 0.95);
        gi_write(panel->canvas, x, y, text, type);
    }
    gi_memory_free(taken);
    return true;
}

/* ---- The field -------------------------------------------------------------------------------------------- */

static int levels_of(const gi_field *f, double automatic[LEVELS], const double **levels)
{
    *levels = f->levels ? f->levels : automatic;
    return f->levels ? f->n : choose_levels(f, automatic);
}

void gi_fill_field(const gi_panel *panel)
{
    double automatic[LEVELS];
    const double *levels;
    int n = levels_of(&panel->plot->field, automatic, &levels);
    gi_fill_bands(panel, levels, n);
}

bool gi_draw_contours(const gi_panel *panel)
{
    const gi_field *f = &panel->plot->field;
    double automatic[LEVELS];
    const double *levels;
    int n = levels_of(f, automatic, &levels);
    gi_panel copy = *panel;

    each_piece(f, levels, n, draw_piece, &copy);
    gi_paint_data(panel->canvas, (gi_rgb){ 120, 150, 180 }, 1);
    return !f->labels || n == 0 || label_levels(panel, levels, n);
}
