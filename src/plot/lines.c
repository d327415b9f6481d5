/* lines.c - a series: its line, dashes and markers.
 *
 * A line of very many points is thinned first: of the points that follow each other in the same half
 * column of pixels, the first, the lowest, the highest and the last are kept, in their order.  What is left
 * out would have been covered by what is drawn. */
#include "picture.h"

#include "../tensor/core.h"

/* Okabe and Ito (2008), in an order that alternates dark and light. */
static const gd_rgb palette[] = {
    { 0, 114, 178 }, { 230, 159, 0 }, { 0, 158, 115 }, { 213, 94, 0 }, { 204, 121, 167 }, { 0, 0, 0 },
    { 86, 180, 233 }, { 128, 128, 128 }
};
enum { COLOURS = 7 };                       /* grey only when asked for */

/* Dashes and gaps in line widths, as they are seen: the round ends of a dash belong to it. */
static const double dashes[][4] = {
    [GD_DASHED] = { 4.2, 2.2, 4.2, 2.2 }, [GD_DOTTED] = { 1.0, 1.5, 1.0, 1.5 },
    [GD_DASH_DOT] = { 5, 1.8, 1.0, 1.8 }, [GD_LONG_DASH] = { 9, 2.4, 9, 2.4 }
};

static bool is_data(const gd_panel *panel, gd_xy d)
{
    return isfinite(d.x) && isfinite(d.y) && (!panel->x.log || d.x > 0) && (!panel->y.log || d.y > 0);
}

gd_xy gd_to_pixel(const gd_panel *panel, gd_xy data)
{
    gd_box f = panel->frame;
    double far = 1e7;                       /* beyond any canvas; keeps later arithmetic finite */
    double x = gd_axis_at(&panel->x, data.x), y = gd_axis_at(&panel->y, data.y);
    return (gd_xy){ fmax(-far, fmin(far, f.left + x * (f.right - f.left))),
                    fmax(-far, fmin(far, f.bottom - y * (f.bottom - f.top))) };
}

/* ---- Stretches of a line ------------------------------------------------------------------------------- */

/* One unbroken stretch in pixels, thinned. */
typedef struct stretch {
    gd_xy  *at;
    size_t  n, room;
    /* the current half column: how many points it has had, and which to keep */
    long    column;
    size_t  seen;
    gd_xy   low, high, last;
    size_t  low_order, high_order;
} stretch;

static bool append(stretch *s, gd_xy p)
{
    if (s->n == s->room) {
        size_t room = s->room ? 2 * s->room : 1024;
        gd_xy *more = gd_memory_resize(GD_PLOTS, s->at, room * sizeof *more);
        if (!more)
            return false;
        s->at = more;
        s->room = room;
    }
    s->at[s->n++] = p;
    return true;
}

/* The points of the column but its first, which is in the line already. */
static bool finish_column(stretch *s)
{
    bool low_first = s->low_order < s->high_order;
    size_t first_order = low_first ? s->low_order : s->high_order;
    size_t second_order = low_first ? s->high_order : s->low_order;
    gd_xy first = low_first ? s->low : s->high, second = low_first ? s->high : s->low;
    size_t seen = s->seen;
    s->seen = 0;
    if (seen > 1 && first_order > 1 && first_order < seen && !append(s, first))
        return false;
    if (seen > 1 && second_order > 1 && second_order < seen && second_order != first_order && !append(s, second))
        return false;
    return seen <= 1 || append(s, s->last);
}

static bool add(stretch *s, gd_xy p)
{
    long column = (long)floor(2 * p.x);
    if (s->seen && column != s->column && !finish_column(s))
        return false;
    if (!s->seen) {
        s->column = column;
        s->low = s->high = p;
        s->low_order = s->high_order = 1;
        if (!append(s, p))
            return false;
    }
    s->seen++;
    s->last = p;
    if (p.y < s->low.y) {
        s->low = p;
        s->low_order = s->seen;
    }
    if (p.y > s->high.y) {
        s->high = p;
        s->high_order = s->seen;
    }
    return true;
}

/* ---- Drawing a stretch --------------------------------------------------------------------------------- */

