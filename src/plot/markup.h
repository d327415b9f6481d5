/* markup.h - text that grows: the source of an SVG document. */
#ifndef GRADUS_PLOT_MARKUP_H
#define GRADUS_PLOT_MARKUP_H

#include <stdbool.h>
#include <stddef.h>

typedef struct gi_markup {
    char  *text;                            /* not terminated */
    size_t size, capacity;
    bool   failed;                          /* memory is out: after one message nothing more is added */
} gi_markup;

/* gi_markup_put - adds a string as it is; gi_markup_bytes - so many bytes of it.
 * gi_markup_text - adds text with & < > " ' escaped; a character that XML 1.0 (2.2) forbids, and an invalid byte,
 * becomes U+FFFD.
 * gi_markup_number - adds a number to hundredths, as short as possible, in any locale; the number counts as within
 * +-1e7. */
void gi_markup_put(gi_markup *m, const char *string);
void gi_markup_bytes(gi_markup *m, const char *bytes, size_t n);
void gi_markup_text(gi_markup *m, const char *text);
void gi_markup_number(gi_markup *m, double number);

void gi_markup_free(gi_markup *m);

#endif
