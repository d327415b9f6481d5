/* safetensors.c - reading named tensors from one file.  The format (Hugging Face, "safetensors"): the length of
 * a header in 8 little-endian bytes; the header, a JSON object
 *
 *     {"__metadata__": {"step": "7"}, "w": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, ..}
 *
 * and the numbers, little-endian, row-major, from whose beginning the offsets count.  As the format demands, names are
 * unique, and the tensors follow each other without gap or overlap.  The header is read in
 * safetensors_header.c; writing is in safetensors_write.c. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/message.h"
#include "elements.h"
#include "gradus/data.h"
#include "looks.h"
#include "safetensors_header.h"
#include "tensor/check.h"
#include "tensor/new.h"

/* ---- Checking it -------------------------------------------------------------------------------------- */

static int compare_places(const void *a, const void *b)
{
    const gi_stored *x = a, *y = b;
    if (x->begin != y->begin)
        return x->begin < y->begin ? -1 : 1;
    return x->end < y->end ? -1 : x->end > y->end ? 1 : strcmp(x->name, y->name);
}

static int compare_names(const void *a, const void *b)
{
    return strcmp((*(const gi_stored *const *)a)->name, (*(const gi_stored *const *)b)->name);
}

static int compare_keys(const void *a, const void *b)
{
    return strcmp(((const gd_metadata *)a)->key, ((const gd_metadata *)b)->key);
}

/* Do its numbers follow those of the tensor before, and are there as many as its shape needs? */
static bool check_entry(gd_safetensors *f, const gi_stored *e, uint64_t expected)
{
    int64_t n;
    if (e->begin == expected && e->end >= e->begin && e->end > f->bytes)
        return gd_fail("%s: %s: tensor \"%s\" ends at byte %" PRIu64 " of the numbers, but the file has only %" PRIu64
                       ": it has been cut off", f->in.raw.function, f->path, e->name, e->end, f->bytes);
    if (e->begin != expected || e->end < e->begin || e->end > f->bytes)
        return gd_fail("%s: %s: tensor \"%s\" lies at [%" PRIu64 ", %" PRIu64 ") of %" PRIu64 " bytes, but the"
                       " tensors before it end at %" PRIu64, f->in.raw.function, f->path, e->name, e->begin, e->end,
                       f->bytes, expected);
    if (e->type == GI_ELEMENTS)
        return true;
    if (!gi_elements_fit(&f->in, e->type, e->ndim, e->sizes, &n))
        return false;
    uint64_t bytes = (uint64_t)n * gi_element_size(e->type);
    return bytes == e->end - e->begin ||
           gd_fail("%s: %s: tensor \"%s\" has %" PRIu64 " bytes, but %s of its shape takes %" PRIu64,
                   f->in.raw.function, f->path, e->name, e->end - e->begin, e->type_name, bytes);
}

static bool check_names(gd_safetensors *f)
{
    f->by_name = gi_arena_take(&f->arena, (size_t)f->count * sizeof *f->by_name);
    if (!f->by_name)
        return false;
    for (int64_t i = 0; i < f->count; i++)
        f->by_name[i] = &f->entries[i];
    if (f->count > 0)
        qsort(f->by_name, (size_t)f->count, sizeof *f->by_name, compare_names);
    for (int64_t i = 1; i < f->count; i++)
        if (strcmp(f->by_name[i - 1]->name, f->by_name[i]->name) == 0)
            return gd_fail("%s: %s has two tensors \"%s\"", f->in.raw.function, f->path, f->by_name[i]->name);
    if (f->metadata_count > 0)
        qsort(f->metadata, (size_t)f->metadata_count, sizeof *f->metadata, compare_keys);
    for (int64_t i = 1; i < f->metadata_count; i++)
        if (strcmp(f->metadata[i - 1].key, f->metadata[i].key) == 0)
            return gd_fail("%s: %s has the metadata \"%s\" twice", f->in.raw.function, f->path, f->metadata[i].key);
    return true;
}

static bool check(gd_safetensors *f)
{
    uint64_t end = 0;
    if (f->count > 0)
        qsort(f->entries, (size_t)f->count, sizeof *f->entries, compare_places);
    for (int64_t i = 0; i < f->count; i++) {
        if (!check_entry(f, &f->entries[i], end))
            return false;
        end = f->entries[i].end;
    }
    if (end != f->bytes)
        return gd_fail("%s: %s has %" PRIu64 " byte%s of numbers, but its tensors end at %" PRIu64, f->in.raw.function,
                       f->path, f->bytes, gi_plural((int64_t)f->bytes), end);
    return check_names(f);
}

/* ---- Opening and closing ------------------------------------------------------------------------------ */

/* After the length, the header begins with { in byte 8.  Only files that look like something else are refused here. */
static bool is_plausible(gd_safetensors *f)
{
    size_t got;
    if (!gi_input_peek(&f->in, 9, &got))
        return false;
    if (got == 9 ? f->in.front[8] == '{' : !gi_looks_like(f->in.front, f->in.front_held))
        return true;
    return gi_input_is_not(&f->in, "a safetensors file", "no { follows the first 8 bytes");
}

