/* save.c - writing a checkpoint.  The names in the file are listed in checkpoint.h; reading is in load.c. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/message.h"
#include "base/random.h"
#include "base/scopes.h"
#include "base/start.h"
#include "checkpoint.h"
#include "gradus/tensor.h"
#include "tensor/check.h"
#include "tensor/shape.h"
#include "text/utf8.h"

typedef struct writer {
    const char **names;
    gd_tensor  **tensors;
    gd_metadata *metadata;
    int64_t      count, capacity, pairs, pairs_capacity;
    bool         failed;
} writer;

/* A larger copy of an array, in the current scope; the old array stays there until the scope ends. */
static void *grown(writer *w, void *array, int64_t count, int64_t capacity, size_t size)
{
    void *bigger = gi_arena_take(gi_current_scope(), (size_t)capacity * size);
    if (!bigger)
        w->failed = true;
    else if (count)
        memcpy(bigger, array, (size_t)count * size);
    return bigger;
}

static void put_tensor(writer *w, const char *name, gd_tensor *t)
{
    if (w->count == w->capacity && !w->failed) {
        w->capacity = 2 * w->capacity + 16;
        w->names = grown(w, w->names, w->count, w->capacity, sizeof *w->names);
        w->tensors = grown(w, w->tensors, w->count, w->capacity, sizeof *w->tensors);
    }
    if (w->failed || !name) {
        w->failed = true;
        return;
    }
    w->names[w->count] = name;
    w->tensors[w->count++] = t;
}

static void put_text(writer *w, const char *key, const char *value)
{
    if (w->pairs == w->pairs_capacity && !w->failed) {
        w->pairs_capacity = 2 * w->pairs_capacity + 16;
        w->metadata = grown(w, w->metadata, w->pairs, w->pairs_capacity, sizeof *w->metadata);
    }
    if (w->failed || !key || !value)
        w->failed = true;
    else
        w->metadata[w->pairs++] = (gd_metadata){ key, value };
}

/* Each word as 16 hexadecimal digits. */
static void put_words(writer *w, const char *key, const uint64_t *words, int n)
{
    char *text = gi_arena_take(gi_current_scope(), 16 * (size_t)n + 1);
    for (int i = 0; text && i < n; i++)
        snprintf(text + 16 * i, 17, "%016" PRIx64, words[i]);
    put_text(w, key, text);
}

static void put_number(writer *w, const char *key, double number)
{
    uint64_t bits;
    memcpy(&bits, &number, sizeof bits);
    put_words(w, key, &bits, 1);
}

static void put_state(void *context, const char *owner, const char *name, gd_tensor *tensor, double *number)
{
    writer *w = context;
    const char *key = gi_checkpoint_key(owner, name);
    if (tensor)
        put_tensor(w, key, tensor);
    else
        put_number(w, key, *number);
}

static void put_setting(void *context, const gi_setting *setting)
{
    put_words(context, setting->key, &setting->bits, 1);
}

static void put_optimizer(writer *w, gd_optimizer *o)
{
    put_text(w, "optimizer", o->algorithm->name);
    uint64_t steps = (uint64_t)o->steps;
    put_words(w, "optimizer/steps", &steps, 1);
    gd_group *group;
    for (int k = 0; (group = gi_checkpoint_group(o, k)); k++)
        put_number(w, gi_lr_key(k), group->lr);
    if (!gd_optimizer_visit(o, put_state, w))
        w->failed = true;
    put_words(w, "random", gi_random_state(), 4);
}

static void put_ema(writer *w, gd_ema *ema)
{
    for (int i = 0; i < ema->count; i++)
        if (ema->average[i])
            put_tensor(w, gi_joined("gradus/ema/", ema->params->entries[i].tensor->name, ""), ema->average[i]);
}

static void put_plateau(writer *w, const gd_plateau *p)
{
    uint64_t words[4];
    memcpy(&words[0], &p->lr, sizeof p->lr);
    memcpy(&words[1], &p->best, sizeof p->best);
    words[2] = (uint64_t)p->bad;
    words[3] = (uint64_t)p->cooling;
    put_words(w, "gradus/plateau", words, 4);
}

