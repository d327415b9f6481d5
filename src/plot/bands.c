/* bands.c - the bands between the contours of a function of two variables.
 *
 * In pixels each has the colour of its value, interpolated between the corners of its cell.  In an SVG document the
 * part above each level is one area, painted over the part above the level below it: its outline is found by marching
 * squares on a grid of points about a pixel apart.  Points outside the field count as below every level, and the
 * outline then passes through the last point inside, so that every outline is closed. */
#include <math.h>
#include <stdbool.h>

#include "base/memory.h"
#include "picture.h"
#include "svg.h"

/* Pale blue to white: dark where the values are low, so that a minimum looks like a hollow. */
gi_rgb gi_band_colour(int band, int bands)
{
    static const double low[3] = { 176, 203, 228 }, high[3] = { 250, 251, 253 };
    double t = bands > 1 ? (double)band / (bands - 1) : 1;
    return (gi_rgb){ (uint8_t)(low[0] + t * (high[0] - low[0]) + 0.5),
                     (uint8_t)(low[1] + t * (high[1] - low[1]) + 0.5),
                     (uint8_t)(low[2] + t * (high[2] - low[2]) + 0.5) };
}

/* ---- Values ------------------------------------------------------------------------------------------- */

/* The position of a pixel in the field: its cell, and where in it. */
static bool locate(double at, int n, int *cell, double *t)
{
    double s = at * (n - 1);
    if (!(s >= -1e-9 && s <= n - 1 + 1e-9))
        return false;
    *cell = s >= n - 1 ? n - 2 : s < 0 ? 0 : (int)s;
    *t = s - *cell;
    return true;
}

/* The inverse of gi_axis_at. */
static double value_at(const gi_axis *axis, double at)
{
    return axis->log ? pow(10, log10(axis->low) + at * (log10(axis->high) - log10(axis->low)))
                     : axis->low + at * (axis->high - axis->low);
}

/* The value at a point of the page; not finite outside the field, and in its holes. */
static double value_on(const gi_panel *panel, double x, double y)
{
    const gi_field *f = &panel->plot->field;
    gi_box b = panel->frame;
    double vx = value_at(&panel->x, (x - b.left) / (b.right - b.left));
    double vy = value_at(&panel->y, (b.bottom - y) / (b.bottom - b.top));
    int i, j;
    double s, t;
    if (!locate((vx - f->x_low) / (f->x_high - f->x_low), f->columns, &j, &s) ||
        !locate((vy - f->y_low) / (f->y_high - f->y_low), f->rows, &i, &t))
        return NAN;
    return (1 - t) * ((1 - s) * gi_field_at(f, i, j) + s * gi_field_at(f, i, j + 1)) +
           t * ((1 - s) * gi_field_at(f, i + 1, j) + s * gi_field_at(f, i + 1, j + 1));
}

/* ---- Pixels ------------------------------------------------------------------------------------------- */

static void fill_pixels(const gi_panel *panel, const double *levels, int n)
{
    gi_box b = panel->frame;
    for (int y = (int)b.top; y <= (int)b.bottom; y++)
        for (int x = (int)b.left; x <= (int)b.right; x++) {
            double z = value_on(panel, x + 0.5, y + 0.5);
            int band = 0;
            if (!isfinite(z))
                continue;
            while (band < n && z > levels[band])
                band++;
            gi_canvas_pixel(panel->canvas, x, y, gi_band_colour(band, n + 1));
        }
}

/* ---- Areas -------------------------------------------------------------------------------------------- */

/* Values on the frame, with a rim of points outside it. */
typedef struct raster {
    const gi_panel *panel;
    double *z;                              /* [rows, columns] */
    int     rows, columns;
} raster;

enum { MOST_POINTS = 1000000 };

static double raster_x(const raster *r, int column)
{
    gi_box b = r->panel->frame;
    return b.left + (column - 1) * (b.right - b.left) / (r->columns - 3);
}

static double raster_y(const raster *r, int row)
{
    gi_box b = r->panel->frame;
    return b.top + (row - 1) * (b.bottom - b.top) / (r->rows - 3);
}

static bool start_raster(raster *r, const gi_panel *panel)
{
    gi_box b = panel->frame;
    double width = b.right - b.left, height = b.bottom - b.top;
    double step = fmax(fmax(1, panel->u), sqrt(width * height / MOST_POINTS));
    *r = (raster){ .panel = panel, .rows = (int)(height / step) + 4, .columns = (int)(width / step) + 4 };
    r->z = gi_memory_new(GI_PLOTS, (size_t)r->rows * (size_t)r->columns * sizeof *r->z);
    for (int i = 0; r->z && i < r->rows; i++)
        for (int j = 0; j < r->columns; j++) {
            bool rim = i == 0 || j == 0 || i == r->rows - 1 || j == r->columns - 1;
            r->z[i * r->columns + j] = rim ? NAN : value_on(panel, raster_x(r, j), raster_y(r, i));
        }
    return r->z != NULL;
}

/* Where the outline passes between two neighbouring points, of which one is above the level. */
static gi_xy crossing(const raster *r, int a, int b, double level)
{
    double za = r->z[a], zb = r->z[b], t = (level - za) / (zb - za);
    if (!isfinite(za) || !isfinite(zb))
        t = isfinite(za) ? 0 : 1;
    else if (isinf(level))
        t = 0;
    double x0 = raster_x(r, a % r->columns), y0 = raster_y(r, a / r->columns);
    double x1 = raster_x(r, b % r->columns), y1 = raster_y(r, b / r->columns);
    return (gi_xy){ x0 + t * (x1 - x0), y0 + t * (y1 - y0) };
}

/* The outline in the square whose first corner is `at`, as one or two lines. */
static void outline_in(const raster *r, int at, double level)
{
    const int corner[4] = { at, at + 1, at + r->columns + 1, at + r->columns };
    gi_xy found[4];
    int n = 0;
    for (int k = 0; k < 4; k++) {
        int a = corner[k], b = corner[(k + 1) % 4];
        bool above_a = isfinite(r->z[a]) && r->z[a] > level, above_b = isfinite(r->z[b]) && r->z[b] > level;
        if (above_a != above_b)
            found[n++] = crossing(r, a < b ? a : b, a < b ? b : a, level);
    }
    for (int k = 0; k + 1 < n; k += 2)
        if (found[k].x != found[k + 1].x || found[k].y != found[k + 1].y)
            gi_svg_segment(r->panel->canvas->svg, found[k].x, found[k].y, found[k + 1].x, found[k + 1].y, 0);
}

static void fill_areas(const gi_panel *panel, const double *levels, int n)
{
    gi_svg *svg = panel->canvas->svg;
    raster r;
    if (!start_raster(&r, panel)) {
        svg->out.failed = true;
        return;
    }
    for (int band = 0; band <= n; band++) {
        for (int i = 0; i + 1 < r.rows; i++)
            for (int j = 0; j + 1 < r.columns; j++)
                outline_in(&r, i * r.columns + j, band ? levels[band - 1] : -INFINITY);
        gi_svg_paint_inside(svg, gi_band_colour(band, n + 1), panel->canvas->clip);
    }
    gi_memory_free(r.z);
}

void gi_fill_bands(const gi_panel *panel, const double *levels, int n)
{
    fill_pixels(panel, levels, n);
    if (panel->canvas->svg)
        fill_areas(panel, levels, n);
}
