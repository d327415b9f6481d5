/* input.c - reading a file whose contents are not trusted.  Decompression is in gunzip.c. */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>

#include "gunzip.h"

enum { BUFFER = 1 << 16, DEFLATE_FACTOR = 1032 };

bool gd_input_fill(gd_input *in)
{
    errno = 0;
    in->used = 0;
    in->held = fread(in->buffer, 1, BUFFER, in->file);
    if (in->held == 0 && ferror(in->file))
        return gd_fail("%s: %s cannot be read: %s", in->function, in->path, strerror(errno));
    return true;
}

/* The length of a file, -1 where there is none: asked for before anything is read. */
static int64_t length(FILE *file)
{
    if (fseek(file, 0, SEEK_END) != 0)
        return -1;
    int64_t bytes = ftell(file);
    return fseek(file, 0, SEEK_SET) == 0 ? bytes : -1;
}

bool gd_input_open(gd_input *in, const char *function, const char *path, bool may_be_gzipped)
{
    *in = (gd_input){ .function = function, .path = path };
    if (!gd_given(function, "path", path))
        return false;
    in->file = fopen(path, "rb");
    if (!in->file)
        return gd_fail("%s: %s cannot be read: %s", function, path, strerror(errno));
    setvbuf(in->file, NULL, _IONBF, 0);                         /* in->buffer is the buffer */
    in->bytes = length(in->file);
    in->buffer = gd_memory_new(GD_DATA, BUFFER);
    if (!in->buffer || !gd_input_fill(in))
        return false;
    if (may_be_gzipped && in->held >= 2 && in->buffer[0] == 0x1f && in->buffer[1] == 0x8b) {
        in->gunzip = gd_gunzip_new(in);
        return in->gunzip != NULL;
    }
    return true;
}

void gd_input_close(gd_input *in)
{
    if (in->gunzip)
        gd_gunzip_free(in->gunzip);
    gd_memory_free(in->buffer);
    if (in->file)
        fclose(in->file);
    *in = (gd_input){ .file = NULL };
}

static bool plain_some(gd_input *in, void *to, size_t most, size_t *got)
{
    if (in->used == in->held && !gd_input_fill(in))
        return false;
    size_t ready = in->held - in->used;
    *got = ready < most ? ready : most;
    memcpy(to, in->buffer + in->used, *got);
    in->used += *got;
    return true;
}

bool gd_input_some(gd_input *in, void *to, size_t most, size_t *got)
{
    *got = 0;
    if (most == 0)
        return true;
    if (!(in->gunzip ? gd_gunzip_some : plain_some)(in, to, most, got))
        return false;
    in->taken += (int64_t)*got;
    return true;
}

bool gd_input_take(gd_input *in, void *to, size_t n, const char *what)
{
    char *at = to;
    for (size_t got; n > 0; at += got, n -= got) {
        if (!gd_input_some(in, at, n, &got))
            return false;
        if (got == 0)
            return gd_fail("%s: %s ends after %" PRId64 " bytes, in the middle of %s", in->function, in->path,
                           in->taken, what);
    }
    return true;
}

bool gd_input_holds(gd_input *in, uint64_t n)
{
    if (in->bytes < 0)
        return gd_fail("%s: %s is not a file with a length", in->function, in->path);
    uint64_t bytes = (uint64_t)in->bytes;
    if (in->gunzip && n / DEFLATE_FACTOR > bytes)
        return gd_fail("%s: %s should hold %" PRIu64 " more bytes, but its %" PRIu64 " compressed bytes cannot"
                       " hold as many", in->function, in->path, n, bytes);
    uint64_t rest = bytes > (uint64_t)in->taken ? bytes - (uint64_t)in->taken : 0;
    if (!in->gunzip && n > rest)
        return gd_fail("%s: %s should hold %" PRIu64 " bytes after byte %" PRId64 ", but has %" PRIu64,
                       in->function, in->path, n, in->taken, rest);
    return true;
}

bool gd_input_ends(gd_input *in)
{
    char more;
    size_t got;
    int64_t expected = in->taken;
    if (!gd_input_some(in, &more, 1, &got))
        return false;
    if (got > 0)
        return gd_fail("%s: %s has more than the %" PRId64 " bytes that its header tells of", in->function,
                       in->path, expected);
    return true;
}

bool gd_input_seek(gd_input *in, uint64_t byte)
{
    if (byte > LONG_MAX || fseek(in->file, (long)byte, SEEK_SET) != 0)
        return gd_fail("%s: %s cannot be read at byte %" PRIu64, in->function, in->path, byte);
    in->used = in->held = 0;
    in->taken = (int64_t)byte;
    return true;
}
