/* npz.c - reads zip archives of NPY files, as numpy.savez writes them. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/message.h"
#include "files/crc32.h"
#include "text/utf8.h"
#include "gradus/data.h"
#include "gunzip.h"
#include "npy.h"
#include "tensor/check.h"
#include "zip.h"

enum { LONGEST_COMMENT = 0xffff, DEFLATE_FACTOR = 1032 };

typedef struct entry {
    char    *name;                          /* without ".npy", */
    size_t   length;                        /* and its length with it */
    uint64_t packed, unpacked, place;       /* bytes in the file, after decompression; of the local header */
    uint32_t crc;
    unsigned method;
} entry;

struct gd_npz {
    gd_arena arena;                         /* path, names, entries, by_name */
    gi_input in;
    entry   *entries;
    entry  **by_name;
    int64_t  count;
};

static uint32_t number(const unsigned char *p, int bytes)
{
    uint32_t n = 0;
    for (int i = 0; i < bytes; i++)
        n |= (uint32_t)p[i] << 8 * i;
    return n;
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
    const uint64_t tail = total < GI_ZIP_END + LONGEST_COMMENT ? total : GI_ZIP_END + LONGEST_COMMENT;
    unsigned char *text = gi_memory_new(GI_DATA, (size_t)tail + 1);
    bool found = false;
    if (!text || !gi_input_seek(in, total - tail) || !gi_input_take(in, text, (size_t)tail, "the end record")) {
        gi_memory_free(text);
        return false;
    }
    for (int64_t i = (int64_t)tail - GI_ZIP_END; i >= 0 && !found; i--) {
        const unsigned char *p = text + i;
        found = memcmp(p, "PK\5\6", 4) == 0 && (uint64_t)i + GI_ZIP_END + number(p + 20, 2) == tail;
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

/* used: bytes of the directory. */
static bool read_entry(gd_npz *file, entry *e, uint64_t *used)
{
    gi_input *in = &file->in;
    unsigned char h[GI_ZIP_CENTRAL];
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
    e->length = length;
    *used += GI_ZIP_CENTRAL + length + rest;
    if (strlen(e->name) != length || !gi_utf8_valid(e->name, length))
        return damaged(in, "a name is not UTF-8");
    if (length > 4 && strcmp(e->name + length - 4, ".npy") == 0)
        e->name[length - 4] = '\0';
    if (number(h + 8, 2) & 1)
        return damaged(in, "an entry is encrypted");
    if (e->packed == 0xffffffff || e->unpacked == 0xffffffff || e->place == 0xffffffff)
        return damaged(in, "entries of 4 GiB and more (zip64) cannot be read");
    if (e->method != GI_ZIP_STORED && e->method != GI_ZIP_DEFLATED)
        return damaged(in, "an entry is neither stored nor deflated");
    if (e->method == GI_ZIP_STORED && e->packed != e->unpacked)
        return damaged(in, "a stored entry has two sizes");
    const uint64_t total = gi_input_total(in);
    return (e->place + GI_ZIP_LOCAL <= total && e->packed <= total - e->place - GI_ZIP_LOCAL)
           || damaged(in, "an entry lies outside of the file");
}

static int compare_names(const void *a, const void *b)
{
    return strcmp((*(entry *const *)a)->name, (*(entry *const *)b)->name);
}

static bool sort_names(gd_npz *file)
{
    file->by_name = gi_arena_take(&file->arena, ((size_t)file->count + 1) * sizeof(entry *));
    if (!file->by_name)
        return false;
    for (int64_t i = 0; i < file->count; i++)
        file->by_name[i] = &file->entries[i];
    qsort(file->by_name, (size_t)file->count, sizeof(entry *), compare_names);
    for (int64_t i = 1; i < file->count; i++)
        if (strcmp(file->by_name[i - 1]->name, file->by_name[i]->name) == 0)
            return damaged(&file->in, "a name occurs twice");
    return true;
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
    if ((uint64_t)file->count * GI_ZIP_CENTRAL > bytes)
        return damaged(in, "its directory is too small for its entries");
    file->entries = gi_arena_take(&file->arena, ((size_t)file->count + 1) * sizeof *file->entries);
    if (!file->entries || !gi_input_seek(in, directory))
        return false;
    uint64_t used = 0;
    for (int64_t i = 0; i < file->count; i++)
        if (!read_entry(file, &file->entries[i], &used))
            return false;
    if (used != bytes)
        return damaged(in, "its directory has another length than its entries");
    return sort_names(file);
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
    file->by_name = NULL;
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

/* Does the local header say what the directory says?  Goes to the entry's data. */
static bool local_header_fits(gi_input *in, const entry *e)
{
    unsigned char h[GI_ZIP_LOCAL];
    if (!gi_input_seek(in, e->place) || !gi_input_take(in, h, sizeof h, "an entry"))
        return false;
    if (memcmp(h, "PK\3\4", 4) != 0)
        return damaged(in, "an entry does not begin with its header");
    if (number(h + 8, 2) != e->method)
        return damaged(in, "the directory and an entry name different methods");
    bool same = number(h + 26, 2) == e->length;
    char *name = same ? gi_memory_new(GI_DATA, e->length + 1) : NULL;
    if (same && (!name || !gi_input_take(in, name, e->length, "an entry"))) {
        gi_memory_free(name);
        return false;
    }
    const size_t front = strlen(e->name);
    same = same && memcmp(name, e->name, front) == 0 &&
           (front == e->length || memcmp(name + front, ".npy", 4) == 0);
    gi_memory_free(name);
    return same ? gi_input_pass(in, number(h + 28, 2), "an entry")
           : gd_fail("%s: %s: damaged zip archive: \"%s\" has another name in its entry", in->raw.function,
                     in->raw.path, e->name) != NULL;
}

/* The bytes of an entry, decompressed, in memory of their own. */
static unsigned char *unpacked(gi_input *in, const entry *e)
{
    if (e->unpacked / DEFLATE_FACTOR > e->packed)
        return damaged(in, "an entry cannot decompress to its size"), NULL;
    if (e->method == GI_ZIP_DEFLATED && e->unpacked > (uint64_t)gd_read_limit())
        return gd_fail("%s: %s: \"%s\" holds %" PRIu64 " bytes, and gd_set_read_limit allows %" PRId64,
                       in->raw.function, in->raw.path, e->name, e->unpacked, gd_read_limit());
    if (!local_header_fits(in, e) || !gi_input_holds(in, e->packed))
        return NULL;
    unsigned char *bytes = gi_memory_new(GI_DATA, (size_t)e->unpacked + 1);
    const bool deflated = e->method == GI_ZIP_DEFLATED;
    unsigned char *packed = bytes && deflated ? gi_memory_new(GI_DATA, (size_t)e->packed + 1) : bytes;
    bool good = packed && gi_input_take(in, packed, (size_t)e->packed, "an entry");
    if (good && deflated)
        good = gi_inflate(in->raw.function, in->raw.path, packed, (size_t)e->packed, bytes, (size_t)e->unpacked);
    if (good && gi_crc32(0, bytes, (size_t)e->unpacked) != e->crc)
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
    entry wanted = { .name = (char *)(uintptr_t)name }, *key = &wanted;
    entry *const *found = bsearch(&key, file->by_name, (size_t)file->count, sizeof(entry *), compare_names);
    if (!found)
        return gd_fail("%s: %s has no array \"%s\"", function, file->in.raw.path, name);
    const entry *e = *found;
    file->in.raw.function = function;
    unsigned char *bytes = unpacked(&file->in, e);
    if (!bytes)
        return NULL;
    gi_input in;
    gi_input_memory(&in, function, file->in.raw.path, bytes, (size_t)e->unpacked);
    in.tensor = e->name;
    gd_tensor *t = gi_npy_array(&in);
    if (t && !gi_input_ends(&in))
        t = NULL;
    gi_input_close(&in);
    return t;
}
