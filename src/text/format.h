/* format.h - formatting of numbers, independent of the locale.
 *
 * printf takes the decimal point, and strerror the language, from the program's locale.  What this library prints or
 * writes must not depend on it, so that every floating-point number is formatted here; tests/scripts/check_formats.sh
 * finds those that are not. */
#ifndef GRADUS_FORMAT_H
#define GRADUS_FORMAT_H

#include <stdarg.h>
#include <stddef.h>

#include "gradus/error.h"

/* gi_format - snprintf, but the decimal point is '.', digits are not grouped, and a NaN has no sign.  Like snprintf it
 * returns the length of the whole text, of which at most capacity - 1 bytes are stored; negative when a conversion
 * fails.
 * gi_vformat - vsnprintf, likewise. */
int gi_format(char *to, size_t capacity, const char *format, ...) GD_FORMAT(3, 4);
int gi_vformat(char *to, size_t capacity, const char *format, va_list arguments);

/* gi_digits - formats a number for a message: as %g, but with all its digits where it would look like an integer and is
 * none, as in "1 must lie in [0, 1]".  Returns to. */
enum { GI_DIGITS_SIZE = 32 };
const char *gi_digits(char to[GI_DIGITS_SIZE], double value);

/* gi_system_error - the system's text for the error number `code`, in English where that is possible.  Valid until the
 * thread's next call. */
const char *gi_system_error(int code);

#endif
