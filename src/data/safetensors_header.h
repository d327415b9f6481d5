/* safetensors_header.h - an open safetensors file, and what its header says. */
#ifndef GRADUS_SAFETENSORS_HEADER_H
#define GRADUS_SAFETENSORS_HEADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/memory.h"
#include "elements.h"
#include "gradus/data.h"
#include "input.h"

typedef struct gi_stored {
    const char *name, *type_name;
    gi_element  type;                       /* GI_ELEMENTS: not supported */
    int         ndim;
    uint64_t    sizes[GD_MAX_DIMS];
    uint64_t    begin, end;                 /* bytes, from the first number */
} gi_stored;

struct gd_safetensors {
    gd_arena      arena;                    /* holds the strings */
    gi_input      in;
    char         *path;                     /* a copy: messages may come long after opening */
    uint64_t      numbers, bytes;           /* their offset in the file; their length */
    gi_stored    *entries;                  /* in the order of the file */
    int64_t       count, capacity;
    const gi_stored **by_name;               /* sorted */
    gd_metadata  *metadata;                 /* sorted by key */
    int64_t       metadata_count, metadata_capacity;
};

/* gi_safetensors_header - reads the header, text[0 .. length), into f; false, and a message, where it is not well
 * formed.  Whether it is true of the numbers is not checked here. */
bool gi_safetensors_header(gd_safetensors *f, const char *text, size_t length);

#endif