static bool read_file(gd_safetensors *f)
{
    unsigned char size[8];
    uint64_t length = 0;
    if (!is_plausible(f) || !gi_input_take(&f->in, size, sizeof size, "the length of the header"))
        return false;
    for (int i = 7; i >= 0; i--)
        length = length << 8 | size[i];
    if (!gi_input_holds(&f->in, length))
        return false;
    f->numbers = sizeof size + length;
    f->bytes = gi_input_total(&f->in) - f->numbers;
    char *text = gi_memory_new(GI_DATA, (size_t)length);
    bool good = text && gi_input_take(&f->in, text, (size_t)length, "the header") &&
                gi_safetensors_header(f, text, (size_t)length) && check(f);
    gi_memory_free(text);
    return good;
}

gd_safetensors *gd_safetensors_open(const char *path)
{
    if (!gi_path_given("gd_safetensors_open", "path", path))
        return NULL;
    gd_safetensors *f = gi_memory_new(GI_DATA, sizeof *f);
    if (!f)
        return NULL;
    *f = (gd_safetensors){ .entries = NULL };
    gi_arena_init(&f->arena, GI_DATA);
    f->path = gi_arena_take(&f->arena, strlen(path) + 1);
    if (f->path && strcpy(f->path, path) && gi_input_open(&f->in, "gd_safetensors_open", f->path, false) &&
        read_file(f))
        return f;
    gd_safetensors_close(f);
    return NULL;
}

void gd_safetensors_close(gd_safetensors *f)
{
    if (!f || !gi_given("gd_safetensors_close", "file", f))
        return;
    gi_input_close(&f->in);
    gi_memory_free(f->entries);
    gi_memory_free(f->metadata);
    gi_arena_free(&f->arena);
    gi_handle_free(f);
}

/* ---- What is in it ------------------------------------------------------------------------------------ */

int64_t gd_safetensors_count(const gd_safetensors *f)
{
    return f && gi_not_freed("gd_safetensors_count", "file", f) ? f->count : 0;
}

static const gi_stored *entry_at(const char *function, const gd_safetensors *f, int64_t i)
{
    (void)function;
    return f && gi_not_freed(function, "file", f) && i >= 0 && i < f->count ? &f->entries[i] : NULL;
}

const char *gd_safetensors_name(const gd_safetensors *f, int64_t i)
{
    const gi_stored *e = entry_at("gd_safetensors_name", f, i);
    return e ? e->name : NULL;
}

const char *gd_safetensors_type(const gd_safetensors *f, int64_t i)
{
    const gi_stored *e = entry_at("gd_safetensors_type", f, i);
    return e ? e->type_name : NULL;
}

gd_shape gd_safetensors_shape(const gd_safetensors *f, int64_t i)
{
    gd_shape shape = { 0, { 0 } };
    const gi_stored *e = entry_at("gd_safetensors_shape", f, i);
    for (shape.ndim = 0; e && shape.ndim < e->ndim; shape.ndim++)
        shape.size[shape.ndim] = (int64_t)e->sizes[shape.ndim];
    return shape;
}

int64_t gd_safetensors_find(const gd_safetensors *f, const char *name)
{
    if (!f || !name || !gi_not_freed("gd_safetensors_find", "file", f) || f->count == 0)
        return -1;
    gi_stored wanted = { .name = name };
    const gi_stored *key = &wanted;
    const gi_stored *const *found = bsearch(&key, f->by_name, (size_t)f->count, sizeof key, compare_names);
    return found ? *found - f->entries : -1;
}

int64_t gd_safetensors_metadata_count(const gd_safetensors *f)
{
    return f && gi_not_freed("gd_safetensors_metadata_count", "file", f) ? f->metadata_count : 0;
}

gd_metadata gd_safetensors_metadata_at(const gd_safetensors *f, int64_t i)
{
    bool open = f && gi_not_freed("gd_safetensors_metadata_at", "file", f);
    return open && i >= 0 && i < f->metadata_count ? f->metadata[i] : (gd_metadata){ NULL, NULL };
}

const char *gd_safetensors_metadata(const gd_safetensors *f, const char *key)
{
    if (!f || !key || !gi_not_freed("gd_safetensors_metadata", "file", f) || f->metadata_count == 0)
        return NULL;
    gd_metadata wanted = { .key = key };
    size_t n = (size_t)f->metadata_count;
    const gd_metadata *found = bsearch(&wanted, f->metadata, n, sizeof wanted, compare_keys);
    return found ? found->value : NULL;
}

gd_tensor *gd_safetensors_read(gd_safetensors *f, const char *name)
{
    const char *function = "gd_safetensors_read";
    if (!gi_given(function, "file", f) || !gi_not_null(function, "name", name))
        return NULL;
    int64_t i = gd_safetensors_find(f, name);
    if (i < 0)
        return gd_fail("%s: %s has no tensor \"%s\"", function, f->path, name);
    const gi_stored *e = &f->entries[i];
    if (e->type == GI_ELEMENTS)
        return gd_fail("%s: %s: tensor \"%s\" has the type %s, which cannot be read", function, f->path, name,
                       e->type_name);
    gd_shape shape = gd_safetensors_shape(f, i);
    gd_tensor *t = gi_new(function, shape.ndim, shape.size);
    f->in.raw.function = function;
    f->in.tensor = e->name;
    if (t && gi_input_seek(&f->in, f->numbers + e->begin) &&
        gi_elements_read(&f->in, e->type, false, t->numel, t->data))
        return t;
    return NULL;
}
