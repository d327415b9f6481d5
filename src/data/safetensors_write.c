/* safetensors_write.c - writing named tensors to one file; the format is described in safetensors.c.  The header is
 * padded with spaces, so that the numbers begin at a multiple of 8 bytes. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/message.h"
#include "base/start.h"
#include "files/files.h"
#include "gradus/data.h"
#include "json.h"
#include "numbers_out.h"
#include "tensor/alive.h"
#include "tensor/check.h"
#include "text/utf8.h"

static const char *const function = "gd_safetensors_write";

/* ---- Checks ------------------------------------------------------------------------------------------- */

static int compare(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Sorts the strings; each must be given, be UTF-8, and be unique. */
static bool valid_texts(const char *what, const char **sorted, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        if (!sorted[i])
            return gd_fail("%s: %s %" PRId64 " is NULL", function, what, i);
        if (!gi_utf8_valid(sorted[i], strlen(sorted[i])))
            return gd_fail("%s: %s %" PRId64 " is not UTF-8", function, what, i);
    }
    if (n > 0)
        qsort(sorted, (size_t)n, sizeof *sorted, compare);
    for (int64_t i = 1; i < n; i++)
        if (strcmp(sorted[i - 1], sorted[i]) == 0)
            return gd_fail("%s: %s \"%s\" occurs twice", function, what, sorted[i]);
    return true;
}

static bool valid_names(const char *const names[], gd_tensor *const tensors[], int64_t n)
{
    const char **sorted = gi_memory_new(GI_DATA, (size_t)n * sizeof *sorted);
    if (!sorted)
        return false;
    if (n > 0)
        memcpy(sorted, names, (size_t)n * sizeof *sorted);
    bool good = valid_texts("name", sorted, n);
    gi_memory_free(sorted);
    for (int64_t i = 0; i < n && good; i++) {
        if (strcmp(names[i], "__metadata__") == 0)
            return gd_fail("%s: the name \"__metadata__\" is reserved by the format", function);
        char which[128];
        snprintf(which, sizeof which, "tensor \"%.100s\"", names[i]);
        good = gi_given(function, which, tensors[i]) && gi_alive(function, names[i], tensors[i]);
    }
    return good;
}

static bool valid_metadata(const gd_metadata metadata[], int64_t n)
{
    const char **sorted = gi_memory_new(GI_DATA, (size_t)n * sizeof *sorted);
    if (!sorted)
        return false;
    for (int64_t i = 0; i < n; i++)
        sorted[i] = metadata[i].key;
    bool good = valid_texts("key", sorted, n);
    gi_memory_free(sorted);
    for (int64_t i = 0; i < n && good; i++)
        if (!metadata[i].value || !gi_utf8_valid(metadata[i].value, strlen(metadata[i].value)))
            return gd_fail("%s: the metadata \"%s\" is %s", function, metadata[i].key,
                           metadata[i].value ? "not UTF-8" : "NULL");
    return good;
}

/* ---- The header --------------------------------------------------------------------------------------- */

typedef struct text {                       /* grows; good becomes false when memory is out */
    char  *s;
    size_t length, capacity;
    bool   good;
} text;

static bool reserve(text *t, size_t more)
{
    if (t->good && t->length + more > t->capacity) {
        size_t capacity = 2 * (t->length + more);
        char *bigger = gi_memory_resize(GI_DATA, t->s, capacity);
        t->good = bigger != NULL;
        if (bigger) {
            t->s = bigger;
            t->capacity = capacity;
        }
    }
    return t->good;
}

static void put(text *t, const char *s)
{
    size_t n = strlen(s);
    if (reserve(t, n))
        memcpy(t->s + t->length, s, n);
    t->length += t->good ? n : 0;
}

static void put_quoted(text *t, const char *s)
{
    if (reserve(t, gi_json_quoted(NULL, s)))
        t->length += gi_json_quoted(t->s + t->length, s);
}

static void put_number(text *t, uint64_t number)
{
    char digits[32];
    snprintf(digits, sizeof digits, "%" PRIu64, number);
    put(t, digits);
}

static void put_metadata(text *t, const gd_metadata metadata[], int64_t n)
{
    put(t, "\"__metadata__\":{");
    for (int64_t i = 0; i < n; i++) {
        put(t, i ? "," : "");
        put_quoted(t, metadata[i].key);
        put(t, ":");
        put_quoted(t, metadata[i].value);
    }
    put(t, "}");
}

static void put_tensor(text *t, const char *name, const gd_tensor *tensor, uint64_t *at)
{
    put_quoted(t, name);
    put(t, sizeof(gd_real) == sizeof(float) ? ":{\"dtype\":\"F32\"" : ":{\"dtype\":\"F64\"");
    put(t, ",\"shape\":[");
    for (int i = 0; i < tensor->ndim; i++) {
        put(t, i ? "," : "");
        put_number(t, (uint64_t)tensor->shape[i]);
    }
    put(t, "],\"data_offsets\":[");
    put_number(t, *at);
    put(t, ",");
    put_number(t, *at += (uint64_t)tensor->numel * sizeof(gd_real));
    put(t, "]}");
}

/* ---- The file ----------------------------------------------------------------------------------------- */

bool gd_safetensors_write(const char *path, const char *const names[], gd_tensor *const tensors[], int64_t n,
                          const gd_metadata metadata[], int64_t metadata_count)
{
    gi_not_captured("gd_safetensors_write", GI_READS_NUMBERS);
    if (n < 0 || metadata_count < 0)
        return gd_fail("%s: %" PRId64 " tensors and %" PRId64 " metadata: counts cannot be negative", function, n,
                       metadata_count);
    if ((n > 0 && (!gi_not_null(function, "names", names) || !gi_not_null(function, "tensors", tensors))) ||
        (metadata_count > 0 && !gi_not_null(function, "metadata", metadata)))
        return false;
    if (!valid_names(names, tensors, n) || !valid_metadata(metadata, metadata_count))
        return false;

    text t = { .good = true };
    uint64_t at = 0;
    put(&t, "{");
    if (metadata_count > 0)
        put_metadata(&t, metadata, metadata_count);
    for (int64_t i = 0; i < n; i++) {
        put(&t, i || metadata_count > 0 ? "," : "");
        put_tensor(&t, names[i], tensors[i], &at);
    }
    put(&t, "}");
    while (t.good && t.length % 8 != 0)
        put(&t, " ");

    unsigned char length[8];
    for (int i = 0; i < 8; i++)
        length[i] = (unsigned char)((uint64_t)t.length >> 8 * i);
    gi_output out;
    bool good = t.good;
    if (good && gi_output_begin(&out, function, path)) {
        gi_output_put(&out, length, sizeof length);
        gi_output_put(&out, t.s, t.length);
        for (int64_t i = 0; i < n; i++)
            gi_numbers_out(&out, tensors[i]);
    }
    good = good && gi_output_end(&out);
    gi_memory_free(t.s);
    return good;
}
