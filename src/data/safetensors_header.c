/* safetensors_header.c - reading the header of a safetensors file; the format is described in safetensors.c. */
#include "safetensors_header.h"

#include <string.h>

#include "base/message.h"
#include "json.h"
#include "text/utf8.h"

static gi_element type_of(const char *name)
{
    static const char *const names[GI_ELEMENTS] = {
        [GI_BOOL] = "BOOL", [GI_U8] = "U8", [GI_I8] = "I8", [GI_U16] = "U16", [GI_I16] = "I16", [GI_U32] = "U32",
        [GI_I32] = "I32", [GI_U64] = "U64", [GI_I64] = "I64", [GI_F16] = "F16", [GI_BF16] = "BF16",
        [GI_F32] = "F32", [GI_F64] = "F64"
    };
    gi_element type = GI_BOOL;
    while (type < GI_ELEMENTS && strcmp(name, names[type]) != 0)
        type++;
    return type;
}

static bool bad(const gd_safetensors *f, const gi_json *json, const char *expected)
{
    if (json->no_memory)
        return false;
    return gd_fail("%s: %s: bad header at byte %td: %s expected", f->in.raw.function, f->path, json->at - json->begin,
                   expected);
}

/* The array, grown if it is full; NULL, and a message, when memory is out. */
static void *with_capacity(void *array, int64_t count, int64_t *capacity, size_t size)
{
    if (count < *capacity)
        return array;
    int64_t more = *capacity ? 2 * *capacity : 16;
    void *bigger = gi_memory_resize(GI_DATA, array, (size_t)more * size);
    if (bigger)
        *capacity = more;
    return bigger;
}

static bool read_metadata(gd_safetensors *f, gi_json *json)
{
    if (!gi_json_accept(json, '{'))
        return bad(f, json, "{");
    if (gi_json_accept(json, '}'))
        return true;
    do {
        gd_metadata pair;
        if (!gi_json_text(json, &f->arena, &pair.key) || !gi_json_accept(json, ':') ||
            !gi_json_text(json, &f->arena, &pair.value))
            return bad(f, json, "\"text\": \"text\"");
        gd_metadata *all = with_capacity(f->metadata, f->metadata_count, &f->metadata_capacity, sizeof pair);
        if (!all)
            return false;
        f->metadata = all;
        all[f->metadata_count++] = pair;
    } while (gi_json_accept(json, ','));
    return gi_json_accept(json, '}') || bad(f, json, ", or }");
}

static bool read_shape(const gd_safetensors *f, gi_json *json, gi_stored *e)
{
    e->ndim = 0;
    if (!gi_json_accept(json, '['))
        return bad(f, json, "[");
    if (gi_json_accept(json, ']'))
        return true;
    do {
        uint64_t size;
        if (!gi_json_number(json, &size))
            return bad(f, json, "a size");
        if (e->ndim == GD_MAX_DIMS)
            return gd_fail("%s: %s: tensor \"%s\" has more than %d axes", f->in.raw.function, f->path, e->name,
                           GD_MAX_DIMS);
        e->sizes[e->ndim++] = size;
    } while (gi_json_accept(json, ','));
    return gi_json_accept(json, ']') || bad(f, json, ", or ]");
}

static bool read_offsets(const gd_safetensors *f, gi_json *json, gi_stored *e)
{
    return (gi_json_accept(json, '[') && gi_json_number(json, &e->begin) && gi_json_accept(json, ',') &&
            gi_json_number(json, &e->end) && gi_json_accept(json, ']')) || bad(f, json, "[begin, end]");
}

enum { HAS_TYPE = 1, HAS_SHAPE = 2, HAS_OFFSETS = 4, HAS_ALL = 7 };

static bool read_key(gd_safetensors *f, gi_json *json, gi_stored *e, int *has)
{
    const char *key;
    if (!gi_json_text(json, &f->arena, &key) || !gi_json_accept(json, ':'))
        return bad(f, json, "\"key\":");
    int is = strcmp(key, "dtype") == 0 ? HAS_TYPE : strcmp(key, "shape") == 0 ? HAS_SHAPE
           : strcmp(key, "data_offsets") == 0 ? HAS_OFFSETS : 0;
    if (!is || (*has & is))
        return gd_fail("%s: %s: tensor \"%s\" has an unexpected \"%s\"", f->in.raw.function, f->path, e->name, key);
    *has |= is;
    if (is == HAS_SHAPE)
        return read_shape(f, json, e);
    if (is == HAS_OFFSETS)
        return read_offsets(f, json, e);
    return gi_json_text(json, &f->arena, &e->type_name) || bad(f, json, "the name of a type");
}

static bool read_entry(gd_safetensors *f, gi_json *json, const char *name)
{
    gi_stored e = { .name = name };
    int has = 0;
    if (!gi_json_accept(json, '{'))
        return bad(f, json, "{");
    do
        if (!read_key(f, json, &e, &has))
            return false;
    while (gi_json_accept(json, ','));
    if (!gi_json_accept(json, '}'))
        return bad(f, json, ", or }");
    if (has != HAS_ALL)
        return gd_fail("%s: %s: tensor \"%s\" needs dtype, shape and data_offsets", f->in.raw.function, f->path, name);
    e.type = type_of(e.type_name);
    gi_stored *all = with_capacity(f->entries, f->count, &f->capacity, sizeof e);
    if (!all)
        return false;
    f->entries = all;
    all[f->count++] = e;
    return true;
}

bool gi_safetensors_header(gd_safetensors *f, const char *text, size_t length)
{
    gi_json json = { .begin = text, .at = text, .end = text + length };
    bool has_metadata = false;
    if (!gi_utf8_valid(text, length))
        return gd_fail("%s: %s: the header is not UTF-8", f->in.raw.function, f->path);
    if (length == 0 || *text != '{' || !gi_json_accept(&json, '{'))
        return bad(f, &json, "{");
    if (!gi_json_accept(&json, '}')) {
        do {
            const char *name;
            if (!gi_json_text(&json, &f->arena, &name) || !gi_json_accept(&json, ':'))
                return bad(f, &json, "\"name\":");
            bool metadata = strcmp(name, "__metadata__") == 0;
            if (metadata && has_metadata)
                return gd_fail("%s: %s has __metadata__ twice", f->in.raw.function, f->path);
            has_metadata |= metadata;
            if (!(metadata ? read_metadata(f, &json) : read_entry(f, &json, name)))
                return false;
        } while (gi_json_accept(&json, ','));
        if (!gi_json_accept(&json, '}'))
            return bad(f, &json, ", or }");
    }
    while (json.at < json.end && *json.at == ' ')               /* padding */
        json.at++;
    return json.at == json.end || bad(f, &json, "the end");
}
