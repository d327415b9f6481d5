/* text.h - writing on a canvas, in the library's own stroke font (glyphs.c has the letters).
 *
 * size is the type size in pixels, as in CSS: capitals are about 0.7 of it high.  Text is UTF-8. */
#ifndef GD_PLOT_TEXT_H
#define GD_PLOT_TEXT_H

#include "canvas.h"

/* A letter: strokes of a pen on a grid where the baseline is 0, the x-height 14, capitals 20, descenders
 * -6; y goes up.  Coordinates are those of the middle of the stroke.  The path begins at the letter's left
 * edge, x = 0; left and right are the spaces beside it, from the edges of the stroke.
 *
 *     M x y   lift the pen and move      L x y   H x   V y   straight lines      Z   back to the last M
 *     C x1 y1 x2 y2 x y                  cubic Bezier curve
 *     A cx cy rx ry from to              arc, degrees counterclockwise from the right; joined by a line
 *     O cx cy rx ry                      the whole oval
 *     D x y                              dot
 * Arcs and ovals are superellipses, a little squarer than ellipses. */
typedef struct gd_glyph {
    uint32_t    code;                       /* Unicode */
    double      left, right;
    const char *path;
} gd_glyph;

/* Characters drawn with the glyph of another: a smaller one, raised or lowered, or with an accent. */
typedef enum gd_variant { GD_PLAIN_GLYPH, GD_RAISED, GD_LOWERED, GD_ACCENTED } gd_variant;

typedef struct gd_derived {
    uint32_t   code, base;
    gd_variant variant;
    uint32_t   accent;                      /* the combining character, for GD_ACCENTED */
} gd_derived;

const gd_glyph   *gd_glyph_find(uint32_t code);             /* NULL: not in the font */
const gd_glyph   *gd_glyph_box(void);                       /* for what is not */
const gd_derived *gd_glyph_derived(uint32_t code);          /* NULL: stands for itself */
double            gd_glyph_kern(uint32_t a, uint32_t b);    /* to add between a and b, in grid units */

typedef enum gd_align { GD_LEFT, GD_CENTRE, GD_RIGHT } gd_align;

typedef struct gd_type {
    double   size;
    bool     bold;
    bool     upwards;                       /* turned by 90 degrees, reading from bottom to top */
    gd_align align;
    gd_rgb   colour;
} gd_type;

/* gd_text_width - the width of a text in pixels.  gd_text_cap - the height of a capital, whole pixels. */
double gd_text_width(const char *text, gd_type type);
double gd_text_cap(gd_type type);

/* gd_text_mask - adds the letters to the mask, baseline at (x, y), which is moved to whole pixels so that
 * the letters stand crisply on it.  gd_write - the same, painted. */
void gd_text_mask(gd_canvas *c, double x, double y, const char *text, gd_type type, double bolder);
void gd_write(gd_canvas *c, double x, double y, const char *text, gd_type type);

/* gd_utf8_next - the character at *text, and *text moves behind it; a broken byte gives U+FFFD. */
uint32_t gd_utf8_next(const char **text);

#endif