static void put_around(writer *w, const gd_training_run *run)
{
    if (run->loader) {
        gd_position at = gd_loader_position(run->loader);
        put_words(w, "loader", (uint64_t[]){ (uint64_t)at.epoch, (uint64_t)at.example }, 2);
    }
    if (run->ema)
        put_ema(w, run->ema);
    if (run->plateau)
        put_plateau(w, run->plateau);
    for (int i = 0; i < run->note_count; i++) {
        const gd_note *note = &run->notes[i];
        const char *key = gi_joined("note/", note->key, "");
        if (note->number) {
            put_number(w, key, *note->number);
            put_text(w, gi_joined("gradus/", key, ""), "number");
        } else {
            put_text(w, key, note->text);
        }
    }
}

/* ---- What gd_load would refuse is refused here -------------------------------------------------------------- */

static gd_kept kept_by(const gd_optimizer *o, const struct gi_slot *slot)
{
    return (gd_kept){ .n = slot->w ? slot->w->numel : gi_all_elements(o), .step = slot->number[0],
                      .steps = (double)o->steps, .w = slot->w ? slot->w->data : NULL, .number = slot->number + 1,
                      .state = slot->state, .options = slot->group->options };
}

static bool valid_slot(const char *function, const gd_optimizer *o, const struct gi_slot *slot)
{
    const char *where = gi_joined(function, ": \"", gi_joined(slot->w->name, "\"", ""));
    gd_kept kept = kept_by(o, slot);
    return where && gi_check_kept(where, o->algorithm, &kept);
}

/* Shared state of another size, because the model has grown, is of no use to the next step. */
static bool valid_shared(const char *function, gd_optimizer *o)
{
    gd_kept kept = kept_by(o, o->inside->all);
    if (gi_fault_in(o->algorithm, &kept)) {
        gi_slot_stop(o->inside->all);
        kept = kept_by(o, o->inside->all);
    }
    return gi_check_kept(function, o->algorithm, &kept);
}

/* Also creates the states that the next step would create: a file without them would be taken for a damaged one. */
static bool ready_optimizer(const char *function, gd_optimizer *o)
{
    if (gi_are_swapped(function, o) || !gi_adopt(o) || !gi_check_steps(function, (double)o->steps))
        return false;
    gd_group *group;
    for (int k = 0; (group = gi_checkpoint_group(o, k)); k++)
        if (!gi_check_lr(function, k, group->lr))
            return false;
    if (o->algorithm->step)
        return valid_shared(function, o);
    for (int i = 0; i < o->inside->count; i++) {
        struct gi_slot *slot = o->inside->slots[i];
        bool begun = slot && slot->number[0] > 0;
        for (int k = 0; slot && k < GD_MAX_STATES; k++)
            begun = begun || slot->state[k];
        if (slot && ((begun && !slot->started && !gi_slot_start(o, slot)) || !valid_slot(function, o, slot)))
            return false;
    }
    return true;
}

static bool ready_model(const char *function, const gd_params *p)
{
    for (int i = 0; i < p->count; i++)
        if (p->entries[i].not_negative &&
            !gi_check_variance(function, p->entries[i].tensor->name, p->entries[i].tensor))
            return false;
    return true;
}

static bool ready_ema(const char *function, gd_ema *ema)
{
    if (ema->swapped)
        return gd_fail("%s: the averages are swapped in: call gd_ema_swap first", function);
    if (!gi_ema_adopt(ema))
        return false;
    for (int i = 0; i < ema->count; i++) {
        const gd_tensor *w = ema->params->entries[i].tensor;
        const char *where = ema->average[i] ? gi_joined(function, ": \"", gi_joined(w->name, "\"", "")) : function;
        if (!where || (ema->average[i] && !gi_check_average(where, ema->average[i], w->data)))
            return false;
    }
    return true;
}

bool gi_notes_given(const char *function, const gd_training_run *run)
{
    if (run->note_count < 0)
        return gd_fail("%s: note_count = %d must not be negative", function, run->note_count);
    if (run->note_count > 0 && !gi_not_null(function, "notes", run->notes))
        return false;
    for (int i = 0; i < run->note_count; i++)
        if (!gi_not_null(function, "the key of a note", run->notes[i].key))
            return false;
    return true;
}

static bool ready_note(const char *function, const gd_note *notes, int i)
{
    const gd_note *note = &notes[i];
    if (!gi_not_null(function, note->key, note->number ? (const void *)note->number : note->text))
        return false;
    for (int k = 0; k < i; k++)
        if (strcmp(notes[k].key, note->key) == 0)
            return gd_fail("%s: two notes have the key \"%s\"", function, note->key);
    if (!gi_utf8_valid(note->key, strlen(note->key)))
        return gd_fail("%s: the key \"%s\" of a note is not UTF-8", function, note->key);
    return note->number || gi_utf8_valid(note->text, strlen(note->text)) ||
           gd_fail("%s: the text of the note \"%s\" is not UTF-8", function, note->key);
}

