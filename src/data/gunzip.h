/* gunzip.h - the decompressor behind gd_input.  Without zlib (no header, or -DGD_NO_ZLIB) opening fails with
 * a message, and plain files are read as ever. */
#ifndef GRADUS_GUNZIP_H
#define GRADUS_GUNZIP_H

#include "input.h"

typedef struct gd_gunzip gd_gunzip;

gd_gunzip *gd_gunzip_new(const gd_input *in);                   /* NULL, and a message */
void       gd_gunzip_free(gd_gunzip *gunzip);

/* gd_gunzip_some - up to most decompressed bytes; 0 in got at the end only. */
bool gd_gunzip_some(gd_input *in, void *to, size_t most, size_t *got);

/* gd_input_fill - reads the next bytes of the file into the empty buffer; held stays 0 at its end. */
bool gd_input_fill(gd_input *in);

#endif
