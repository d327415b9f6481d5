/* gunzip.h - the decompressor behind gi_input.  Without zlib (no header, or -DGD_NO_ZLIB) opening fails with
 * a message, and plain files are read as ever. */
#ifndef GRADUS_GUNZIP_H
#define GRADUS_GUNZIP_H

#include <stdbool.h>
#include <stddef.h>

#include "input.h"

typedef struct gi_gunzip gi_gunzip;

gi_gunzip *gi_gunzip_new(const gi_input *in);                   /* NULL, and a message */
void       gi_gunzip_free(gi_gunzip *gunzip);

/* gi_gunzip_some - up to most decompressed bytes; 0 in got at the end only. */
bool gi_gunzip_some(gi_input *in, void *to, size_t most, size_t *got);

/* gi_input_fill - reads the next bytes of the file into the empty buffer; held stays 0 at its end. */
bool gi_input_fill(gi_input *in);

#endif
