/* stretch.h - a series in pixels, as it is drawn: its line in unbroken stretches, its markers. */
#ifndef GD_PLOT_STRETCH_H
#define GD_PLOT_STRETCH_H

#include "picture.h"

/* One unbroken stretch in pixels, thinned. */
typedef struct gd_stretch {
    gd_xy  *at;
    size_t  n, room;
    /* the current half column: how many points it has had, and which to keep */
    long    column;
    size_t  seen;
    gd_xy   low, high, last;
    size_t  low_order, high_order;
} gd_stretch;

/* gd_is_data - can the point be drawn, or is it a gap? */
static inline bool gd_is_data(const gd_panel *panel, gd_xy d)
{
    return isfinite(d.x) && isfinite(d.y) && (!panel->x.log || d.x > 0) && (!panel->y.log || d.y > 0);
}

/* gd_has_marker - is it the next k-th of the points that can be drawn, from the first on?  step counts them. */
static inline bool gd_has_marker(const gd_panel *panel, gd_xy point, const gd_pen *pen, size_t *step)
{
    return gd_is_data(panel, point) && (*step)++ % (size_t)pen->marker_every == 0;
}

/* gd_each_stretch - calls visit for every stretch of the series; false when memory is out.
 * gd_is_spot - is it one point, or points in one place?
 * gd_clip_segment - cuts the segment to the box grown by reach; false when nothing is left. */
bool gd_each_stretch(const gd_panel *panel, const gd_series *series, const gd_pen *pen,
                     void (*visit)(const gd_panel *, const gd_stretch *, const gd_pen *, void *), void *context);
bool gd_is_spot(const gd_stretch *s, double width);
bool gd_clip_segment(gd_box box, double reach, gd_xy *a, gd_xy *b);

#endif
