/* json.h - the little of JSON (RFC 8259) that a safetensors header is made of: objects, arrays, texts, whole
 * numbers.  Read piece by piece; each function first passes over blanks, and is false, without a message and
 * without moving on, when something else stands there. */
#ifndef GRADUS_JSON_H
#define GRADUS_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "memory.h"


typedef struct gi_json {
    const char *begin, *at, *end;
    bool        no_memory;                  /* a text could not be copied, and a message says so */
} gi_json;

bool gi_json_accept(gi_json *json, char sign);                  /* one of { } [ ] : , */
bool gi_json_number(gi_json *json, uint64_t *number);           /* a whole number that is not negative */

/* gi_json_text - a text in quotes, its escapes resolved, as UTF-8; copied to the arena.  False also for one
 * with \u0000 in it, and when memory is out. */
bool gi_json_text(gi_json *json, gd_arena *arena, const char **text);

/* gi_json_quoted - the bytes of text in quotes, with escapes; written to to, unless that is NULL. */
size_t gi_json_quoted(char *to, const char *text);

/* gi_utf8_valid - is it UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing above U+10FFFF? */
bool gi_utf8_valid(const char *text, size_t length);

#endif
