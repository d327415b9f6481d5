/* json.h - the little of JSON (RFC 8259) that a safetensors header is made of: objects, arrays, texts, whole
 * numbers.  Read piece by piece; each function first passes over blanks, and is false, without a message and
 * without moving on, when something else stands there. */
#ifndef GRADUS_JSON_H
#define GRADUS_JSON_H

#include "../tensor/core.h"

typedef struct gd_json {
    const char *begin, *at, *end;
    bool        no_memory;                  /* a text could not be copied, and a message says so */
} gd_json;

bool gd_json_accept(gd_json *json, char sign);                  /* one of { } [ ] : , */
bool gd_json_number(gd_json *json, uint64_t *number);           /* a whole number that is not negative */

/* gd_json_text - a text in quotes, its escapes resolved, as UTF-8; copied to the arena.  False also for one
 * with \u0000 in it, and when memory is out. */
bool gd_json_text(gd_json *json, gd_arena *arena, const char **text);

/* gd_json_quoted - the bytes of text in quotes, with escapes; written to to, unless that is NULL. */
size_t gd_json_quoted(char *to, const char *text);

/* gd_utf8_valid - is it UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing above U+10FFFF? */
bool gd_utf8_valid(const char *text, size_t length);

#endif
