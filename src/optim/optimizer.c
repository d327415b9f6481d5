/* optimizer.c - making and freeing.  Not here: groups (groups.c), slots (slots.c), stepping (step.c). */
#include "algorithm.h"
#include "base/memory.h"
#include "base/message.h"
#include "base/scopes.h"
#include "busy.h"
#include "groups.h"
#include "inside.h"
#include "options.h"
#include "slots.h"
#include "tensor/check.h"

gd_optimizer *gd_optimizer_new(gd_params *p, const gd_algorithm *algorithm, const void *options)
{
    if (!gi_algorithm_valid(algorithm) || !gi_given(algorithm->name, "params", p) ||
        !gi_not_null(algorithm->name, "options", options) || !gi_check_options(algorithm, options))
        return NULL;
    gi_current_scope();
    struct { gd_optimizer o; struct gd_optimizer_inside inside; } *whole = gi_memory_new(GI_OPTIMIZERS, sizeof *whole);
    if (!whole)
        return NULL;
    gd_optimizer *o = &whole->o;
    *o = (gd_optimizer){ .algorithm = algorithm, .params = p, .inside = &whole->inside };
    whole->inside = (struct gd_optimizer_inside){ .count = 0 };
    gi_arena_init(&o->inside->arena, GI_OPTIMIZERS);
    o->inside->all = gi_arena_take(&o->inside->arena, sizeof *o->inside->all);
    if (!o->inside->all || !gi_group_init(&o->first, o, NULL, options) || !gi_adopt(o)) {
        gd_optimizer_free(o);
        return NULL;
    }
    *o->inside->all = (struct gi_slot){ .group = &o->first };
    return o;
}

void gd_optimizer_free(gd_optimizer *o)
{
    if (!o || !gi_given("gd_optimizer_free", "o", o) || gi_busy("gd_optimizer_free", o))
        return;
    struct gd_optimizer_inside *inside = o->inside;
    if (inside->watcher)
        inside->watcher->free(o);
    gi_memory_free(inside->slots);
    gi_memory_free(inside->pending);
    gi_memory_free(inside->packed);
    gi_memory_free(inside->work);
    gi_arena_free(&inside->arena);
    gi_handle_free(o);
}