/* Cuts the segment to the box grown by reach (Liang and Barsky 1984); false when nothing is left. */
static bool cut(gd_box box, double reach, gd_xy *a, gd_xy *b)
{
    double t0 = 0, t1 = 1, dx = b->x - a->x, dy = b->y - a->y;
    double p[4] = { -dx, dx, -dy, dy };
    double q[4] = { a->x - box.left + reach, box.right + reach - a->x,
                    a->y - box.top + reach, box.bottom + reach - a->y };
    for (int i = 0; i < 4; i++) {
        if (fabs(p[i]) < 1e-12) {
            if (q[i] < 0)
                return false;
        } else if (p[i] < 0) {
            t0 = fmax(t0, q[i] / p[i]);
        } else {
            t1 = fmin(t1, q[i] / p[i]);
        }
    }
    if (t0 > t1)
        return false;
    gd_xy start = *a;
    *a = (gd_xy){ start.x + t0 * dx, start.y + t0 * dy };
    *b = (gd_xy){ start.x + t1 * dx, start.y + t1 * dy };
    return true;
}

/* A pen that walks: `walked` is how far it is into the dash pattern. */
static void draw_dashed(const gd_panel *panel, gd_xy a, gd_xy b, const gd_pen *pen, double *walked)
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
                gd_mask_segment(panel->canvas, a.x + dx * from, a.y + dy * from, a.x + dx * to, a.y + dy * to,
                                pen->width / 2);
        }
        at += part;
        *walked = fmod(*walked + part, period);
    }
}

/* Is it one point, or points in one place? */
static bool is_spot(const stretch *s, double width)
{
    for (size_t i = 1; i < s->n; i++)
        if (hypot(s->at[i].x - s->at[0].x, s->at[i].y - s->at[0].y) > width / 2)
            return false;
    return true;
}

static void draw_stretch(const gd_panel *panel, const stretch *s, const gd_pen *pen, void *unused)
{
    (void)unused;
    double walked = 0, reach = pen->width + 2;
    if (is_spot(s, pen->width)) {           /* no line leads to it: large enough to be seen */
        gd_mask_disc(panel->canvas, s->at[0].x, s->at[0].y,
                     pen->marker == GD_NO_MARKER ? 1.2 * pen->width : pen->width / 2);
        return;
    }
    for (size_t i = 1; i < s->n; i++) {
        gd_xy a = s->at[i - 1], b = s->at[i];
        if (!cut(panel->frame, reach, &a, &b))
            continue;
        if (pen->line == GD_SOLID)
            gd_mask_segment(panel->canvas, a.x, a.y, b.x, b.y, pen->width / 2);
        else
            draw_dashed(panel, a, b, pen, &walked);
    }
}

/* Calls visit for every unbroken stretch of the series. */
static bool each_stretch(const gd_panel *panel, const gd_series *series, const gd_pen *pen,
                         void (*visit)(const gd_panel *, const stretch *, const gd_pen *, void *), void *context)
{
    stretch s = { 0 };
    bool ok = true;
    for (size_t i = 0; ok && i <= series->count; i++) {
        if (i < series->count && is_data(panel, series->points[i])) {
            ok = add(&s, gd_to_pixel(panel, series->points[i]));
            continue;
        }
        ok = finish_column(&s);
        if (ok && s.n)
            visit(panel, &s, pen, context);
        s.n = 0;
    }
    gd_memory_free(s.at);
    return ok;
}

/* ---- Markers ------------------------------------------------------------------------------------------- */

static void mark(gd_canvas *c, gd_xy p, gd_marker marker, double r, double line)
{
    double x = p.x, y = p.y, d = 0.7 * r, tip = 1.15 * r, foot = 0.65 * r;
    switch (marker) {
    case GD_SQUARE:
        gd_mask_box(c, (gd_box){ x - 0.86 * r, y - 0.86 * r, x + 0.86 * r, y + 0.86 * r });
        break;
    case GD_TRIANGLE:
        gd_mask_polygon(c, (const double[][2]){ { x, y - tip }, { x + r, y + foot }, { x - r, y + foot } }, 3);
        break;
    case GD_DIAMOND:
        gd_mask_polygon(c, (const double[][2]){ { x, y - tip }, { x + tip, y }, { x, y + tip }, { x - tip, y } },
                        4);
        break;
    case GD_CROSS:
        gd_mask_segment(c, x - d, y - d, x + d, y + d, line / 2);
        gd_mask_segment(c, x - d, y + d, x + d, y - d, line / 2);
        break;
    case GD_PLUS:
        gd_mask_segment(c, x - r, y, x + r, y, line / 2);
        gd_mask_segment(c, x, y - r, x, y + r, line / 2);
        break;
    default:
        gd_mask_disc(c, x, y, r);
        break;
    }
}

