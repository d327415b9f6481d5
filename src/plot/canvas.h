/* canvas.h - antialiased shapes on a white page: in pixels, and on request also written down as SVG.
 *
 * Not here: letters (text.h), axes, data.  Coordinates are in pixels, y down; the pixel (i, j) covers
 * i .. i+1 and j .. j+1, so a line of width 1 is crisp when it runs at a half.
 *
 * A shape is drawn in two steps.  Its parts are accumulated in a mask of coverages, where overlapping parts take the
 * larger value: joins of a line are round and no darker than the rest.  Then the mask is painted in one colour.
 * Painting mixes linear light, not sRGB values: a pixel that is half covered emits half the light.
 *
 * One door, two pages.  Every function below draws pixels (canvas.c, area.c, paint.c), and where `svg` is set it also
 * hands the same part to svg.c, which makes it an element of an SVG document.  So whatever is drawn through this header
 * is in both kinds of picture, at the same place: no drawing code asks which kind is wanted.  Pixels are always drawn,
 * as the places of labels depend on the ink that is already there.
 *
 * To draw something new, compose it from the parts below and paint it; set the clip before the first part of a shape
 * and leave it until the shape is painted.  Cells of a colour each, and pictures, are gi_canvas_image.  A shape that
 * the parts cannot make needs a new part here, with its line in svg.c. */
#ifndef GRADUS_PLOT_CANVAS_H
#define GRADUS_PLOT_CANVAS_H

#include <stdbool.h>
#include <stdint.h>

typedef struct gi_rgb { uint8_t r, g, b; } gi_rgb;         /* sRGB */

typedef struct gi_box { double left, top, right, bottom; } gi_box;

typedef struct gi_canvas {
    int      width, height;
    float   *light;                         /* [height, width, 3]: linear light, 0 .. 1 */
    float   *mask;                          /* [height, width]: coverage of the shape being made */
    uint8_t *ink;                           /* [height, width]: where data was painted, see gi_paint_data */
    double  *row;                           /* [width + 2]: for gi_mask_area */
    int      clip[4];                       /* left, top, right, bottom: nothing is drawn outside */
    int      dirty[4];                      /* the part of the mask that is not 0 */
    struct gi_svg *svg;                     /* the document that gets the same shapes, or NULL: only pixels */
} gi_canvas;

/* gi_canvas_start - a white page; false when memory is out. */
bool gi_canvas_start(gi_canvas *c, int width, int height);
void gi_canvas_stop(gi_canvas *c);

void gi_canvas_clip(gi_canvas *c, gi_box box);
void gi_canvas_unclip(gi_canvas *c);

/* Parts of a shape.  Segments and arcs have round ends; segments of which each begins where the one before it ended
 * become one path of an SVG.  gi_mask_polygon is for convex ones with few corners, gi_mask_area for any outline, such
 * as a band between two curves: it is closed by itself, and where it crosses itself both sides are filled. */
void gi_mask_segment(gi_canvas *c, double x0, double y0, double x1, double y1, double half_width);
void gi_mask_disc(gi_canvas *c, double x, double y, double radius);
void gi_mask_polygon(gi_canvas *c, const double (*corners)[2], int n);      /* convex, clockwise as seen */
void gi_mask_area(gi_canvas *c, const double (*corners)[2], int n);
void gi_mask_box(gi_canvas *c, gi_box box);

/* gi_mask_label - what the shape being made says: the text of letters.  Only a document records it, for those who
 * search it or have it read to them. */
void gi_mask_label(gi_canvas *c, const char *text);

/* gi_paint - paints the mask and clears it.  gi_paint_data - also records which pixels are data.
 * gi_paint_letters - makes half covered pixels darker than linear light would, for legibility. */
void gi_paint(gi_canvas *c, gi_rgb colour, double opacity);
void gi_paint_data(gi_canvas *c, gi_rgb colour, double opacity);
void gi_paint_letters(gi_canvas *c, gi_rgb colour);

/* gi_canvas_pixel - replaces one pixel, of the pixels only.
 * gi_canvas_image - fills the box with rows x columns cells of equal size, row by row from the top left, each in its
 * colour, without borders.  Where there are more cells than pixels a pixel has the mean of its cells. */
void gi_canvas_pixel(gi_canvas *c, int x, int y, gi_rgb colour);
void gi_canvas_image(gi_canvas *c, gi_box box, const gi_rgb *cells, int rows, int columns);

/* gi_ink - the number of pixels of data in the box. */
double gi_ink(const gi_canvas *c, gi_box box);

/* gi_canvas_bytes - writes the page to bytes as 8-bit sRGB, [height, width, 3]. */
bool gi_canvas_bytes(const gi_canvas *c, uint8_t *bytes);

#endif
