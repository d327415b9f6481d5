/* input.h - reading a file, plain or gzipped.  Every failure gives one message.
 *
 * A gzip stream (RFC 1952) is recognized by its first two bytes, not by the file's name, and is read through zlib;
 * several members in one file are read as one, and zero bytes between and after them are skipped, as gzip itself
 * does.  A pipe is read like a file; where its length must be known, the rest of it is read into memory.
 * Compressed data and pipes may yield at most gd_read_limit bytes. */
#ifndef GRADUS_INPUT_H
#define GRADUS_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gunzip.h"
#include "source.h"

enum { GI_INPUT_FRONT = 512 };

typedef struct gi_input {
    gi_source      raw;                     /* the file as it is */
    gi_gunzip     *gunzip;                  /* NULL: the file is not compressed */
    const char    *tensor;                  /* for messages: which of several is being read; NULL: there is only one */
    int64_t        taken;                   /* bytes handed out so far, after decompression */
    int64_t        most;                    /* the limit on them, for compressed data and pipes, */
    const char    *limit;                   /* and what sets it */
    unsigned char  front[GI_INPUT_FRONT];   /* bytes that were peeked at, after decompression: */
    size_t         front_used, front_held;  /* front[front_used .. front_held) comes next */
    unsigned char *rest;                    /* of a pipe, all of it: */
    size_t         rest_used, rest_held;    /* rest[rest_used .. rest_held) comes after front */
} gi_input;

/* gi_input_open - false, and a message, when path cannot be opened and read, or is empty.  Close it with
 * gi_input_close, also after a failure.  may_be_gzipped is false for a format whose own first bytes may look like
 * those of gzip. */
bool gi_input_open(gi_input *in, const char *function, const char *path, bool may_be_gzipped);
void gi_input_close(gi_input *in);

/* gi_input_memory - reads n bytes that lie in memory, from gi_memory_new, as if they were a file; gi_input_close frees
 * them. */
void gi_input_memory(gi_input *in, const char *function, const char *path, unsigned char *bytes, size_t n);

/* gi_input_some - up to most bytes; *got is 0 only at the end. */
bool gi_input_some(gi_input *in, void *to, size_t most, size_t *got);

/* gi_input_take - exactly n bytes; false, and a message that says what was being read, when the file ends earlier.
 * gi_input_pass - skips n bytes. */
bool gi_input_take(gi_input *in, void *to, size_t n, const char *what);
bool gi_input_pass(gi_input *in, uint64_t n, const char *what);

/* gi_input_peek - the next n <= GI_INPUT_FRONT bytes in in->front[in->front_used ..], without consuming them; *got is
 * smaller than n at the end. */
bool gi_input_peek(gi_input *in, size_t n, size_t *got);

/* gi_input_holds - can n more bytes follow?  False, and a message, when the file is too short for them.
 * For a gzip stream the answer is an upper bound: deflate shrinks by a factor of at most 1032 (zlib's
 * technical details), so no more memory is taken than that. */
bool gi_input_holds(gi_input *in, uint64_t n);

/* gi_input_total - all bytes of a plain file, or of a pipe of which gi_input_holds was asked. */
uint64_t gi_input_total(const gi_input *in);

/* gi_input_ends - false, and a message, unless everything was read.  Verifies the checksum of gzip. */
bool gi_input_ends(gi_input *in);

/* gi_input_seek - goes to a byte of a plain file, or of a pipe of which gi_input_holds was asked. */
bool gi_input_seek(gi_input *in, uint64_t byte);

/* gi_input_is_not - the message for a file that is not `kind` ("an IDX file"): what it looks like or, where that is
 * not known, what is wrong.  Always NULL.  To be called before anything is taken. */
void *gi_input_is_not(const gi_input *in, const char *kind, const char *wrong);

#endif