static bool is_filled(gd_marker marker)
{
    return marker != GD_CROSS && marker != GD_PLUS;
}

/* Is it the next k-th of the points that can be drawn, from the first on?  step counts them. */
static bool has_marker(const gd_panel *panel, gd_xy point, const gd_pen *pen, size_t *step)
{
    return is_data(panel, point) && (*step)++ % (size_t)pen->marker_every == 0;
}

/* A marker stands on its line with a thin white rim, so that both can be seen.  One on the frame is whole. */
static void draw_markers(const gd_panel *panel, const gd_series *s, const gd_pen *pen)
{
    double r = pen->marker_size / 2, line = fmax(1.4 * panel->u, pen->width * 0.9), rim = 1.2 * r + 2 * panel->u;
    gd_box f = panel->frame;
    gd_canvas_clip(panel->canvas, (gd_box){ f.left - rim, f.top - rim, f.right + rim, f.bottom + rim });
    for (int pass = is_filled(pen->marker) ? 0 : 1; pass < (pen->marker == GD_RING ? 3 : 2); pass++) {
        gd_xy before = { NAN, NAN };
        size_t step = 0;
        for (size_t i = 0; i < s->count; i++) {
            if (!has_marker(panel, s->points[i], pen, &step))
                continue;
            gd_xy p = gd_to_pixel(panel, s->points[i]);
            if (p.x < f.left - 0.5 || p.x > f.right + 0.5 || p.y < f.top - 0.5 || p.y > f.bottom + 0.5)
                continue;
            if (fabs(p.x - before.x) < 0.25 && fabs(p.y - before.y) < 0.25)
                continue;                   /* the same place again: nothing to see */
            before = p;
            mark(panel->canvas, p, pen->marker, pass == 0 ? r + panel->u : pass == 1 ? r : r - line, line);
        }
        if (pass == 1)
            gd_paint_data(panel->canvas, pen->colour, 1);
        else
            gd_paint(panel->canvas, (gd_rgb){ 255, 255, 255 }, pass == 0 ? 0.8 : 1);
    }
}

/* ---- What a box would hide ----------------------------------------------------------------------------- */

typedef struct hiding {
    const gd_box *boxes;
    int           n;
    double       *lengths;
} hiding;

static bool holds(gd_box box, gd_xy p)
{
    return p.x >= box.left && p.x <= box.right && p.y >= box.top && p.y <= box.bottom;
}

static void hide_spot(const hiding *h, gd_xy p, double size)
{
    for (int k = 0; k < h->n; k++)
        if (holds(h->boxes[k], p))
            h->lengths[k] += size;
}

static void hide_stretch(const gd_panel *panel, const stretch *s, const gd_pen *pen, void *context)
{
    const hiding *h = context;
    if (is_spot(s, pen->width)) {
        hide_spot(h, s->at[0], 2.4 * pen->width);
        return;
    }
    for (size_t i = 1; i < s->n; i++) {
        gd_xy from = s->at[i - 1], to = s->at[i];
        if (!cut(panel->frame, 0, &from, &to))
            continue;
        for (int k = 0; k < h->n; k++) {
            gd_xy a = from, b = to;
            if (cut(h->boxes[k], 0, &a, &b))
                h->lengths[k] += hypot(b.x - a.x, b.y - a.y);
        }
    }
}

bool gd_hidden(const gd_panel *panel, const gd_box *boxes, int n, double *lengths)
{
    hiding h = { boxes, n, lengths };
    for (int k = 0; k < n; k++)
        lengths[k] = 0;
    for (int i = 0; i < panel->plot->count; i++) {
        const gd_series *s = &panel->plot->series[i];
        gd_pen pen = gd_pen_of(panel, i);
        if (pen.line != GD_NO_LINE && !each_stretch(panel, s, &pen, hide_stretch, &h))
            return false;
        size_t step = 0;
        for (size_t j = 0; pen.marker != GD_NO_MARKER && j < s->count; j++)
            if (has_marker(panel, s->points[j], &pen, &step))
                hide_spot(&h, gd_to_pixel(panel, s->points[j]), pen.marker_size);
    }
    return true;
}

