/* params.c - the named tensors of a model, in one arena. */
#include <string.h>

#include "params.h"
#include "autograd/leaf_grad.h"
#include "base/compiler.h"
#include "base/guest.h"
#include "base/memory.h"
#include "base/message.h"
#include "base/random.h"
#include "base/scopes.h"
#include "base/start.h"
#include "base/thread_state.h"
#include "gradus/tensor.h"
#include "tensor/alive.h"
#include "tensor/check.h"
#include "tensor/nest.h"
#include "tensor/new.h"
#include "tensor/shape.h"
#include "text/utf8.h"

gd_params *gd_params_new(void)
{
    gi_current_scope();
    gd_params *p = gi_memory_new(GI_MODELS, sizeof *p);
    if (!p)
        return NULL;
    *p = (gd_params){ .entries = NULL };
    gi_arena_init(&p->arena, GI_MODELS);
    return p;
}

bool gi_params_in_use(gd_params *p)
{
    if (GI_UNLIKELY(p->in_use) && !gi_guest_runs())
        p->in_use = 0;
    return p->in_use;
}

void gd_params_free(gd_params *p)
{
    if (!p || !gi_given("gd_params_free", "p", p))
        return;
    if (gi_params_in_use(p) || (gi_thread.pass && gi_guest_runs())) {
        gd_fail("gd_params_free: %s, which may need the model, is running", gi_guest_text().s);
        return;
    }
    gi_forget_leaves(&p->arena);
    gi_arena_free(&p->arena);
    gi_memory_free(p->entries);
    gi_memory_free(p->tied);
    gi_handle_free(p);
}

gd_tensor *gi_params_find(const gd_params *p, const char *name)
{
    for (int i = 0; i < p->count; i++)
        if (strcmp(p->entries[i].tensor->name, name) == 0)
            return p->entries[i].tensor;
    for (int i = 0; i < p->tied_count; i++)
        if (strcmp(p->tied[i].name, name) == 0)
            return p->tied[i].tensor;
    return NULL;
}

static bool reserve(gd_params *p)
{
    if (p->count < p->capacity)
        return true;
    int capacity = p->capacity ? 2 * p->capacity : 16;
    gi_entry *entries = gi_memory_resize(GI_MODELS, p->entries, (size_t)capacity * sizeof *entries);
    if (!entries)
        return false;
    p->entries = entries;
    p->capacity = capacity;
    return true;
}

/* A name that checkpoints cannot hold is refused here, not when the model is saved. */
static bool valid_name(const char *function, const gd_params *p, const char *name)
{
    static const char *const reserved[] = { "optimizer/", "gradus/" };
    if (!*name)
        return gd_fail("%s: the name is empty", function);
    if (!gi_utf8_valid(name, strlen(name)))
        return gd_fail("%s: the name \"%s\" is not UTF-8, as checkpoints are", function, name);
    if (strcmp(name, "__metadata__") == 0)
        return gd_fail("%s: the name \"__metadata__\" is reserved in checkpoints", function);
    for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++)
        if (strncmp(name, reserved[i], strlen(reserved[i])) == 0)
            return gd_fail("%s: the name \"%s\" begins with \"%s\", which is reserved in checkpoints", function,
                           name, reserved[i]);
    return !gi_params_find(p, name) || gd_fail("%s: there is a parameter \"%s\" already", function, name);
}

static gd_tensor *add(const char *function, gd_params *p, const char *name, gd_tensor *value, bool buffer)
{
    if (!gi_given(function, "p", p) || !gi_not_null(function, "name", name)
        || !gi_given_tensor(function, "value", value) || !gi_alive(function, "value", value)
        || !valid_name(function, p, name))
        return NULL;
    size_t length = strlen(name) + 1;
    char *copy = gi_arena_take(&p->arena, length);
    gd_tensor *t = copy ? gi_new_in(&p->arena, function, value->ndim, value->shape) : NULL;
    if (!t || !reserve(p))
        return NULL;
    gi_copy(t->data, value);
    t->name = memcpy(copy, name, length);
    t->requires_grad = !buffer;
    p->entries[p->count++] = (gi_entry){ .tensor = t, .buffer = buffer };
    return t;
}

