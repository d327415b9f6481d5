/* npz.c - zip archives of NPY files, as numpy.savez writes them.  The format: PKWARE, "APPNOTE.TXT - .ZIP file format
 * specification", version 6.3: local headers, each followed by its data; the central directory, which repeats them with
 * their places; its end record.  All numbers are little-endian. */
#include <inttypes.h>
#include <string.h>

#include "files/files.h"
#include "base/memory.h"
#include "base/message.h"
#include "text/utf8.h"
#include "gradus/data.h"
#include "gunzip.h"
#include "npy.h"
#include "numbers_out.h"
#include "tensor/alive.h"
#include "tensor/check.h"
#include "tensor/nest.h"

enum { LOCAL = 30, CENTRAL = 46, END = 22, LONGEST_COMMENT = 0xffff, STORED = 0, DEFLATED = 8, DEFLATE_FACTOR = 1032 };

typedef struct entry {
    char    *name;                          /* without ".npy" */
    uint64_t packed, unpacked, place;       /* bytes in the file, after decompression; of the local header */
    uint32_t crc;
    unsigned method;
} entry;

struct gd_npz {
    gd_arena arena;                         /* path, names, entries */
    gi_input in;
    entry   *entries;
    int64_t  count;
};

static uint32_t number(const unsigned char *p, int bytes)
{
    uint32_t n = 0;
    for (int i = 0; i < bytes; i++)
        n |= (uint32_t)p[i] << 8 * i;
    return n;
}

/* The checksum of ISO 3309, as RFC 1952 describes it. */
static uint32_t crc_of(uint32_t crc, const unsigned char *bytes, size_t n)
{
    uint32_t table[256];
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t c = i;
        for (int bit = 0; bit < 8; bit++)
            c = c & 1 ? c >> 1 ^ UINT32_C(0xedb88320) : c >> 1;
        table[i] = c;
    }
    crc = ~crc;
    for (size_t i = 0; i < n; i++)
        crc = crc >> 8 ^ table[(crc ^ bytes[i]) & 0xff];
    return ~crc;
}

/* ---- Opening --------------------------------------------------------------------------------------------------- */

static bool damaged(const gi_input *in, const char *wrong)
{
    return gd_fail("%s: %s: damaged zip archive: %s", in->raw.function, in->raw.path, wrong);
}

/* The end record: the last one whose comment ends the file. */
static bool find_end(gi_input *in, uint64_t *directory, uint64_t *bytes, int64_t *count)
{
    const uint64_t total = gi_input_total(in);
    const uint64_t tail = total < END + LONGEST_COMMENT ? total : END + LONGEST_COMMENT;
    unsigned char *text = gi_memory_new(GI_DATA, (size_t)tail + 1);
    bool found = false;
    if (!text || !gi_input_seek(in, total - tail) || !gi_input_take(in, text, (size_t)tail, "the end record")) {
        gi_memory_free(text);
        return false;
    }
    for (int64_t i = (int64_t)tail - END; i >= 0 && !found; i--) {
        const unsigned char *p = text + i;
        found = memcmp(p, "PK\5\6", 4) == 0 && (uint64_t)i + END + number(p + 20, 2) == tail;
        if (found) {
            *count = number(p + 10, 2);
            *bytes = number(p + 12, 4);
            *directory = number(p + 16, 4);
        }
    }
    gi_memory_free(text);
    if (!found)
        return damaged(in, "it has no end record");
    if (*count == 0xffff || *directory == 0xffffffff)
        return damaged(in, "archives of more than 65534 entries or 4 GiB (zip64) cannot be read");
    return (*directory <= total && *bytes <= total - *directory)
           || damaged(in, "its directory lies outside of the file");
}

