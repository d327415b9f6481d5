/* save.c - writing a checkpoint.  The names in the file are listed in checkpoint.h; reading is in load.c. */
#include <inttypes.h>

#include "checkpoint.h"

const char *gd_joined(const char *a, const char *b, const char *c)
{
    if (!a || !b || !c)
        return NULL;
    size_t length = strlen(a) + strlen(b) + strlen(c) + 1;
    char *text = gd_arena_take(gd_current_scope(), length);
    if (text)
        snprintf(text, length, "%s%s%s", a, b, c);
    return text;
}

const char *gd_checkpoint_key(const char *owner, const char *name)
{
    return gd_joined(gd_joined("optimizer/", owner, "/"), name, "");
}

/* Groups are linked newest first behind the first one. */
gd_group *gd_checkpoint_group(gd_optimizer *o, int k)
{
    gd_group *group = &o->first;
    while (group && k-- > 0)
        group = group->next;
    return group;
}

typedef struct writer {
    const char **names;
    gd_tensor  **tensors;
    gd_metadata *metadata;
    int64_t      count, room, pairs, pairs_room;
    bool         failed;
} writer;

/* Room for one more in an array of the current scope; the old one is left to the scope. */
static void *grown(writer *w, void *array, int64_t count, int64_t room, size_t size)
{
    void *bigger = gd_arena_take(gd_current_scope(), (size_t)room * size);
    if (!bigger)
        w->failed = true;
    else if (count)
        memcpy(bigger, array, (size_t)count * size);
    return bigger;
}

static void put_tensor(writer *w, const char *name, gd_tensor *t)
{
    if (w->count == w->room && !w->failed) {
        w->room = 2 * w->room + 16;
        w->names = grown(w, w->names, w->count, w->room, sizeof *w->names);
        w->tensors = grown(w, w->tensors, w->count, w->room, sizeof *w->tensors);
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
    if (w->pairs == w->pairs_room && !w->failed) {
        w->pairs_room = 2 * w->pairs_room + 16;
        w->metadata = grown(w, w->metadata, w->pairs, w->pairs_room, sizeof *w->metadata);
    }
    if (w->failed || !key || !value)
        w->failed = true;
    else
        w->metadata[w->pairs++] = (gd_metadata){ key, value };
}

/* Each word as 16 hexadecimal digits. */
static void put_words(writer *w, const char *key, const uint64_t *words, int n)
{
    char *text = gd_arena_take(gd_current_scope(), 16 * (size_t)n + 1);
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
    const char *key = gd_checkpoint_key(owner, name);
    if (tensor)
        put_tensor(w, key, tensor);
    else
        put_number(w, key, *number);
}

static void put_setting(void *context, const gd_setting *setting)
{
    put_words(context, setting->key, &setting->bits, 1);
}

static void put_optimizer(writer *w, gd_optimizer *o)
{
    put_text(w, "optimizer", o->algorithm->name);
    uint64_t steps = (uint64_t)o->steps;
    put_words(w, "optimizer/steps", &steps, 1);
    gd_group *group;
    for (int k = 0; (group = gd_checkpoint_group(o, k)); k++) {
        char number[16];
        snprintf(number, sizeof number, "%d", k);
        put_number(w, gd_checkpoint_key("lr", number), group->lr);
    }
    if (!gd_optimizer_visit(o, put_state, w))
        w->failed = true;
    put_words(w, "random", gd_random_state(), 4);
}

static void put_ema(writer *w, gd_ema *ema)
{
    for (int i = 0; i < ema->count; i++)
        if (ema->average[i])
            put_tensor(w, gd_joined("gradus/ema/", ema->params->entries[i].tensor->name, ""), ema->average[i]);
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

static void put_around(writer *w, const gd_run *run)
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
        const char *key = gd_joined("note/", note->key, "");
        if (note->number)
            put_number(w, key, *note->number);
        else
            put_text(w, key, note->text);
    }
}

/* ---- What gd_load would refuse is refused here -------------------------------------------------------------- */

static gd_kept kept_by(const gd_optimizer *o, const struct gd_slot *slot)
{
    return (gd_kept){ .n = slot->w ? slot->w->numel : gd_all_elements(o), .step = slot->number[0],
                      .steps = (double)o->steps, .number = slot->number + 1, .state = slot->state,
                      .options = slot->group->options };
}

