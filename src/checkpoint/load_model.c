/* load_model.c - reading and checking parameters and buffers; and functions that all parts of reading share. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/scopes.h"
#include "checkpoint.h"
#include "gradus/tensor.h"
#include "tensor/shape.h"
#include "text/format.h"

/* ---- Shared by all parts ------------------------------------------------------------------------------------ */

/* After gd_fail. */
static bool read_failed(gi_reader *r)
{
    r->failed = true;
    return false;
}

gi_change *gi_new_change(gi_reader *r)
{
    gi_change *c = r->failed ? NULL : gi_arena_take(gi_current_scope(), sizeof *c);
    if (!c) {
        r->failed = true;
        return NULL;
    }
    *c = (gi_change){ .next = r->changes };
    return r->changes = c;
}

static void add_line(gi_reader *r, gi_string **list, const char *text)
{
    gi_string *line = text ? gi_arena_take(gi_current_scope(), sizeof *line) : NULL;
    r->failed = r->failed || !line;
    if (line) {
        *line = (gi_string){ *list, text };
        *list = line;
    }
}

void gi_report(gi_reader *r, int64_t *counter, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = gi_vformat(NULL, 0, format, arguments);
    va_end(arguments);
    char *text = gi_arena_take(gi_current_scope(), (size_t)length + 1);
    va_start(arguments, format);
    if (text)
        gi_vformat(text, (size_t)length + 1, format, arguments);
    va_end(arguments);
    ++*counter;
    add_line(r, &r->lines, text);
}

/* Does the file have it under a longer name, such as "module.NAME" of a wrapped model? */
static void fail_to_find(const gi_reader *r, const char *name)
{
    size_t n = strlen(name), m;
    for (int64_t i = 0; i < gd_safetensors_count(r->file); i++) {
        const char *longer = gd_safetensors_name(r->file, i);
        m = strlen(longer);
        if (m > n && longer[m - n - 1] == '.' && strcmp(longer + m - n, name) == 0) {
            gd_fail("%s: %s has no tensor \"%s\", but \"%s\": gd_checkpoint_load with .prefix \"%.*s\" reads that",
                    r->function, r->path, name, longer, (int)(m - n), longer);
            return;
        }
    }
    gd_fail("%s: %s has no tensor \"%s\"", r->function, r->path, name);
}

gd_tensor *gi_read_tensor(gi_reader *r, const char *name, const gd_tensor *like)
{
    if (r->failed || !name) {
        r->failed = true;
        return NULL;
    }
    int64_t place = gd_safetensors_find(r->file, name);
    gd_tensor *t = NULL;
    if (place < 0)
        fail_to_find(r, name);
    else
        t = gd_safetensors_read(r->file, name);
    if (t && like && !gi_same_shape(t, like))
        t = gd_fail("%s: %s: \"%s\" is %s in the file and %s in the model", r->function, r->path, name,
                    gi_text_of(t).s, gi_shape_text(like->ndim, like->shape).s);
    if (t)
        r->seen[place] = true;
    else
        r->failed = true;
    return t;
}

/* Parses n words of 16 hexadecimal digits each. */
bool gi_read_words(gi_reader *r, const char *key, uint64_t *words, int n)
{
    if (r->failed || !key)
        return read_failed(r);
    const char *text = gd_safetensors_metadata(r->file, key);
    bool good = text && strlen(text) == 16 * (size_t)n && strspn(text, "0123456789abcdef") == strlen(text);
    for (int i = 0; good && i < n; i++) {
        char digits[17] = { 0 };
        memcpy(digits, text + 16 * i, 16);
        words[i] = strtoull(digits, NULL, 16);
    }
    if (good)
        add_line(r, &r->keys, key);
    else
        gd_fail("%s: %s: %s \"%s\"", r->function, r->path, text ? "damaged number" : "there is no", key);
    return good && !r->failed ? true : read_failed(r);
}

bool gi_read_number(gi_reader *r, const char *key, double *number)
{
    uint64_t bits;
    if (!gi_read_words(r, key, &bits, 1))
        return false;
    memcpy(number, &bits, sizeof bits);
    return true;
}

const char *gi_read_where(gi_reader *r)
{
    if (!r->where)
        r->where = gi_joined(r->function, ": ", r->path);
    return r->where;
}

