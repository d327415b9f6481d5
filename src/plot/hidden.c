/* hidden.c - how much of the lines and markers a box, such as the legend's, would hide. */
#include <math.h>
#include <stdbool.h>

#include "stretch.h"

typedef struct hiding {
    const gi_box *boxes;
    int           n;
    double       *lengths;
} hiding;

static bool holds(gi_box box, gi_xy p)
{
    return p.x >= box.left && p.x <= box.right && p.y >= box.top && p.y <= box.bottom;
}

static void hide_spot(const hiding *h, gi_xy p, double size)
{
    for (int k = 0; k < h->n; k++)
        if (holds(h->boxes[k], p))
            h->lengths[k] += size;
}

static void hide_segment(const gi_panel *panel, const hiding *h, gi_xy from, gi_xy to)
{
    if (!gi_clip_segment(panel->frame, 0, &from, &to))
        return;
    for (int k = 0; k < h->n; k++) {
        gi_xy a = from, b = to;
        if (gi_clip_segment(h->boxes[k], 0, &a, &b))
            h->lengths[k] += hypot(b.x - a.x, b.y - a.y);
    }
}

/* The edges of a band count as lines. */
static void hide_band(const gi_panel *panel, const gi_series *s, const hiding *h)
{
    for (size_t i = 1; i < s->band_count; i++)
        for (int high = 0; high < 2; high++) {
            gi_xy from = gi_band_edge(panel, s, s->band[i - 1], high), to = gi_band_edge(panel, s, s->band[i], high);
            if (!isnan(from.x) && !isnan(to.x) && to.x >= from.x)
                hide_segment(panel, h, from, to);
        }
}

static void hide_bars(const gi_panel *panel, const gi_series *s, const hiding *h)
{
    gi_box b;
    for (size_t i = 0; i < s->count; i++)
        for (int k = 0; gi_bar_box(panel, s, i, &b) && k < h->n; k++) {
            double width = fmin(b.right, h->boxes[k].right) - fmax(b.left, h->boxes[k].left);
            double height = fmin(b.bottom, h->boxes[k].bottom) - fmax(b.top, h->boxes[k].top);
            if (width > 0 && height > 0)    /* an area, as lines of a usual width would fill it */
                h->lengths[k] += width * height / (4 * panel->u);
        }
}

static void hide_stretch(const gi_panel *panel, const gi_stretch *s, const gi_pen *pen, void *context)
{
    const hiding *h = context;
    if (gi_is_spot(s, pen->width)) {
        hide_spot(h, s->at[0], 2.4 * pen->width);
        return;
    }
    for (size_t i = 1; i < s->n; i++)
        hide_segment(panel, h, s->at[i - 1], s->at[i]);
}

bool gi_hidden(const gi_panel *panel, const gi_box *boxes, int n, double *lengths)
{
    hiding h = { boxes, n, lengths };
    for (int k = 0; k < n; k++)
        lengths[k] = 0;
    for (int i = 0; i < panel->plot->count; i++) {
        const gi_series *s = &panel->plot->series[i];
        gi_pen pen = gi_pen_of(panel, i);
        hide_band(panel, s, &h);
        if (s->shape != GI_CURVE) {
            hide_bars(panel, s, &h);
            continue;
        }
        if (pen.line != GD_NO_LINE && !gi_each_stretch(panel, s, &pen, hide_stretch, &h))
            return false;
        size_t step = 0;
        for (size_t j = 0; pen.marker != GD_NO_MARKER && j < s->count; j++)
            if (gi_has_marker(panel, s, s->points[j], &pen, &step))
                hide_spot(&h, gi_series_pixel(panel, s, s->points[j]), pen.marker_size);
    }
    return true;
}