static bool valid_slot(const gd_optimizer *o, const struct gd_slot *slot)
{
    const char *where = gd_joined("gd_save: \"", slot->w->name, "\"");
    gd_kept kept = kept_by(o, slot);
    return where && gd_check_kept_numbers(where, o->algorithm, &kept);
}

/* State that does not fit any more, because the model has grown, is of no use to the next step. */
static bool valid_shared(gd_optimizer *o)
{
    gd_kept kept = kept_by(o, o->all);
    if (o->algorithm->valid && o->algorithm->valid(&kept)) {
        gd_slot_stop(o->all);
        kept = kept_by(o, o->all);
    }
    return gd_check_kept_numbers("gd_save", o->algorithm, &kept);
}

/* Also makes the states that the next step would make: a state that is missing in a file is one that was lost. */
static bool ready_optimizer(gd_optimizer *o)
{
    if (!gd_adopt(o) || !gd_check_steps("gd_save", (double)o->steps))
        return false;
    gd_group *group;
    for (int k = 0; (group = gd_checkpoint_group(o, k)); k++)
        if (!gd_check_lr("gd_save", k, group->lr))
            return false;
    if (o->algorithm->step)
        return valid_shared(o);
    for (int i = 0; i < o->count; i++) {
        struct gd_slot *slot = o->slots[i];
        bool begun = slot && slot->number[0] > 0;
        for (int k = 0; slot && k < GD_MAX_STATES; k++)
            begun = begun || slot->state[k];
        if (slot && (!valid_slot(o, slot) || (begun && !slot->started && !gd_slot_start(o, slot))))
            return false;
    }
    return true;
}

static bool ready_note(const gd_note *note)
{
    return gd_given("gd_checkpoint_save", "the key of a note", note->key) &&
           gd_given("gd_checkpoint_save", note->key, note->number ? (const void *)note->number : note->text);
}

static bool ready(const gd_run *run)
{
    if (run->optimizer && !ready_optimizer(run->optimizer))
        return false;
    if (run->ema && run->ema->swapped)
        return gd_fail("gd_checkpoint_save: the averages are swapped in: call gd_ema_swap first");
    if ((run->ema && !gd_ema_adopt(run->ema)) ||
        (run->plateau && !gd_check_plateau("gd_checkpoint_save", run->plateau)) ||
        (run->note_count > 0 && !gd_given("gd_checkpoint_save", "notes", run->notes)))
        return false;
    for (int i = 0; i < run->note_count; i++)
        if (!ready_note(&run->notes[i]))
            return false;
    return true;
}

static bool save(const char *path, const gd_run *run)
{
    if (!ready(run) || !gd_scope_begin())
        return false;
    writer w = { .count = 0 };
    put_text(&w, "gradus", GD_CHECKPOINT_FORMAT);
    for (int i = 0; i < run->params->count; i++)
        put_tensor(&w, run->params->entries[i].tensor->name, run->params->entries[i].tensor);
    if (run->optimizer)
        put_optimizer(&w, run->optimizer);
    put_around(&w, run);
    if (!gd_settings_visit(run, put_setting, &w))
        w.failed = true;
    bool good = !w.failed && gd_safetensors_write(path, w.names, w.tensors, w.count, w.metadata, w.pairs);
    gd_scope_end();
    return good;
}

bool gd_checkpoint_save(const char *path, const gd_run *run)
{
    static const char function[] = "gd_checkpoint_save";
    return gd_given(function, "path", path) && gd_given(function, "run", run) &&
           gd_given(function, "params", run->params) && save(path, run);
}

bool gd_save_run(const char *path, gd_params *p, gd_optimizer *o, const gd_loader *loader)
{
    gd_run run = { .params = p, .optimizer = o, .loader = (gd_loader *)loader };         /* only read */
    return gd_given("gd_save", "path", path) && gd_given("gd_save", "p", p) && save(path, &run);
}

bool gd_save(const char *path, gd_params *p, gd_optimizer *o)
{
    return gd_save_run(path, p, o, NULL);
}
