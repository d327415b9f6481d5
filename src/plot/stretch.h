/* stretch.h - a series in pixels, as it is drawn: its line in unbroken stretches, its markers. */
#ifndef GRADUS_PLOT_STRETCH_H
#define GRADUS_PLOT_STRETCH_H

#include <stdbool.h>
#include <stddef.h>

#include "picture.h"

/* One unbroken stretch in pixels, thinned. */
typedef struct gi_stretch {
    gi_xy  *at;
    size_t  n, capacity;
    /* the current half column: how many points it has, and which to keep */
    long    column;
    size_t  seen;
    gi_xy   low, high, last;
    size_t  low_order, high_order;
} gi_stretch;

/* gi_is_data - can the point be drawn, or is it a gap? */
static inline bool gi_is_data(const gi_panel *panel, const gi_series *series, gi_xy d)
{
    return isfinite(d.x) && isfinite(d.y) && (!panel->x.log || d.x > 0) &&
           (!gi_y_axis(panel, series)->log || d.y > 0);
}

/* gi_has_marker - does the point get a marker?  Every k-th point that can be drawn does; *step counts them. */
static inline bool gi_has_marker(const gi_panel *panel, const gi_series *series, gi_xy point, const gi_pen *pen,
                                 size_t *step)
{
    return gi_is_data(panel, series, point) && (*step)++ % (size_t)pen->marker_every == 0;
}

/* gi_each_stretch - calls visit for every stretch of the series; false when memory is out.
 * gi_is_spot - is it one point, or points in one place?
 * gi_clip_segment - cuts the segment to the box grown by reach; false when nothing is left. */
bool gi_each_stretch(const gi_panel *panel, const gi_series *series, const gi_pen *pen,
                     void (*visit)(const gi_panel *, const gi_stretch *, const gi_pen *, void *), void *context);
bool gi_is_spot(const gi_stretch *s, double width);
bool gi_clip_segment(gi_box box, double reach, gi_xy *a, gi_xy *b);

#endif
