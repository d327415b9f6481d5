/* number.h - decimal numbers in text, the same in every locale. */
#ifndef GRADUS_NUMBER_H
#define GRADUS_NUMBER_H

#include "../tensor/core.h"

typedef enum gd_number { GD_IS_NUMBER, GD_NOT_A_NUMBER, GD_OUT_OF_RANGE } gd_number;

/* gd_number_read - text[0 .. length) as a number: an optional sign, digits with an optional point, an optional
 * exponent; nothing before, nothing after.  With allow_nan also nan, inf and infinity, in any case. */
gd_number gd_number_read(const char *text, size_t length, bool allow_nan, gd_real *value);

#endif
