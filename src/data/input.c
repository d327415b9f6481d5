/* input.c - reading a file whose contents are not trusted.  Decompression is in gunzip.c. */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "base/format.h"
#include "base/memory.h"
#include "base/message.h"
#include "gradus/data.h"
#include "gunzip.h"
#include "looks.h"

enum { BUFFER = 1 << 16, DEFLATE_FACTOR = 1032 };

/* ---- The limit ---------------------------------------------------------------------------------------- */

static const int64_t usual_limit = INT64_C(1) << 30;
static _Atomic int64_t limit;                                   /* 0: the usual one */

int64_t gd_read_limit(void)
{
    int64_t set = limit;
    return set ? set : usual_limit;
}

bool gd_set_read_limit(int64_t bytes)
{
    if (bytes < 0)
        return gd_fail("gd_set_read_limit: bytes = %" PRId64 " must not be negative", bytes);
    limit = bytes;
    return true;
}

static bool is_limited(const gi_input *in)
{
    return in->gunzip || in->bytes < 0;
}

static bool too_much(const gi_input *in)
{
    return gd_fail("%s: %s: %s holds more than %" PRId64 " byte%s, the limit of %s", in->function, in->path,
                   in->gunzip ? "the compressed file" : "the pipe", in->most, gi_plural(in->most), in->limit);
}

/* ---- Opening ------------------------------------------------------------------------------------------ */

