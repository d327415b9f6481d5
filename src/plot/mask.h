/* mask.h - what the files that make shapes share: writing to the mask of a canvas. */
#ifndef GRADUS_PLOT_MASK_H
#define GRADUS_PLOT_MASK_H

#include <stddef.h>

#include "canvas.h"

/* gi_clamped - x as int, without overflow for coordinates far outside. */
static inline int gi_clamped(double x, int low, int high)
{
    if (!(x > low))
        return low;
    return x < high ? (int)x : high;
}

/* gi_touch - the mask may differ from 0 between these edges.  gi_cover - one pixel: the larger coverage counts. */
static inline void gi_touch(gi_canvas *c, int left, int top, int right, int bottom)
{
    if (left < c->dirty[0]) c->dirty[0] = left;
    if (top < c->dirty[1]) c->dirty[1] = top;
    if (right > c->dirty[2]) c->dirty[2] = right;
    if (bottom > c->dirty[3]) c->dirty[3] = bottom;
}

static inline void gi_cover(gi_canvas *c, int x, int y, double coverage)
{
    float *at = &c->mask[(size_t)y * (size_t)c->width + (size_t)x];
    if (coverage > (double)*at)
        *at = (float)(coverage < 1 ? coverage : 1);
}

#endif
