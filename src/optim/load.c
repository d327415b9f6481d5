/* load.c - reading a checkpoint.  Everything is read and checked before the first number changes. */
#include <inttypes.h>
#include <stdlib.h>

#include "checkpoint.h"

/* What will change when all is well: a tensor of the program and its new value, a number and its, or a slot
 * that goes back to having no state.  made: a slot whose state was made here, to be undone when all is not. */
typedef struct change {
    struct change  *next;
    gd_tensor      *to, *from;
    double         *number;
    double          value;
    struct gd_slot *emptied, *made;
} change;

typedef struct reader {
    const char     *path;
    gd_safetensors *file;
    change         *changes;
    bool            failed;
} reader;

static change *new_change(reader *r)
{
    change *c = gd_arena_take(gd_current_scope(), sizeof *c);
    if (!c) {
        r->failed = true;
        return NULL;
    }
    *c = (change){ .next = r->changes };
    return r->changes = c;
}

/* ---- Reading and checking ------------------------------------------------------------------------------- */

static void read_tensor(reader *r, const char *name, gd_tensor *to)
{
    if (r->failed || !name) {
        r->failed = true;
        return;
    }
    if (gd_safetensors_find(r->file, name) < 0) {
        gd_fail("gd_load: %s has no tensor \"%s\"", r->path, name);
        r->failed = true;
        return;
    }
    gd_tensor *from = gd_safetensors_read(r->file, name);
    change *c = from ? new_change(r) : NULL;
    if (c && !gd_same_shape(from, to)) {
        gd_fail("gd_load: %s: \"%s\" is %s in the file and %s in the model", r->path, name, gd_text_of(from).s,
                gd_text_of(to).s);
        c = NULL;
    }
    if (!c) {
        r->failed = true;
        return;
    }
    c->to = to;
    c->from = gd_set_name(from, name);
}

/* The n words of a text of 16 n hexadecimal digits. */
static bool read_words(reader *r, const char *key, uint64_t *words, int n)
{
    const char *text = r->failed || !key ? NULL : gd_safetensors_metadata(r->file, key);
    bool good = text && strlen(text) == 16 * (size_t)n && strspn(text, "0123456789abcdef") == strlen(text);
    for (int i = 0; good && i < n; i++) {
        char digits[17] = { 0 };
        memcpy(digits, text + 16 * i, 16);
        words[i] = strtoull(digits, NULL, 16);
    }
    if (!good && !r->failed && key)
        gd_fail("gd_load: %s: %s \"%s\"", r->path, text ? "damaged number" : "there is no", key);
    r->failed = r->failed || !good;
    return good;
}

static void read_number(reader *r, const char *key, double *number)
{
    uint64_t bits;
    change *c = read_words(r, key, &bits, 1) ? new_change(r) : NULL;
    if (!c)
        return;
    c->number = number;
    memcpy(&c->value, &bits, sizeof bits);
}

static bool in_file(const reader *r, const char *key)
{
    return key && gd_safetensors_find(r->file, key) >= 0;
}

/* Makes sure that the slot has state k, to be read into. */
static bool has_state(reader *r, gd_optimizer *o, struct gd_slot *slot, int k, const char *key)
{
    gd_shape shape = gd_safetensors_shape(r->file, gd_safetensors_find(r->file, key));
    if (slot == o->all)
        return slot->state[k] || gd_optimizer_shared_state(o, k, shape);
    if (!slot->started) {
        change *c = new_change(r);
        if (!c)
            return false;
        c->made = slot;
        if (!gd_slot_start(o, slot))
            return false;
    }
    return slot->state[k] || gd_fail("gd_load: %s: \"%s\" is a state that the options of %s do not keep",
                                     r->path, key, o->algorithm->name);
}

static void read_slot(reader *r, gd_optimizer *o, struct gd_slot *slot, const char *owner)
{
    const gd_algorithm *a = o->algorithm;
    bool any = false;
    read_number(r, gd_checkpoint_key(owner, "step"), &slot->number[0]);
    for (int k = 0; k < GD_MAX_NUMBERS && a->numbers[k]; k++)
        read_number(r, gd_checkpoint_key(owner, a->numbers[k]), &slot->number[1 + k]);
    for (int k = 0; k < GD_MAX_STATES && a->states[k] && !r->failed; k++) {
        const char *key = gd_checkpoint_key(owner, a->states[k]);
        if (!in_file(r, key))
            continue;
        any = true;
        if (has_state(r, o, slot, k, key))
            read_tensor(r, key, slot->state[k]);
        else
            r->failed = true;
    }
    change *c = any ? NULL : new_change(r);
    if (c)
        c->emptied = slot;
}

