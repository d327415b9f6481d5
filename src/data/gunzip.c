/* gunzip.c - decompression through zlib (J. Gailly and M. Adler), with its memory booked like ours. */
#include <inttypes.h>

#include "gunzip.h"
#include "base/memory.h"
#include "base/message.h"

/* The Makefile says -DGD_NO_ZLIB where there is none; a build without it asks here. */
#if defined(__has_include)
#if !__has_include(<zlib.h>) && !defined(GD_NO_ZLIB)
#define GD_NO_ZLIB
#endif
#endif

#ifndef GD_NO_ZLIB
#include <zlib.h>

struct gi_gunzip {
    z_stream   z;
    gi_source *source;
    int64_t    bytes;                       /* decompressed so far */
    bool       between;                     /* a member has ended, and none has begun since */
};

static voidpf z_new(voidpf context, uInt items, uInt size)
{
    (void)context;
    return gi_memory_new(GI_DATA, (size_t)items * size);
}

static void z_free(voidpf context, voidpf p)
{
    (void)context;
    gi_memory_free(p);
}

gi_gunzip *gi_gunzip_new(gi_source *source)
{
    gi_gunzip *gunzip = gi_memory_new(GI_DATA, sizeof *gunzip);
    if (!gunzip)
        return NULL;
    *gunzip = (gi_gunzip){ .z = { .zalloc = z_new, .zfree = z_free }, .source = source };
    const int gzip_only = 15 + 16;                              /* the largest window, and gzip's header */
    const int state = inflateInit2(&gunzip->z, gzip_only);
    if (state == Z_OK)
        return gunzip;
    gi_memory_free(gunzip);
    if (state == Z_MEM_ERROR)               /* z_new has said so */
        return NULL;
    return gd_fail("%s: %s: zlib cannot be initialized", source->function, source->path);
}

void gi_gunzip_free(gi_gunzip *gunzip)
{
    inflateEnd(&gunzip->z);
    gi_memory_free(gunzip);
}

/* Another member may follow the one that has ended: it begins like the first.  Zero bytes before it, or before the
 * end, fill up the last block of a tape or a disk, and are passed over. */
static bool next_member(gi_gunzip *gunzip)
{
    gi_source *source = gunzip->source;
    while (source->used < source->held && source->buffer[source->used] == 0)
        source->used++;
    if (source->used == source->held)
        return true;
    if (source->buffer[source->used] != 0x1f)
        return gd_fail("%s: %s: there are other data after the gzip stream", source->function, source->path);
    gunzip->between = false;
    return inflateReset(&gunzip->z) == Z_OK
           || gd_fail("%s: %s: zlib cannot begin the next gzip stream", source->function, source->path);
}

bool gi_gunzip_some(gi_gunzip *gunzip, void *to, size_t most, size_t *got)
{
    z_stream *z = &gunzip->z;
    gi_source *source = gunzip->source;
    const uInt capacity = most < (1u << 30) ? (uInt)most : 1u << 30;
    z->next_out = to;
    z->avail_out = capacity;
    while (z->avail_out == capacity) {
        if (source->used == source->held && !gi_source_fill(source))
            return false;
        if (gunzip->between) {
            if (source->held == 0)
                break;
            if (!next_member(gunzip))
                return false;
            if (gunzip->between)
                continue;
        }
        if (source->held == 0)
            return gd_fail("%s: %s: the gzip stream is cut off after %" PRId64 " byte%s of data", source->function,
                           source->path, gunzip->bytes, gi_plural(gunzip->bytes));
        z->next_in = source->buffer + source->used;
        z->avail_in = (uInt)(source->held - source->used);
        int state = inflate(z, Z_NO_FLUSH);
        source->used = source->held - z->avail_in;
        if (state == Z_STREAM_END)
            gunzip->between = true;
        else if (state == Z_MEM_ERROR)      /* z_new has said so */
            return false;
        else if (state != Z_OK && state != Z_BUF_ERROR)
            return gd_fail("%s: %s: damaged gzip stream: %s", source->function, source->path,
                           z->msg ? z->msg : "it cannot be decompressed");
    }
    *got = capacity - z->avail_out;
    gunzip->bytes += (int64_t)*got;
    return true;
}

