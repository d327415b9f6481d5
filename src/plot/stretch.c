/* stretch.c - a series in pixels.
 *
 * A line of very many points is thinned first: of the points that follow each other in the same half
 * column of pixels, the first, the lowest, the highest and the last are kept, in their order.  The others would be
 * covered by these. */
#include <math.h>
#include <stdbool.h>

#include "stretch.h"
#include "base/memory.h"


static gi_xy pixel_of(const gi_panel *panel, const gi_axis *y_axis, gi_xy data)
{
    gi_box f = panel->frame;
    double far = 1e7;                       /* beyond any canvas; keeps later arithmetic finite */
    double x = gi_axis_at(&panel->x, data.x), y = gi_axis_at(y_axis, data.y);
    return (gi_xy){ fmax(-far, fmin(far, f.left + x * (f.right - f.left))),
                    fmax(-far, fmin(far, f.bottom - y * (f.bottom - f.top))) };
}

gi_xy gi_to_pixel(const gi_panel *panel, gi_xy data)
{
    return pixel_of(panel, &panel->y, data);
}

gi_xy gi_series_pixel(const gi_panel *panel, const gi_series *series, gi_xy data)
{
    return pixel_of(panel, gi_y_axis(panel, series), data);
}

/* ---- Stretches of a line ------------------------------------------------------------------------------- */

static bool append(gi_stretch *s, gi_xy p)
{
    if (s->n == s->capacity) {
        size_t capacity = s->capacity ? 2 * s->capacity : 1024;
        gi_xy *more = gi_memory_resize(GI_PLOTS, s->at, capacity * sizeof *more);
        if (!more)
            return false;
        s->at = more;
        s->capacity = capacity;
    }
    s->at[s->n++] = p;
    return true;
}

/* The points of the column except its first, which is in the line already. */
static bool finish_column(gi_stretch *s)
{
    bool low_first = s->low_order < s->high_order;
    size_t first_order = low_first ? s->low_order : s->high_order;
    size_t second_order = low_first ? s->high_order : s->low_order;
    gi_xy first = low_first ? s->low : s->high, second = low_first ? s->high : s->low;
    size_t seen = s->seen;
    s->seen = 0;
    if (seen > 1 && first_order > 1 && first_order < seen && !append(s, first))
        return false;
    if (seen > 1 && second_order > 1 && second_order < seen && second_order != first_order && !append(s, second))
        return false;
    return seen <= 1 || append(s, s->last);
}

static bool add(gi_stretch *s, gi_xy p)
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

bool gi_each_stretch(const gi_panel *panel, const gi_series *series, const gi_pen *pen,
                     void (*visit)(const gi_panel *, const gi_stretch *, const gi_pen *, void *), void *context)
{
    gi_stretch s = { 0 };
    bool ok = true;
    for (size_t i = 0; ok && i <= series->count; i++) {
        if (i < series->count && gi_is_data(panel, series, series->points[i])) {
            ok = add(&s, gi_series_pixel(panel, series, series->points[i]));
            continue;
        }
        ok = finish_column(&s);
        if (ok && s.n)
            visit(panel, &s, pen, context);
        s.n = 0;
    }
    gi_memory_free(s.at);
    return ok;
}

bool gi_is_spot(const gi_stretch *s, double width)
{
    for (size_t i = 1; i < s->n; i++)
        if (hypot(s->at[i].x - s->at[0].x, s->at[i].y - s->at[0].y) > width / 2)
            return false;
    return true;
}

/* Liang and Barsky (1984). */
bool gi_clip_segment(gi_box box, double reach, gi_xy *a, gi_xy *b)
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
    gi_xy start = *a;
    *a = (gi_xy){ start.x + t0 * dx, start.y + t0 * dy };
    *b = (gi_xy){ start.x + t1 * dx, start.y + t1 * dy };
    return true;
}
