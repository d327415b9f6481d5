/* format.h - text with numbers in it, the same in every locale.
 *
 * printf takes the decimal point, and strerror the language, from the locale that the program has set.  What this
 * library prints or writes does not depend on it, so every number with a fraction goes through here; the script
 * tests/check_formats.sh finds those that do not. */
#ifndef GRADUS_FORMAT_H
#define GRADUS_FORMAT_H

#include <stdarg.h>
#include <stddef.h>

#include "gradus/error.h"

/* gi_format - snprintf, but the decimal point is '.', digits are not grouped, and a NaN has no sign.  Same result: the
 * length of the whole text, of which at most room - 1 bytes are stored; negative when a conversion fails.
 * gi_vformat - the same with the arguments in a list. */
int gi_format(char *to, size_t room, const char *format, ...) GD_FORMAT(3, 4);
int gi_vformat(char *to, size_t room, const char *format, va_list arguments);

/* gi_digits - a number for a message, in to: as %g prints it, but with all of its digits where it would look like a
 * whole number and is none, as in "1 must lie in [0, 1]".  Returns to. */
enum { GI_DIGITS_ROOM = 32 };
const char *gi_digits(char to[GI_DIGITS_ROOM], double value);

/* gi_system_error - what the system calls the error number `code`, in English where the system can be asked for
 * that.  Valid until the thread's next call. */
const char *gi_system_error(int code);

#endif