gd_tensor *gd_param(gd_params *p, const char *name, gd_tensor *value)
{
    gi_not_captured("gd_param", GI_ACTS_OUTSIDE);
    return add("gd_param", p, name, value, false);
}

gd_tensor *gd_buffer(gd_params *p, const char *name, gd_tensor *value)
{
    gi_not_captured("gd_buffer", GI_ACTS_OUTSIDE);
    return add("gd_buffer", p, name, value, true);
}

static bool reserve_tied(gd_params *p)
{
    if (p->tied_count < p->tied_capacity)
        return true;
    const int capacity = p->tied_capacity ? 2 * p->tied_capacity : 4;
    gi_tied *tied = gi_memory_resize(GI_MODELS, p->tied, (size_t)capacity * sizeof *tied);
    if (!tied)
        return false;
    p->tied = tied;
    p->tied_capacity = capacity;
    return true;
}

static bool is_entry(const gd_params *p, const gd_tensor *t)
{
    for (int i = 0; i < p->count; i++)
        if (p->entries[i].tensor == t)
            return true;
    return false;
}

gd_tensor *gd_param_tied(gd_params *p, const char *name, gd_tensor *tensor)
{
    static const char function[] = "gd_param_tied";
    if (!gi_given(function, "p", p) || !gi_not_null(function, "name", name) ||
        !gi_given_tensor(function, "tensor", tensor) || !gi_alive(function, "tensor", tensor))
        return NULL;
    if (!is_entry(p, tensor))
        return gd_fail("%s: tensor, %s, is not a parameter or buffer of p", function, gi_text_of(tensor).s);
    if (!valid_name(function, p, name) || !reserve_tied(p))
        return NULL;
    const size_t length = strlen(name) + 1;
    char *copy = gi_arena_take(&p->arena, length);
    if (!copy)
        return NULL;
    p->tied[p->tied_count++] = (gi_tied){ memcpy(copy, name, length), tensor };
    return tensor;
}

gi_params_place gi_params_mark(const gd_params *p)
{
    gi_params_place mark = { .count = p->count, .tied_count = p->tied_count };
    memcpy(mark.random, gi_random_state(), sizeof mark.random);
    return mark;
}

/* The memory of removed tensors stays in the arena. */
void gi_params_back(gd_params *p, const gi_params_place *mark)
{
    p->count = mark->count;
    p->tied_count = mark->tied_count;
    memcpy(gi_random_state(), mark->random, sizeof mark->random);
}

gd_tensor *gd_params_get(gd_params *p, const char *name)
{
    if (!gi_given("gd_params_get", "p", p) || !gi_not_null("gd_params_get", "name", name))
        return NULL;
    gd_tensor *t = gi_params_find(p, name);
    return t ? t : gd_fail("gd_params_get: there is no parameter \"%s\"", name);
}

int64_t gd_params_count(const gd_params *p)
{
    int64_t count = 0;
    if (!p || !gi_not_freed("gd_params_count", "p", p))
        return 0;
    for (int i = 0; i < p->count; i++)
        count += p->entries[i].buffer ? 0 : p->entries[i].tensor->numel;
    return count;
}

int gd_params_tensors(const gd_params *p)
{
    return p && gi_not_freed("gd_params_tensors", "p", p) ? p->count : 0;
}

gd_tensor *gd_params_at(const gd_params *p, int i)
{
    if (!gi_given("gd_params_at", "p", p))
        return NULL;
    if (i < 0 || i >= p->count)
        return gd_fail("gd_params_at: i = %d must lie in [0, %d)", i, p->count);
    return p->entries[i].tensor;
}

bool gd_params_is_buffer(const gd_params *p, int i)
{
    return p && gi_not_freed("gd_params_is_buffer", "p", p) && i >= 0 && i < p->count && p->entries[i].buffer;
}
