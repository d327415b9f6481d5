/* canvas.h - pixels: antialiased shapes on a white page.
 *
 * Not here: letters (text.h), axes, data.  Coordinates are in pixels, y down; the pixel (i, j) covers
 * i .. i+1 and j .. j+1, so a line of width 1 is crisp when it runs at a half.
 *
 * A shape is made in two steps.  Its parts are gathered in a mask of coverages, where overlapping parts
 * take the larger value: joins of a line are round and no darker than the rest.  Then the mask is painted
 * in one colour.  Painting mixes light, not sRGB numbers: a half covered pixel sends out half the light. */
#ifndef GD_PLOT_CANVAS_H
#define GD_PLOT_CANVAS_H

#include <stdbool.h>
#include <stdint.h>

typedef struct gd_rgb { uint8_t r, g, b; } gd_rgb;         /* sRGB */

typedef struct gd_box { double left, top, right, bottom; } gd_box;

typedef struct gd_canvas {
    int      width, height;
    float   *light;                         /* [height, width, 3]: linear light, 0 .. 1 */
    float   *mask;                          /* [height, width]: coverage of the shape being made */
    uint8_t *ink;                           /* [height, width]: where data was painted, see gd_paint_data */
    int      clip[4];                       /* left, top, right, bottom: nothing is drawn outside */
    int      dirty[4];                      /* the part of the mask that is not 0 */
} gd_canvas;

/* gd_canvas_start - a white page; false when memory is out. */
bool gd_canvas_start(gd_canvas *c, int width, int height);
void gd_canvas_stop(gd_canvas *c);

void gd_canvas_clip(gd_canvas *c, gd_box box);
void gd_canvas_unclip(gd_canvas *c);

/* Parts of a shape.  Segments and arcs have round ends. */
void gd_mask_segment(gd_canvas *c, double x0, double y0, double x1, double y1, double half_width);
void gd_mask_disc(gd_canvas *c, double x, double y, double radius);
void gd_mask_polygon(gd_canvas *c, const double (*corners)[2], int n);      /* convex, clockwise as seen */
void gd_mask_box(gd_canvas *c, gd_box box);

/* gd_paint - paints the mask and clears it.  gd_paint_data also notes where the ink went;
 * gd_paint_letters makes half covered pixels darker than light alone would, for legibility. */
void gd_paint(gd_canvas *c, gd_rgb colour, double opacity);
void gd_paint_data(gd_canvas *c, gd_rgb colour, double opacity);
void gd_paint_letters(gd_canvas *c, gd_rgb colour);

/* gd_canvas_pixel - replaces one pixel. */
void gd_canvas_pixel(gd_canvas *c, int x, int y, gd_rgb colour);

/* gd_ink - how many pixels of data lie in the box. */
double gd_ink(const gd_canvas *c, gd_box box);

/* gd_canvas_bytes - the page as 8-bit sRGB, [height, width, 3]; bytes has room for it. */
bool gd_canvas_bytes(const gd_canvas *c, uint8_t *bytes);

#endif
