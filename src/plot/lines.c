/* lines.c - a series: its line, dashes and markers. */
#include <math.h>

#include "colours.h"
#include "stretch.h"

/* Okabe and Ito (2008), in an order that alternates dark and light. */
static const gi_rgb palette[] = {
    { 0, 114, 178 }, { 230, 159, 0 }, { 0, 158, 115 }, { 213, 94, 0 }, { 204, 121, 167 }, { 0, 0, 0 },
    { 86, 180, 233 }, { 128, 128, 128 }
};
enum { COLOURS = 7 };                       /* grey only on request */

/* Dashes and gaps in line widths, as they appear: with the round ends of dashes. */
static const double dashes[][4] = {
    [GD_DASHED] = { 4.2, 2.2, 4.2, 2.2 }, [GD_DOTTED] = { 1.0, 1.5, 1.0, 1.5 },
    [GD_DASH_DOT] = { 5, 1.8, 1.0, 1.8 }, [GD_LONG_DASH] = { 9, 2.4, 9, 2.4 }
};

/* ---- Drawing a stretch --------------------------------------------------------------------------------- */

/* walked: the position in the dash pattern. */
static void draw_dashed(const gi_panel *panel, gi_xy a, gi_xy b, const gi_pen *pen, double *walked)
{
    const double *pattern = dashes[pen->line];
    double w = fmax(pen->width, 1.2 * panel->u), length = hypot(b.x - a.x, b.y - a.y), at = 0;
    double dx = (b.x - a.x) / length, dy = (b.y - a.y) / length;
    double period = (pattern[0] + pattern[1] + pattern[2] + pattern[3]) * w;
    *walked = fmod(*walked, period);
    while (at < length) {
        int k = 0;
        double edge = pattern[0] * w;
        while (*walked >= edge - 1e-9 && k < 3)
            edge += pattern[++k] * w;
        double part = fmin(length - at, fmax(edge - *walked, 1e-6));
        if (k % 2 == 0) {
            /* the round ends stick out by half a width: draw the dash shorter by as much */
            double full = pattern[k] * w, cap = fmin(w, full) / 2;
            double begin = *walked - (edge - full), end = begin + part;
            double from = at + fmax(0, cap - begin), to = at + part - fmax(0, end - (full - cap));
            if (from <= to + 1e-9)
                gi_mask_segment(panel->canvas, a.x + dx * from, a.y + dy * from, a.x + dx * to, a.y + dy * to,
                                pen->width / 2);
        }
        at += part;
        *walked = fmod(*walked + part, period);
    }
}

static void draw_stretch(const gi_panel *panel, const gi_stretch *s, const gi_pen *pen, void *unused)
{
    (void)unused;
    double walked = 0, reach = pen->width + 2;
    if (gi_is_spot(s, pen->width)) {           /* a point without a line: large enough to be seen */
        gi_mask_disc(panel->canvas, s->at[0].x, s->at[0].y,
                     pen->marker == GD_NO_MARKER ? 1.2 * pen->width : pen->width / 2);
        return;
    }
    for (size_t i = 1; i < s->n; i++) {
        gi_xy a = s->at[i - 1], b = s->at[i];
        if (!gi_clip_segment(panel->frame, reach, &a, &b))
            continue;
        if (pen->line == GD_SOLID)
            gi_mask_segment(panel->canvas, a.x, a.y, b.x, b.y, pen->width / 2);
        else
            draw_dashed(panel, a, b, pen, &walked);
    }
}

/* ---- Markers ------------------------------------------------------------------------------------------- */

static void mark(gi_canvas *c, gi_xy p, gd_marker marker, double r, double line)
{
    double x = p.x, y = p.y, d = 0.7 * r, tip = 1.15 * r, foot = 0.65 * r;
    switch (marker) {
    case GD_SQUARE:
        gi_mask_box(c, (gi_box){ x - 0.86 * r, y - 0.86 * r, x + 0.86 * r, y + 0.86 * r });
        break;
    case GD_TRIANGLE:
        gi_mask_polygon(c, (const double[][2]){ { x, y - tip }, { x + r, y + foot }, { x - r, y + foot } }, 3);
        break;
    case GD_DIAMOND:
        gi_mask_polygon(c, (const double[][2]){ { x, y - tip }, { x + tip, y }, { x, y + tip }, { x - tip, y } },
                        4);
        break;
    case GD_CROSS:
        gi_mask_segment(c, x - d, y - d, x + d, y + d, line / 2);
        gi_mask_segment(c, x - d, y + d, x + d, y - d, line / 2);
        break;
    case GD_PLUS:
        gi_mask_segment(c, x - r, y, x + r, y, line / 2);
        gi_mask_segment(c, x, y - r, x, y + r, line / 2);
        break;
    default:
        gi_mask_disc(c, x, y, r);
        break;
    }
}

