/* params.c - the named tensors of a model, in one arena. */
#include "params.h"

#include "autograd/engine.h"
#include "data/json.h"

gd_params *gd_params_new(void)
{
    gd_current_scope();
    gd_params *p = gd_memory_new(GD_MODELS, sizeof *p);
    if (!p)
        return NULL;
    *p = (gd_params){ .entries = NULL };
    gd_arena_init(&p->arena, GD_MODELS);
    return p;
}

bool gd_params_in_use(gd_params *p)
{
    if (GD_UNLIKELY(p->in_use) && !gd_guest_runs())
        p->in_use = 0;
    return p->in_use;
}

void gd_params_free(gd_params *p)
{
    if (!p || !gd_given("gd_params_free", "p", p))
        return;
    if (gd_params_in_use(p) || (gd_thread.pass && gd_guest_runs())) {
        gd_fail("gd_params_free: %s, which may need the model, is running", gd_guest_text().s);
        return;
    }
    gd_forget_leaves(&p->arena);
    gd_arena_free(&p->arena);
    gd_memory_free(p->entries);
    gd_handle_free(p);
}

gd_tensor *gd_params_find(const gd_params *p, const char *name)
{
    for (int i = 0; i < p->count; i++)
        if (strcmp(p->entries[i].tensor->name, name) == 0)
            return p->entries[i].tensor;
    return NULL;
}

static bool make_room(gd_params *p)
{
    if (p->count < p->room)
        return true;
    int room = p->room ? 2 * p->room : 16;
    gd_entry *entries = gd_memory_resize(GD_MODELS, p->entries, (size_t)room * sizeof *entries);
    if (!entries)
        return false;
    p->entries = entries;
    p->room = room;
    return true;
}

/* What a checkpoint cannot hold is refused here, and not when the model is saved. */
static bool valid_name(const char *function, const gd_params *p, const char *name)
{
    static const char *const reserved[] = { "optimizer/", "gradus/" };
    if (!*name)
        return gd_fail("%s: the name is empty", function);
    if (!gd_utf8_valid(name, strlen(name)))
        return gd_fail("%s: the name \"%s\" is not UTF-8, as checkpoints are", function, name);
    if (strcmp(name, "__metadata__") == 0)
        return gd_fail("%s: the name \"__metadata__\" has a meaning of its own in checkpoints", function);
    for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++)
        if (strncmp(name, reserved[i], strlen(reserved[i])) == 0)
            return gd_fail("%s: the name \"%s\" begins with \"%s\", which checkpoints keep for other things", function,
                           name, reserved[i]);
    return !gd_params_find(p, name) || gd_fail("%s: there is a parameter \"%s\" already", function, name);
}

static gd_tensor *add(const char *function, gd_params *p, const char *name, gd_tensor *value, bool buffer)
{
    if (!gd_given(function, "p", p) || !gd_not_null(function, "name", name)
        || !gd_given_tensor(function, "value", value) || !gd_alive(function, "value", value)
        || !valid_name(function, p, name))
        return NULL;
    size_t length = strlen(name) + 1;
    char *copy = gd_arena_take(&p->arena, length);
    gd_tensor *t = copy ? gd_new_in(&p->arena, function, value->ndim, value->shape) : NULL;
    if (!t || !make_room(p))
        return NULL;
    gd_copy(t->data, value);
    t->name = memcpy(copy, name, length);
    t->requires_grad = !buffer;
    p->entries[p->count++] = (gd_entry){ .tensor = t, .buffer = buffer };
    return t;
}

gd_tensor *gd_param(gd_params *p, const char *name, gd_tensor *value)
{
    return add("gd_param", p, name, value, false);
}

gd_tensor *gd_buffer(gd_params *p, const char *name, gd_tensor *value)
{
    return add("gd_buffer", p, name, value, true);
}

gd_params_place gd_params_mark(const gd_params *p)
{
    gd_params_place mark = { .count = p->count };
    memcpy(mark.random, gd_random_state(), sizeof mark.random);
    return mark;
}

/* Memory of tensors that are dropped stays in the arena. */
void gd_params_back(gd_params *p, const gd_params_place *mark)
{
    p->count = mark->count;
    memcpy(gd_random_state(), mark->random, sizeof mark->random);
}

gd_tensor *gd_params_get(gd_params *p, const char *name)
{
    if (!gd_given("gd_params_get", "p", p) || !gd_not_null("gd_params_get", "name", name))
        return NULL;
    gd_tensor *t = gd_params_find(p, name);
    return t ? t : gd_fail("gd_params_get: there is no parameter \"%s\"", name);
}

int64_t gd_params_count(const gd_params *p)
{
    int64_t count = 0;
    if (!p || !gd_not_freed("gd_params_count", "p", p))
        return 0;
    for (int i = 0; i < p->count; i++)
        count += p->entries[i].buffer ? 0 : p->entries[i].tensor->numel;
    return count;
}

int gd_params_tensors(const gd_params *p)
{
    return p && gd_not_freed("gd_params_tensors", "p", p) ? p->count : 0;
}

gd_tensor *gd_params_at(const gd_params *p, int i)
{
    if (!gd_given("gd_params_at", "p", p))
        return NULL;
    if (i < 0 || i >= p->count)
        return gd_fail("gd_params_at: i = %d must lie in [0, %d)", i, p->count);
    return p->entries[i].tensor;
}

bool gd_params_is_buffer(const gd_params *p, int i)
{
    return p && gd_not_freed("gd_params_is_buffer", "p", p) && i >= 0 && i < p->count && p->entries[i].buffer;
}
