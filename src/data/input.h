/* input.h - a file being read: plain or gzipped, with each failure told in one sentence.
 *
 * A gzip stream (RFC 1952) is known by its first two bytes, not by the file's name, and is read through zlib;
 * several members in one file are read as one, as gzip itself does. */
#ifndef GRADUS_INPUT_H
#define GRADUS_INPUT_H

#include "../tensor/core.h"

typedef struct gd_input {
    FILE          *file;
    const char    *function, *path;         /* for sentences */
    int64_t        bytes;                   /* of the file as it lies there; -1 for a pipe or a device */
    int64_t        taken;                   /* bytes handed out so far, after decompression */
    unsigned char *buffer;                  /* bytes of the file that were read ahead: */
    size_t         used, held;              /* buffer[used .. held) */
    struct gd_gunzip *gunzip;               /* NULL: the file is plain */
} gd_input;

/* gd_input_open - false, and a sentence, when path cannot be opened and read.  Give it back with
 * gd_input_close, which is also fine after a failure.  may_be_gzipped is false for a format whose own first
 * bytes may look like gzip's. */
bool gd_input_open(gd_input *in, const char *function, const char *path, bool may_be_gzipped);
void gd_input_close(gd_input *in);

/* gd_input_some - up to most bytes; how many in got.  0 at the end only. */
bool gd_input_some(gd_input *in, void *to, size_t most, size_t *got);

/* gd_input_take - exactly n bytes; false, and a sentence, when the file ends before: while reading what. */
bool gd_input_take(gd_input *in, void *to, size_t n, const char *what);

/* gd_input_holds - can n more bytes follow?  False, and a sentence, when the file is too short for them.
 * For a gzip stream the answer is an upper bound: deflate shrinks by a factor of at most 1032 (zlib's
 * technical details), so no more memory is taken than that. */
bool gd_input_holds(gd_input *in, uint64_t n);

/* gd_input_ends - false, and a sentence, unless everything was read.  Verifies the checksum of gzip. */
bool gd_input_ends(gd_input *in);

/* gd_input_seek - goes to a byte of a plain file. */
bool gd_input_seek(gd_input *in, uint64_t byte);

#endif