static void read_optimizer(reader *r, gd_optimizer *o, uint64_t *steps, uint64_t random[4])
{
    const char *algorithm = gd_safetensors_metadata(r->file, "optimizer");
    if (!algorithm || strcmp(algorithm, o->algorithm->name) != 0) {
        gd_fail("gd_load: %s holds the state of %s, and not of %s", r->path,
                algorithm ? algorithm : "no optimizer", o->algorithm->name);
        r->failed = true;
        return;
    }
    r->failed = r->failed || !gd_adopt(o);
    read_words(r, "optimizer/steps", steps, 1);
    read_words(r, "random", random, 4);
    gd_group *group;
    for (int k = 0; (group = gd_checkpoint_group(o, k)); k++) {
        char number[16];
        snprintf(number, sizeof number, "%d", k);
        read_number(r, gd_checkpoint_key("lr", number), &group->lr);
    }
    if (o->algorithm->step)
        read_slot(r, o, o->all, "");
    for (int i = 0; i < o->count && !o->algorithm->step; i++)
        if (o->slots[i])
            read_slot(r, o, o->slots[i], o->slots[i]->w->name);
}

/* Every tensor of the file must have found its place; without an optimizer its state is passed over. */
static void nothing_left_over(reader *r, const gd_params *p, const gd_optimizer *o)
{
    for (int64_t i = 0; i < gd_safetensors_count(r->file) && !r->failed; i++) {
        const char *name = gd_safetensors_name(r->file, i);
        bool known = strncmp(name, "optimizer/", 10) == 0 && !o;
        for (int k = 0; k < p->count && !known; k++)
            known = strcmp(p->entries[k].tensor->name, name) == 0;
        for (const change *c = r->changes; c && !known; c = c->next)
            known = c->from && c->from->name && strcmp(c->from->name, name) == 0;
        if (!known) {
            gd_fail("gd_load: %s has a tensor \"%s\" that the %s does not have", r->path, name,
                    strncmp(name, "optimizer/", 10) == 0 ? "optimizer" : "model");
            r->failed = true;
        }
    }
}

/* ---- Changing --------------------------------------------------------------------------------------------- */

static void without_state(struct gd_slot *slot)
{
    slot->started = false;
    memset(slot->state, 0, sizeof slot->state);
    memset(slot->data, 0, sizeof slot->data);
}

static void undo(const change *c)
{
    for (; c; c = c->next)
        if (c->made)
            without_state(c->made);
}

static void apply(const change *c)
{
    for (; c; c = c->next) {
        if (c->number) {
            *c->number = c->value;
        } else if (c->emptied) {
            without_state(c->emptied);
        } else if (c->to) {
            gd_copy(c->to->data, c->from);
            gd_overwritten(c->to);
        }
    }
}

static void apply_optimizer(gd_optimizer *o, uint64_t steps, const uint64_t random[4])
{
    o->steps = (int64_t)steps;
    memcpy(gd_random_state(), random, 4 * sizeof *random);
    for (gd_group *group = &o->first; group; group = group->next)
        gd_options_changed(group);
}

bool gd_load_run(const char *path, gd_params *p, gd_optimizer *o, gd_loader *loader)
{
    if (!gd_given("gd_load", "path", path) || !gd_given("gd_load", "p", p) || (o && gd_busy("gd_load", o)))
        return false;
    if (p->in_use)
        return gd_fail("gd_load: %s, which needs the parameters as they are, is running", gd_guest_text().s);
    if (!gd_scope_begin())
        return false;
    reader r = { .path = path, .file = gd_safetensors_open(path) };
    uint64_t steps = 0, random[4] = { 0 }, at[2] = { 0 };
    r.failed = !r.file;
    for (int i = 0; i < p->count && !r.failed; i++)
        read_tensor(&r, p->entries[i].tensor->name, p->entries[i].tensor);
    if (o && !r.failed)
        read_optimizer(&r, o, &steps, random);
    if (loader)
        read_words(&r, "loader", at, 2);
    if (!r.failed)
        nothing_left_over(&r, p, o);
    if (!r.failed && loader)
        r.failed = !gd_loader_seek(loader, (gd_position){ .epoch = (int64_t)at[0], .example = (int64_t)at[1] });
    if (!r.failed) {
        apply(r.changes);
        if (o)
            apply_optimizer(o, steps, random);
    } else {
        undo(r.changes);
    }
    gd_safetensors_close(r.file);
    gd_scope_end();
    return !r.failed;
}

bool gd_load(const char *path, gd_params *p, gd_optimizer *o)
{
    return gd_load_run(path, p, o, NULL);
}