static bool read_entry(gd_npz *file, entry *e)
{
    gi_input *in = &file->in;
    unsigned char h[CENTRAL];
    if (!gi_input_take(in, h, sizeof h, "the directory"))
        return false;
    if (memcmp(h, "PK\1\2", 4) != 0)
        return damaged(in, "its directory is cut short");
    const size_t length = number(h + 28, 2);
    const uint64_t rest = (uint64_t)number(h + 30, 2) + number(h + 32, 2);
    *e = (entry){ .packed = number(h + 20, 4), .unpacked = number(h + 24, 4), .place = number(h + 42, 4),
                  .crc = number(h + 16, 4), .method = number(h + 10, 2) };
    e->name = gi_arena_take(&file->arena, length + 1);
    if (!e->name || !gi_input_take(in, e->name, length, "a name") || !gi_input_pass(in, rest, "the directory"))
        return false;
    e->name[length] = '\0';
    if (strlen(e->name) != length || !gi_utf8_valid(e->name, length))
        return damaged(in, "a name is not UTF-8");
    if (length > 4 && strcmp(e->name + length - 4, ".npy") == 0)
        e->name[length - 4] = '\0';
    if (number(h + 8, 2) & 1)
        return damaged(in, "an entry is encrypted");
    if (e->packed == 0xffffffff || e->unpacked == 0xffffffff || e->place == 0xffffffff)
        return damaged(in, "entries of 4 GiB and more (zip64) cannot be read");
    if (e->method != STORED && e->method != DEFLATED)
        return damaged(in, "an entry is neither stored nor deflated");
    if (e->method == STORED && e->packed != e->unpacked)
        return damaged(in, "a stored entry has two sizes");
    const uint64_t total = gi_input_total(in);
    return (e->place + LOCAL <= total && e->packed <= total - e->place - LOCAL)
           || damaged(in, "an entry lies outside of the file");
}

static bool read_directory(gd_npz *file)
{
    gi_input *in = &file->in;
    uint64_t directory = 0, bytes = 0;
    size_t got;
    if (!gi_input_peek(in, 4, &got))
        return false;
    if (got < 4 || memcmp(in->front + in->front_used, "PK", 2) != 0)
        return gi_input_is_not(in, "an NPZ file", "it does not begin with PK");
    if (!gi_input_holds(in, 0) || !find_end(in, &directory, &bytes, &file->count))
        return false;
    if ((uint64_t)file->count * CENTRAL > bytes)
        return damaged(in, "its directory is too small for its entries");
    file->entries = gi_arena_take(&file->arena, ((size_t)file->count + 1) * sizeof *file->entries);
    if (!file->entries || !gi_input_seek(in, directory))
        return false;
    for (int64_t i = 0; i < file->count; i++) {
        if (!read_entry(file, &file->entries[i]))
            return false;
        for (int64_t k = 0; k < i; k++)
            if (strcmp(file->entries[k].name, file->entries[i].name) == 0)
                return damaged(in, "a name occurs twice");
    }
    return true;
}

gd_npz *gd_npz_open(const char *path)
{
    static const char function[] = "gd_npz_open";
    if (!gi_path_given(function, "path", path))
        return NULL;
    gd_npz *file = gi_memory_new(GI_DATA, sizeof *file);
    if (!file)
        return NULL;
    file->entries = NULL;
    file->count = 0;
    gi_arena_init(&file->arena, GI_DATA);
    const size_t length = strlen(path) + 1;
    char *copy = gi_arena_take(&file->arena, length);
    file->in = (gi_input){ .gunzip = NULL };
    if (copy && gi_input_open(&file->in, function, memcpy(copy, path, length), false) && read_directory(file))
        return file;
    gd_npz_close(file);
    return NULL;
}

void gd_npz_close(gd_npz *file)
{
    if (!file || !gi_given("gd_npz_close", "file", file))
        return;
    gi_input_close(&file->in);
    gi_arena_free(&file->arena);
    gi_handle_free(file);
}

int64_t gd_npz_count(const gd_npz *file)
{
    return file && gi_not_freed("gd_npz_count", "file", file) ? file->count : 0;
}

const char *gd_npz_name(const gd_npz *file, int64_t i)
{
    if (!gi_given("gd_npz_name", "file", file))
        return NULL;
    return i >= 0 && i < file->count ? file->entries[i].name
           : gd_fail("gd_npz_name: i = %" PRId64 " must lie in [0, %" PRId64 ")", i, file->count);
}

/* ---- Reading --------------------------------------------------------------------------------------------------- */