/* ---- Parameters and buffers --------------------------------------------------------------------------------- */

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

static bool fits(const gi_reader *r, int64_t place, const gd_tensor *to)
{
    const gd_shape shape = gd_safetensors_shape(r->file, place);
    bool same = shape.ndim == to->ndim;
    for (int i = 0; same && i < shape.ndim; i++)
        same = shape.size[i] == to->shape[i];
    return same;
}

/* Skipped in lenient mode: true. */
static bool passed_over(gi_reader *r, const char *key, const gd_tensor *to)
{
    int64_t place = gd_safetensors_find(r->file, key);
    if (place < 0) {
        gi_report(r, &r->report.missing, "missing: \"%s\" is not in the file", key);
        return true;
    }
    if (fits(r, place, to))
        return false;
    const gd_shape shape = gd_safetensors_shape(r->file, place);
    r->seen[place] = true;
    gi_report(r, &r->report.other_shape, "other shape: \"%s\" is %s in the file and %s in the model", key,
              gi_shape_text(shape.ndim, shape.size).s, gi_shape_text(to->ndim, to->shape).s);
    return true;
}

/* Name k of a tensor of the model, see gi_tied_name, as the file would have it; NULL when it has none, or not under
 * options.into. */
static const char *key_of(gi_reader *r, const gd_tensor *t, int k)
{
    const char *into = or_empty(r->options.into), *name = gi_tied_name(r->run->params, t, k);
    if (!name || !gi_begins_with(name, into))
        return NULL;
    const char *key = gi_joined(or_empty(r->options.prefix), name + strlen(into), "");
    r->failed = r->failed || !key;
    return key;
}

/* The first of its names that is in the file, in lenient mode with the same shape, if there is one; where none is, the
 * first one. */
static const char *key_in_file(gi_reader *r, const gd_tensor *t)
{
    const char *first = NULL, *there = NULL;
    for (int k = -1; k < r->run->params->tied_count; k++) {
        const char *key = key_of(r, t, k);
        const int64_t place = key ? gd_safetensors_find(r->file, key) : -1;
        if (place >= 0 && (!r->options.lenient || fits(r, place, t)))
            return key;
        there = there || place < 0 ? there : key;
        first = first ? first : key;
    }
    return there ? there : first;
}

/* Lenient: its other names, which are in the file with another shape, are skipped too. */
static void pass_over_others(gi_reader *r, const gd_tensor *t, const char *key)
{
    for (int k = -1; k < r->run->params->tied_count; k++) {
        const char *other = key_of(r, t, k);
        if (other && strcmp(other, key) != 0 && gd_safetensors_find(r->file, other) >= 0)
            passed_over(r, other, t);
    }
}

/* PyTorch saves a shared tensor under each of its names: they must agree. */
static bool names_agree(gi_reader *r, const gd_tensor *t, const char *key, const gd_tensor *from)
{
    for (int k = -1; k < r->run->params->tied_count; k++) {
        const char *other = key_of(r, t, k);
        if (!other || strcmp(other, key) == 0 || gd_safetensors_find(r->file, other) < 0)
            continue;
        if (r->options.lenient && !fits(r, gd_safetensors_find(r->file, other), t))
            continue;
        const gd_tensor *same = gi_read_tensor(r, other, t);
        if (!same)
            return false;
        if (same->numel && memcmp(same->data, from->data, (size_t)same->numel * sizeof *same->data) != 0)
            return gd_fail("%s: %s: \"%s\" and \"%s\" differ in the file, and are one tensor in the model", r->function,
                           r->path, key, other);
    }
    return true;
}

static void read_entry(gi_reader *r, int i)
{
    const gi_entry *entry = &r->run->params->entries[i];
    const char *key = key_in_file(r, entry->tensor);
    if (!key)
        return;
    if (r->options.lenient) {
        const bool skipped = passed_over(r, key, entry->tensor);
        pass_over_others(r, entry->tensor, key);
        if (skipped)
            return;
    }
    gd_tensor *from = gi_read_tensor(r, key, entry->tensor);
    const char *where = gi_read_where(r);
    if (!from || !where || !names_agree(r, entry->tensor, key, from) ||
        (entry->not_negative && !gi_check_variance(where, key, from))) {
        r->failed = true;
        return;
    }
    gi_change *c = gi_new_change(r);
    if (c) {
        c->to = entry->tensor;
        c->from = r->values[i] = from;
        r->report.loaded++;
    }
}

