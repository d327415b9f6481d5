/* input.c - reading a file whose contents are not trusted. */
#include <inttypes.h>
#include <stdatomic.h>
#include <string.h>

#include "input.h"
#include "base/memory.h"
#include "base/message.h"
#include "gradus/data.h"
#include "looks.h"

enum { DEFLATE_FACTOR = 1032 };

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
    return in->gunzip || in->raw.bytes < 0;
}

static bool too_much(const gi_input *in)
{
    return gd_fail("%s: %s: %s holds more than %" PRId64 " byte%s, the limit of %s", in->raw.function, in->raw.path,
                   in->gunzip ? "the compressed file" : "the pipe", in->most, gi_plural(in->most), in->limit);
}

/* ---- Opening ------------------------------------------------------------------------------------------ */

bool gi_input_open(gi_input *in, const char *function, const char *path, bool may_be_gzipped)
{
    in->gunzip = NULL;
    in->tensor = NULL;
    in->taken = 0;
    in->most = gd_read_limit();
    in->limit = "gd_set_read_limit";
    in->rest = NULL;
    in->front_used = in->front_held = in->rest_used = in->rest_held = 0;
    gi_source *source = &in->raw;
    if (!gi_source_open(source, function, path))
        return false;
    if (may_be_gzipped && source->held >= 2 && source->buffer[0] == 0x1f && source->buffer[1] == 0x8b) {
        in->gunzip = gi_gunzip_new(source);
        if (!in->gunzip)
            return false;
    }
    size_t got;
    if (!gi_input_peek(in, 1, &got))
        return false;
    return got > 0 || gd_fail("%s: %s is empty", function, path);
}

void gi_input_memory(gi_input *in, const char *function, const char *path, unsigned char *bytes, size_t n)
{
    *in = (gi_input){ .raw = { .function = function, .path = path, .bytes = -1 }, .most = (int64_t)n,
                      .limit = "its size", .rest = bytes, .rest_held = n };
}

void gi_input_close(gi_input *in)
{
    if (in->gunzip)
        gi_gunzip_free(in->gunzip);
    in->gunzip = NULL;
    gi_source_close(&in->raw);
    gi_memory_free(in->rest);
    in->rest = NULL;
}

void *gi_input_is_not(const gi_input *in, const char *kind, const char *wrong)
{
    const char *looks = gi_looks_like(in->front + in->front_used, in->front_held - in->front_used);
    if (!looks)
        return gd_fail("%s: %s is not %s: %s", in->raw.function, in->raw.path, kind, wrong);
    return gd_fail("%s: %s is not %s: it looks like %s%s", in->raw.function, in->raw.path, kind,
                   in->gunzip ? "a compressed file of " : "", looks);
}

/* ---- Taking ------------------------------------------------------------------------------------------- */

/* Up to most of bytes[*used .. held). */
static void held_some(const unsigned char *bytes, size_t *used, size_t held, void *to, size_t most, size_t *got)
{
    *got = held - *used < most ? held - *used : most;
    memcpy(to, bytes + *used, *got);
    *used += *got;
}

/* What comes after the front. */
static bool source_some(gi_input *in, void *to, size_t most, size_t *got)
{
    *got = 0;
    if (in->rest) {
        held_some(in->rest, &in->rest_used, in->rest_held, to, most, got);
        return true;
    }
    return in->gunzip ? gi_gunzip_some(in->gunzip, to, most, got) : gi_source_some(&in->raw, to, most, got);
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
            return gd_fail("%s: %s ends after %" PRId64 " byte%s, in the middle of %s", in->raw.function, in->raw.path,
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

/* The rest of a pipe, into memory: then its length is known. */
static bool read_rest(gi_input *in)
{
    size_t capacity = 1 << 16, held = in->front_held - in->front_used, got;
    unsigned char *rest = gi_memory_new(GI_DATA, capacity);
    if (!rest)
        return false;
    memcpy(rest, in->front + in->front_used, held);
    do {
        if (held == capacity) {
            unsigned char *bigger = gi_memory_resize(GI_DATA, rest, 2 * capacity);
            if (!bigger)
                break;
            rest = bigger;
            capacity *= 2;
        }
        if (!source_some(in, rest + held, capacity - held, &got))
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
                                PRId64 " in all, the limit of %s", in->raw.function, in->raw.path, n,
                                gi_plural((int64_t)n), in->taken,
                                in->gunzip ? "a compressed file" : "a pipe", in->most, in->limit);
}

uint64_t gi_input_total(const gi_input *in)
{
    if (!in->rest)
        return (uint64_t)in->raw.bytes;
    return (uint64_t)in->taken + (in->front_held - in->front_used) + (in->rest_held - in->rest_used);
}

bool gi_input_holds(gi_input *in, uint64_t n)
{
    if (in->gunzip && in->raw.bytes >= 0 && n / DEFLATE_FACTOR > (uint64_t)in->raw.bytes)
        return gd_fail("%s: %s should hold %" PRIu64 " more bytes, but its %" PRIu64 " compressed bytes cannot"
                       " hold as many", in->raw.function, in->raw.path, n, (uint64_t)in->raw.bytes);
    if (is_limited(in) && !limit_holds(in, n))
        return false;
    if (in->gunzip && in->raw.bytes >= 0)
        return true;
    if (in->raw.bytes < 0 && !in->rest && !read_rest(in))
        return false;
    uint64_t total = gi_input_total(in), rest = total > (uint64_t)in->taken ? total - (uint64_t)in->taken : 0;
    return n <= rest || gd_fail("%s: %s should hold %" PRIu64 " byte%s after byte %" PRId64 ", but has %" PRIu64,
                                in->raw.function, in->raw.path, n, gi_plural((int64_t)n), in->taken, rest);
}

bool gi_input_ends(gi_input *in)
{
    char more;
    size_t got;
    int64_t expected = in->taken;
    if (!gi_input_some(in, &more, 1, &got))
        return false;
    if (got > 0)
        return gd_fail("%s: %s has more than the %" PRId64 " byte%s that its header declares", in->raw.function,
                       in->raw.path, expected, gi_plural(expected));
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
    } else if (gi_source_seek(&in->raw, byte)) {
        in->front_used = in->front_held = 0;
        in->taken = (int64_t)byte;
        return true;
    }
    return gd_fail("%s: %s cannot be read at byte %" PRIu64, in->raw.function, in->raw.path, byte);
}
