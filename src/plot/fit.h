/* fit.h - texts that must fit: broken into lines at spaces, or shortened with an ellipsis. */
#ifndef GD_PLOT_FIT_H
#define GD_PLOT_FIT_H

#include "text.h"

enum { GD_FIT_LINES = 3, GD_FIT_BYTES = 1024 };

typedef struct gd_fitted {
    int  n;                                 /* lines in use; 0 for an empty text */
    char line[GD_FIT_LINES][GD_FIT_BYTES];
} gd_fitted;

/* gd_fit - text in at most `most` lines (1 .. GD_FIT_LINES), none wider than width.  A line ends at a newline or
 * at the last space that fits, inside a word only where the word alone is too wide; what is left over at the last
 * line is replaced by an ellipsis. */
gd_fitted gd_fit(const char *text, gd_type type, double width, int most);

/* gd_fit_line - the same with one line. */
void gd_fit_line(char out[GD_FIT_BYTES], const char *text, gd_type type, double width);

/* gd_fit_middle - the same, with the ellipsis inside, so that names which differ at their end do so still. */
void gd_fit_middle(char out[GD_FIT_BYTES], const char *text, gd_type type, double width);

#endif