static bool is_filled(gd_marker marker)
{
    return marker != GD_CROSS && marker != GD_PLUS;
}

static bool is_inside(gi_box f, gi_xy p)
{
    return p.x >= f.left - 0.5 && p.x <= f.right + 0.5 && p.y >= f.top - 0.5 && p.y <= f.bottom + 0.5;
}

/* Markers in the colours of their values, each painted by itself. */
static void draw_coloured(const gi_panel *panel, const gi_series *s, const gi_pen *pen, double line)
{
    double r = pen->marker_size / 2;
    size_t step = 0;
    for (size_t i = 0; i < s->count; i++) {
        if (!gi_has_marker(panel, s, s->points[i], pen, &step))
            continue;
        gi_xy p = gi_series_pixel(panel, s, s->points[i]);
        if (!is_inside(panel->frame, p))
            continue;
        if (is_filled(pen->marker)) {
            mark(panel->canvas, p, pen->marker, r + 0.7 * panel->u, line);
            gi_paint(panel->canvas, (gi_rgb){ 255, 255, 255 }, 0.8);
        }
        mark(panel->canvas, p, pen->marker, r, line);
        gi_paint_data(panel->canvas, gi_z_colour(panel, i < s->values_count ? s->values[i] : NAN), 1);
    }
}

/* A marker has a thin white rim, so that it can be told from its line.  It is not clipped at the frame. */
static void draw_markers(const gi_panel *panel, const gi_series *s, const gi_pen *pen)
{
    double r = pen->marker_size / 2, line = fmax(1.4 * panel->u, pen->width * 0.9), rim = 1.2 * r + 2 * panel->u;
    gi_box f = panel->frame;
    gi_canvas_clip(panel->canvas, (gi_box){ f.left - rim, f.top - rim, f.right + rim, f.bottom + rim });
    if (s->values) {
        draw_coloured(panel, s, pen, line);
        return;
    }
    for (int pass = is_filled(pen->marker) ? 0 : 1; pass < (pen->marker == GD_RING ? 3 : 2); pass++) {
        gi_xy before = { NAN, NAN };
        size_t step = 0;
        for (size_t i = 0; i < s->count; i++) {
            if (!gi_has_marker(panel, s, s->points[i], pen, &step))
                continue;
            gi_xy p = gi_series_pixel(panel, s, s->points[i]);
            if (!is_inside(f, p))
                continue;
            if (fabs(p.x - before.x) < 0.25 && fabs(p.y - before.y) < 0.25)
                continue;                   /* the same position again */
            before = p;
            mark(panel->canvas, p, pen->marker, pass == 0 ? r + panel->u : pass == 1 ? r : r - line, line);
        }
        if (pass == 1)
            gi_paint_data(panel->canvas, pen->colour, 1);
        else
            gi_paint(panel->canvas, (gi_rgb){ 255, 255, 255 }, pass == 0 ? 0.8 : 1);
    }
}

/* ---- A series ------------------------------------------------------------------------------------------ */

/* A line that oscillates so much that dashes would not be visible. */
static bool is_noisy(const gi_panel *panel, const gi_series *s)
{
    double length = 0, left = INFINITY, right = -INFINITY, top = INFINITY, bottom = -INFINITY;
    gi_xy before = { NAN, NAN };
    for (size_t i = 0; i < s->count; i++) {
        if (!gi_is_data(panel, s, s->points[i]))
            continue;
        gi_xy p = gi_series_pixel(panel, s, s->points[i]);
        if (!isnan(before.x))
            length += hypot(p.x - before.x, p.y - before.y);
        before = p;
        left = fmin(left, p.x);
        right = fmax(right, p.x);
        top = fmin(top, p.y);
        bottom = fmax(bottom, p.y);
    }
    return length > 3 * hypot(right - left, bottom - top) && length > 0;
}

