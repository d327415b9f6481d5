/* utf8.h - text in UTF-8. */
#ifndef GRADUS_UTF8_H
#define GRADUS_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* gi_utf8_valid - is it UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing above U+10FFFF? */
bool gi_utf8_valid(const char *text, size_t length);

#endif
