/* npz_write.c - writes zip archives of NPY files. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/message.h"
#include "base/start.h"
#include "files/crc32.h"
#include "files/files.h"
#include "gradus/data.h"
#include "npy.h"
#include "numbers_out.h"
#include "tensor/alive.h"
#include "tensor/check.h"
#include "tensor/nest.h"
#include "text/utf8.h"
#include "zip.h"

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
    put(out, GI_ZIP_STORED, 2);
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
        crc = gi_crc32(crc, bytes, n * sizeof(gd_real));
    }
    return crc;
}

static int compare(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool all_differ(const char *function, const char *const names[], int64_t n)
{
    const char **sorted = gi_memory_new(GI_DATA, ((size_t)n + 1) * sizeof *sorted);
    if (!sorted)
        return false;
    for (int64_t i = 0; i < n; i++)
        sorted[i] = names[i];
    qsort(sorted, (size_t)n, sizeof *sorted, compare);
    bool good = true;
    for (int64_t i = 1; i < n && good; i++)
        good = strcmp(sorted[i - 1], sorted[i]) != 0
               || gd_fail("%s: the name \"%s\" occurs twice", function, sorted[i]);
    gi_memory_free(sorted);
    return good;
}

static bool valid(const char *function, const char *const names[], gd_tensor *const tensors[], int64_t n)
{
    uint64_t total = GI_ZIP_END;
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
        total += GI_ZIP_LOCAL + GI_ZIP_CENTRAL + 2 * length + 8 + GI_NPY_HEADER +
                 (uint64_t)tensors[i]->numel * sizeof(gd_real);
    }
    if (!all_differ(function, names, n))
        return false;
    return total < 0xffffffff
           || gd_fail("%s: %" PRIu64 " bytes do not fit into a zip archive of less than 4 GiB", function, total);
}

static void put_entry(gi_output *out, const char *name, const gd_tensor *t, written *w, uint64_t *at)
{
    char header[GI_NPY_HEADER];
    const size_t length = strlen(name), n = gi_npy_header(header, t);
    *w = (written){ .place = *at, .bytes = n + (uint64_t)t->numel * sizeof(gd_real),
                    .crc = gi_crc32(0, (const unsigned char *)header, n) };
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
    *at += GI_ZIP_LOCAL + length + 4 + w->bytes;
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
        bytes += GI_ZIP_CENTRAL + length + 4;
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
    gi_not_captured("gd_npz_write", GI_READS_NUMBERS);
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