/* ---- A series ------------------------------------------------------------------------------------------ */

/* A line that goes to and fro so much that dashes would be lost in it. */
static bool is_noisy(const gd_panel *panel, const gd_series *s)
{
    double length = 0, left = INFINITY, right = -INFINITY, top = INFINITY, bottom = -INFINITY;
    gd_xy before = { NAN, NAN };
    for (size_t i = 0; i < s->count; i++) {
        if (!is_data(panel, s->points[i]))
            continue;
        gd_xy p = gd_to_pixel(panel, s->points[i]);
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
static int visible(const gd_panel *panel, const gd_series *s)
{
    int n = 0;
    for (size_t i = 0; i < s->count && n < 2; i++)
        n += is_data(panel, s->points[i]);
    return n;
}

gd_pen gd_pen_of(const gd_panel *panel, int series)
{
    static const gd_line lines[] = { GD_SOLID, GD_DASHED, GD_DASH_DOT, GD_DOTTED, GD_LONG_DASH };
    const gd_series *s = &panel->plot->series[series];
    bool over_field = panel->plot->field.z != NULL, single = visible(panel, s) < 2;
    gd_pen pen = {
        .colour = palette[s->look.colour ? (int)s->look.colour - 1 : series % COLOURS],
        .line = s->look.line, .marker = s->look.marker,
        .width = (s->look.width > 0 ? s->look.width : 2) * panel->u,
        .marker_size = (s->look.marker_size > 0 ? s->look.marker_size : over_field ? 6 : 7) * panel->u,
        .marker_every = s->look.marker_every > 0 ? s->look.marker_every : 1
    };
    if (pen.line == GD_LINE_AUTO)
        pen.line = single && pen.marker != GD_NO_MARKER ? GD_NO_LINE : over_field || is_noisy(panel, s) ? GD_SOLID : lines[series % 5];
    if (pen.marker == GD_MARKER_AUTO)
        pen.marker = over_field || single || pen.line == GD_NO_LINE ? GD_CIRCLE : GD_NO_MARKER;
    return pen;
}

bool gd_draw_series(const gd_panel *panel, int series)
{
    const gd_series *s = &panel->plot->series[series];
    gd_pen pen = gd_pen_of(panel, series);
    gd_box f = panel->frame;
    double u = panel->u;
    gd_canvas_clip(panel->canvas, (gd_box){ f.left - u, f.top - u, f.right + u, f.bottom + u });
    if (pen.line != GD_NO_LINE) {
        if (!each_stretch(panel, s, &pen, draw_stretch, NULL))
            return false;
        gd_paint_data(panel->canvas, pen.colour, 1);
    }
    if (pen.marker != GD_NO_MARKER)
        draw_markers(panel, s, &pen);
    return true;
}

void gd_draw_sample(const gd_panel *panel, int series, double left, double right, double y)
{
    gd_pen pen = gd_pen_of(panel, series);
    double walked = 0;
    if ((int)floor(pen.width + 0.5) % 2 == 0)
        y = floor(y);                       /* an even width is crisp between two rows of pixels */
    gd_xy a = { left, y }, b = { right, y };
    if (pen.line == GD_SOLID)
        gd_mask_segment(panel->canvas, left, y, right, y, pen.width / 2);
    else if (pen.line != GD_NO_LINE)
        draw_dashed(panel, a, b, &pen, &walked);
    gd_paint(panel->canvas, pen.colour, 1);
    if (pen.marker != GD_NO_MARKER) {
        double middle = (left + right) / 2, r = pen.marker_size / 2, line = fmax(1.4 * panel->u, pen.width * 0.9);
        mark(panel->canvas, (gd_xy){ middle, y }, pen.marker, r, line);
        gd_paint(panel->canvas, pen.colour, 1);
        if (pen.marker == GD_RING) {
            mark(panel->canvas, (gd_xy){ middle, y }, pen.marker, r - line, line);
            gd_paint(panel->canvas, (gd_rgb){ 255, 255, 255 }, 1);
        }
    }
}