typedef struct checker {
    const char *function;
    bool        good;
} checker;

static void check_setting(void *context, const gi_setting *setting)
{
    checker *c = context;
    c->good = c->good && gi_check_setting(c->function, setting, setting->bits);
}

/* A run whose model lacks parameters of the optimizer, or of the averages, could not be loaded again.  A different
 * model with the same names, such as the best one so far, is allowed. */
static bool same_model(const char *function, const char *what, const gd_params *p, const gd_params *of)
{
    for (int i = 0; p != of && i < of->count; i++) {
        const gd_tensor *w = of->entries[i].tensor;
        const gd_tensor *same = gi_params_find(p, w->name);
        if (!same || !gi_same_shape(same, w))
            return gd_fail("%s: params is not the model of the %s: it has no \"%s\" of shape %s", function, what,
                           w->name, gi_shape_text(w->ndim, w->shape).s);
    }
    return true;
}

#ifdef GD_DEBUG
bool gi_run_alive(const char *function, const gd_training_run *run)
{
    return (!run->optimizer || (gi_not_freed(function, "optimizer", run->optimizer) &&
                                gi_model_alive(function, run->optimizer))) &&
           (!run->loader || gi_not_freed(function, "loader", run->loader)) &&
           (!run->ema || (gi_not_freed(function, "ema", run->ema) &&
                          gi_not_freed(function, "the model of ema", run->ema->params)));
}
#endif

static bool ready(const char *function, const gd_training_run *run)
{
    checker c = { function, true };
    if (!gi_run_alive(function, run) ||
        (run->optimizer && !same_model(function, "optimizer", run->params, run->optimizer->params)) ||
        (run->ema && !same_model(function, "averages", run->params, run->ema->params)))
        return false;
    if (!ready_model(function, run->params) || (run->optimizer && !ready_optimizer(function, run->optimizer)) ||
        (run->ema && !ready_ema(function, run->ema)) ||
        (run->plateau && !(gi_plateau_started(function, run->plateau) && gi_check_plateau(function, run->plateau))) ||
        !gi_notes_given(function, run))
        return false;
    for (int i = 0; i < run->note_count; i++)
        if (!ready_note(function, run->notes, i))
            return false;
    return gi_settings_visit(run, check_setting, &c) && c.good;
}

static bool save(const char *function, const char *path, const gd_training_run *run)
{
    if (!gd_scope_begin())
        return false;
    writer w = { .failed = !ready(function, run) };
    if (w.failed) {
        gd_scope_end();
        return false;
    }
    put_text(&w, "gradus", GI_CHECKPOINT_FORMAT);
    for (int i = 0; i < run->params->count; i++)
        put_tensor(&w, run->params->entries[i].tensor->name, run->params->entries[i].tensor);
    if (run->optimizer)
        put_optimizer(&w, run->optimizer);
    put_around(&w, run);
    if (!gi_settings_visit(run, put_setting, &w))
        w.failed = true;
    bool good = !w.failed && gd_safetensors_write(path, w.names, w.tensors, w.count, w.metadata, w.pairs);
    gd_scope_end();
    return good;
}

bool gd_checkpoint_save(const char *path, const gd_training_run *run)
{
    gi_not_captured("gd_checkpoint_save", GI_ACTS_OUTSIDE);
    static const char function[] = "gd_checkpoint_save";
    return gi_path_given(function, "path", path) && gi_not_null(function, "run", run) &&
           gi_given(function, "params", run->params) && save(function, path, run);
}

bool gd_save_run(const char *path, gd_params *p, gd_optimizer *o, const gd_loader *loader)
{
    gd_training_run run = { .params = p, .optimizer = o, .loader = (gd_loader *)loader };         /* only read */
    return gi_path_given("gd_save", "path", path) && gi_given("gd_save", "p", p) && save("gd_save", path, &run);
}

bool gd_save(const char *path, gd_params *p, gd_optimizer *o)
{
    gi_not_captured("gd_save", GI_ACTS_OUTSIDE);
    return gd_save_run(path, p, o, NULL);
}