/* The bytes of an entry, decompressed, in memory of their own. */
static unsigned char *unpacked(gi_input *in, const entry *e)
{
    unsigned char h[LOCAL];
    if (e->unpacked / DEFLATE_FACTOR > e->packed)
        return damaged(in, "an entry cannot decompress to its size"), NULL;
    if (e->method == DEFLATED && e->unpacked > (uint64_t)gd_read_limit())
        return gd_fail("%s: %s: \"%s\" holds %" PRIu64 " bytes, and gd_set_read_limit allows %" PRId64,
                       in->raw.function, in->raw.path, e->name, e->unpacked, gd_read_limit());
    if (!gi_input_seek(in, e->place) || !gi_input_take(in, h, sizeof h, "an entry"))
        return NULL;
    if (memcmp(h, "PK\3\4", 4) != 0)
        return damaged(in, "an entry does not begin with its header"), NULL;
    if (!gi_input_pass(in, (uint64_t)number(h + 26, 2) + number(h + 28, 2), "an entry") ||
        !gi_input_holds(in, e->packed))
        return NULL;
    unsigned char *bytes = gi_memory_new(GI_DATA, (size_t)e->unpacked + 1);
    unsigned char *packed = bytes && e->method == DEFLATED ? gi_memory_new(GI_DATA, (size_t)e->packed + 1) : bytes;
    bool good = packed && gi_input_take(in, packed, (size_t)e->packed, "an entry");
    if (good && e->method == DEFLATED)
        good = gi_inflate(in->raw.function, in->raw.path, packed, (size_t)e->packed, bytes, (size_t)e->unpacked);
    if (good && crc_of(0, bytes, (size_t)e->unpacked) != e->crc)
        good = damaged(in, "the checksum of an entry does not fit");
    if (packed != bytes)
        gi_memory_free(packed);
    if (good)
        return bytes;
    gi_memory_free(bytes);
    return NULL;
}

gd_tensor *gd_npz_read(gd_npz *file, const char *name)
{
    static const char function[] = "gd_npz_read";
    if (!gi_given(function, "file", file) || !gi_not_null(function, "name", name))
        return NULL;
    int64_t i = 0;
    while (i < file->count && strcmp(file->entries[i].name, name) != 0)
        i++;
    if (i == file->count)
        return gd_fail("%s: %s has no array \"%s\"", function, file->in.raw.path, name);
    file->in.raw.function = function;
    unsigned char *bytes = unpacked(&file->in, &file->entries[i]);
    if (!bytes)
        return NULL;
    gi_input in;
    gi_input_memory(&in, function, file->in.raw.path, bytes, (size_t)file->entries[i].unpacked);
    in.tensor = file->entries[i].name;
    gd_tensor *t = gi_npy_array(&in);
    if (t && !gi_input_ends(&in))
        t = NULL;
    gi_input_close(&in);
    return t;
}

/* ---- Writing --------------------------------------------------------------------------------------------------- */

typedef struct written { uint64_t place, bytes; uint32_t crc; } written;

static void put(gi_output *out, uint64_t value, int bytes)
{
    unsigned char text[8];
    for (int i = 0; i < bytes; i++)
        text[i] = (unsigned char)(value >> 8 * i);
    gi_output_put(out, text, (size_t)bytes);
}

/* What the local header and the directory have in common: version 2.0, names in UTF-8, stored, at the zero of DOS
 * dates, 1 January 1980, so that the same tensors give the same bytes. */
static void put_common(gi_output *out, const written *w, size_t name)
{
    const unsigned version = 20, utf8 = 0x800, first_day = 0x21;
    put(out, version, 2);
    put(out, utf8, 2);
    put(out, STORED, 2);
    put(out, 0, 2);
    put(out, first_day, 2);
    put(out, w->crc, 4);
    put(out, w->bytes, 4);
    put(out, w->bytes, 4);
    put(out, name + 4, 2);
    put(out, 0, 2);
}

/* The checksum of t's numbers as gi_numbers_out writes them. */
static uint32_t crc_of_numbers(uint32_t crc, const gd_tensor *t)
{
    enum { CHUNK = 4096 };
    unsigned char bytes[CHUNK * sizeof(gd_real)];
    const gd_real *x = gi_contiguous_numbers(t);
    for (int64_t i = 0; x && i < t->numel; i += CHUNK) {
        const size_t n = t->numel - i < CHUNK ? (size_t)(t->numel - i) : CHUNK;
        for (size_t k = 0; k < n; k++) {
            uint64_t bits = 0;
#ifdef GD_DOUBLE
            memcpy(&bits, &x[i + (int64_t)k], sizeof bits);
#else
            uint32_t half;
            memcpy(&half, &x[i + (int64_t)k], sizeof half);
            bits = half;
#endif
            for (size_t b = 0; b < sizeof(gd_real); b++)
                bytes[k * sizeof(gd_real) + b] = (unsigned char)(bits >> 8 * b);
        }
        crc = crc_of(crc, bytes, n * sizeof(gd_real));
    }
    return crc;
}

