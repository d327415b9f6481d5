/* json.h - the part of JSON (RFC 8259) that safetensors headers consist of: objects, arrays, strings, integers.  Read
 * token by token: each function first skips blanks, and is false, without a message and without consuming anything,
 * when the next token is another one. */
#ifndef GRADUS_JSON_H
#define GRADUS_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/memory.h"

typedef struct gi_json {
    const char *begin, *at, *end;
    bool        no_memory;                  /* a string could not be copied; there was a message */
} gi_json;

bool gi_json_accept(gi_json *json, char sign);                  /* one of { } [ ] : , */
bool gi_json_number(gi_json *json, uint64_t *number);           /* a non-negative integer */

/* gi_json_text - a string, with its escapes resolved, as UTF-8; copied to the arena.  False also for one that contains
 * \u0000, and when memory is out. */
bool gi_json_text(gi_json *json, gd_arena *arena, const char **text);

/* gi_json_quoted - writes text in quotes, with escapes, unless to is NULL; returns the number of bytes. */
size_t gi_json_quoted(char *to, const char *text);

#endif
