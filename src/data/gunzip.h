/* gunzip.h - decompression.  Without zlib (no header, or -DGD_NO_ZLIB) gi_gunzip_new fails with a message. */
#ifndef GRADUS_GUNZIP_H
#define GRADUS_GUNZIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "source.h"

typedef struct gi_gunzip gi_gunzip;

gi_gunzip *gi_gunzip_new(gi_source *source);                    /* NULL, and a message, on failure */
void       gi_gunzip_free(gi_gunzip *gunzip);

/* gi_gunzip_some - up to most decompressed bytes; *got is 0 only at the end. */
bool gi_gunzip_some(gi_gunzip *gunzip, void *to, size_t most, size_t *got);

/* gi_inflate - decompresses from[0 .. n), a deflate stream (RFC 1951) without a header, to exactly `bytes` bytes.
 * False, and a message, when it is damaged or has another length. */
bool gi_inflate(const char *function, const char *path, const unsigned char *from, size_t n, unsigned char *to,
                size_t bytes);

/* gi_inflates_to - does a zlib stream (RFC 1950), or a bare deflate stream, decompress to exactly `bytes` bytes of
 * pixels?  It is taken in pieces, and no further than that.  False, and a message, where not; true without zlib. */
bool gi_inflates_to(const char *function, const char *path, const unsigned char *from, size_t n, bool bare,
                    uint64_t bytes);

#endif
