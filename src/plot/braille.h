/* braille.h - a picture in characters, two by four dots each: the dots of braille, Unicode U+2800 to U+28FF. */
#ifndef GRADUS_PLOT_BRAILLE_H
#define GRADUS_PLOT_BRAILLE_H

#include <stdbool.h>
#include <stdint.h>

typedef struct gi_braille {
    int      columns, rows;                 /* in characters */
    uint8_t *dots;                          /* [rows, columns]: bits, as Unicode numbers them */
    uint8_t *colour;                        /* [rows, columns]: of the latest dot; 0: none */
} gi_braille;

/* gi_braille_start - without dots; false when memory is out.
 * gi_braille_line - a line between two points, in characters from the top left, from 0 on; what lies outside is left
 *   out.  every: only each such dot of it, for a thin line.
 * gi_braille_utf8 - the character at row and column, as a string. */
bool gi_braille_start(gi_braille *b, int columns, int rows);
void gi_braille_line(gi_braille *b, double x0, double y0, double x1, double y1, int every, uint8_t colour);
void gi_braille_utf8(const gi_braille *b, int row, int column, char out[4]);
void gi_braille_stop(gi_braille *b);

#endif
