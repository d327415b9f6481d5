/* svg.h - what is drawn on a canvas, as an SVG document (Scalable Vector Graphics 1.1, W3C 2011).
 *
 *     gi_svg svg;
 *     if (gi_svg_start(&svg, width, height, title)) {
 *         canvas.svg = &svg;                               and draw
 *         gi_svg_finish(&svg);                             then svg.out has the document
 *     }
 *     gi_svg_free(&svg);
 *
 * The functions of canvas.h call those below.  Letters are paths, from the library's own glyphs: the same in every
 * viewer, whatever fonts it has, and where the layout has measured them; a path that is a text says so in aria-label.
 * Only memory can fail: svg.out.failed is then true. */
#ifndef GRADUS_PLOT_SVG_H
#define GRADUS_PLOT_SVG_H

#include <stdbool.h>
#include <stddef.h>

#include "canvas.h"
#include "markup.h"

typedef struct gi_svg_line { double x0, y0, x1, y1, half_width; } gi_svg_line;

typedef struct gi_svg {
    gi_markup    out;                       /* the document */
    int          width, height;
    /* the shape being made */
    gi_markup    fill;                      /* path data of its areas */
    gi_markup    label;                     /* attribute value: what it says */
    gi_svg_line *lines;
    size_t       count, capacity;
    bool         even_odd;                  /* areas are filled by this rule: a loop in a loop is a hole */
    gi_box       bounds;
    /* the clips that the document has */
    int        (*clips)[4];
    int          clips_count;
} gi_svg;

/* gi_svg_start - a white page of this size; false when memory is out.  gi_svg_finish - closes it; false when memory
 * was out at any time.  gi_svg_free - must always be called. */
bool gi_svg_start(gi_svg *s, int width, int height, const char *title);
bool gi_svg_finish(gi_svg *s);
void gi_svg_free(gi_svg *s);

/* Parts of a shape, and its painting within a clip: see canvas.h. */
void gi_svg_segment(gi_svg *s, double x0, double y0, double x1, double y1, double half_width);
void gi_svg_polygon(gi_svg *s, const double (*corners)[2], int n);
void gi_svg_box(gi_svg *s, gi_box box);
void gi_svg_label(gi_svg *s, const char *text);
void gi_svg_paint(gi_svg *s, gi_rgb colour, double opacity, const int clip[4]);

/* gi_svg_paint_inside - paints what the lines of the shape surround; their width must be 0, and their ends must meet.
 * gi_svg_cells - see gi_canvas_image. */
void gi_svg_paint_inside(gi_svg *s, gi_rgb colour, const int clip[4]);
void gi_svg_cells(gi_svg *s, gi_box box, const gi_rgb *cells, int rows, int columns, const int clip[4]);

/* svg_lines.c: gi_svg_link - adds path data for the lines of this width, joined where their ends meet. */
void gi_svg_link(gi_markup *m, const gi_svg_line *lines, size_t n, double half_width);

#endif
