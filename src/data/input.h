/* input.h - a file being read: plain or gzipped, with each failure told in one message.
 *
 * A gzip stream (RFC 1952) is known by its first two bytes, not by the file's name, and is read through zlib;
 * several members in one file are read as one, and zero bytes between and behind them are passed over, as gzip
 * itself does.  A pipe is read like a file; where its length must be known, what it still holds is kept in
 * memory.  Compressed data and pipes may yield at most gd_read_limit bytes. */
#ifndef GRADUS_INPUT_H
#define GRADUS_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>


enum { GI_INPUT_FRONT = 512 };

typedef struct gi_input {
    FILE          *file;
    const char    *function, *path;         /* for messages */
    const char    *tensor;                  /* the same: which of several is being read; NULL: there is only one */
    int64_t        bytes;                   /* of the file as it lies there; -1 for a pipe or a device */
    int64_t        taken;                   /* bytes handed out so far, after decompression */
    int64_t        most;                    /* that many, of compressed data or a pipe: */
    const char    *limit;                   /* the name of who says so */
    unsigned char *buffer;                  /* bytes of the file that were read ahead: */
    size_t         used, held;              /* buffer[used .. held) */
    struct gi_gunzip *gunzip;               /* NULL: the file is plain */
    unsigned char  front[GI_INPUT_FRONT];   /* bytes to be handed out next, after decompression: */
    size_t         front_used, front_held;
    unsigned char *rest;                    /* of a pipe, all of it: */
    size_t         rest_used, rest_held;
} gi_input;

/* gi_input_open - false, and a message, when path cannot be opened and read, or is empty.  Give it back with
 * gi_input_close, which is also fine after a failure.  may_be_gzipped is false for a format whose own first
 * bytes may look like gzip's. */
bool gi_input_open(gi_input *in, const char *function, const char *path, bool may_be_gzipped);
void gi_input_close(gi_input *in);

/* gi_input_some - up to most bytes; how many in got.  0 at the end only. */
bool gi_input_some(gi_input *in, void *to, size_t most, size_t *got);

/* gi_input_take - exactly n bytes; false, and a message, when the file ends before: while reading what.
 * gi_input_pass - the same without keeping them. */
bool gi_input_take(gi_input *in, void *to, size_t n, const char *what);
bool gi_input_pass(gi_input *in, uint64_t n, const char *what);

/* gi_input_peek - makes in->front[in->front_used ..] hold the next n <= GI_INPUT_FRONT bytes; fewer at the end.
 * How many in got. */
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

/* gi_input_is_not - a message for a file that is not `kind` ("an IDX file"): what it looks like, and where that
 * cannot be told, what is wrong.  Always NULL.  Before anything was taken. */
void *gi_input_is_not(const gi_input *in, const char *kind, const char *wrong);

#endif
