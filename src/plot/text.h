/* text.h - writing on a canvas, in the library's own stroke font (glyphs.c has the letters).
 *
 * size is the type size in pixels, as in CSS: capitals are about 0.7 of it high.  Text is UTF-8. */
#ifndef GRADUS_PLOT_TEXT_H
#define GRADUS_PLOT_TEXT_H

#include <stdbool.h>
#include <stdint.h>

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
typedef struct gi_glyph {
    uint32_t    code;                       /* Unicode */
    double      left, right;
    const char *path;
} gi_glyph;

/* Characters drawn with the glyph of another: a smaller one, raised or lowered, or with an accent. */
typedef enum gi_variant { GI_PLAIN_GLYPH, GI_RAISED, GI_LOWERED, GI_ACCENTED } gi_variant;

typedef struct gi_derived {
    uint32_t   code, base;
    gi_variant variant;
    uint32_t   accent;                      /* the combining character, for GI_ACCENTED */
} gi_derived;

const gi_glyph   *gi_glyph_find(uint32_t code);             /* NULL: not in the font */
const gi_glyph   *gi_glyph_box(void);                       /* for characters that are not */
const gi_derived *gi_glyph_derived(uint32_t code);          /* NULL: has a glyph of its own, or none */
double            gi_glyph_kern(uint32_t a, uint32_t b);    /* to add between a and b, in grid units */

typedef enum gi_align { GI_LEFT, GI_CENTRE, GI_RIGHT } gi_align;

typedef struct gi_type {
    double   size;
    bool     bold;
    bool     upwards;                       /* turned by 90 degrees, reading from bottom to top */
    gi_align align;
    gi_rgb   colour;
} gi_type;

/* gi_text_width - the width of a text in pixels.  gi_text_cap - the height of a capital, whole pixels. */
double gi_text_width(const char *text, gi_type type);
double gi_text_cap(gi_type type);

/* gi_text_mask - adds the letters to the mask, with the baseline at (x, y), rounded to whole pixels so that letters are
 * crisp.  gi_write - the same, painted. */
void gi_text_mask(gi_canvas *c, double x, double y, const char *text, gi_type type, double bolder);
void gi_write(gi_canvas *c, double x, double y, const char *text, gi_type type);

/* gi_utf8_next - the character at *text, which is advanced past it; an invalid byte gives U+FFFD. */
uint32_t gi_utf8_next(const char **text);

#endif
