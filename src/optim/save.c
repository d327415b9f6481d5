/* save.c - writing a checkpoint.  The names in the file are listed in checkpoint.h; reading is in load.c. */
#include <inttypes.h>

#include "checkpoint.h"

const char *gd_checkpoint_key(const char *owner, const char *name)
{
    size_t length = strlen(owner) + strlen(name) + sizeof "optimizer//";
    char *key = gd_arena_take(gd_current_scope(), length);
    if (key)
        snprintf(key, length, "optimizer/%s/%s", owner, name);
    return key;
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

bool gd_save_run(const char *path, gd_params *p, gd_optimizer *o, const gd_loader *loader)
{
    if (!gd_given("gd_save", "path", path) || !gd_given("gd_save", "p", p) || !gd_scope_begin())
        return false;
    writer w = { .count = 0 };
    for (int i = 0; i < p->count; i++)
        put_tensor(&w, p->entries[i].tensor->name, p->entries[i].tensor);
    if (o)
        put_optimizer(&w, o);
    if (loader) {
        gd_position at = gd_loader_position(loader);
        put_words(&w, "loader", (uint64_t[]){ (uint64_t)at.epoch, (uint64_t)at.example }, 2);
    }
    bool good = !w.failed && gd_safetensors_write(path, w.names, w.tensors, w.count, w.metadata, w.pairs);
    gd_scope_end();
    return good;
}

bool gd_save(const char *path, gd_params *p, gd_optimizer *o)
{
    return gd_save_run(path, p, o, NULL);
}
