/* number.h - decimal numbers in text, the same in every locale. */
#ifndef GRADUS_NUMBER_H
#define GRADUS_NUMBER_H

#include <stdbool.h>

#include "gradus/tensor.h"


/* gi_is_digit - isdigit, whatever the locale. */
static inline bool gi_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

typedef enum gi_number {
    GI_IS_NUMBER, GI_NOT_A_NUMBER,
    GI_TOO_LARGE,                           /* it would become infinite */
    GI_TOO_SMALL                            /* it is not 0 and would become 0 */
} gi_number;

typedef struct gi_number_style {
    char decimal;                           /* '.' or ',' */
    char thousands;                         /* between groups of three digits; 0: none.  ' ' and '\'' stand for
                                               the no-break spaces and the curved apostrophe as well */
    bool nan;                               /* accept nan, inf and infinity */
} gi_number_style;

/* gi_number_read - text[0 .. length) as a number: an optional sign, digits with an optional decimal sign, an
 * optional exponent; nothing before, nothing after.  Rounded once, to the nearest gd_real.  With style.nan also
 * nan, inf and infinity, in any case, nan(..), and 1.#INF, 1.#QNAN, 1.#IND as Microsoft's library wrote them. */
gi_number gi_number_read(const char *text, size_t length, gi_number_style style, gd_real *value);

/* gi_double_read - a number as gi_format writes doubles: with a point, or nan, inf, -inf; rounded once, to the nearest
 * double in either library.  False when text is anything else, or too large. */
bool gi_double_read(const char *text, size_t length, double *value);

/* gi_number_missing - is it one of the words that stand for a missing value?  NA, N/A, n.a., null, none, nil, missing,
 * in any case; ?, points or dashes alone, up to three; <NA>, #N/A, #NA and the other errors of English, German, French
 * and Spanish spreadsheets. */
bool gi_number_missing(const char *text, size_t length);

#endif
