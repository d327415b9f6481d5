/* source.h - the bytes of a file as they lie there, read ahead into a buffer. */
#ifndef GRADUS_SOURCE_H
#define GRADUS_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

typedef struct gi_source {
    FILE          *file;
    const char    *function, *path;         /* for messages */
    int64_t        bytes;                   /* length of the file; -1 for a pipe or a device */
    unsigned char *buffer;                  /* bytes that were read ahead: */
    size_t         used, held;              /* buffer[used .. held) */
} gi_source;

/* gi_source_open - false, and a message, when path cannot be opened and read.  Close it with gi_source_close, also
 * after a failure. */
bool gi_source_open(gi_source *source, const char *function, const char *path);
void gi_source_close(gi_source *source);

/* gi_source_fill - reads the next bytes of the file into the empty buffer; held stays 0 at the end of the file.
 * gi_source_some - up to most bytes; *got is 0 only at the end. */
bool gi_source_fill(gi_source *source);
bool gi_source_some(gi_source *source, void *to, size_t most, size_t *got);

/* gi_source_seek - to a byte of a file; false, without a message, when that is impossible. */
bool gi_source_seek(gi_source *source, uint64_t byte);

#endif
