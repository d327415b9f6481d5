/* number.h - decimal numbers in text, the same in every locale. */
#ifndef GRADUS_NUMBER_H
#define GRADUS_NUMBER_H

#include "../tensor/core.h"

/* gd_is_digit - isdigit, whatever the locale. */
static inline bool gd_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

typedef enum gd_number {
    GD_IS_NUMBER, GD_NOT_A_NUMBER,
    GD_TOO_LARGE,                           /* it would become infinite */
    GD_TOO_SMALL                            /* it is not 0 and would become 0 */
} gd_number;

typedef struct gd_number_style {
    char decimal;                           /* '.' or ',' */
    char thousands;                         /* between groups of three digits; 0: none.  ' ' and '\'' stand for
                                               the no-break spaces and the curved apostrophe as well */
    bool nan;                               /* nan, inf and infinity are numbers */
} gd_number_style;

/* gd_number_read - text[0 .. length) as a number: an optional sign, digits with an optional decimal sign, an
 * optional exponent; nothing before, nothing after.  Rounded once, to the nearest gd_real.  With style.nan also
 * nan, inf and infinity, in any case, nan(..), and 1.#INF, 1.#QNAN, 1.#IND as Microsoft's library wrote them. */
gd_number gd_number_read(const char *text, size_t length, gd_number_style style, gd_real *value);

/* gd_number_missing - is it one of the words that stand for a missing value?  NA, N/A, n.a., null, none, nil, missing,
 * in any case; ?, points or dashes alone, up to three; <NA>, #N/A, #NA and the other errors of English, German, French
 * and Spanish spreadsheets. */
bool gd_number_missing(const char *text, size_t length);

#endif