/* How many of the points can be seen, up to 2. */
static int visible(const gi_panel *panel, const gi_series *s)
{
    int n = 0;
    for (size_t i = 0; i < s->count && n < 2; i++)
        n += gi_is_data(panel, s, s->points[i]);
    return n;
}

/* Of markers: smaller where many points would cover each other. */
static double usual_size(const gi_series *s, bool over_field)
{
    if (s->scatter && s->count > 100)
        return s->count > 6000 ? 3 : s->count > 1500 ? 4 : s->count > 400 ? 5 : 6;
    return over_field ? 6 : 7;
}

gi_pen gi_pen_of(const gi_panel *panel, int series)
{
    static const gd_line lines[] = { GD_SOLID, GD_DASHED, GD_DASH_DOT, GD_DOTTED, GD_LONG_DASH };
    const gi_series *s = &panel->plot->series[series];
    bool over_field = panel->plot->field.z || panel->plot->heat.z, single = visible(panel, s) < 2;
    gi_pen pen = {
        .colour = palette[s->look.colour ? (int)s->look.colour - 1 : series % COLOURS],
        .line = s->look.line, .marker = s->look.marker,
        .width = (s->look.width > 0 ? s->look.width : 2) * panel->u,
        .marker_size = (s->look.marker_size > 0 ? s->look.marker_size : usual_size(s, over_field)) * panel->u,
        .marker_every = s->look.marker_every > 0 ? s->look.marker_every : 1
    };
    if (pen.line == GD_LINE_AUTO)
        pen.line = single && pen.marker != GD_NO_MARKER   ? GD_NO_LINE :
                   over_field || is_noisy(panel, s)       ? GD_SOLID : lines[series % 5];
    if (pen.marker == GD_MARKER_AUTO)
        pen.marker = over_field || single || pen.line == GD_NO_LINE ? GD_CIRCLE : GD_NO_MARKER;
    return pen;
}

bool gi_draw_series(const gi_panel *panel, int series)
{
    const gi_series *s = &panel->plot->series[series];
    gi_pen pen = gi_pen_of(panel, series);
    gi_box f = panel->frame;
    double u = panel->u;
    gi_canvas_clip(panel->canvas, (gi_box){ f.left - u, f.top - u, f.right + u, f.bottom + u });
    if (s->shape != GI_CURVE) {
        gi_draw_bars(panel, series);
        return true;
    }
    if (pen.line != GD_NO_LINE) {
        if (!gi_each_stretch(panel, s, &pen, draw_stretch, NULL))
            return false;
        gi_paint_data(panel->canvas, pen.colour, 1);
    }
    if (pen.marker != GD_NO_MARKER)
        draw_markers(panel, s, &pen);
    return true;
}

void gi_draw_sample(const gi_panel *panel, int series, double left, double right, double y)
{
    gi_pen pen = gi_pen_of(panel, series);
    const gi_series *s = &panel->plot->series[series];
    double walked = 0;
    if (s->shape != GI_CURVE) {
        gi_draw_bar_sample(panel, series, left, right, y);
        return;
    }
    if (s->values)
        pen.colour = gi_heat_colour(0.5);
    if (s->band_count) {
        gi_mask_box(panel->canvas, (gi_box){ left, y - 6 * panel->u, right, y + 6 * panel->u });
        gi_paint(panel->canvas, pen.colour, GI_BAND_OPACITY);
    }
    if (!s->count)
        return;
    if ((int)floor(pen.width + 0.5) % 2 == 0)
        y = floor(y);                       /* an even width is crisp between two rows of pixels */
    gi_xy a = { left, y }, b = { right, y };
    if (pen.line == GD_SOLID)
        gi_mask_segment(panel->canvas, left, y, right, y, pen.width / 2);
    else if (pen.line != GD_NO_LINE)
        draw_dashed(panel, a, b, &pen, &walked);
    gi_paint(panel->canvas, pen.colour, 1);
    if (pen.marker != GD_NO_MARKER) {
        double middle = (left + right) / 2, r = pen.marker_size / 2, line = fmax(1.4 * panel->u, pen.width * 0.9);
        mark(panel->canvas, (gi_xy){ middle, y }, pen.marker, r, line);
        gi_paint(panel->canvas, pen.colour, 1);
        if (pen.marker == GD_RING) {
            mark(panel->canvas, (gi_xy){ middle, y }, pen.marker, r - line, line);
            gi_paint(panel->canvas, (gi_rgb){ 255, 255, 255 }, 1);
        }
    }
}