bool gi_input_fill(gi_input *in)
{
    errno = 0;
    in->used = 0;
    in->held = fread(in->buffer, 1, BUFFER, in->file);
    if (in->held == 0 && ferror(in->file))
        return gd_fail("%s: %s cannot be read: %s", in->function, in->path, gi_system_error(errno));
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

bool gi_input_open(gi_input *in, const char *function, const char *path, bool may_be_gzipped)
{
    in->file = NULL;
    in->function = function;
    in->tensor = NULL;
    in->path = path;
    in->bytes = in->taken = 0;
    in->most = gd_read_limit();
    in->limit = "gd_set_read_limit";
    in->buffer = in->rest = NULL;
    in->used = in->held = in->front_used = in->front_held = in->rest_used = in->rest_held = 0;
    in->gunzip = NULL;
    if (!gi_path_given(function, "path", path))
        return false;
    in->file = fopen(path, "rb");
    if (!in->file)
        return gd_fail("%s: %s cannot be read: %s", function, path, gi_system_error(errno));
    setvbuf(in->file, NULL, _IONBF, 0);                         /* in->buffer is the buffer */
    in->bytes = length(in->file);
    in->buffer = gi_memory_new(GI_DATA, BUFFER);
    if (!in->buffer || !gi_input_fill(in))
        return false;
    if (in->bytes == 0 && in->held > 0)                         /* a device, or a file of the kernel's */
        in->bytes = -1;
    if (may_be_gzipped && in->held >= 2 && in->buffer[0] == 0x1f && in->buffer[1] == 0x8b) {
        in->gunzip = gi_gunzip_new(in);
        if (!in->gunzip)
            return false;
    }
    size_t got;
    if (!gi_input_peek(in, 1, &got))
        return false;
    return got > 0 || gd_fail("%s: %s is empty", function, path);
}

void gi_input_close(gi_input *in)
{
    if (in->gunzip)
        gi_gunzip_free(in->gunzip);
    gi_memory_free(in->buffer);
    gi_memory_free(in->rest);
    if (in->file)
        fclose(in->file);
    in->file = NULL;
    in->gunzip = NULL;
    in->buffer = in->rest = NULL;
}

void *gi_input_is_not(const gi_input *in, const char *kind, const char *wrong)
{
    const char *looks = gi_looks_like(in->front + in->front_used, in->front_held - in->front_used);
    if (!looks)
        return gd_fail("%s: %s is not %s: %s", in->function, in->path, kind, wrong);
    return gd_fail("%s: %s is not %s: it looks like %s%s", in->function, in->path, kind,
                   in->gunzip ? "a compressed file of " : "", looks);
}

/* ---- Taking ------------------------------------------------------------------------------------------- */

static bool plain_some(gi_input *in, void *to, size_t most, size_t *got)
{
    if (in->used == in->held && !gi_input_fill(in))
        return false;
    size_t ready = in->held - in->used;
    *got = ready < most ? ready : most;
    memcpy(to, in->buffer + in->used, *got);
    in->used += *got;
    return true;
}

/* From memory, where bytes[*used .. held) lie. */
static void held_some(const unsigned char *bytes, size_t *used, size_t held, void *to, size_t most, size_t *got)
{
    *got = held - *used < most ? held - *used : most;
    memcpy(to, bytes + *used, *got);
    *used += *got;
}

/* What follows the front. */
static bool source_some(gi_input *in, void *to, size_t most, size_t *got)
{
    *got = 0;
    if (in->rest) {
        held_some(in->rest, &in->rest_used, in->rest_held, to, most, got);
        return true;
    }
    return (in->gunzip ? gi_gunzip_some : plain_some)(in, to, most, got);
}

bool gi_input_some(gi_input *in, void *to, size_t most, size_t *got)
{
    *got = 0;
    if (most == 0)
        return true;
    if (in->front_used < in->front_held)
        held_some(in->front, &in->front_used, in->front_held, to, most, got);
    else if (!source_some(in, to, most, got))
        return false;
    in->taken += (int64_t)*got;
    return !is_limited(in) || in->taken <= in->most || too_much(in);
}

bool gi_input_peek(gi_input *in, size_t n, size_t *got)
{
    size_t more = 1;
    memmove(in->front, in->front + in->front_used, in->front_held - in->front_used);
    in->front_held -= in->front_used;
    in->front_used = 0;
    while (in->front_held < n && more > 0) {
        if (!source_some(in, in->front + in->front_held, sizeof in->front - in->front_held, &more))
            return false;
        in->front_held += more;
    }
    *got = in->front_held < n ? in->front_held : n;
    return true;
}

bool gi_input_take(gi_input *in, void *to, size_t n, const char *what)
{
    char *at = to;
    for (size_t got; n > 0; at += got, n -= got) {
        if (!gi_input_some(in, at, n, &got))
            return false;
        if (got == 0)
            return gd_fail("%s: %s ends after %" PRId64 " byte%s, in the middle of %s", in->function, in->path,
                           in->taken, gi_plural(in->taken), what);
    }
    return true;
}

bool gi_input_pass(gi_input *in, uint64_t n, const char *what)
{
    unsigned char unwanted[4096];
    for (size_t now; n > 0; n -= now) {
        now = n < sizeof unwanted ? (size_t)n : sizeof unwanted;
        if (!gi_input_take(in, unwanted, now, what))
            return false;
    }
    return true;
}

/* ---- Lengths ------------------------------------------------------------------------------------------ */

/* All that a pipe still holds, in memory: then its length is known. */
static bool read_rest(gi_input *in)
{
    size_t room = BUFFER, held = in->front_held - in->front_used, got;
    unsigned char *rest = gi_memory_new(GI_DATA, room);
    if (!rest)
        return false;
    memcpy(rest, in->front + in->front_used, held);
    do {
        if (held == room) {
            unsigned char *bigger = gi_memory_resize(GI_DATA, rest, 2 * room);
            if (!bigger)
                break;
            rest = bigger;
            room *= 2;
        }
        if (!source_some(in, rest + held, room - held, &got))
            break;
        held += got;
        if ((int64_t)held > in->most) {
            too_much(in);
            break;
        }
        if (got == 0) {
            in->rest = rest;
            in->rest_held = held;
            in->front_used = in->front_held = 0;
            return true;
        }
    } while (true);
    gi_memory_free(rest);
    return false;
}

static bool limit_holds(const gi_input *in, uint64_t n)
{
    uint64_t left = in->most > in->taken ? (uint64_t)(in->most - in->taken) : 0;
    return n <= left || gd_fail("%s: %s should hold %" PRIu64 " byte%s after byte %" PRId64 ": %s may hold %"
                                PRId64 " in all, the limit of %s", in->function, in->path, n,
                                gi_plural((int64_t)n), in->taken,
                                in->gunzip ? "a compressed file" : "a pipe", in->most, in->limit);
}

uint64_t gi_input_total(const gi_input *in)
{
    if (!in->rest)
        return (uint64_t)in->bytes;
    return (uint64_t)in->taken + (in->front_held - in->front_used) + (in->rest_held - in->rest_used);
}

bool gi_input_holds(gi_input *in, uint64_t n)
{
    if (in->gunzip && in->bytes >= 0 && n / DEFLATE_FACTOR > (uint64_t)in->bytes)
        return gd_fail("%s: %s should hold %" PRIu64 " more bytes, but its %" PRIu64 " compressed bytes cannot"
                       " hold as many", in->function, in->path, n, (uint64_t)in->bytes);
    if (is_limited(in) && !limit_holds(in, n))
        return false;
    if (in->gunzip && in->bytes >= 0)
        return true;
    if (in->bytes < 0 && !in->rest && !read_rest(in))
        return false;
    uint64_t total = gi_input_total(in), rest = total > (uint64_t)in->taken ? total - (uint64_t)in->taken : 0;
    return n <= rest || gd_fail("%s: %s should hold %" PRIu64 " byte%s after byte %" PRId64 ", but has %" PRIu64,
                                in->function, in->path, n, gi_plural((int64_t)n), in->taken, rest);
}

bool gi_input_ends(gi_input *in)
{
    char more;
    size_t got;
    int64_t expected = in->taken;
    if (!gi_input_some(in, &more, 1, &got))
        return false;
    if (got > 0)
        return gd_fail("%s: %s has more than the %" PRId64 " byte%s that its header tells of", in->function,
                       in->path, expected, gi_plural(expected));
    return true;
}

bool gi_input_seek(gi_input *in, uint64_t byte)
{
    if (in->rest) {                         /* its last byte is the last one of all */
        uint64_t all = gi_input_total(in);
        if (byte <= all && byte + in->rest_held >= all) {
            in->front_used = in->front_held = 0;
            in->rest_used = in->rest_held - (size_t)(all - byte);
            in->taken = (int64_t)byte;
            return true;
        }
    } else if (byte <= LONG_MAX && fseek(in->file, (long)byte, SEEK_SET) == 0) {
        in->used = in->held = in->front_used = in->front_held = 0;
        in->taken = (int64_t)byte;
        return true;
    }
    return gd_fail("%s: %s cannot be read at byte %" PRIu64, in->function, in->path, byte);
}