static bool valid(const char *function, const char *const names[], gd_tensor *const tensors[], int64_t n)
{
    uint64_t total = END;
    if (n < 0 || n >= 0xffff)
        return gd_fail("%s: n = %" PRId64 " must lie in 0 .. 65534", function, n);
    if (n > 0 && (!gi_not_null(function, "names", names) || !gi_not_null(function, "tensors", tensors)))
        return false;
    for (int64_t i = 0; i < n; i++) {
        if (!gi_not_null(function, "a name", names[i]) || !gi_given_tensor(function, "one of tensors", tensors[i]) ||
            !gi_alive(function, "one of tensors", tensors[i]))
            return false;
        const size_t length = strlen(names[i]);
        if (length == 0 || length > 0xff00 || !gi_utf8_valid(names[i], length))
            return gd_fail("%s: names[%" PRId64 "] is %s", function, i,
                           !length ? "empty" : length > 0xff00 ? "too long" : "not UTF-8");
        for (int64_t k = 0; k < i; k++)
            if (strcmp(names[k], names[i]) == 0)
                return gd_fail("%s: the name \"%s\" occurs twice", function, names[i]);
        total += LOCAL + CENTRAL + 2 * length + 8 + GI_NPY_HEADER + (uint64_t)tensors[i]->numel * sizeof(gd_real);
    }
    return total < 0xffffffff
           || gd_fail("%s: %" PRIu64 " bytes do not fit into a zip archive of less than 4 GiB", function, total);
}

static void put_entry(gi_output *out, const char *name, const gd_tensor *t, written *w, uint64_t *at)
{
    char header[GI_NPY_HEADER];
    const size_t length = strlen(name), n = gi_npy_header(header, t);
    *w = (written){ .place = *at, .bytes = n + (uint64_t)t->numel * sizeof(gd_real),
                    .crc = crc_of(0, (const unsigned char *)header, n) };
    if (!gd_scope_begin()) {
        out->good = false;
        return;
    }
    w->crc = crc_of_numbers(w->crc, t);
    gd_scope_end();
    gi_output_put(out, "PK\3\4", 4);
    put_common(out, w, length);
    gi_output_put(out, name, length);
    gi_output_put(out, ".npy", 4);
    gi_output_put(out, header, n);
    gi_numbers_out(out, t);
    *at += LOCAL + length + 4 + w->bytes;
}

static void put_directory(gi_output *out, const char *const names[], const written *w, int64_t n, uint64_t at)
{
    uint64_t bytes = 0;
    for (int64_t i = 0; i < n; i++) {
        const size_t length = strlen(names[i]);
        gi_output_put(out, "PK\1\2\24\0", 6);                   /* made by version 2.0 */
        put_common(out, &w[i], length);
        put(out, 0, 2);                                         /* comment, disk, attributes */
        put(out, 0, 4);
        put(out, 0, 4);
        put(out, w[i].place, 4);
        gi_output_put(out, names[i], length);
        gi_output_put(out, ".npy", 4);
        bytes += CENTRAL + length + 4;
    }
    gi_output_put(out, "PK\5\6\0\0\0\0", 8);
    put(out, (uint64_t)n, 2);
    put(out, (uint64_t)n, 2);
    put(out, bytes, 4);
    put(out, at, 4);
    put(out, 0, 2);
}

bool gd_npz_write(const char *path, const char *const names[], gd_tensor *const tensors[], int64_t n)
{
    static const char function[] = "gd_npz_write";
    if (!gi_path_given(function, "path", path) || !valid(function, names, tensors, n))
        return false;
    written *w = gi_memory_new(GI_DATA, ((size_t)n + 1) * sizeof *w);
    if (!w)
        return false;
    gi_output out;
    uint64_t at = 0;
    if (gi_output_begin(&out, function, path)) {
        for (int64_t i = 0; i < n; i++)
            put_entry(&out, names[i], tensors[i], &w[i], &at);
        put_directory(&out, names, w, n, at);
    }
    gi_memory_free(w);
    return gi_output_end(&out);
}