static void nothing_fits(const gi_reader *r)
{
    const char *prefix = or_empty(r->options.prefix), *into = or_empty(r->options.into);
    if (r->report.other_shape > 0 && r->lines) {
        gd_fail("%s: %s: nothing fits; %s", r->function, r->path, r->lines->text);
        return;
    }
    if (*prefix || *into || gd_safetensors_count(r->file) == 0) {
        gd_fail("%s: %s: nothing under \"%s\" belongs to anything under \"%s\" in the model", r->function, r->path,
                prefix, into);
        return;
    }
    gd_shape shape = gd_safetensors_shape(r->file, 0);
    gd_fail("%s: %s: no tensor of the file has the name and shape of one of the model; the first is \"%s\" %s",
            r->function, r->path, gd_safetensors_name(r->file, 0), gi_shape_text(shape.ndim, shape.size).s);
}

void gi_read_model(gi_reader *r)
{
    bool asked = r->options.lenient || r->options.prefix || r->options.into;
    for (int i = 0; i < r->run->params->count && !r->failed; i++)
        read_entry(r, i);
    if (!r->failed && asked && r->report.loaded == 0) {
        nothing_fits(r);
        r->failed = true;
    }
}

/* ---- What is left over -------------------------------------------------------------------------------------- */

/* PyTorch counts the batches that batch norm has seen, for momentum=None, which does not exist here. */
static bool counts_batches(const gi_reader *r, const char *name)
{
    static const char counter[] = "num_batches_tracked", mean[] = "running_mean";
    size_t length = strlen(name), n = sizeof counter - 1;
    if (length < n || strcmp(name + length - n, counter) != 0 || (length > n && name[length - n - 1] != '.'))
        return false;
    char *sibling = gi_arena_take(gi_current_scope(), length + sizeof mean);
    if (!sibling)
        return false;
    memcpy(sibling, name, length - n);
    memcpy(sibling + length - n, mean, sizeof mean);
    return gd_safetensors_find(r->file, sibling) >= 0;
}

static bool belongs_elsewhere(const gi_reader *r, const char *name)
{
    return (gi_begins_with(name, "optimizer/") && !r->run->optimizer) ||
           (gi_begins_with(name, "gradus/ema/") && !r->run->ema) ||
           !gi_begins_with(name, or_empty(r->options.prefix)) || counts_batches(r, name);
}

bool gi_was_read(const gi_reader *r, const char *key)
{
    for (const gi_string *line = r->keys; line; line = line->next)
        if (strcmp(line->text, key) == 0)
            return true;
    return false;
}

/* Is the key a number of an optimizer that has more parameters or groups? */
static void no_number_left_over(gi_reader *r)
{
    int64_t in_file = 0, read = 0, count = gd_safetensors_metadata_count(r->file);
    for (int64_t i = 0; i < count; i++)
        in_file += gi_begins_with(gd_safetensors_metadata_at(r->file, i).key, "optimizer/");
    for (const gi_string *line = r->keys; line; line = line->next)
        read += gi_begins_with(line->text, "optimizer/");
    for (int64_t i = 0; i < count && in_file != read && !r->failed; i++) {
        const char *key = gd_safetensors_metadata_at(r->file, i).key;
        if (gi_begins_with(key, "optimizer/") && !gi_was_read(r, key)) {
            gd_fail("%s: %s has a number \"%s\" that the optimizer does not have", r->function, r->path, key);
            r->failed = true;
        }
    }
}

void gi_read_rest(gi_reader *r)
{
    for (int64_t i = 0; !r->failed && i < gd_safetensors_count(r->file); i++) {
        const char *name = gd_safetensors_name(r->file, i);
        if (r->seen[i] || belongs_elsewhere(r, name))
            continue;
        if (r->options.lenient) {
            gi_report(r, &r->report.left_over, "left over: \"%s\" is not in the model", name);
            continue;
        }
        gd_fail("%s: %s has a tensor \"%s\" that the %s does not have", r->function, r->path, name,
                gi_begins_with(name, "optimizer/") ? "optimizer" : "model");
        r->failed = true;
    }
    if (!r->failed && r->run->optimizer)
        no_number_left_over(r);
}
