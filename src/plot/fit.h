/* fit.h - fitting text to a width: broken into lines at spaces, or shortened with an ellipsis. */
#ifndef GRADUS_PLOT_FIT_H
#define GRADUS_PLOT_FIT_H

#include "text.h"

enum { GI_FIT_LINES = 3, GI_FIT_BYTES = 1024 };

typedef struct gi_fitted {
    int  n;                                 /* lines in use; 0 for an empty text */
    char line[GI_FIT_LINES][GI_FIT_BYTES];
} gi_fitted;

/* gi_fit - text in at most `most` lines (1 .. GI_FIT_LINES), none wider than width.  A line ends at a newline or
 * at the last space that fits, inside a word only where the word alone is too wide; what is left over at the last
 * line is replaced by an ellipsis. */
gi_fitted gi_fit(const char *text, gi_type type, double width, int most);

/* gi_fit_line - the same with one line. */
void gi_fit_line(char out[GI_FIT_BYTES], const char *text, gi_type type, double width);

/* gi_fit_middle - the same with the ellipsis in the middle, so that names that differ at their ends still do. */
void gi_fit_middle(char out[GI_FIT_BYTES], const char *text, gi_type type, double width);

#endif