bool gi_inflate(const char *function, const char *path, const unsigned char *from, size_t n, unsigned char *to,
                size_t bytes)
{
    z_stream z = { .zalloc = z_new, .zfree = z_free };
    const uInt most = 1u << 30;
    size_t in = 0, out = 0;
    int state = inflateInit2(&z, -15);      /* the largest window, no header */
    if (state != Z_OK)
        return state == Z_MEM_ERROR ? false : gd_fail("%s: %s: zlib cannot be initialized", function, path) != NULL;
    unsigned char beyond = 0;               /* there must be no further byte */
    while (state == Z_OK) {
        const uInt give = n - in < most ? (uInt)(n - in) : most;
        const uInt space = bytes - out < most ? (uInt)(bytes - out) : most;
        z.next_in = (Bytef *)(uintptr_t)(from + in);
        z.avail_in = give;
        z.next_out = space ? to + out : &beyond;
        z.avail_out = space ? space : 1;
        const uInt offered = z.avail_out;
        state = inflate(&z, Z_NO_FLUSH);
        in += give - z.avail_in;
        out += offered - z.avail_out;
        if (out > bytes || (state == Z_OK && z.avail_in == give && z.avail_out == offered))
            state = Z_DATA_ERROR;
    }
    inflateEnd(&z);
    if (state == Z_STREAM_END && out == bytes && in == n)
        return true;
    return state == Z_MEM_ERROR ? false
           : gd_fail("%s: %s: a damaged deflate stream, or one that does not hold %zu bytes", function, path,
                     bytes) != NULL;
}

bool gi_inflates_to(const char *function, const char *path, const unsigned char *from, size_t n, bool bare,
                    uint64_t bytes)
{
    z_stream z = { .zalloc = z_new, .zfree = z_free };
    unsigned char piece[1 << 14];
    uint64_t out = 0;
    size_t in = 0;
    int state = inflateInit2(&z, bare ? -15 : 15);
    if (state != Z_OK)
        return state == Z_MEM_ERROR ? false : gd_fail("%s: %s: zlib cannot be initialized", function, path) != NULL;
    while (state == Z_OK && out <= bytes) {
        const uInt give = n - in < 1u << 30 ? (uInt)(n - in) : 1u << 30;
        z.next_in = (Bytef *)(uintptr_t)(from + in);
        z.avail_in = give;
        z.next_out = piece;
        z.avail_out = sizeof piece;
        state = inflate(&z, Z_NO_FLUSH);
        in += give - z.avail_in;
        out += sizeof piece - z.avail_out;
    }
    const char *wrong = state == Z_BUF_ERROR ? "they are cut off" : z.msg ? z.msg : "they are not a zlib stream";
    inflateEnd(&z);
    if (state == Z_MEM_ERROR)               /* z_new has said so */
        return false;
    if (out > bytes || (state == Z_STREAM_END && out != bytes))
        return gd_fail("%s: %s cannot be decoded: its pixels should have %" PRIu64 " bytes, and %s%" PRIu64
                       " were decompressed", function, path, bytes, out > bytes ? "at least " : "", out) != NULL;
    return state == Z_STREAM_END
           || gd_fail("%s: %s cannot be decoded: its pixels cannot be decompressed: %s", function, path, wrong);
}

#else

gi_gunzip *gi_gunzip_new(gi_source *source)
{
    return gd_fail("%s: %s is gzipped, and this library was built without zlib: install zlib1g-dev and build it"
                   " again, or gunzip the file", source->function, source->path);
}

void gi_gunzip_free(gi_gunzip *gunzip)
{
    (void)gunzip;
}

bool gi_gunzip_some(gi_gunzip *gunzip, void *to, size_t most, size_t *got)
{
    (void)gunzip;
    (void)to;
    (void)most;
    *got = 0;
    return false;                           /* never called: there is no gi_gunzip */
}

bool gi_inflate(const char *function, const char *path, const unsigned char *from, size_t n, unsigned char *to,
                size_t bytes)
{
    (void)from, (void)n, (void)to, (void)bytes;
    return gd_fail("%s: %s is compressed, and this library was built without zlib: install zlib1g-dev and build "
                   "it again",
                   function, path) != NULL;
}

bool gi_inflates_to(const char *function, const char *path, const unsigned char *from, size_t n, bool bare,
                    uint64_t bytes)
{
    (void)function, (void)path, (void)from, (void)n, (void)bare, (void)bytes;
    return true;
}

#endif
